/* agenda.h - port: what is written about specifications, schedules and runs. Each command is one
 * transaction: a state change, its counters, its event and audit lines, and the schedule's next
 * instant are one commit.
 *
 * A due schedule is dealt with in two steps. slots(): its slot becomes a run row (or is skipped,
 * with the reason) and next_run_at moves on, by compare-and-set on the value that was seen; so
 * however many engines look, one of them does it, once. run_take() .. run_end(): an engine works
 * waiting rows, many a command. A row whose engine died is taken again with its attempt raised; a
 * report that was made twice replaces itself.
 *
 * Adapters: agenda_sqlite (embedded), later agenda_pg. An instance belongs to one thread. Failures
 * as in authority.h: ERR_RETRY = the outcome is unknown, look again; commands are idempotent. */
#ifndef PORT_AGENDA_H
#define PORT_AGENDA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "domain/delivery.h"
#include "domain/role.h"
#include "domain/schedule.h"
#include "domain/schedule_template.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_TTL_US (INT64_C(60) * 1000000) /* an engine not heard of for so long is dead */
#define KEEP_DAY_US (INT64_C(86400) * 1000000)
#define RUN_RENEW_US (INT64_C(5) * 1000000) /* it says so, and hears what was cancelled, so often */

enum {
    AGENDA_DUE_MAX = 200,  /* schedules dealt with in one command */
    PERIOD_KEY_MAX = 24,   /* "2026-W47" */
    AGENDA_TEXT_MAX = 240, /* a reason */
    AGENDA_RUNS_MAX = 256, /* runs in one command: taken, renewed, given back or ended */
    RUN_ATTEMPTS_MAX = 3,  /* of a row whose engine died each time: then it has failed */
    BACKFILL_MAX = 366     /* slots in one command */
};

struct agenda;

/* A schedule whose instant has come, with all that is needed to decide about one of its
 * specifications: rows of one schedule stand together, its first specification first. Texts are in
 * the arena. */
struct due_row {
    struct uuid schedule;
    struct uuid specification; /* the one that this row is about */
    int32_t place;             /* of it in the schedule; 0: its first */
    const char *name;
    const char *type;
    const char *config;
    const char *cadence;         /* the override; NULL: none */
    enum schedule_status status; /* ACTIVE, or PAUSED when its pause is over */
    int64_t next_run_us;         /* as seen: what slots() compares */
    int64_t last_scheduled_us;   /* INT64_MIN: none yet */
    int64_t created_us;
    int64_t slot_count; /* slots that became runs */
    bool spec_active;   /* there, and active */
    const char *spec_name;
    const char *frequency;   /* of the specification */
    int64_t last_success_us; /* newest period_us of a success of it; INT64_MIN: none */
    bool busy;               /* a run of this schedule or specification waits or runs */
    bool waiting;            /* one of them waits */
    bool follows;            /* it has no times: another schedule's success is its slot */
};

enum slot_what {
    SLOT_RUN,       /* make the run row */
    SLOT_FREQUENCY, /* skip: the specification had its report in this period */
    SLOT_OVERLAP,   /* skip: the run before is not over */
    SLOT_MISSED,    /* skip: it went by too long ago, or catch-up is off */
    SLOT_EXCLUDED,  /* skip: it fell on an excluded date */
    SLOT_ERROR,     /* the schedule needs a person; next_run_at stays */
    SLOT_RESUME,    /* a pause is over: only the next instant */
    SLOT_END,       /* it follows another and its end date has come: it is cancelled */
    SLOT_RETIME,    /* the zones' rules changed: only the next instant */
    SLOT_WHATS
};

struct slot_order {
    struct uuid schedule;
    struct uuid specification; /* one of the schedule's; zero: its first */
    bool more;       /* the next order is about another specification of the same slot; all of
                        them are carried out, or none, and the last one's instant counts */
    int64_t seen_us; /* next_run_at as it was seen */
    enum slot_what what;
    enum run_trigger trigger; /* SLOT_RUN: schedule or catchup */
    int64_t slot_us;          /* the nominal instant */
    int64_t not_before_us;    /* SLOT_RUN: jitter; else 0 */
    const char *period_key;   /* SLOT_RUN: NULL when the frequency does not count */
    int64_t missed;           /* slots that went by besides this one */
    int64_t next_us;          /* the next instant */
    bool ends;                /* there is none: the schedule is cancelled after this */
    const char *reason;       /* a sentence for the log, "" none */
};

enum slot_answer {
    SLOT_DONE,
    SLOT_GONE,    /* somebody else did it, or the schedule was changed: look again */
    SLOT_BLOCKED, /* SLOT_RUN: a run that waits or runs holds the period: order SLOT_FREQUENCY;
                     nothing was done of its slot */
};

/* A run to be worked. Texts are in the arena. */
struct run_work {
    struct uuid run;
    struct uuid specification;
    struct uuid schedule; /* zero: none */
    int32_t attempt;      /* from 1; names this piece of work in run_renew and run_end */
    enum run_trigger trigger;
    int64_t slot_us;   /* INT64_MIN: none */
    int64_t period_us; /* the instant the report is about: slot, or creation */
    const char *workspace;
    const char *spec_name;
    const char *schedule_name; /* "" none */
    const char *definition;    /* of the specification, JSON */
    const char *categories;    /* JSON array or NULL */
    const char *regions;
    const char *config;      /* of the schedule; "" none */
    int64_t last_success_us; /* of the specification; INT64_MIN: none */
    bool fresh;              /* no report of it had anything: run_known() need not be asked */
    int64_t batch;           /* of a slot that is ready; 0: the run was taken */
    int64_t due_us;          /* the same: when it may begin */
};

/* A piece of work: this attempt at this run. */
struct run_piece {
    struct uuid run;
    int32_t attempt;
};

/* Where a walk through what is due soon has come to; zero: at the beginning. */
struct soon_place {
    int64_t due_us;
    struct uuid schedule;
};

/* Of a batch that began, a run that is not to: something had changed. */
struct ready_gone {
    int64_t batch;
    struct uuid run;
};

/* What a specification has reported already. */
struct run_known {
    uint64_t *items; /* ascending */
    int64_t count;
};

struct run_result {
    bool ok;
    bool quiet;          /* ok, but there was nothing new and the schedule wants no empty report */
    const char *error;   /* not ok: the sentence */
    int64_t retry_at_us; /* not ok: another attempt then; 0: it has failed */
    int32_t items, sources, sources_failed;
    const char *report; /* file name below the reports' directory */
    const char *sha256;
    const char *html;
    size_t html_len;
    const char *text;
    size_t text_len;
    const uint64_t *keys; /* of the items that are in it */
    int64_t key_count;
};

struct run_ended {
    struct run_piece piece;
    struct run_result result;
};

enum run_answer {
    RUN_TOLD,   /* it is in the record */
    RUN_FENCED, /* the run went on without this piece, was cancelled, or is over: give it up */
};

struct spec_put {
    const char *workspace;
    const char *name;
    bool active;
    const char *frequency;
    const char *definition; /* JSON */
};

enum put_answer { PUT_CREATED, PUT_CHANGED, PUT_SAME };

/* Which schedule, specification or member: by workspace and name. */
struct agenda_ref {
    const char *workspace;
    const char *name;
};

enum schedule_control {
    SCHEDULE_ENABLE,
    SCHEDULE_DISABLE,
    SCHEDULE_PAUSE,
    SCHEDULE_RESUME, /* also out of error; next_us counts from now */
    SCHEDULE_CONTROLS
};

/* What the config says about operators. Texts are borrowed for as long as the agenda lives. */
struct agenda_rules {
    const char *admins;      /* names with commas between, as role_listed() reads them */
    int32_t create_per_hour; /* new schedules of one actor; 0: no limit */
    int32_t run_per_hour;    /* runs asked for of one schedule, tests included; 0: no limit */
};

enum backfill_which {
    BACKFILL_MISSED, /* slots without a run, or whose run was skipped or cancelled */
    BACKFILL_FAILED, /* whose run failed */
    BACKFILL_ALL,    /* both; a slot that has its report is never made again */
    BACKFILL_WHICHES
};

enum backfill_answer {
    BACKFILL_RUNS,    /* a run of it waits now */
    BACKFILL_DONE,    /* it has its report */
    BACKFILL_OPEN,    /* a run of it waits or is made already */
    BACKFILL_BLOCKED, /* the specification has, or is getting, its report of the slot's period */
    BACKFILL_LEFT,    /* not among those that were asked for */
    BACKFILL_ANSWERS
};

struct backfill_slot {
    int64_t slot_us;
    const char *period_key; /* NULL when the frequency does not count */
    int64_t from_us, to_us; /* the period, its end not in it; unused without a key */
};

struct backfill_order {
    const struct backfill_slot *slots; /* oldest first, each a slot of the schedule, none to come */
    int32_t count;                     /* at most BACKFILL_MAX */
    const char *specification;         /* which of the schedule's; NULL: its first */
    enum backfill_which which;
    bool dry; /* only the answers: nothing is changed */
};

#define DELIVERY_POST_TTL_US (INT64_C(120) * 1000000) /* an engine that posts for so long is dead */
#define DELIVERY_MAIL_TTL_US (INT64_C(900) * 1000000) /* a relay may take ten minutes to answer */

/* Something that is to be brought. Texts are in the arena. */
struct delivery_work {
    int64_t seq;
    struct uuid id; /* the letter's */
    enum delivery_kind kind;
    int32_t attempt; /* from 1; with seq it names this piece of work */
    bool died;       /* the engine that was at it before: it may have been brought */
    const char *target;
    const char *about; /* a notice's subject; "" a report */
    const char *text;  /* a notice's words, or a report's title */
    const char *workspace;
    struct uuid run; /* zero: a notice. What follows is about it */
    struct uuid schedule;
    const char *schedule_name, *spec_name, *trigger, *file, *sha256;
    int64_t slot_us; /* INT64_MIN: none */
    int64_t period_us;
    int32_t items, sources, sources_failed;
    int64_t created_us;
};

struct delivery_ended {
    const struct delivery_work *work;
    enum delivery_state state; /* WAITING: once more, at again_us */
    int64_t again_us;
    int32_t code;
    const char *answer; /* screened; cut to DELIVERY_ANSWER_MAX */
};

/* How long history is kept; 0: for ever. */
struct agenda_keep {
    int64_t events_us;
    int64_t runs_us; /* with their reports */
};

/* What an upkeep did, in rows but for months. */
struct agenda_kept {
    bool mine;      /* false: somebody else is at it; nothing was done */
    bool busy;      /* what had to be locked was in use: another time */
    bool more;      /* there is more to drop: ask again */
    int32_t months; /* tables of events made ahead */
    int64_t events, runs;
    int64_t gone, rates; /* what copies were told long ago, and what no screen shows any more */
};

struct agenda_ops {
    const char *kind;

    /* --- engines --- */
    /* The earliest instant at which due() or run_take() would find something: a schedule's, the end
     * of a pause, a waiting run's, the end of a dead lane's time. INT64_MAX: nothing waits. */
    bool (*next_due)(struct agenda *a, int64_t *ret_us, struct err *err);
    /* Schedules whose instant has come, oldest first, at most AGENDA_DUE_MAX. *ret_now: the
     * record's clock. */
    bool (*due)(struct agenda *a, struct arena *arena, struct due_row **ret, int32_t *ret_count,
                int64_t *ret_now_us, struct err *err);
    /* The same of active schedules whose instant is to come, by id: those after *after (zero: from
     * the first on). */
    bool (*ahead)(struct agenda *a, struct uuid after, struct arena *arena, struct due_row **ret,
                  int32_t *ret_count, int64_t *ret_now_us, struct err *err);
    bool (*slots)(struct agenda *a, const struct slot_order *orders, int32_t count,
                  enum slot_answer *ret, struct err *err);

    /* --- slots made ready before their instant (decision 024); NULL, all four: not here --- */
    /* As due(), of schedules due within so long that may be made ready, past *place. */
    bool (*soon)(struct agenda *a, const struct soon_place *place, int64_t within_us,
                 struct arena *arena, struct due_row **ret, int32_t *ret_count, int64_t *ret_now_us,
                 struct err *err);
    /* Orders for plain runs, each of another schedule: those that are still so become ready, and
     * nobody else deals with these slots unless this engine lets their instant go by. Whatever
     * changes their schedule or their specification withdraws them. ret: room for count; those of a
     * batch stand together. */
    bool (*ready)(struct agenda *a, struct uuid engine, int64_t journal_gen,
                  const struct slot_order *orders, int32_t count, struct arena *arena,
                  struct run_work *ret, int32_t *ret_count, struct err *err);
    /* Batches whose instant has come have begun, but for runs that were withdrawn: their work may
     * begin when this has returned. begun[i]: the record says so of batches[i] (false: it is too
     * early, or it is gone). Asking again gives the same answer. */
    bool (*begin)(struct agenda *a, struct uuid engine, int64_t journal_gen, const int64_t *batches,
                  int32_t count, bool *begun, struct arena *arena, struct ready_gone **ret_gone,
                  int32_t *ret_gone_count, struct err *err);
    /* What has begun of these batches becomes runs that this engine works, and their schedules move
     * on; what has not is given up, for whoever is there at its instant. Asking again is safe. */
    bool (*settle)(struct agenda *a, struct uuid engine, int64_t journal_gen,
                   const int64_t *batches, int32_t count, struct err *err);

    /* Takes the runs that wait longest and may be worked now, or whose engine died (another
     * engine's that was not heard of, or an earlier start of this one); of one specification one.
     * ret has room for max, at most AGENDA_RUNS_MAX. Fewer than max may come while more wait: one
     * that is tried for the last time comes alone, so that those beside it don't die with it. */
    bool (*run_take)(struct agenda *a, struct uuid engine, int64_t journal_gen, int32_t max,
                     struct arena *arena, struct run_work *ret, int32_t *ret_count,
                     struct err *err);
    /* What reports of the specification had, but for those of this run. */
    bool (*run_known)(struct agenda *a, struct uuid specification, struct uuid run,
                      struct arena *arena, struct run_known *ret, struct err *err);
    /* ret[i]: RUN_TOLD, pieces[i] is whose it was for another RUN_TTL_US. */
    bool (*run_renew)(struct agenda *a, const struct run_piece *pieces, int32_t count,
                      enum run_answer *ret, struct err *err);
    /* Pieces that were taken and not begun wait again, as if they had never been taken; only those
     * of this engine and start. Asking again is safe. */
    bool (*run_return)(struct agenda *a, struct uuid engine, int64_t journal_gen,
                       const struct run_piece *pieces, int32_t count, struct err *err);
    /* Facts: each is taken from whoever worked that attempt. RUN_FENCED for one says nothing about
     * the others; false: none of them is in the record, or the outcome is unknown. With a success
     * the schedules that follow its schedule get their runs of this slot. */
    bool (*run_end)(struct agenda *a, const struct run_ended *ends, int32_t count,
                    enum run_answer *ret, struct err *err);

    /* What is to be brought: made by run_end() in the same commit as the report. next: the earliest
     * instant at which take() would find something, INT64_MAX none. */
    bool (*delivery_next)(struct agenda *a, struct uuid engine, int64_t journal_gen,
                          int64_t *ret_us, struct err *err);
    /* Takes one; *ret_any false: there is none now. The attempt is durable before it is begun. */
    bool (*delivery_take)(struct agenda *a, struct uuid engine, int64_t journal_gen,
                          struct arena *arena, struct delivery_work *ret, bool *ret_any,
                          struct err *err);
    /* The report that is to be brought, appended. */
    bool (*delivery_report)(struct agenda *a, struct uuid run, struct buf *html, struct buf *text,
                            struct err *err);
    /* What became of it; RUN_FENCED: it went on without this attempt. */
    bool (*delivery_end)(struct agenda *a, const struct delivery_ended *end, enum run_answer *ret,
                         struct err *err);

    /* Drops a piece of the history that is not to be kept, oldest first, with an event that says
     * how much (a shared record drops events by whole months), and does what else a record needs
     * now and then. Never dropped: what waits or runs, the newest success of a specification, and a
     * run whose followers are kept. A slot whose run was dropped is never made again. */
    bool (*upkeep)(struct agenda *a, const struct agenda_keep *keep, struct agenda_kept *ret,
                   struct err *err);

    /* --- operators: actor is who asks; each is audited --- */
    /* Before the first command, and again when they change; without it there are no administrators
     * and no limits. */
    void (*rules)(struct agenda *a, const struct agenda_rules *rules);
    /* Every command from here on is refused (ERR_REFUSED, with who may) when the workspace has
     * members and role_allows() says no to the actor's role there; a workspace without members is
     * open to whoever has the record. Reading is not asked about.
     *
     * The first member becomes an owner, whatever role says; the last owner stays one as long as
     * there are other members. */
    bool (*member_put)(struct agenda *a, const char *actor, const struct agenda_ref *member,
                       enum role role, enum put_answer *ret, struct err *err);
    bool (*member_delete)(struct agenda *a, const char *actor, const struct agenda_ref *member,
                          struct err *err);
    /* rev -1: whatever is there; else ERR_CONFLICT when the stored one differs. */
    bool (*spec_put)(struct agenda *a, const char *actor, const struct spec_put *put, int64_t rev,
                     enum put_answer *ret, struct err *err);
    bool (*spec_delete)(struct agenda *a, const char *actor, const struct agenda_ref *spec,
                        struct err *err);
    /* next_us: its first instant (the caller worked it out; a schedule that never runs is refused
     * before). Also the new one after a change of its timing. A new one is refused when the actor
     * made too many in the last hour (rules). One that follows another has the instant of its end,
     * else SCHEDULE_NEVER_US; refused when it follows itself in the end. */
    bool (*schedule_put)(struct agenda *a, const char *actor, const struct schedule_def *def,
                         int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err);
    bool (*schedule_get)(struct agenda *a, const struct agenda_ref *schedule, struct arena *arena,
                         struct schedule_def *ret, int64_t *ret_rev, struct err *err);
    /* Refused while others follow it. */
    bool (*schedule_delete)(struct agenda *a, const char *actor, const struct agenda_ref *schedule,
                            struct err *err);
    /* A template of schedules, for operators to begin with; the names of those that are built in
     * are refused. rev as in spec_put. */
    bool (*template_put)(struct agenda *a, const char *actor, const struct schedule_template *put,
                         int64_t rev, enum put_answer *ret, struct err *err);
    bool (*template_delete)(struct agenda *a, const char *actor, const struct agenda_ref *ref,
                            struct err *err);
    /* note: needed for PAUSE. until_us: PAUSE, 0 none. next_us: ENABLE and RESUME. */
    bool (*schedule_control)(struct agenda *a, const char *actor, const struct agenda_ref *schedule,
                             enum schedule_control what, const char *note, int64_t until_us,
                             int64_t next_us, bool *ret_changed, struct err *err);
    /* A run of each of its specifications now: trigger MANUAL (period_key as the caller worked it
     * out for the first; ERR_CONFLICT when each period has its report) or TEST (period_key NULL).
     * *ret: the first of them. Refused when the schedule was asked too often in the last hour
     * (rules). */
    bool (*run_ask)(struct agenda *a, const char *actor, const struct agenda_ref *schedule,
                    enum run_trigger trigger, const char *period_key, struct uuid *ret,
                    struct err *err);
    /* Slots that went by become waiting runs, made oldest first and one after the other, after
     * whatever comes up meanwhile; ret[i] is what became of slots[i]. Asking again is safe. */
    bool (*backfill)(struct agenda *a, const char *actor, const struct agenda_ref *schedule,
                     const struct backfill_order *order, enum backfill_answer *ret,
                     struct err *err);
    bool (*run_cancel)(struct agenda *a, const char *actor, struct uuid run, struct err *err);
    /* A failure was seen by a person. */
    bool (*run_seen)(struct agenda *a, const char *actor, struct uuid run, struct err *err);

    /* Brings one once more that came to rest; of one that was delivered too, when asked for. */
    bool (*delivery_again)(struct agenda *a, const char *actor, int64_t seq, struct err *err);

    void (*free)(struct agenda *a);
};

struct agenda {
    const struct agenda_ops *ops;
};

#endif
