/* jobparts.c - groups, terms, limits and resume point of one job. */
#include "jobparts.h"

#include "joblist.h"

#include "base/str.h"

#include <string.h>

enum { PARTS_BYTES = 64 << 20 };

bool job_parts_load(struct ui *ui, struct job_parts *parts, struct uuid id, struct err *err)
{
    struct arena arena = arena_init(PARTS_BYTES);
    struct job_detail detail = {0};
    if (!ui->source.job_detail(ui->source.ctx, id, ui->now_us, &arena, &detail, err)) {
        arena_done(&arena);
        return false;
    }
    arena_done(&parts->arena);
    parts->arena = arena;
    parts->detail = detail;
    parts->id = id;
    parts->there = detail.plan != NULL;
    return true;
}

void job_parts_done(struct job_parts *parts)
{
    arena_done(&parts->arena);
    parts->there = false;
}

int32_t job_parts_current(const struct job_parts *parts)
{
    const struct plan *plan = parts->detail.plan;
    int32_t last = -1;
    for (int32_t i = 0; parts->there && i < plan->group_count; i++) {
        if (plan->groups[i].state == GROUP_RUNNING)
            return i;
        if (plan->groups[i].draw_no > 0 &&
            (last < 0 || plan->groups[i].draw_no > plan->groups[last].draw_no))
            last = i;
    }
    return last;
}

/* --- groups ----------------------------------------------------------------------------------- */

enum group_column { G_GLYPH, G_NAME, G_BAR, G_SENT, G_LEADS, G_TERMS, G_STATE, G_COLUMNS };

static const struct fit_column wide_groups[G_COLUMNS] = {
    [G_GLYPH] = {"", 1, 1, 0, .right = false},
    [G_NAME] = {"GROUP", 8, 16, 0, .middle = true},
    [G_BAR] = {"THIS CYCLE", 10, 20, 2},
    [G_SENT] = {"LETTERS", 9, 9, 0, .right = true},
    [G_LEADS] = {"LEADS", 7, 7, 4, .right = true},
    [G_TERMS] = {"TERMS", 7, 7, 3, .right = true},
    [G_STATE] = {"STATE", 18, 28, 1, .stretch = true},
};
static const struct fit_column small_groups[G_COLUMNS] = {
    [G_GLYPH] = {"", 1, 1, 0, .right = false},
    [G_NAME] = {"", 6, 12, 0, .middle = true},
    [G_BAR] = {"", 4, 9, 1, .stretch = true},
    [G_SENT] = {"", 7, 8, 0, .right = true},
    [G_LEADS] = {"", 0, 0, 99},
    [G_TERMS] = {"", 0, 0, 99},
    [G_STATE] = {"", 0, 0, 99},
};

struct parts_drawing {
    const struct job_row *job;
    const struct job_parts *parts;
    int32_t first, terms; /* terms: the part of the plan's array */
};

static bool term_finished(const struct plan_term *t)
{
    return t->state == TERM_DONE || t->state == TERM_EXHAUSTED;
}

static int32_t terms_finished(const struct plan *plan, const struct plan_group *g)
{
    int32_t n = 0;
    for (int32_t i = 0; i < g->terms; i++)
        n += term_finished(&plan->terms[g->first_term + i]);
    return n;
}

static const struct plan_term *running_term(const struct plan *plan, const struct plan_group *g)
{
    for (int32_t i = 0; i < g->terms; i++)
        if (plan->terms[g->first_term + i].state == TERM_RUNNING)
            return &plan->terms[g->first_term + i];
    return NULL;
}

static void group_state(const struct parts_drawing *d, const struct plan_group *g,
                        struct table_cell *ret)
{
    const struct plan *plan = d->parts->detail.plan;
    const struct plan_term *term = running_term(plan, g);
    ret->look = ROLE_DIM;
    if (g->state == GROUP_DONE)
        (void)str_copy(ret->text, sizeof ret->text,
                       g->counted >= plan->max_emails_per_group ? "done, limit reached"
                                                                : "done, terms used up");
    else if (g->state == GROUP_WAITING)
        (void)str_copy(ret->text, sizeof ret->text, "waits");
    else if (term == NULL)
        (void)str_copy(ret->text, sizeof ret->text, "at work");
    else {
        ret->look = ROLE_INFO;
        (void)str_format(ret->text, sizeof ret->text, "now: \"%s\" %d/%d", term->text,
                         (int)term->counted, (int)plan->loop_interval);
    }
}

static struct job_look group_look(enum group_state state)
{
    static const struct job_look looks[GROUP_STATES] = {
        [GROUP_WAITING] = {"·", ROLE_DIM, "waits"},
        [GROUP_RUNNING] = {"▶", ROLE_RUN, "running"},
        [GROUP_DONE] = {"●", ROLE_OK, "done"},
    };
    return looks[(unsigned)state < GROUP_STATES ? state : GROUP_WAITING];
}

static void group_cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    const struct parts_drawing *d = ctx;
    const struct plan *plan = d->parts->detail.plan;
    const struct plan_group *g = &plan->groups[row];
    struct job_look look = group_look(g->state);
    switch ((enum group_column)column) {
    case G_GLYPH:
        (void)str_copy(ret->text, sizeof ret->text, look.glyph);
        ret->look = (int)look.role;
        break;
    case G_NAME:
        (void)str_copy(ret->text, sizeof ret->text, g->name);
        ret->look = g->state == GROUP_RUNNING   ? LOOK_BOLD
                    : g->state == GROUP_WAITING ? ROLE_DIM
                                                : ROLE_TEXT;
        break;
    case G_BAR:
        ret->bar = true;
        ret->num = g->counted;
        ret->den = plan->max_emails_per_group;
        ret->look = g->state == GROUP_RUNNING ? ROLE_INFO : ROLE_OK;
        break;
    case G_SENT:
        (void)str_format(ret->text, sizeof ret->text, "%d/%d", (int)g->counted,
                         (int)plan->max_emails_per_group);
        break;
    case G_LEADS:
        (void)str_format(ret->text, sizeof ret->text, "%lld",
                         d->parts->detail.group_leads != NULL
                             ? (long long)d->parts->detail.group_leads[row]
                             : 0);
        break;
    case G_TERMS:
        (void)str_format(ret->text, sizeof ret->text, "%d/%d", (int)terms_finished(plan, g),
                         (int)g->terms);
        break;
    default:
        group_state(d, g, ret);
        break;
    }
}

void job_parts_groups(struct pane p, const struct job_row *job, const struct job_parts *parts,
                      struct table_state *state, bool wide, bool focused)
{
    if (!parts->there)
        return;
    struct parts_drawing d = {.job = job, .parts = parts};
    struct table t = {
        .columns = wide ? wide_groups : small_groups,
        .column_count = G_COLUMNS,
        .rows = parts->detail.plan->group_count,
        .cell = group_cell,
        .ctx = &d,
        .head = wide,
        .focused = focused,
        .margin = 1,
    };
    table_draw(p, &t, state);
    if (t.rows == 0)
        pane_put(p, wide, 1, ROLE_DIM, "no groups yet");
}

/* --- terms ------------------------------------------------------------------------------------ */

enum term_column { T_GLYPH, T_TEXT, T_SENT, T_STATE, T_COLUMNS };
static const struct fit_column term_columns[T_COLUMNS] = {
    [T_GLYPH] = {"", 1, 1, 0, .right = false},
    [T_TEXT] = {"", 8, 20, 0, .middle = true, .stretch = true},
    [T_SENT] = {"", 5, 5, 0, .right = true},
    [T_STATE] = {"", 5, 5, 1},
};

static void term_state(const struct plan *plan, const struct plan_term *t, struct table_cell *ret)
{
    ret->look = ROLE_DIM;
    if (t->state == TERM_DONE)
        (void)str_copy(ret->text, sizeof ret->text,
                       t->counted >= plan->loop_interval ? "full" : "done");
    else if (t->state == TERM_EXHAUSTED)
        (void)str_copy(ret->text, sizeof ret->text, "dry");
    else if (t->state == TERM_DEFERRED) {
        (void)str_copy(ret->text, sizeof ret->text, "later");
        ret->look = ROLE_WARN;
    } else if (t->failures > 0) {
        (void)str_format(ret->text, sizeof ret->text, "%d err", (int)t->failures);
        ret->look = ROLE_WARN;
    }
}

static void term_cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    static const struct job_look looks[TERM_STATES] = {
        [TERM_WAITING] = {"·", ROLE_DIM, ""},   [TERM_RUNNING] = {"▶", ROLE_RUN, ""},
        [TERM_DONE] = {"●", ROLE_OK, ""},       [TERM_EXHAUSTED] = {"●", ROLE_OK, ""},
        [TERM_DEFERRED] = {"▲", ROLE_WARN, ""},
    };
    const struct parts_drawing *d = ctx;
    const struct plan *plan = d->parts->detail.plan;
    const struct plan_term *t = &plan->terms[d->first + row];
    bool untouched = t->state == TERM_WAITING && t->counted == 0;
    switch ((enum term_column)column) {
    case T_GLYPH:
        (void)str_copy(ret->text, sizeof ret->text, looks[t->state].glyph);
        ret->look = (int)looks[t->state].role;
        break;
    case T_TEXT:
        (void)str_copy(ret->text, sizeof ret->text, t->text);
        ret->look = untouched ? ROLE_DIM : ROLE_TEXT;
        break;
    case T_SENT:
        if (!untouched)
            (void)str_format(ret->text, sizeof ret->text, "%d/%d", (int)t->counted,
                             (int)plan->loop_interval);
        break;
    default:
        term_state(plan, t, ret);
        break;
    }
}

void job_parts_terms(struct pane p, const struct job_row *job, const struct job_parts *parts,
                     int32_t group, struct table_state *state, bool focused)
{
    if (!parts->there || group < 0 || group >= parts->detail.plan->group_count)
        return;
    const struct plan_group *g = &parts->detail.plan->groups[group];
    struct parts_drawing d = {job, parts, g->first_term, g->terms};
    struct fit_column columns[T_COLUMNS];
    char most[FIT_TEXT];
    memcpy(columns, term_columns, sizeof columns);
    (void)str_format(most, sizeof most, "%d/%d", (int)parts->detail.plan->loop_interval,
                     (int)parts->detail.plan->loop_interval);
    if ((int)strlen(most) > columns[T_SENT].min)
        columns[T_SENT].min = columns[T_SENT].ideal = (int)strlen(most);
    struct table t = {
        .columns = columns,
        .column_count = T_COLUMNS,
        .rows = g->terms,
        .cell = term_cell,
        .ctx = &d,
        .focused = focused,
        .margin = 1,
    };
    table_draw(p, &t, state);
}

/* --- limits and resume point ------------------------------------------------------------------ */

static void limit(struct pane p, int y, int look, const char *label, const char *text)
{
    pane_put(p, y, 1, ROLE_DIM, label);
    pane_put(p, y, 19, look, text);
}

static void limit_count(struct pane p, int y, bool warns, const char *label, int64_t n)
{
    char text[FIT_TEXT];
    limit(p, y, warns && n > 0 ? ROLE_WARN : ROLE_TEXT, label, fit_count(n, text));
}

void job_parts_limits(struct ui *ui, struct pane p, const struct job_row *job,
                      const struct job_parts *parts)
{
    char rate[FIT_TEXT];
    const struct job_detail *d = &parts->detail;
    limit_count(p, 0, false, "leads per term", job->loop_interval);
    limit_count(p, 1, false, "letters per group", job->max_emails_per_group);
    limit(p, 2, ROLE_TEXT, "distribution", distribution_name(job->distribution));
    limit(p, 3, ROLE_TEXT, "loop", job->loop_automation ? "on" : "off");
    enum mail_mode here = ui->settings.mail_mode;
    (void)str_format(rate, sizeof rate, here == job->mode ? "%s" : "%s; s here: %s",
                     mail_mode_name(job->mode), mail_mode_name(here)); /* it fits */
    limit(p, 4, here == job->mode ? ROLE_TEXT : ROLE_WARN, "mode", rate);
    (void)str_format(rate, sizeof rate, "%d/min max", (int)ui->settings.mail_per_minute);
    limit(p, 5, ROLE_TEXT, "send rate", ui->settings.mail_per_minute > 0 ? rate : "no limit");
    if (!parts->there)
        return;
    limit_count(p, 7, false, "duplicates", d->duplicates);
    limit_count(p, 8, false, "suppressed", d->suppressed);
    limit_count(p, 9, false, "rejected", d->rejected);
    limit_count(p, 10, true, "held", job->held);
    limit_count(p, 11, true, "in doubt", job->in_doubt);
}

static void resume_point(struct pane p, const struct job_row *job, const struct job_parts *parts)
{
    char sent[FIT_TEXT];
    const struct plan *plan = parts->detail.plan;
    int32_t at = job_parts_current(parts);
    if (at < 0) {
        pane_put(p, 1, 1, ROLE_DIM, "never started: it begins with its first group");
        return;
    }
    const struct plan_group *g = &plan->groups[at];
    const struct plan_term *t = running_term(plan, g);
    int x = pane_add(p, 1, 1, ROLE_TEXT, "group ");
    x = pane_add(p, 1, x, LOOK_BOLD, g->name);
    x = pane_addf(p, 1, x, ROLE_TEXT, " (%d of %d)", (int)at + 1, (int)plan->group_count);
    if (t != NULL)
        x = pane_addf(p, 1, x, ROLE_TEXT, " · term %d \"%s\" · lead %d",
                      (int)(t - plan->terms) - (int)g->first_term + 1, t->text, (int)t->counted);
    x = pane_add(p, 1, x, ROLE_TEXT, " · letters ");
    pane_put(p, 1, x, LOOK_BOLD, fit_count(job->total_sent, sent));
}

void job_parts_resume(struct ui *ui, struct pane p, const struct job_row *job,
                      const struct job_parts *parts)
{
    char note[FIT_TEXT + 16], clock[24], until[24];
    if (!parts->there)
        return;
    note[0] = '\0';
    if (parts->detail.saved_at_us > 0) {
        time_text_clock(parts->detail.saved_at_us, clock, sizeof clock);
        (void)str_format(note, sizeof note, "saved %s", clock);
    }
    pane_rule(p, 0, "Resume point", note);
    resume_point(p, job, parts);
    if (job->state == JOB_RUNNING && job->lease_until_us > ui->now_us) {
        time_text_clock(job->lease_until_us, until, sizeof until);
        pane_say(p, 2, 1, ROLE_DIM,
                 "held by %s/%lld, lease until %s; x stops at exactly this point", job->lease_host,
                 (long long)job->lease_pid, until);
        if (job->over_us > 0)
            pane_say(p, 3, 1, ROLE_WARN, "▲ taken over %s by %s, whose lease ran out",
                     fit_when(job->over_us, ui->now_us, note), job->over);
    } else if (job->state == JOB_PAUSED || job->state == JOB_STOPPED) {
        pane_put(p, 2, 1, ROLE_DIM, "r resumes at exactly this point");
    }
}
