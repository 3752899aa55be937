/* test_rotation.c - the order of groups and terms, and how much each may take. If it failed, a job
 * would work its terms in another order than it says, pass a limit, or never end. */
#include "domain/rotation.h"

#include "base/rng.h"
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { GROUPS = 12, TERMS = 60 };

/* A plan with room for its arrays. */
struct made {
    struct plan plan;
    struct plan_group groups[GROUPS];
    struct plan_term terms[TERMS];
};

/* sizes: the terms of each group, ended with 0. */
static void make(struct made *m, enum distribution distribution, int32_t loop_interval, int32_t max,
                 const int32_t *sizes)
{
    *m = (struct made){0};
    m->plan = (struct plan){.distribution = distribution,
                            .loop_interval = loop_interval,
                            .max_emails_per_group = max,
                            .seed = 42,
                            .groups = m->groups,
                            .terms = m->terms};
    for (; sizes[m->plan.group_count] > 0; m->plan.group_count++) {
        struct plan_group *g = &m->groups[m->plan.group_count];
        g->group_no = m->plan.group_count + 1;
        g->first_term = m->plan.term_count;
        g->terms = sizes[m->plan.group_count];
        for (int32_t t = 0; t < g->terms; t++, m->plan.term_count++)
            m->terms[m->plan.term_count].term_no = m->plan.term_count + 1;
    }
}

/* The next move, which must be of this kind; it is made. */
static struct move expect(struct made *m, int line, enum move_kind kind)
{
    struct move move;
    rotation_next(&m->plan, 3, &move);
    if (move.kind != kind)
        fail_msg("line %d: the move is %s, not %s", line, move_name(move.kind), move_name(kind));
    rotation_apply(&m->plan, &move);
    return move;
}
#define EXPECT(m, kind) expect(m, __LINE__, kind)

/* Work that was done: so many places taken by the term at work. */
static void count(struct made *m, const struct move *work, int32_t n)
{
    m->plan.terms[work->term].counted += n;
    m->plan.groups[work->group].counted += n;
}

/* --- targets -----------------------------------------------------------------------------------*/

static void a_pass_deals_what_is_left_evenly(void **state)
{
    (void)state;
    static const struct {
        int line;
        int32_t loop_interval, max, terms;
        int32_t counted[6];
        enum term_state state[6];
        int32_t target[6];
    } cases[] = {
        {__LINE__, 40, 300, 4, {0}, {0}, {40, 40, 40, 40}},
        {__LINE__, 100, 300, 4, {0}, {0}, {75, 75, 75, 75}},
        {__LINE__, 100, 10, 4, {0}, {0}, {3, 3, 2, 2}},
        {__LINE__, 100, 3, 4, {0}, {0}, {1, 1, 1, 0}},
        {__LINE__, 100, 1, 4, {0}, {0}, {1, 0, 0, 0}},
        {__LINE__, 1, 100, 3, {0}, {0}, {1, 1, 1}},
        /* The second pass: 4 places are left for the two that can take. */
        {__LINE__, 100, 10, 4, {3, 1, 2, 0}, {0, TERM_EXHAUSTED, 0, TERM_DEFERRED}, {5, 0, 4, 0}},
        {__LINE__, 100, 10, 3, {3, 3, 3}, {0}, {4, 3, 3}},
        /* One is at loop_interval, one is near it. */
        {__LINE__, 5, 20, 3, {5, 4, 0}, {0}, {0, 5, 5}},
        {__LINE__, 5, 20, 3, {5, 4, 0}, {TERM_DONE, 0, 0}, {0, 5, 5}},
        /* Nothing is left, or more than nothing was taken. */
        {__LINE__, 5, 9, 3, {5, 4, 0}, {0}, {0, 0, 0}},
        {__LINE__, 5, 9, 3, {5, 5, 1}, {0}, {0, 0, 0}},
        /* Nobody can take. */
        {__LINE__, 5, 90, 2, {1, 1}, {TERM_EXHAUSTED, TERM_DEFERRED}, {0, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        int32_t targets[6];
        make(&m, DISTRIBUTION_EQUITABLE, cases[i].loop_interval, cases[i].max,
             (int32_t[]){cases[i].terms, 0});
        for (int32_t t = 0; t < cases[i].terms; t++) {
            m.terms[t].counted = cases[i].counted[t];
            m.terms[t].state = cases[i].state[t];
            m.groups[0].counted += cases[i].counted[t];
        }
        rotation_targets(&m.plan, 0, targets, 6);
        for (int32_t t = 0; t < cases[i].terms; t++)
            if (targets[t] != cases[i].target[t])
                fail_msg("line %d: term %d may go to %d, not %d", cases[i].line, t, targets[t],
                         cases[i].target[t]);
    }
}

static void the_remainder_goes_to_the_first_in_turn(void **state)
{
    (void)state;
    struct made m;
    int32_t targets[4];
    make(&m, DISTRIBUTION_EQUITABLE, 100, 10, (int32_t[]){4, 0});
    m.terms[3].first = true; /* it was deferred in the last cycle */
    rotation_targets(&m.plan, 0, targets, 4);
    assert_int_equal(targets[3], 3);
    assert_int_equal(targets[0], 3);
    assert_int_equal(targets[1], 2);
    assert_int_equal(targets[2], 2);
}

static void targets_of_one_group_are_its_own(void **state)
{
    (void)state;
    struct made m;
    int32_t targets[2];
    make(&m, DISTRIBUTION_EQUITABLE, 100, 10, (int32_t[]){3, 2, 0});
    rotation_targets(&m.plan, 1, targets, 2);
    assert_int_equal(targets[0], 5);
    assert_int_equal(targets[1], 5);
}

/* --- turns and draws ---------------------------------------------------------------------------*/

static void deferred_terms_take_their_turn_first(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_RANDOM, 10, 100, (int32_t[]){2, 5, 0});
    m.terms[4].first = m.terms[6].first = true;
    static const int32_t order[] = {4, 6, 2, 3, 5};
    for (int32_t turn = 0; turn < 5; turn++)
        assert_int_equal(rotation_turn(&m.plan, 1, turn), order[turn]);
    assert_int_equal(rotation_turn(&m.plan, 1, 5), -1);
    assert_int_equal(rotation_turn(&m.plan, 0, 0), 0);
}

/* One cycle's order of groups, drawn one by one. */
static void draw_all(struct made *m, uint64_t seed, int32_t cycle, int32_t *order)
{
    m->plan.seed = seed;
    m->plan.cycle = cycle;
    for (int32_t i = 0; i < m->plan.group_count; i++)
        m->groups[i].draw_no = 0;
    for (int32_t k = 1; k <= m->plan.group_count; k++) {
        int32_t g = rotation_draw(&m->plan, k);
        assert_in_range(g, 0, m->plan.group_count - 1);
        assert_int_equal(m->groups[g].draw_no, 0); /* without repetition */
        m->groups[g].draw_no = k;
        order[k - 1] = g;
    }
    assert_int_equal(rotation_draw(&m->plan, m->plan.group_count + 1), -1);
}

static void a_cycle_draws_every_group_once(void **state)
{
    (void)state;
    struct made m;
    int32_t first[GROUPS], second[GROUPS];
    make(&m, DISTRIBUTION_RANDOM, 1, 1, (int32_t[]){1, 1, 1, 1, 1, 1, 1, 1, 0});
    for (uint64_t seed = 0; seed < 50; seed++) {
        draw_all(&m, seed, 1, first);
        draw_all(&m, seed, 1, second);
        assert_memory_equal(first, second, 8 * sizeof *first); /* the same dice, the same order */
    }
}

static void orders_differ_between_seeds_and_cycles(void **state)
{
    (void)state;
    struct made m;
    int32_t first[GROUPS], other[GROUPS];
    int same_cycle = 0, same_seed = 0;
    make(&m, DISTRIBUTION_RANDOM, 1, 1, (int32_t[]){1, 1, 1, 1, 1, 1, 0});
    for (uint64_t seed = 0; seed < 100; seed++) {
        draw_all(&m, seed, 1, first);
        draw_all(&m, seed, 2, other);
        same_seed += memcmp(first, other, 6 * sizeof *first) == 0;
        draw_all(&m, seed + 1, 1, other);
        same_cycle += memcmp(first, other, 6 * sizeof *first) == 0;
    }
    /* One in 720 would be the same by chance. */
    assert_in_range(same_seed, 0, 3);
    assert_in_range(same_cycle, 0, 3);
}

static void every_group_is_drawn_first_about_as_often(void **state)
{
    (void)state;
    struct made m;
    int firsts[4] = {0};
    int32_t order[GROUPS];
    make(&m, DISTRIBUTION_RANDOM, 1, 1, (int32_t[]){1, 1, 1, 1, 0});
    for (uint64_t seed = 0; seed < 4000; seed++) {
        draw_all(&m, seed, 1, order);
        firsts[order[0]]++;
    }
    for (int g = 0; g < 4; g++)
        assert_in_range(firsts[g], 850, 1150); /* 1000 expected, 5 sigma are 137 */
}

/* --- moves -------------------------------------------------------------------------------------*/

static void a_new_job_begins_a_cycle_a_group_a_pass_and_a_term(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_EQUITABLE, 10, 15, (int32_t[]){2, 1, 0});
    assert_int_equal(EXPECT(&m, MOVE_CYCLE).cycle, 1);
    struct move group = EXPECT(&m, MOVE_GROUP);
    assert_int_equal(group.group, 0);
    assert_int_equal(group.draw, 1);
    (void)EXPECT(&m, MOVE_PASS);
    assert_int_equal(m.terms[0].target, 8);
    assert_int_equal(m.terms[1].target, 7);
    assert_int_equal(EXPECT(&m, MOVE_TERM).term, 0);
    assert_int_equal(EXPECT(&m, MOVE_WORK).room, 8);
}

static void random_goes_through_the_terms_without_a_pass(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_RANDOM, 10, 15, (int32_t[]){3, 0});
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_GROUP);
    (void)EXPECT(&m, MOVE_TERM);
    struct move work = EXPECT(&m, MOVE_WORK);
    assert_int_equal(work.room, 10);
    count(&m, &work, 10);
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_DONE);
    assert_int_equal(EXPECT(&m, MOVE_TERM).term, 1);
    work = EXPECT(&m, MOVE_WORK);
    assert_int_equal(work.room, 5); /* what the group has left */
    count(&m, &work, 5);
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_DONE); /* the group's limit */
    (void)EXPECT(&m, MOVE_GROUP_END);
    assert_int_equal(m.terms[2].state, TERM_WAITING); /* it never had its turn */
    (void)EXPECT(&m, MOVE_COMPLETE);
    assert_true(m.plan.cycle_ended);
    assert_int_equal(EXPECT(&m, MOVE_CYCLE).cycle, 2); /* the next start */
}

static void what_one_term_can_not_take_goes_to_the_others(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_EQUITABLE, 10, 12, (int32_t[]){3, 0});
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_GROUP);
    (void)EXPECT(&m, MOVE_PASS); /* 4 each */
    (void)EXPECT(&m, MOVE_TERM);
    struct move work = EXPECT(&m, MOVE_WORK);
    count(&m, &work, 1);
    m.terms[0].cursor.ended = true; /* dry after one */
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_EXHAUSTED);
    for (int32_t t = 1; t < 3; t++) {
        assert_int_equal(EXPECT(&m, MOVE_TERM).term, t);
        work = EXPECT(&m, MOVE_WORK);
        count(&m, &work, 4);
        assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_WAITING);
    }
    (void)EXPECT(&m, MOVE_PASS); /* 3 are left for two terms: 2 and 1 */
    assert_int_equal(m.terms[1].target, 6);
    assert_int_equal(m.terms[2].target, 5);
    assert_int_equal(EXPECT(&m, MOVE_TERM).term, 1);
    work = EXPECT(&m, MOVE_WORK);
    assert_int_equal(work.room, 2);
    count(&m, &work, 2);
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_WAITING);
    assert_int_equal(EXPECT(&m, MOVE_TERM).term, 2);
    work = EXPECT(&m, MOVE_WORK);
    count(&m, &work, 1);
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_DONE);
    (void)EXPECT(&m, MOVE_GROUP_END);
    assert_int_equal(m.terms[1].state, TERM_DONE);
}

/* How a term's turn ends, as a table. */
static void a_turn_ends_as_the_term_stands(void **state)
{
    (void)state;
    static const struct {
        int line;
        struct plan_term term;
        enum move_kind kind;
        enum term_state end;
    } cases[] = {
        {__LINE__, {.target = 5}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .counted = 4}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .counted = 5}, MOVE_TERM_END, TERM_WAITING},
        {__LINE__, {.target = 10, .counted = 10}, MOVE_TERM_END, TERM_DONE},
        {__LINE__, {.target = 5, .failures = 2}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .failures = 3}, MOVE_TERM_END, TERM_DEFERRED},
        {__LINE__, {.target = 5, .cursor = {.ended = true}}, MOVE_TERM_END, TERM_EXHAUSTED},
        {__LINE__,
         {.target = 5, .failures = 9, .cursor = {.ended = true}},
         MOVE_TERM_END,
         TERM_EXHAUSTED},
        /* What waits to be sent is sent first, whatever the search does. */
        {__LINE__, {.target = 5, .queued = 1, .failures = 9}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .queued = 1, .cursor = {.ended = true}}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .deferred = 2, .deferred_due = 1, .failures = 9}, MOVE_WORK, 0},
        {__LINE__, {.target = 5, .counted = 5, .queued = 3}, MOVE_TERM_END, TERM_WAITING},
        /* Letters that are to be tried again are not decided: the term is not exhausted. */
        {__LINE__,
         {.target = 5, .deferred = 2, .cursor = {.ended = true}},
         MOVE_TERM_END,
         TERM_DEFERRED},
        {__LINE__, {.target = 5, .deferred = 2}, MOVE_WORK, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct made m;
        struct move move;
        make(&m, DISTRIBUTION_EQUITABLE, 10, 100, (int32_t[]){1, 0});
        m.plan.cycle = 1;
        m.groups[0].state = GROUP_RUNNING;
        m.terms[0] = cases[i].term;
        m.terms[0].state = TERM_RUNNING;
        m.groups[0].counted = cases[i].term.counted;
        rotation_next(&m.plan, 3, &move);
        if (move.kind != cases[i].kind ||
            (move.kind == MOVE_TERM_END && move.term_end != cases[i].end))
            fail_msg("line %d: %s %s", cases[i].line, move_name(move.kind),
                     term_state_name(move.term_end));
    }
}

static void a_cycle_that_counted_nothing_is_followed_by_a_rest(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_EQUITABLE, 10, 10, (int32_t[]){1, 0});
    m.plan.loop_automation = true;
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_GROUP);
    (void)EXPECT(&m, MOVE_PASS);
    (void)EXPECT(&m, MOVE_TERM);
    m.terms[0].failures = 3;
    (void)EXPECT(&m, MOVE_TERM_END);
    (void)EXPECT(&m, MOVE_GROUP_END);
    (void)EXPECT(&m, MOVE_REST);
    (void)EXPECT(&m, MOVE_REST); /* as long as it is not over */
    m.plan.rested = true;
    (void)EXPECT(&m, MOVE_CYCLE);
    assert_false(m.plan.rested);
    assert_true(m.terms[0].first); /* it was deferred */
}

static void a_cycle_that_counted_is_followed_by_the_next(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_RANDOM, 1, 10, (int32_t[]){1, 0});
    m.plan.loop_automation = true;
    for (int32_t cycle = 1; cycle <= 3; cycle++) {
        assert_int_equal(EXPECT(&m, MOVE_CYCLE).cycle, cycle);
        (void)EXPECT(&m, MOVE_GROUP);
        (void)EXPECT(&m, MOVE_TERM);
        struct move work = EXPECT(&m, MOVE_WORK);
        count(&m, &work, 1);
        (void)EXPECT(&m, MOVE_TERM_END);
        (void)EXPECT(&m, MOVE_GROUP_END);
    }
}

static void a_job_without_groups_completes(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_RANDOM, 1, 1, (int32_t[]){0});
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_COMPLETE);
}

static void a_group_without_terms_is_stepped_over(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_EQUITABLE, 1, 1, (int32_t[]){1, 0});
    m.groups[0].terms = 0;
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_GROUP);
    (void)EXPECT(&m, MOVE_GROUP_END);
    (void)EXPECT(&m, MOVE_COMPLETE);
}

static void a_limit_that_was_lowered_ends_turns_and_groups(void **state)
{
    (void)state;
    struct made m;
    make(&m, DISTRIBUTION_RANDOM, 10, 100, (int32_t[]){2, 0});
    (void)EXPECT(&m, MOVE_CYCLE);
    (void)EXPECT(&m, MOVE_GROUP);
    (void)EXPECT(&m, MOVE_TERM);
    struct move work = EXPECT(&m, MOVE_WORK);
    count(&m, &work, 6);
    m.plan.max_emails_per_group = 5;
    assert_int_equal(EXPECT(&m, MOVE_TERM_END).term_end, TERM_DONE);
    (void)EXPECT(&m, MOVE_GROUP_END);
}

/* Random jobs with random work: no limit is passed, every place that can be taken is taken, and the
 * job ends. */
static void random_jobs_end_within_their_limits(void **state)
{
    (void)state;
    struct rng dice = {7};
    for (int job = 0; job < 400; job++) {
        struct made m;
        int32_t sizes[6] = {0}, supply[TERMS];
        int groups = 1 + (int)rng_below(rng_next(&dice), 5);
        for (int g = 0; g < groups; g++)
            sizes[g] = 1 + (int32_t)rng_below(rng_next(&dice), 9);
        make(&m, job % 2 == 0 ? DISTRIBUTION_EQUITABLE : DISTRIBUTION_RANDOM,
             1 + (int32_t)rng_below(rng_next(&dice), 20),
             1 + (int32_t)rng_below(rng_next(&dice), 60), sizes);
        for (int32_t t = 0; t < m.plan.term_count; t++)
            supply[t] = (int32_t)rng_below(rng_next(&dice), 30);
        int steps = 0;
        for (struct move move = {0}; move.kind != MOVE_COMPLETE; steps++) {
            assert_in_range(steps, 0, 20000);
            rotation_next(&m.plan, 3, &move);
            rotation_apply(&m.plan, &move);
            if (move.kind != MOVE_WORK)
                continue;
            assert_in_range(move.room, 1, m.plan.loop_interval);
            int32_t n = 1 + (int32_t)rng_below(rng_next(&dice), (uint64_t)move.room);
            n = n < supply[move.term] ? n : supply[move.term];
            supply[move.term] -= n;
            count(&m, &move, n);
            m.terms[move.term].cursor.ended = supply[move.term] == 0;
        }
        for (int32_t g = 0; g < groups; g++) {
            int32_t possible = 0;
            for (int32_t t = 0; t < m.groups[g].terms; t++) {
                int32_t index = m.groups[g].first_term + t;
                int32_t all = supply[index] + m.terms[index].counted;
                assert_in_range(m.terms[index].counted, 0, m.plan.loop_interval);
                possible += all < m.plan.loop_interval ? all : m.plan.loop_interval;
            }
            if (possible > m.plan.max_emails_per_group)
                possible = m.plan.max_emails_per_group;
            assert_int_equal(m.groups[g].counted, possible); /* 40 means 40 */
            assert_int_equal(m.groups[g].state, GROUP_DONE);
        }
    }
}

static void every_move_has_a_name(void **state)
{
    (void)state;
    for (int i = 0; i < MOVE_KINDS; i++)
        for (int j = 0; j < i; j++)
            assert_string_not_equal(move_name((enum move_kind)i), move_name((enum move_kind)j));
    assert_string_equal(move_name(MOVE_KINDS), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_deals_what_is_left_evenly),
        cmocka_unit_test(the_remainder_goes_to_the_first_in_turn),
        cmocka_unit_test(targets_of_one_group_are_its_own),
        cmocka_unit_test(deferred_terms_take_their_turn_first),
        cmocka_unit_test(a_cycle_draws_every_group_once),
        cmocka_unit_test(orders_differ_between_seeds_and_cycles),
        cmocka_unit_test(every_group_is_drawn_first_about_as_often),
        cmocka_unit_test(a_new_job_begins_a_cycle_a_group_a_pass_and_a_term),
        cmocka_unit_test(random_goes_through_the_terms_without_a_pass),
        cmocka_unit_test(what_one_term_can_not_take_goes_to_the_others),
        cmocka_unit_test(a_turn_ends_as_the_term_stands),
        cmocka_unit_test(a_cycle_that_counted_nothing_is_followed_by_a_rest),
        cmocka_unit_test(a_cycle_that_counted_is_followed_by_the_next),
        cmocka_unit_test(a_job_without_groups_completes),
        cmocka_unit_test(a_group_without_terms_is_stepped_over),
        cmocka_unit_test(a_limit_that_was_lowered_ends_turns_and_groups),
        cmocka_unit_test(random_jobs_end_within_their_limits),
        cmocka_unit_test(every_move_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
