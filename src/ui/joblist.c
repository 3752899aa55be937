/* joblist.c - the list of jobs. The idea: what is shown is made anew from the model each time
 * (filter, then sort), and the selection is a job's identity, never a row number. */
#include "joblist.h"

#include "matcher.h"

#include "base/clock.h"
#include "base/str.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MIN_MAX = 15, NAME_IDEAL_MAX = 30 };

#define OVER_NEWS_US (10 * 60 * US_PER_S)

/* --- what a job looks like -------------------------------------------------------------------- */

struct job_look job_look(const struct job_row *job)
{
    static const struct job_look looks[JOB_STATES] = {
        [JOB_IDLE] = {"·", ROLE_DIM, "idle"},      [JOB_RUNNING] = {"▶", ROLE_RUN, "running"},
        [JOB_PAUSED] = {"║", ROLE_WARN, "paused"}, [JOB_STOPPED] = {"■", ROLE_WARN, "stopped"},
        [JOB_COMPLETED] = {"●", ROLE_OK, "done"},  [JOB_FAILED] = {"×", ROLE_ERROR, "failed"},
    };
    if (job->state == JOB_RUNNING && job->desired == DESIRED_STOP)
        return (struct job_look){"▶", ROLE_WARN, "stopping"};
    if (job->state == JOB_RUNNING && job->desired == DESIRED_PAUSE)
        return (struct job_look){"▶", ROLE_WARN, "pausing"};
    return looks[(unsigned)job->state < JOB_STATES ? job->state : JOB_IDLE];
}

/* "▲ taken over by ops2 14:33": for a while, since somebody will ask why the pace was broken. */
static bool just_taken_over(const struct ui *ui, const struct job_row *job, char *dst, size_t size)
{
    char when[FIT_TEXT];
    if (job->over_us == 0 || ui->now_us - job->over_us > OVER_NEWS_US)
        return false;
    (void)str_format(dst, size, "▲ taken over by %.*s %s", (int)strcspn(job->over, " "), job->over,
                     fit_when(job->over_us, ui->now_us, when)); /* a cut is fine */
    return true;
}

static void running_now(const struct ui *ui, const struct job_row *job, char *dst, size_t size)
{
    char span[FIT_TEXT];
    if (job->desired != DESIRED_RUN)
        (void)str_copy(dst, size, job_look(job).word);
    else if (just_taken_over(ui, job, dst, size))
        return;
    else if (job->wait_until_us > ui->now_us)
        (void)str_format(dst, size, "rests %s", fit_span(job->wait_until_us - ui->now_us, span));
    else if (job->lease_until_us == 0)
        (void)str_copy(dst, size, "waits for an engine");
    else if (job->group[0] != '\0')
        (void)str_format(dst, size, "%s %d/%d", job->group, (int)job->term_sent,
                         (int)job->term_limit);
}

void job_now(const struct ui *ui, const struct job_row *job, char *dst, size_t size)
{
    char when[FIT_TEXT];
    const char *at = job->ended_at_us > 0 ? fit_when(job->ended_at_us, ui->now_us, when) : "";
    dst[0] = '\0';
    switch (job->state) {
    case JOB_IDLE:
        (void)str_copy(dst, size, "never started");
        break;
    case JOB_RUNNING:
        running_now(ui, job, dst, size);
        break;
    case JOB_PAUSED:
    case JOB_STOPPED:
        if (ui_awaits_confirmation(ui, job)) {
            (void)str_format(dst, size, "first %lld letters went out: c confirms",
                             (long long)job->total_sent);
            break;
        }
        (void)str_format(dst, size, "%s %s%s%s", job_look(job).word, at,
                         job->group[0] != '\0' ? ", " : "", job->group);
        break;
    case JOB_COMPLETED:
        (void)str_format(dst, size, "done %s", at);
        break;
    case JOB_FAILED:
        (void)str_copy(dst, size, job->error);
        break;
    default:
        break;
    }
}

/* --- filter and order ------------------------------------------------------------------------- */

static bool takes(const struct matcher *m, const struct job_row *job)
{
    char line[3 * NAME_MAX_BYTES + 64];
    if (m->all || m->bad)
        return m->all; /* without making the line */
    (void)str_format(line, sizeof line, "%s %s %s %s %s", job->workspace, job->name,
                     job_look(job).word, distribution_name(job->distribution), job->group);
    return matcher_takes(m, line);
}

bool joblist_filter_ok(const char *filter, char *ret_why, size_t size)
{
    regex_t regex;
    filter += filter[0] == '!';
    int bad = filter[0] != '\0' ? regcomp(&regex, filter, REG_EXTENDED | REG_NOSUB) : 0;
    if (bad != 0)
        (void)regerror(bad, &regex, ret_why, size); /* cut is enough */
    else if (filter[0] != '\0')
        regfree(&regex);
    return bad == 0;
}

bool joblist_shows(const struct ui *ui, const struct job_row *job)
{
    struct matcher m;
    matcher_init(&m, ui->filter);
    bool shows = takes(&m, job);
    matcher_done(&m);
    return shows;
}

/* Running first, then what needs somebody, then what rests. */
static int state_rank(const struct job_row *job)
{
    static const int rank[JOB_STATES] = {
        [JOB_RUNNING] = 0, [JOB_FAILED] = 1, [JOB_PAUSED] = 2,
        [JOB_STOPPED] = 3, [JOB_IDLE] = 4,   [JOB_COMPLETED] = 5,
    };
    return rank[(unsigned)job->state < JOB_STATES ? job->state : JOB_IDLE];
}

static int sign(int64_t v)
{
    return (v > 0) - (v < 0);
}

static int compare_by(enum job_sort sort, const struct job_row *a, const struct job_row *b)
{
    switch (sort) {
    case SORT_STATE:
        return state_rank(a) - state_rank(b);
    case SORT_PROGRESS:
        return fit_percent(b->cycle_sent, b->cycle_goal) -
               fit_percent(a->cycle_sent, a->cycle_goal);
    case SORT_SENT:
        return sign(b->cycle_sent - a->cycle_sent);
    case SORT_RATE:
        return sign((int64_t)b->per_minute - a->per_minute);
    default:
        return 0;
    }
}

static int compare(const void *left, const void *right, void *ctx)
{
    const struct job_row *a = *(const struct job_row *const *)left;
    const struct job_row *b = *(const struct job_row *const *)right;
    const struct joblist *l = ctx;
    int c = compare_by(l->sort, a, b);
    if (c == 0)
        c = strcmp(a->name, b->name);
    if (c == 0)
        c = strcmp(a->workspace, b->workspace);
    return l->inverted ? -c : c;
}

static void find_selected(struct joblist *l)
{
    for (int32_t i = 0; l->chosen && i < l->rows; i++)
        if (uuid_equal(l->row[i]->id, l->selected)) {
            l->table.selected = i;
            return;
        }
    if (!l->chosen)
        l->table.selected = 0;
}

void joblist_fill(struct ui *ui, struct joblist *l)
{
    struct matcher m;
    matcher_init(&m, ui->filter);
    l->bad = m.bad ? "not a regular expression yet" : NULL;
    l->rows = 0;
    for (int32_t i = 0; i < ui->model.job_count && l->rows < JOBLIST_MAX; i++)
        if (takes(&m, &ui->model.jobs[i]))
            l->row[l->rows++] = &ui->model.jobs[i];
    matcher_done(&m);
    qsort_r(l->row, (size_t)l->rows, sizeof l->row[0], compare, l);
    find_selected(l);
}

void joblist_move(struct ui *ui, struct joblist *l, enum move move)
{
    joblist_fill(ui, l);
    l->table.selected = table_moved(l->table.selected, l->rows, l->table.page, move);
    if (l->rows == 0)
        return;
    l->selected = l->row[l->table.selected]->id;
    l->chosen = true;
}

const struct job_row *joblist_job(struct ui *ui, struct joblist *l)
{
    joblist_fill(ui, l);
    int32_t at = table_moved(l->table.selected, l->rows, 1, MOVE_NONE);
    return l->rows > 0 ? l->row[at] : NULL;
}

const char *joblist_sort_name(enum job_sort sort)
{
    static const char *const names[SORTS] = {"state", "name", "progress", "sent", "rate"};
    return (unsigned)sort < SORTS ? names[sort] : "";
}

/* --- drawing ---------------------------------------------------------------------------------- */

enum column { C_GLYPH, C_NAME, C_BAR, C_PERCENT, C_SENT, C_RATE, C_ETA, C_LOOP, C_MODE, C_NOW };

static const struct fit_column wide_columns[] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_NAME] = {"JOB", 8, 14, 0, .middle = true},
    [C_BAR] = {"PROGRESS", 8, 18, 1},
    [C_PERCENT] = {"", 4, 4, 0, .right = true},
    [C_SENT] = {"SENT", 11, 11, 3, .right = true},
    [C_RATE] = {"RATE", 6, 6, 5, .right = true},
    [C_ETA] = {"ETA", 5, 6, 2, .right = true},
    [C_LOOP] = {" LOOP", 5, 5, 6},
    [C_MODE] = {"MODE", 9, 9, 7},
    [C_NOW] = {"NOW", 13, 16, 4, .stretch = true},
};
/* Without names of columns the cells say themselves what they are. */
static const struct fit_column plain_columns[] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_NAME] = {"", 8, 14, 0, .middle = true},
    [C_BAR] = {"", 6, 20, 1},
    [C_PERCENT] = {"", 4, 4, 0, .right = true},
    [C_SENT] = {"", 14, 14, 4, .right = true},
    [C_RATE] = {"", 6, 6, 5, .right = true},
    [C_ETA] = {"", 8, 10, 3},
    [C_LOOP] = {"", 0, 0, 99},
    [C_MODE] = {"", 0, 0, 99},
    [C_NOW] = {"", 16, 24, 6, .stretch = true},
};
static const struct fit_column tiny_columns[] = {
    [C_GLYPH] = {"", 1, 1, 0, .right = false},
    [C_NAME] = {"", 8, 15, 0, .middle = true},
    [C_BAR] = {"", 4, 8, 1},
    [C_PERCENT] = {"", 4, 4, 0, .right = true},
    [C_SENT] = {"", 0, 0, 99},
    [C_RATE] = {"", 0, 0, 99},
    [C_ETA] = {"", 8, 8, 2, .stretch = true},
};

struct drawing {
    struct ui *ui;
    struct joblist *list;
    bool wide, tiny;
};

static void cell_eta(const struct drawing *d, const struct job_row *job, struct table_cell *ret)
{
    char span[FIT_TEXT];
    const char *eta = fit_span(job->eta_us, span);
    bool running = job->state == JOB_RUNNING;
    ret->look = running ? ROLE_INFO : (int)job_look(job).role;
    if (d->tiny)
        (void)str_copy(ret->text, sizeof ret->text, running ? eta : job_look(job).word);
    else if (running && job->eta_us >= 0)
        (void)str_format(ret->text, sizeof ret->text, "%s%s", d->wide ? "" : "ETA ", eta);
}

static void cell_text(const struct drawing *d, const struct job_row *job, enum column column,
                      struct table_cell *ret)
{
    char sent[FIT_TEXT], goal[FIT_TEXT];
    struct job_look look = job_look(job);
    switch (column) {
    case C_GLYPH:
        (void)str_copy(ret->text, sizeof ret->text, look.glyph);
        ret->look = (int)look.role;
        break;
    case C_NAME:
        (void)str_copy(ret->text, sizeof ret->text, job->name);
        break;
    case C_PERCENT:
        (void)str_format(ret->text, sizeof ret->text, "%d%%",
                         fit_percent(job->cycle_sent, job->cycle_goal));
        break;
    case C_SENT:
        (void)str_format(ret->text, sizeof ret->text, d->wide ? "%s/%s" : "%s of %5s",
                         fit_count(job->cycle_sent, sent), fit_count(job->cycle_goal, goal));
        break;
    case C_RATE:
        if (job->state == JOB_RUNNING)
            (void)str_format(ret->text, sizeof ret->text, "%d/min", (int)job->per_minute);
        break;
    case C_LOOP:
        (void)str_copy(ret->text, sizeof ret->text, job->loop_automation ? " on" : " off");
        break;
    case C_MODE:
        (void)str_copy(ret->text, sizeof ret->text, distribution_name(job->distribution));
        ret->look = ROLE_DIM;
        break;
    default:
        break;
    }
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    const struct drawing *d = ctx;
    const struct job_row *job = d->list->row[row];
    struct job_look look = job_look(job);
    if (column == C_BAR) {
        ret->bar = true;
        ret->num = job->cycle_sent;
        ret->den = job->cycle_goal;
        ret->look = look.role == ROLE_DIM ? ROLE_OK : (int)look.role;
    } else if (column == C_ETA) {
        cell_eta(d, job, ret);
    } else if (column == C_NOW) {
        job_now(d->ui, job, ret->text, sizeof ret->text);
        ret->look =
            job->state == JOB_FAILED || job->state == JOB_PAUSED ? (int)look.role : ROLE_DIM;
    } else {
        cell_text(d, job, (enum column)column, ret);
    }
}

static bool marked(void *ctx, int32_t row)
{
    const struct drawing *d = ctx;
    return ui_is_marked(d->ui, d->list->row[row]->id);
}

static int longest_name(const struct joblist *l, int at_least)
{
    int most = at_least;
    for (int32_t i = 0; i < l->rows; i++) {
        int wide = fit_columns_of(l->row[i]->name);
        most = wide > most ? wide : most;
    }
    return most < NAME_IDEAL_MAX ? most : NAME_IDEAL_MAX;
}

void joblist_draw(struct ui *ui, struct joblist *l, struct pane p, bool wide, bool focused)
{
    joblist_fill(ui, l);
    bool tiny = p.cols < 60;
    const struct fit_column *from = tiny ? tiny_columns : wide ? wide_columns : plain_columns;
    struct fit_column columns[C_NOW + 1];
    int count = tiny ? C_ETA + 1 : C_NOW + 1;
    memcpy(columns, from, (size_t)count * sizeof *columns);
    int longest = longest_name(l, columns[C_NAME].min);
    if (longest > columns[C_NAME].ideal)
        columns[C_NAME].ideal = longest;
    columns[C_NAME].min = longest < NAME_MIN_MAX ? longest : NAME_MIN_MAX;
    struct drawing d = {ui, l, wide && !tiny, tiny};
    struct table t = {
        .columns = columns,
        .column_count = count,
        .rows = l->rows,
        .cell = cell,
        .marked = marked,
        .ctx = &d,
        .head = wide && !tiny && p.rows > 1,
        .focused = focused,
        .margin = tiny ? 0 : 1,
    };
    table_draw(p, &t, &l->table);
    int y = t.head;
    if (l->rows == 0 && l->bad != NULL)
        pane_say(p, y, 1, ROLE_WARN, "/%s: %s", ui->filter, l->bad);
    else if (l->rows == 0 && ui->filter[0] != '\0')
        pane_say(p, y, 1, ROLE_DIM, "0 of %d match /%s/ · Esc clears", (int)ui->model.job_count,
                 ui->filter);
}

/* What to do first, and where things are; a small window gets the commands alone. */
void joblist_welcome(const struct ui *ui, struct pane p)
{
    static const char *const command[][2] = {
        {"autopilot job import FILE", "jobs, groups, terms and templates"},
        {"autopilot corpus add DIR", "the pages that are searched"},
        {"autopilot init --sample", "a sample to play with; nothing leaves"},
    };
    bool roomy = p.cols >= 76 && p.rows >= 19;
    int cols = p.cols < 78 ? p.cols : 78, rows = roomy ? 19 : p.rows < 8 ? p.rows : 8;
    struct pane box = pane_part(p, (p.rows - rows) / 3, (p.cols - cols) / 2, rows, cols);
    pane_frame(box, ROLE_TEXT, "Welcome");
    struct pane in = pane_part(box, 1, 3, rows - 2, cols - 5);
    int y = roomy;
    pane_put(in, y, 0, LOOK_BOLD, "No jobs yet.");
    y += 2;
    if (roomy) {
        pane_put(in, y++, 0, ROLE_TEXT,
                 "A job finds leads for its groups of search terms and writes a letter to");
        pane_put(in, y++, 0, ROLE_TEXT,
                 "each, up to the limits you give. Nothing is sent until a job is started.");
        y++;
    }
    for (size_t i = 0; i < sizeof command / sizeof *command; i++, y++) {
        pane_put(in, y, 2, ROLE_INFO, command[i][0]);
        pane_put(in, y, 30, ROLE_TEXT, command[i][1]);
    }
    if (!roomy)
        return;
    pane_put(in, ++y, 0, ROLE_DIM, "Where things are");
    pane_say(in, ++y, 2, ROLE_TEXT, "record  %s", ui->record_path);
    pane_say(in, ++y, 2, ROLE_TEXT, "config  %s", ui->config_path);
    pane_say(in, ++y, 2, ROLE_TEXT, "log     %s", ui->log_path);
    pane_put(in, y + 2, 0, ROLE_DIM, ui->terminal);
}
