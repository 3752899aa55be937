/* test_agenda_keep.c - if this fails, history that should go stays, some goes that must not, it
 * goes without a word, or a slot whose run is gone is made a second time.
 * needs: postgres */
#include "agenda_stage.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/verify.h"

#include <string.h>

enum { DAYS = 3 };

static const struct agenda_ref morning = {"default", "morning"};

struct stage {
    struct agenda_stage c;
    struct backfill_slot slot[DAYS]; /* 20 to 22 November, 09:00 */
};

static bool fill(struct stage *s, enum backfill_answer answer[DAYS])
{
    struct backfill_order order = {.slots = s->slot, .count = DAYS, .which = BACKFILL_ALL};
    return s->c.a->ops->backfill(s->c.a, "ana", &morning, &order, answer, &s->c.err);
}

/* Three runs of past slots: two successes, and a failure; one more waits. */
static void begin(struct stage *s)
{
    enum backfill_answer answer[DAYS];
    struct run_work work;
    struct uuid asked;
    *s = (struct stage){0};
    SCENE_OK(&s->c, stage_begin(&s->c));
    SCENE_OK(&s->c, stage_put_schedule(&s->c, "ana", "morning"));
    for (int i = 0; i < DAYS; i++)
        s->slot[i].slot_us = stage_at("2026-11-20T09:00:00Z") + i * SCENE_DAY;
    SCENE_OK(&s->c, fill(s, answer));
    for (int i = 0; i < DAYS; i++) {
        assert_true(stage_take(&s->c, &work));
        SCENE_OK(&s->c, stage_end_run(&s->c, &work, i < 2));
    }
    SCENE_OK(&s->c, stage_ask(&s->c, "ana", "morning", &asked));
}

static struct agenda_kept upkeep(struct stage *s, int64_t events_days, int64_t runs_days)
{
    const struct agenda_keep keep = {events_days * KEEP_DAY_US, runs_days * KEEP_DAY_US};
    struct agenda_kept one = {.more = true}, sum = {.mine = false};
    while (one.more) {
        SCENE_OK(&s->c, s->c.a->ops->upkeep(s->c.a, &keep, &one, &s->c.err));
        assert_true(one.mine);
        assert_false(one.busy);
        sum.events += one.events;
        sum.runs += one.runs;
    }
    return sum;
}

static int64_t count(struct stage *s, enum sql_id id, int32_t column)
{
    bool row;
    struct stmt *st = db_stmt(stage_db(&s->c), id);
    if (!db_step(st, &row, &s->c.err) || !row)
        fail_msg("%s", s->c.err.text);
    int64_t n = col_int(st, column);
    stmt_end(st);
    return n;
}

static int64_t oldest_event(struct stage *s)
{
    return count(s, SQL_KEEP_EVENTS_FIRST, 0);
}

static void note_broken(void *ctx, const struct verify_line *v)
{
    struct buf *names = ctx;
    if (v->broken > 0) {
        buf_addc(names, ' ');
        buf_adds(names, v->name);
    }
}

/* The invariants that do not hold: the reports of this stage are no real ones. */
static void broken(struct stage *s, char ret[400])
{
    int32_t n;
    struct buf names = buf_init(399);
    SCENE_OK(&s->c, verify_run(stage_db(&s->c), false, note_broken, &names, &n, &s->c.err));
    assert_true(buf_ok(&names) && str_copy(ret, 400, buf_text(&names)));
    buf_done(&names);
}

static void for_ever_is_for_ever(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *rows;
    begin(&s);
    s.c.clock.now += 3000 * SCENE_DAY;
    struct agenda_kept kept = upkeep(&s, 0, 0);
    assert_int_equal(kept.events + kept.runs, 0);
    assert_int_equal(stage_runs(&s.c, &rows), DAYS + 1);
    stage_end(&s.c);
}

static void old_runs_go_and_their_slots_stay_taken(void **state)
{
    (void)state;
    struct stage s;
    struct run_row *rows;
    enum backfill_answer answer[DAYS];
    char before[400], after[400];
    begin(&s);
    broken(&s, before);
    assert_int_equal(upkeep(&s, 0, 62).runs, 0);
    s.c.clock.now += 63 * SCENE_DAY;
    assert_int_equal(upkeep(&s, 0, 62).runs, 2); /* a success, and the failure */
    assert_int_equal(upkeep(&s, 0, 62).runs, 0);
    assert_int_equal(stage_runs(&s.c, &rows), 2);
    assert_int_equal(rows[0].status, RUN_QUEUED);  /* what waits is not over */
    assert_int_equal(rows[1].status, RUN_SUCCESS); /* the newest: the next report goes on there */
    broken(&s, after);
    assert_string_equal(after, before);
    assert_false(fill(&s, answer));
    assert_int_equal(s.c.err.kind, ERR_REFUSED);
    assert_non_null(strstr(s.c.err.text, "keep_runs"));
    assert_int_equal(stage_runs(&s.c, &rows), 2);
    stage_end(&s.c);
}

static void old_events_go_with_a_word(void **state)
{
    (void)state;
    struct stage s;
    char before[400], after[400];
    begin(&s);
    broken(&s, before);
    s.c.clock.now += 100 * SCENE_DAY; /* 3 March */
    assert_true(oldest_event(&s) < stage_at("2026-12-01T00:00:00Z"));
    assert_int_equal(upkeep(&s, 120, 0).events, 0);
    assert_true(upkeep(&s, 30, 0).events > DAYS);
    assert_true(oldest_event(&s) >= s.c.clock.now); /* the line that says so */
    broken(&s, after);
    assert_string_equal(after, before);
    assert_int_equal(upkeep(&s, 30, 0).events, 0);
    s.c.clock.now += SCENE_DAY;
    SCENE_OK(&s.c, stage_put_schedule(&s.c, "ana", "evening")); /* the log goes on */
    broken(&s, after);
    assert_string_equal(after, before);
    stage_end(&s.c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(for_ever_is_for_ever),
        cmocka_unit_test(old_runs_go_and_their_slots_stay_taken),
        cmocka_unit_test(old_events_go_with_a_word),
    };
    return AGENDA_RECORD_RUN("agenda_keep", tests);
}
