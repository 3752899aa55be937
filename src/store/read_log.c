/* read_log.c - the record's events and the process log as one list in the order of time.
 *
 * The idea: each source (events of all jobs, or of each job of that name; lines of the log) is a
 * feed that hands out rows in order, a piece at a time, from a key on; the list is the merge of the
 * feeds. Every piece is one short query over an index, however long the log is. */
#include "store/read_log.h"

#include "base/str.h"
#include "base/utf8.h"
#include "db_inside.h"
#include "domain/event.h"

#include <regex.h>
#include <string.h>

enum {
    PIECE = 200,       /* rows a feed reads at once */
    FEEDS_MAX = 17,    /* jobs of one name that are looked at, and the log */
    COUNT_MAX = 10000, /* counting ends there */
    SOURCE_EVENT = 0,
    SOURCE_LINE = 1
};

struct feed {
    int32_t source;
    enum sql_id sql;
    bool by_job; /* the statement asks for a job */
    struct uuid job;
    bool any_job;               /* ... and NULL means all */
    bool by_run;                /* ... for the filter's run */
    struct log_key from;        /* goes on behind it */
    struct arena arena;         /* texts of the piece */
    struct log_row rows[PIECE]; /* those that match */
    int32_t at, count;
    bool ended;
};

struct merge {
    struct db *db;
    const struct log_filter *filter;
    bool before;
    int32_t piece; /* rows to read at once, PIECE at most */
    regex_t regex;
    struct buf line;  /* one row's text */
    struct buf match; /* what the pattern is compared with */
    struct feed *feeds;
    int32_t feed_count;
};

/* --- keys --- */

static int compare(struct log_key a, struct log_key b)
{
    if (a.at_us != b.at_us)
        return a.at_us < b.at_us ? -1 : 1;
    if (a.source != b.source)
        return a.source < b.source ? -1 : 1;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

/* Where a feed of this source stands for a key that may be of the other source: before or after all
 * of its own rows of that instant. */
static int64_t seq_for(struct log_key key, int32_t source)
{
    if (key.source == source)
        return key.seq;
    return source < key.source ? INT64_MAX : INT64_MIN;
}

/* --- one feed --- */

static void bind_feed(const struct merge *m, const struct feed *f, struct stmt *st)
{
    stmt_int(st, "$at", f->from.at_us);
    stmt_int(st, "$seq", seq_for(f->from, f->source));
    stmt_int(st, "$level", m->filter->level);
    if (f->by_job && !f->any_job)
        stmt_uuid(st, "$job", f->job);
    if (f->by_run)
        stmt_uuid(st, "$run", *m->filter->run);
}

static bool copy_row(struct arena *arena, const struct log_row *from, struct log_row *to)
{
    *to = *from;
    to->area = arena_text(arena, from->area);
    to->job = arena_text(arena, from->job);
    to->text = arena_text(arena, from->text);
    return to->area != NULL && to->job != NULL && to->text != NULL;
}

static void event_text(struct merge *m, struct stmt *st, struct log_row *row)
{
    struct event e = {.send_seq = col_int(st, 10), .n1 = col_int(st, 11), .n2 = col_int(st, 12)};
    e.kind = EVENT_KINDS;
    (void)event_kind_parse(col_text(st, 3), &e.kind); /* a newer version's: the sentence says so */
    col_text_to(st, 4, e.job_name, sizeof e.job_name);
    col_text_to(st, 5, e.group, sizeof e.group);
    col_text_to(st, 6, e.term, sizeof e.term);
    col_text_to(st, 7, e.address, sizeof e.address);
    col_text_to(st, 8, e.actor, sizeof e.actor);
    col_text_to(st, 9, e.text, sizeof e.text);
    event_sentence(&e, m->filter->mask, &m->line);
    const struct event_row *kind = event_row(e.kind);
    row->area = kind != NULL ? kind->area : "";
    row->job = col_text(st, 4);
}

static void line_text(struct merge *m, struct stmt *st, struct log_row *row)
{
    const char *text = col_text(st, 4);
    if (m->filter->mask)
        event_mask_text(text, &m->line);
    else
        text_screen(&m->line, text, strlen(text));
    row->area = col_text(st, 3);
    row->job = "";
}

static bool matches(struct merge *m, const struct log_row *row)
{
    if (m->filter->match == NULL)
        return true;
    buf_clear(&m->match);
    const char *const parts[] = {row->area, " ", row->job, " ", row->text};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        buf_adds(&m->match, parts[i]);
    return regexec(&m->regex, buf_text(&m->match), 0, NULL, 0) == 0;
}

/* Keeps the row if it matches; only then is it copied. */
static bool take_row(struct merge *m, struct feed *f, struct stmt *st)
{
    struct log_row row = {.key = {col_int(st, 0), f->source, col_int(st, 1)},
                          .level = (enum log_level)col_int(st, 2)};
    f->from = row.key;
    buf_clear(&m->line);
    if (f->source == SOURCE_EVENT)
        event_text(m, st, &row);
    else
        line_text(m, st, &row);
    row.text = buf_text(&m->line);
    if (!buf_ok(&m->line))
        return false;
    return !matches(m, &row) || copy_row(&f->arena, &row, &f->rows[f->count++]);
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "log: there is no memory to read it");
}

/* The next piece; a short one is the last. */
static bool fetch(struct merge *m, struct feed *f, struct err *err)
{
    bool row;
    int32_t n = 0;
    arena_done(&f->arena);
    f->at = f->count = 0;
    struct stmt *st = db_stmt(m->db, f->sql);
    bind_feed(m, f, st);
    stmt_int(st, "$since", m->filter->since_us);
    stmt_int(st, "$max", m->piece);
    for (;; n++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || n == m->piece)
            break;
        if (!take_row(m, f, st)) {
            stmt_end(st);
            return no_memory(err);
        }
    }
    stmt_end(st);
    f->ended = n < m->piece;
    return true;
}

/* The row it stands at; NULL at its end. */
static bool peek(struct merge *m, struct feed *f, const struct log_row **ret, struct err *err)
{
    *ret = NULL;
    while (f->at == f->count && !f->ended)
        if (!fetch(m, f, err))
            return false;
    if (f->at < f->count)
        *ret = &f->rows[f->at];
    return true;
}

/* --- which feeds --- */

static void add_feed(struct merge *m, const struct feed *f)
{
    if (m->feed_count == FEEDS_MAX)
        return;
    m->feeds[m->feed_count] = *f;
    m->feeds[m->feed_count++].arena = arena_init((size_t)4 << 20);
}

static bool is_grave(const struct log_filter *filter)
{
    return filter->level <= LOG_WARN;
}

/* Events: [grave or not][of one job or of all][before or after]. */
static enum sql_id event_sql(const struct log_filter *filter, bool before)
{
    if (is_grave(filter))
        return before ? SQL_LOG_GRAVE_BEFORE : SQL_LOG_GRAVE_AFTER;
    if (filter->job != NULL)
        return before ? SQL_LOG_JOB_BEFORE : SQL_LOG_JOB_AFTER;
    return before ? SQL_LOG_EVENTS_BEFORE : SQL_LOG_EVENTS_AFTER;
}

static enum sql_id line_sql(const struct log_filter *filter, bool before)
{
    if (is_grave(filter))
        return before ? SQL_LOG_LINES_GRAVE_BEFORE : SQL_LOG_LINES_GRAVE_AFTER;
    return before ? SQL_LOG_LINES_BEFORE : SQL_LOG_LINES_AFTER;
}

/* The process log knows no runs. */
static void add_run(struct merge *m, const struct log_key *from)
{
    add_feed(m, &(struct feed){.source = SOURCE_EVENT,
                               .sql = SQL_LOG_RUN_BEFORE,
                               .by_run = true,
                               .from = from != NULL ? *from
                                                    : (struct log_key){INT64_MAX, 0, INT64_MAX}});
}

/* A name may have been used by several jobs, one after the other or in other workspaces. */
static bool add_jobs(struct merge *m, struct feed f, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(m->db, SQL_LOG_JOB_IDS);
    stmt_text(st, "$name", m->filter->job);
    stmt_int(st, "$max", FEEDS_MAX);
    for (;;) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        f.job = col_uuid(st, 0);
        add_feed(m, &f);
    }
}

static bool add_feeds(struct merge *m, const struct log_key *from, struct err *err)
{
    int64_t end = m->before ? INT64_MAX : INT64_MIN;
    struct feed f = {.source = SOURCE_EVENT,
                     .sql = event_sql(m->filter, m->before),
                     .by_job = is_grave(m->filter) || m->filter->job != NULL,
                     .any_job = m->filter->job == NULL,
                     .from = from != NULL ? *from : (struct log_key){end, SOURCE_EVENT, end}};
    if (m->filter->run != NULL) {
        add_run(m, from);
        return true;
    }
    if (m->filter->job != NULL)
        return add_jobs(m, f, err); /* the process log knows no jobs */
    add_feed(m, &f);
    f.source = SOURCE_LINE;
    f.sql = line_sql(m->filter, m->before);
    f.by_job = false;
    if (m->db->log_there)
        add_feed(m, &f);
    return true;
}

/* --- merging --- */

/* The feed whose row comes next; NULL: all have ended. */
static bool next_feed(struct merge *m, struct feed **ret, struct err *err)
{
    const struct log_row *best = NULL;
    const struct log_row *row;
    *ret = NULL;
    for (int32_t i = 0; i < m->feed_count; i++) {
        if (!peek(m, &m->feeds[i], &row, err))
            return false;
        if (row == NULL)
            continue;
        if (best != NULL && (compare(row->key, best->key) < 0) == m->before)
            continue;
        best = row;
        *ret = &m->feeds[i];
    }
    return true;
}

static void turn_round(struct log_row *rows, int32_t count)
{
    for (int32_t i = 0, j = count - 1; i < j; i++, j--) {
        struct log_row row = rows[i];
        rows[i] = rows[j];
        rows[j] = row;
    }
}

static bool merge(struct merge *m, int32_t max, struct arena *arena, struct log_row *rows,
                  int32_t *ret_count, struct err *err)
{
    int32_t n = 0;
    while (n < max) {
        struct feed *f;
        if (!next_feed(m, &f, err))
            return false;
        if (f == NULL)
            break;
        const struct log_row *row = &f->rows[f->at++];
        if (!copy_row(arena, row, &rows[n++]))
            return no_memory(err);
    }
    if (m->before)
        turn_round(rows, n);
    *ret_count = n;
    return true;
}

static bool compile(struct merge *m, struct err *err)
{
    char why[160];
    if (m->filter->match == NULL)
        return true;
    int rc = regcomp(&m->regex, m->filter->match, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    if (rc == 0)
        return true;
    (void)regerror(rc, &m->regex, why, sizeof why); /* a cut is fine */
    return err_set(err, ERR_REFUSED, "log: the pattern /%.100s/ is not a regular expression: %s",
                   m->filter->match, why);
}

bool read_log(struct db *db, const struct log_filter *filter, const struct log_key *from,
              bool before, int32_t max, struct arena *arena, struct log_row **ret,
              int32_t *ret_count, struct err *err)
{
    struct merge m = {.db = db,
                      .filter = filter,
                      .before = before,
                      .piece = filter->match == NULL && max < PIECE ? max : PIECE,
                      .line = buf_init(8192),
                      .match = buf_init(16384)};
    struct arena own = arena_init((size_t)16 << 20);
    struct log_row *rows = arena_array(arena, (size_t)(max > 0 ? max : 0), sizeof *rows);
    m.feeds = arena_array(&own, FEEDS_MAX, sizeof *m.feeds);
    bool compiled = compile(&m, err);
    bool ok = compiled;
    if (ok && (rows == NULL || m.feeds == NULL))
        ok = no_memory(err);
    ok = ok && add_feeds(&m, from, err) && merge(&m, max, arena, rows, ret_count, err);
    for (int32_t i = 0; i < m.feed_count; i++)
        arena_done(&m.feeds[i].arena);
    if (compiled && filter->match != NULL)
        regfree(&m.regex);
    buf_done(&m.line);
    buf_done(&m.match);
    arena_done(&own);
    if (ok)
        *ret = rows;
    return ok;
}

/* --- counting --- */

static bool count_feed(struct merge *m, const struct feed *f, int64_t *total, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(m->db, f->sql);
    bind_feed(m, f, st);
    stmt_int(st, "$max", COUNT_MAX);
    if (!db_step(st, &row, err))
        return false;
    *total += row ? col_int(st, 0) : 0;
    stmt_end(st);
    return true;
}

static enum sql_id count_sql(enum sql_id after)
{
    switch (after) {
    case SQL_LOG_GRAVE_AFTER:
        return SQL_LOG_GRAVE_COUNT;
    case SQL_LOG_JOB_AFTER:
        return SQL_LOG_JOB_COUNT;
    case SQL_LOG_LINES_AFTER:
        return SQL_LOG_LINES_COUNT;
    case SQL_LOG_LINES_GRAVE_AFTER:
        return SQL_LOG_LINES_GRAVE_COUNT;
    default:
        return SQL_LOG_EVENTS_COUNT;
    }
}

bool read_log_count_after(struct db *db, const struct log_filter *filter,
                          const struct log_key *from, int64_t *ret, struct err *err)
{
    struct merge m = {.db = db, .filter = filter};
    struct arena own = arena_init((size_t)16 << 20);
    int64_t total = 0;
    *ret = 0;
    if (from == NULL)
        return true;
    m.feeds = arena_array(&own, FEEDS_MAX, sizeof *m.feeds);
    bool ok = m.feeds != NULL ? add_feeds(&m, from, err) : no_memory(err);
    for (int32_t i = 0; ok && i < m.feed_count; i++) {
        m.feeds[i].sql = count_sql(m.feeds[i].sql);
        ok = count_feed(&m, &m.feeds[i], &total, err);
    }
    arena_done(&own);
    if (ok)
        *ret = total;
    return ok;
}
