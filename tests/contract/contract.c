/* contract.c - runs the list of promises on one adapter, and the words the promises are written
 * with. */
#include "contract/contract.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- running -----------------------------------------------------------------------------------*/

static struct uuid engine_named(const char *name)
{
    return uuid_from_bytes(name, strlen(name));
}

static void hello(struct ct *c, struct uuid id)
{
    struct engine_card card = {id, 1, "here", 1, "test"};
    if (!c->a->ops->hello(c->a, &card, &c->err))
        fail_msg("%s", c->err.text);
}

static void run_promise(void **state)
{
    const struct ct_maker *maker = ((void **)*state)[0];
    const struct ct_promise *promise = ((void **)*state)[1];
    struct ct *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->maker = maker;
    c->record = maker->record_new();
    assert_non_null(c->record);
    fake_clock_init(&c->clock);
    ct_lane(c);
    c->arena = arena_init((size_t)1 << 28);
    c->engine = engine_named("engine");
    c->other = engine_named("other");
    hello(c, c->engine);
    hello(c, c->other);
    promise->keep(c);
    char text[CT_TEXT] = "";
    if (!maker->check(c->record, text, sizeof text))
        fail_msg("%s: afterwards: %s", promise->name, text);
    for (int32_t i = 0; i < c->lane_count; i++)
        c->lanes[i]->ops->free(c->lanes[i]);
    maker->record_free(c->record);
    arena_done(&c->arena);
    free(c);
}

enum { PROMISES_MAX = 300 };

int contract_run(const struct ct_maker *maker)
{
    const struct {
        const struct ct_promise *promises;
        int count;
    } lists[] = {
        {ct_lease_promises, ct_lease_count},   {ct_loop_promises, ct_loop_count},
        {ct_search_promises, ct_search_count}, {ct_first_promises, ct_first_count},
        {ct_send_promises, ct_send_count},     {ct_doubt_promises, ct_doubt_count},
        {ct_window_promises, ct_window_count}, {ct_operator_promises, ct_operator_count},
        {ct_heard_promises, ct_heard_count},   {ct_import_promises, ct_import_count},
    };
    struct CMUnitTest tests[PROMISES_MAX];
    const void *about[PROMISES_MAX][2];
    size_t count = 0;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++) {
        for (int i = 0; i < lists[l].count && count < PROMISES_MAX; i++, count++) {
            about[count][0] = maker;
            about[count][1] = &lists[l].promises[i];
            tests[count] = (struct CMUnitTest){lists[l].promises[i].name, run_promise, NULL, NULL,
                                               (void *)about[count]};
        }
    }
    return _cmocka_run_group_tests(maker->kind, tests, count, NULL, NULL);
}

/* --- jobs --------------------------------------------------------------------------------------*/

/* Cuts text at each sign; returns how many parts. */
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

bool ct_put(struct ct *c, const struct ct_spec *spec, int64_t rev, struct job_put_result *ret)
{
    enum { GROUPS = 20, TERMS = 40 };
    static const struct template_def template = {"letter", "Hello", "Dear {{company|you}}", NULL};
    char text[2000];
    char *names[GROUPS], *words[TERMS];
    struct group_def groups[GROUPS];
    struct term_def terms[GROUPS][TERMS];
    struct job_def def = {
        .name = spec->name != NULL ? spec->name : "job",
        .workspace = spec->workspace != NULL ? spec->workspace : "w",
        .distribution = spec->distribution,
        .loop_interval = spec->loop_interval != 0 ? spec->loop_interval : 10,
        .max_emails_per_group = spec->max != 0 ? spec->max : 100,
        .loop_automation = spec->loop,
        .provider = "local",
        .variations = spec->variations,
        .has_seed = spec->seed != 0,
        .seed = spec->seed,
        .recontact = spec->recontact,
        .one_lead_per_domain = spec->one_per_domain,
        .groups = groups,
        .templates = &template,
        .template_count = 1,
    };
    (void)str_copy(text, sizeof text, spec->groups != NULL ? spec->groups : "g1:t1,t2");
    def.group_count = cut(text, ' ', names, GROUPS);
    for (int32_t g = 0; g < def.group_count; g++) {
        char *colon = strchr(names[g], ':');
        *colon = '\0';
        int n = cut(colon + 1, ',', words, TERMS);
        for (int t = 0; t < n; t++)
            terms[g][t].text = words[t];
        groups[g] = (struct group_def){names[g], "letter", terms[g], n};
    }
    assert_true(c->a->ops->workspace_put(c->a, "ana", def.workspace, &c->err));
    return c->a->ops->job_put(c->a, "ana", &def, rev, ret, &c->err);
}

void ct_job(struct ct *c, const struct ct_spec *spec)
{
    struct job_put_result result;
    if (!ct_put(c, spec, -1, &result))
        fail_msg("job_put: %s", c->err.text);
    c->job = result.job;
    c->ref.workspace = spec->workspace != NULL ? spec->workspace : "w";
    c->ref.name = spec->name != NULL ? spec->name : "job";
}

bool ct_control(struct ct *c, enum control what, enum mail_mode mode, bool *ret_changed)
{
    bool changed = false;
    bool ok = c->a->ops->job_control(c->a, "ana", &c->ref, what, mode, &changed, &c->err);
    if (ok && ret_changed != NULL)
        *ret_changed = changed;
    return ok;
}

void ct_start(struct ct *c, enum mail_mode mode)
{
    if (!ct_control(c, CONTROL_START, mode, NULL))
        fail_msg("start: %s", c->err.text);
}

bool ct_acquire(struct ct *c, struct uuid engine, enum mail_mode mode, struct lease *ret)
{
    bool found = false;
    if (!c->a->ops->job_acquire(c->a, engine, mode, (struct uuid){0}, ret, &found, &c->err))
        fail_msg("job_acquire: %s", c->err.text);
    return found;
}

void ct_lane(struct ct *c)
{
    assert_in_range(c->lane_count, 0, CT_LANES - 1);
    c->a = c->maker->open(c->record, &c->clock.port);
    assert_non_null(c->a);
    c->lanes[c->lane_count++] = c->a;
}

void ct_take(struct ct *c, enum mail_mode mode)
{
    ct_lane(c);
    assert_true(ct_acquire(c, c->engine, mode, &c->lease));
    assert_true(uuid_equal(c->lease.job, c->job));
    (void)ct_load(c);
}

void ct_release(struct ct *c, enum job_state state, int64_t wait_until_us)
{
    struct release how = {state, wait_until_us, state == JOB_FAILED ? "it broke" : ""};
    if (!c->a->ops->lease_release(c->a, &c->lease, &how, &c->err))
        fail_msg("lease_release: %s", c->err.text);
}

const struct plan *ct_load(struct ct *c)
{
    if (!c->a->ops->job_load(c->a, c->job, &c->arena, &c->plan, &c->err))
        fail_msg("job_load: %s", c->err.text);
    return c->plan;
}

bool ct_step(struct ct *c)
{
    (void)ct_load(c);
    rotation_next(c->plan, 3, &c->move);
    if (c->move.kind == MOVE_WORK)
        return false;
    int64_t until = c->clock.now + INT64_C(3600) * 1000000;
    if (!c->a->ops->job_move(c->a, &c->lease, c->plan, &c->move, until, &c->err))
        fail_msg("job_move %s: %s", move_name(c->move.kind), c->err.text);
    return true;
}

void ct_go(struct ct *c)
{
    for (int i = 0; ct_step(c); i++)
        if (i > 1000 || c->move.kind == MOVE_COMPLETE)
            fail_msg("there is no work; the last move was %s", move_name(c->move.kind));
}

void ct_begin(struct ct *c, const struct ct_spec *spec, enum mail_mode mode)
{
    ct_job(c, spec);
    ct_start(c, mode);
    ct_take(c, mode);
    ct_go(c);
}

/* --- leads and letters -------------------------------------------------------------------------*/

static int32_t parse_leads(const char *addresses, struct lead_found *leads, int32_t max)
{
    char text[4000];
    char *words[64];
    assert_true(str_copy(text, sizeof text, addresses));
    int n = cut(text, ' ', words, max);
    for (int i = 0; i < n; i++) {
        leads[i] = (struct lead_found){0};
        if (words[i][0] == '!' || words[i][0] == '?')
            leads[i].flags = words[i][0] == '!' ? LEAD_NOREPLY : LEAD_DISPOSABLE;
        (void)str_copy(leads[i].address, ADDRESS_MAX + 1, words[i] + (leads[i].flags != 0));
        (void)str_copy(leads[i].shown, ADDRESS_MAX + 1, leads[i].address);
        /* The last two labels are the site. */
        char *domain = strchr(leads[i].address, '@') + 1;
        char *dot = strrchr(domain, '.');
        while (dot > domain && dot[-1] != '.')
            dot--;
        leads[i].site_at = (int32_t)(dot - leads[i].address);
    }
    return n;
}

/* want NULL: no letters. */
static bool find(struct ct *c, const char *url, const char *addresses, int32_t room,
                 const struct send_want *want)
{
    struct lead_found leads[64];
    struct page_words words = {"A page", "A company", "en"};
    struct plan_term term = ct_term(c);
    struct search_page page = {.url = url, .words = &words, .leads = leads, .before = term.cursor};
    page.count = parse_leads(addresses, leads, 64);
    c->pages++;
    (void)str_format(page.after.result, sizeof page.after.result, "r%d", c->pages);
    struct search_result result = {.group_no = ct_group(c).group_no,
                                   .term_no = term.term_no,
                                   .room = room > 0 ? room : 1000,
                                   .pages = &page,
                                   .count = 1,
                                   .end = page.after};
    return c->a->ops->search_end(c->a, &c->lease, &result, want, &c->taken, &c->grant, &c->err);
}

bool ct_find_at(struct ct *c, const char *url, const char *addresses, int32_t room)
{
    return find(c, url, addresses, room, NULL);
}

bool ct_find(struct ct *c, const char *addresses, int32_t room)
{
    char url[64];
    (void)str_format(url, sizeof url, "http://a.example/%d", c->pages);
    return ct_find_at(c, url, addresses, room);
}

bool ct_find_want(struct ct *c, const char *addresses, struct send_want want)
{
    char url[64];
    (void)str_format(url, sizeof url, "http://a.example/%d", c->pages);
    want.group_no = ct_group(c).group_no;
    want.term_no = ct_term(c).term_no;
    return find(c, url, addresses, 0, &want);
}

bool ct_claim_paced(struct ct *c, int32_t count, int32_t per_minute, int32_t daily_cap)
{
    struct send_want want = {.group_no = ct_group(c).group_no,
                             .term_no = ct_term(c).term_no,
                             .count = count,
                             .per_minute = per_minute,
                             .daily_cap = daily_cap};
    bool ok = c->a->ops->sends_exchange(c->a, &c->lease, c->verdict, c->verdicts, &want, &c->grant,
                                        &c->err);
    c->verdicts = 0;
    return ok;
}

bool ct_claim(struct ct *c, int32_t count)
{
    return ct_claim_paced(c, count, 0, 0);
}

void ct_say(struct ct *c, int32_t i, enum send_state state)
{
    assert_true(i < c->grant.count && c->verdicts < MAIL_BATCH_MAX);
    struct send_verdict *v = &c->verdict[c->verdicts++];
    *v = (struct send_verdict){.id = c->grant.rows[i].id, .state = state};
    if (state == SEND_DEFERRED)
        v->retry_at_us = c->clock.now + INT64_C(3600) * 1000000;
}

void ct_report(struct ct *c, struct uuid engine)
{
    if (!c->a->ops->sends_end(c->a, engine, c->verdict, c->verdicts, &c->err))
        fail_msg("sends_end: %s", c->err.text);
    c->verdicts = 0;
}

void ct_contact(struct ct *c, const char *address, enum send_state state)
{
    assert_true(ct_find(c, address, 0));
    assert_int_equal(c->taken.queued, 1);
    assert_true(ct_claim(c, 1));
    assert_int_equal(c->grant.count, 1);
    ct_say(c, 0, state);
    ct_report(c, c->engine);
}

/* --- looking -----------------------------------------------------------------------------------*/

int32_t ct_rows(struct ct *c)
{
    int32_t n = c->maker->rows(c->record, c->job, c->rows, CT_ROWS);
    assert_in_range(n, 0, CT_ROWS);
    return n;
}

const struct ct_row *ct_row(struct ct *c, const char *address)
{
    int32_t n = ct_rows(c);
    for (int32_t i = 0; i < n; i++)
        if (str_equal(c->rows[i].address, address))
            return &c->rows[i];
    fail_msg("there is no row for %s", address);
    return NULL;
}

static int32_t events_of(struct ct *c, enum event_kind kind, struct ct_event *ret_last)
{
    enum { MOST = 2000 };
    struct ct_event *events = calloc(MOST, sizeof *events);
    assert_non_null(events);
    int32_t n = c->maker->events(c->record, c->job, events, MOST);
    assert_in_range(n, 0, MOST);
    int32_t found = 0;
    for (int32_t i = 0; i < n; i++) {
        if (events[i].kind == kind) {
            *ret_last = events[i];
            found++;
        }
    }
    free(events);
    return found;
}

int32_t ct_events(struct ct *c, enum event_kind kind)
{
    struct ct_event last;
    return events_of(c, kind, &last);
}

struct ct_event ct_event(struct ct *c, enum event_kind kind)
{
    struct ct_event last = {0};
    if (events_of(c, kind, &last) == 0)
        fail_msg("there is no event of kind %d", (int)kind);
    return last;
}

struct ct_facts ct_facts(struct ct *c)
{
    struct ct_facts facts = {0};
    assert_true(c->maker->facts(c->record, c->job, &facts));
    return facts;
}

int64_t ct_count(struct ct *c, enum ct_table table)
{
    return c->maker->count(c->record, table);
}

struct plan_group ct_group(struct ct *c)
{
    const struct plan *plan = ct_load(c);
    assert_in_range(c->move.group, 0, plan->group_count - 1);
    return plan->groups[c->move.group];
}

struct plan_term ct_term(struct ct *c)
{
    const struct plan *plan = ct_load(c);
    assert_in_range(c->move.term, 0, plan->term_count - 1);
    return plan->terms[c->move.term];
}
