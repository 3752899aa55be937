/* follow_rule.c - decides about a follower by the same rules as about slots that time brings. */
#include "follow_rule.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/due.h"
#include "store/timing_json.h"

#include <string.h>

/* What was made up for is about its own period only, whatever was made since. */
static bool limit_of_past(const struct follow_past *past, const struct follow_row *row,
                          struct timing_limit *limit, struct err *err)
{
    int64_t slot = calendar_floor(row->slot_us, US_PER_S);
    int64_t period = frequency_period(limit->cadence, slot);
    int64_t from = frequency_period_start(limit->cadence, period) * US_PER_S;
    int64_t to = frequency_period_start(limit->cadence, period + 1) * US_PER_S;
    limit->last_success = slot;
    return past->ran(past->ctx, row, from, to, &limit->ran, err);
}

/* False with *ret_why.text: a person must look at the follower; false without: err. */
static bool read_facts(const struct follow_past *past, const struct follow_row *row,
                       struct timing *timing, struct due_facts *ret, struct err *ret_why,
                       struct err *err)
{
    char key[TIMING_KEY_MAX];
    const struct due_row *d = &row->due;
    int64_t slot = calendar_floor(row->slot_us, US_PER_S);
    *ret = (struct due_facts){.timing = timing,
                              .slot = slot,
                              .now = slot, /* it has just come up */
                              .slots = d->slot_count,
                              .busy = d->busy,
                              .waiting = d->waiting};
    if (!d->spec_active)
        return err_set(ret_why, ERR_REFUSED, "Specification is not active");
    if (!timing_json_read(timing, d->type, d->config, strlen(d->config), key, ret_why))
        return false;
    ret->limit.on = d->cadence == NULL;
    if (ret->limit.on && !frequency_parse(d->frequency, &ret->limit.cadence))
        return err_set(ret_why, ERR_REFUSED,
                       "the frequency \"%s\" of its specification is not known; use daily, weekly, "
                       "biweekly or monthly",
                       d->frequency);
    if (ret->limit.on && row->filled)
        return limit_of_past(past, row, &ret->limit, err);
    ret->limit.ran = d->last_success_us != INT64_MIN;
    ret->limit.last_success = ret->limit.ran ? calendar_floor(d->last_success_us, US_PER_S) : 0;
    return true;
}

static void write_order(struct following *f, int32_t i, const struct follow_row *row,
                        const struct due_facts *facts, const struct due_answer *answer,
                        int64_t not_before_us)
{
    struct slot_order *o = &f->order[i];
    enum slot_what what = answer->what == DUE_FREQUENCY ? SLOT_FREQUENCY
                          : answer->what == DUE_OVERLAP ? SLOT_OVERLAP
                                                        : SLOT_RUN;
    (void)str_copy(f->reason[i], sizeof f->reason[i], answer->reason); /* it fits */
    *o = (struct slot_order){.schedule = row->due.schedule,
                             .specification = row->due.specification,
                             .seen_us = row->due.next_run_us,
                             .what = what,
                             .trigger = row->filled ? TRIGGER_BACKFILL : TRIGGER_AFTER,
                             .slot_us = row->slot_us,
                             .not_before_us = not_before_us,
                             .next_us = row->due.next_run_us,
                             .reason = f->reason[i]};
    if (what == SLOT_RUN && facts->limit.on) {
        frequency_key(facts->limit.cadence, facts->slot, f->period[i]);
        o->period_key = f->period[i];
    }
}

/* The whole follower needs a person. */
static void order_error(struct following *f, const struct follow_row *row, const struct err *why)
{
    (void)str_copy(f->reason[0], sizeof f->reason[0], why->text); /* a cut is fine */
    f->order[0] = (struct slot_order){.schedule = row->due.schedule,
                                      .specification = row->due.specification,
                                      .seen_us = row->due.next_run_us,
                                      .what = SLOT_ERROR,
                                      .slot_us = row->slot_us,
                                      .next_us = row->due.next_run_us,
                                      .reason = f->reason[0]};
}

int32_t follow_decide(struct following *f, const bool *held, int64_t not_before_us,
                      const struct follow_past *past, struct err *err)
{
    bool runs = false, last = false;
    for (int32_t i = 0; i < f->count; i++) {
        struct timing timing;
        struct due_facts facts;
        struct due_answer answer;
        struct err why = {0};
        if (!read_facts(past, &f->row[i], &timing, &facts, &why, err)) {
            order_error(f, &f->row[i], &why);
            return why.text[0] != '\0' ? 1 : 0;
        }
        facts.held = held[i];
        due_decide(&facts, &answer);
        write_order(f, i, &f->row[i], &facts, &answer, not_before_us);
        f->order[i].more = i + 1 < f->count;
        runs = runs || f->order[i].what == SLOT_RUN;
        last = timing.max_runs > 0 && f->row[i].due.slot_count + 1 >= timing.max_runs;
    }
    for (int32_t i = 0; i < f->count; i++)
        f->order[i].ends = runs && last;
    return f->count;
}
