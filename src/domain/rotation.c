/* rotation.c - the order of the automation as a function of its plan. */
#include "domain/rotation.h"

#include "base/rng.h"

#include <stddef.h>

static const char *const move_names[MOVE_KINDS] = {
    "cycle", "group", "pass", "term", "work", "term_end", "group_end", "rest", "complete"};

const char *move_name(enum move_kind kind)
{
    return (unsigned)kind < MOVE_KINDS ? move_names[kind] : "unknown";
}

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Walks the terms of a group in the order of their turns: once over those that were deferred in the
 * last cycle, once over the others. */
struct turns {
    const struct plan *plan;
    int32_t start, at, end;
    bool first;
};

static struct turns turns_of(const struct plan *plan, int32_t group)
{
    const struct plan_group *g = &plan->groups[group];
    return (struct turns){plan, g->first_term, g->first_term, g->first_term + g->terms, true};
}

/* Index of the next term; -1 when all had their turn. */
static int32_t next_turn(struct turns *t)
{
    for (;;) {
        for (; t->at < t->end; t->at++)
            if (t->plan->terms[t->at].first == t->first)
                return t->at++;
        if (!t->first)
            return -1;
        t->first = false;
        t->at = t->start;
    }
}

int32_t rotation_turn(const struct plan *plan, int32_t group, int32_t turn)
{
    struct turns t = turns_of(plan, group);
    int32_t index = next_turn(&t);
    while (turn-- > 0 && index >= 0)
        index = next_turn(&t);
    return index;
}

int32_t rotation_draw(const struct plan *plan, int32_t draw)
{
    int32_t left = 0;
    for (int32_t i = 0; i < plan->group_count; i++)
        left += plan->groups[i].draw_no == 0;
    if (left == 0)
        return -1;
    uint64_t dice = rng_draw(plan->seed, (uint64_t)plan->cycle, (uint64_t)draw);
    int32_t pick = (int32_t)rng_below(dice, (uint64_t)left);
    for (int32_t i = 0; i < plan->group_count; i++) {
        if (plan->groups[i].draw_no == 0 && pick-- == 0)
            return i;
    }
    return -1;
}

/* May this term still take places in the current cycle? A term that is done stays done, even when
 * an operator frees one of its places later. */
static bool can_take(const struct plan *plan, const struct plan_term *t)
{
    return (t->state == TERM_WAITING || t->state == TERM_RUNNING) &&
           t->counted < plan->loop_interval;
}

void rotation_targets(const struct plan *plan, int32_t group, int32_t *targets, int32_t count)
{
    const struct plan_group *g = &plan->groups[group];
    int32_t left = plan->max_emails_per_group - g->counted;
    int32_t takers = 0;
    for (int32_t i = 0; i < g->terms; i++)
        takers += can_take(plan, &plan->terms[g->first_term + i]);
    for (int32_t i = 0; i < g->terms && i < count; i++)
        targets[i] = 0;
    if (left <= 0 || takers == 0)
        return;
    int32_t each = left / takers;
    int32_t extra = left % takers;
    struct turns turns = turns_of(plan, group);
    for (int32_t index; (index = next_turn(&turns)) >= 0;) {
        const struct plan_term *t = &plan->terms[index];
        if (!can_take(plan, t) || index - g->first_term >= count)
            continue;
        int32_t quota = each + (extra > 0);
        extra -= extra > 0;
        targets[index - g->first_term] = smaller(plan->loop_interval, t->counted + quota);
    }
}

static int32_t term_limit(const struct plan *plan, const struct plan_term *t)
{
    if (plan->distribution == DISTRIBUTION_RANDOM)
        return plan->loop_interval;
    return smaller(t->target, plan->loop_interval);
}

int32_t rotation_room(const struct plan *plan, int32_t group, int32_t term)
{
    const struct plan_term *t = &plan->terms[term];
    return smaller(term_limit(plan, t) - t->counted,
                   plan->max_emails_per_group - plan->groups[group].counted);
}

/* The running term: work, or the end of its turn. Its group has room left. */
static void next_in_term(const struct plan *plan, int32_t failure_limit, struct move *ret)
{
    const struct plan_term *t = &plan->terms[ret->term];
    int32_t room = rotation_room(plan, ret->group, ret->term);
    ret->kind = MOVE_TERM_END;
    if (t->counted >= plan->loop_interval) {
        ret->term_end = TERM_DONE;
    } else if (room <= 0) {
        ret->term_end = TERM_WAITING;
    } else if (t->queued > 0 || t->deferred_due > 0) {
        ret->kind = MOVE_WORK;
        ret->room = room;
    } else if (t->cursor.ended) {
        ret->term_end = t->deferred > 0 ? TERM_DEFERRED : TERM_EXHAUSTED;
    } else if (t->failures >= failure_limit) {
        ret->term_end = TERM_DEFERRED;
    } else {
        ret->kind = MOVE_WORK;
        ret->room = room;
    }
}

/* No term is running: the next one of this pass, a new pass, or the end of the group. */
static void next_in_group(const struct plan *plan, struct move *ret)
{
    bool equitable = plan->distribution == DISTRIBUTION_EQUITABLE;
    bool takers = false;
    struct turns turns = turns_of(plan, ret->group);
    while ((ret->term = next_turn(&turns)) >= 0) {
        const struct plan_term *t = &plan->terms[ret->term];
        if (t->state != TERM_WAITING || !can_take(plan, t))
            continue;
        takers = true;
        if (!equitable || t->counted < term_limit(plan, t)) {
            ret->kind = MOVE_TERM;
            return;
        }
    }
    ret->kind = equitable && takers ? MOVE_PASS : MOVE_GROUP_END;
}

/* A group is running. */
static void inside_group(const struct plan *plan, int32_t failure_limit, struct move *ret)
{
    const struct plan_group *g = &plan->groups[ret->group];
    for (int32_t i = 0; i < g->terms; i++) {
        if (plan->terms[g->first_term + i].state == TERM_RUNNING)
            ret->term = g->first_term + i;
    }
    if (g->counted >= plan->max_emails_per_group) {
        ret->kind = ret->term >= 0 ? MOVE_TERM_END : MOVE_GROUP_END;
        ret->term_end = TERM_DONE;
    } else if (ret->term >= 0) {
        next_in_term(plan, failure_limit, ret);
    } else {
        next_in_group(plan, ret);
    }
}

/* No group is running: the next one, or the end of the cycle. */
static void between_groups(const struct plan *plan, struct move *ret)
{
    ret->draw = plan->draws + 1;
    if (plan->distribution == DISTRIBUTION_RANDOM) {
        ret->group = rotation_draw(plan, ret->draw);
    } else {
        for (int32_t i = plan->group_count - 1; i >= 0; i--) {
            if (plan->groups[i].draw_no == 0)
                ret->group = i;
        }
    }
    if (ret->group >= 0) {
        ret->kind = MOVE_GROUP;
        return;
    }
    int64_t counted = 0;
    for (int32_t i = 0; i < plan->group_count; i++)
        counted += plan->groups[i].counted;
    if (!plan->loop_automation) {
        ret->kind = MOVE_COMPLETE;
    } else if (counted == 0 && !plan->rested) {
        ret->kind = MOVE_REST;
    } else {
        ret->kind = MOVE_CYCLE;
        ret->cycle = plan->cycle + 1;
    }
}

void rotation_next(const struct plan *plan, int32_t failure_limit, struct move *ret)
{
    *ret = (struct move){.cycle = plan->cycle, .group = -1, .term = -1};
    if (plan->cycle == 0 || plan->cycle_ended) {
        ret->kind = MOVE_CYCLE;
        ret->cycle = plan->cycle + 1;
        return;
    }
    for (int32_t i = 0; i < plan->group_count; i++) {
        if (plan->groups[i].state == GROUP_RUNNING)
            ret->group = i;
    }
    if (ret->group >= 0)
        inside_group(plan, failure_limit, ret);
    else
        between_groups(plan, ret);
}

static void apply_cycle(struct plan *plan, int32_t cycle)
{
    plan->cycle = cycle;
    plan->cycle_ended = false;
    plan->rested = false;
    plan->draws = 0;
    for (int32_t i = 0; i < plan->group_count; i++) {
        struct plan_group *g = &plan->groups[i];
        g->state = GROUP_WAITING;
        g->counted = g->pass = g->draw_no = 0;
    }
    for (int32_t i = 0; i < plan->term_count; i++) {
        struct plan_term *t = &plan->terms[i];
        t->first = t->state == TERM_DEFERRED;
        t->state = TERM_WAITING;
        t->counted = t->target = t->failures = 0;
        t->cursor = (struct term_cursor){0};
    }
}

static void apply_pass(struct plan *plan, int32_t group)
{
    struct plan_group *g = &plan->groups[group];
    int32_t targets[PLAN_TERMS_MAX];
    rotation_targets(plan, group, targets, PLAN_TERMS_MAX);
    for (int32_t i = 0; i < g->terms && i < PLAN_TERMS_MAX; i++)
        plan->terms[g->first_term + i].target = targets[i];
    g->pass++;
}

/* Terms that were cut short by the group's limit are done; terms that never began stay waiting. */
static void apply_group_end(struct plan *plan, int32_t group)
{
    struct plan_group *g = &plan->groups[group];
    g->state = GROUP_DONE;
    for (int32_t i = 0; i < g->terms; i++) {
        struct plan_term *t = &plan->terms[g->first_term + i];
        if (t->state == TERM_WAITING && t->counted > 0)
            t->state = TERM_DONE;
    }
}

void rotation_apply(struct plan *plan, const struct move *move)
{
    switch (move->kind) {
    case MOVE_CYCLE:
        apply_cycle(plan, move->cycle);
        break;
    case MOVE_GROUP:
        plan->groups[move->group].state = GROUP_RUNNING;
        plan->groups[move->group].draw_no = move->draw;
        plan->draws = move->draw;
        break;
    case MOVE_PASS:
        apply_pass(plan, move->group);
        break;
    case MOVE_TERM:
        plan->terms[move->term].state = TERM_RUNNING;
        break;
    case MOVE_TERM_END:
        plan->terms[move->term].state = move->term_end;
        break;
    case MOVE_GROUP_END:
        apply_group_end(plan, move->group);
        break;
    case MOVE_COMPLETE:
        plan->cycle_ended = true;
        break;
    case MOVE_WORK:
    case MOVE_REST:
    case MOVE_KINDS:
        break;
    }
}
