/* rotation.h - which group and term come next, and how much each may take.
 *
 * rotation_next() looks at a plan and says the one move that follows; the engine asks the authority
 * to make that move, loads what changed and asks again. There is no other state: a crash anywhere
 * leads to the same question and so to the same answer. Pure; any thread.
 * Source: docs/operator.md "Order"; requirements, "Distribution methods". */
#ifndef DOMAIN_ROTATION_H
#define DOMAIN_ROTATION_H

#include "domain/plan.h"

enum move_kind {
    MOVE_CYCLE, /* begin cycle `cycle`: counts to 0, cursors to the start, deferred terms first */
    MOVE_GROUP, /* begin group `group` as draw `draw` of the cycle */
    MOVE_PASS,  /* equitable: deal what is left of the group's limit: targets[] */
    MOVE_TERM,  /* begin (or take up again) term `term` */
    MOVE_WORK,  /* not a change: search and send for `term`, at most `room` places */
    MOVE_TERM_END,  /* term ends its turn in state `term_end` */
    MOVE_GROUP_END, /* group is done */
    MOVE_REST,      /* loop: the cycle counted nothing new: pause before the next one */
    MOVE_COMPLETE,  /* all groups done and loop_automation is off */
    MOVE_KINDS
};

enum { PLAN_TERMS_MAX = 2000 }; /* terms in one group */

struct move {
    enum move_kind kind;
    int32_t cycle;
    int32_t group; /* index into plan.groups */
    int32_t term;  /* index into plan.terms */
    int32_t draw;  /* MOVE_GROUP: 1, 2, ... */
    int32_t room;  /* MOVE_WORK: places left for this term now, >= 1 */
    enum term_state term_end;
};

const char *move_name(enum move_kind kind);

/* The next move. failure_limit: so many provider failures in a row defer a term (>= 1). */
void rotation_next(const struct plan *plan, int32_t failure_limit, struct move *ret);

/* Changes the plan as the move says (MOVE_WORK and MOVE_REST change nothing). The in-memory
 * authority and tests use it; the SQL authorities do the same in SQL and are held to it by the
 * contract tests. For MOVE_CYCLE the deferred terms become `first`. */
void rotation_apply(struct plan *plan, const struct move *move);

/* Places left for this term now, by its own limit and its group's; 0 or less: none. */
int32_t rotation_room(const struct plan *plan, int32_t group, int32_t term);

/* MOVE_PASS: the targets of the group's terms, in file order (targets[i] belongs to
 * plan.terms[first_term + i]); 0 for terms that may not take part. count >= the group's terms.
 * The rule: left = max_emails_per_group - counted; it is dealt to the terms that are neither
 * exhausted, deferred nor at loop_interval: floor(left / n) each, one more for the first
 * left mod n of them in the order of turns; target = min(loop_interval, counted + quota). */
void rotation_targets(const struct plan *plan, int32_t group, int32_t *targets, int32_t count);

/* The draw'th group (1-based) of the cycle for distribution random: an index into plan.groups among
 * those with draw_no == 0, from rng_draw(seed, cycle, draw). -1 when none is left. */
int32_t rotation_draw(const struct plan *plan, int32_t draw);

/* Index of the term whose turn comes at place `turn` (0-based) of the group: deferred-last-cycle
 * terms first, else file order. */
int32_t rotation_turn(const struct plan *plan, int32_t group, int32_t turn);

#endif
