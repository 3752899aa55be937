/* search_local.c - answers queries from the corpus, a chunk at a time.
 *
 * The one idea: a chunk is one read transaction that sees one version of the corpus, and nothing
 * stays open between chunks, so a search that takes all day never holds back the writer. What a
 * query costs is the ranking of all pages that match; so the order is kept, as numbers of pages,
 * for as long as the same query goes on in the same version, also over its end and next start. */
#include "adapter/search_local.h"

#include "corpus_db.h"
#include "corpus_file.h"

#include "base/str.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 32,            /* hits that are read at once */
    RANKED = 1 << 16,      /* results whose order is kept; behind them it is worked out again */
    QUERY_MAX = 64 * 1024, /* of FTS5's language; the longest term stays far below */
};

struct local_hit {
    char url[URL_MAX + 1];
    char title[FACT_MAX + 1];
};

/* Results from..from+count-1 of a query in one version of the corpus. */
struct ranking {
    struct buf match; /* empty: there is none */
    uint64_t version;
    int64_t from, count;
    int64_t *ids; /* RANKED of them */
};

struct search_local {
    struct search search;
    char *data_dir;
    struct corpus_db *db; /* NULL until the first query finds one */
    struct buf match;     /* the query under way; empty: it has no word */
    bool under_way;
    uint64_t version; /* of the corpus that `offset` counts in */
    int64_t offset;   /* results before the next hit */
    bool last;        /* nothing comes behind the chunk */
    int at, count;    /* in the chunk */
    struct local_hit hits[CHUNK];
    struct ranking ranking;
};

/* ---- the query ---- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A byte that can be part of a word in the index; every byte of a character outside ASCII may. */
static bool is_word_byte(char c)
{
    const unsigned char u = (unsigned char)c;
    return u >= 0x80 || (u >= '0' && u <= '9') || ((u | 0x20) >= 'a' && (u | 0x20) <= 'z');
}

static bool has_word(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (is_word_byte(text[i]))
            return true;
    return false;
}

void search_local_match(const char *query, struct buf *out)
{
    const size_t before = out->len;
    while (*query) {
        if (is_space(*query)) {
            query++;
            continue;
        }
        const bool quoted = *query == '"';
        const char *from = query + (quoted ? 1 : 0);
        const char *to = from;
        while (*to && *to != '"' && (quoted || !is_space(*to)))
            to++;
        query = quoted && *to ? to + 1 : to;
        if (!has_word(from, (size_t)(to - from)))
            continue;
        if (out->len > before)
            buf_addc(out, ' ');
        buf_addc(out, '"');
        buf_add(out, from, (size_t)(to - from)); /* holds no quote */
        buf_addc(out, '"');
    }
}

/* ---- the cursor: results given ":" version of the corpus ---- */

static void write_cursor(const struct search_local *s, char dst[CURSOR_MAX + 1])
{
    (void)str_format(dst, CURSOR_MAX + 1, "%" PRId64 ":%016" PRIx64, s->offset, s->version);
}

/* False for anything that write_cursor did not write: the query then starts at its first result. */
static bool read_cursor(const char *text, int64_t *ret_offset, uint64_t *ret_version)
{
    char number[24];
    char again[CURSOR_MAX + 1];
    const char *colon = strchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof number)
        return false;
    (void)str_copy_n(number, sizeof number, text, (size_t)(colon - text));
    if (!str_int(number, 0, INT32_MAX, ret_offset))
        return false;
    *ret_version = strtoull(colon + 1, NULL, 16);
    (void)str_format(again, sizeof again, "%" PRId64 ":%016" PRIx64, *ret_offset, *ret_version);
    return str_equal(again, text);
}

/* ---- chunks ---- */

static void forget_chunk(struct search_local *s)
{
    s->at = s->count = 0;
    s->last = false;
}

static void take_hit(struct search_local *s, sqlite3_stmt *st)
{
    char path[URL_MAX + 1];
    char title[FACT_MAX * 4 + 1];
    struct local_hit *hit = &s->hits[s->count];
    corpus_column(st, 0, path, sizeof path);
    corpus_column(st, 1, title, sizeof title);
    if (!corpus_url(path, hit->url))
        hit->url[0] = '\0'; /* never added (corpus.h); its page then can't be read */
    text_screen_to(hit->title, sizeof hit->title, title);
    s->count++;
}

static void forget_ranking(struct search_local *s)
{
    buf_clear(&s->ranking.match);
}

/* Is the order known from s->offset on? */
static bool ranked(const struct search_local *s)
{
    const struct ranking *r = &s->ranking;
    return r->match.len > 0 && r->version == s->version &&
           str_equal(buf_text(&r->match), buf_text(&s->match)) && s->offset >= r->from &&
           (s->offset < r->from + r->count || r->count < RANKED);
}

static bool rank(struct search_local *s, struct err *err)
{
    struct ranking *r = &s->ranking;
    forget_ranking(s);
    r->version = s->version;
    r->from = s->offset;
    r->count = 0;
    sqlite3_stmt *st = corpus_query(s->db, SQL_CORPUS_RANK);
    corpus_bind_text(s->db, st, "$query", buf_text(&s->match), s->match.len);
    corpus_bind_int(s->db, st, "$limit", RANKED);
    corpus_bind_int(s->db, st, "$offset", s->offset);
    for (;;) {
        bool more = false;
        if (!corpus_step(s->db, st, &more, err))
            return false;
        if (!more)
            break;
        r->ids[r->count++] = sqlite3_column_int64(st, 0);
    }
    buf_add(&r->match, buf_text(&s->match), s->match.len);
    if (!buf_ok(&r->match))
        buf_done(&r->match); /* no memory: it is only worked out again */
    return true;
}

static bool read_hits(struct search_local *s, struct err *err)
{
    const struct ranking *r = &s->ranking;
    const int64_t end = r->from + r->count;
    for (int64_t at = s->offset; at < end && s->count < CHUNK; at++) {
        bool row = false;
        sqlite3_stmt *st = corpus_query(s->db, SQL_CORPUS_HIT);
        corpus_bind_int(s->db, st, "$id", r->ids[at - r->from]);
        if (!corpus_step(s->db, st, &row, err))
            return false;
        if (row) /* the same version: it is there */
            take_hit(s, st);
        if (row && !corpus_step(s->db, st, &row, err))
            return false;
    }
    s->last = s->offset + s->count >= end && r->count < RANKED;
    return true;
}

/* Everything in one snapshot: is there a page at all, which version, the next hits of it. */
static bool read_snapshot(struct search_local *s, struct err *err)
{
    int64_t any = 0, version = 0;
    if (!corpus_number(s->db, SQL_CORPUS_ANY, &any, err) ||
        !corpus_number(s->db, SQL_CORPUS_VERSION, &version, err))
        return false;
    if (!any)
        return err_set(err, ERR_STOP,
                       "search: the corpus in %s is empty; add pages with "
                       "`autopilot corpus add PATH`",
                       s->data_dir);
    if ((uint64_t)version != s->version)
        s->offset = 0;
    s->version = (uint64_t)version;
    return (ranked(s) || rank(s, err)) && read_hits(s, err);
}

static bool read_chunk(struct search_local *s, struct err *err)
{
    forget_chunk(s);
    if (!corpus_begin(s->db, err))
        return false;
    const bool ok = read_snapshot(s, err);
    corpus_rollback(s->db); /* nothing was changed; this ends the snapshot */
    if (!ok)
        forget_chunk(s);
    return ok;
}

/* The file may have been made, removed or replaced since the last query. */
static bool open_corpus(struct search_local *s, struct err *err)
{
    if (s->db && corpus_db_current(s->db))
        return true;
    corpus_db_close(s->db);
    s->db = NULL;
    forget_ranking(s);
    return corpus_db_open(s->data_dir, false, &s->db, err);
}

/* ---- the port ---- */

static struct search_local *own(struct search *search)
{
    return (struct search_local *)search;
}

static void local_end(struct search *search)
{
    struct search_local *s = own(search);
    s->under_way = false;
    forget_chunk(s);
    buf_clear(&s->match);
}

static bool local_start(struct search *search, const struct search_request *request,
                        struct err *err)
{
    struct search_local *s = own(search);
    local_end(search);
    search_local_match(request->query, &s->match);
    if (!buf_ok(&s->match))
        return err_set(err, ERR_REFUSED, "search: the query is too long (%zu bytes)",
                       strlen(request->query));
    s->offset = 0;
    s->version = 0;
    if (!read_cursor(request->cursor, &s->offset, &s->version))
        s->offset = 0;
    s->under_way = true;
    return true;
}

static void give_hit(struct search_local *s, struct search_hit *ret)
{
    const struct local_hit *hit = &s->hits[s->at++];
    s->offset++;
    (void)str_copy(ret->url, sizeof ret->url, hit->url);
    (void)str_copy(ret->title, sizeof ret->title, hit->title);
    write_cursor(s, ret->cursor);
}

static enum search_answer local_next(struct search *search, int64_t deadline_us,
                                     struct search_hit *ret_hit, struct err *err)
{
    struct search_local *s = own(search);
    (void)deadline_us; /* a chunk takes milliseconds: there is nothing to wait for */
    if (!s->under_way) {
        (void)err_set(err, ERR_REFUSED, "search: no query was started");
        return SEARCH_FAILED;
    }
    if (s->at == s->count && s->last)
        return SEARCH_EXHAUSTED;
    if (s->at == s->count) {
        if (!open_corpus(s, err))
            return SEARCH_FAILED;
        if (s->match.len == 0)
            return SEARCH_EXHAUSTED;
        if (!read_chunk(s, err))
            return SEARCH_FAILED;
    }
    if (s->count == 0)
        return SEARCH_EXHAUSTED;
    give_hit(s, ret_hit);
    return SEARCH_HIT;
}

static void local_free(struct search *search)
{
    if (!search)
        return;
    struct search_local *s = own(search);
    corpus_db_close(s->db);
    buf_done(&s->match);
    buf_done(&s->ranking.match);
    free(s->ranking.ids);
    free(s->data_dir);
    free(s);
}

static const struct search_ops ops = {
    .kind = "local",
    .start = local_start,
    .next = local_next,
    .end = local_end,
    .free = local_free,
};

bool search_local_new(const char *data_dir, struct search **ret, struct err *err)
{
    struct search_local *s = calloc(1, sizeof *s);
    if (s) {
        s->search.ops = &ops;
        s->match = buf_init(QUERY_MAX);
        s->ranking.match = buf_init(QUERY_MAX);
        s->ranking.ids = calloc(RANKED, sizeof *s->ranking.ids);
        s->data_dir = strdup(data_dir);
    }
    if (!s || !s->data_dir || !s->ranking.ids) {
        local_free(s ? &s->search : NULL);
        return err_set(err, ERR_STOP, "search: out of memory");
    }
    *ret = &s->search;
    return true;
}
