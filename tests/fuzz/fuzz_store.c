/* fuzz_store.c - opens databases that were tampered with: each is read or refused with a sentence,
 * never a crash, never a loop without an end.
 *
 * The input is a list of changes to a sound record (or journal): where, and which byte. That gets
 * deeper than arbitrary bytes would, which SQLite refuses at the first look. An input that begins
 * with 0xFC or more is a file as it is. Its first byte also says which part of the program meets
 * the file: doing everything each time would make one input cost ten milliseconds. */
#include "adapter/authority_sqlite.h"
#include "base/arena.h"
#include "base/str.h"
#include "store/journal.h"
#include "store/read_jobs.h"
#include "store/read_lists.h"
#include "store/read_log.h"
#include "store/verify.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FILE_MAX = 1 << 20 };

/* What lives as long as the process: libFuzzer gives no other place. */
static struct {
    char dir[200];
    char path[2][240]; /* record, journal */
    uint8_t *bytes[2]; /* of the sound files */
    size_t size[2];
} f;

static int64_t no_time(struct clock_port *c)
{
    (void)c;
    return INT64_C(1795424400000000);
}

static void must(bool ok, const struct err *err)
{
    if (ok)
        return;
    fprintf(stderr, "fuzz_store: %s\n", err->text);
    abort();
}

/* A record with a bit of everything. */
static void make_record(const char *path)
{
    static const struct clock_ops ops = {.now_us = no_time};
    struct clock_port clock = {&ops};
    struct authority *a = NULL;
    struct err err = {0};
    const struct term_def terms[] = {{"zahnarzt berlin"}, {"fontanero madrid"}};
    const struct template_def template = {"letter", "Hello", "Dear {{company|you}}", NULL};
    const struct group_def group = {"g", "letter", terms, 2};
    struct job_def def = {.name = "job",
                          .workspace = "acme",
                          .loop_interval = 5,
                          .max_emails_per_group = 5,
                          .provider = "local",
                          .variations = 1,
                          .groups = &group,
                          .group_count = 1,
                          .templates = &template,
                          .template_count = 1};
    struct job_put_result put;
    const struct job_ref ref = {"acme", "job"};
    bool changed;
    must(authority_sqlite_open(path, &clock, &a, &err), &err);
    struct engine_card card = {{{1}}, 1, "host", 1, "0.1"};
    must(a->ops->hello(a, &card, &err), &err);
    must(a->ops->workspace_put(a, "ana", "acme", &err), &err);
    must(a->ops->job_put(a, "ana", &def, -1, &put, &err), &err);
    must(a->ops->job_control(a, "ana", &ref, CONTROL_START, MODE_DRYRUN, &changed, &err), &err);
    must(a->ops->suppress(a, "ana", "acme", "@x.example", "", true, &changed, &err), &err);
    struct lease lease;
    bool found;
    must(a->ops->job_acquire(a, card.id, MODE_DRYRUN, (struct uuid){0}, &lease, &found, &err),
         &err);
    struct arena arena = arena_init(1 << 20);
    for (struct move move = {0}; move.kind != MOVE_WORK;) {
        struct plan *plan;
        must(a->ops->job_load(a, lease.job, &arena, &plan, &err), &err);
        rotation_next(plan, 3, &move);
        if (move.kind != MOVE_WORK)
            must(a->ops->job_move(a, &lease, plan, &move, 0, &err), &err);
    }
    struct lead_found lead = {.address = "a@b.example", .shown = "a@b.example", .site_at = 2};
    struct search_page page = {.url = "corpus:a", .leads = &lead, .count = 1};
    struct search_result result = {1, 1, 5, &page, 1, {0}};
    struct search_taken taken;
    must(a->ops->search_end(a, &lease, &result, NULL, &taken, NULL, &err), &err);
    arena_done(&arena);
    a->ops->free(a);
}

static void make_journal(const char *path)
{
    struct journal *j = NULL;
    struct err err = {0};
    int64_t gen;
    const struct uuid ids[] = {{{1}}, {{2}}};
    must(journal_open(path, &j, &err) && journal_start(j, &gen, &err) &&
             journal_intents(j, ids, 2, 1, &err),
         &err);
    journal_close(j);
}

static void load(int which)
{
    int fd = open(f.path[which], O_RDONLY);
    f.bytes[which] = malloc(FILE_MAX);
    ssize_t n = fd >= 0 && f.bytes[which] != NULL ? read(fd, f.bytes[which], FILE_MAX) : -1;
    if (n <= 0)
        abort();
    f.size[which] = (size_t)n;
    (void)close(fd);
}

static void remove_files(int which)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[260];
    for (size_t i = 0; i < 3; i++) {
        (void)str_format(path, sizeof path, "%s%s", f.path[which], ends[i]);
        (void)unlink(path);
    }
}

static void clean_up(void)
{
    remove_files(0);
    remove_files(1);
    (void)rmdir(f.dir);
    free(f.bytes[0]);
    free(f.bytes[1]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *tmp = getenv("TMPDIR");
    (void)argc;
    (void)argv;
    /* Not the disk: thousands of files a second are made. */
    (void)str_format(f.dir, sizeof f.dir, "%s/fuzz-store-XXXXXX",
                     access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                     : tmp != NULL                 ? tmp
                                                   : "/tmp");
    if (mkdtemp(f.dir) == NULL)
        abort();
    (void)str_format(f.path[0], sizeof f.path[0], "%s/autopilot.db", f.dir);
    (void)str_format(f.path[1], sizeof f.path[1], "%s/journal.db", f.dir);
    make_record(f.path[0]);
    make_journal(f.path[1]);
    load(0);
    load(1);
    (void)atexit(clean_up);
    return 0;
}

static void write_file(int which, const uint8_t *bytes, size_t size)
{
    remove_files(which);
    int fd = open(f.path[which], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    (void)close(fd);
}

/* Four bytes a change: three say where, one what. The header's first page is hit more often. */
static void tamper(int which, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(f.size[which]);
    if (copy == NULL)
        return;
    memcpy(copy, f.bytes[which], f.size[which]);
    for (size_t i = 0; i + 4 <= size; i += 4) {
        size_t at = (size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2];
        copy[data[i] & 0x80 ? at % 4096 : at % f.size[which]] = data[i + 3];
    }
    write_file(which, copy, f.size[which]);
    free(copy);
}

static bool count_send(void *ctx, const struct send_line *line)
{
    *(size_t *)ctx += strlen(line->address);
    return true;
}

static bool count_lead(void *ctx, const struct lead_line *line)
{
    *(size_t *)ctx += strlen(line->url);
    return true;
}

static void count_finding(void *ctx, const struct verify_line *line)
{
    *(size_t *)ctx += strlen(line->example);
}

/* What screens read. A failure is fine. */
static void read_screens(struct db *db)
{
    struct arena arena = arena_init((size_t)8 << 20);
    struct err err = {0};
    struct job_row *jobs = NULL;
    struct job_detail detail;
    struct totals totals;
    struct engine_row engine;
    struct log_row *log = NULL;
    const struct log_filter filter = {.level = LOG_DEBUG, .mask = true};
    int32_t n = 0, lines = 0;
    bool found;
    if (read_jobs(db, NULL, no_time(NULL), &arena, &jobs, &n, &err) && n > 0)
        (void)read_job_detail(db, jobs[0].id, no_time(NULL), &arena, &detail, &err);
    (void)read_totals(db, no_time(NULL), 0, &totals, &err);
    (void)read_engine(db, &engine, &found, &err);
    (void)read_log(db, &filter, NULL, true, 100, &arena, &log, &lines, &err);
    arena_done(&arena);
}

/* What lists and verify read. */
static void read_lists(struct db *db)
{
    struct err err = {0};
    int32_t broken = 0;
    size_t bytes = 0;
    (void)read_sends(db, NULL, NULL, -1, count_send, &bytes, &err);
    (void)read_leads(db, NULL, NULL, count_lead, &bytes, &err);
    (void)verify_run(db, true, count_finding, &bytes, &broken, &err);
}

static void try_reading(void (*read_part)(struct db *db))
{
    struct err err = {0};
    struct db *db = NULL;
    if (db_open(f.path[0], DB_READ, &db, &err))
        read_part(db);
    else if (err.kind == ERR_NONE || err.text[0] == '\0')
        abort(); /* a refusal is a sentence */
    db_close(db);
}

static void try_working(void)
{
    static const struct clock_ops ops = {.now_us = no_time};
    struct clock_port clock = {&ops};
    struct err err = {0};
    struct authority *a = NULL;
    struct lease lease;
    struct plan *plan;
    struct arena arena = arena_init((size_t)8 << 20);
    bool found = false;
    const struct uuid engine = {{9}};
    if (!authority_sqlite_open(f.path[0], &clock, &a, &err))
        return;
    if (a->ops->job_acquire(a, engine, MODE_DRYRUN, (struct uuid){0}, &lease, &found, &err) &&
        found)
        (void)a->ops->job_load(a, lease.job, &arena, &plan, &err);
    arena_done(&arena);
    a->ops->free(a);
}

static void try_journal(void)
{
    struct journal *j = NULL;
    struct err err = {0};
    struct send_verdict verdict;
    enum journal_fact fact;
    int64_t gen;
    const struct uuid id = {{1}};
    if (journal_open(f.path[1], &j, &err) && journal_start(j, &gen, &err)) {
        (void)journal_find(j, id, &fact, &verdict, &err);
        (void)journal_intents(j, &id, 1, 5, &err);
    }
    journal_close(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int part = data[0] & 3;
    int which = part == 3 ? 1 : 0;
    if (data[0] >= 0xFC)
        write_file(which, data + 1, size - 1);
    else
        tamper(which, data + 1, size - 1);
    if (part == 0)
        try_reading(read_screens);
    else if (part == 1)
        try_reading(read_lists);
    else if (part == 2)
        try_working();
    else
        try_journal();
    return 0;
}
