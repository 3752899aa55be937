/* agenda_sqlite.h - what the files of the embedded agenda share. A command is agenda_begin, steps,
 * agenda_end, as in authority_sqlite.h; events and audit rows are written by the same functions. */
#ifndef AGENDA_SQLITE_INSIDE_H
#define AGENDA_SQLITE_INSIDE_H

#include "authority_sqlite.h"
#include "port/agenda.h"

struct agenda_sqlite {
    struct agenda base;
    struct auth auth; /* handle, clock, instant: the frame's; its ops are not used */
    struct agenda_rules rules;
};

/* Who did what no operator asked for, in the audit log. */
#define AGENDA_ACTOR "autopilot"

/* --- agenda_sqlite.c --- */
struct auth *agenda_auth(struct agenda *a);
void agenda_bind_text(struct stmt *st, const char *name, const char *text); /* NULL binds NULL */
/* "NAME" or "NAME: REASON" as an event's text. */
void agenda_say(char dst[AGENDA_TEXT_MAX + 1], const char *name, const char *reason);

/* A row of agenda_due; false without memory. */
bool agenda_read_due(struct stmt *st, struct arena *arena, struct due_row *ret);

/* --- agenda_sqlite_gate.c --- */
void agenda_rules(struct agenda *base, const struct agenda_rules *rules);
/* The one gate of all operators' commands, inside their transaction. ERR_REFUSED when the actor may
 * not do it in this workspace (its number). creator: who made what it is about. */
bool agenda_gate(struct agenda *base, const char *actor, enum role_action action, int64_t workspace,
                 const char *creator, struct err *err);
/* ERR_REFUSED when the hour's limit is reached, with the instant from which on it is not. */
bool agenda_rate_schedules(struct agenda *base, const char *actor, struct err *err);
bool agenda_rate_runs(struct agenda *base, const char *name, struct uuid schedule, struct err *err);

/* --- agenda_sqlite_members.c --- */
/* What there is to know before something is decided about a member. */
struct member_found {
    enum role role;
    int64_t members, owners; /* of the workspace */
};
bool agenda_member_find(struct auth *a, int64_t workspace, const char *name,
                        struct member_found *ret, struct err *err);
bool agenda_member_put(struct agenda *base, const char *actor, const struct agenda_ref *member,
                       enum role role, enum put_answer *ret, struct err *err);
bool agenda_member_delete(struct agenda *base, const char *actor, const struct agenda_ref *member,
                          struct err *err);

/* --- agenda_sqlite_backfill.c --- */
bool agenda_backfill(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                     const struct backfill_order *order, enum backfill_answer *ret,
                     struct err *err);

/* --- agenda_sqlite_slots.c --- */
/* One slot of one specification, one name: whichever engine or operator makes the row. */
struct uuid agenda_slot_id(struct uuid schedule, int64_t slot_us, struct uuid specification);
/* The orders of one slot, inside a transaction: all of them are carried out, or none. */
bool agenda_slot_carry_out(struct auth *a, const struct slot_order *orders, int32_t count,
                           enum slot_answer *ret, struct err *err);
bool agenda_slots(struct agenda *base, const struct slot_order *orders, int32_t count,
                  enum slot_answer *ret, struct err *err);

/* --- agenda_sqlite_follow.c --- */
/* A report of the run was made, inside the transaction that says so: the schedules that follow its
 * schedule get their runs of the slot, or the reason why not. */
bool agenda_follow(struct auth *a, struct uuid run, struct err *err);

/* --- agenda_sqlite_kinds.c --- */
/* One specification of a schedule. */
struct part {
    struct uuid specification;
    char name[NAME_MAX_BYTES + 1];
    char frequency[16];
    bool active;
};
/* Of a schedule that is there, the first one first. */
bool agenda_parts(struct auth *a, struct uuid schedule, struct part ret[SCHEDULE_SPECS_MAX],
                  int32_t *ret_count, struct err *err);
/* The one of that name (NULL: the first); ERR_REFUSED when the schedule has no such. */
bool agenda_part_must(struct auth *a, const struct agenda_ref *schedule, struct uuid id,
                      const char *name, struct uuid *ret, struct err *err);
/* What a definition names besides its first specification, looked up and found good. */
struct kinds {
    struct uuid further[SCHEDULE_SPECS_MAX];
    int32_t count;
    struct uuid after; /* zero: it follows none */
};
/* id: of the schedule, zero when it is new. */
bool agenda_kinds_find(struct auth *a, const struct schedule_def *def, struct uuid first,
                       struct uuid id, struct kinds *ret, struct err *err);
bool agenda_kinds_write(struct auth *a, struct uuid schedule, const struct kinds *kinds,
                        struct err *err);
/* ERR_REFUSED, naming them, while others follow it. */
bool agenda_no_followers(struct auth *a, struct uuid schedule, const char *name, struct err *err);

/* --- agenda_sqlite_templates.c --- */
bool agenda_template_put(struct agenda *base, const char *actor,
                         const struct schedule_template *put, int64_t rev, enum put_answer *ret,
                         struct err *err);
bool agenda_template_delete(struct agenda *base, const char *actor, const struct agenda_ref *ref,
                            struct err *err);

/* --- agenda_sqlite_runs.c --- */
bool agenda_run_take(struct agenda *base, struct uuid engine, int64_t journal_gen, int32_t max,
                     struct arena *arena, struct run_work *ret, int32_t *ret_count,
                     struct err *err);
bool agenda_run_known(struct agenda *base, struct uuid specification, struct uuid run,
                      struct arena *arena, struct run_known *ret, struct err *err);
bool agenda_run_renew(struct agenda *base, const struct run_piece *pieces, int32_t count,
                      enum run_answer *ret, struct err *err);
bool agenda_run_return(struct agenda *base, struct uuid engine, int64_t journal_gen,
                       const struct run_piece *pieces, int32_t count, struct err *err);
bool agenda_run_end(struct agenda *base, const struct run_ended *ends, int32_t count,
                    enum run_answer *ret, struct err *err);
bool agenda_run_cancel(struct agenda *base, const char *actor, struct uuid run, struct err *err);
bool agenda_run_seen(struct agenda *base, const char *actor, struct uuid run, struct err *err);

/* --- agenda_sqlite_deliver.c --- */
/* A report of the run was made, inside the transaction that says so: what its schedule wants
 * brought waits from here on. */
bool agenda_deliver(struct auth *a, struct uuid run, struct err *err);
bool agenda_delivery_next(struct agenda *base, struct uuid engine, int64_t journal_gen,
                          int64_t *ret_us, struct err *err);
bool agenda_delivery_take(struct agenda *base, struct uuid engine, int64_t journal_gen,
                          struct arena *arena, struct delivery_work *ret, bool *ret_any,
                          struct err *err);
bool agenda_delivery_report(struct agenda *base, struct uuid run, struct buf *html,
                            struct buf *text, struct err *err);
bool agenda_delivery_end(struct agenda *base, const struct delivery_ended *end,
                         enum run_answer *ret, struct err *err);
bool agenda_delivery_again(struct agenda *base, const char *actor, int64_t seq, struct err *err);

/* --- agenda_sqlite_keep.c --- */
bool agenda_upkeep(struct agenda *base, const struct agenda_keep *keep, struct agenda_kept *ret,
                   struct err *err);
/* Inside a command. ERR_REFUSED when runs of that time are not kept any more. */
bool agenda_slot_is_kept(struct auth *a, int64_t slot_us, struct err *err);

/* --- agenda_sqlite_admin.c --- */
bool agenda_spec_put(struct agenda *base, const char *actor, const struct spec_put *put,
                     int64_t rev, enum put_answer *ret, struct err *err);
bool agenda_spec_delete(struct agenda *base, const char *actor, const struct agenda_ref *spec,
                        struct err *err);
bool agenda_schedule_put(struct agenda *base, const char *actor, const struct schedule_def *def,
                         int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err);
bool agenda_schedule_get(struct agenda *base, const struct agenda_ref *schedule,
                         struct arena *arena, struct schedule_def *ret, int64_t *ret_rev,
                         struct err *err);
bool agenda_schedule_delete(struct agenda *base, const char *actor,
                            const struct agenda_ref *schedule, struct err *err);

/* --- agenda_sqlite_control.c --- */
/* A schedule as it stands, by name. */
struct schedule_found {
    struct uuid id;
    struct uuid specification;
    int64_t workspace;
    enum schedule_status status;
    bool enabled;
    int64_t next_us;
    int64_t rev;
    char creator[NAME_MAX_BYTES + 1];
};
/* A specification by name: its id. ERR_REFUSED, with the nearest name, when there is none. */
bool agenda_spec_must(struct auth *a, const struct agenda_ref *ref, struct uuid *ret,
                      struct err *err);
/* ERR_REFUSED, with the nearest name, when there is none. */
bool agenda_schedule_must(struct auth *a, const struct agenda_ref *ref, struct schedule_found *ret,
                          struct err *err);
bool agenda_schedule_control(struct agenda *base, const char *actor,
                             const struct agenda_ref *schedule, enum schedule_control what,
                             const char *note, int64_t until_us, int64_t next_us, bool *ret_changed,
                             struct err *err);
bool agenda_run_ask(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                    enum run_trigger trigger, const char *period_key, struct uuid *ret,
                    struct err *err);

#endif
