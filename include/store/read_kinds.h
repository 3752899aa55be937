/* read_kinds.h - what schedules have besides a time: their specifications one by one, and the
 * templates that an operator can begin one from. Read only; the thread of the db. */
#ifndef STORE_READ_KINDS_H
#define STORE_READ_KINDS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/uuid.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

/* One specification of a schedule. Texts are in the arena, never NULL. */
struct schedule_spec_row {
    const char *name, *frequency;
    bool active;
    bool ran;                /* it has a report that counts */
    int64_t last_success_us; /* the instant of its newest report's period */
};
/* The first one first; at most SCHEDULE_SPECS_MAX. */
bool read_schedule_specs(struct db *db, struct uuid schedule, struct arena *arena,
                         struct schedule_spec_row **ret, int32_t *ret_count, struct err *err);

/* A definition without a name of its own use. Texts are in the arena; the overrides may be NULL. */
struct schedule_template_row {
    const char *workspace, *name, *type, *config;
    const char *categories, *regions, *cadence;
    const char *notes, *created_by;
    int64_t rev, updated_us;
};
/* Those that operators made, by name; name NULL: all of the workspace (NULL: of all). At most
 * SCHEDULE_TEMPLATES_MAX. */
enum { SCHEDULE_TEMPLATES_MAX = 2000 };
bool read_schedule_templates(struct db *db, const char *workspace, const char *name,
                             struct arena *arena, struct schedule_template_row **ret,
                             int32_t *ret_count, struct err *err);

#endif
