/* content_any.c - hands each source to the adapter that its kind and address name; each is made
 * when the first source needs it. */
#include "adapter/content_any.h"

#include "adapter/content_corpus.h"
#include "adapter/content_file.h"

#include <stdlib.h>
#include <string.h>

struct content_any {
    struct content content;
    char *data_dir, *agent;
    struct content_http_options options;
    struct content *file, *http, *corpus; /* NULL until needed */
    struct content *now;                  /* the one under way, or NULL */
};

static struct content_any *own(struct content *c)
{
    return (struct content_any *)c;
}

static void any_end(struct content *c)
{
    struct content_any *a = own(c);
    if (a->now != NULL)
        a->now->ops->end(a->now);
}

static bool choose(struct content_any *a, const struct spec_source *source, struct err *err)
{
    struct content **which = source->kind == SOURCE_CORPUS ? &a->corpus
                             : source->address[0] == '/'   ? &a->file
                                                           : &a->http;
    bool ok = *which != NULL;
    if (!ok && which == &a->corpus)
        ok = content_corpus_new(a->data_dir, which, err);
    else if (!ok && which == &a->file)
        ok = content_file_new(which, err);
    else if (!ok)
        ok = content_http_new(&a->options, which, err);
    a->now = ok ? *which : NULL;
    return a->now != NULL;
}

static bool any_start(struct content *c, const struct content_request *request, struct err *err)
{
    struct content_any *a = own(c);
    any_end(c);
    a->now = NULL;
    return choose(a, &request->spec->sources[request->source], err) &&
           a->now->ops->start(a->now, request, err);
}

static enum content_answer any_next(struct content *c, int64_t deadline_us,
                                    struct content_view *ret, struct err *err)
{
    struct content_any *a = own(c);
    if (a->now != NULL)
        return a->now->ops->next(a->now, deadline_us, ret, err);
    (void)err_set(err, ERR_REFUSED, "no source was started");
    return CONTENT_FAILED;
}

static void any_free(struct content *c)
{
    if (c == NULL)
        return;
    struct content_any *a = own(c);
    struct content *made[] = {a->file, a->http, a->corpus};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        if (made[i] != NULL)
            made[i]->ops->free(made[i]);
    free(a->data_dir);
    free(a->agent);
    free(a);
}

static const struct content_ops ops = {
    .start = any_start,
    .next = any_next,
    .end = any_end,
    .free = any_free,
};

bool content_any_new(const char *data_dir, const struct content_http_options *options,
                     struct content **ret, struct err *err)
{
    struct content_any *a = calloc(1, sizeof *a);
    if (a != NULL) {
        a->content.ops = &ops;
        a->data_dir = strdup(data_dir);
        a->agent = strdup(options->agent);
        a->options = *options;
        a->options.agent = a->agent;
    }
    if (a == NULL || a->data_dir == NULL || a->agent == NULL) {
        any_free(a != NULL ? &a->content : NULL);
        return err_set(err, ERR_STOP, "content: out of memory");
    }
    *ret = &a->content;
    return true;
}
