/* test_clock_real.c - if this fails, a lane sleeps through a wake-up or an order to end, wakes
 * before its time, or its leases are counted on a clock that stands still while the machine is
 * suspended. */
#include "adapter/clock_real.h"

#include "base/clock.h"
#include "unit/cases.h"

#include <pthread.h>
#include <time.h>

#define FAR_US (INT64_C(60) * US_PER_S) /* longer than any test may take */

static struct clock_port *make(struct wake *wake)
{
    struct clock_port *clock = NULL;
    struct err err = {0};
    if ((wake != NULL && !wake_init(wake, &err)) || !clock_real_new(wake, &clock, &err))
        fail_msg("%s", err.text);
    return clock;
}

static void test_times(void **state)
{
    (void)state;
    struct clock_port *c = make(NULL);
    struct timespec ts;
    int64_t before = clock_now_us(), now = c->ops->now_us(c), after = clock_now_us();
    assert_true(before <= now && now <= after);
    (void)clock_gettime(CLOCK_BOOTTIME, &ts); /* can't fail */
    int64_t boot = c->ops->boot_us(c);
    int64_t apart = boot - ((int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000);
    assert_true(apart >= 0 && apart < US_PER_S);
    assert_true(c->ops->boot_us(c) >= boot);
    assert_false(c->ops->cancelled(c));
    clock_real_free(c);
    clock_real_free(NULL);
}

static void test_deadline(void **state)
{
    (void)state;
    struct wake wake;
    struct clock_port *clocks[2] = {make(&wake), make(NULL)};
    for (int i = 0; i < 2; i++) {
        struct clock_port *c = clocks[i];
        int64_t deadline = c->ops->boot_us(c) + 5 * US_PER_MS;
        assert_true(c->ops->wait(c, deadline, NULL));
        assert_true(c->ops->boot_us(c) >= deadline);
        assert_true(c->ops->wait(c, 0, NULL)); /* long past */
        clock_real_free(c);
    }
    wake_done(&wake);
}

/* Many wake-ups before the wait are one, and the next wait waits. */
static void test_woken_before(void **state)
{
    (void)state;
    struct wake wake;
    struct clock_port *c = make(&wake);
    int64_t start = c->ops->boot_us(c);
    wake_up(&wake);
    wake_up(&wake);
    assert_true(c->ops->wait(c, start + FAR_US, NULL));
    int64_t deadline = c->ops->boot_us(c) + 5 * US_PER_MS;
    assert_true(c->ops->wait(c, deadline, NULL));
    assert_true(c->ops->boot_us(c) >= deadline);
    assert_true(c->ops->boot_us(c) < start + FAR_US);
    clock_real_free(c);
    wake_done(&wake);
}

static void *wake_it(void *wake)
{
    wake_up(wake);
    return NULL;
}

static void *cancel_it(void *wake)
{
    wake_cancel(wake);
    return NULL;
}

static void test_woken_by_thread(void **state)
{
    (void)state;
    struct wake wake;
    struct clock_port *c = make(&wake);
    int64_t start = c->ops->boot_us(c);
    pthread_t thread;
    struct err err = {0};
    assert_int_equal(pthread_create(&thread, NULL, wake_it, &wake), 0);
    assert_true(c->ops->wait(c, start + FAR_US, &err));
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, cancel_it, &wake), 0);
    assert_false(c->ops->wait(c, start + FAR_US, &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(c->ops->boot_us(c) < start + FAR_US);
    /* From then on nothing waits any more. */
    assert_true(c->ops->cancelled(c));
    for (int i = 0; i < 3; i++)
        assert_false(c->ops->wait(c, start + FAR_US, NULL));
    assert_true(c->ops->boot_us(c) < start + FAR_US);
    clock_real_free(c);
    wake_done(&wake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_woken_before),
        cmocka_unit_test(test_woken_by_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
