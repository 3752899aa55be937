/* agendas.h - the agenda as sub-commands open it: the port to change it, the file to read, and
 * zones. */
#ifndef APP_AGENDAS_H
#define APP_AGENDAS_H

#include "base/arena.h"
#include "cli.h"
#include "domain/timing.h"
#include "port/agenda.h"
#include "port/clock.h"
#include "port/zones.h"
#include "store/db.h"
#include "store/read_schedules.h"

#include <stdbool.h>
#include <stdint.h>

struct agendas {
    struct arena arena;
    struct db *db; /* to read */
    struct clock_port *clock;
    struct agenda *agenda; /* NULL when it was opened to read only */
    struct zones *zones;
    bool admin;            /* opened to change, and the actor is an administrator */
    const char *workspace; /* --workspace, else the only one, else `default` */
};

/* change: refused with --read-only. Ended with agendas_close(), also after a failure. */
bool agendas_open(struct app *app, bool change, struct agendas *ret, struct err *err);
void agendas_close(struct agendas *a);

/* A schedule by name, with its timing; ERR_REFUSED names the nearest. */
struct agenda_entry {
    struct schedule_row *row;
    struct timing timing;
    const struct zone *zone;
    struct zone_hint hint;
};
bool agendas_find(struct agendas *a, const char *name, struct agenda_entry *ret, struct err *err);
/* The timing of a config, with its zone; what never runs (again) is refused. *ret_next_us: from
 * now; of one that follows another: its end, else SCHEDULE_NEVER_US. slots: runs that it has
 * made. */
bool agendas_timing(struct agendas *a, const char *type, const char *config, int64_t slots,
                    struct agenda_entry *ret, int64_t *ret_next_us, struct err *err);

/* Puts every specification of a file (cmd_spec.c); told (may be NULL) hears of each. */
typedef bool spec_told(const struct app *app, const char *name, enum put_answer answer,
                       struct err *err);
bool agendas_import_specs(struct app *app, struct agendas *a, const char *path, spec_told *told,
                          struct err *err);

/* A run by id, or `last`; "last" of --schedule when that is given. */
bool agendas_run(struct app *app, struct agendas *a, struct run_row *ret, struct err *err);

#endif
