/* test_agenda_race.c - if this fails, two operators who command at the same moment, on two
 * machines, both get what only one may have: a name, a last report of the period, the place of a
 * last owner, a circle of schedules; or one of them meets a fault instead of an answer. On the
 * embedded record, which one command has at a time, they come one after the other.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/str.h"
#include "store/verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { HANDS = 4, ROUNDS = 12, DAYS = 5 };

struct race;

/* One operator, on a connection of their own. */
struct hand {
    struct race *race;
    struct agenda *a;
    pthread_t thread;
    int number;
    bool ok;
    enum put_answer put;
    enum backfill_answer days[DAYS];
    struct err err;
};

struct race {
    struct agenda_stage c;
    struct hand hands[HANDS];
    pthread_barrier_t start;
    bool (*run)(struct hand *h);
    int round;
    struct uuid run_id;
};

static void *run_hand(void *arg)
{
    struct hand *h = arg;
    (void)pthread_barrier_wait(&h->race->start); /* one of them is told so */
    h->ok = h->race->run(h);
    return NULL;
}

static void run_all(struct race *r)
{
    bool embedded = str_equal(r->c.a->ops->kind, "sqlite");
    for (int i = 0; i < HANDS; i++) {
        struct hand *h = &r->hands[i];
        h->err = (struct err){0};
        if (embedded)
            h->ok = r->run(h);
        else
            assert_int_equal(pthread_create(&h->thread, NULL, run_hand, h), 0);
    }
    for (int i = 0; i < HANDS && !embedded; i++)
        assert_int_equal(pthread_join(r->hands[i].thread, NULL), 0);
}

/* Everybody at once; how many were let. A fault is no answer. */
static int at_once(struct race *r, bool (*run)(struct hand *h))
{
    int let = 0;
    r->run = run;
    run_all(r);
    for (int i = 0; i < HANDS; i++) {
        const struct hand *h = &r->hands[i];
        CHECK_AT(i, h->ok || h->err.kind == ERR_REFUSED || h->err.kind == ERR_CONFLICT, "%s",
                 h->err.text);
        let += h->ok;
    }
    return let;
}

static const struct agenda_rules rules = {.admins = "", .create_per_hour = 1000};

static int begin(void **state)
{
    struct race *r = calloc(1, sizeof *r);
    *state = r;
    if (r == NULL || !stage_begin(&r->c))
        return -1;
    for (int i = 0; i < HANDS; i++) {
        struct hand *h = &r->hands[i];
        *h = (struct hand){.race = r, .number = i};
        if (!agenda_record_agenda(r->c.record, &h->a, &h->err))
            return -1;
        h->a->ops->rules(h->a, &rules);
    }
    return pthread_barrier_init(&r->start, NULL, HANDS);
}

static void verify_line(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    if (line->broken > 0)
        print_message("BROKEN %s: %s\n", line->name, line->sentence);
}

static int end(void **state)
{
    struct race *r = *state;
    int32_t broken = -1;
    SCENE_OK(&r->c, verify_run(stage_db(&r->c), false, verify_line, NULL, &broken, &r->c.err));
    assert_int_equal(broken, 0);
    for (int i = 0; i < HANDS; i++)
        r->hands[i].a->ops->free(r->hands[i].a);
    (void)pthread_barrier_destroy(&r->start); /* nobody waits at it */
    stage_end(&r->c);
    free(r);
    return 0;
}

/* --- names ------------------------------------------------------------------------------------ */

static void name_of(const struct hand *h, const char *what, char dst[40])
{
    assert_true(str_format(dst, 40, "%s %d", what, h->race->round));
}

static bool put_spec(struct hand *h)
{
    char name[40];
    name_of(h, "spec", name);
    struct spec_put put = {"default", name, true, "daily", "{}"};
    return h->a->ops->spec_put(h->a, "ana", &put, -1, &h->put, &h->err);
}

static bool put_named(struct hand *h, const char *name, const char *after)
{
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = "news",
                               .after = after,
                               .type = after != NULL ? "after" : "daily",
                               .config = "{\"time\":\"09:00\"}",
                               .notes = "",
                               .enabled = true};
    return h->a->ops->schedule_put(h->a, "ana", &def, stage_at("2026-11-23T09:00:00Z"), -1, &h->put,
                                   &h->err);
}

static bool put_schedule(struct hand *h)
{
    char name[40];
    name_of(h, "schedule", name);
    return put_named(h, name, NULL);
}

static int created(const struct race *r)
{
    int n = 0;
    for (int i = 0; i < HANDS; i++)
        n += r->hands[i].put == PUT_CREATED;
    return n;
}

static void a_name_is_made_once(void **state)
{
    struct race *r = *state;
    for (r->round = 0; r->round < ROUNDS; r->round++) {
        assert_int_equal(at_once(r, put_spec), HANDS);
        assert_int_equal(created(r), 1);
        assert_int_equal(at_once(r, put_schedule), HANDS);
        assert_int_equal(created(r), 1);
    }
}

/* Each follows the next one: with all of them it would be a circle. */
static bool follow_next(struct hand *h)
{
    char name[40], next[40];
    assert_true(str_format(name, sizeof name, "ring %d", h->number));
    assert_true(str_format(next, sizeof next, "ring %d", (h->number + 1) % HANDS));
    return put_named(h, name, next);
}

static bool follow_none(struct hand *h)
{
    char name[40];
    assert_true(str_format(name, sizeof name, "ring %d", h->number));
    return put_named(h, name, NULL);
}

static void no_circle_comes_about(void **state)
{
    struct race *r = *state;
    for (r->round = 0; r->round < ROUNDS; r->round++) {
        assert_int_equal(at_once(r, follow_none), HANDS);
        assert_int_equal(at_once(r, follow_next), HANDS - 1);
    }
}

/* One deletes the specification, the others make schedules of it. */
static bool use_or_delete(struct hand *h)
{
    char spec[40], name[40];
    name_of(h, "spec", spec);
    assert_true(str_format(name, sizeof name, "user %d %d", h->race->round, h->number));
    struct agenda_ref ref = {"default", spec};
    if (h->number == 0)
        return h->a->ops->spec_delete(h->a, "ana", &ref, &h->err);
    struct schedule_def def = {.workspace = "default",
                               .name = name,
                               .specification = spec,
                               .type = "daily",
                               .config = "{}",
                               .notes = "",
                               .enabled = true};
    return h->a->ops->schedule_put(h->a, "ana", &def, stage_at("2026-11-23T09:00:00Z"), -1, &h->put,
                                   &h->err);
}

static void what_is_used_is_not_deleted(void **state)
{
    struct race *r = *state;
    for (r->round = 0; r->round < ROUNDS; r->round++) {
        assert_int_equal(at_once(r, put_spec), HANDS);
        int let = at_once(r, use_or_delete);
        assert_int_equal(let, r->hands[0].ok ? 1 : HANDS - 1);
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

/* Half of them in another workspace. */
static bool put_own(struct hand *h)
{
    char name[40];
    enum put_answer answer;
    const char *workspace = h->number % 2 == 0 ? "default" : "elsewhere";
    struct spec_put spec = {workspace, "news", true, "daily", "{}"};
    assert_true(str_format(name, sizeof name, "own %d %d", h->race->round, h->number));
    struct schedule_def def = {.workspace = workspace,
                               .name = name,
                               .specification = "news",
                               .type = "daily",
                               .config = "{}",
                               .notes = "",
                               .enabled = true};
    return h->a->ops->spec_put(h->a, "ana", &spec, -1, &answer, &h->err) &&
           h->a->ops->schedule_put(h->a, "ana", &def, stage_at("2026-11-23T09:00:00Z"), -1, &h->put,
                                   &h->err);
}

static void a_limit_holds_for_all_together(void **state)
{
    static const struct agenda_rules few = {.admins = "", .create_per_hour = 3};
    struct race *r = *state;
    for (int i = 0; i < HANDS; i++)
        r->hands[i].a->ops->rules(r->hands[i].a, &few);
    for (r->round = 0; r->round < ROUNDS; r->round++) {
        assert_int_equal(at_once(r, put_own), 3);
        r->c.clock.now += SCENE_HOUR;
        /* This tells the database the new time, before all ask at once. */
        struct uuid none;
        assert_false(stage_ask(&r->c, "ana", "nothing", &none));
    }
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool ask_now(struct hand *h)
{
    struct uuid run;
    char key[40];
    struct agenda_ref ref = {"default", "schedule 0"};
    name_of(h, "period", key);
    return h->a->ops->run_ask(h->a, "ana", &ref, TRIGGER_MANUAL, key, &run, &h->err);
}

static bool backfill(struct hand *h)
{
    struct agenda_ref ref = {"default", "schedule 0"};
    struct backfill_slot slots[DAYS];
    struct backfill_order order = {.slots = slots, .count = DAYS};
    for (int i = 0; i < DAYS; i++)
        slots[i] = (struct backfill_slot){.slot_us = stage_at("2026-10-01T09:00:00Z") +
                                                     (h->race->round * DAYS + i) * SCENE_DAY};
    return h->a->ops->backfill(h->a, "ana", &ref, &order, h->days, &h->err);
}

static void a_report_is_asked_for_once(void **state)
{
    struct race *r = *state;
    assert_int_equal(at_once(r, put_schedule), HANDS);
    for (r->round = 0; r->round < ROUNDS / 2; r->round++) {
        assert_int_equal(at_once(r, ask_now), 1);
        assert_int_equal(at_once(r, backfill), HANDS);
        for (int day = 0; day < DAYS; day++) {
            int runs = 0;
            for (int i = 0; i < HANDS; i++) {
                runs += r->hands[i].days[day] == BACKFILL_RUNS;
                CHECK_AT(i,
                         r->hands[i].days[day] == BACKFILL_RUNS ||
                             r->hands[i].days[day] == BACKFILL_OPEN,
                         "day %d: %d", day, r->hands[i].days[day]);
            }
            CHECK_AT(day, runs == 1, "%d runs", runs);
        }
    }
}

static bool cancel(struct hand *h)
{
    return h->a->ops->run_cancel(h->a, "ana", h->race->run_id, &h->err);
}

static void a_run_is_taken_back_once(void **state)
{
    struct race *r = *state;
    assert_int_equal(at_once(r, put_schedule), HANDS);
    for (int i = 0; i < ROUNDS; i++) {
        SCENE_OK(&r->c, stage_ask(&r->c, "ana", "schedule 0", &r->run_id));
        assert_int_equal(at_once(r, cancel), 1);
    }
}

/* --- members ---------------------------------------------------------------------------------- */

static bool join(struct hand *h)
{
    char name[40];
    assert_true(str_format(name, sizeof name, "owner %d", h->number));
    struct agenda_ref ref = {"default", name};
    return h->a->ops->member_put(h->a, name, &ref, ROLE_OWNER, &h->put, &h->err);
}

/* Whoever is not yet a member can't let themselves in: the first one of all is. */
static void one_is_the_first(void **state)
{
    struct race *r = *state;
    assert_int_equal(at_once(r, join), 1);
}

static bool step_down(struct hand *h)
{
    char name[40];
    assert_true(str_format(name, sizeof name, "owner %d", h->number));
    struct agenda_ref ref = {"default", name};
    return h->a->ops->member_put(h->a, name, &ref, ROLE_MEMBER, &h->put, &h->err);
}

static void an_owner_is_left(void **state)
{
    struct race *r = *state;
    static const char *const names[HANDS] = {"owner 0", "owner 1", "owner 2", "owner 3"};
    SCENE_OK(&r->c, stage_join(&r->c, "boss", "boss", ROLE_OWNER));
    for (int round = 0; round < ROUNDS; round++) {
        struct agenda_ref boss = {"default", "boss"};
        for (int i = 0; i < HANDS; i++)
            SCENE_OK(&r->c, stage_join(&r->c, "boss", names[i], ROLE_OWNER));
        SCENE_OK(&r->c, r->c.a->ops->member_delete(r->c.a, "boss", &boss, &r->c.err));
        assert_int_equal(at_once(r, step_down), HANDS - 1);
        for (int i = 0; i < HANDS; i++) /* who is an owner still lets the boss in again */
            (void)stage_join(&r->c, names[i], "boss", ROLE_OWNER); /* three are refused */
    }
}

/* --- beside engines --------------------------------------------------------------------------- */

enum { TURNS = 25, SHARED = 3 };

/* A refusal is an answer; that somebody else was in the way is not. */
static bool answered(struct hand *h, bool ok)
{
    return ok || h->err.kind == ERR_REFUSED || h->err.kind == ERR_CONFLICT;
}

static bool end_runs(struct hand *h, struct arena *arena)
{
    struct uuid engine = uuid_from_bytes(&h->number, sizeof h->number);
    struct run_work work[SHARED];
    struct run_ended ends[SHARED];
    enum run_answer answers[SHARED];
    int32_t count = 0;
    if (!h->a->ops->run_take(h->a, engine, 1, SHARED, arena, work, &count, &h->err))
        return false;
    for (int32_t i = 0; i < count; i++)
        ends[i] = (struct run_ended){{work[i].run, work[i].attempt},
                                     {.ok = i > 0,
                                      .quiet = i > 1,
                                      .error = "no source answered",
                                      .report = "x.html",
                                      .sha256 = "abc",
                                      .html = "<p>",
                                      .html_len = 3,
                                      .text = "t",
                                      .text_len = 1}};
    return h->a->ops->run_end(h->a, ends, count, answers, &h->err);
}

/* Every schedule that is due, in one command; then runs begin and end. */
static bool engine_turn(struct hand *h, struct arena *arena)
{
    struct due_row *due;
    struct slot_order orders[SHARED];
    enum slot_answer answers[SHARED];
    char keys[SHARED][40];
    int64_t now_us;
    int32_t count = 0;
    if (!h->a->ops->due(h->a, arena, &due, &count, &now_us, &h->err))
        return false;
    count = count < SHARED ? count : SHARED;
    for (int32_t i = 0; i < count; i++) {
        assert_true(str_format(keys[i], sizeof keys[i], "day %d", (int)(i + count) % SHARED));
        orders[i] = (struct slot_order){.schedule = due[i].schedule,
                                        .seen_us = due[i].next_run_us,
                                        .what = i % 2 == 0 ? SLOT_RUN : SLOT_MISSED,
                                        .trigger = TRIGGER_SCHEDULE,
                                        .slot_us = due[i].next_run_us,
                                        .period_key = i % 2 == 0 ? keys[i] : NULL,
                                        .next_us = due[i].next_run_us + SCENE_MINUTE,
                                        .reason = "it went by"};
    }
    return h->a->ops->slots(h->a, orders, count, answers, &h->err) && end_runs(h, arena);
}

static bool operator_turn(struct hand *h, int turn)
{
    char name[40], key[40];
    bool changed;
    struct uuid run = {0};
    struct agenda *a = h->a;
    struct agenda_ref ref = {"default", name};
    assert_true(str_format(name, sizeof name, "shared %d", turn % SHARED));
    assert_true(str_format(key, sizeof key, "day %d", turn % SHARED));
    int64_t slot = stage_at("2026-10-01T09:00:00Z") + turn * SCENE_DAY;
    struct backfill_slot days[2] = {{.slot_us = slot, .period_key = key},
                                    {.slot_us = slot + SCENE_HOUR, .period_key = "another"}};
    struct backfill_order order = {.slots = days, .count = 2, .which = BACKFILL_ALL};
    bool ok = answered(h, a->ops->backfill(a, "ana", &ref, &order, h->days, &h->err)) &&
              answered(h, put_named(h, name, NULL));
    if (ok && a->ops->run_ask(a, "ana", &ref, TRIGGER_MANUAL, key, &run, &h->err))
        ok = answered(h, a->ops->run_cancel(a, "ana", run, &h->err));
    ok = ok && answered(h, false);
    for (int what = SCHEDULE_PAUSE; ok && what <= SCHEDULE_RESUME; what++)
        ok = answered(h, a->ops->schedule_control(a, "ana", &ref, (enum schedule_control)what,
                                                  "why", 0, stage_at("2026-11-20T09:00:00Z"),
                                                  &changed, &h->err));
    return ok;
}

static bool take_turns(struct hand *h)
{
    struct arena arena = arena_init((size_t)64 << 20);
    bool ok = true;
    for (int turn = 0; ok && turn < TURNS; turn++) {
        h->err = (struct err){.kind = ERR_REFUSED};
        ok = h->number < 2 ? engine_turn(h, &arena) : operator_turn(h, turn + h->number);
    }
    arena_done(&arena);
    return ok;
}

/* Two of each, on the same schedules and periods. */
static void engines_and_operators_do_not_end_each_other(void **state)
{
    struct race *r = *state;
    enum put_answer answer;
    for (int i = 0; i < SHARED; i++) {
        char name[40];
        assert_true(str_format(name, sizeof name, "shared %d", i));
        struct schedule_def def = {.workspace = "default",
                                   .name = name,
                                   .specification = "news",
                                   .type = "daily",
                                   .config = "{\"time\":\"09:00\"}",
                                   .notes = "",
                                   .enabled = true};
        SCENE_OK(&r->c,
                 r->c.a->ops->schedule_put(r->c.a, "ana", &def, stage_at("2026-11-20T09:00:00Z"),
                                           -1, &answer, &r->c.err));
    }
    int let = at_once(r, take_turns);
    for (int i = 0; i < HANDS; i++)
        CHECK_AT(i, r->hands[i].ok, "%s", r->hands[i].err.text);
    assert_int_equal(let, HANDS);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_name_is_made_once),
        CASE(no_circle_comes_about),
        CASE(what_is_used_is_not_deleted),
        CASE(a_limit_holds_for_all_together),
        CASE(a_report_is_asked_for_once),
        CASE(a_run_is_taken_back_once),
        CASE(one_is_the_first),
        CASE(an_owner_is_left),
        CASE(engines_and_operators_do_not_end_each_other),
    };
    return AGENDA_RECORD_RUN("agenda_race", tests);
}
