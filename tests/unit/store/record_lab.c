/* record_lab.c - a record for tests. The idea: everything is done through the port, so what is read
 * is what the program writes; only lab_sql() goes behind its back. */
#include "unit/store/record_lab.h"

#include "unit/cases.h"

#include "adapter/authority_sqlite.h"
#include "base/str.h"

#include <sqlite3.h>
#include <string.h>

#define OK(l, call)                                                                                \
    do {                                                                                           \
        if (!(call))                                                                               \
            fail_msg("%s: %s", #call, (l)->err.text);                                              \
    } while (0)

void lab_reopen(struct record_lab *l)
{
    OK(l, authority_sqlite_open(l->path, &l->clock.port, &l->a, &l->err));
    OK(l, db_open(l->path, DB_READ, &l->db, &l->err));
}

void lab_init(struct record_lab *l)
{
    memset(l, 0, sizeof *l);
    scratch_init(&l->scratch);
    (void)str_copy(l->path, sizeof l->path, scratch_path(&l->scratch, "autopilot.db"));
    fake_clock_init(&l->clock);
    l->engine = uuid_from_bytes("engine", 6);
    l->arena = arena_init((size_t)1 << 28);
    lab_reopen(l);
    struct engine_card card = {l->engine, 1, "eu-1", 812, "0.1"};
    OK(l, l->a->ops->hello(l->a, &card, &l->err));
}

void lab_close(struct record_lab *l)
{
    if (l->a != NULL)
        l->a->ops->free(l->a);
    db_close(l->db);
    l->a = NULL;
    l->db = NULL;
}

void lab_done(struct record_lab *l)
{
    lab_close(l);
    arena_done(&l->arena);
    scratch_done(&l->scratch);
}

static int cut(char *text, char sign, char **parts, int max)
{
    int n = 0;
    for (char *at = text; at != NULL && *at != '\0' && n < max;) {
        parts[n++] = at;
        at = strchr(at, sign);
        if (at != NULL)
            *at++ = '\0';
    }
    return n;
}

struct uuid lab_job(struct record_lab *l, const char *workspace, const char *name,
                    const char *groups, int32_t loop_interval, int32_t max)
{
    enum { GROUPS = 20, TERMS = 40 };
    static const struct template_def template = {"letter", "Hello", "Dear {{company|you}}", NULL};
    char text[2000], *names[GROUPS], *words[TERMS];
    struct group_def g[GROUPS];
    struct term_def terms[GROUPS][TERMS];
    struct job_put_result result;
    (void)str_copy(text, sizeof text, groups);
    int count = cut(text, ' ', names, GROUPS);
    for (int i = 0; i < count; i++) {
        char *colon = strchr(names[i], ':');
        *colon = '\0';
        int n = cut(colon + 1, ',', words, TERMS);
        for (int t = 0; t < n; t++)
            terms[i][t].text = words[t];
        g[i] = (struct group_def){names[i], "letter", terms[i], n};
    }
    struct job_def def = {.name = name,
                          .workspace = workspace,
                          .distribution = DISTRIBUTION_RANDOM,
                          .loop_interval = loop_interval,
                          .max_emails_per_group = max,
                          .provider = "local",
                          .variations = 2,
                          .has_seed = true,
                          .seed = 7,
                          .groups = g,
                          .group_count = count,
                          .templates = &template,
                          .template_count = 1};
    OK(l, l->a->ops->workspace_put(l->a, "ana", workspace, &l->err));
    OK(l, l->a->ops->job_put(l->a, "ana", &def, -1, &result, &l->err));
    return result.job;
}

void lab_control(struct record_lab *l, const char *workspace, const char *name, enum control what,
                 enum mail_mode mode)
{
    struct job_ref ref = {workspace, name};
    bool changed;
    OK(l, l->a->ops->job_control(l->a, "ana", &ref, what, mode, &changed, &l->err));
}

bool lab_work(struct record_lab *l)
{
    struct move move;
    for (;;) {
        OK(l, l->a->ops->job_load(l->a, l->lease.job, &l->arena, &l->plan, &l->err));
        rotation_next(l->plan, 3, &move);
        if (move.kind == MOVE_WORK)
            break;
        OK(l, l->a->ops->job_move(l->a, &l->lease, l->plan, &move, 0, &l->err));
        if (move.kind == MOVE_COMPLETE)
            return false;
    }
    l->group_no = l->plan->groups[move.group].group_no;
    l->term_no = l->plan->terms[move.term].term_no;
    return true;
}

void lab_take(struct record_lab *l, enum mail_mode mode)
{
    bool found = false;
    OK(l,
       l->a->ops->job_acquire(l->a, l->engine, mode, (struct uuid){0}, &l->lease, &found, &l->err));
    assert_true(found);
    assert_true(lab_work(l));
}

void lab_release(struct record_lab *l, enum job_state state)
{
    struct release how = {state, 0, state == JOB_FAILED ? "the corpus is missing" : ""};
    OK(l, l->a->ops->lease_release(l->a, &l->lease, &how, &l->err));
}

void lab_find(struct record_lab *l, const char *addresses)
{
    enum { MOST = 200 };
    struct lead_found found[MOST] = {0};
    char text[MOST * 40], *parts[MOST], url[80];
    struct page_words words = {"Contact us", "Acme", "es"};
    (void)str_copy(text, sizeof text, addresses);
    int n = cut(text, ' ', parts, MOST);
    for (int i = 0; i < n; i++) {
        (void)str_copy(found[i].address, sizeof found[i].address, parts[i]);
        (void)str_copy(found[i].shown, sizeof found[i].shown, parts[i]);
        found[i].site_at = (int32_t)(strchr(parts[i], '@') - parts[i]) + 1;
    }
    (void)str_format(url, sizeof url, "corpus:page-%d.html", ++l->pages);
    struct search_page page = {.url = url, .words = &words, .leads = found, .count = n};
    struct search_result result = {.group_no = l->group_no,
                                   .term_no = l->term_no,
                                   .room = 1000000,
                                   .pages = &page,
                                   .count = 1};
    (void)str_format(result.end.result, sizeof result.end.result, "after %d", l->pages);
    OK(l, l->a->ops->search_end(l->a, &l->lease, &result, NULL, &l->taken, NULL, &l->err));
}

int32_t lab_claim(struct record_lab *l, int32_t count)
{
    struct send_want want = {.group_no = l->group_no, .term_no = l->term_no, .count = count};
    OK(l, l->a->ops->sends_exchange(l->a, &l->lease, NULL, 0, &want, &l->grant, &l->err));
    return l->grant.count;
}

int32_t lab_send(struct record_lab *l, int32_t count, enum send_state state)
{
    struct send_verdict verdicts[MAIL_BATCH_MAX] = {0};
    int32_t n = lab_claim(l, count);
    for (int32_t i = 0; i < n; i++) {
        verdicts[i].id = l->grant.rows[i].id;
        verdicts[i].state = state;
        verdicts[i].code = state == SEND_REJECTED ? 550 : 0;
        verdicts[i].retry_at_us = state == SEND_DEFERRED ? l->clock.now + 60000000 : 0;
        (void)str_copy(verdicts[i].reason, sizeof verdicts[i].reason,
                       state == SEND_REJECTED ? "no such user" : "");
    }
    OK(l, l->a->ops->sends_end(l->a, l->engine, verdicts, n, &l->err));
    return n;
}

/* --- behind everybody's back --- */

static sqlite3 *open_raw(struct record_lab *l)
{
    sqlite3 *c = NULL;
    if (sqlite3_open(l->path, &c) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(c));
    (void)sqlite3_busy_timeout(c, 3000);
    return c;
}

void lab_sql(struct record_lab *l, const char *sql)
{
    sqlite3 *c = open_raw(l);
    if (sqlite3_exec(c, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(c));
    (void)sqlite3_close(c);
}

const char *lab_text(struct record_lab *l, const char *sql)
{
    sqlite3 *c = open_raw(l);
    sqlite3_stmt *st = NULL;
    if (sqlite3_prepare_v2(c, sql, -1, &st, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(c));
    const unsigned char *text = NULL;
    if (sqlite3_step(st) == SQLITE_ROW)
        text = sqlite3_column_text(st, 0);
    const char *copy = arena_text(&l->arena, text != NULL ? (const char *)text : "");
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(c);
    assert_non_null(copy);
    return copy;
}

int64_t lab_number(struct record_lab *l, const char *sql)
{
    int64_t n = INT64_MIN;
    const char *text = lab_text(l, sql);
    if (!str_int(text, INT64_MIN, INT64_MAX, &n))
        fail_msg("%s: \"%s\" is no number", sql, text);
    return n;
}
