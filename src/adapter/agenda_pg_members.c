/* agenda_pg_members.c - who may, and who belongs to a workspace
 * (sql/postgres/functions/35_members.sql).
 *
 * The idea: the server decides. What a role may stands in its copy of the table of domain/role, and
 * which role the actor has in the record; who asks is said here, and counts from an engine's login
 * only. */
#include "agenda_pg_gate.h"

#include "base/str.h"
#include "domain/job.h"

void pgagenda_rules(struct agenda *base, const struct agenda_rules *rules)
{
    pgagenda_of(base)->rules = *rules;
}

/* --- how a command is asked ------------------------------------------------------------------- */

json_t *pgagenda_actor(const struct pgagenda *a, const char *actor)
{
    bool admin = a->rules.admins != NULL && role_listed(a->rules.admins, actor);
    return json_pack("{s:o,s:b}", "actor", pg_words(actor), "admin", admin);
}

json_t *pgagenda_question(const struct pgagenda *a, const char *actor, const struct agenda_ref *ref)
{
    json_t *more =
        json_pack("{s:o,s:o}", "workspace", pg_words(ref->workspace), "name", pg_words(ref->name));
    return pgauth_with(pgagenda_actor(a, actor), more);
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
    json_t *q = pgauth_with(pgagenda_question(a, actor, member),
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
    return pgagenda_ask(a, "member_delete", pgagenda_question(a, actor, member), NULL, "workspace",
                        &workspace, err);
}
