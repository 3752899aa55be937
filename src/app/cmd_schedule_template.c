/* cmd_schedule_template.c - autopilot schedule template: list, show, put, delete.
 *
 * The idea: a template is a definition that no specification and no instant belongs to, so it is
 * written with the options of `schedule add` and checked by the same functions. */
#include "base/clock.h"
#include "base/str.h"
#include "cmd_schedule.h"
#include "commands.h"
#include "domain/calendar.h"
#include "domain/schedule_template.h"
#include "output.h"
#include "store/read_kinds.h"

#include <stddef.h>

static bool is_none(const char *name, struct err *err)
{
    return err_set(err, ERR_REFUSED,
                   "schedule template: there is no \"%s\"; `autopilot schedule template list` has "
                   "all",
                   name);
}

/* A built-in one as a row of its own. */
static struct schedule_template_row row_of(const struct schedule_template *t)
{
    return (struct schedule_template_row){.workspace = "",
                                          .name = t->name,
                                          .type = t->type,
                                          .config = t->config,
                                          .categories = t->categories,
                                          .regions = t->regions,
                                          .cadence = t->cadence,
                                          .notes = t->notes,
                                          .created_by = ""};
}

static bool find(struct agendas *a, const char *name, struct schedule_template_row *ret,
                 struct err *err)
{
    struct schedule_template_row *rows;
    int32_t count;
    const struct schedule_template *built_in = schedule_template_named(name);
    if (built_in != NULL) {
        *ret = row_of(built_in);
        return true;
    }
    if (!read_schedule_templates(a->db, a->workspace, name, &a->arena, &rows, &count, err))
        return false;
    if (count == 0)
        return is_none(name, err);
    *ret = rows[0];
    return true;
}

bool schedule_begin_from(struct agendas *a, const char *name, struct schedule_def *def,
                         struct err *err)
{
    struct schedule_template_row t;
    if (!find(a, name, &t, err))
        return false;
    def->type = t.type;
    def->config = t.config;
    def->categories = t.categories;
    def->regions = t.regions;
    def->cadence = t.cadence;
    def->notes = t.notes;
    return true;
}

/* --- list, show ------------------------------------------------------------------------------- */

static json_t *template_json(const struct schedule_template_row *t)
{
    json_t *config = json_loads(t->config, 0, NULL);
    json_t *categories = t->categories != NULL ? json_loads(t->categories, 0, NULL) : NULL;
    json_t *regions = t->regions != NULL ? json_loads(t->regions, 0, NULL) : NULL;
    return json_pack(
        "{s:o, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "name", json_text(t->name),
        "built_in", (int)(t->created_by[0] == '\0'), "schedule_type", t->type, "schedule_config",
        config != NULL ? config : json_null(), "categories",
        categories != NULL ? categories : json_null(), "regions",
        regions != NULL ? regions : json_null(), "cadence_override",
        t->cadence != NULL ? json_text(t->cadence) : json_null(), "notes", json_text(t->notes),
        "created_by", t->created_by[0] != '\0' ? json_text(t->created_by) : json_null(), "rev",
        (json_int_t)t->rev);
}

/* "At 09:00 every Monday (UTC)"; what is wrong with it, when it can't be read. */
static void words_of(struct agendas *a, const struct schedule_template_row *t, struct buf *out)
{
    struct agenda_entry e;
    struct err why = {0};
    int64_t next_us;
    if (!agendas_timing(a, t->type, t->config, 0, &e, &next_us, &why)) {
        buf_adds(out, why.text);
        return;
    }
    cron_words(&e.timing.cron, out);
    buf_addf(out, " (%s)", e.timing.zone);
}

static bool list_one(struct app *app, struct agendas *a, const struct schedule_template_row *t,
                     struct err *err)
{
    struct out_text o = {0};
    struct buf words = buf_init(4096);
    if (app->json)
        return out_json(template_json(t), true, err);
    words_of(a, t, &words);
    out_print("%-24s %-12s %s\n", out_safe(&o, t->name),
              t->created_by[0] != '\0' ? out_safe(&o, t->created_by) : "(built in)",
              out_safe(&o, buf_text(&words)));
    buf_done(&words);
    return true;
}

static bool list(struct app *app, struct agendas *a, struct err *err)
{
    struct schedule_template_row *rows;
    const struct schedule_template *t;
    int32_t count;
    bool ok = read_schedule_templates(a->db, a->workspace, NULL, &a->arena, &rows, &count, err);
    for (int i = 0; ok && (t = schedule_template_at(i)) != NULL; i++) {
        struct schedule_template_row row = row_of(t);
        ok = list_one(app, a, &row, err);
    }
    for (int32_t i = 0; ok && i < count; i++)
        ok = list_one(app, a, &rows[i], err);
    return ok;
}

static bool show(struct app *app, struct agendas *a, struct err *err)
{
    struct schedule_template_row t;
    struct out_text o = {0};
    if (!find(a, app->argument[1], &t, err))
        return false;
    if (app->json)
        return out_json(template_json(&t), false, err);
    struct buf words = buf_init(4096);
    words_of(a, &t, &words);
    out_print("%s (%s)\n", out_safe(&o, t.name),
              t.created_by[0] != '\0' ? out_safe(&o, t.created_by) : "built in");
    out_print("when           %s\n", out_safe(&o, buf_text(&words)));
    out_print("config         %s\n", out_safe(&o, t.config));
    if (t.cadence != NULL)
        out_print("cadence        overridden: %s\n", out_safe(&o, t.cadence));
    if (t.categories != NULL)
        out_print("categories     %s\n", out_safe(&o, t.categories));
    if (t.regions != NULL)
        out_print("regions        %s\n", out_safe(&o, t.regions));
    if (t.notes[0] != '\0')
        out_print("notes          %s\n", out_safe(&o, t.notes));
    buf_done(&words);
    return true;
}

/* --- put, delete ------------------------------------------------------------------------------ */

/* What belongs to a schedule and not to a template of many. */
static bool only_what_templates_have(const struct app *app, struct err *err)
{
    static const char *const own[] = {"spec", "after", "start", "end", "disabled"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (cli_given(app, own[i]))
            return err_set(err, ERR_USAGE,
                           "--%s: it is each schedule's own; give it to `schedule add --from`",
                           own[i]);
    return true;
}

/* A whole config may have said so too. */
static bool has_none(const struct agenda_entry *e, struct err *err)
{
    if (e->timing.start.kind == TIMING_EDGE_NONE && e->timing.end.kind == TIMING_EDGE_NONE)
        return true;
    return err_set(err, ERR_USAGE,
                   "schedule template: start_at and end_at are each schedule's own; give them to "
                   "`schedule add --from`");
}

static bool say_put(const struct app *app, const char *name, enum put_answer answer,
                    struct err *err)
{
    struct out_text o = {0};
    const char *done = answer == PUT_CREATED   ? "created"
                       : answer == PUT_CHANGED ? "updated"
                                               : "unchanged";
    if (app->json)
        return out_json(json_pack("{s:o, s:s}", "template", json_text(name), "result", done), true,
                        err);
    if (!app->quiet)
        out_print("%s template %s\n", done, out_safe(&o, name));
    return true;
}

static bool put(struct app *app, struct agendas *a, struct err *err)
{
    struct schedule_template_row *rows;
    struct agenda_entry e;
    enum put_answer answer;
    int64_t next_us;
    int32_t count;
    struct schedule_def def = {.name = app->argument[1], .config = "{}", .notes = ""};
    const char *from = cli_value(app, "from");
    if (!only_what_templates_have(app, err) ||
        !read_schedule_templates(a->db, a->workspace, def.name, &a->arena, &rows, &count, err))
        return false;
    if (from == NULL && count > 0)
        from = def.name;
    if ((from != NULL && !schedule_begin_from(a, from, &def, err)) ||
        !schedule_apply(app, a, &def, err) ||
        !agendas_timing(a, def.type, def.config, 0, &e, &next_us, err) || !has_none(&e, err))
        return false;
    struct schedule_template t = {.workspace = a->workspace,
                                  .name = def.name,
                                  .type = def.type,
                                  .config = def.config,
                                  .categories = def.categories,
                                  .regions = def.regions,
                                  .cadence = def.cadence,
                                  .notes = def.notes};
    if (!a->agenda->ops->template_put(a->agenda, app->actor, &t, count > 0 ? rows[0].rev : -1,
                                      &answer, err))
        return false;
    return say_put(app, t.name, answer, err);
}

static bool take_away(struct app *app, struct agendas *a, struct err *err)
{
    struct agenda_ref ref = {a->workspace, app->argument[1]};
    return a->agenda->ops->template_delete(a->agenda, app->actor, &ref, err) &&
           out_done(app, "template", ref.name, "deleted", err);
}

bool cmd_schedule_template(struct app *app, struct err *err)
{
    static const struct {
        const char *word;
        int32_t names;
        bool change;
        bool (*run)(struct app *app, struct agendas *a, struct err *err);
    } rows[] = {{"list", 0, false, list},
                {"show", 1, false, show},
                {"put", 1, true, put},
                {"delete", 1, true, take_away}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct agendas a;
        if (!str_equal(rows[i].word, app->argument[0]))
            continue;
        if (app->arguments != rows[i].names + 1)
            return err_set(err, ERR_USAGE, "schedule template %s: %s", rows[i].word,
                           rows[i].names > 0 ? "say which one" : "it takes no name");
        bool ok = agendas_open(app, rows[i].change, &a, err) && rows[i].run(app, &a, err);
        agendas_close(&a);
        return ok;
    }
    return err_set(err, ERR_USAGE,
                   "schedule template: say list, show NAME, put NAME or delete NAME");
}
