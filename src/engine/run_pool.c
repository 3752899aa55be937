/* run_pool.c - the lists of runs that were taken.
 *
 * The idea: taking a run, and telling how it ended, costs a durable commit; a hundred of them cost
 * one. So runs are taken some ahead of the lanes, and outcomes are told together: whatever came up
 * while the last commit was under way is in the next.
 *
 * How far ahead: as many as there are idle lanes, and as many again as the lanes make in a second,
 * going by how long reports took lately. Quick lanes find the next run waiting; slow ones have
 * nothing waiting behind them, so that another engine of the same record can have it. What waits
 * here all the same for as long as a renewal is given back (pool_thread.c). */
#include "run_pool.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

enum { MEAN_OF = 8 }; /* each report counts for an eighth of the mean */

#define BATCH_MEMORY ((size_t)128 << 20)

bool run_pool_init(struct run_pool *p)
{
    memset(p, 0, sizeof *p);
    if (pthread_mutex_init(&p->lock, NULL) != 0)
        return false;
    if (pthread_cond_init(&p->telling, NULL) == 0)
        return true;
    (void)pthread_mutex_destroy(&p->lock); /* nobody holds it */
    return false;
}

/* A normal mutex that its holder never takes twice: neither call can fail. */
static void hold(struct run_pool *p)
{
    (void)pthread_mutex_lock(&p->lock); /* see above */
}

static void let_go(struct run_pool *p)
{
    (void)pthread_mutex_unlock(&p->lock); /* see above */
}

/* --- lists; all under the lock ---------------------------------------------------------------- */

static void append(struct pool_list *l, struct pool_item *i)
{
    i->next = NULL;
    if (l->last != NULL)
        l->last->next = i;
    else
        l->first = i;
    l->last = i;
    l->count++;
}

static struct pool_item *take_first(struct pool_list *l)
{
    struct pool_item *i = l->first;
    if (i == NULL)
        return NULL;
    l->first = i->next;
    if (l->first == NULL)
        l->last = NULL;
    l->count--;
    return i;
}

static void take_out(struct pool_list *l, struct pool_item *out)
{
    struct pool_list rest = {0};
    for (struct pool_item *i = take_first(l); i != NULL; i = take_first(l))
        if (i != out)
            append(&rest, i);
    *l = rest;
}

static void free_batch(struct pool_batch *b)
{
    arena_done(&b->arena);
    free(b);
}

/* The engine has nothing to do with it any more. */
static void forget(struct run_pool *p, struct pool_item *i)
{
    struct pool_batch *b = i->batch;
    p->held[i->place] = p->held[--p->held_count];
    p->held[i->place]->place = i->place;
    p->copied -= i->copy_size;
    free(i->copy);
    if (--b->held == 0)
        free_batch(b);
}

void run_pool_done(struct run_pool *p)
{
    while (p->held_count > 0)
        forget(p, p->held[0]);
    (void)pthread_cond_destroy(&p->telling); /* nobody waits */
    (void)pthread_mutex_destroy(&p->lock);   /* nobody holds it */
}

/* --- lanes ------------------------------------------------------------------------------------ */

void run_pool_call(struct run_pool *p)
{
    hold(p);
    p->called = true;
    let_go(p);
}

struct pool_item *run_pool_pop(struct run_pool *p, int64_t boot_us, int32_t *ret_left,
                               bool *ret_low)
{
    hold(p);
    struct pool_item *i = p->ending ? NULL : take_first(&p->waiting);
    if (i != NULL) {
        i->state = POOL_WORKED;
        i->begun_us = boot_us;
        p->worked++;
    }
    *ret_left = p->waiting.count;
    *ret_low = p->called && p->waiting.count <= p->low;
    let_go(p);
    return i;
}

bool run_pool_lost(struct run_pool *p, const struct pool_item *item)
{
    hold(p);
    bool lost = item->lost;
    let_go(p);
    return lost;
}

static size_t text_size(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const void *keep(char **at, const void *bytes, size_t len)
{
    if (bytes == NULL || len == 0)
        return bytes;
    char *kept = *at;
    memcpy(kept, bytes, len);
    *at += len;
    return kept;
}

/* The numbers stand first, because they must be aligned. */
static void copy_result(struct pool_item *i, const struct run_result *r)
{
    char *at = i->copy;
    size_t keys = (size_t)r->key_count * sizeof *r->keys;
    i->result = *r;
    i->result.keys = (const uint64_t *)keep(&at, r->keys, keys);
    i->result.html = (const char *)keep(&at, r->html, r->html_len);
    i->result.text = (const char *)keep(&at, r->text, r->text_len);
    i->result.error = (const char *)keep(&at, r->error, text_size(r->error));
    i->result.report = (const char *)keep(&at, r->report, text_size(r->report));
    i->result.sha256 = (const char *)keep(&at, r->sha256, text_size(r->sha256));
}

static void count_end(struct run_pool *p, int64_t took_us)
{
    p->worked--;
    if (p->mean_us == 0)
        p->mean_us = took_us;
    p->mean_us += (took_us - p->mean_us) / MEAN_OF;
    p->mean_us = p->mean_us > 0 ? p->mean_us : 1;
}

void run_pool_end(struct run_pool *p, struct pool_item *item, const struct run_result *result,
                  int64_t boot_us, void (*wake)(void *ctx), void *ctx)
{
    size_t size = (size_t)result->key_count * sizeof *result->keys + result->html_len +
                  result->text_len + text_size(result->error) + text_size(result->report) +
                  text_size(result->sha256);
    char *copy = size <= POOL_SMALL_BYTES ? malloc(size + 1) : NULL;
    hold(p);
    count_end(p, boot_us - item->begun_us);
    item->state = POOL_ENDED;
    if (copy != NULL && p->copied + size <= POOL_COPIED_MAX) {
        item->copy = copy;
        item->copy_size = size;
        p->copied += size;
        copy = NULL;
        copy_result(item, result);
    } else {
        item->result = *result;
        item->awaited = true;
        p->awaited++;
    }
    bool apart = item->batch->apart, wait = item->awaited;
    bool news = !apart && (wait || !p->called || p->ended.count == 0);
    append(apart ? &p->early : &p->ended, item);
    let_go(p);
    free(copy);
    if (news)
        wake(ctx);
    if (!wait)
        return;
    hold(p);
    while (!item->told)
        (void)pthread_cond_wait(&p->telling, &p->lock); /* a lock that is held: it can't fail */
    p->awaited--;
    forget(p, item);
    let_go(p);
}

void run_pool_drop(struct run_pool *p, struct pool_item *item)
{
    hold(p);
    p->worked--;
    forget(p, item);
    let_go(p);
}

void run_pool_back(struct run_pool *p, struct pool_item *item)
{
    hold(p);
    p->worked--;
    item->state = POOL_BACK;
    p->back++;
    let_go(p);
}

bool run_pool_trouble(struct run_pool *p, bool trouble)
{
    hold(p);
    bool news = p->trouble != trouble;
    p->trouble = trouble;
    let_go(p);
    return news;
}

/* --- the keeper ------------------------------------------------------------------------------- */

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* How many the lanes make in a second. */
static int32_t ahead(const struct run_pool *p, int32_t lanes)
{
    int64_t made = p->mean_us > 0 ? lanes * US_PER_S / p->mean_us : 0;
    return made < AGENDA_DUE_MAX ? (int32_t)made : AGENDA_DUE_MAX;
}

int32_t run_pool_want(struct run_pool *p, int32_t lanes)
{
    int32_t want = 0;
    hold(p);
    int32_t idle = lanes > p->worked ? lanes - p->worked : 0;
    int32_t all = least(idle + ahead(p, lanes), AGENDA_DUE_MAX);
    p->low = all / 4; /* one command for many is cheaper than many for a few */
    if (p->called && !p->trouble && !p->ending && p->waiting.count <= p->low)
        want = least(all - p->waiting.count, POOL_HELD_MAX - p->held_count);
    want = want > 0 ? want : 0;
    if (want > 0) {
        p->called = false; /* before it is asked: a call that comes meanwhile counts */
        p->looking = true;
    }
    let_go(p);
    return want;
}

struct pool_batch *run_pool_batch(int32_t max)
{
    struct pool_batch *b = calloc(1, sizeof *b);
    if (b == NULL)
        return NULL;
    b->arena = arena_init(BATCH_MEMORY);
    b->work = arena_array(&b->arena, (size_t)max, sizeof *b->work);
    b->item = arena_array(&b->arena, (size_t)max, sizeof *b->item);
    if (b->work != NULL && b->item != NULL)
        return b;
    free_batch(b);
    return NULL;
}

/* Items of a batch: they wait for a lane from now on. */
static void put_in(struct run_pool *p, struct pool_batch *batch, int32_t count, int64_t boot_us)
{
    for (int32_t n = 0; n < count; n++) {
        struct pool_item *i = &batch->item[n];
        *i = (struct pool_item){
            .work = &batch->work[n], .batch = batch, .place = p->held_count, .taken_us = boot_us};
        p->held[p->held_count++] = i;
        batch->held++;
        append(&p->waiting, i);
    }
}

void run_pool_fill(struct run_pool *p, struct pool_batch *batch, int32_t count, int64_t boot_us)
{
    hold(p);
    p->looking = false;
    p->called = p->called || count > 0 || batch == NULL;
    put_in(p, batch, count, boot_us);
    let_go(p);
    if (batch != NULL && count == 0)
        free_batch(batch);
}

void run_pool_begun(struct run_pool *p, struct pool_batch *batch, int32_t count, int64_t boot_us)
{
    hold(p);
    batch->apart = true;
    batch->held = 1;
    put_in(p, batch, count, boot_us);
    let_go(p);
}

void run_pool_settled(struct run_pool *p, struct pool_batch *batch)
{
    struct pool_list early;
    hold(p);
    batch->apart = false;
    early = p->early;
    p->early = (struct pool_list){0};
    for (struct pool_item *i = take_first(&early); i != NULL; i = take_first(&early))
        append(i->batch->apart ? &p->early : &p->ended, i);
    if (--batch->held == 0)
        free_batch(batch);
    let_go(p);
}

void run_pool_unused(struct pool_batch *batch)
{
    if (batch != NULL)
        free_batch(batch);
}

int32_t run_pool_room(struct run_pool *p, int32_t lanes)
{
    hold(p);
    int32_t free = POOL_HELD_MAX - AGENDA_RUNS_MAX - p->held_count;
    int64_t made = p->mean_us > 0 ? lanes + lanes * US_PER_S / p->mean_us : free;
    let_go(p);
    free = free > 0 ? free : 0;
    return made < free ? (int32_t)made : free;
}

int32_t run_pool_ends(struct run_pool *p, struct run_ended *ret, int32_t max)
{
    int32_t n = 0;
    hold(p);
    for (const struct pool_item *i = p->ended.first; i != NULL && n < max; i = i->next)
        ret[n++] = (struct run_ended){{i->work->run, i->work->attempt}, i->result};
    let_go(p);
    return n;
}

void run_pool_told(struct run_pool *p, int32_t count)
{
    hold(p);
    for (int32_t n = 0; n < count; n++) {
        struct pool_item *i = take_first(&p->ended);
        i->told = true;
        if (!i->awaited)
            forget(p, i);
    }
    (void)pthread_cond_broadcast(&p->telling); /* it can't fail */
    let_go(p);
}

void run_pool_not_told(struct run_pool *p)
{
    hold(p);
    if (p->ended.count > 1)
        append(&p->ended, take_first(&p->ended));
    let_go(p);
}

int32_t run_pool_pieces(struct run_pool *p, int32_t *from, struct run_piece *ret, int32_t max)
{
    int32_t n = 0;
    hold(p);
    for (; *from < p->held_count && n < max; (*from)++) {
        const struct pool_item *i = p->held[*from];
        if (!i->batch->apart)
            ret[n++] = (struct run_piece){i->work->run, i->work->attempt};
    }
    let_go(p);
    return n;
}

static struct pool_item *find(const struct run_pool *p, const struct run_piece *piece)
{
    for (int32_t n = 0; n < p->held_count; n++) {
        const struct run_work *w = p->held[n]->work;
        if (w->attempt == piece->attempt && uuid_equal(w->run, piece->run))
            return p->held[n];
    }
    return NULL;
}

void run_pool_lose(struct run_pool *p, const struct run_piece *piece)
{
    hold(p);
    struct pool_item *i = find(p, piece);
    if (i != NULL && i->state == POOL_WAITS) {
        take_out(&p->waiting, i);
        forget(p, i);
    } else if (i != NULL) {
        i->lost = true;
    }
    let_go(p);
}

int32_t run_pool_backs(struct run_pool *p, int64_t before_us, struct run_piece *ret, int32_t max)
{
    int32_t n = 0;
    hold(p);
    while (p->waiting.first != NULL && p->waiting.first->taken_us < before_us && p->back < max &&
           !p->waiting.first->batch->apart) {
        take_first(&p->waiting)->state = POOL_BACK;
        p->back++;
        p->mean_us = 0; /* the lanes are not as quick as they were */
    }
    for (int32_t i = 0; i < p->held_count && n < max; i++)
        if (p->held[i]->state == POOL_BACK && !p->held[i]->batch->apart)
            ret[n++] = (struct run_piece){p->held[i]->work->run, p->held[i]->work->attempt};
    let_go(p);
    return n;
}

void run_pool_returned(struct run_pool *p, const struct run_piece *pieces, int32_t count)
{
    hold(p);
    for (int32_t n = 0; n < count; n++) {
        struct pool_item *i = find(p, &pieces[n]);
        if (i != NULL && i->state == POOL_BACK) {
            forget(p, i);
            p->back--;
        }
    }
    p->called = true; /* they wait again, for whoever is free first */
    let_go(p);
}

void run_pool_ending(struct run_pool *p)
{
    hold(p);
    p->ending = true;
    let_go(p);
}

struct pool_standing run_pool_standing(struct run_pool *p)
{
    hold(p);
    struct pool_standing s = {.waiting = p->waiting.count,
                              .held = p->held_count,
                              .ended = p->ended.count,
                              .early = p->early.count,
                              .back = p->back,
                              .called = p->called,
                              .awaited = p->awaited > 0,
                              .trouble = p->trouble,
                              .ending = p->ending,
                              .busy = p->called || p->looking || p->held_count > 0};
    let_go(p);
    return s;
}
