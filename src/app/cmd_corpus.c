/* cmd_corpus.c - autopilot corpus: the pages of the local provider. */
#include "adapter/corpus.h"
#include "base/file.h"
#include "commands.h"
#include "corpus_add.h"
#include "output.h"

struct adding {
    struct progress_bar bar;
};

static bool show_step(void *ctx, const struct corpus_progress *p)
{
    struct adding *a = ctx;
    progress_show(&a->bar, p->files_done, p->files_total, "files");
    return true;
}

static void say_skipped(const struct corpus_stats *s)
{
    int64_t all = 0;
    for (int i = CORPUS_PAGE + 1; i < CORPUS_SKIPS; i++)
        all += s->skipped[i];
    if (all == 0)
        return;
    out_print("%lld files are no pages:", (long long)all);
    for (int i = CORPUS_PAGE + 1; i < CORPUS_SKIPS; i++) {
        if (s->skipped[i] > 0)
            out_print(" %lld %s;", (long long)s->skipped[i], corpus_skip_name((enum corpus_skip)i));
    }
    out_print("\n");
}

static json_t *stats_json(const struct corpus_stats *s)
{
    json_t *skipped = json_object();
    for (int i = CORPUS_PAGE + 1; i < CORPUS_SKIPS; i++)
        json_object_set_new(skipped, corpus_skip_name((enum corpus_skip)i),
                            json_integer(s->skipped[i]));
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "added", (json_int_t)s->added,
                     "changed", (json_int_t)s->changed, "unchanged", (json_int_t)s->unchanged,
                     "removed", (json_int_t)s->removed, "files_read", (json_int_t)s->files_read,
                     "bytes_read", (json_int_t)s->bytes_read, "skipped", skipped);
}

bool corpus_add_paths(struct app *app, const char *const *paths, int count, bool report,
                      struct err *err)
{
    struct adding a;
    struct corpus *corpus = NULL;
    struct corpus_stats stats = {0};
    struct corpus_watch watch = {show_step, &a};
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "corpus: nothing is changed with --read-only");
    if (!file_make_dirs(app->data_dir, 0700, err) ||
        !corpus_open(app->data_dir, CORPUS_WRITE, &corpus, err))
        return false;
    progress_begin(&a.bar, app, "indexing");
    bool ok = corpus_add(corpus, paths, count, &watch, &stats, err);
    progress_end(&a.bar);
    corpus_close(corpus);
    if (!ok || !report)
        return ok;
    if (app->json)
        return out_json(stats_json(&stats), false, err);
    if (!app->quiet) {
        out_print("%lld pages added, %lld changed, %lld unchanged, %lld gone\n",
                  (long long)stats.added, (long long)stats.changed, (long long)stats.unchanged,
                  (long long)stats.removed);
        say_skipped(&stats);
    }
    return true;
}

bool cmd_corpus_add(struct app *app, struct err *err)
{
    return corpus_add_paths(app, app->argument, app->arguments, true, err);
}

struct listing {
    struct app *app;
    struct out_text safe;
    struct err *err;
    bool failed;
};

static bool root_row(void *ctx, const struct corpus_root *r)
{
    struct listing *l = ctx;
    if (!l->app->json) {
        out_print("%8lld pages %8lld skipped %12lld bytes  %s\n", (long long)r->pages,
                  (long long)r->skipped, (long long)r->bytes, out_safe(&l->safe, r->path));
        return true;
    }
    l->failed = !out_json(json_pack("{s:o, s:I, s:I, s:I}", "path", json_text(r->path), "pages",
                                    (json_int_t)r->pages, "skipped", (json_int_t)r->skipped,
                                    "bytes", (json_int_t)r->bytes),
                          true, l->err);
    return !l->failed;
}

bool cmd_corpus_list(struct app *app, struct err *err)
{
    struct listing l = {.app = app, .err = err};
    struct corpus *corpus = NULL;
    bool ok = corpus_open(app->data_dir, CORPUS_READ, &corpus, err) &&
              corpus_list(corpus, root_row, &l, err);
    corpus_close(corpus);
    return ok && !l.failed;
}

bool cmd_corpus_remove(struct app *app, struct err *err)
{
    struct corpus *corpus = NULL;
    struct out_text t = {0};
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "corpus: nothing is changed with --read-only");
    bool ok = corpus_open(app->data_dir, CORPUS_WRITE, &corpus, err);
    for (int32_t i = 0; ok && i < app->arguments; i++) {
        int64_t pages = 0;
        ok = corpus_remove(corpus, app->argument[i], &pages, err);
        if (ok && app->json)
            ok = out_json(json_pack("{s:o, s:I}", "path", json_text(app->argument[i]),
                                    "pages_removed", (json_int_t)pages),
                          true, err);
        else if (ok && !app->quiet)
            out_print("%lld pages of %s are out of the corpus\n", (long long)pages,
                      out_safe(&t, app->argument[i]));
    }
    corpus_close(corpus);
    return ok;
}
