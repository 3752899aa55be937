/* owed.c - a stop or pause that was asked for here and that the record does not know yet.
 *
 * The idea: while a shared record can't be reached nothing can be written to it, but a stop must
 * work at once. So it counts for the lanes of this engine from the moment it is asked for, and the
 * record is told as soon as it answers; until then no lane here works that job. */
#include "engine_work.h"

#include "base/str.h"

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

bool engine_owe(struct engine *e, const struct command *c)
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

bool engine_owes(struct engine *e, struct command *ret)
{
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
