/* read_jobs.c - rows of the Dash and of the Jobs screen.
 *
 * The idea: four queries for all jobs together (where they stand, their groups, their counters,
 * their rates), none of which looks at the ledger: a repaint costs the same with a million letters.
 * */
#include "store/read_jobs.h"

#include "base/clock.h"
#include "base/str.h"
#include "store/names.h"

#include <string.h>

enum { TICK_S = 10, PACE_S = 300, PACE_LEAST_S = 60 };

#define OVER_SHOWN_US (INT64_C(86400) * US_PER_S)

/* How fast a job went in the last PACE_S, without what it did before it rested. */
struct pace {
    int64_t letters;
    int64_t since_us; /* the first of them */
};

/* What a call works with. */
struct reading {
    struct db *db;
    const char *workspace;
    const struct uuid *job; /* NULL: all */
    int64_t now_us;
    struct arena *arena;
    struct job_row *rows;
    int32_t *group_nos; /* the group in which rows[i] stands; 0 none */
    struct pace *pace;  /* of rows[i] */
    int32_t count, room;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: there is no memory for the list of jobs");
}

static struct stmt *ask(struct reading *r, enum sql_id id)
{
    struct stmt *st = db_stmt(r->db, id);
    if (r->job != NULL)
        stmt_uuid(st, "$job", *r->job);
    return st;
}

static bool grow(struct reading *r)
{
    if (r->count < r->room)
        return true;
    int32_t room = r->room == 0 ? 32 : r->room * 2;
    struct job_row *rows = arena_array(r->arena, (size_t)room, sizeof *rows);
    int32_t *nos = arena_array(r->arena, (size_t)room, sizeof *nos);
    struct pace *pace = arena_array(r->arena, (size_t)room, sizeof *pace);
    if (rows == NULL || nos == NULL || pace == NULL)
        return false;
    if (r->count > 0) {
        memcpy(rows, r->rows, (size_t)r->count * sizeof *rows);
        memcpy(nos, r->group_nos, (size_t)r->count * sizeof *nos);
    }
    r->rows = rows;
    r->group_nos = nos;
    r->pace = pace;
    r->room = room;
    return true;
}

static bool texts_of(struct reading *r, struct stmt *st, struct job_row *row)
{
    const struct {
        const char **text;
        int column;
    } texts[] = {{&row->workspace, 1}, {&row->name, 2},        {&row->group, 13},
                 {&row->term, 14},     {&row->started_by, 19}, {&row->lease_host, 22},
                 {&row->error, 24},    {&row->over, 26}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i].text = arena_text(r->arena, col_text(st, texts[i].column));
        if (*texts[i].text == NULL)
            return false;
    }
    return true;
}

static void words_of(struct stmt *st, struct job_row *row)
{
    (void)job_state_parse(col_text(st, 3), &row->state);           /* the schema checks it */
    (void)desired_parse(col_text(st, 4), &row->desired);           /* the schema checks it */
    (void)distribution_parse(col_text(st, 5), &row->distribution); /* the schema checks it */
    (void)mail_mode_parse(col_text(st, 6), &row->mode);            /* the schema checks it */
}

static void numbers_of(struct reading *r, struct stmt *st, struct job_row *row)
{
    int64_t target = col_int(st, 16);
    row->id = col_uuid(st, 0);
    row->loop_automation = col_int(st, 7) != 0;
    row->loop_interval = (int32_t)col_int(st, 8);
    row->max_emails_per_group = (int32_t)col_int(st, 9);
    row->cycle = (int32_t)col_int(st, 10);
    row->total_sent = col_int(st, 11);
    row->term_sent = (int32_t)col_int(st, 15);
    row->term_limit = row->loop_interval;
    if (row->distribution == DISTRIBUTION_EQUITABLE && target > 0 && target < row->term_limit)
        row->term_limit = (int32_t)target;
    row->wait_until_us = col_int(st, 17) > r->now_us ? col_int(st, 17) : 0;
    row->started_at_us = col_int(st, 18);
    row->ended_at_us = col_int(st, 20);
    row->lease_until_us = col_int(st, 21);
    row->lease_pid = col_int(st, 23);
    row->over_us = col_int(st, 25);
    row->confirmed = col_int(st, 27) != 0;
    row->eta_us = -1;
}

static bool read_rows(struct reading *r, struct err *err)
{
    bool more;
    struct stmt *st = ask(r, SQL_SHOW_JOBS);
    stmt_text(st, "$workspace", r->workspace);
    stmt_int(st, "$since", r->now_us - OVER_SHOWN_US);
    for (;;) {
        if (!db_step(st, &more, err))
            return false;
        if (!more)
            return true;
        if (!grow(r))
            break;
        struct job_row *row = &r->rows[r->count];
        r->group_nos[r->count++] = (int32_t)col_int(st, 12);
        words_of(st, row);
        numbers_of(r, st, row);
        if (!texts_of(r, st, row))
            break;
    }
    stmt_end(st);
    return no_memory(err);
}

/* The row of a job, -1 when it is not shown. Rows of one job come one after the other, so the last
 * answer is looked at first. */
static int32_t row_of(const struct reading *r, struct uuid job, int32_t last)
{
    if (last >= 0 && uuid_equal(r->rows[last].id, job))
        return last;
    for (int32_t i = 0; i < r->count; i++)
        if (uuid_equal(r->rows[i].id, job))
            return i;
    return -1;
}

static void add_group(struct reading *r, struct stmt *st, int32_t at)
{
    struct job_row *row = &r->rows[at];
    bool done = str_equal(col_text(st, 2), group_state_name(GROUP_DONE));
    int64_t counted = col_int(st, 3);
    int64_t goal = col_int(st, 6);
    if (goal > row->max_emails_per_group)
        goal = row->max_emails_per_group;
    if (done || goal < counted)
        goal = counted;
    row->group_count++;
    row->groups_done += done;
    row->cycle_sent += counted;
    row->cycle_goal += goal;
    if (r->group_nos[at] == col_int(st, 1)) {
        row->terms = (int32_t)col_int(st, 4);
        row->terms_done = (int32_t)col_int(st, 5);
    }
}

static void add_count(struct reading *r, struct stmt *st, int32_t at)
{
    struct job_row *row = &r->rows[at];
    enum send_state state = SEND_STATES;
    bool current = col_int(st, 2) != 0;
    int64_t n = col_int(st, 3);
    (void)send_state_parse(col_text(st, 1), &state); /* an unknown one is not counted */
    if (state == SEND_HELD)
        row->held += n;
    else if (state == SEND_IN_DOUBT)
        row->in_doubt += n;
    else if (state == SEND_QUEUED && current)
        row->queued += n;
    else if (state == SEND_DEFERRED && current)
        row->deferred += n;
}

static void add_rate(struct reading *r, struct stmt *st, int32_t at)
{
    r->rows[at].per_minute = (int32_t)col_int(st, 1);
    r->pace[at] = (struct pace){col_int(st, 2), col_int(st, 3) * TICK_S * US_PER_S};
}

/* Adds a statement's rows (column 0: the job) to those of the list. */
static bool add_rows(struct reading *r, struct stmt *st,
                     void (*add)(struct reading *r, struct stmt *st, int32_t at), struct err *err)
{
    bool more;
    int32_t at = -1;
    for (;;) {
        if (!db_step(st, &more, err))
            return false;
        if (!more)
            return true;
        at = row_of(r, col_uuid(st, 0), at);
        if (at >= 0)
            add(r, st, at);
    }
}

static struct stmt *ask_rates(struct reading *r)
{
    int64_t span_us = TICK_S * US_PER_S;
    struct stmt *st = ask(r, SQL_SHOW_RATES);
    stmt_int(st, "$tick", r->now_us / span_us);
    stmt_int(st, "$part", r->now_us % span_us * 1000 / span_us);
    return st;
}

/* The span until the goal at the pace of the last minutes. Letters may go out in bursts of a
 * minute's allowance, so less than a minute tells nothing. */
static void estimate(const struct reading *r, int32_t at)
{
    struct job_row *row = &r->rows[at];
    const struct pace *pace = &r->pace[at];
    int64_t span = r->now_us - pace->since_us;
    int64_t left = row->cycle_goal - row->cycle_sent;
    if (row->state != JOB_RUNNING || pace->letters <= 0 || left <= 0 ||
        span < PACE_LEAST_S * US_PER_S)
        return;
    if (span > PACE_S * US_PER_S)
        span = PACE_S * US_PER_S;
    row->eta_us = (int64_t)((double)span / (double)pace->letters * (double)left);
}

static bool read_all(struct reading *r, struct err *err)
{
    if (!read_rows(r, err))
        return false;
    if (r->count == 0)
        return true;
    if (!add_rows(r, ask(r, SQL_SHOW_GROUPS), add_group, err) ||
        !add_rows(r, ask(r, SQL_SHOW_COUNTS), add_count, err) ||
        !add_rows(r, ask_rates(r), add_rate, err))
        return false;
    for (int32_t i = 0; i < r->count; i++)
        estimate(r, i);
    return true;
}

bool read_jobs(struct db *db, const char *workspace, int64_t now_us, struct arena *arena,
               struct job_row **ret, int32_t *ret_count, struct err *err)
{
    struct reading r = {.db = db, .workspace = workspace, .now_us = now_us, .arena = arena};
    if (!db_begin_read(db, err))
        return false;
    bool ok = read_all(&r, err);
    db_end_read(db);
    if (ok) {
        *ret = r.rows;
        *ret_count = r.count;
    }
    return ok;
}

/* The one job of this name. */
static bool find_job(struct db *db, const char *workspace, const char *name, struct uuid *ret,
                     struct err *err)
{
    bool row;
    char first[NAME_MAX_BYTES + 1] = "";
    struct stmt *st = db_stmt(db, SQL_SHOW_NAMED);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return names_no_job(db, workspace, name, err);
    *ret = col_uuid(st, 0);
    col_text_to(st, 1, first, sizeof first);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return true;
    (void)err_set(err, ERR_REFUSED,
                  "job: \"%s\" is in workspace \"%s\" and in \"%s\"; say which "
                  "with --workspace",
                  name, first, col_text(st, 1)); /* refused below */
    stmt_end(st);
    return false;
}

bool read_job(struct db *db, const char *workspace, const char *name, int64_t now_us,
              struct arena *arena, struct job_row **ret, struct err *err)
{
    struct uuid job;
    struct reading r = {.db = db, .job = &job, .now_us = now_us, .arena = arena};
    if (!db_begin_read(db, err))
        return false;
    bool ok = find_job(db, workspace, name, &job, err) && read_all(&r, err);
    db_end_read(db);
    if (ok && r.count == 1)
        *ret = r.rows;
    return ok && (r.count == 1 || err_set(err, ERR_STOP,
                                          "record: job \"%s\" lacks a part of its "
                                          "state; see autopilot verify",
                                          name));
}
