/* cmd_schedule_backfill.h - reports of a schedule's slots that went by, for backfill and resume. */
#ifndef APP_CMD_SCHEDULE_BACKFILL_H
#define APP_CMD_SCHEDULE_BACKFILL_H

#include "agendas.h"

/* Which slots, and how far to go. */
struct backfill_wish {
    int64_t from_us, to_us; /* both included */
    enum backfill_which which;
    bool dry;
    bool sure; /* do not ask */
};

/* Shows the slots with what becomes of each, asks, and does it. ERR_REFUSED when they are more than
 * BACKFILL_MAX, when the specification is not active, or when the answer is no. */
bool schedule_backfill(struct app *app, struct agendas *a, struct agenda_entry *e,
                       const struct backfill_wish *wish, struct err *err);

#endif
