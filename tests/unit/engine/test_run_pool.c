/* test_run_pool.c - if this fails, runs are taken that no lane will begin soon, an outcome is lost
 * or told twice, a cancelled run is begun, or what is given back is still renewed. */
#include "../../../src/engine/run_pool.h"

#include "base/clock.h"
#include "unit/cases.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 32 };

static struct run_pool *begin(void)
{
    struct run_pool *p = malloc(sizeof *p);
    assert_non_null(p);
    assert_true(run_pool_init(p));
    return p;
}

static void end(struct run_pool *p)
{
    run_pool_done(p);
    free(p);
}

/* So many waiting runs, from number `from` on, taken at boot_us. */
static void fill(struct run_pool *p, int32_t from, int32_t count, int64_t boot_us)
{
    struct pool_batch *b = run_pool_batch(count > 0 ? count : 1);
    assert_non_null(b);
    for (int32_t i = 0; i < count; i++) {
        int32_t number = from + i;
        b->work[i].run = uuid_from_bytes(&number, sizeof number);
        b->work[i].attempt = 1;
    }
    run_pool_fill(p, b, count, boot_us);
}

static struct pool_item *pop(struct run_pool *p)
{
    int32_t left;
    bool low;
    return run_pool_pop(p, 0, &left, &low);
}

static void count_wake(void *ctx)
{
    ++*(int *)ctx;
}

/* Made in took_us. */
static void hand_over(struct run_pool *p, struct pool_item *item, int64_t took_us)
{
    int wakes = 0;
    struct run_result result = {.error = "none answered"};
    run_pool_end(p, item, &result, took_us, count_wake, &wakes);
}

static void as_many_are_taken_as_are_begun_soon(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    assert_int_equal(run_pool_want(p, LANES), 0); /* nobody said that any wait */
    run_pool_call(p);
    assert_int_equal(run_pool_want(p, LANES), LANES); /* nothing is known of them */
    fill(p, 0, LANES, 0);
    assert_int_equal(run_pool_want(p, LANES), 0); /* they wait */
    struct pool_item *item[LANES];
    for (int i = 0; i < LANES; i++)
        item[i] = pop(p);
    assert_int_equal(run_pool_want(p, LANES), 0); /* all lanes are busy, for how long? */
    hand_over(p, item[0], US_PER_MS);
    assert_int_equal(run_pool_want(p, LANES), AGENDA_DUE_MAX); /* they are quick */
    fill(p, LANES, 0, 0);
    assert_int_equal(run_pool_want(p, LANES), 0); /* none waits any more */
    run_pool_call(p);
    for (int i = 1; i < LANES; i++)
        hand_over(p, item[i], 600 * US_PER_S);
    int32_t want = run_pool_want(p, LANES);
    CHECK_AT(__LINE__, want >= LANES && want <= LANES + 1, "%d of slow ones", want);
    end(p);
}

static void an_outcome_is_told_once_and_kept_until_then(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    struct run_ended ends[4];
    char html[] = "<p>", error[] = "late";
    uint64_t keys[] = {7, 8};
    int wakes = 0;
    fill(p, 0, 3, 0);
    struct pool_item *first = pop(p), *second = pop(p);
    struct run_result result = {.error = error,
                                .html = html,
                                .html_len = 3,
                                .report = "x.html",
                                .keys = keys,
                                .key_count = 2};
    run_pool_end(p, first, &result, 0, count_wake, &wakes);
    assert_int_equal(wakes, 1);
    memset(html, 'x', 3); /* the lane goes on */
    memset(error, 'x', 4);
    keys[1] = 0;
    hand_over(p, second, 0);
    assert_int_equal(run_pool_ends(p, ends, 4), 2);
    assert_memory_equal(ends[0].result.html, "<p>", 3);
    assert_string_equal(ends[0].result.error, "late");
    assert_string_equal(ends[0].result.report, "x.html");
    assert_true(ends[0].result.keys[1] == 8 && ends[0].result.text == NULL);
    struct uuid run = ends[0].piece.run;
    run_pool_not_told(p); /* it goes behind the others, so that it spoils none */
    assert_int_equal(run_pool_ends(p, ends, 1), 1);
    assert_false(uuid_equal(ends[0].piece.run, run));
    run_pool_told(p, 1);
    assert_int_equal(run_pool_ends(p, ends, 4), 1);
    assert_true(uuid_equal(ends[0].piece.run, run));
    run_pool_told(p, 1);
    assert_int_equal(run_pool_ends(p, ends, 4), 0);
    assert_int_equal(run_pool_standing(p).held, 1);
    end(p);
}

struct giver {
    struct run_pool *pool;
    struct pool_item *item;
    struct run_result result;
};

static void nobody(void *ctx)
{
    (void)ctx;
}

static void *give(void *arg)
{
    struct giver *g = arg;
    run_pool_end(g->pool, g->item, &g->result, 0, nobody, NULL);
    return NULL;
}

/* One too large for a copy stays the lane's: it waits. */
static void a_large_outcome_is_waited_for(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    struct run_ended ends[1];
    pthread_t thread;
    char *html = calloc(1, POOL_SMALL_BYTES + 1);
    assert_non_null(html);
    fill(p, 0, 1, 0);
    struct giver g = {p, pop(p), {.html = html, .html_len = POOL_SMALL_BYTES + 1}};
    assert_int_equal(pthread_create(&thread, NULL, give, &g), 0);
    while (!run_pool_standing(p).awaited)
        (void)sched_yield();
    assert_int_equal(run_pool_ends(p, ends, 1), 1);
    assert_ptr_equal(ends[0].result.html, html);
    run_pool_told(p, 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(run_pool_standing(p).held, 0);
    free(html);
    end(p);
}

static void what_was_cancelled_is_not_begun(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    struct run_piece piece[4];
    int32_t from = 0;
    fill(p, 0, 3, 0);
    assert_int_equal(run_pool_pieces(p, &from, piece, 4), 3);
    struct pool_item *worked = pop(p);
    run_pool_lose(p, &piece[0]);
    run_pool_lose(p, &piece[1]);
    assert_true(run_pool_lost(p, worked));
    struct pool_item *last = pop(p);
    assert_true(uuid_equal(last->work->run, piece[2].run));
    assert_false(run_pool_lost(p, last));
    assert_null(pop(p));
    run_pool_drop(p, worked);
    run_pool_drop(p, last);
    assert_int_equal(run_pool_standing(p).held, 0);
    end(p);
}

static void what_waits_too_long_is_given_back(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    struct run_piece piece[4];
    fill(p, 0, 2, 10);
    fill(p, 2, 2, 20);
    assert_int_equal(run_pool_backs(p, 20, piece, 4), 2);
    assert_int_equal(run_pool_standing(p).waiting, 2);
    run_pool_back(p, pop(p)); /* a lane could not begin it; not among those given back now */
    run_pool_returned(p, piece, 2);
    assert_int_equal(run_pool_standing(p).held, 2);
    assert_int_equal(run_pool_standing(p).back, 1);
    assert_true(run_pool_standing(p).called); /* whoever is free may have them */
    assert_int_equal(run_pool_backs(p, INT64_MAX, piece, 4), 2);
    run_pool_returned(p, piece, 2);
    assert_int_equal(run_pool_standing(p).held, 0);
    end(p);
}

/* Lanes that were quick and hang now: nothing is taken for them again. */
static void nothing_is_taken_for_lanes_that_hang(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    struct run_piece piece[4];
    fill(p, 0, 4, 0);
    hand_over(p, pop(p), US_PER_MS);
    run_pool_told(p, 1);
    assert_non_null(pop(p));
    assert_int_equal(run_pool_want(p, 1), AGENDA_DUE_MAX - 2); /* two wait */
    fill(p, 4, 0, 0);
    int32_t count = run_pool_backs(p, 1, piece, 4);
    assert_int_equal(count, 2);
    run_pool_returned(p, piece, count);
    assert_int_equal(run_pool_want(p, 1), 0);
    end(p);
}

static void at_the_end_nothing_is_begun(void **state)
{
    (void)state;
    struct run_pool *p = begin();
    fill(p, 0, 1, 0);
    run_pool_call(p);
    run_pool_ending(p);
    assert_null(pop(p));
    assert_int_equal(run_pool_want(p, LANES), 0);
    end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_are_taken_as_are_begun_soon),
        cmocka_unit_test(an_outcome_is_told_once_and_kept_until_then),
        cmocka_unit_test(a_large_outcome_is_waited_for),
        cmocka_unit_test(what_was_cancelled_is_not_begun),
        cmocka_unit_test(what_waits_too_long_is_given_back),
        cmocka_unit_test(nothing_is_taken_for_lanes_that_hang),
        cmocka_unit_test(at_the_end_nothing_is_begun),
    };
    return cmocka_run_group_tests_name("run_pool", tests, NULL, NULL);
}
