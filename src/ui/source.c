/* source.c - the real source: store's read models and the engine's desk behind the table. The idea:
 * both handles are opened late and again, so the console may be up before there is a record. */
#include "source.h"

#include "base/str.h"

#include <stdlib.h>
#include <sys/stat.h>

struct source_record {
    const char *record_path, *log_path;
    struct db *db;
    bool log_there;
    struct desk *desk;
    const struct console_options *options;
};

/* A copy that was made anew: read on in the new file, as soon as it is there. */
static void follow(struct source_record *s)
{
    struct db *now = NULL;
    if (s->db == NULL || db_is_current(s->db) || !db_open(s->record_path, DB_READ, &now, NULL))
        return;
    db_close(s->db);
    s->db = now;
    s->log_there = false;
}

static bool record_ready(void *ctx, struct err *err)
{
    struct source_record *s = ctx;
    follow(s);
    if (s->db == NULL && !db_open(s->record_path, DB_READ, &s->db, err))
        return false;
    struct err why;
    /* Without the process log the events of the record are shown alone. */
    if (!s->log_there && !db_attach_read(s->db, s->log_path, "log", &s->log_there, &why))
        s->log_there = false;
    return true;
}

static int64_t record_version(void *ctx)
{
    struct source_record *s = ctx;
    return s->db == NULL || !db_is_current(s->db) ? -1 : db_data_version(s->db);
}

static bool record_jobs(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                        struct job_row **ret, int32_t *ret_count, struct err *err)
{
    struct source_record *s = ctx;
    return read_jobs(s->db, workspace, now_us, arena, ret, ret_count, err);
}

static bool record_job_detail(void *ctx, struct uuid job, int64_t now_us, struct arena *arena,
                              struct job_detail *ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_job_detail(s->db, job, now_us, arena, ret, err);
}

static bool record_letter_counts(void *ctx, const char *workspace, const struct uuid *job,
                                 struct letter_counts *ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_letter_counts(s->db, workspace, job, ret, err);
}

static bool record_letters(void *ctx, const char *workspace, const struct uuid *job,
                           const struct letter_counts *counts, int32_t max, struct arena *arena,
                           struct letter_row **ret, int32_t *ret_count, struct err *err)
{
    struct source_record *s = ctx;
    return read_letters(s->db, workspace, job, counts, max, arena, ret, ret_count, err);
}

static bool record_leads(void *ctx, const struct lead_filter *filter, struct arena *arena,
                         struct lead_page *ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_lead_page(s->db, filter, arena, ret, err);
}

static bool record_lead_template(void *ctx, const struct lead_row *lead, struct arena *arena,
                                 struct template_def **ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_lead_template(s->db, lead, arena, ret, err);
}

static bool record_totals(void *ctx, int64_t now_us, int64_t midnight_us, struct totals *ret,
                          struct err *err)
{
    struct source_record *s = ctx;
    return read_totals(s->db, now_us, midnight_us, ret, err);
}

static bool record_engine(void *ctx, struct engine_row *ret, bool *ret_found, struct err *err)
{
    struct source_record *s = ctx;
    return read_engine(s->db, ret, ret_found, err);
}

static bool record_log(void *ctx, const struct log_filter *filter, const struct log_key *from,
                       bool before, int32_t max, struct arena *arena, struct log_row **ret,
                       int32_t *ret_count, struct err *err)
{
    struct source_record *s = ctx;
    return read_log(s->db, filter, from, before, max, arena, ret, ret_count, err);
}

static bool record_log_count_after(void *ctx, const struct log_filter *filter,
                                   const struct log_key *from, int64_t *ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_log_count_after(s->db, filter, from, ret, err);
}

static bool record_board(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                         struct schedule_board *ret, struct err *err)
{
    struct source_record *s = ctx;
    return read_schedule_board(s->db, workspace, now_us, arena, ret, err);
}

static bool record_specs(void *ctx, const char *workspace, const char *name, struct arena *arena,
                         struct spec_row **ret, int32_t *ret_count, struct err *err)
{
    struct source_record *s = ctx;
    return read_specs(s->db, workspace, name, arena, ret, ret_count, err);
}

static bool record_schedules(void *ctx, const char *workspace, const char *name,
                             struct arena *arena, struct schedule_row **ret, int32_t *ret_count,
                             struct err *err)
{
    struct source_record *s = ctx;
    return read_schedules(s->db, workspace, name, arena, ret, ret_count, err);
}

static bool record_runs(void *ctx, const struct run_filter *filter, struct arena *arena,
                        struct run_row **ret, int32_t *ret_count, struct err *err)
{
    struct source_record *s = ctx;
    return read_runs(s->db, filter, arena, ret, ret_count, err);
}

static bool record_report(void *ctx, struct uuid run, struct buf *text, struct err *err)
{
    struct source_record *s = ctx;
    return read_report(s->db, run, NULL, text, err);
}

static int64_t size_of(const char *path)
{
    struct stat st;
    return path != NULL && stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static int64_t size_in(const char *dir, const char *name)
{
    char path[FILE_PATH_MAX];
    return str_format(path, sizeof path, "%s/%s", dir, name) ? size_of(path) : -1;
}

/* A file that can't be read shows nobody: the screen has more to say than that. */
static void read_services(const char *dir, struct machine_files *ret)
{
    char path[FILE_PATH_MAX];
    if (!str_format(path, sizeof path, "%s/" HEALTH_FILE, dir) ||
        !health_read(path, ret->service, &ret->services, NULL))
        ret->services = 0;
}

static bool record_system(void *ctx, int64_t now_us, struct arena *arena, struct system_seen *ret,
                          struct machine_files *ret_files, struct err *err)
{
    struct source_record *s = ctx;
    const char *dir = s->options->data_dir != NULL ? s->options->data_dir : "";
    (void)str_copy(ret_files->dir, sizeof ret_files->dir, dir); /* same size */
    ret_files->record = size_of(s->record_path);
    ret_files->log = size_of(s->log_path);
    ret_files->journal = size_in(dir, "journal.db");
    ret_files->corpus = size_in(dir, "corpus.db");
    read_services(dir, ret_files);
    return read_system(s->db, now_us, arena, ret, err);
}

static bool record_zone(void *ctx, const char *name, const struct zone **ret, struct err *err)
{
    const struct console_options *o = ((struct source_record *)ctx)->options;
    if (o->zone != NULL)
        return o->zone(o->ctx, name, ret, err);
    if (!str_equal(name, "UTC"))
        return err_set(err, ERR_REFUSED, "console: no time zones but UTC are known here");
    *ret = zone_utc();
    return true;
}

static bool record_submit(void *ctx, const struct command *command)
{
    struct source_record *s = ctx;
    return s->desk != NULL && desk_submit(s->desk, command);
}

static bool record_reply(void *ctx, struct reply *ret)
{
    struct source_record *s = ctx;
    return s->desk != NULL && desk_reply(s->desk, ret);
}

static bool record_standing(void *ctx, struct engine_standing *ret)
{
    struct source_record *s = ctx;
    if (s->desk == NULL)
        return false;
    desk_standing(s->desk, ret);
    return true;
}

struct source_record *source_record_new(const struct console_options *options)
{
    struct source_record *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->record_path = options->record_path;
    s->log_path = options->log_path;
    s->desk = options->desk;
    s->options = options;
    return s;
}

void source_record_free(struct source_record *s)
{
    if (s == NULL)
        return;
    db_close(s->db);
    free(s);
}

struct source source_record(struct source_record *s)
{
    return (struct source){
        .ctx = s,
        .ready = record_ready,
        .version = record_version,
        .jobs = record_jobs,
        .job_detail = record_job_detail,
        .letter_counts = record_letter_counts,
        .letters = record_letters,
        .leads = record_leads,
        .lead_template = record_lead_template,
        .totals = record_totals,
        .engine = record_engine,
        .log = record_log,
        .log_count_after = record_log_count_after,
        .board = record_board,
        .specs = record_specs,
        .schedules = record_schedules,
        .runs = record_runs,
        .report = record_report,
        .system = record_system,
        .zone = record_zone,
        .submit = record_submit,
        .reply = record_reply,
        .standing = record_standing,
    };
}

void source_record_desk(struct source_record *s, struct desk *desk)
{
    s->desk = desk;
}
