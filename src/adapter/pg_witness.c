/* pg_witness.c - compares the server that was reached with what was seen before, and with the other
 * hosts of the address. */
#include "adapter/pg_witness.h"

#include "adapter/pg_migrate.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "store/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define OTHER_US (1 * US_PER_S)

struct pg_witness {
    char journal[FILE_PATH_MAX];
    char *url;
};

struct face {
    char system[32];
    char began[40];
    int64_t timeline;
};

bool pg_witness_new(const char *url, const char *journal, struct pg_witness **ret, struct err *err)
{
    struct pg_witness *w = calloc(1, sizeof *w);
    if (w == NULL || (w->url = strdup(url)) == NULL) {
        free(w);
        return err_set(err, ERR_STOP, "postgres: out of memory");
    }
    (void)str_copy(w->journal, sizeof w->journal, journal); /* a path: it fits */
    *ret = w;
    return true;
}

void pg_witness_free(void *witness)
{
    struct pg_witness *w = witness;
    if (w == NULL)
        return;
    free(w->url);
    free(w);
}

/* *ret_known false: this login may not ask, and then nothing can be compared. */
static bool look(struct pg_link *link, int64_t deadline_us, struct face *ret, bool *ret_known,
                 struct err *err)
{
    struct pg_answer a = {0};
    struct err why = {0};
    *ret_known = pg_link_call(link, pg_query("witness"), NULL, deadline_us, &a, &why);
    if (!*ret_known)
        return why.kind == ERR_REFUSED || err_set(err, why.kind, "%s", why.text);
    ret->timeline = pg_answer_int(&a, 0, 1);
    bool ok = pg_answer_text_to(&a, 0, 0, ret->system, sizeof ret->system) &&
              pg_answer_text_to(&a, 0, 2, ret->began, sizeof ret->began) && pg_answer_ok(&a, err);
    pg_answer_done(&a);
    return ok;
}

/* What this machine has seen. A journal that can't be used is told by the engine's keeper. */
static int64_t newest_seen(const struct pg_witness *w, const struct face *f)
{
    int64_t newest = f->timeline;
    struct journal *j = NULL;
    if (!file_exists(w->journal) || !journal_open(w->journal, &j, NULL))
        return newest;
    if (!journal_server(j, f->system, f->timeline, &newest, NULL))
        newest = f->timeline;
    journal_close(j);
    return newest;
}

static bool is_same(const struct face *a, const struct face *b)
{
    return str_equal(a->system, b->system) && a->timeline == b->timeline &&
           str_equal(a->began, b->began);
}

/* False: this host of the address can be written to as well, and is another server. What can't be
 * reached or is a standby is fine. */
static bool check_other(const struct pg_witness *w, int32_t host, struct pg_link *link,
                        const struct face *mine, struct err *err)
{
    bool known = false;
    char here[300];
    struct face other = {.timeline = 0};
    struct pg_link *probe = NULL;
    struct pg_link_options options = {.url = w->url, .only = host, .host_us = OTHER_US};
    if (!pg_link_new(&options, &probe, err))
        return false;
    bool there = look(probe, clock_boot_us() + OTHER_US, &other, &known, NULL) && known;
    bool ok = !there || is_same(mine, &other);
    (void)str_copy(here, sizeof here, pg_link_where(link)); /* a cut is fine */
    if (!ok) {
        (void)newest_seen(w, &other); /* so that it is known when only the old one is left */
        (void)err_set(err, ERR_UNREACHABLE,
                      "record: HOLD: two servers can be written to, %s (timeline %" PRId64
                      ") and %s (timeline %" PRId64
                      "); stop the one whose place the other took, then work goes on",
                      here, mine->timeline, pg_link_where(probe), other.timeline);
    }
    pg_link_free(probe);
    return ok;
}

bool pg_witness_check(void *witness, struct pg_link *link, int64_t deadline_us, struct err *err)
{
    const struct pg_witness *w = witness;
    struct face f = {.timeline = 0};
    bool known;
    int32_t good;
    if (!look(link, deadline_us, &f, &known, err))
        return false;
    if (!known)
        return true;
    int32_t hosts = pg_link_hosts(link, &good);
    for (int32_t i = 1; i <= hosts; i++)
        if (i != good && !check_other(w, i, link, &f, err))
            return false;
    int64_t newest = newest_seen(w, &f);
    return newest == f.timeline ||
           err_set(err, ERR_UNREACHABLE,
                   "record: HOLD: another server took the place of %s (timeline %" PRId64
                   ", and %" PRId64 " was seen); stop it, and name the one that took its place in "
                   "[record] url",
                   pg_link_where(link), f.timeline, newest);
}
