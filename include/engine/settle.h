/* settle.h - after a crash or an unknown outcome: what became of letters that were claimed.
 *
 *   journal            sink                   the ledger is told
 *   nothing            -                      released (it never began; may be sent)
 *   intent             knows: it is there     sent, simulated
 *   intent             knows: it is not there released (written again under the same key)
 *   intent             can't be asked         in_doubt
 *   verdict            -                      that verdict
 * A row of another mode than the sink's whose journal shows an intent is left for the day on which
 * that mode is back: its job can't run until then either. */
#ifndef ENGINE_SETTLE_H
#define ENGINE_SETTLE_H

#include "base/err.h"
#include "base/uuid.h"
#include "engine/lane.h"

#include <stdbool.h>
#include <stdint.h>

struct settle_sum {
    int32_t seen;
    int32_t released;
    int32_t delivered; /* sent or simulated */
    int32_t in_doubt;
    int32_t other; /* rejected, deferred, held */
    int32_t left;  /* of another mode */
};

/* The table above for one row; *ret_ask false: the row stays as it is. Pure. */
struct settle_case {
    enum journal_fact fact;
    enum send_state state; /* of the row */
    enum mail_mode mode;   /* of the row */
    enum mail_mode sink;   /* mode of the sink */
    bool known;            /* the sink could be asked */
    bool there;
};
bool settle_decide(const struct settle_case *c, const struct send_verdict *journalled,
                   struct send_verdict *ret);

/* When the record's server took another's place: tells it what the journal knows (replay.c). Before
 * settling, because what is open is looked up there. */
bool replay_if_behind(const struct lane_ports *ports, struct err *err);
/* Settles this engine's open rows of one job, or of all (job NULL). No batch may be under way in
 * the ports. Safe to repeat: each verdict is journalled, then reported, and both are idempotent.
 */
bool settle_run(const struct lane_ports *ports, const struct uuid *job, struct settle_sum *ret,
                struct err *err);

#endif
