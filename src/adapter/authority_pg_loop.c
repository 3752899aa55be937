/* authority_pg_loop.c - loads a job's plan and makes the moves of its rotation
 * (sql/postgres/functions/04_loop.sql). */
#include "authority_pg.h"

#include "base/str.h"

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: the job's plan does not fit into memory");
}

/* --- the plan --- */

static bool read_job(const json_t *j, struct arena *arena, struct plan *p)
{
    p->job_name = arena_text(arena, pg_get_text(j, "name"));
    p->workspace = arena_text(arena, pg_get_text(j, "workspace"));
    p->provider = arena_text(arena, pg_get_text(j, "provider"));
    p->rev = pg_get_int(j, "rev");
    p->loop_interval = (int32_t)pg_get_int(j, "loop_interval");
    p->max_emails_per_group = (int32_t)pg_get_int(j, "max");
    p->variations = (int32_t)pg_get_int(j, "variations");
    p->loop_automation = pg_get_bool(j, "loop");
    p->one_lead_per_domain = pg_get_bool(j, "one");
    p->seed = (uint64_t)pg_get_int(j, "seed");
    p->cycle = (int32_t)pg_get_int(j, "cycle");
    p->cycle_ended = pg_get_bool(j, "ended");
    p->draws = (int32_t)pg_get_int(j, "draws");
    p->rested = pg_get_bool(j, "rested");
    p->total = pg_get_int(j, "total");
    return distribution_parse(pg_get_text(j, "distribution"), &p->distribution) &&
           mail_mode_parse(pg_get_text(j, "mode"), &p->mode) &&
           recontact_parse(pg_get_text(j, "recontact"), &p->recontact);
}

static bool read_group(const json_t *row, struct arena *arena, struct plan_group *g)
{
    const char *name, *template_name, *state;
    if (json_unpack((json_t *)row, "[i,s,s,s,i,i,i]", &g->group_no, &name, &template_name, &state,
                    &g->counted, &g->pass, &g->draw_no) != 0)
        return false;
    g->name = arena_text(arena, name);
    g->template_name = arena_text(arena, template_name);
    return g->name != NULL && g->template_name != NULL && group_state_parse(state, &g->state);
}

static bool read_term(const json_t *row, struct arena *arena, int32_t *ret_group,
                      struct plan_term *t)
{
    const char *text, *state, *result;
    int first, ended;
    if (json_unpack((json_t *)row, "[i,i,s,s,i,i,i,i,i,b,i,s,i,b,i]", ret_group, &t->term_no, &text,
                    &state, &t->counted, &t->target, &t->queued, &t->deferred, &t->failures, &first,
                    &t->cursor.variation, &result, &t->cursor.address, &ended,
                    &t->deferred_due) != 0)
        return false;
    t->first = first != 0;
    t->cursor.ended = ended != 0;
    t->text = arena_text(arena, text);
    return t->text != NULL && term_state_parse(state, &t->state) &&
           str_copy(t->cursor.result, sizeof t->cursor.result, result);
}

/* Terms come group after group, in the order of the groups. */
static bool read_rows(const json_t *groups, const json_t *terms, struct arena *arena,
                      struct plan *p)
{
    int32_t group_no, at = 0;
    for (int32_t i = 0; i < p->group_count; i++)
        if (!read_group(json_array_get(groups, (size_t)i), arena, &p->groups[i]))
            return false;
    for (int32_t i = 0; i < p->term_count; i++) {
        if (!read_term(json_array_get(terms, (size_t)i), arena, &group_no, &p->terms[i]))
            return false;
        while (at < p->group_count && p->groups[at].group_no != group_no)
            at++;
        if (at == p->group_count)
            return false;
        if (p->groups[at].terms++ == 0)
            p->groups[at].first_term = i;
    }
    return true;
}

static struct plan *read_plan(const json_t *answer, struct arena *arena)
{
    const json_t *groups = json_object_get(answer, "groups");
    const json_t *terms = json_object_get(answer, "terms");
    struct plan *p = arena_array(arena, 1, sizeof *p);
    if (p == NULL || !read_job(answer, arena, p))
        return NULL;
    p->group_count = (int32_t)json_array_size(groups);
    p->term_count = (int32_t)json_array_size(terms);
    p->groups = arena_array(arena, (size_t)p->group_count, sizeof *p->groups);
    p->terms = arena_array(arena, (size_t)p->term_count, sizeof *p->terms);
    if (p->groups == NULL || p->terms == NULL || !read_rows(groups, terms, arena, p))
        return NULL;
    return p;
}

static void keep_plan(struct pgauth *a, struct uuid job, json_t *plan)
{
    json_decref(a->plan);
    a->plan = plan;
    a->plan_job = job;
    a->plan_at = pgauth_asked(a);
}

/* The plan that the move just before brought along; NULL: there is none. */
static json_t *take_plan(struct pgauth *a, struct uuid job)
{
    json_t *plan = a->plan;
    a->plan = NULL;
    if (plan != NULL && uuid_equal(a->plan_job, job) && a->plan_at == pgauth_asked(a))
        return plan;
    json_decref(plan);
    return NULL;
}

bool pgauth_load(struct authority *base, struct uuid job, struct arena *arena, struct plan **ret,
                 struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer = take_plan(a, job);
    if (answer == NULL &&
        !pg_ask(&a->ask, "job_load", json_pack("{s:o}", "job", pg_name(job)), &answer, err))
        return false;
    struct plan *p = read_plan(answer, arena);
    if (p == NULL)
        return pg_ask_odd("job_load", answer, err);
    json_decref(a->words);
    a->words = json_incref(json_object_get(answer, "words"));
    a->words_job = job;
    json_decref(answer);
    p->job = job;
    *ret = p;
    return true;
}

/* --- texts --- */

/* The template that the claim just before brought along or confirmed; NULL: there is none. */
static json_t *claimed_with(const struct pgauth *a, struct uuid job, int32_t group_no)
{
    bool is_it = a->letter != NULL && a->letter_at == pgauth_asked(a) &&
                 uuid_equal(a->letter_job, job) && a->letter_group == group_no;
    return is_it ? json_incref(a->letter) : NULL;
}

bool pgauth_template_load(struct authority *base, struct uuid job, int32_t group_no,
                          struct arena *arena, struct template_def *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer = claimed_with(a, job, group_no);
    json_t *q = json_pack("{s:o,s:i}", "job", pg_name(job), "group", group_no);
    if (answer != NULL)
        json_decref(q);
    else if (!pg_ask(&a->ask, "template_load", q, &answer, err))
        return false;
    struct template_def t = {.name = arena_text(arena, pg_get_text(answer, "name")),
                             .subject = arena_text(arena, pg_get_text(answer, "subject")),
                             .text = arena_text(arena, pg_get_text(answer, "text")),
                             .html = arena_text(arena, pg_get_text(answer, "html"))};
    json_decref(answer);
    if (t.name == NULL || t.subject == NULL || t.text == NULL || t.html == NULL)
        return no_memory(err);
    *ret = t;
    return true;
}

/* NULL: the plan did not bring them along. */
static const json_t *loaded_words(const struct pgauth *a, struct uuid job, int32_t term_no)
{
    char number[12];
    (void)str_format(number, sizeof number, "%d", term_no); /* it fits */
    return uuid_equal(a->words_job, job) ? json_object_get(a->words, number) : NULL;
}

bool pgauth_variation_load(struct authority *base, struct uuid job, int32_t term_no, int32_t k,
                           char ret[TERM_MAX_BYTES + 1], struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const json_t *words = loaded_words(a, job, term_no);
    json_t *answer;
    if (words != NULL) {
        char number[12];
        (void)str_format(number, sizeof number, "%d", k);                    /* it fits */
        (void)str_copy(ret, TERM_MAX_BYTES + 1, pg_get_text(words, number)); /* it was put whole */
        return true;
    }
    json_t *q = json_pack("{s:o,s:i,s:i}", "job", pg_name(job), "term", term_no, "k", k);
    if (!pg_ask(&a->ask, "variation_load", q, &answer, err))
        return false;
    (void)str_copy(ret, TERM_MAX_BYTES + 1, pg_get_text(answer, "text")); /* it was put whole */
    json_decref(answer);
    return true;
}

/* --- moves --- */

/* What the command needs to know of the group and term that the move is about. */
static json_t *about(const struct plan *plan, const struct move *move)
{
    const struct plan_group *g =
        move->group >= 0 && move->group < plan->group_count ? &plan->groups[move->group] : NULL;
    const struct plan_term *t =
        move->term >= 0 && move->term < plan->term_count ? &plan->terms[move->term] : NULL;
    bool ends = move->kind == MOVE_TERM_END;
    return json_pack("{s:i,s:i,s:i,s:i,s:i,s:s,s:s}", "group", g != NULL ? g->group_no : 0, "term",
                     t != NULL ? t->term_no : 0, "draw", move->draw, "cycle", move->cycle, "pass",
                     g != NULL ? g->pass : 0, "old", t != NULL ? term_state_name(t->state) : "",
                     "new", term_state_name(ends ? move->term_end : TERM_RUNNING));
}

/* After these a lane loads the plan again, because the database dealt or counted anew. */
static bool is_loaded_after(enum move_kind kind)
{
    return kind == MOVE_CYCLE || kind == MOVE_GROUP || kind == MOVE_TERM;
}

static json_t *question(const struct lease *lease, const struct plan *plan, const struct move *move,
                        int64_t rest_until_us)
{
    static const char *const words[MOVE_KINDS] = {
        [MOVE_CYCLE] = "cycle", [MOVE_GROUP] = "group",         [MOVE_PASS] = "pass",
        [MOVE_TERM] = "term",   [MOVE_WORK] = "work",           [MOVE_TERM_END] = "term_end",
        [MOVE_REST] = "rest",   [MOVE_GROUP_END] = "group_end", [MOVE_COMPLETE] = "complete"};
    json_t *q = json_pack("{s:s,s:I,s:b,s:{s:i,s:b,s:i,s:I,s:s}}", "move",
                          move->kind < MOVE_KINDS ? words[move->kind] : "?", "rest_until",
                          (json_int_t)rest_until_us, "load", is_loaded_after(move->kind), "seen",
                          "cycle", plan->cycle, "ended", plan->cycle_ended, "draws", plan->draws,
                          "rev", (json_int_t)plan->rev, "mode", mail_mode_name(plan->mode));
    return pgauth_with(pgauth_with(pgauth_lease(lease), q), about(plan, move));
}

bool pgauth_move(struct authority *base, const struct lease *lease, const struct plan *plan,
                 const struct move *move, int64_t rest_until_us, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    if (!pg_ask(&a->ask, "job_move", question(lease, plan, move, rest_until_us), &answer, err))
        return false;
    if (is_loaded_after(move->kind))
        keep_plan(a, lease->job, answer);
    else
        json_decref(answer);
    return true;
}
