/* agenda_stage.h - an agenda on an empty record, on made-up time, for the tests of operators'
 * commands: workspaces `default`, with a specification `news`, and `elsewhere`. */
#ifndef UNIT_ADAPTER_AGENDA_STAGE_H
#define UNIT_ADAPTER_AGENDA_STAGE_H

#include "base/arena.h"
#include "base/clock.h"
#include "contract/agenda_record.h"
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

struct agenda_stage {
    struct fake_clock clock; /* stands at 2026-11-23T08:00:00Z */
    struct agenda_record *record;
    struct agenda *a;
    struct arena arena;
    struct err err;
};

bool stage_begin(struct agenda_stage *c);
void stage_end(struct agenda_stage *c);

/* To read from: the record, or its copy as of now. */
struct db *stage_db(struct agenda_stage *c);

int64_t stage_at(const char *text);
bool stage_put_spec(struct agenda_stage *c, const char *actor, const char *name,
                    const char *frequency);
/* Daily at 09:00 of the specification `news`. */
bool stage_put_schedule(struct agenda_stage *c, const char *actor, const char *name);
bool stage_join(struct agenda_stage *c, const char *actor, const char *name, enum role role);
/* A run now, as a test: it does not count for the frequency. */
bool stage_ask(struct agenda_stage *c, const char *actor, const char *name, struct uuid *ret);
/* Takes the next run; false when there is none. */
bool stage_take(struct agenda_stage *c, struct run_work *ret);
bool stage_end_run(struct agenda_stage *c, const struct run_work *work, bool well);
struct schedule_row *stage_schedule(struct agenda_stage *c, const char *name);
/* All runs, the newest first. */
int32_t stage_runs(struct agenda_stage *c, struct run_row **ret);
/* Rows of the audit log. */
int32_t stage_audited(struct agenda_stage *c);

/* The call must succeed. */
#define SCENE_OK(c, call) CHECK_AT(__LINE__, (call), "%s", (c)->err.text)

#endif
