/* pg_server.c - asks a server what it is. */
#include "adapter/pg_server.h"

#include "base/clock.h"

#define LOOK_WITHIN_US (10 * US_PER_S)

static bool look(struct pg_link *link, const char *sql, struct pg_answer *ret, struct err *err)
{
    return pg_link_call(link, sql, NULL, clock_boot_us() + LOOK_WITHIN_US, ret, err);
}

/* The columns of sql/postgres/queries/server.sql. */
enum {
    AT_VERSION,
    AT_VERSION_TEXT,
    AT_IN_RECOVERY,
    AT_PID,
    AT_LOGIN,
    AT_HAS_SCHEMA,
    AT_MAY_MIGRATE,
    AT_MAY_ENTER,
    AT_MAY_WORK,
    AT_MAY_OPERATE,
    AT_MAY_READ,
    AT_HAS_COMMANDS,
    AT_HAS_ROLES,
    AT_MAY_MAKE_ROLES
};

bool pg_server_look(struct pg_link *link, struct pg_server *ret, struct err *err)
{
    struct pg_answer a = {0};
    struct pg_server s = {0};
    if (!look(link, pg_query("server"), &a, err))
        return false;
    s.version = (int32_t)pg_answer_int(&a, 0, AT_VERSION);
    (void)pg_answer_text_to(&a, 0, AT_VERSION_TEXT, s.version_text,
                            sizeof s.version_text);                    /* a cut is fine */
    (void)pg_answer_text_to(&a, 0, AT_LOGIN, s.login, sizeof s.login); /* names have 63 bytes */
    s.in_recovery = pg_answer_bool(&a, 0, AT_IN_RECOVERY);
    s.has_schema = pg_answer_bool(&a, 0, AT_HAS_SCHEMA);
    s.may_make_roles = pg_answer_bool(&a, 0, AT_MAY_MAKE_ROLES);
    s.has_roles = pg_answer_bool(&a, 0, AT_HAS_ROLES);
    s.has_commands = pg_answer_bool(&a, 0, AT_HAS_COMMANDS);
    s.may_migrate = pg_answer_bool(&a, 0, AT_MAY_MIGRATE);
    s.may_enter = pg_answer_bool(&a, 0, AT_MAY_ENTER);
    s.may_work = s.may_enter && pg_answer_bool(&a, 0, AT_MAY_WORK);
    s.may_operate = s.may_enter && pg_answer_bool(&a, 0, AT_MAY_OPERATE);
    s.may_read = s.may_enter && pg_answer_bool(&a, 0, AT_MAY_READ);
    if (pg_link_wire(link, &s.wire))
        s.pooled = s.wire.pid != pg_answer_int(&a, 0, AT_PID);
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    if (ok)
        *ret = s;
    return ok;
}

/* By insertion: there are five. */
static void keep_sorted(int64_t *trips, int count, int64_t one)
{
    int at = count;
    for (; at > 0 && trips[at - 1] > one; at--)
        trips[at] = trips[at - 1];
    trips[at] = one;
}

bool pg_server_trips(struct pg_link *link, int64_t ret[PG_SERVER_TRIPS], struct err *err)
{
    for (int i = 0; i < PG_SERVER_TRIPS; i++) {
        struct pg_answer none = {0};
        int64_t began_us = clock_boot_us();
        if (!look(link, pg_query("trip"), &none, err))
            return false;
        keep_sorted(ret, i, clock_boot_us() - began_us);
        pg_answer_done(&none);
    }
    return true;
}

bool pg_server_record(struct pg_link *link, struct uuid *ret, struct err *err)
{
    struct pg_answer a = {0};
    if (!look(link, "SELECT id, created_at FROM ap.record_facts()", &a, err))
        return false;
    struct uuid id = pg_answer_uuid(&a, 0, 0);
    bool ok = pg_answer_ok(&a, err);
    pg_answer_done(&a);
    if (ok)
        *ret = id;
    return ok;
}
