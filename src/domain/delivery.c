/* delivery.c - two tables of names, and the arithmetic of patience. */
#include "domain/delivery.h"

#include "base/str.h"

#define LONGEST_US (INT64_C(12) * 3600 * 1000000)

static const char *const kind_names[DELIVERY_KINDS] = {"webhook", "mail"};
static const char *const state_names[DELIVERY_STATES] = {
    "waiting", "going", "delivered", "simulated", "failed", "in_doubt", "held"};

const char *delivery_kind_name(enum delivery_kind v)
{
    return (unsigned)v < DELIVERY_KINDS ? kind_names[v] : "unknown";
}

const char *delivery_state_name(enum delivery_state v)
{
    return (unsigned)v < DELIVERY_STATES ? state_names[v] : "unknown";
}

bool delivery_kind_parse(const char *name, enum delivery_kind *ret)
{
    for (int i = 0; i < DELIVERY_KINDS; i++) {
        if (str_equal(kind_names[i], name)) {
            *ret = (enum delivery_kind)i;
            return true;
        }
    }
    return false;
}

bool delivery_state_parse(const char *name, enum delivery_state *ret)
{
    for (int i = 0; i < DELIVERY_STATES; i++) {
        if (str_equal(state_names[i], name)) {
            *ret = (enum delivery_state)i;
            return true;
        }
    }
    return false;
}

int64_t delivery_wait_us(int64_t first_us, int32_t attempts, int64_t asked_us)
{
    int64_t wait_us = first_us < LONGEST_US ? first_us : LONGEST_US;
    for (int32_t i = 1; i < attempts && wait_us < LONGEST_US; i++)
        wait_us = wait_us < LONGEST_US / 4 ? wait_us * 4 : LONGEST_US;
    return asked_us > wait_us ? asked_us : wait_us;
}

enum delivery_verdict delivery_of_status(int32_t status)
{
    if (status >= 200 && status <= 299)
        return DELIVERY_TAKEN;
    return status == 410 ? DELIVERY_NEVER : DELIVERY_LATER;
}
