/* Broken if this fails: a lane or the console sleeps through news, or can't be stopped. A lost
 * wake-up shows as a wait that ends at its deadline. */
#include "unit/cases.h"

#include "base/clock.h"
#include "base/wake.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Far enough that only a lost wake-up reaches it. */
#define LONG_US (20 * US_PER_S)

static bool readable(const struct wake *w)
{
    struct pollfd fd = {.fd = w->fd, .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void test_wake_before_waiting_is_kept(void **state)
{
    (void)state;
    struct wake w;
    assert_true(wake_init(&w, NULL));
    wake_up(&w);
    assert_true(wake_wait(&w, 0));
    assert_false(wake_wait(&w, 0));
    wake_done(&w);
}

static void test_many_are_one(void **state)
{
    (void)state;
    struct wake w;
    assert_true(wake_init(&w, NULL));
    for (int i = 0; i < 1000; i++)
        wake_up(&w);
    assert_true(readable(&w));
    assert_true(wake_wait(&w, clock_boot_us() + LONG_US));
    assert_false(readable(&w));
    assert_false(wake_wait(&w, 0));
    wake_up(&w);
    assert_true(readable(&w));
    wake_clear(&w);
    assert_false(readable(&w));
    wake_clear(&w);
    wake_up(&w);
    assert_true(wake_wait(&w, clock_boot_us() + LONG_US));
    wake_done(&w);
}

static void test_deadline(void **state)
{
    (void)state;
    struct wake w;
    assert_true(wake_init(&w, NULL));
    static const int64_t spans[] = {INT64_MIN, -LONG_US, 0, 1, 20 * US_PER_MS};
    for (size_t i = 0; i < CASES(spans); i++) {
        int64_t now = clock_boot_us();
        int64_t deadline = spans[i] == INT64_MIN ? INT64_MIN : now + spans[i];
        CHECK_AT(__LINE__, !wake_wait(&w, deadline), "span %zu: woken", i);
        CHECK_AT(__LINE__, clock_boot_us() >= deadline, "span %zu: too early", i);
    }
    wake_done(&w);
}

static void test_cancel_stays(void **state)
{
    (void)state;
    struct wake w;
    assert_true(wake_init(&w, NULL));
    assert_false(wake_cancelled(&w));
    wake_cancel(&w);
    assert_true(wake_cancelled(&w));
    assert_true(wake_wait(&w, INT64_MAX));
    assert_true(wake_wait(&w, clock_boot_us()));
    assert_true(wake_cancelled(&w));
    wake_done(&w);
}

static void test_done_accepts_what_was_never_made(void **state)
{
    (void)state;
    struct wake w = {0};
    wake_done(NULL);
    wake_done(&w);
    assert_true(fcntl(0, F_GETFD) >= 0);
    assert_true(wake_init(&w, NULL));
    wake_done(&w);
    wake_done(&w);
    wake_up(&w);
}

/* Takes the place of libc's read for the whole program, so that a wake-up can be put exactly before
 * and after the moment in which the waiter empties its fd. */
static struct wake *before_read, *after_read;

ssize_t read(int fd, void *bytes, size_t len)
{
    if (before_read != NULL)
        wake_up(before_read);
    ssize_t n = syscall(SYS_read, fd, bytes, len);
    if (after_read != NULL)
        wake_up(after_read);
    return n;
}

/* Whoever wakes while the waiter clears may be taken for the wake-up that is being cleared, but the
 * next one must get through. */
static void test_wake_in_the_middle_of_clear(void **state)
{
    (void)state;
    for (int where = 0; where < 4; where++) {
        struct wake w;
        assert_true(wake_init(&w, NULL));
        wake_up(&w);
        before_read = where & 1 ? &w : NULL;
        after_read = where & 2 ? &w : NULL;
        assert_true(wake_wait(&w, 0));
        before_read = after_read = NULL;
        (void)wake_wait(&w, 0); /* either is right */
        assert_false(wake_wait(&w, 0));
        wake_up(&w);
        CHECK_AT(__LINE__, wake_wait(&w, 0), "the next wake-up is lost, where %d", where);
        wake_done(&w);
    }
}

static struct wake *signal_wake;

static void on_signal(int number)
{
    (void)number;
    errno = 77;
    wake_up(signal_wake);
    if (errno != 77)
        _exit(3);
}

static void test_from_a_signal_handler(void **state)
{
    (void)state;
    struct wake w;
    struct sigaction action = {.sa_handler = on_signal}, before;
    assert_true(wake_init(&w, NULL));
    signal_wake = &w;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_true(wake_wait(&w, clock_boot_us() + LONG_US));
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    wake_done(&w);
}

/* Two threads hand a number to and fro; each looks only after it was woken. One wake-up lost in
 * 40,000 and the wait ends at its deadline. */
enum { TURNS = 20000 };

struct table {
    struct wake wake[2];
    atomic_int turn;
    atomic_int lost;
};

struct player {
    struct table *table;
    int side;
};

static void *play(void *arg)
{
    struct player *p = arg;
    struct table *t = p->table;
    for (int i = 0; i < TURNS && atomic_load(&t->lost) == 0; i++) {
        while (atomic_load(&t->turn) % 2 != p->side) {
            if (wake_wait(&t->wake[p->side], clock_boot_us() + LONG_US))
                continue;
            atomic_fetch_add(&t->lost, 1);
            return NULL;
        }
        atomic_fetch_add(&t->turn, 1);
        wake_up(&t->wake[1 - p->side]);
    }
    return NULL;
}

static void test_no_wake_up_is_lost(void **state)
{
    (void)state;
    struct table t = {0};
    struct player players[2] = {{&t, 0}, {&t, 1}};
    pthread_t thread;
    assert_true(wake_init(&t.wake[0], NULL));
    assert_true(wake_init(&t.wake[1], NULL));
    assert_int_equal(pthread_create(&thread, NULL, play, &players[1]), 0);
    play(&players[0]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(t.lost, 0);
    assert_int_equal(t.turn, 2 * TURNS);
    wake_done(&t.wake[0]);
    wake_done(&t.wake[1]);
}

/* One thread publishes as fast as it can, without waiting for the other to look. */
struct stream {
    struct wake wake;
    atomic_int published;
};

enum { NEWS = 200000 };

static void *publish(void *arg)
{
    struct stream *s = arg;
    for (int i = 0; i < NEWS; i++) {
        atomic_fetch_add_explicit(&s->published, 1, memory_order_relaxed);
        wake_up(&s->wake);
    }
    return NULL;
}

static void test_the_last_of_a_burst_is_seen(void **state)
{
    (void)state;
    struct stream s = {0};
    pthread_t thread;
    bool lost = false;
    assert_true(wake_init(&s.wake, NULL));
    assert_int_equal(pthread_create(&thread, NULL, publish, &s), 0);
    while (!lost && atomic_load_explicit(&s.published, memory_order_relaxed) < NEWS)
        lost = !wake_wait(&s.wake, clock_boot_us() + LONG_US);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(lost);
    wake_done(&s.wake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wake_before_waiting_is_kept),
        cmocka_unit_test(test_many_are_one),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_cancel_stays),
        cmocka_unit_test(test_done_accepts_what_was_never_made),
        cmocka_unit_test(test_wake_in_the_middle_of_clear),
        cmocka_unit_test(test_from_a_signal_handler),
        cmocka_unit_test(test_no_wake_up_is_lost),
        cmocka_unit_test(test_the_last_of_a_burst_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
