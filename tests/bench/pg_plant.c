/* pg_plant.c - plugs that lead to the shared record. */
#include "pg_plant.h"

#include "adapter/agenda_pg.h"
#include "adapter/authority_pg.h"
#include "adapter/mirror.h"
#include "adapter/pg_migrate.h"
#include "adapter/zones_tzdata.h"
#include "base/clock.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>

void pg_plant_must(const struct pg_plant *p, bool ok)
{
    if (ok)
        return;
    fprintf(stderr, "bench: %s\n", p->err.text);
    exit(1);
}

static bool link_to(const char *url, struct pg_link **ret, struct err *err)
{
    struct pg_link_options options = {.url = url};
    return pg_link_new(&options, ret, err);
}

struct pg_link *pg_plant_link(struct pg_plant *p)
{
    struct pg_link *link = NULL;
    pg_plant_must(p, link_to(p->url, &link, &p->err));
    return link;
}

/* --- the generator --------------------------------------------------------------------------- */

struct stub {
    struct reports base;
    struct pg_plant *plant;
};

/* It takes no time: what is measured is when it is entered. */
static bool make(struct reports *base, const struct run_work *work, const struct run_known *known,
                 const struct report_watch *watch, struct report_made *ret, struct err *err)
{
    int64_t now_us = clock_now_us();
    struct pg_plant *p = ((struct stub *)base)->plant;
    (void)work;
    (void)known;
    (void)watch;
    (void)err;
    (void)pthread_mutex_lock(&p->lock); /* a lock of the ordinary kind */
    if (p->begun < PG_PLANT_MOST)
        p->begun_us[p->begun++] = now_us;
    bool last = p->begun == p->want;
    (void)pthread_mutex_unlock(&p->lock);
    (void)buf_adds(&ret->html, "<p>"); /* they have room */
    (void)buf_adds(&ret->text, "t");
    (void)str_copy(ret->file, sizeof ret->file, "x.html");  /* it fits */
    (void)str_copy(ret->sha256, sizeof ret->sha256, "abc"); /* it fits */
    if (last)
        wake_up(&p->plant.console);
    return true;
}

static void free_stub(struct reports *base)
{
    free(base);
}

static bool plug_reports(void *ctx, struct clock_port *clock, struct reports **ret, struct err *err)
{
    static const struct reports_ops ops = {.kind = "stub", .make = make, .free = free_stub};
    struct stub *s = calloc(1, sizeof *s);
    (void)clock;
    if (s == NULL)
        return err_set(err, ERR_STOP, "bench: out of memory");
    s->base.ops = &ops;
    s->plant = ctx;
    *ret = &s->base;
    return true;
}

/* --- the record ------------------------------------------------------------------------------- */

static bool plug_agenda(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err)
{
    struct pg_link *link = NULL;
    return link_to(((struct pg_plant *)ctx)->url, &link, err) &&
           agenda_pg_open(link, clock, ret, err);
}

static bool plug_authority(void *ctx, struct clock_port *clock, struct authority **ret,
                           struct err *err)
{
    struct pg_link *link = NULL;
    return link_to(((struct pg_plant *)ctx)->url, &link, err) &&
           authority_pg_open(link, clock, ret, err);
}

static bool plug_mirror(void *ctx, struct mirror_port **ret, struct err *err)
{
    struct pg_plant *p = ctx;
    struct pg_link *link = NULL;
    return link_to(p->url, &link, err) &&
           mirror_port_new(scratch_path(&p->plant.dir, "mirror.db"), link, NULL, ret, err);
}

static bool plug_zones(void *ctx, struct zones **ret, struct err *err)
{
    (void)ctx;
    return zones_tzdata_new("/usr/share/zoneinfo", ret, err);
}

static void workspace(struct pg_plant *p)
{
    struct authority *a = NULL;
    struct clock_port *clock;
    pg_plant_must(p, p->plant.plugs.clock(p, &p->plant.console, &clock, &p->err) &&
                         plug_authority(p, clock, &a, &p->err) &&
                         a->ops->workspace_put(a, "ana", "default", &p->err));
    a->ops->free(a);
    p->plant.plugs.clock_free(p, clock);
}

struct pg_plant *pg_plant_new(const char *url)
{
    int32_t steps;
    struct pg_plant *p = calloc(1, sizeof *p);
    if (p == NULL || pthread_mutex_init(&p->lock, NULL) != 0)
        exit(1);
    plant_init(&p->plant);
    p->url = url;
    struct engine_plugs *plugs = &p->plant.plugs;
    plugs->agenda = plug_agenda;
    plugs->authority = plug_authority;
    plugs->mirror = plug_mirror;
    plugs->zones = plug_zones;
    plugs->reports = plug_reports;
    plugs->record_file = "mirror.db";
    pg_plant_must(p,
                  link_to(url, &p->side, &p->err) && pg_migrate(p->side, "bench", &steps, &p->err));
    workspace(p);
    return p;
}

void pg_plant_free(struct pg_plant *p)
{
    pg_link_free(p->side);
    plant_done(&p->plant);
    (void)pthread_mutex_destroy(&p->lock); /* nobody holds it */
    free(p);
}

/* --- waiting ---------------------------------------------------------------------------------- */

void pg_plant_expect(struct pg_plant *p, int want)
{
    (void)pthread_mutex_lock(&p->lock); /* as above */
    p->begun = 0;
    p->want = want;
    (void)pthread_mutex_unlock(&p->lock);
}

static bool all_begun(struct plant *plant, struct engine *e)
{
    struct pg_plant *p = (struct pg_plant *)plant;
    (void)e;
    (void)pthread_mutex_lock(&p->lock); /* as above */
    bool all = p->begun == p->want;
    (void)pthread_mutex_unlock(&p->lock);
    return all;
}

static bool all_told(struct plant *p, struct engine *e)
{
    (void)p;
    return engine_idle(e);
}

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

void pg_plant_begun(struct pg_plant *p, struct engine *e)
{
    plant_wait(&p->plant, e, all_begun);
    (void)pthread_mutex_lock(&p->lock); /* as above */
    qsort(p->begun_us, (size_t)p->begun, sizeof p->begun_us[0], by_size);
    (void)pthread_mutex_unlock(&p->lock);
}

void pg_plant_told(struct pg_plant *p, struct engine *e)
{
    plant_wait(&p->plant, e, all_told);
}
