/* read_leads.h - what the Leads screen shows: who was found, a page at a time, and all that a
 * letter to one of them would be written from. Read only. Instants in microseconds UTC. */
#ifndef STORE_READ_LEADS_H
#define STORE_READ_LEADS_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/job.h"
#include "domain/types.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct lead_row {
    int64_t id;
    const char *workspace, *address, *shown, *name, *company;
    const char *title, *url, *language; /* of the page it was found on first */
    const char *job, *group, *term;     /* that found it there; "" */
    struct uuid job_id;
    int32_t group_no;
    unsigned flags; /* enum lead_flag */
    int32_t pages;  /* on so many it was found */
    int64_t found_at_us;
    enum send_state state; /* of its newest letter; SEND_STATES: there is none */
    enum mail_mode mode;
    const char *reason; /* of that letter */
    int64_t state_at_us;
};

enum { LEADS_SCAN_MAX = 100000 };

struct lead_filter {
    const char *workspace;  /* NULL: all */
    const struct uuid *job; /* its first finder; NULL: all */
    int32_t group_no;       /* of that job; 0: all */
    int64_t before;         /* only leads with a smaller id; INT64_MAX: from the newest on */
    int32_t max;            /* so many at most */
    /* Looks at address, company, name and domain on one line; NULL takes all. */
    bool (*takes)(void *ctx, const char *line);
    void *ctx;
};
struct lead_page {
    struct lead_row *row; /* the newest first */
    int32_t count;
    int64_t looked; /* leads that were looked at: LEADS_SCAN_MAX at most */
    int64_t next;   /* `before` of the page behind this one; 0: this is the last */
};
/* One page of leads; rows and texts in the arena. ERR_STOP without memory. The thread of the db. */
bool read_lead_page(struct db *db, const struct lead_filter *filter, struct arena *arena,
                    struct lead_page *ret, struct err *err);

/* The template by which the group that found a lead would write to it. *ret NULL: there is none.
 * In the arena. The thread of the db. */
bool read_lead_template(struct db *db, const struct lead_row *lead, struct arena *arena,
                        struct template_def **ret, struct err *err);

#endif
