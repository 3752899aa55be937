/* cron_fault.h - the mistakes that an expression can have. A new one is one row in cron_fault.c. */
#ifndef DOMAIN_CRON_FAULT_H
#define DOMAIN_CRON_FAULT_H

#include "domain/cron.h"

struct cron_range {
    int32_t low, high;
    int32_t size;      /* the longest step */
    const char *names; /* three letters each, from `low` on; NULL: none */
};

struct cron_span {
    const char *text;
    size_t len;
};

enum cron_mistake {
    CRON_NOT_A_VALUE,
    CRON_TOO_LARGE,
    CRON_OUTSIDE,
    CRON_BACKWARDS,
    CRON_EMPTY_ITEM,
    CRON_STEP_NO_NUMBER,
    CRON_STEP_ZERO,
    CRON_STEP_LARGE,
    CRON_STEP_ALONE,
    CRON_NTH,
    CRON_MACRO,
    CRON_COUNT,
    CRON_NUL,
    CRON_LONG,
    CRON_MISTAKES
};

/* Where the reader is. */
struct cron_fault_at {
    const char *text;
    size_t len;
    enum cron_field field;
    struct cron_fault *fault;
    int32_t count; /* CRON_COUNT: of the fields */
};

/* The range of one of the five fields. */
const struct cron_range *cron_range_of(enum cron_field field);
/* The value of a three-letter name in that field; -1: none. */
int32_t cron_name_value(enum cron_field field, const char *text, size_t len);

/* Fills at->fault. where: what is wrong; item: what the caret stands under, which begins there or
 * before. */
void cron_fault_write(const struct cron_fault_at *at, enum cron_mistake mistake,
                      struct cron_span where, struct cron_span item);

#endif
