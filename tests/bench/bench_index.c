/* bench_index.c - how fast the corpus is filled, against plain FTS5 inserts of the same text.
 *
 * usage: bench_index [DIRECTORY...]        default: /usr/share/doc, then pages that are made up
 * Both write a file of their own on the same disk in one run: the corpus from the files (walk,
 * read, decode, take the text out of HTML, compare, insert), plain SQLite from texts in memory with
 * one prepared statement and the same batches. The files are read once before, so both work from
 * the page cache; the best of five rounds counts. Rates are MB of text; their ratio should be 0.8
 * or more. */
#include "adapter/corpus.h"
#include "fake/scratch.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, BATCH = 500, MADE_PAGES = 4000 };

struct text {
    char *title, *body;
    int title_len, body_len;
};

struct texts {
    struct text *at;
    int count;
    int64_t bytes;
};

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "bench_index: %s: %s\n", what, why);
    exit(1);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static void run(sqlite3 *db, const char *text)
{
    char *why = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        stop(text, why);
}

/* ---- the corpus ---- */

static double index_all(struct scratch *data, const char *const *paths, int count,
                        struct corpus_stats *stats)
{
    struct corpus *c = NULL;
    struct err err = {0};
    if (!corpus_open(data->dir, CORPUS_WRITE, &c, &err))
        stop("opening", err.text);
    const double from = seconds();
    if (!corpus_add(c, paths, count, NULL, stats, &err))
        stop("adding", err.text);
    const double took = seconds() - from;
    corpus_close(c);
    return took;
}

static char *copy(sqlite3_stmt *st, int column, int *ret_len)
{
    *ret_len = sqlite3_column_bytes(st, column);
    char *text = malloc((size_t)*ret_len + 1);
    if (!text)
        stop("copying", "out of memory");
    memcpy(text, sqlite3_column_text(st, column), (size_t)*ret_len + 1);
    return text;
}

/* The texts as the corpus holds them, so that both index exactly the same. */
static void read_texts(struct scratch *data, struct texts *ret)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_open(scratch_path(data, "corpus.db"), &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT t.title, t.body FROM page_text AS t ORDER BY t.id", -1, &st,
                           NULL) != SQLITE_OK)
        stop("reading the texts", sqlite3_errmsg(db));
    while (sqlite3_step(st) == SQLITE_ROW) {
        if (ret->count % 1000 == 0)
            ret->at = realloc(ret->at, ((size_t)ret->count + 1000) * sizeof *ret->at);
        struct text *t = &ret->at[ret->count++];
        t->title = copy(st, 0, &t->title_len);
        t->body = copy(st, 1, &t->body_len);
        ret->bytes += t->title_len + t->body_len;
    }
    sqlite3_finalize(st);
    sqlite3_close(db);
}

/* ---- plain FTS5 ---- */

static double insert_all(struct scratch *data, const struct texts *texts)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_open(scratch_path(data, "plain.db"), &db) != SQLITE_OK)
        stop("plain", sqlite3_errmsg(db));
    run(db, "PRAGMA journal_mode = WAL");
    run(db, "PRAGMA synchronous = NORMAL");
    run(db, "CREATE VIRTUAL TABLE pages USING fts5 (title, body,"
            " tokenize = 'unicode61 remove_diacritics 2')");
    if (sqlite3_prepare_v2(db, "INSERT INTO pages (title, body) VALUES (?, ?)", -1, &st, NULL) !=
        SQLITE_OK)
        stop("plain", sqlite3_errmsg(db));
    const double from = seconds();
    for (int i = 0; i < texts->count; i++) {
        const struct text *t = &texts->at[i];
        if (i % BATCH == 0)
            run(db, i ? "COMMIT; BEGIN" : "BEGIN");
        sqlite3_bind_text(st, 1, t->title, t->title_len, SQLITE_STATIC);
        sqlite3_bind_text(st, 2, t->body, t->body_len, SQLITE_STATIC);
        if (sqlite3_step(st) != SQLITE_DONE)
            stop("plain", sqlite3_errmsg(db));
        sqlite3_reset(st);
    }
    run(db, "COMMIT");
    const double took = seconds() - from;
    sqlite3_finalize(st);
    sqlite3_close(db);
    return took;
}

/* ---- what is indexed ---- */

static void make_pages(struct scratch *files)
{
    static const char *const words[] = {"haus",  "garden", "agua",  "pain",  "clock", "straße",
                                        "niño",  "river",  "stone", "élève", "Mühle", "window",
                                        "table", "calle",  "bread", "lampe"};
    char name[40], page[8000], *end;
    uint32_t dice = 1;
    for (int i = 0; i < MADE_PAGES; i++) {
        end = page + snprintf(page, sizeof page, "<!DOCTYPE html><title>Page %d</title><body>", i);
        while (end < page + 7800) {
            dice = dice * 1664525 + 1013904223;
            end += snprintf(end, 100, dice >> 28 ? "%s%u " : "</p><p class=x>%s%u ",
                            words[dice >> 16 & 15], dice >> 20 & 255);
        }
        snprintf(name, sizeof name, "%02d/%d.html", i % 50, i);
        scratch_write(files, name, page);
    }
}

static void show(const char *what, double took, const struct texts *texts)
{
    printf("  %-34s %7.2f s %8.1f MB/s\n", what, took, (double)texts->bytes / took / 1e6);
}

static void compare(const char *const *paths, int count)
{
    struct texts texts = {0};
    struct corpus_stats stats;
    struct rusage usage;
    double corpus = 1e9, plain = 1e9, again = 0;
    for (int round = 0; round <= ROUNDS; round++) { /* the first one warms the page cache */
        struct scratch data;
        scratch_init(&data);
        const double took = index_all(&data, paths, count, &stats);
        if (round == 0)
            read_texts(&data, &texts);
        else
            corpus = smaller(corpus, took);
        plain = smaller(plain, insert_all(&data, &texts));
        if (round == ROUNDS) {
            struct corpus_stats second;
            again = index_all(&data, paths, count, &second);
        }
        scratch_done(&data);
    }
    getrusage(RUSAGE_SELF, &usage);
    printf("%s: %lld files, %.1f MB read, %lld pages, %.1f MB of text\n", paths[0],
           (long long)stats.files_read, (double)stats.bytes_read / 1e6, (long long)stats.added,
           (double)texts.bytes / 1e6);
    show("corpus add, from files", corpus, &texts);
    show("plain FTS5 inserts, from memory", plain, &texts);
    printf("  ratio %.2f (aim 0.80); files/s %.0f; the same again, unchanged: %.0f ms; "
           "peak RSS %ld MB\n",
           plain / corpus, (double)stats.files_read / corpus, again * 1e3, usage.ru_maxrss / 1024);
    for (int i = 0; i < texts.count; i++) {
        free(texts.at[i].title);
        free(texts.at[i].body);
    }
    free(texts.at);
}

int main(int argc, char **argv)
{
    struct scratch files;
    const char *doc = "/usr/share/doc";
    const char *made = NULL;
    if (argc > 1) {
        compare((const char *const *)(argv + 1), argc - 1);
        return 0;
    }
    if (access(doc, R_OK) == 0)
        compare(&doc, 1);
    scratch_init(&files);
    make_pages(&files);
    made = files.dir;
    compare(&made, 1);
    scratch_done(&files);
    return 0;
}
