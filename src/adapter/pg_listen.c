/* pg_listen.c - hears that the record changed. The idea: three states, asked for - heard - neither,
 * and every doubt leads to the last one, in which nothing is lost but time. */
#include "adapter/pg_listen.h"

#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/str.h"

#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>

#define ASK_US (500 * US_PER_MS)  /* for each of its statements */
#define ECHO_US (2 * US_PER_S)    /* the word is back within milliseconds, or never */
#define AGAIN_US (600 * US_PER_S) /* what stands between does not change often */
#define SLICE_US (5 * US_PER_S)   /* poll() does not count suspend, our deadlines do */

enum { WORD_MAX = 40 };

struct pg_listener {
    struct pg_link *link;
    enum { LISTEN_NOT, LISTEN_ASKED, LISTEN_HEARS } state;
    char word[WORD_MAX];   /* that shall come back */
    int64_t asked_us;      /* asked: since when */
    int64_t not_before_us; /* not: the next try */
    int64_t generation;    /* the speaker's connection at the last try */
};

bool pg_listener_new(const char *url, struct pg_listener **ret, struct err *err)
{
    struct pg_listener *l = calloc(1, sizeof *l);
    struct pg_link_options options = {.url = url, .host_us = ASK_US};
    if (l == NULL)
        return err_set(err, ERR_STOP, "postgres: out of memory");
    if (!pg_link_new(&options, &l->link, err)) {
        free(l);
        return false;
    }
    *ret = l;
    return true;
}

void pg_listener_free(struct pg_listener *l)
{
    if (l == NULL)
        return;
    pg_link_free(l->link);
    free(l);
}

bool pg_listener_hears(const struct pg_listener *l)
{
    return l->state == LISTEN_HEARS;
}

static void give_up(struct pg_listener *l, int64_t not_before_us)
{
    pg_link_drop(l->link);
    l->state = LISTEN_NOT;
    l->not_before_us = not_before_us;
}

static bool is_direct(struct pg_listener *l)
{
    struct pg_answer a = {0};
    struct pg_link_wire wire;
    if (!pg_link_call(l->link, pg_query("backend"), NULL, clock_boot_us() + ASK_US, &a, NULL))
        return false;
    bool ok = pg_link_wire(l->link, &wire) && pg_answer_int(&a, 0, 0) == wire.pid;
    pg_answer_done(&a);
    return ok;
}

static bool tell(struct pg_link *link, const char *query, const char *word)
{
    struct pg_answer a = {0};
    struct pg_args args = pg_args_init();
    if (word != NULL)
        pg_args_text(&args, word);
    bool ok = pg_link_call(link, pg_query(query), &args, clock_boot_us() + ASK_US, &a, NULL);
    pg_answer_done(&a);
    pg_args_done(&args);
    return ok;
}

static void begin(struct pg_listener *l, struct pg_link *speaker, int64_t now_us)
{
    uint64_t dice;
    rng_secure(&dice, sizeof dice);
    (void)str_format(l->word, sizeof l->word, "hello %016" PRIx64, dice); /* it fits */
    pg_link_try_now(l->link);
    if (!is_direct(l) || !tell(l->link, "listen", NULL) || !tell(speaker, "echo", l->word)) {
        give_up(l, now_us + AGAIN_US);
        return;
    }
    l->state = LISTEN_ASKED;
    l->asked_us = now_us;
}

void pg_listener_tend(struct pg_listener *l, struct pg_link *speaker)
{
    int64_t now_us = clock_boot_us();
    if (l->generation != pg_link_generation(speaker)) { /* it may be another server */
        l->generation = pg_link_generation(speaker);
        give_up(l, 0);
    }
    if (l->state == LISTEN_ASKED && now_us - l->asked_us > ECHO_US)
        give_up(l, now_us + AGAIN_US);
    if (l->state == LISTEN_NOT && now_us >= l->not_before_us)
        begin(l, speaker, now_us);
}

/* Takes what was said; true: the record changed. Words of others who try whether they hear are
 * nobody's business. */
static bool take(struct pg_listener *l)
{
    bool news = false;
    char word[WORD_MAX];
    while (pg_link_heard(l->link, word, sizeof word)) {
        news = news || word[0] == '\0';
        if (l->state == LISTEN_ASKED && str_equal(word, l->word))
            l->state = LISTEN_HEARS;
    }
    if (!pg_link_up(l->link))
        give_up(l, l->state == LISTEN_HEARS ? 0 : clock_boot_us() + AGAIN_US);
    return news && l->state == LISTEN_HEARS;
}

bool pg_listener_wait(struct pg_listener *l, struct wake *wake, int64_t deadline_us)
{
    for (;;) {
        if (l->state != LISTEN_NOT && take(l))
            return true;
        int64_t left_us = deadline_us - clock_boot_us();
        if (left_us <= 0)
            return false;
        if (left_us > SLICE_US)
            left_us = SLICE_US;
        struct pollfd fds[2] = {
            {.fd = wake->fd, .events = POLLIN},
            {.fd = l->state != LISTEN_NOT ? pg_link_fd(l->link) : -1, .events = POLLIN}};
        /* An interrupted or failed wait is only a shorter one. */
        int n = poll(fds, 2, (int)((left_us + US_PER_MS - 1) / US_PER_MS));
        if (n > 0 && fds[0].revents != 0) {
            wake_clear(wake);
            return false;
        }
    }
}
