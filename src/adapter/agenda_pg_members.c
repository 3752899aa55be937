/* agenda_pg_members.c - who may, and who belongs to a workspace
 * (sql/postgres/functions/35_members.sql).
 *
 * The idea: what a role may is domain/role's to say and which role the actor has is the record's;
 * so each command takes its row of the table of roles along, and there is no second table. */
#include "agenda_pg_gate.h"

#include "base/str.h"
#include "domain/job.h"

void pgagenda_rules(struct agenda *base, const struct agenda_rules *rules)
{
    pgagenda_of(base)->rules = *rules;
}

/* --- how a command is asked ------------------------------------------------------------------- */

json_t *pgagenda_gate(enum role_action action)
{
    json_t *may = json_object(), *why = json_object();
    bool ok = true;
    for (int i = ROLE_NONE; i < ROLES; i++) {
        enum role role = (enum role)i;
        json_t *cell =
            json_pack("[b,b]", role_allows(role, action, false), role_allows(role, action, true));
        json_t *reason = json_string(role_reason(role, action));
        ok = json_object_set_new(may, role_name(role), cell) == 0 && ok;
        ok = json_object_set_new(why, role_name(role), reason) == 0 && ok;
    }
    json_t *ret =
        json_pack("{s:s,s:o,s:o}", "words", role_action_words(action), "may", may, "why", why);
    if (ok)
        return ret;
    json_decref(ret);
    return NULL;
}

json_t *pgagenda_actor(const struct pgagenda *a, const char *actor, enum role_action action)
{
    bool admin = a->rules.admins != NULL && role_listed(a->rules.admins, actor);
    return json_pack("{s:o,s:b,s:o}", "actor", pg_words(actor), "admin", admin, "gate",
                     pgagenda_gate(action));
}

json_t *pgagenda_question(const struct pgagenda *a, const char *actor, enum role_action action,
                          const struct agenda_ref *ref)
{
    json_t *more =
        json_pack("{s:o,s:o}", "workspace", pg_words(ref->workspace), "name", pg_words(ref->name));
    return pgauth_with(pgagenda_actor(a, actor, action), more);
}

bool pgagenda_ask(const struct pgagenda *a, const char *command, json_t *q, json_t **ret,
                  const char *of, const struct agenda_ref *ref, struct err *err)
{
    const struct pg_thing thing = {of, ref->workspace, ref->name};
    return pg_ask_named(&a->ask, command, q, ret, &thing, err);
}

bool pgagenda_read_put(const char *command, json_t *answer, enum put_answer *ret, struct err *err)
{
    static const char *const words[] = {
        [PUT_CREATED] = "created", [PUT_CHANGED] = "changed", [PUT_SAME] = "same"};
    const char *word = pg_get_text(answer, "answer");
    for (int i = PUT_CREATED; i <= PUT_SAME; i++) {
        if (!str_equal(words[i], word))
            continue;
        *ret = (enum put_answer)i;
        json_decref(answer);
        return true;
    }
    return pg_ask_odd(command, answer, err);
}

struct uuid pgagenda_new_id(const struct pgagenda *a)
{
    return uuid_new_v7(a->ask.clock->ops->now_us(a->ask.clock));
}

/* --- members ---------------------------------------------------------------------------------- */

bool pgagenda_member_put(struct agenda *base, const char *actor, const struct agenda_ref *member,
                         enum role role, enum put_answer *ret, struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    const struct agenda_ref workspace = {member->workspace, member->workspace};
    json_t *answer;
    if (!job_name_ok(member->name) || (role != ROLE_MEMBER && role != ROLE_OWNER))
        return err_set(err, ERR_REFUSED,
                       "member: the name must have 1 to %d bytes and no control characters, the "
                       "role is member or owner",
                       NAME_MAX_BYTES);
    json_t *q = pgauth_with(pgagenda_question(a, actor, ROLE_JOIN, member),
                            json_pack("{s:s}", "role", role_name(role)));
    return pgagenda_ask(a, "member_put", q, &answer, "workspace", &workspace, err) &&
           pgagenda_read_put("member_put", answer, ret, err);
}

bool pgagenda_member_delete(struct agenda *base, const char *actor, const struct agenda_ref *member,
                            struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    const struct agenda_ref workspace = {member->workspace, member->workspace};
    if (!job_name_ok(member->name))
        return err_set(err, ERR_REFUSED, "member: that is no name of a member");
    return pgagenda_ask(a, "member_delete", pgagenda_question(a, actor, ROLE_PART, member), NULL,
                        "workspace", &workspace, err);
}
