/* agenda_scene.h - an agenda on a record in memory, on made-up time, for the tests of operators'
 * commands: workspaces `default`, with a specification `news`, and `elsewhere`. */
#ifndef UNIT_ADAPTER_AGENDA_SCENE_H
#define UNIT_ADAPTER_AGENDA_SCENE_H

#include "base/arena.h"
#include "base/clock.h"
#include "fake/fake_clock.h"
#include "port/agenda.h"
#include "store/db.h"
#include "store/read_schedules.h"
#include "unit/cases.h"

#include <stdbool.h>
#include <stdint.h>

#define SCENE_MINUTE (60 * US_PER_S)
#define SCENE_HOUR (60 * SCENE_MINUTE)
#define SCENE_DAY (24 * SCENE_HOUR)

struct agenda_scene {
    struct fake_clock clock; /* stands at 2026-11-23T08:00:00Z */
    struct db *db;
    struct agenda *a;
    struct arena arena;
    struct err err;
};

bool scene_begin(struct agenda_scene *c);
void scene_end(struct agenda_scene *c);

int64_t scene_at(const char *text);
bool scene_put_spec(struct agenda_scene *c, const char *actor, const char *name,
                    const char *frequency);
/* Daily at 09:00 of the specification `news`. */
bool scene_put_schedule(struct agenda_scene *c, const char *actor, const char *name);
bool scene_join(struct agenda_scene *c, const char *actor, const char *name, enum role role);
/* A run now, as a test: it does not count for the frequency. */
bool scene_ask(struct agenda_scene *c, const char *actor, const char *name, struct uuid *ret);
/* Takes the next run; false when there is none. */
bool scene_take(struct agenda_scene *c, struct run_work *ret);
bool scene_end_run(struct agenda_scene *c, const struct run_work *work, bool well);
struct schedule_row *scene_schedule(struct agenda_scene *c, const char *name);
/* All runs, the newest first. */
int32_t scene_runs(struct agenda_scene *c, struct run_row **ret);
/* Rows of the audit log. */
int32_t scene_audited(struct agenda_scene *c);

/* The call must succeed. */
#define SCENE_OK(c, call) CHECK_AT(__LINE__, (call), "%s", (c)->err.text)

#endif
