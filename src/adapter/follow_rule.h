/* follow_rule.h - what a schedule that follows another does with the slot that its success brings:
 * the rules of domain/due, put into orders. Shared by the agendas; each finds the facts its way.
 * Pure but for what is asked. */
#ifndef FOLLOW_RULE_H
#define FOLLOW_RULE_H

#include "domain/frequency.h"
#include "domain/schedule.h"
#include "port/agenda.h"

/* One specification of a follower. */
struct follow_row {
    struct due_row due;
    int64_t slot_us;
    bool filled; /* the report was made up for: so is this one */
    int64_t number;
};

/* One follower with its orders and their texts. */
struct following {
    struct follow_row row[SCHEDULE_SPECS_MAX];
    int32_t count;
    struct slot_order order[SCHEDULE_SPECS_MAX];
    char period[SCHEDULE_SPECS_MAX][FREQUENCY_KEY_MAX];
    char reason[SCHEDULE_SPECS_MAX][AGENDA_TEXT_MAX + 1];
};

/* Has the specification of this row a report that counts, of a period from `from_us` on and before
 * `to_us`? */
struct follow_past {
    bool (*ran)(void *ctx, const struct follow_row *row, int64_t from_us, int64_t to_us, bool *ret,
                struct err *err);
    void *ctx;
};

/* The orders of the follower; held: runs that hold the periods of its rows. not_before_us: when its
 * runs may begin. Returns how many; 0: err. Their texts are in f. */
int32_t follow_decide(struct following *f, const bool *held, int64_t not_before_us,
                      const struct follow_past *past, struct err *err);

#endif
