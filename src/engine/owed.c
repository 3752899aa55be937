/* owed.c - a stop or pause that was asked for here and that the record does not know yet.
 *
 * The idea: while a shared record can't be reached nothing can be written to it, but a stop must
 * work at once. So it counts for the lanes of this engine from the moment it is asked for, and the
 * record is told as soon as it answers; until then no lane here works that job. It stands in the
 * journal before anything else is tried, so that whoever comes next on this machine tells it when
 * this process dies first. */
#include "engine_work.h"

#include "base/log.h"
#include "base/str.h"

#include <stdlib.h>

static bool same(const struct owed_stop *o, const char *workspace, const char *job)
{
    return str_equal(o->job, job) && str_equal(o->workspace, workspace);
}

static int32_t find(const struct engine *e, const char *workspace, const char *job)
{
    for (int32_t i = 0; i < e->owed_count; i++)
        if (same(&e->owed[i], workspace, job))
            return i;
    return -1;
}

/* What can't be kept still counts here, while this process lives. */
static void keep(struct engine *e, const struct command *c)
{
    struct err err = {0};
    struct journal_stop stop = {.want =
                                    c->kind == COMMAND_JOB_PAUSE ? DESIRED_PAUSE : DESIRED_STOP};
    (void)str_copy(stop.workspace, sizeof stop.workspace, c->workspace); /* same size */
    (void)str_copy(stop.job, sizeof stop.job, c->target);                /* same size */
    (void)str_copy(stop.actor, sizeof stop.actor, c->actor);             /* same size */
    if (e->owed_journal != NULL && !journal_owe(e->owed_journal, &stop, &err))
        log_line(e->plugs.log, LOG_WARN, "engine", "%s", err.text);
}

static bool remember(struct engine *e, const struct command *c)
{
    engine_hold(e);
    int32_t at = find(e, c->workspace, c->target);
    bool room = at >= 0 || e->owed_count < OWED_MAX;
    if (room) {
        struct owed_stop *o = &e->owed[at >= 0 ? at : e->owed_count++];
        o->kind = c->kind;
        (void)str_copy(o->workspace, sizeof o->workspace, c->workspace); /* same size */
        (void)str_copy(o->job, sizeof o->job, c->target);                /* same size */
        (void)str_copy(o->actor, sizeof o->actor, c->actor);             /* same size */
    }
    engine_let_go(e);
    return room;
}

bool engine_owe(struct engine *e, const struct command *c)
{
    if (!remember(e, c))
        return false;
    keep(e, c);
    return true;
}

void engine_owed_load(struct engine *e)
{
    int32_t count = 0;
    const struct engine_plugs *p = &e->plugs;
    struct journal_stop *rows = calloc(OWED_MAX, sizeof *rows);
    struct command *c = calloc(1, sizeof *c);
    bool ok = rows != NULL && c != NULL &&
              (e->owed_journal != NULL || p->journal(p->ctx, &e->owed_journal, NULL)) &&
              journal_owed(e->owed_journal, rows, OWED_MAX, &count, NULL);
    for (int32_t i = 0; ok && i < count; i++) {
        c->kind = rows[i].want == DESIRED_PAUSE ? COMMAND_JOB_PAUSE : COMMAND_JOB_STOP;
        (void)str_copy(c->workspace, sizeof c->workspace, rows[i].workspace); /* same size */
        (void)str_copy(c->target, sizeof c->target, rows[i].job);             /* same size */
        (void)str_copy(c->actor, sizeof c->actor, rows[i].actor);             /* same size */
        (void)remember(e, c); /* more than there is room for are told by the next */
    }
    free(rows);
    free(c);
}

bool engine_owes(struct engine *e, struct command *ret)
{
    engine_hold(e);
    bool look = e->owed_look;
    e->owed_look = false;
    engine_let_go(e);
    if (look)
        engine_owed_load(e);
    engine_hold(e);
    bool any = e->owed_count > 0;
    if (any) {
        const struct owed_stop *o = &e->owed[0];
        *ret = (struct command){.kind = o->kind};
        (void)str_copy(ret->workspace, sizeof ret->workspace, o->workspace); /* same size */
        (void)str_copy(ret->target, sizeof ret->target, o->job);             /* same size */
        (void)str_copy(ret->actor, sizeof ret->actor, o->actor);             /* same size */
    }
    engine_let_go(e);
    return any;
}

void engine_paid(struct engine *e, const struct command *c)
{
    engine_hold(e);
    int32_t at = find(e, c->workspace, c->target);
    if (at >= 0)
        e->owed[at] = e->owed[--e->owed_count];
    engine_let_go(e);
    if (e->owed_journal != NULL)
        (void)journal_paid(e->owed_journal, c->workspace, c->target,
                           NULL); /* told twice at worst */
}

bool engine_wish(struct engine *e, const char *workspace, const char *job, enum desired *ret)
{
    engine_hold(e);
    int32_t at = find(e, workspace, job);
    if (at >= 0)
        *ret = e->owed[at].kind == COMMAND_JOB_PAUSE ? DESIRED_PAUSE : DESIRED_STOP;
    engine_let_go(e);
    return at >= 0;
}
