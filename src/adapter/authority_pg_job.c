/* authority_pg_job.c - a job's definition, put and got as a whole
 * (sql/postgres/functions/07_job.sql).
 *
 * Variations of terms are a function of the seed that lives here (domain/variation.h), so they are
 * made here and sent along; the seed of a job that is there is asked for first. */
#include "authority_pg.h"

#include "base/clock.h"
#include "base/rng.h"
#include "domain/variation.h"

/* --- put --- */

static json_t *variations_of(uint64_t seed, const char *text, int32_t count)
{
    json_t *ret = json_array();
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    bool ok = ret != NULL;
    for (int k = 1; ok && k <= count; k++) {
        buf_clear(&out);
        if (!variation_text(seed, text, k, &out))
            break; /* the term has no more */
        /* One that is too long to be asked ends the list, as if there were no more. */
        if (!buf_ok(&out) || out.len > TERM_MAX_BYTES)
            break;
        ok = json_array_append_new(ret, pg_words(buf_text(&out))) == 0;
    }
    buf_done(&out);
    if (ok)
        return ret;
    json_decref(ret);
    return NULL;
}

static json_t *group_of(const struct job_def *def, const struct group_def *g, uint64_t seed)
{
    json_t *terms = json_array();
    for (int32_t i = 0; terms != NULL && i < g->term_count; i++) {
        const char *text = g->terms[i].text;
        json_t *one = json_pack("{s:o,s:o}", "text", pg_words(text), "variations",
                                variations_of(seed, text, def->variations));
        if (json_array_append_new(terms, one) != 0) {
            json_decref(terms);
            return NULL;
        }
    }
    return json_pack("{s:o,s:o,s:o}", "name", pg_words(g->name), "template",
                     pg_words(g->template_name), "terms", terms);
}

static json_t *groups_of(const struct job_def *def, uint64_t seed)
{
    json_t *ret = json_array();
    for (int32_t i = 0; ret != NULL && i < def->group_count; i++)
        if (json_array_append_new(ret, group_of(def, &def->groups[i], seed)) != 0) {
            json_decref(ret);
            return NULL;
        }
    return ret;
}

static json_t *templates_of(const struct job_def *def)
{
    json_t *ret = json_array();
    for (int32_t i = 0; ret != NULL && i < def->template_count; i++) {
        const struct template_def *t = &def->templates[i];
        json_t *one =
            json_pack("{s:o,s:o,s:o,s:o}", "name", pg_words(t->name), "subject",
                      pg_words(t->subject), "text", pg_words(t->text), "html", pg_words(t->html));
        if (json_array_append_new(ret, one) != 0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

static json_t *definition(const struct job_def *d, uint64_t seed)
{
    return json_pack("{s:s,s:i,s:i,s:b,s:o,s:i,s:I,s:s,s:b,s:o,s:o}", "distribution",
                     distribution_name(d->distribution), "loop_interval", d->loop_interval, "max",
                     d->max_emails_per_group, "loop", d->loop_automation, "provider",
                     pg_words(d->provider), "variations", d->variations, "seed", (json_int_t)seed,
                     "recontact", recontact_name(d->recontact), "one", d->one_lead_per_domain,
                     "groups", groups_of(d, seed), "templates", templates_of(d));
}

/* The seed that the definition gives, the stored one, or a fresh one. */
static bool seed_of(const struct pgauth *a, const struct job_def *def, uint64_t *ret,
                    struct err *err)
{
    json_t *answer;
    if (def->has_seed) {
        *ret = def->seed;
        return true;
    }
    json_t *q =
        json_pack("{s:o,s:o}", "workspace", pg_words(def->workspace), "name", pg_words(def->name));
    if (!pg_ask(&a->ask, "job_seed", q, &answer, err))
        return false;
    if (json_is_integer(json_object_get(answer, "seed")))
        *ret = (uint64_t)pg_get_int(answer, "seed");
    else
        rng_secure(ret, sizeof *ret);
    json_decref(answer);
    return true;
}

static int32_t terms_in(const struct job_def *def)
{
    int32_t n = 0;
    for (int32_t i = 0; i < def->group_count; i++)
        n += def->groups[i].term_count;
    return n;
}

static bool read_put(json_t *answer, const struct job_def *def, struct job_put_result *ret,
                     struct err *err)
{
    struct job_put_result r = {.created = pg_get_bool(answer, "created"),
                               .changed = pg_get_bool(answer, "changed"),
                               .groups = def->group_count,
                               .terms = terms_in(def),
                               .templates = def->template_count,
                               .groups_removed = (int32_t)pg_get_int(answer, "groups_removed"),
                               .terms_removed = (int32_t)pg_get_int(answer, "terms_removed")};
    if (!pg_get_uuid(answer, "job", &r.job))
        return pg_ask_odd("job_put", answer, err);
    json_decref(answer);
    *ret = r;
    return true;
}

bool pgauth_job_put(struct authority *base, const char *actor, const struct job_def *def,
                    int64_t rev, struct job_put_result *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {def->workspace, def->name};
    const struct pg_thing thing = {"job", def->workspace, def->name};
    uint64_t seed = 0;
    json_t *answer;
    if (!job_check(def, err) || !seed_of(a, def, &seed, err))
        return false;
    json_t *more = json_pack("{s:I,s:o,s:b,s:o}", "rev", (json_int_t)rev, "new_id",
                             pg_name(uuid_new_v7(clock_now_us())), "has_seed", def->has_seed, "def",
                             definition(def, seed));
    json_t *q = pgauth_with(pgauth_ref(actor, &ref), more);
    return pg_ask_named(&a->ask, "job_put", q, &answer, &thing, err) &&
           read_put(answer, def, ret, err);
}

/* --- get --- */

static bool read_terms(const json_t *texts, struct arena *arena, struct group_def *g)
{
    g->term_count = (int32_t)json_array_size(texts);
    struct term_def *terms = arena_array(arena, (size_t)g->term_count, sizeof *terms);
    if (terms == NULL)
        return false;
    for (int32_t i = 0; i < g->term_count; i++) {
        terms[i].text = arena_text(arena, json_string_value(json_array_get(texts, (size_t)i)));
        if (terms[i].text == NULL)
            return false;
    }
    g->terms = terms;
    return true;
}

static bool read_groups(const json_t *rows, struct arena *arena, struct job_def *def)
{
    def->group_count = (int32_t)json_array_size(rows);
    struct group_def *g = arena_array(arena, (size_t)def->group_count, sizeof *g);
    if (g == NULL)
        return false;
    for (int32_t i = 0; i < def->group_count; i++) {
        const json_t *row = json_array_get(rows, (size_t)i);
        g[i].name = arena_text(arena, pg_get_text(row, "name"));
        g[i].template_name = arena_text(arena, pg_get_text(row, "template"));
        if (g[i].name == NULL || g[i].template_name == NULL ||
            !read_terms(json_object_get(row, "terms"), arena, &g[i]))
            return false;
    }
    def->groups = g;
    return true;
}

static bool read_templates(const json_t *rows, struct arena *arena, struct job_def *def)
{
    def->template_count = (int32_t)json_array_size(rows);
    struct template_def *t = arena_array(arena, (size_t)def->template_count, sizeof *t);
    if (t == NULL)
        return false;
    for (int32_t i = 0; i < def->template_count; i++) {
        const json_t *row = json_array_get(rows, (size_t)i);
        t[i] = (struct template_def){.name = arena_text(arena, pg_get_text(row, "name")),
                                     .subject = arena_text(arena, pg_get_text(row, "subject")),
                                     .text = arena_text(arena, pg_get_text(row, "text")),
                                     .html = arena_text(arena, pg_get_text(row, "html"))};
        if (t[i].name == NULL || t[i].subject == NULL || t[i].text == NULL || t[i].html == NULL)
            return false;
    }
    def->templates = t;
    return true;
}

static struct job_def *read_def(const json_t *j, const struct job_ref *ref, struct arena *arena)
{
    struct job_def *def = arena_array(arena, 1, sizeof *def);
    if (def == NULL)
        return NULL;
    def->name = arena_text(arena, ref->name);
    def->workspace = arena_text(arena, ref->workspace);
    def->provider = arena_text(arena, pg_get_text(j, "provider"));
    def->loop_interval = (int32_t)pg_get_int(j, "loop_interval");
    def->max_emails_per_group = (int32_t)pg_get_int(j, "max");
    def->loop_automation = pg_get_bool(j, "loop");
    def->variations = (int32_t)pg_get_int(j, "variations");
    def->has_seed = true;
    def->seed = (uint64_t)pg_get_int(j, "seed");
    def->one_lead_per_domain = pg_get_bool(j, "one");
    bool ok = def->name != NULL && def->workspace != NULL && def->provider != NULL &&
              distribution_parse(pg_get_text(j, "distribution"), &def->distribution) &&
              recontact_parse(pg_get_text(j, "recontact"), &def->recontact) &&
              read_groups(json_object_get(j, "groups"), arena, def) &&
              read_templates(json_object_get(j, "templates"), arena, def);
    return ok ? def : NULL;
}

bool pgauth_job_get(struct authority *base, const struct job_ref *ref, struct arena *arena,
                    struct job_def **ret, int64_t *ret_rev, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct pg_thing thing = {"job", ref->workspace, ref->name};
    json_t *answer;
    if (!pg_ask_named(&a->ask, "job_get", pgauth_ref("", ref), &answer, &thing, err))
        return false;
    struct job_def *def = read_def(answer, ref, arena);
    if (def == NULL)
        return pg_ask_odd("job_get", answer, err);
    *ret_rev = pg_get_int(answer, "rev");
    json_decref(answer);
    *ret = def;
    return true;
}
