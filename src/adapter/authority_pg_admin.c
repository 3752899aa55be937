/* authority_pg_admin.c - what operators do (sql/postgres/functions/08_operate.sql). */
#include "admin_check.h"
#include "authority_pg.h"

/* A command about something of this name in this workspace. */
static bool ask_named(const struct pgauth *a, const char *command, json_t *q, json_t **ret,
                      const char *of, const struct job_ref *ref, struct err *err)
{
    const struct pg_thing thing = {of, ref->workspace, ref->name};
    return pg_ask_named(&a->ask, command, q, ret, &thing, err);
}

static bool read_changed(json_t *answer, bool *ret)
{
    *ret = pg_get_bool(answer, "changed");
    json_decref(answer);
    return true;
}

bool pgauth_job_control(struct authority *base, const char *actor, const struct job_ref *ref,
                        enum control what, enum mail_mode mode, bool *ret_changed, struct err *err)
{
    static const char *const words[CONTROLS] = {[CONTROL_START] = "start",
                                                [CONTROL_PAUSE] = "pause",
                                                [CONTROL_STOP] = "stop",
                                                [CONTROL_RESUME] = "resume",
                                                [CONTROL_CONFIRM] = "confirm"};
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *more = json_pack("{s:s,s:s}", "what", words[what], "mode", mail_mode_name(mode));
    json_t *q = pgauth_with(pgauth_ref(actor, ref), more);
    return ask_named(a, "job_control", q, &answer, "job", ref, err) &&
           read_changed(answer, ret_changed);
}

bool pgauth_job_delete(struct authority *base, const char *actor, const struct job_ref *ref,
                       struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    return ask_named(a, "job_delete", pgauth_ref(actor, ref), NULL, "job", ref, err);
}

bool pgauth_workspace_put(struct authority *base, const char *actor, const char *name,
                          struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {"", name};
    return admin_check_workspace(name, err) &&
           pg_ask(&a->ask, "workspace_put", pgauth_ref(actor, &ref), NULL, err);
}

bool pgauth_workspace_delete(struct authority *base, const char *actor, const char *name,
                             struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {name, name};
    return ask_named(a, "workspace_delete", pgauth_ref(actor, &ref), NULL, "workspace", &ref, err);
}

bool pgauth_template_put(struct authority *base, const char *actor, const char *workspace,
                         const struct template_def *def, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {workspace, def->name};
    if (!admin_check_template(def, err))
        return false;
    json_t *more = json_pack("{s:o,s:o,s:o}", "subject", pg_words(def->subject), "text",
                             pg_words(def->text), "html", pg_words(def->html));
    return ask_named(a, "template_put", pgauth_with(pgauth_ref(actor, &ref), more), NULL,
                     "template", &ref, err);
}

bool pgauth_template_delete(struct authority *base, const char *actor, const char *workspace,
                            const char *name, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {workspace, name};
    return ask_named(a, "template_delete", pgauth_ref(actor, &ref), NULL, "template", &ref, err);
}

bool pgauth_suppress(struct authority *base, const char *actor, const char *workspace,
                     const char *subject, const char *reason, bool add, bool *ret_changed,
                     struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    const struct job_ref ref = {workspace, subject};
    json_t *answer;
    if (!admin_check_subject(subject, err))
        return false;
    json_t *more = json_pack("{s:o,s:o,s:b}", "subject", pg_words(subject), "reason",
                             pg_words(reason), "add", add);
    return ask_named(a, "suppress", pgauth_with(pgauth_ref(actor, &ref), more), &answer,
                     "workspace", &ref, err) &&
           read_changed(answer, ret_changed);
}

bool pgauth_settle(struct authority *base, const char *actor, struct uuid id, enum settle_how how,
                   struct err *err)
{
    static const char *const words[] = {
        [SETTLE_SENT] = "sent", [SETTLE_AGAIN] = "send again", [SETTLE_DROP] = "drop"};
    struct pgauth *a = pgauth_of(base);
    json_t *q =
        json_pack("{s:o,s:o,s:s}", "actor", pg_words(actor), "id", pg_name(id), "how", words[how]);
    return pg_ask(&a->ask, "send_settle", q, NULL, err);
}
