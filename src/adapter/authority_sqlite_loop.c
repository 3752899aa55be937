/* authority_sqlite_loop.c - loads a job's plan and makes the moves of its rotation.
 *
 * The idea: a move is a compare-and-set. The statement that changes a state names the state that
 * the lane saw; when no row matches, somebody was faster (most often the lane itself, whose answer
 * was lost), and ERR_RETRY sends it back to load again. */
#include "authority_sqlite.h"

#include "base/fp.h"
#include "base/str.h"
#include "store/plan_read.h"

bool auth_load(struct authority *base, struct uuid job, struct arena *arena, struct plan **ret,
               struct err *err)
{
    struct auth *a = auth_of(base);
    if (!db_begin_read(a->db, err))
        return false;
    bool ok = plan_read(a->db, job, a->clock->ops->now_us(a->clock), arena, ret, err);
    db_end_read(a->db);
    return ok;
}

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: the template does not fit into memory");
}

bool auth_template_load(struct authority *base, struct uuid job, int32_t group_no,
                        struct arena *arena, struct template_def *ret, struct err *err)
{
    bool row;
    struct auth *a = auth_of(base);
    struct stmt *st = db_stmt(a->db, SQL_TEMPLATE_LOAD);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$group", group_no);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED,
                       "job: group %d has no template that exists; give it one "
                       "and start again",
                       group_no);
    struct template_def t = {.name = arena_text(arena, col_text(st, 0)),
                             .subject = arena_text(arena, col_text(st, 1)),
                             .text = arena_text(arena, col_text(st, 2)),
                             .html = arena_text(arena, col_text(st, 3))};
    stmt_end(st);
    if (t.name == NULL || t.subject == NULL || t.text == NULL || t.html == NULL)
        return no_memory(err);
    *ret = t;
    return true;
}

bool auth_variation_load(struct authority *base, struct uuid job, int32_t term_no, int32_t k,
                         char ret[TERM_MAX_BYTES + 1], struct err *err)
{
    bool row;
    struct auth *a = auth_of(base);
    struct stmt *st = db_stmt(a->db, SQL_VARIATION_LOAD);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$term", term_no);
    stmt_int(st, "$k", k);
    if (!db_step(st, &row, err))
        return false;
    ret[0] = '\0';
    if (row)
        col_text_to(st, 0, ret, TERM_MAX_BYTES + 1);
    stmt_end(st);
    return true;
}

static bool changed_meanwhile(const struct move *move, struct err *err)
{
    return err_set(err, ERR_RETRY,
                   "job: the move \"%s\" no longer fits: the job's position has "
                   "changed; load it again",
                   move_name(move->kind));
}

/* A statement that changes exactly one row, or the move no longer fits. */
static bool run_one(struct stmt *st, const struct move *move, struct err *err)
{
    int64_t changed;
    if (!db_run(st, &changed, err))
        return false;
    return changed == 1 || changed_meanwhile(move, err);
}

/* As run_one, for a statement that returns a number. */
static bool run_one_number(struct stmt *st, const struct move *move, int64_t *ret, struct err *err)
{
    bool row;
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return changed_meanwhile(move, err);
    *ret = col_int(st, 0);
    stmt_end(st);
    return true;
}

/* What a move needs to know of the job besides the plan that the lane has. */
struct stored {
    int32_t cycle;
    bool cycle_ended;
    int32_t draws;
    int64_t rest_until; /* 0: none */
    int64_t rev;
    enum mail_mode mode;
};

static bool load_stored(struct auth *a, struct uuid job, struct stored *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_STATE);
    stmt_uuid(st, "$job", job);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    *ret = (struct stored){.cycle = (int32_t)col_int(st, 0),
                           .cycle_ended = col_int(st, 1) != 0,
                           .draws = (int32_t)col_int(st, 2),
                           .rest_until = col_null(st, 3) ? 0 : col_int(st, 3),
                           .rev = col_int(st, 4)};
    (void)mail_mode_parse(col_text(st, 5), &ret->mode); /* the schema checks it */
    stmt_end(st);
    return true;
}

/* Where the job stands now: for resuming, and in the documents' columns. */
static bool stand(struct auth *a, struct uuid job, int32_t group_no, int32_t term_no, int32_t draws,
                  struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_MOVE_AT);
    stmt_uuid(st, "$job", job);
    if (group_no > 0)
        stmt_int(st, "$group", group_no);
    if (term_no > 0)
        stmt_int(st, "$term", term_no);
    stmt_int(st, "$draws", draws);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(a->db, SQL_MOVE_SHOWN);
    stmt_uuid(st, "$job", job);
    stmt_int(st, "$group", group_no);
    stmt_int(st, "$term", term_no);
    stmt_int(st, "$now", a->now);
    return db_run(st, NULL, err);
}

static bool move_cycle(struct auth *a, const struct plan *plan, const struct move *move,
                       struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_MOVE_CYCLE);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$cycle", move->cycle);
    stmt_int(st, "$now", a->now);
    if (!run_one(st, move, err))
        return false;
    st = db_stmt(a->db, SQL_MOVE_CYCLE_GROUPS);
    stmt_uuid(st, "$job", plan->job);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(a->db, SQL_MOVE_CYCLE_TERMS);
    stmt_uuid(st, "$job", plan->job);
    struct note note = {.kind = EVENT_CYCLE, .job = &plan->job, .n1 = move->cycle};
    return db_run(st, NULL, err) && stand(a, plan->job, 0, 0, 0, err) && auth_note(a, &note, err);
}

static bool move_group(struct auth *a, const struct plan *plan, const struct move *move,
                       struct err *err)
{
    int32_t group_no = plan->groups[move->group].group_no;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_GROUP);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$group", group_no);
    stmt_int(st, "$draw", move->draw);
    struct note note = {
        .kind = EVENT_GROUP, .job = &plan->job, .group_no = group_no, .n1 = move->draw};
    return run_one(st, move, err) && stand(a, plan->job, group_no, 0, move->draw, err) &&
           auth_note(a, &note, err);
}

/* The shares are dealt from what is stored, not from what the lane saw. */
static bool deal(struct auth *a, const struct plan *plan, int32_t group, int32_t *ret_left,
                 struct err *err)
{
    const struct plan_group *g = &plan->groups[group];
    int32_t targets[PLAN_TERMS_MAX];
    rotation_targets(plan, group, targets, PLAN_TERMS_MAX);
    for (int32_t i = 0; i < g->terms && i < PLAN_TERMS_MAX; i++) {
        const struct plan_term *t = &plan->terms[g->first_term + i];
        if (targets[i] == t->target)
            continue;
        struct stmt *st = db_stmt(a->db, SQL_MOVE_TARGET);
        stmt_uuid(st, "$job", plan->job);
        stmt_int(st, "$term", t->term_no);
        stmt_int(st, "$target", targets[i]);
        if (!db_run(st, NULL, err))
            return false;
    }
    *ret_left = plan->max_emails_per_group - g->counted;
    return true;
}

static bool move_pass(struct auth *a, const struct plan *plan, const struct move *move,
                      struct err *err)
{
    const struct plan_group *seen = &plan->groups[move->group];
    struct arena arena = arena_init((size_t)1 << 30);
    struct plan *fresh;
    int32_t left = 0;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_PASS);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$group", seen->group_no);
    stmt_int(st, "$pass", seen->pass);
    bool ok = run_one(st, move, err) && plan_read(a->db, plan->job, a->now, &arena, &fresh, err);
    if (ok && (move->group >= fresh->group_count ||
               fresh->groups[move->group].group_no != seen->group_no))
        ok = changed_meanwhile(move, err);
    ok = ok && deal(a, fresh, move->group, &left, err);
    arena_done(&arena);
    struct note note = {.kind = EVENT_PASS,
                        .job = &plan->job,
                        .group_no = seen->group_no,
                        .n1 = seen->pass + 1,
                        .n2 = left};
    return ok && auth_note(a, &note, err);
}

static bool move_term(struct auth *a, const struct plan *plan, const struct move *move,
                      enum term_state to, struct err *err)
{
    const struct plan_term *t = &plan->terms[move->term];
    int32_t group_no = plan->groups[move->group].group_no;
    int64_t counted;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_TERM);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$term", t->term_no);
    stmt_text(st, "$from", term_state_name(t->state));
    stmt_text(st, "$to", term_state_name(to));
    if (!run_one_number(st, move, &counted, err))
        return false;
    struct note note = {.kind = to == TERM_RUNNING ? EVENT_TERM : EVENT_TERM_END,
                        .job = &plan->job,
                        .group_no = group_no,
                        .term_no = t->term_no,
                        .text = to == TERM_RUNNING ? NULL : term_state_name(to),
                        .n1 = counted};
    return stand(a, plan->job, group_no, t->term_no, plan->draws, err) && auth_note(a, &note, err);
}

static bool move_group_end(struct auth *a, const struct plan *plan, const struct move *move,
                           struct err *err)
{
    int32_t group_no = plan->groups[move->group].group_no;
    int64_t counted;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_GROUP_END);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$group", group_no);
    if (!run_one_number(st, move, &counted, err))
        return false;
    st = db_stmt(a->db, SQL_MOVE_GROUP_TERMS);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$group", group_no);
    struct note note = {
        .kind = EVENT_GROUP_END, .job = &plan->job, .group_no = group_no, .n1 = counted};
    return db_run(st, NULL, err) && auth_note(a, &note, err);
}

/* A rest that has begun goes on as it was: the answer to the move that began it was lost. */
static bool move_rest(struct auth *a, const struct plan *plan, const struct stored *stored,
                      int64_t rest_until_us, struct err *err)
{
    if (stored->rest_until > a->now)
        return true;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_REST);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$until", rest_until_us);
    stmt_int(st, "$now", a->now);
    struct note note = {.kind = EVENT_JOB_RESTS, .job = &plan->job, .n1 = stored->cycle};
    return db_run(st, NULL, err) && auth_note(a, &note, err);
}

static bool move_complete(struct auth *a, const struct plan *plan, const struct stored *stored,
                          struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_MOVE_COMPLETE);
    stmt_uuid(st, "$job", plan->job);
    stmt_int(st, "$now", a->now);
    if (!db_run(st, NULL, err))
        return false;
    st = db_stmt(a->db, SQL_JOB_STATE_SET);
    stmt_uuid(st, "$job", plan->job);
    stmt_text(st, "$status", job_state_name(JOB_COMPLETED));
    stmt_int(st, "$now", a->now);
    if (!db_step(st, &row, err))
        return false;
    struct note note = {.kind = EVENT_JOB_COMPLETED,
                        .job = &plan->job,
                        .n1 = stored->cycle,
                        .n2 = row ? col_int(st, 0) : 0};
    stmt_end(st);
    return auth_note(a, &note, err);
}

/* What every move compares; each then compares the state that it changes. */
static bool fits(const struct plan *plan, const struct move *move, const struct stored *stored)
{
    if (stored->cycle != plan->cycle || stored->cycle_ended != plan->cycle_ended ||
        stored->draws != plan->draws || stored->rev != plan->rev || stored->mode != plan->mode)
        return false;
    bool group = move->group >= 0 && move->group < plan->group_count;
    bool term = group && move->term >= 0 && move->term < plan->term_count;
    switch (move->kind) {
    case MOVE_GROUP:
    case MOVE_PASS:
    case MOVE_GROUP_END:
        return group;
    case MOVE_TERM:
    case MOVE_TERM_END:
        return term;
    default:
        return true;
    }
}

static bool make_move(struct auth *a, const struct plan *plan, const struct move *move,
                      int64_t rest_until_us, struct err *err)
{
    struct stored stored;
    if (!load_stored(a, plan->job, &stored, err))
        return false;
    if (!fits(plan, move, &stored))
        return changed_meanwhile(move, err);
    switch (move->kind) {
    case MOVE_CYCLE:
        return move_cycle(a, plan, move, err);
    case MOVE_GROUP:
        return move_group(a, plan, move, err);
    case MOVE_PASS:
        return move_pass(a, plan, move, err);
    case MOVE_TERM:
        return move_term(a, plan, move, TERM_RUNNING, err);
    case MOVE_TERM_END:
        return move_term(a, plan, move, move->term_end, err);
    case MOVE_GROUP_END:
        return move_group_end(a, plan, move, err);
    case MOVE_REST:
        return move_rest(a, plan, &stored, rest_until_us, err);
    case MOVE_COMPLETE:
        return move_complete(a, plan, &stored, err);
    case MOVE_WORK:
    case MOVE_KINDS:
        break;
    }
    return err_set(err, ERR_REFUSED, "job: \"%s\" is not a move to be made", move_name(move->kind));
}

bool auth_move(struct authority *base, const struct lease *lease, const struct plan *plan,
               const struct move *move, int64_t rest_until_us, struct err *err)
{
    struct auth *a = auth_of(base);
    if (!auth_begin(a, err))
        return false;
    bool ok = auth_fence(a, lease, err) && make_move(a, plan, move, rest_until_us, err);
    FP("authority_job_move_before");
    ok = auth_end(a, ok, err);
    FP("authority_job_move_after");
    return ok;
}
