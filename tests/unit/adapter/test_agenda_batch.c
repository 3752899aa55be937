/* test_agenda_batch.c - if this fails, a batch of runs has one twice, two of one specification or
 * an order of its own, one bad row spoils the others of its command, or what is given back has used
 * up an attempt.
 * needs: postgres */
#include "agenda_stage.h"

#include "store/verify.h"

#include <stdio.h>

enum { MANY = 10 };

struct stage {
    struct agenda_stage c;
    struct uuid one, two; /* engines */
    struct run_work work[MANY];
    int32_t count;
};

/* A waiting run of each of `count` specifications, s0 first. */
static void begin(struct stage *s, int count)
{
    *s = (struct stage){.one = uuid_from_bytes("one", 3), .two = uuid_from_bytes("two", 3)};
    assert_true(stage_begin(&s->c));
    for (int i = 0; i < count; i++) {
        char name[16];
        struct uuid run;
        enum put_answer answer;
        snprintf(name, sizeof name, "s%d", i);
        SCENE_OK(&s->c, stage_put_spec(&s->c, "carl", name, "daily"));
        struct schedule_def def = {.workspace = "default",
                                   .name = name,
                                   .specification = name,
                                   .type = "daily",
                                   .config = "{\"time\":\"09:00\"}",
                                   .notes = "",
                                   .enabled = true};
        SCENE_OK(&s->c,
                 s->c.a->ops->schedule_put(s->c.a, "carl", &def, stage_at("2026-11-24T09:00:00Z"),
                                           -1, &answer, &s->c.err));
        SCENE_OK(&s->c, stage_ask(&s->c, "carl", name, &run));
    }
}

static int32_t take(struct stage *s, struct uuid engine, int64_t gen, int32_t max)
{
    SCENE_OK(&s->c, s->c.a->ops->run_take(s->c.a, engine, gen, max, &s->c.arena, s->work, &s->count,
                                          &s->c.err));
    return s->count;
}

static void verify_line(void *ctx, const struct verify_line *line)
{
    (void)ctx;
    if (line->broken > 0)
        print_message("BROKEN %s: %s\n", line->name, line->sentence);
}

static void end(struct stage *s)
{
    int32_t broken = -1;
    SCENE_OK(&s->c, verify_run(stage_db(&s->c), false, verify_line, NULL, &broken, &s->c.err));
    assert_int_equal(broken, 0);
    stage_end(&s->c);
}

static void many_are_taken_in_their_order(void **state)
{
    (void)state;
    struct stage s;
    begin(&s, 5);
    assert_int_equal(take(&s, s.one, 1, 3), 3);
    for (int i = 0; i < 3; i++)
        CHECK_AT(i, s.work[i].spec_name[1] == '0' + i && s.work[i].attempt == 1, "%s",
                 s.work[i].spec_name);
    assert_int_equal(take(&s, s.two, 1, MANY), 2); /* another engine has the others */
    assert_string_equal(s.work[0].spec_name, "s3");
    assert_int_equal(take(&s, s.two, 1, MANY), 0);
    end(&s);
}

static void of_a_specification_one_is_taken(void **state)
{
    (void)state;
    struct stage s;
    struct uuid run;
    begin(&s, 2);
    SCENE_OK(&s.c, stage_ask(&s.c, "carl", "s0", &run));
    SCENE_OK(&s.c, stage_ask(&s.c, "carl", "s0", &run));
    assert_int_equal(take(&s, s.one, 1, MANY), 2);
    assert_string_equal(s.work[0].spec_name, "s0");
    assert_string_equal(s.work[1].spec_name, "s1");
    end(&s);
}

/* Of four: one ends well, one was cancelled, one is not there, one fails. */
static void one_bad_row_spoils_no_other(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *rows;
    enum run_answer answer[4];
    begin(&s, 3);
    struct agenda *a = s.c.a;
    assert_int_equal(take(&s, s.one, 1, MANY), 3);
    SCENE_OK(&s.c, a->ops->run_cancel(a, "carl", s.work[1].run, &s.c.err));
    struct run_result good = {.ok = true,
                              .report = "x.html",
                              .sha256 = "abc",
                              .html = "<p>",
                              .html_len = 3,
                              .text = "t",
                              .text_len = 1};
    struct run_result bad = {.error = "no source answered"};
    struct run_ended ends[] = {{{s.work[0].run, 1}, good},
                               {{s.work[1].run, 1}, good},
                               {{s.one, 1}, good},
                               {{s.work[2].run, 1}, bad}};
    SCENE_OK(&s.c, a->ops->run_end(a, ends, 4, answer, &s.c.err));
    assert_true(answer[0] == RUN_TOLD && answer[1] == RUN_FENCED && answer[2] == RUN_FENCED &&
                answer[3] == RUN_TOLD);
    assert_int_equal(stage_runs(&s.c, &rows), 3); /* the newest first */
    assert_int_equal(rows[2].status, RUN_SUCCESS);
    assert_int_equal(rows[1].status, RUN_CANCELLED);
    assert_int_equal(rows[0].status, RUN_FAILED);
    SCENE_OK(&s.c, a->ops->run_end(a, ends, 4, answer, &s.c.err)); /* told twice: it is over */
    assert_true(answer[0] == RUN_FENCED && answer[3] == RUN_FENCED);
    end(&s);
}

static void a_renewal_tells_which_are_lost(void **state)
{
    (void)state;
    struct stage s;
    enum run_answer answer[2];
    begin(&s, 2);
    struct agenda *a = s.c.a;
    assert_int_equal(take(&s, s.one, 1, MANY), 2);
    struct run_piece piece[] = {{s.work[0].run, 1}, {s.work[1].run, 1}};
    SCENE_OK(&s.c, a->ops->run_cancel(a, "carl", s.work[0].run, &s.c.err));
    s.c.clock.now += RUN_TTL_US - 1;
    SCENE_OK(&s.c, a->ops->run_renew(a, piece, 2, answer, &s.c.err));
    assert_true(answer[0] == RUN_FENCED && answer[1] == RUN_TOLD);
    s.c.clock.now += RUN_TTL_US - 1;
    assert_int_equal(take(&s, s.two, 1, MANY), 0); /* it lives */
    end(&s);
}

static void what_is_given_back_was_never_taken(void **state)
{
    (void)state;
    struct stage s;
    begin(&s, 3);
    struct agenda *a = s.c.a;
    assert_int_equal(take(&s, s.one, 1, MANY), 3);
    struct run_piece piece[] = {{s.work[0].run, 1}, {s.work[1].run, 1}};
    SCENE_OK(&s.c, a->ops->run_return(a, s.one, 1, piece, 2, &s.c.err));
    assert_int_equal(take(&s, s.two, 1, MANY), 2);
    assert_int_equal(s.work[0].attempt, 1); /* not used up */
    /* Said once more, it is not taken from who has it now; nor by an earlier start. */
    SCENE_OK(&s.c, a->ops->run_return(a, s.one, 1, piece, 2, &s.c.err));
    SCENE_OK(&s.c, a->ops->run_return(a, s.two, 0, piece, 2, &s.c.err));
    assert_int_equal(take(&s, s.one, 1, MANY), 0);
    end(&s);
}

/* Whoever dies beside a report that kills its engine is not blamed for it. */
static void the_last_try_comes_alone(void **state)
{
    (void)state;
    struct stage s;
    begin(&s, 3);
    for (int64_t gen = 1; gen < RUN_ATTEMPTS_MAX; gen++)
        assert_int_equal(take(&s, s.one, gen, MANY), 3);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(take(&s, s.one, RUN_ATTEMPTS_MAX, MANY), 1);
        assert_int_equal(s.work[0].attempt, RUN_ATTEMPTS_MAX);
    }
    assert_int_equal(take(&s, s.one, RUN_ATTEMPTS_MAX, MANY), 0);
    end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_are_taken_in_their_order),
        cmocka_unit_test(of_a_specification_one_is_taken),
        cmocka_unit_test(one_bad_row_spoils_no_other),
        cmocka_unit_test(a_renewal_tells_which_are_lost),
        cmocka_unit_test(what_is_given_back_was_never_taken),
        cmocka_unit_test(the_last_try_comes_alone),
    };
    return AGENDA_RECORD_RUN("agenda_batch", tests);
}
