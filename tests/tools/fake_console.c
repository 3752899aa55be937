/* fake_console.c - invented data: a few jobs of invented businesses, and a log that is a function
 * of the line number, so that any part of it can be made without keeping it. */
#include "fake_console.h"

#include "base/clock.h"
#include "base/str.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#define MINUTE (INT64_C(60) * US_PER_S)

enum { GROUPS = 8, TERMS = 14 };

static const char *const group_names[GROUPS] = {"Barcelona", "Valencia", "Sevilla",  "Bilbao",
                                                "Madrid",    "Malaga",   "Zaragoza", "Murcia"};
static const char *const term_names[TERMS] = {
    "fontanero madrid",  "fontanero 24h",   "fontanero urgente", "fontanero barato",
    "desatascos madrid", "calderas madrid", "fugas de agua",     "termos electricos",
    "instalar bañera",   "cambiar grifo",   "tuberías de cobre", "reforma de baño",
    "bombas de calor",   "riego automático"};

static void make_job(struct job_row *j, int n, const char *name, enum job_state state, int64_t sent,
                     int64_t goal)
{
    static const enum desired desired[JOB_STATES] = {DESIRED_STOP, DESIRED_RUN,  DESIRED_PAUSE,
                                                     DESIRED_STOP, DESIRED_STOP, DESIRED_STOP};
    *j = (struct job_row){
        .workspace = "acme",
        .name = name,
        .state = state,
        .desired = desired[state],
        .loop_interval = 40,
        .max_emails_per_group = 300,
        .cycle = state == JOB_IDLE ? 0 : 1,
        .cycle_sent = sent,
        .cycle_goal = goal,
        .total_sent = sent,
        .eta_us = -1,
        .group = "",
        .term = "",
        .term_limit = 40,
        .group_count = GROUPS,
        .started_by = "",
        .lease_host = "",
        .error = "",
    };
    j->id.byte[0] = (uint8_t)(n + 1);
    j->id.byte[6] = 0x70;
    j->id.byte[8] = 0x80;
}

static void make_jobs(struct fake_console *f)
{
    struct job_row *j = f->jobs;
    make_job(&j[0], 0, "dental-uk", JOB_RUNNING, 216, 1200);
    make_job(&j[1], 1, "hvac-pt", JOB_COMPLETED, 600, 600);
    make_job(&j[2], 2, "law-fr", JOB_IDLE, 0, 900);
    make_job(&j[3], 3, "solar-de", JOB_PAUSED, 129, 300);
    make_job(&j[4], 4, "spain-plumbers", JOB_RUNNING, 1288, 2400);
    j[0].distribution = j[2].distribution = DISTRIBUTION_RANDOM;
    j[0].per_minute = 12;
    j[0].eta_us = 82 * MINUTE;
    j[0].group = "Leeds";
    j[0].term_sent = 12;
    j[0].held = 2;
    j[1].ended_at_us = FAKE_NOW_US - 21 * 60 * MINUTE - 20 * MINUTE;
    j[2].loop_automation = j[4].loop_automation = true;
    j[3].group = "Kassel";
    j[3].ended_at_us = FAKE_NOW_US - 87 * MINUTE;
    j[4].per_minute = 41;
    j[4].eta_us = 27 * MINUTE;
    j[4].cycle = 3;
    j[4].total_sent = 6088;
    j[4].group = "Madrid";
    j[4].term = "fontanero urgente";
    j[4].term_sent = 31;
    j[4].started_at_us = FAKE_NOW_US - 36 * MINUTE;
    j[4].started_by = "ana";
    for (int i = 0; i < FAKE_JOBS; i += 4) {
        j[i].lease_until_us = FAKE_NOW_US + MINUTE;
        j[i].lease_host = "eu-1";
        j[i].lease_pid = 812;
    }
    f->job_count = FAKE_JOBS;
}

/* Two engines that work, and one that is gone with a job in its hands. */
static void make_system(struct fake_console *f)
{
    static const struct {
        const char *host;
        int64_t pid, silent_us;
        int64_t reports;
    } engines[FAKE_ENGINES] = {{"eu-1", 812, 2 * US_PER_S, 0},
                               {"ops2", 4410, 3 * US_PER_S, 2},
                               {"ops7", 199, 131 * US_PER_S, 0}};
    static const struct {
        int32_t engine;
        const char *job;
        int64_t left_us;
    } leases[FAKE_LEASES] = {{0, "dental-uk", 27 * US_PER_S},
                             {2, "nordic-saunas", -101 * US_PER_S},
                             {0, "spain-plumbers", 25 * US_PER_S}};
    for (int32_t i = 0; i < FAKE_ENGINES; i++)
        f->engine[i] = (struct engine_seen){.id = {{(uint8_t)(i + 1)}},
                                            .host = engines[i].host,
                                            .version = "1.4.0",
                                            .pid = engines[i].pid,
                                            .starts = 3,
                                            .first_seen_us = FAKE_NOW_US - 6 * 24 * 60 * MINUTE,
                                            .last_seen_us = FAKE_NOW_US - engines[i].silent_us,
                                            .reports = engines[i].reports,
                                            .reports_until_us = FAKE_NOW_US + 20 * US_PER_S};
    for (int32_t i = 0; i < FAKE_LEASES; i++) {
        struct engine_seen *e = &f->engine[leases[i].engine];
        f->lease[i] = (struct lease_seen){
            e->id, "acme", leases[i].job, FAKE_NOW_US + leases[i].left_us, 3 + i, false};
        e->leases++;
        if (e->until_us == 0 || f->lease[i].until_us < e->until_us)
            e->until_us = f->lease[i].until_us;
    }
    f->system = (struct system_seen){.engine = f->engine,
                                     .engine_count = FAKE_ENGINES,
                                     .lease = f->lease,
                                     .lease_count = FAKE_LEASES,
                                     .place = "",
                                     .login = "",
                                     .version = ""};
}

void fake_console_share(struct fake_console *f)
{
    f->system.copy = true;
    f->system.place = "db.acme.example port 6543, database autopilot";
    f->system.login = "ana";
    f->system.version = "15.8";
    f->system.pooled = true;
    f->system.pulled_us = FAKE_NOW_US - 2 * US_PER_S;
    f->standing.shared = f->standing.reached = true;
    f->standing.seen_us = FAKE_NOW_US - 1 * US_PER_S;
}

void fake_console_cut(struct fake_console *f)
{
    f->standing.reached = false;
    f->standing.away_us = FAKE_NOW_US - 149 * MINUTE;
    f->standing.trouble_us = FAKE_NOW_US;
    (void)str_copy(f->standing.trouble, sizeof f->standing.trouble,
                   "database: db.acme.example port 6543: connection refused"); /* it fits */
    (void)str_copy(f->standing.problem, sizeof f->standing.problem, f->standing.trouble);
}

void fake_console_init(struct fake_console *f)
{
    memset(f, 0, sizeof *f);
    make_jobs(f);
    fake_schedules_init(&f->schedules);
    fake_letters_init(&f->letters, FAKE_NOW_US);
    f->log_lines = 4000;
    f->step_us = 1700 * US_PER_MS;
    f->first_us = FAKE_NOW_US - (f->log_lines - 1) * f->step_us;
    f->has_desk = true;
    f->standing.where = ENGINE_HERE;
    f->standing.pid = 812;
    f->standing.lanes_busy = 2;
    make_system(f);
}

void fake_console_done(struct fake_console *f)
{
    fake_schedules_done(&f->schedules);
}

static bool failing(const struct fake_console *f, struct err *err)
{
    return f->fails != NULL && !err_set(err, ERR_STOP, "%s", f->fails);
}

static bool fake_ready(void *ctx, struct err *err)
{
    return !failing(ctx, err);
}

static int64_t fake_version(void *ctx)
{
    struct fake_console *f = ctx;
    return atomic_load(&f->version);
}

static bool fake_jobs(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                      struct job_row **ret, int32_t *ret_count, struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace, (void)now_us;
    if (failing(f, err))
        return false;
    f->loads++;
    *ret = arena_array(arena, (size_t)f->job_count, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    memcpy(*ret, f->jobs, (size_t)f->job_count * sizeof **ret);
    *ret_count = f->job_count;
    return true;
}

static void make_group(struct plan *plan, int i)
{
    static const int32_t counted[GROUPS] = {300, 300, 288, 300, 100, 0, 0, 0};
    struct plan_group *g = &plan->groups[i];
    *g = (struct plan_group){
        .group_no = i + 1,
        .name = group_names[i],
        .template_name = "plumbers-es",
        .state = i < 4    ? GROUP_DONE
                 : i == 4 ? GROUP_RUNNING
                          : GROUP_WAITING,
        .counted = counted[i],
        .draw_no = i < 5 ? i + 1 : 0,
        .first_term = i * TERMS,
        .terms = TERMS,
    };
    for (int k = 0; k < TERMS; k++) {
        struct plan_term *t = &plan->terms[i * TERMS + k];
        *t = (struct plan_term){.term_no = i * TERMS + k + 1, .text = term_names[k]};
        t->state = i < 4 || (i == 4 && k < 2) ? TERM_DONE : TERM_WAITING;
        t->counted = t->state == TERM_DONE ? (k < 7 ? 40 : 2) : 0;
        if (i == 4 && k == 2) {
            t->state = TERM_RUNNING;
            t->counted = 31;
        }
        if (i == 4 && k == 5) {
            t->state = TERM_DEFERRED;
            t->failures = 3;
        }
        if (i < 4 && k == 9)
            t->state = TERM_EXHAUSTED;
    }
}

static bool fake_job_detail(void *ctx, struct uuid job, int64_t now_us, struct arena *arena,
                            struct job_detail *ret, struct err *err)
{
    (void)now_us;
    if (failing(ctx, err))
        return false;
    struct plan *plan = arena_alloc(arena, sizeof *plan);
    *plan = (struct plan){.job = job,
                          .job_name = "spain-plumbers",
                          .workspace = "acme",
                          .loop_interval = 40,
                          .max_emails_per_group = 300,
                          .cycle = 3};
    plan->group_count = GROUPS;
    plan->term_count = GROUPS * TERMS;
    plan->groups = arena_array(arena, GROUPS, sizeof *plan->groups);
    plan->terms = arena_array(arena, GROUPS * TERMS, sizeof *plan->terms);
    ret->group_leads = arena_array(arena, GROUPS, sizeof *ret->group_leads);
    for (int i = 0; i < GROUPS; i++) {
        make_group(plan, i);
        ret->group_leads[i] = plan->groups[i].counted + (i < 5 ? 11 : 0);
    }
    ret->plan = plan;
    ret->duplicates = 61;
    ret->suppressed = 4;
    ret->rejected = 14;
    ret->saved_at_us = FAKE_NOW_US - 2 * US_PER_S;
    ret->last_variation = "fontanero urgente 24 horas";
    for (int i = 0; i < 60; i++)
        ret->minute[i] = 12 + (i * i * 7 + i * 13) % 41;
    return true;
}

static bool fake_totals(void *ctx, int64_t now_us, int64_t midnight_us, struct totals *ret,
                        struct err *err)
{
    struct fake_console *f = ctx;
    (void)now_us, (void)midnight_us;
    if (failing(f, err))
        return false;
    *ret = (struct totals){.jobs = f->job_count, .letters_today = 1812};
    for (int32_t i = 0; i < f->job_count; i++) {
        enum job_state s = f->jobs[i].state;
        ret->running += s == JOB_RUNNING;
        ret->paused += s == JOB_PAUSED;
        ret->failed += s == JOB_FAILED;
        ret->idle += s == JOB_IDLE || s == JOB_STOPPED || s == JOB_COMPLETED;
        ret->held += f->jobs[i].held;
        ret->in_doubt += f->jobs[i].in_doubt;
    }
    for (int i = 0; i < 24; i++)
        ret->ten_minutes[i] = i < 3 ? i * 20 : 300 + (i * 37) % 271;
    return true;
}

static bool fake_engine(void *ctx, struct engine_row *ret, bool *ret_found, struct err *err)
{
    if (failing(ctx, err))
        return false;
    *ret = (struct engine_row){.pid = 812, .last_seen_us = FAKE_NOW_US - 4 * US_PER_S};
    (void)str_copy(ret->host, sizeof ret->host, "eu-1");
    *ret_found = true;
    return true;
}

static bool fake_system(void *ctx, int64_t now_us, struct arena *arena, struct system_seen *ret,
                        struct machine_files *ret_files, struct err *err)
{
    struct fake_console *f = ctx;
    (void)now_us, (void)arena;
    if (failing(ctx, err))
        return false;
    *ret = f->system;
    *ret_files = (struct machine_files){
        .dir = "/var/lib/autopilot",
        .record = 12 << 20,
        .journal = 300 << 10,
        .log = 5 << 20,
        .corpus = 40 << 20,
        .services = 2,
        .service = {{"search local", FAKE_NOW_US - 4 * US_PER_S, 0, 0, ""},
                    {"search web", FAKE_NOW_US - 720 * US_PER_S, FAKE_NOW_US - 31 * US_PER_S, 3,
                     "search: web: the service answered 502"}}};
    return true;
}

/* --- the log ---------------------------------------------------------------------------------- */

struct line_kind {
    enum log_level level;
    const char *area, *job, *text;
};
static const struct line_kind kinds[] = {
    {LOG_INFO, "loop", "spain-plumbers", "lead %d of 40 for \"fontanero urgente\""},
    {LOG_INFO, "mail", "spain-plumbers", "written s***@aguamad.example (letter %d)"},
    {LOG_INFO, "search", "dental-uk", "14 results for \"dentist leeds\", page %d"},
    {LOG_INFO, "mail", "dental-uk", "written l***@smileleeds.example (letter %d)"},
    {LOG_DEBUG, "engine", "", "lease renewed, turn %d"},
    {LOG_INFO, "mail", "spain-plumbers", "written c***@pocero.example (letter %d)"},
    {LOG_WARN, "search", "dental-uk", "provider answered 429, waiting %d s (attempt 2 of 5)"},
    {LOG_INFO, "loop", "dental-uk", "lead %d of 40 for \"dentist emergency\""},
    {LOG_ERROR, "mail", "spain-plumbers", "refused by mx.pocero.example: 550 no such user (%d)"},
    {LOG_INFO, "mail", "spain-plumbers", "written i***@aguasmadrid.example (letter %d)"},
    {LOG_INFO, "audit", "solar-de", "paused by luis, turn %d"},
};

/* Serious lines are rare: most numbers give one of the harmless kinds. */
static const struct line_kind *kind_of(int32_t n)
{
    static const int common[] = {0, 1, 2, 3, 4, 5, 7, 9};
    if (n % 97 == 0)
        return &kinds[8];
    if (n % 31 == 0)
        return &kinds[6];
    if (n % 211 == 0)
        return &kinds[10];
    return &kinds[common[(n * 5 + n / 7) % 8]];
}

static struct log_key key_of(const struct fake_console *f, int32_t n)
{
    return (struct log_key){f->first_us + n * f->step_us, 0, n};
}

static bool wanted(const struct fake_console *f, const struct log_filter *filter, int32_t n,
                   const regex_t *match)
{
    char text[256];
    const struct line_kind *k = kind_of(n);
    if (key_of(f, n).at_us < filter->since_us)
        return false;
    if (k->level > filter->level || (filter->job != NULL && !str_equal(filter->job, k->job)))
        return false;
    (void)snprintf(text, sizeof text, k->text, n % 40);
    return match == NULL || regexec(match, text, 0, NULL, 0) == 0;
}

static void fill_row(const struct fake_console *f, int32_t n, struct arena *arena,
                     struct log_row *ret)
{
    char text[256];
    const struct line_kind *k = kind_of(n);
    (void)snprintf(text, sizeof text, k->text, n % 40);
    *ret = (struct log_row){key_of(f, n), k->level, k->area, k->job, arena_text(arena, text)};
}

/* Numbers of the lines wanted, in the order they were met; at most max. */
static int32_t collect(const struct fake_console *f, const struct log_filter *filter,
                       const regex_t *match, const struct log_key *from, bool before, int32_t max,
                       int32_t *ret)
{
    int32_t step = before ? -1 : 1, got = 0;
    int32_t at = before ? f->log_lines - 1 : 0;
    if (from != NULL)
        at = (int32_t)from->seq + step;
    for (; at >= 0 && at < f->log_lines && got < max; at += step)
        if (wanted(f, filter, at, match))
            ret[got++] = at;
    return got;
}

static bool fake_log(void *ctx, const struct log_filter *filter, const struct log_key *from,
                     bool before, int32_t max, struct arena *arena, struct log_row **ret,
                     int32_t *ret_count, struct err *err)
{
    struct fake_console *f = ctx;
    regex_t match;
    if (failing(f, err))
        return false;
    if (filter->run != NULL)
        return fake_trace(&f->schedules, *filter->run, arena, ret, ret_count, err);
    if (filter->match != NULL && regcomp(&match, filter->match, REG_EXTENDED | REG_ICASE) != 0)
        return err_set(err, ERR_REFUSED, "log: bad expression");
    int32_t *found = arena_array(arena, (size_t)max, sizeof *found);
    int32_t n = collect(f, filter, filter->match != NULL ? &match : NULL, from, before, max, found);
    *ret = arena_array(arena, (size_t)n, sizeof **ret);
    for (int32_t i = 0; i < n; i++)
        fill_row(f, found[before ? n - 1 - i : i], arena, &(*ret)[i]);
    *ret_count = n;
    if (filter->match != NULL)
        regfree(&match);
    return true;
}

static bool fake_log_count_after(void *ctx, const struct log_filter *filter,
                                 const struct log_key *from, int64_t *ret, struct err *err)
{
    struct fake_console *f = ctx;
    if (failing(f, err))
        return false;
    *ret = 0;
    for (int32_t n = from != NULL ? (int32_t)from->seq + 1 : f->log_lines; n < f->log_lines; n++)
        *ret += wanted(f, filter, n, NULL);
    return true;
}

/* --- schedules -------------------------------------------------------------------------------- */

static bool console_board(void *ctx, const char *workspace, int64_t now_us, struct arena *arena,
                          struct schedule_board *ret, struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace;
    return !failing(f, err) && fake_board(&f->schedules, now_us, arena, ret, err);
}

static bool console_specs(void *ctx, const char *workspace, const char *name, struct arena *arena,
                          struct spec_row **ret, int32_t *ret_count, struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace;
    return !failing(f, err) && fake_specs(&f->schedules, name, arena, ret, ret_count, err);
}

static bool console_schedules(void *ctx, const char *workspace, const char *name,
                              struct arena *arena, struct schedule_row **ret, int32_t *ret_count,
                              struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace;
    return !failing(f, err) && fake_schedules(&f->schedules, name, arena, ret, ret_count, err);
}

static bool console_runs(void *ctx, const struct run_filter *filter, struct arena *arena,
                         struct run_row **ret, int32_t *ret_count, struct err *err)
{
    struct fake_console *f = ctx;
    return !failing(f, err) && fake_runs(&f->schedules, filter, arena, ret, ret_count, err);
}

static bool console_report(void *ctx, struct uuid run, struct buf *text, struct err *err)
{
    struct fake_console *f = ctx;
    return !failing(f, err) && fake_report(&f->schedules, run, text, err);
}

static bool console_zone(void *ctx, const char *name, const struct zone **ret, struct err *err)
{
    struct fake_console *f = ctx;
    return fake_zone(&f->schedules, name, ret, err);
}

/* --- letters ---------------------------------------------------------------------------------- */

static bool console_letter_counts(void *ctx, const char *workspace, const struct uuid *job,
                                  struct letter_counts *ret, struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace, (void)job;
    fake_letter_counts(&f->letters, ret);
    return !failing(f, err);
}

static bool console_letters(void *ctx, const char *workspace, const struct uuid *job,
                            const struct letter_counts *counts, int32_t max, struct arena *arena,
                            struct letter_row **ret, int32_t *ret_count, struct err *err)
{
    struct fake_console *f = ctx;
    (void)workspace, (void)job, (void)counts, (void)max;
    return !failing(f, err) && fake_letters(&f->letters, arena, ret, ret_count, err);
}

static bool console_leads(void *ctx, const struct lead_filter *filter, struct arena *arena,
                          struct lead_page *ret, struct err *err)
{
    struct fake_console *f = ctx;
    return !failing(f, err) && fake_leads(&f->letters, filter, arena, ret, err);
}

static bool console_lead_template(void *ctx, const struct lead_row *lead, struct arena *arena,
                                  struct template_def **ret, struct err *err)
{
    struct fake_console *f = ctx;
    (void)lead;
    return !failing(f, err) && fake_lead_template(&f->letters, arena, ret, err);
}

/* --- the desk --------------------------------------------------------------------------------- */

static bool fake_submit(void *ctx, const struct command *command)
{
    struct fake_console *f = ctx;
    if (f->refuses || f->commands == FAKE_COMMANDS)
        return false;
    f->command[f->commands++] = *command;
    return true;
}

static bool fake_reply(void *ctx, struct reply *ret)
{
    struct fake_console *f = ctx;
    if (f->taken == f->replies)
        return false;
    *ret = f->reply[f->taken++];
    return true;
}

static bool fake_standing(void *ctx, struct engine_standing *ret)
{
    struct fake_console *f = ctx;
    if (f->has_desk)
        *ret = f->standing;
    return f->has_desk;
}

void fake_console_carry_out(struct fake_console *f)
{
    static const enum job_state after[COMMAND_KINDS] = {[COMMAND_JOB_START] = JOB_RUNNING,
                                                        [COMMAND_JOB_RESUME] = JOB_RUNNING,
                                                        [COMMAND_JOB_PAUSE] = JOB_PAUSED,
                                                        [COMMAND_JOB_STOP] = JOB_STOPPED};
    if (f->commands == 0 || f->replies == FAKE_COMMANDS)
        return;
    const struct command *c = &f->command[f->commands - 1];
    struct reply *r = &f->reply[f->replies++];
    *r = (struct reply){.ticket = c->ticket, .kind = c->kind, .ok = true, .changed = true};
    (void)str_copy(r->target, sizeof r->target, c->target);
    (void)str_format(r->text, sizeof r->text, "%s: %s.", c->target, command_name(c->kind));
    fake_schedules_carry_out(&f->schedules, c);
    fake_letters_carry_out(&f->letters, c);
    for (int32_t i = 0; i < f->job_count; i++)
        if (str_equal(f->jobs[i].name, c->target) && after[c->kind] != JOB_IDLE)
            f->jobs[i].state = after[c->kind];
}

struct source fake_console_source(struct fake_console *f)
{
    return (struct source){
        .ctx = f,
        .ready = fake_ready,
        .version = fake_version,
        .jobs = fake_jobs,
        .job_detail = fake_job_detail,
        .letter_counts = console_letter_counts,
        .letters = console_letters,
        .leads = console_leads,
        .lead_template = console_lead_template,
        .totals = fake_totals,
        .engine = fake_engine,
        .log = fake_log,
        .log_count_after = fake_log_count_after,
        .board = console_board,
        .specs = console_specs,
        .schedules = console_schedules,
        .runs = console_runs,
        .report = console_report,
        .system = fake_system,
        .zone = console_zone,
        .submit = fake_submit,
        .reply = fake_reply,
        .standing = fake_standing,
    };
}
