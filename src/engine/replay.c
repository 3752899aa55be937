/* replay.c - tells a record that lost commits what this machine's journal knows. */
#include "engine/settle.h"

#include "base/fp.h"

enum { REPLAY_ROWS = 500 };

static bool tell_all(const struct lane_ports *p, struct err *err)
{
    struct send_verdict facts[REPLAY_ROWS];
    int64_t after = 0;
    int32_t n = REPLAY_ROWS;
    while (n == REPLAY_ROWS) {
        if (!journal_facts(p->journal, &after, facts, REPLAY_ROWS, &n, err))
            return false;
        FP("replay_before_tell");
        if (!p->authority->ops->replay(p->authority, p->engine, facts, n, n < REPLAY_ROWS, err))
            return false;
        FP("replay_after_tell");
    }
    return true;
}

bool replay_if_behind(const struct lane_ports *p, struct err *err)
{
    bool behind = false;
    if (p->authority->ops->behind == NULL)
        return true;
    if (!p->authority->ops->behind(p->authority, p->engine, &behind, err))
        return false;
    return !behind || tell_all(p, err);
}
