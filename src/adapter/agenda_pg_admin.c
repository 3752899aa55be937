/* agenda_pg_admin.c - what operators define: specifications, schedules and templates of schedules,
 * as a whole (sql/postgres/functions/36_specs.sql, 37_schedules.sql).
 *
 * What is JSON goes and comes as text, and is JSON in the server; what comes back is in its
 * shortest form, with the keys in the server's order. */
#include "agenda_pg_gate.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/job.h"

#include <string.h>

static bool name_ok(const char *thing, const char *name, struct err *err)
{
    return job_name_ok(name) ||
           err_set(err, ERR_REFUSED,
                   "%s: the name must have 1 to %d bytes and no control characters", thing,
                   NAME_MAX_BYTES);
}

static json_t *new_id(const struct pgagenda *a, int64_t rev)
{
    return json_pack("{s:o,s:I}", "new_id", pg_name(pgagenda_new_id(a)), "rev", (json_int_t)rev);
}

/* --- specifications --------------------------------------------------------------------------- */

bool pgagenda_spec_put(struct agenda *base, const char *actor, const struct spec_put *put,
                       int64_t rev, enum put_answer *ret, struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    const struct agenda_ref ref = {put->workspace, put->name};
    json_t *answer;
    if (!name_ok("specification", put->name, err))
        return false;
    json_t *more = json_pack("{s:b,s:o,s:o}", "active", put->active, "frequency",
                             pg_words(put->frequency), "definition", pg_words(put->definition));
    json_t *q = pgauth_with(pgagenda_question(a, actor, &ref), new_id(a, rev));
    return pgagenda_ask(a, "spec_put", pgauth_with(q, more), &answer, "specification", &ref, err) &&
           pgagenda_read_put("spec_put", answer, ret, err);
}

bool pgagenda_spec_delete(struct agenda *base, const char *actor, const struct agenda_ref *spec,
                          struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    return pgagenda_ask(a, "spec_delete", pgagenda_question(a, actor, spec), NULL, "specification",
                        spec, err);
}

/* --- schedules -------------------------------------------------------------------------------- */

/* Names, one a line, as an array. *ret: NULL without memory. */
static bool lines_of(const char *lines, json_t **ret, struct err *err)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = lines != NULL ? lines : "";
    json_t *names = json_array();
    bool ok = names != NULL;
    while (ok && *at != '\0') {
        if (!schedule_next_name(&at, name)) {
            json_decref(names);
            return err_set(err, ERR_REFUSED, "schedule: the name of a specification is too long");
        }
        ok = json_array_append_new(names, pg_words(name)) == 0;
    }
    *ret = ok ? names : NULL;
    if (!ok)
        json_decref(names);
    return true;
}

/* NULL when there is none. */
static json_t *text_or_null(const char *text)
{
    return pg_words_or_null(text != NULL && text[0] != '\0' ? text : NULL);
}

static json_t *definition(const struct schedule_def *def, json_t *further)
{
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "specification",
                     pg_words(def->specification), "further", further, "after",
                     text_or_null(def->after), "type", pg_words(def->type), "config",
                     pg_words(def->config), "categories", text_or_null(def->categories), "regions",
                     text_or_null(def->regions), "cadence", text_or_null(def->cadence), "notes",
                     pg_words(def->notes), "enabled", def->enabled);
}

static json_t *put_question(const struct pgagenda *a, const char *actor,
                            const struct schedule_def *def, json_t *further, int64_t next_us,
                            int64_t rev)
{
    const struct agenda_ref ref = {def->workspace, def->name};
    json_t *more =
        json_pack("{s:i,s:i,s:I,s:o}", "create_per_hour", a->rules.create_per_hour, "specs_max",
                  SCHEDULE_SPECS_MAX, "next", (json_int_t)next_us, "def", definition(def, further));
    json_t *q = pgauth_with(pgagenda_question(a, actor, &ref), new_id(a, rev));
    return pgauth_with(q, more);
}

/* Is this the specification that the sentence says is not there? */
static bool is_missed(const struct err *why, const char *name)
{
    char shown[NAME_MAX_BYTES + 1], words[NAME_MAX_BYTES + 32];
    text_screen_to(shown, sizeof shown, name);
    return str_format(words, sizeof words, "no specification \"%s\" in", shown) &&
           strstr(why->text, words) != NULL;
}

/* Adds the nearest name of the one that a definition named in vain: the workspace, the schedule to
 * follow, or one of its specifications. Always false. */
static bool say_missed(const struct pgagenda *a, const struct schedule_def *def, struct err *why,
                       struct err *err)
{
    char further[NAME_MAX_BYTES + 1];
    const char *at = def->further != NULL ? def->further : "", *of = "specification";
    const char *name = def->specification;
    if (str_starts(why->text, "workspace:")) {
        of = "workspace";
        name = def->workspace;
    } else if (str_starts(why->text, "schedule:") && def->after != NULL) {
        of = "schedule";
        name = def->after;
    } else {
        while (!is_missed(why, name) && schedule_next_name(&at, further))
            name = further;
    }
    (void)pg_ask_near(&a->ask, of, def->workspace, name, why); /* always false */
    return err_set(err, why->kind, "%s", why->text);
}

bool pgagenda_schedule_put(struct agenda *base, const char *actor, const struct schedule_def *def,
                           int64_t next_us, int64_t rev, enum put_answer *ret, struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    struct err why = {0};
    json_t *further, *answer;
    if (!name_ok("schedule", def->name, err) || !lines_of(def->further, &further, err))
        return false;
    json_t *q = put_question(a, actor, def, further, next_us, rev);
    if (pg_ask(&a->ask, "schedule_put", q, &answer, &why))
        return pgagenda_read_put("schedule_put", answer, ret, err);
    return pg_ask_is_missing(&a->ask) ? say_missed(a, def, &why, err)
                                      : err_set(err, why.kind, "%s", why.text);
}

/* --- a definition as it is stored --- */

static bool copy_text(const json_t *j, const char *key, struct arena *arena, const char **ret)
{
    *ret = arena_text(arena, pg_get_text(j, key));
    return *ret != NULL;
}

/* NULL where there is none. */
static bool copy_or_null(const json_t *j, const char *key, struct arena *arena, const char **ret)
{
    *ret = NULL;
    return !json_is_string(json_object_get(j, key)) || copy_text(j, key, arena, ret);
}

static bool read_def(const json_t *j, const struct agenda_ref *ref, struct arena *arena,
                     struct schedule_def *ret)
{
    *ret = (struct schedule_def){.workspace = arena_text(arena, ref->workspace),
                                 .name = arena_text(arena, ref->name),
                                 .enabled = pg_get_bool(j, "enabled")};
    return ret->workspace != NULL && ret->name != NULL &&
           copy_text(j, "specification", arena, &ret->specification) &&
           copy_text(j, "frequency", arena, &ret->frequency) &&
           copy_text(j, "type", arena, &ret->type) && copy_text(j, "notes", arena, &ret->notes) &&
           copy_text(j, "config", arena, &ret->config) &&
           copy_or_null(j, "categories", arena, &ret->categories) &&
           copy_or_null(j, "regions", arena, &ret->regions) &&
           copy_or_null(j, "cadence", arena, &ret->cadence) &&
           copy_or_null(j, "further", arena, &ret->further) &&
           copy_or_null(j, "after", arena, &ret->after);
}

bool pgagenda_schedule_get(struct agenda *base, const struct agenda_ref *schedule,
                           struct arena *arena, struct schedule_def *ret, int64_t *ret_rev,
                           struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    struct schedule_def def;
    json_t *answer;
    json_t *q = json_pack("{s:o,s:o}", "workspace", pg_words(schedule->workspace), "name",
                          pg_words(schedule->name));
    if (!pgagenda_ask(a, "schedule_get", q, &answer, "schedule", schedule, err))
        return false;
    bool ok = read_def(answer, schedule, arena, &def);
    int64_t rev = pg_get_int(answer, "rev");
    json_decref(answer);
    if (!ok)
        return err_set(err, ERR_STOP, "schedule: out of memory for its definition");
    *ret = def;
    *ret_rev = rev;
    return true;
}

bool pgagenda_schedule_delete(struct agenda *base, const char *actor,
                              const struct agenda_ref *schedule, struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    return pgagenda_ask(a, "schedule_delete", pgagenda_question(a, actor, schedule), NULL,
                        "schedule", schedule, err);
}

/* --- templates of schedules ------------------------------------------------------------------- */

/* What is built in has its name for itself. */
static bool is_own_name(const char *name, struct err *err)
{
    if (schedule_template_named(name) != NULL)
        return err_set(err, ERR_REFUSED,
                       "schedule template: \"%s\" is built in and stays as it is; choose another "
                       "name",
                       name);
    return name_ok("schedule template", name, err);
}

bool pgagenda_template_put(struct agenda *base, const char *actor,
                           const struct schedule_template *put, int64_t rev, enum put_answer *ret,
                           struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    const struct agenda_ref ref = {put->workspace, put->name};
    json_t *answer;
    if (!is_own_name(put->name, err))
        return false;
    json_t *def = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "type", pg_words(put->type), "config",
                            pg_words(put->config), "categories", text_or_null(put->categories),
                            "regions", text_or_null(put->regions), "cadence",
                            pg_words_or_null(put->cadence), "notes", pg_words(put->notes));
    json_t *q = pgauth_with(pgagenda_question(a, actor, &ref), new_id(a, rev));
    q = pgauth_with(q, json_pack("{s:o}", "def", def));
    return pgagenda_ask(a, "schedule_template_put", q, &answer, "workspace", &ref, err) &&
           pgagenda_read_put("schedule_template_put", answer, ret, err);
}

bool pgagenda_template_delete(struct agenda *base, const char *actor, const struct agenda_ref *ref,
                              struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    if (!is_own_name(ref->name, err))
        return false;
    return pgagenda_ask(a, "schedule_template_delete", pgagenda_question(a, actor, ref), NULL,
                        "workspace", ref, err);
}
