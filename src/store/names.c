/* names.c - the nearest name. The idea: whoever mistypes a name is told the one they meant, by the
 * same words everywhere. */
#include "store/names.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/types.h"

#include <string.h>

enum { NEAR = 3 }; /* letters that may differ */

/* Column 0 of the rows: the name nearest to the one given; "" when none is near. */
static void nearest(struct stmt *st, const char *name, char *ret, size_t size)
{
    bool row;
    int best = NEAR + 1;
    ret[0] = '\0';
    while (db_step(st, &row, NULL) && row) {
        int distance = str_distance(name, col_text(st, 0), NEAR);
        if (distance < best) {
            best = distance;
            col_text_to(st, 0, ret, size);
        }
    }
}

/* thing: "job", "workspace", ...; in: "" or " in workspace \"x\"". */
static bool refuse(const char *thing, const char *name, const char *in, const char *near,
                   struct err *err)
{
    char shown[NAME_MAX_BYTES + 1];
    text_screen_to(shown, sizeof shown, name);
    if (near[0] == '\0')
        return err_set(err, ERR_REFUSED, "%s: there is no %s \"%s\"%s", thing, thing, shown, in);
    return err_set(err, ERR_REFUSED, "%s: there is no %s \"%s\"%s; did you mean \"%s\"?", thing,
                   thing, shown, in, near);
}

static void in_workspace(const char *workspace, char *dst, size_t size)
{
    char shown[NAME_MAX_BYTES + 1];
    dst[0] = '\0';
    if (workspace == NULL)
        return;
    text_screen_to(shown, sizeof shown, workspace);
    (void)str_format(dst, size, " in workspace \"%s\"", shown); /* it fits */
}

bool names_no_workspace(struct db *db, const char *name, struct err *err)
{
    char near[NAME_MAX_BYTES + 1];
    nearest(db_stmt(db, SQL_NAMES_WORKSPACES), name, near, sizeof near);
    return refuse("workspace", name, "", near, err);
}

static bool has_workspace(struct db *db, const char *name)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_WORKSPACE_FIND);
    stmt_text(st, "$name", name);
    bool ok = db_step(st, &row, NULL) && row && col_null(st, 1);
    stmt_end(st);
    return ok;
}

static bool no_such(struct db *db, enum sql_id list, const char *thing, const char *workspace,
                    const char *name, struct err *err)
{
    char near[NAME_MAX_BYTES + 1];
    char in[NAME_MAX_BYTES + 32];
    if (workspace != NULL && !has_workspace(db, workspace))
        return names_no_workspace(db, workspace, err);
    struct stmt *st = db_stmt(db, list);
    stmt_text(st, "$workspace", workspace);
    nearest(st, name, near, sizeof near);
    in_workspace(workspace, in, sizeof in);
    return refuse(thing, name, in, near, err);
}

bool names_no_job(struct db *db, const char *workspace, const char *name, struct err *err)
{
    return no_such(db, SQL_NAMES_JOBS, "job", workspace, name, err);
}

bool names_no_schedule(struct db *db, const char *workspace, const char *name, struct err *err)
{
    return no_such(db, SQL_NAMES_SCHEDULES, "schedule", workspace, name, err);
}

bool names_no_spec(struct db *db, const char *workspace, const char *name, struct err *err)
{
    return no_such(db, SQL_NAMES_SPECS, "specification", workspace, name, err);
}

bool names_no_template(struct db *db, const char *workspace, const char *name, struct err *err)
{
    return no_such(db, SQL_NAMES_TEMPLATES, "template", workspace, name, err);
}

bool names_workspace_known(struct db *db, const char *name, struct err *err)
{
    return name == NULL || has_workspace(db, name) || names_no_workspace(db, name, err);
}

bool names_job_known(struct db *db, const char *workspace, const char *name, struct err *err)
{
    bool row = true;
    if (name == NULL)
        return true;
    struct stmt *st = db_stmt(db, SQL_NAMES_JOB_ANY);
    stmt_text(st, "$workspace", workspace);
    stmt_text(st, "$name", name);
    if (!db_step(st, &row, err))
        return false;
    stmt_end(st);
    return row || names_no_job(db, workspace, name, err);
}
