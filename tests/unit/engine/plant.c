/* plant.c - plugs for an engine that fail when a test wants it, and questions to its record. */
#include "plant.h"

#include "adapter/authority_sqlite.h"
#include "adapter/clock_real.h"
#include "adapter/mail_maildir.h"
#include "base/clock.h"
#include "base/str.h"
#include "fake/fake_mail.h"
#include "fake/fake_pages.h"
#include "fake/fake_search.h"
#include "store/db.h"
#include "store/read_jobs.h"
#include "unit/cases.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- plugs ---------------------------------------------------------------------------------- */

static void hold(struct plant *p)
{
    assert_int_equal(pthread_mutex_lock(&p->lock), 0);
}

static void let_go(struct plant *p)
{
    assert_int_equal(pthread_mutex_unlock(&p->lock), 0);
}

static bool broken(struct plant *p, const struct err *why, struct err *err)
{
    hold(p);
    struct err now = *why;
    let_go(p);
    if (now.kind == ERR_NONE)
        return false;
    (void)err_set(err, now.kind, "%s", now.text);
    return true;
}

static bool plug_clock(void *ctx, struct wake *wake, struct clock_port **ret, struct err *err)
{
    (void)ctx;
    return clock_real_new(wake, ret, err);
}

static void plug_clock_free(void *ctx, struct clock_port *clock)
{
    (void)ctx;
    clock_real_free(clock);
}

static bool open_record(struct plant *p, struct clock_port *clock, struct authority **ret,
                        struct err *err)
{
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/autopilot.db", p->dir.dir); /* it fits */
    return authority_sqlite_open(path, clock, ret, err);
}

static bool plug_authority(void *ctx, struct clock_port *clock, struct authority **ret,
                           struct err *err)
{
    struct plant *p = ctx;
    hold(p);
    while (p->authority_blocked)
        assert_int_equal(pthread_cond_wait(&p->unblocked, &p->lock), 0);
    bool fails = p->authority_failures > 0;
    p->authority_failures -= fails;
    let_go(p);
    if (fails)
        return err_set(err, ERR_RETRY, "plant: the record is busy");
    return open_record(p, clock, ret, err);
}

static bool plug_journal(void *ctx, struct journal **ret, struct err *err)
{
    struct plant *p = ctx;
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/journal.db", p->dir.dir); /* it fits */
    return !broken(p, &p->journal_why, err) && journal_open(path, ret, err);
}

/* A fake that frees itself. */
struct owned_search {
    struct fake_search fake; /* first */
    struct search_ops ops;
};

static void free_search(struct search *s)
{
    free(s);
}

static bool plug_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    struct plant *p = ctx;
    struct owned_search *s = calloc(1, sizeof *s);
    if (s == NULL || !str_equal(provider, "local")) {
        free(s);
        return err_set(err, ERR_REFUSED, "plant: there is no provider %s", provider);
    }
    fake_search_init(&s->fake, &p->world);
    s->ops = *s->fake.port.ops;
    s->ops.free = free_search;
    s->fake.port.ops = &s->ops;
    *ret = &s->fake.port;
    return true;
}

struct owned_pages {
    struct fake_pages fake; /* first */
    struct pages_ops ops;
};

static void free_pages(struct pages *pages)
{
    free(pages);
}

static bool plug_pages(void *ctx, struct pages **ret, struct err *err)
{
    struct plant *p = ctx;
    struct owned_pages *pages = calloc(1, sizeof *pages);
    if (pages == NULL)
        return err_set(err, ERR_STOP, "plant: out of memory");
    fake_pages_init(&pages->fake, &p->world);
    pages->ops = *pages->fake.port.ops;
    pages->ops.free = free_pages;
    pages->fake.port.ops = &pages->ops;
    *ret = &pages->fake.port;
    return true;
}

static bool plug_mail(void *ctx, const struct settings *settings, struct mail **ret,
                      struct err *err)
{
    struct plant *p = ctx;
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/outbox", p->dir.dir); /* it fits */
    if (broken(p, &p->mail_why, err))
        return false;
    *ret = mail_maildir_new(path, settings->mail_mode, err);
    return *ret != NULL;
}

static bool plug_letter(void *ctx, const struct settings *settings,
                        const struct template_def *template, const struct send_row *row,
                        const char *group, const char *term, struct buf *out, struct err *err)
{
    struct plant *p = ctx;
    (void)settings; /* a fake letter has no sender */
    while (p->letters_blocked)
        (void)pause(); /* until it is killed */
    return fake_letter_write(&p->world, template, row, group, term, out, err);
}

static void plug_settings(void *ctx, struct settings *ret)
{
    struct plant *p = ctx;
    hold(p);
    *ret = p->settings;
    let_go(p);
}

static bool plug_reload(void *ctx, struct err *err)
{
    struct plant *p = ctx;
    hold(p);
    p->reloads++;
    struct err why = p->reload_why;
    if (why.kind == ERR_NONE)
        p->settings = p->next;
    let_go(p);
    return why.kind == ERR_NONE || err_set(err, why.kind, "%s", why.text);
}

/* --- the scene ------------------------------------------------------------------------------ */

/* A handle for one question; the caller frees both. */
static struct authority *open_handle(struct plant *p, struct clock_port **ret_clock)
{
    struct authority *a = NULL;
    struct err err = {0};
    if (!clock_real_new(NULL, ret_clock, &err) || !open_record(p, *ret_clock, &a, &err))
        fail_msg("%s", err.text);
    return a;
}

static void close_handle(struct authority *a, struct clock_port *clock)
{
    a->ops->free(a);
    clock_real_free(clock);
}

void plant_put(struct plant *p, const char *name)
{
    static const struct term_def terms[2][3] = {{{"a1"}, {"a2"}, {"a3"}}, {{"b1"}, {"b2"}, {"b3"}}};
    static const struct group_def groups[2] = {{"first", "hello", terms[0], 3},
                                               {"second", "hello", terms[1], 3}};
    static const struct template_def template = {"hello", "hello", "a {{term}}", NULL};
    struct job_def def = {.name = name,
                          .workspace = "default",
                          .distribution = DISTRIBUTION_EQUITABLE,
                          .loop_interval = 5,
                          .max_emails_per_group = 12,
                          .provider = "local",
                          .has_seed = true,
                          .seed = 1,
                          .groups = groups,
                          .group_count = 2,
                          .templates = &template,
                          .template_count = 1};
    struct job_put_result result;
    struct clock_port *clock;
    struct err err = {0};
    struct authority *a = open_handle(p, &clock);
    if (!a->ops->workspace_put(a, "ana", "default", &err) ||
        !a->ops->job_put(a, "ana", &def, -1, &result, &err))
        fail_msg("%s", err.text);
    close_handle(a, clock);
}

void plant_init(struct plant *p)
{
    struct err err = {0};
    memset(p, 0, sizeof *p);
    scratch_init(&p->dir);
    p->world = fake_world(3);
    assert_int_equal(pthread_mutex_init(&p->lock, NULL), 0);
    assert_int_equal(pthread_cond_init(&p->unblocked, NULL), 0);
    if (!wake_init(&p->console, &err))
        fail_msg("%s", err.text);
    settings_defaults(&p->settings);
    p->settings.mail_confirm_first = 0; /* nobody is there to confirm */
    p->next = p->settings;
    scratch_write(&p->dir, "autopilot.ini", "; nothing\n");
    char *config = strdup(scratch_path(&p->dir, "autopilot.ini"));
    assert_non_null(config);
    p->plugs = (struct engine_plugs){.ctx = p,
                                     .clock = plug_clock,
                                     .clock_free = plug_clock_free,
                                     .authority = plug_authority,
                                     .journal = plug_journal,
                                     .search = plug_search,
                                     .pages = plug_pages,
                                     .mail = plug_mail,
                                     .letter = plug_letter,
                                     .settings = plug_settings,
                                     .reload = plug_reload,
                                     .data_dir = p->dir.dir,
                                     .record_file = "autopilot.db",
                                     .config_path = config,
                                     .host = "bench",
                                     .version = "0"};
    plant_put(p, "sample");
}

void plant_done(struct plant *p)
{
    free((void *)(uintptr_t)p->plugs.config_path);
    wake_done(&p->console);
    (void)pthread_cond_destroy(&p->unblocked); /* nobody waits */
    (void)pthread_mutex_destroy(&p->lock);     /* nobody holds it */
    scratch_done(&p->dir);
}

void plant_unblock(struct plant *p)
{
    hold(p);
    p->authority_blocked = false;
    assert_int_equal(pthread_cond_broadcast(&p->unblocked), 0);
    let_go(p);
}

void plant_break(struct plant *p, struct err *which, enum err_kind kind, const char *text)
{
    hold(p);
    *which = (struct err){0};
    if (text != NULL)
        (void)err_set(which, kind, "%s", text);
    let_go(p);
}

void plant_control(struct plant *p, enum control what)
{
    plant_control_of(p, "sample", what);
}

void plant_control_of(struct plant *p, const char *name, enum control what)
{
    struct job_ref job = {"default", name};
    struct clock_port *clock;
    struct err err = {0};
    bool changed;
    struct settings settings;
    plug_settings(p, &settings);
    struct authority *a = open_handle(p, &clock);
    if (!a->ops->job_control(a, "ana", &job, what, settings.mail_mode, &changed, &err))
        fail_msg("%s", err.text);
    close_handle(a, clock);
}

/* --- questions ------------------------------------------------------------------------------ */

/* The record is asked through a read of its own, as a screen would. */
static int64_t ask(struct plant *p, const char *what)
{
    struct db *db;
    struct err err = {0};
    char path[SCRATCH_PATH_MAX];
    (void)str_format(path, sizeof path, "%s/autopilot.db", p->dir.dir); /* it fits */
    struct arena arena = arena_init((size_t)1 << 24);
    struct job_row *row = NULL;
    if (!db_open(path, DB_READ, &db, &err) ||
        !read_job(db, "default", "sample", clock_now_us(), &arena, &row, &err))
        fail_msg("%s", err.text);
    int64_t answer = str_equal(what, "state")    ? (int64_t)row->state
                     : str_equal(what, "queued") ? row->queued
                                                 : row->total_sent;
    arena_done(&arena);
    db_close(db);
    return answer;
}

enum job_state plant_state(struct plant *p)
{
    return (enum job_state)ask(p, "state");
}

int64_t plant_total(struct plant *p)
{
    return ask(p, "total");
}

int64_t plant_queued(struct plant *p)
{
    return ask(p, "queued");
}

int plant_letters(struct plant *p)
{
    int n = 0;
    DIR *dir = opendir(scratch_path(&p->dir, "outbox/new"));
    if (dir == NULL)
        return 0;
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        n += d->d_name[0] != '.';
    (void)closedir(dir); /* opened for reading */
    return n;
}

void plant_wait(struct plant *p, struct engine *e, bool (*ok)(struct plant *p, struct engine *e))
{
    int64_t until_us = clock_boot_us() + 60 * US_PER_S;
    while (!ok(p, e)) {
        if (clock_boot_us() > until_us) {
            struct engine_standing s;
            desk_standing(engine_desk(e), &s);
            fail_msg("waited in vain; where %d lanes %d problem \"%s\"", (int)s.where,
                     (int)s.lanes_busy, s.problem);
        }
        (void)wake_wait(engine_wake(e), clock_boot_us() + 20 * US_PER_MS); /* looked at above */
    }
}

struct engine *plant_start(struct plant *p, enum engine_role role)
{
    struct engine *e;
    struct err err = {0};
    if (!engine_start(&p->plugs, role, 0, &p->console, &e, &err))
        fail_msg("%s", err.text);
    return e;
}

void plant_stop(struct engine *e)
{
    engine_stop(e);
    engine_free(e);
}
