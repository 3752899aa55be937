/* agenda_sqlite_gate.c - who may, and how often.
 *
 * The idea: an operator's command says which action on whose work it is, in its own transaction,
 * and goes on or not; what is allowed is domain/role's to say. A workspace without members belongs
 * to whoever has the file. Limits are counted in what was made, so no restart forgets them. */
#include "agenda_sqlite.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"

#define HOUR_US (INT64_C(3600) * US_PER_S)

static const struct agenda_rules *rules_of(struct agenda *base)
{
    return &((struct agenda_sqlite *)base)->rules;
}

void agenda_rules(struct agenda *base, const struct agenda_rules *rules)
{
    ((struct agenda_sqlite *)base)->rules = *rules;
}

bool agenda_gate(struct agenda *base, const char *actor, enum role_action action, int64_t workspace,
                 const char *creator, struct err *err)
{
    struct member_found m = {0};
    char shown[NAME_MAX_BYTES + 1];
    const char *admins = rules_of(base)->admins;
    if (!agenda_member_find(agenda_auth(base), workspace, actor, &m, err))
        return false;
    bool own = creator[0] != '\0' && str_equal(creator, actor);
    bool admin = admins != NULL && role_listed(admins, actor);
    if (m.members == 0 || role_allows(m.role, action, own) ||
        (admin && role_allows(ROLE_ADMIN, action, own)))
        return true;
    text_screen_to(shown, sizeof shown, actor);
    return err_set(err, ERR_REFUSED, "%s may not %s: %s", shown, role_action_words(action),
                   role_reason(m.role == ROLE_NONE && admin ? ROLE_ADMIN : m.role, action));
}

/* st: bound but for $since and $nth. */
static bool rate(struct agenda *base, struct stmt *st, int32_t limit, const char *what,
                 struct err *err)
{
    bool reached;
    char again[CALENDAR_TEXT_MAX];
    stmt_int(st, "$since", agenda_auth(base)->now - HOUR_US);
    stmt_int(st, "$nth", limit - 1);
    if (!db_step(st, &reached, err))
        return false;
    if (!reached)
        return true;
    /* The first whole second at which the nth newest is an hour old. */
    calendar_text((col_int(st, 0) + HOUR_US + US_PER_S - 1) / US_PER_S, again);
    stmt_end(st);
    return err_set(err, ERR_REFUSED, "%s in the last hour; again from %s on", what, again);
}

bool agenda_rate_schedules(struct agenda *base, const char *actor, struct err *err)
{
    char shown[NAME_MAX_BYTES + 1], what[NAME_MAX_BYTES + 120];
    int32_t limit = rules_of(base)->create_per_hour;
    if (limit <= 0)
        return true;
    text_screen_to(shown, sizeof shown, actor);
    (void)str_format(what, sizeof what,
                     "schedule: %s made %d, which is the limit (schedules.create_per_hour),", shown,
                     limit); /* it fits */
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_RATE_SCHEDULES);
    stmt_text(st, "$actor", actor);
    return rate(base, st, limit, what, err);
}

bool agenda_rate_runs(struct agenda *base, const char *name, struct uuid schedule, struct err *err)
{
    char shown[NAME_MAX_BYTES + 1], what[NAME_MAX_BYTES + 120];
    int32_t limit = rules_of(base)->run_per_hour;
    if (limit <= 0)
        return true;
    text_screen_to(shown, sizeof shown, name);
    (void)str_format(what, sizeof what,
                     "schedule: \"%s\" was run %d times, which is the limit "
                     "(schedules.run_per_hour),",
                     shown, limit); /* it fits */
    struct stmt *st = db_stmt(agenda_auth(base)->db, SQL_RATE_RUNS);
    stmt_uuid(st, "$schedule", schedule);
    return rate(base, st, limit, what, err);
}
