/* cmd_group.c - autopilot group and term: the parts of a job's definition, in their order. */
#include "base/str.h"
#include "commands.h"
#include "jobs.h"
#include "output.h"

#include <string.h>

/* Opens the job that --job names. */
static bool open_job(struct app *app, struct open_job *ret, struct err *err)
{
    const char *job = cli_value(app, "job");
    if (job == NULL)
        return err_set(err, ERR_USAGE, "%s %s: --job NAME is needed", app->row->noun,
                       app->row->verb);
    return jobs_open(app, job, ret, err);
}

/* A place typed by a person (1 is the first) as an index below count. */
static bool place_index(const char *text, int32_t count, int32_t *ret, struct err *err)
{
    int64_t place;
    if (!str_int(text, 1, count, &place))
        return err_set(err, ERR_USAGE, "place \"%s\": a number from 1 to %d is needed", text,
                       count);
    *ret = (int32_t)place - 1;
    return true;
}

/* Moves the element at `from` of an array to `to`; the others keep their order. */
static void move_element(void *array, size_t size, int32_t from, int32_t to, void *spare)
{
    char *base = array;
    memcpy(spare, base + (size_t)from * size, size);
    if (from < to)
        memmove(base + (size_t)from * size, base + (size_t)(from + 1) * size,
                (size_t)(to - from) * size);
    else
        memmove(base + (size_t)(to + 1) * size, base + (size_t)to * size,
                (size_t)(from - to) * size);
    memcpy(base + (size_t)to * size, spare, size);
}

bool cmd_group_list(struct app *app, struct err *err)
{
    struct open_job j;
    struct out_text t = {0};
    if (!open_job(app, &j, err))
        return false;
    bool ok = true;
    for (int32_t i = 0; ok && i < j.def->group_count; i++) {
        const struct group_def *g = &j.def->groups[i];
        if (app->json)
            ok = out_json(json_pack("{s:i, s:o, s:o, s:i}", "place", i + 1, "name",
                                    json_text(g->name), "template", json_text(g->template_name),
                                    "terms", g->term_count),
                          true, err);
        else
            out_print("%3d  %-40s %-24s %d terms\n", i + 1, out_safe(&t, g->name),
                      out_safe(&t, g->template_name), g->term_count);
    }
    jobs_close(&j);
    return ok;
}

bool cmd_group_add(struct app *app, struct err *err)
{
    struct open_job j;
    const char *term = cli_value(app, "term");
    const char *template_name = cli_value(app, "template");
    if (term == NULL || template_name == NULL)
        return err_set(err, ERR_USAGE, "group add: --template NAME and --term TEXT are needed");
    if (!open_job(app, &j, err))
        return false;
    struct term_def first = {term};
    struct group_def *groups = jobs_groups(&j, err);
    bool ok = groups != NULL && jobs_use_template(app, &j, template_name, err);
    if (ok) {
        groups[j.def->group_count++] = (struct group_def){
            .name = app->argument[0],
            .template_name = template_name,
            .terms = &first,
            .term_count = 1,
        };
        ok = jobs_save(app, &j, err);
    }
    jobs_close(&j);
    return ok;
}

/* Opens the job and finds the group of the first argument among writable copies. */
static bool open_group(struct app *app, const char *name, struct open_job *j,
                       struct group_def **ret_groups, int32_t *ret_at, struct err *err)
{
    if (!open_job(app, j, err))
        return false;
    *ret_groups = jobs_groups(j, err);
    *ret_at = *ret_groups != NULL ? jobs_find_group(j->def, name, err) : -1;
    if (*ret_at >= 0)
        return true;
    jobs_close(j);
    return false;
}

bool cmd_group_edit(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *groups;
    int32_t at;
    if (!open_group(app, app->argument[0], &j, &groups, &at, err))
        return false;
    const char *template_name = cli_value(app, "template");
    if (template_name != NULL)
        groups[at].template_name = template_name;
    if (cli_given(app, "rename"))
        groups[at].name = cli_value(app, "rename");
    bool ok = (template_name == NULL || jobs_use_template(app, &j, template_name, err)) &&
              jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}

bool cmd_group_move(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *groups;
    struct group_def spare;
    int32_t at;
    int32_t to;
    if (!open_group(app, app->argument[0], &j, &groups, &at, err))
        return false;
    bool ok = place_index(app->argument[1], j.def->group_count, &to, err);
    if (ok) {
        move_element(groups, sizeof *groups, at, to, &spare);
        ok = jobs_save(app, &j, err);
    }
    jobs_close(&j);
    return ok;
}

bool cmd_group_delete(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *groups;
    struct group_def spare;
    int32_t at;
    if (!out_confirm(cli_given(app, "yes"), "Delete the group? Its ledger rows stay.", err) ||
        !open_group(app, app->argument[0], &j, &groups, &at, err))
        return false;
    move_element(groups, sizeof *groups, at, j.def->group_count - 1, &spare);
    j.def->group_count--;
    bool ok = jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}

static bool list_terms(const struct app *app, const struct group_def *g, struct err *err)
{
    struct out_text t = {0};
    bool ok = true;
    for (int32_t i = 0; ok && i < g->term_count; i++) {
        if (app->json)
            ok = out_json(json_pack("{s:o, s:i, s:o}", "group", json_text(g->name), "place", i + 1,
                                    "text", json_text(g->terms[i].text)),
                          true, err);
        else
            out_print("%-30s %3d  %s\n", out_safe(&t, g->name), i + 1,
                      out_safe(&t, g->terms[i].text));
    }
    return ok;
}

bool cmd_term_list(struct app *app, struct err *err)
{
    struct open_job j;
    const char *name = cli_value(app, "group");
    if (!open_job(app, &j, err))
        return false;
    int32_t only = name != NULL ? jobs_find_group(j.def, name, err) : 0;
    bool ok = only >= 0;
    for (int32_t i = 0; ok && i < j.def->group_count; i++) {
        if (name == NULL || i == only)
            ok = list_terms(app, &j.def->groups[i], err);
    }
    jobs_close(&j);
    return ok;
}

/* Opens job and group and gives writable terms; *ret_at is the index of `text`, -1 when it is not
 * asked for (NULL). */
static bool open_term(struct app *app, const char *text, struct open_job *j,
                      struct group_def **ret_group, struct term_def **ret_terms, int32_t *ret_at,
                      struct err *err)
{
    struct group_def *groups;
    int32_t at;
    if (!open_group(app, cli_value(app, "group"), j, &groups, &at, err))
        return false;
    *ret_group = &groups[at];
    *ret_terms = jobs_terms(j, *ret_group, err);
    *ret_at = *ret_terms != NULL && text != NULL ? jobs_find_term(*ret_group, text, err) : -1;
    if (*ret_terms != NULL && (text == NULL || *ret_at >= 0))
        return true;
    jobs_close(j);
    return false;
}

bool cmd_term_add(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *group;
    struct term_def *terms;
    int32_t at;
    if (!open_term(app, NULL, &j, &group, &terms, &at, err))
        return false;
    terms[group->term_count++] = (struct term_def){app->argument[0]};
    bool ok = jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}

bool cmd_term_edit(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *group;
    struct term_def *terms;
    int32_t at;
    const char *text = cli_value(app, "rename");
    if (text == NULL)
        return err_set(err, ERR_USAGE, "term edit: --rename TEXT is needed");
    if (!open_term(app, app->argument[0], &j, &group, &terms, &at, err))
        return false;
    terms[at].text = text;
    bool ok = jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}

bool cmd_term_move(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *group;
    struct term_def *terms;
    struct term_def spare;
    int32_t at;
    int32_t to;
    if (!open_term(app, app->argument[0], &j, &group, &terms, &at, err))
        return false;
    bool ok = place_index(app->argument[1], group->term_count, &to, err);
    if (ok) {
        move_element(terms, sizeof *terms, at, to, &spare);
        ok = jobs_save(app, &j, err);
    }
    jobs_close(&j);
    return ok;
}

bool cmd_term_delete(struct app *app, struct err *err)
{
    struct open_job j;
    struct group_def *group;
    struct term_def *terms;
    struct term_def spare;
    int32_t at;
    if (!out_confirm(cli_given(app, "yes"), "Delete the term? Its ledger rows stay.", err) ||
        !open_term(app, app->argument[0], &j, &group, &terms, &at, err))
        return false;
    move_element(terms, sizeof *terms, at, group->term_count - 1, &spare);
    group->term_count--;
    bool ok = jobs_save(app, &j, err);
    jobs_close(&j);
    return ok;
}
