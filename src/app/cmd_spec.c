/* cmd_spec.c - autopilot spec: import, list, show, edit, delete. */
#include "agendas.h"
#include "app/specfile.h"
#include "base/str.h"
#include "commands.h"
#include "output.h"
#include "store/names.h"
#include "store/spec_json.h"

enum { DEFINITION_MAX = 4 << 20 };

static bool put_spec(struct app *app, struct agendas *a, const struct spec_def *def, int64_t rev,
                     enum put_answer *ret, struct err *err)
{
    struct buf json = buf_init(DEFINITION_MAX);
    bool ok = spec_json_write(def, &json, err);
    struct spec_put put = {.workspace = def->workspace,
                           .name = def->name,
                           .active = def->active,
                           .frequency = frequency_name(def->frequency),
                           .definition = buf_text(&json)};
    ok = ok && a->agenda->ops->spec_put(a->agenda, app->actor, &put, rev, ret, err);
    buf_done(&json);
    return ok;
}

static const char *answer_name(enum put_answer answer)
{
    return answer == PUT_CREATED ? "created" : answer == PUT_CHANGED ? "updated" : "unchanged";
}

static bool say_put(const struct app *app, const char *thing, const char *name,
                    enum put_answer answer, struct err *err)
{
    struct out_text t = {0};
    if (app->json)
        return out_json(
            json_pack("{s:o, s:s}", thing, json_text(name), "result", answer_name(answer)), true,
            err);
    if (!app->quiet)
        out_print("%s %s %s\n", answer_name(answer), thing, out_safe(&t, name));
    return true;
}

bool agendas_import_specs(struct app *app, struct agendas *a, const char *path, spec_told *told,
                          struct err *err)
{
    struct arena arena = arena_init(SPECFILE_ARENA_MAX);
    struct spec_def *specs;
    int32_t count;
    bool ok = specfile_read(path, &arena, &specs, &count, err);
    for (int32_t i = 0; ok && i < count; i++) {
        enum put_answer answer;
        if (app->workspace != NULL || specs[i].workspace == NULL || specs[i].workspace[0] == '\0')
            specs[i].workspace = a->workspace;
        ok = put_spec(app, a, &specs[i], -1, &answer, err) &&
             (told == NULL || told(app, specs[i].name, answer, err));
    }
    arena_done(&arena);
    return ok;
}

static bool say_spec(const struct app *app, const char *name, enum put_answer answer,
                     struct err *err)
{
    return say_put(app, "specification", name, answer, err);
}

bool cmd_spec_import(struct app *app, struct err *err)
{
    struct agendas a;
    bool ok = agendas_open(app, true, &a, err);
    for (int32_t i = 0; ok && i < app->arguments; i++)
        ok = agendas_import_specs(app, &a, app->argument[i], say_spec, err);
    agendas_close(&a);
    return ok;
}

static bool list_line(const struct app *app, const struct spec_row *s, struct err *err)
{
    struct out_text t = {0};
    if (app->json)
        return out_json(json_pack("{s:o, s:o, s:b, s:o, s:I, s:o, s:o}", "name", json_text(s->name),
                                  "workspace", json_text(s->workspace), "active", (int)s->active,
                                  "frequency", json_text(s->frequency), "schedules",
                                  (json_int_t)s->schedules, "last_success",
                                  json_instant(s->last_success_us), "updated",
                                  json_instant(s->updated_us)),
                        true, err);
    out_print("%-28s %-10s %-8s %2lld schedules\n", out_safe(&t, s->name),
              out_safe(&t, s->frequency), s->active ? "active" : "inactive",
              (long long)s->schedules);
    return true;
}

bool cmd_spec_list(struct app *app, struct err *err)
{
    struct agendas a;
    struct spec_row *rows;
    int32_t count = 0;
    bool ok = agendas_open(app, false, &a, err) &&
              read_specs(a.db, app->workspace, NULL, &a.arena, &rows, &count, err);
    if (ok && count == 0 && !app->json && !app->quiet)
        out_print("no specifications yet; make some with: autopilot spec import FILE\n");
    for (int32_t i = 0; ok && i < count; i++)
        ok = list_line(app, &rows[i], err);
    agendas_close(&a);
    return ok;
}

/* The specification of the first argument. */
static bool find_spec(struct app *app, struct agendas *a, struct spec_row **ret, struct err *err)
{
    int32_t count;
    if (!read_specs(a->db, a->workspace, app->argument[0], &a->arena, ret, &count, err))
        return false;
    return count > 0 || names_no_spec(a->db, a->workspace, app->argument[0], err);
}

static void print_topics(const char *title, const struct spec_topic *topics, int32_t count)
{
    struct out_text t = {0};
    for (int32_t i = 0; i < count; i++)
        out_print("%s%-20s %s, %d words\n", i == 0 ? title : "            ",
                  out_safe(&t, topics[i].id), out_safe(&t, topics[i].title), topics[i].word_count);
}

static void print_spec(const struct spec_row *row, const struct spec_def *def)
{
    struct out_text t = {0};
    out_print("%s (%s, %s)\n", out_safe(&t, def->name), out_safe(&t, row->frequency),
              row->active ? "active" : "inactive: its schedules don't run");
    out_print("title       %s\n", out_safe(&t, def->title));
    print_topics("categories  ", def->categories, def->category_count);
    print_topics("regions     ", def->regions, def->region_count);
    for (int32_t i = 0; i < def->source_count; i++)
        out_print("%s%-20s %s %s\n", i == 0 ? "sources     " : "            ",
                  out_safe(&t, def->sources[i].name), source_kind_name(def->sources[i].kind),
                  out_safe(&t, def->sources[i].address));
}

bool cmd_spec_show(struct app *app, struct err *err)
{
    struct agendas a;
    struct spec_row *row;
    struct spec_def def;
    bool ok = agendas_open(app, false, &a, err) && find_spec(app, &a, &row, err);
    if (ok && app->json) {
        json_t *json = json_loads(row->definition, 0, NULL);
        ok = out_json(json_pack("{s:o, s:o, s:b, s:I, s:o}", "name", json_text(row->name),
                                "workspace", json_text(row->workspace), "active", (int)row->active,
                                "rev", (json_int_t)row->rev, "definition",
                                json != NULL ? json : json_null()),
                      false, err);
    } else if (ok) {
        ok = spec_json_read(row->definition, &a.arena, &def, err);
        if (ok)
            print_spec(row, &def);
    }
    agendas_close(&a);
    return ok;
}

static bool change_spec(struct app *app, struct spec_def *def, struct err *err)
{
    const char *active = cli_value(app, "active");
    const char *frequency = cli_value(app, "frequency");
    const char *title = cli_value(app, "title");
    if (active != NULL) {
        if (!str_equal(active, "yes") && !str_equal(active, "no"))
            return err_set(err, ERR_USAGE, "--active %s: write yes or no", active);
        def->active = str_equal(active, "yes");
    }
    if (frequency != NULL && !frequency_parse(frequency, &def->frequency))
        return err_set(err, ERR_USAGE, "--frequency %s: write daily, weekly, biweekly or monthly",
                       frequency);
    if (title != NULL)
        def->title = title;
    return spec_check(def, err);
}

bool cmd_spec_edit(struct app *app, struct err *err)
{
    struct agendas a;
    struct spec_row *row;
    struct spec_def def;
    enum put_answer answer;
    bool ok = agendas_open(app, true, &a, err) && find_spec(app, &a, &row, err) &&
              spec_json_read(row->definition, &a.arena, &def, err);
    if (ok) {
        def.workspace = row->workspace;
        def.name = row->name;
        def.active = row->active;
        ok = change_spec(app, &def, err) && put_spec(app, &a, &def, row->rev, &answer, err) &&
             say_put(app, "specification", def.name, answer, err);
    }
    agendas_close(&a);
    return ok;
}

bool cmd_spec_delete(struct app *app, struct err *err)
{
    struct agendas a;
    bool ok = agendas_open(app, true, &a, err);
    struct agenda_ref ref = {a.workspace, app->argument[0]};
    ok = ok &&
         out_confirm(cli_given(app, "yes"),
                     "Delete the specification? Its runs and reports stay. (yes/no) ", err) &&
         a.agenda->ops->spec_delete(a.agenda, app->actor, &ref, err);
    if (ok && !app->quiet)
        out_print("deleted\n");
    agendas_close(&a);
    return ok;
}
