/* test_pg_listen.c - hearing that somebody changed the shared record. If it failed, a process would
 * believe that it hears when it does not, or take everybody's greeting for news.
 *
 * needs: postgres */
#include "adapter/pg_listen.h"
#include "base/clock.h"
#include "contract/pg_stage.h"
#include "unit/cases.h"

#include <stdlib.h>

#define NEWS "SELECT pg_notify('ap', '')"

struct scene {
    struct pg_stage stage, other;
    struct pg_listener *listener;
    struct pg_link *speaker;
    struct wake wake;
    struct err err;
};

static int begin(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    if (s == NULL)
        return -1;
    *state = s;
    pg_stage_init(&s->stage, NULL);
    if (!wake_init(&s->wake, &s->err) || !pg_listener_new(s->stage.url, &s->listener, &s->err))
        fail_msg("%s", s->err.text);
    return 0;
}

static int end(void **state)
{
    struct scene *s = *state;
    pg_listener_free(s->listener);
    pg_link_free(s->speaker);
    wake_done(&s->wake);
    pg_stage_done(&s->stage);
    pg_stage_done(&s->other);
    free(s);
    return 0;
}

/* As after a pull that was answered. */
static void tend(struct scene *s, const char *url)
{
    struct pg_answer a = {0};
    struct pg_link_options options = {.url = url};
    if (s->speaker == NULL && !pg_link_new(&options, &s->speaker, &s->err))
        fail_msg("%s", s->err.text);
    if (!pg_link_call(s->speaker, "SELECT 1", NULL, clock_boot_us() + 20 * US_PER_S, &a, &s->err))
        fail_msg("%s", s->err.text);
    pg_answer_done(&a);
    pg_listener_tend(s->listener, s->speaker);
}

static bool wait_for(struct scene *s, int64_t us)
{
    return pg_listener_wait(s->listener, &s->wake, clock_boot_us() + us);
}

static void hears_after_its_own_word(void **state)
{
    struct scene *s = *state;
    assert_false(pg_listener_hears(s->listener));
    tend(s, s->stage.url);
    assert_false(pg_listener_hears(s->listener)); /* it did not come back yet */
    for (int i = 0; i < 100 && !pg_listener_hears(s->listener); i++)
        assert_false(wait_for(s, 20 * US_PER_MS)); /* its word is no news */
    assert_true(pg_listener_hears(s->listener));
    pg_stage_sql(&s->stage, NULL, NEWS);
    assert_true(wait_for(s, 10 * US_PER_S));
    pg_stage_sql(&s->stage, NULL, "SELECT pg_notify('ap', 'hello 1'), pg_notify('aq', '')");
    assert_false(wait_for(s, 200 * US_PER_MS)); /* nor is another's */
}

static void a_wake_ends_the_wait(void **state)
{
    struct scene *s = *state;
    wake_up(&s->wake);
    assert_false(wait_for(s, 60 * US_PER_S)); /* it is not connected */
    tend(s, s->stage.url);
    wake_up(&s->wake);
    assert_false(wait_for(s, 60 * US_PER_S));
}

/* As where something that stands between swallows it. */
static void without_its_word_it_does_not_believe(void **state)
{
    struct scene *s = *state;
    pg_stage_init(&s->other, NULL);
    tend(s, s->other.url); /* heard in another database */
    pg_stage_sql(&s->stage, NULL, NEWS);
    assert_false(wait_for(s, 2200 * US_PER_MS));
    tend(s, s->other.url);
    assert_false(pg_listener_hears(s->listener));
    int64_t ears = 1;
    for (int i = 0; i < 100 && ears > 0; i++) /* a server process takes its time to go */
        ears = pg_stage_int(&s->other, s->stage.url,
                            "SELECT count(*) FROM pg_stat_activity WHERE datname = "
                            "current_database() AND query LIKE '%LISTEN ap%' AND "
                            "pid <> pg_backend_pid()");
    assert_int_equal(0, ears);
}

static void a_broken_ear_is_replaced(void **state)
{
    struct scene *s = *state;
    tend(s, s->stage.url);
    for (int i = 0; i < 100 && !pg_listener_hears(s->listener); i++)
        (void)wait_for(s, 20 * US_PER_MS); /* asked for right above and below */
    pg_stage_sql(&s->stage, NULL,
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
                 "current_database() AND query LIKE '%LISTEN ap%' AND pid <> pg_backend_pid()");
    for (int i = 0; i < 100 && pg_listener_hears(s->listener); i++)
        assert_false(wait_for(s, 20 * US_PER_MS));
    assert_false(pg_listener_hears(s->listener));
    tend(s, s->stage.url);
    for (int i = 0; i < 100 && !pg_listener_hears(s->listener); i++)
        (void)wait_for(s, 20 * US_PER_MS); /* likewise */
    assert_true(pg_listener_hears(s->listener));
    pg_stage_sql(&s->stage, NULL, NEWS);
    assert_true(wait_for(s, 10 * US_PER_S));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hears_after_its_own_word),
        TEST(a_wake_ends_the_wait),
        TEST(without_its_word_it_does_not_believe),
        TEST(a_broken_ear_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
