/* content_corpus.c - asks the local search provider, one query after the other, and reads the pages
 * that it names. The same files are opened as for a search: only those that are in the corpus. */
#include "adapter/content_corpus.h"

#include "adapter/page.h"
#include "adapter/search_local.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "corpus_file.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MAX = 24 * 1024 * 1024, TITLE_BYTES = 1000 };

struct content_corpus {
    struct content content;
    struct search *search;
    struct page_reader *reader;
    struct corpus_file file;
    struct buf title, text, line;
    struct arena arena;
    struct content_item *items;
    struct content_view view;
    struct content_request request;
    bool under_way, asking;
    int32_t category, phrase; /* the query that is asked, when the address is empty */
    int32_t hits;             /* of it */
};

static struct content_corpus *own(struct content *c)
{
    return (struct content_corpus *)c;
}

static void corpus_end(struct content *c)
{
    struct content_corpus *k = own(c);
    k->under_way = k->asking = false;
    k->search->ops->end(k->search);
}

static bool corpus_start(struct content *c, const struct content_request *request, struct err *err)
{
    struct content_corpus *k = own(c);
    corpus_end(c);
    arena_done(&k->arena);
    k->items = arena_array(&k->arena, CONTENT_ITEMS_MAX, sizeof *k->items);
    if (k->items == NULL)
        return err_set(err, ERR_STOP, "there is no memory for its items");
    k->request = *request;
    k->view = (struct content_view){.items = k->items};
    k->category = k->phrase = 0;
    k->under_way = true;
    return true;
}

/* The query that comes next, NULL when all were asked. */
static const char *next_query(struct content_corpus *k)
{
    const struct spec_def *spec = k->request.spec;
    const char *address = spec->sources[k->request.source].address;
    if (address[0] != '\0')
        return k->phrase++ == 0 ? address : NULL;
    for (; k->category < spec->category_count; k->category++, k->phrase = 0) {
        const struct spec_topic *t = &spec->categories[k->category];
        if (k->phrase < t->word_count)
            return t->words[k->phrase++];
    }
    return NULL;
}

/* A phrase is asked for as such, without the * that the corpus does not know. */
static bool ask(struct content_corpus *k, const char *query, struct err *err)
{
    char quoted[SPEC_ADDRESS_MAX + 3];
    bool phrase = k->request.spec->sources[k->request.source].address[0] == '\0';
    size_t len = strlen(query);
    (void)str_format(quoted, sizeof quoted, phrase ? "\"%.*s\"" : "%.*s",
                     (int)(len > 0 && query[len - 1] == '*' ? len - 1 : len), query); /* fits */
    for (char *at = quoted + 1; phrase && (at = strchr(at, '"')) != NULL && at[1] != '\0';)
        *at = ' ';
    struct search_request request = {
        .term = query, .query = quoted, .cursor = "", .limit = CONTENT_CORPUS_HITS};
    k->hits = 0;
    k->asking = true;
    return k->search->ops->start(k->search, &request, err);
}

static bool is_there(const struct content_corpus *k, const char *url)
{
    for (int32_t i = 0; i < k->view.count; i++)
        if (str_equal(k->items[i].url, url))
            return true;
    return false;
}

/* One line: blocks of the page are parted by blanks. */
static const char *one_line(struct content_corpus *k, const struct buf *text, size_t max)
{
    char line[ITEM_SUMMARY_MAX + 1];
    buf_clear(&k->line);
    for (size_t i = 0; i < text->len; i++)
        buf_addc(&k->line, text->data[i] == '\n' ? ' ' : text->data[i]);
    text_screen_to(line, max + 1, buf_text(&k->line));
    return arena_text(&k->arena, str_trim(line));
}

/* False only without memory. */
static bool add_page(struct content_corpus *k, const struct search_hit *hit, struct err *err)
{
    char path[URL_MAX + 1];
    struct content_item item = {.source = k->request.source, .author = "", .language = ""};
    buf_clear(&k->title);
    buf_clear(&k->text);
    if (!corpus_path(hit->url, path) || corpus_file_read(&k->file, path) != CORPUS_PAGE) {
        k->view.odd++;
        return true;
    }
    if (!page_text(k->reader, buf_text(&k->file.bytes), k->file.bytes.len, k->file.type, &k->title,
                   &k->text, NULL, err))
        return false;
    item.url = arena_text(&k->arena, hit->url);
    item.title = one_line(k, &k->title, ITEM_TITLE_MAX);
    item.summary = one_line(k, &k->text, ITEM_SUMMARY_MAX);
    if (item.url == NULL || item.title == NULL || item.summary == NULL)
        return err_set(err, ERR_STOP, "there is no memory for its items");
    if (item.title[0] == '\0')
        item.title = item.summary;
    item.published_us = k->file.mark.mtime_ns / 1000;
    if (item.title[0] != '\0')
        k->items[k->view.count++] = item;
    return true;
}

/* One hit of the query under way. */
static bool take_hit(struct content_corpus *k, int64_t deadline_us, struct err *err)
{
    struct search_hit hit;
    if (k->hits == CONTENT_CORPUS_HITS) {
        k->view.cut = true;
        k->asking = false;
        return true;
    }
    switch (k->search->ops->next(k->search, deadline_us, &hit, err)) {
    case SEARCH_HIT:
        k->hits++;
        if (k->view.count == CONTENT_ITEMS_MAX)
            k->view.cut = true;
        else if (!is_there(k, hit.url))
            return add_page(k, &hit, err);
        return true;
    case SEARCH_WAIT:
        return true;
    case SEARCH_EXHAUSTED:
        k->asking = false;
        return true;
    default:
        return false;
    }
}

static enum content_answer corpus_next(struct content *c, int64_t deadline_us,
                                       struct content_view *ret, struct err *err)
{
    struct content_corpus *k = own(c);
    if (!k->under_way) {
        (void)err_set(err, ERR_REFUSED, "no source was started");
        return CONTENT_FAILED;
    }
    do {
        const char *query = k->asking ? "" : next_query(k);
        if (query == NULL) {
            *ret = k->view;
            corpus_end(c);
            return CONTENT_READY;
        }
        if ((!k->asking && !ask(k, query, err)) || !take_hit(k, deadline_us, err)) {
            corpus_end(c);
            return CONTENT_FAILED;
        }
    } while (clock_boot_us() < deadline_us);
    return CONTENT_WAIT;
}

static void corpus_free(struct content *c)
{
    if (c == NULL)
        return;
    struct content_corpus *k = own(c);
    if (k->search != NULL)
        k->search->ops->free(k->search);
    page_reader_free(k->reader);
    corpus_file_done(&k->file);
    buf_done(&k->title);
    buf_done(&k->text);
    buf_done(&k->line);
    arena_done(&k->arena);
    free(k);
}

static const struct content_ops ops = {
    .start = corpus_start,
    .next = corpus_next,
    .end = corpus_end,
    .free = corpus_free,
};

bool content_corpus_new(const char *data_dir, struct content **ret, struct err *err)
{
    struct content_corpus *k = calloc(1, sizeof *k);
    if (k == NULL)
        return err_set(err, ERR_STOP, "content: out of memory");
    k->content.ops = &ops;
    k->title = buf_init(TITLE_BYTES);
    k->text = buf_init(2 * ITEM_SUMMARY_MAX);
    k->line = buf_init(2 * ITEM_SUMMARY_MAX);
    k->arena = arena_init(ARENA_MAX);
    corpus_file_init(&k->file);
    if (!search_local_new(data_dir, &k->search, err) || !page_reader_new(&k->reader, err)) {
        corpus_free(&k->content);
        return false;
    }
    *ret = &k->content;
    return true;
}
