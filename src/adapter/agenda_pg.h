/* agenda_pg.h - what the files of the shared agenda share. Others see adapter/agenda_pg.h. */
#ifndef AGENDA_PG_INSIDE_H
#define AGENDA_PG_INSIDE_H

#include "pg_ask.h"
#include "port/agenda.h"

struct pgagenda {
    struct agenda base;
    struct pg_asker ask;
    struct agenda_rules rules;
};

/* --- agenda_pg.c --- */
struct pgagenda *pgagenda_of(struct agenda *a);
/* A row of a due schedule, as ap.agenda_due has it. False: it is not as it should be, or no memory.
 */
bool pgagenda_read_due(const json_t *row, struct arena *arena, struct due_row *ret);
/* The rows that a command answers with; q but for its max. */
bool pgagenda_read_rows(struct agenda *base, const char *command, json_t *q, struct arena *arena,
                        struct due_row **ret, int32_t *ret_count, int64_t *ret_now_us,
                        struct err *err);

/* --- agenda_pg_slots.c --- */
/* An order as the functions read it; NULL without memory. */
json_t *pgagenda_order(const struct slot_order *order);
bool pgagenda_slots(struct agenda *base, const struct slot_order *orders, int32_t count,
                    enum slot_answer *ret, struct err *err);

/* --- agenda_pg_follow.c --- */
/* What the followers of a run shall do, as ap.run_end reads it. rows: what it answered; held:
 * [schedule, specification] of runs whose period it said is held. NULL: err. */
json_t *pgagenda_follow(const json_t *rows, const json_t *held, struct err *err);

/* --- agenda_pg_ready.c --- */
bool pgagenda_soon(struct agenda *base, const struct soon_place *place, int64_t within_us,
                   struct arena *arena, struct due_row **ret, int32_t *ret_count,
                   int64_t *ret_now_us, struct err *err);
bool pgagenda_ready(struct agenda *base, struct uuid engine, int64_t journal_gen,
                    const struct slot_order *orders, int32_t count, struct arena *arena,
                    struct run_work *ret, int32_t *ret_count, struct err *err);
bool pgagenda_begin(struct agenda *base, struct uuid engine, int64_t journal_gen,
                    const int64_t *batches, int32_t count, bool *begun, struct arena *arena,
                    struct ready_gone **ret_gone, int32_t *ret_gone_count, struct err *err);
bool pgagenda_settle(struct agenda *base, struct uuid engine, int64_t journal_gen,
                     const int64_t *batches, int32_t count, struct err *err);

/* --- agenda_pg_runs.c --- */
/* A run to be worked, as the functions answer it. False: it is not as it should be, or no
 * memory. */
bool pgagenda_read_work(const json_t *work, struct arena *arena, struct run_work *ret);
bool pgagenda_run_take(struct agenda *base, struct uuid engine, int64_t journal_gen, int32_t max,
                       struct arena *arena, struct run_work *ret, int32_t *ret_count,
                       struct err *err);
bool pgagenda_run_known(struct agenda *base, struct uuid specification, struct uuid run,
                        struct arena *arena, struct run_known *ret, struct err *err);
bool pgagenda_run_renew(struct agenda *base, const struct run_piece *pieces, int32_t count,
                        enum run_answer *ret, struct err *err);
bool pgagenda_run_return(struct agenda *base, struct uuid engine, int64_t journal_gen,
                         const struct run_piece *pieces, int32_t count, struct err *err);

/* --- agenda_pg_end.c --- */
bool pgagenda_run_end(struct agenda *base, const struct run_ended *ends, int32_t count,
                      enum run_answer *ret, struct err *err);

/* --- agenda_pg_keep.c --- */
/* --- agenda_pg_deliver.c --- */
bool pgagenda_delivery_next(struct agenda *base, struct uuid engine, int64_t journal_gen,
                            int64_t *ret_us, struct err *err);
bool pgagenda_delivery_take(struct agenda *base, struct uuid engine, int64_t journal_gen,
                            struct arena *arena, struct delivery_work *ret, bool *ret_any,
                            struct err *err);
bool pgagenda_delivery_report(struct agenda *base, struct uuid run, struct buf *html,
                              struct buf *text, struct err *err);
bool pgagenda_delivery_end(struct agenda *base, const struct delivery_ended *e,
                           enum run_answer *ret, struct err *err);
bool pgagenda_delivery_again(struct agenda *base, const char *actor, int64_t seq, struct err *err);

bool pgagenda_upkeep(struct agenda *base, const struct agenda_keep *keep, struct agenda_kept *ret,
                     struct err *err);

/* --- agenda_pg_members.c --- */
void pgagenda_rules(struct agenda *base, const struct agenda_rules *rules);
bool pgagenda_member_put(struct agenda *base, const char *actor, const struct agenda_ref *member,
                         enum role role, enum put_answer *ret, struct err *err);
bool pgagenda_member_delete(struct agenda *base, const char *actor, const struct agenda_ref *member,
                            struct err *err);

/* --- agenda_pg_admin.c --- */
bool pgagenda_spec_put(struct agenda *base, const char *actor, const struct spec_put *put,
                       int64_t rev, enum put_answer *ret, struct err *err);
bool pgagenda_spec_delete(struct agenda *base, const char *actor, const struct agenda_ref *spec,
                          struct err *err);
bool pgagenda_schedule_put(struct agenda *base, const char *actor, const struct schedule_def *def,
                           int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err);
bool pgagenda_schedule_get(struct agenda *base, const struct agenda_ref *schedule,
                           struct arena *arena, struct schedule_def *ret, int64_t *ret_rev,
                           struct err *err);
bool pgagenda_schedule_delete(struct agenda *base, const char *actor,
                              const struct agenda_ref *schedule, struct err *err);
bool pgagenda_template_put(struct agenda *base, const char *actor,
                           const struct schedule_template *put, int64_t rev, enum put_answer *ret,
                           struct err *err);
bool pgagenda_template_delete(struct agenda *base, const char *actor, const struct agenda_ref *ref,
                              struct err *err);

/* --- agenda_pg_control.c --- */
bool pgagenda_schedule_control(struct agenda *base, const char *actor,
                               const struct agenda_ref *schedule, enum schedule_control what,
                               const char *note, int64_t until_us, int64_t next_us,
                               bool *ret_changed, struct err *err);
bool pgagenda_run_ask(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                      enum run_trigger trigger, const char *period_key, struct uuid *ret,
                      struct err *err);
bool pgagenda_run_cancel(struct agenda *base, const char *actor, struct uuid run, struct err *err);
bool pgagenda_run_seen(struct agenda *base, const char *actor, struct uuid run, struct err *err);

/* --- agenda_pg_backfill.c --- */
bool pgagenda_backfill(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                       const struct backfill_order *order, enum backfill_answer *ret,
                       struct err *err);

#endif
