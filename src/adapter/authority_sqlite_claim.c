/* authority_sqlite_claim.c - which letters may be sent now: limits, pace, window, suppression and
 * earlier contact are judged in the transaction that claims, so nothing can pass them.
 *
 * The idea: first how many (the smallest of what is left of every limit), then which (the oldest
 * rows of the term, each looked at once more). */
#include "authority_sqlite.h"

#include "base/str.h"
#include "domain/pace.h"

#include <string.h>

/* One claim. */
struct claim {
    struct auth *a;
    const struct lease *lease;
    const struct send_want *want;
    struct send_grant *grant;
    struct tally tally;
    int64_t workspace;
    enum mail_mode mode;
    enum recontact recontact;
    int32_t cycle;
    int32_t room;      /* places left in term and group */
    int32_t first;     /* letters left until somebody has to confirm the job */
    bool suppressions; /* the workspace has any */
    bool waits;        /* some domain may have asked to wait */
    struct {
        int64_t lead;
        enum send_state state;
    } extra[MAIL_BATCH_MAX]; /* beside grant->rows */
};

static int32_t smaller(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static bool load_limits(struct claim *c, struct err *err)
{
    bool row;
    enum distribution distribution = DISTRIBUTION_RANDOM;
    struct stmt *st = db_stmt(c->a->db, SQL_SEND_LIMITS);
    stmt_uuid(st, "$job", c->lease->job);
    stmt_int(st, "$group", c->want->group_no);
    stmt_int(st, "$term", c->want->term_no);
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return err_set(err, ERR_REFUSED, "record: the job is not there; it may have been deleted");
    c->workspace = col_int(st, 0);
    (void)mail_mode_parse(col_text(st, 1), &c->mode);         /* the schema checks it */
    (void)recontact_parse(col_text(st, 2), &c->recontact);    /* the schema checks it */
    (void)distribution_parse(col_text(st, 3), &distribution); /* the schema checks it */
    int32_t limit = (int32_t)col_int(st, 4);
    int32_t group_left = (int32_t)(col_int(st, 5) - col_int(st, 9));
    c->cycle = (int32_t)col_int(st, 6);
    if (distribution == DISTRIBUTION_EQUITABLE && !c->want->by_hand)
        limit = smaller(limit, (int32_t)col_int(st, 8));
    c->room = smaller(limit - (int32_t)col_int(st, 7), group_left);
    c->first = MAIL_BATCH_MAX;
    if (c->mode == MODE_SMTP && c->want->confirm_first > 0 && col_int(st, 10) == 0) {
        int64_t left = c->want->confirm_first - col_int(st, 11);
        c->first = left > MAIL_BATCH_MAX ? MAIL_BATCH_MAX : left < 0 ? 0 : (int32_t)left;
    }
    stmt_end(st);
    return true;
}

/* The job's first letters are out: it wants to pause from here on. */
static bool ask_to_confirm(struct claim *c, struct err *err)
{
    if (c->want->by_hand) {
        c->grant->reason = GRANT_LIMIT;
        return true;
    }
    c->grant->reason = GRANT_STOP;
    struct stmt *st = db_stmt(c->a->db, SQL_CONTROL_DESIRED);
    stmt_uuid(st, "$job", c->lease->job);
    stmt_text(st, "$desired", desired_name(DESIRED_PAUSE));
    stmt_int(st, "$now", c->a->now);
    struct note note = {
        .kind = EVENT_JOB_UNCONFIRMED, .job = &c->lease->job, .n1 = c->want->confirm_first};
    return db_run(st, NULL, err) && auth_note(c->a, &note, err);
}

/* How many letters may be claimed; 0 with the reason in the grant. */
static bool allowed(struct claim *c, int32_t *ret, struct err *err)
{
    struct window_room window;
    if (!load_limits(c, err) || !auth_window(c->a, c->want, c->mode, &window, err))
        return false;
    *ret = smaller(smaller(c->want->count, MAIL_BATCH_MAX), c->room);
    if (*ret <= 0) {
        *ret = 0;
        c->grant->reason = GRANT_LIMIT;
        return true;
    }
    bool braked;
    if (!auth_braked(c->a, c->lease, c->want, &braked, err))
        return false;
    if (braked) {
        *ret = 0;
        c->grant->reason = GRANT_STOP;
        return true;
    }
    *ret = smaller(*ret, c->first);
    if (*ret <= 0)
        return ask_to_confirm(c, err);
    *ret = smaller(*ret, window.allowed);
    if (*ret <= 0) {
        c->grant->reason = GRANT_WAIT;
        c->grant->wait_until_us = window.opens_us;
        c->grant->window = window.window;
    }
    return true;
}

static void read_candidate(struct claim *c, struct stmt *st, int32_t at)
{
    struct send_row *r = &c->grant->rows[at];
    r->seq = col_int(st, 0);
    r->id = col_uuid(st, 1);
    r->attempt = (int32_t)col_int(st, 2) + 1;
    col_text_to(st, 3, r->address, sizeof r->address);
    col_text_to(st, 4, r->name, sizeof r->name);
    col_text_to(st, 5, r->company, sizeof r->company);
    col_text_to(st, 6, r->title, sizeof r->title);
    col_text_to(st, 7, r->language, sizeof r->language);
    col_text_to(st, 8, r->url, sizeof r->url);
    r->queued_at_us = col_int(st, 11);
    r->claimed_at_us = c->a->now;
    r->waited_us = 0;
    c->extra[at].lead = col_int(st, 9);
    (void)send_state_parse(col_text(st, 10), &c->extra[at].state); /* the schema checks it */
}

/* The rows of the term that wait. */
static void bind_waiting(struct claim *c, struct stmt *st)
{
    stmt_uuid(st, "$job", c->lease->job);
    stmt_text(st, "$mode", mail_mode_name(c->mode));
    stmt_int(st, "$term", c->want->term_no);
    stmt_int(st, "$now", c->a->now);
}

static void bind_spread(struct claim *c, struct stmt *st)
{
    stmt_int(st, "$hour", c->a->now - PACE_HOUR_US);
    stmt_int(st, "$most", c->want->per_domain_per_hour);
}

/* The oldest rows that may be claimed, into the grant's places from `from` to `to`. They are read
 * before one of them is changed: a statement does not read what it walks on. */
static bool fetch(struct claim *c, int32_t from, int32_t to, int32_t *ret_end, struct err *err)
{
    bool row;
    bool spread = c->want->per_domain_per_hour > 0;
    struct stmt *st = db_stmt(c->a->db, spread ? SQL_SEND_CANDIDATES_SPREAD : SQL_SEND_CANDIDATES);
    bind_waiting(c, st);
    if (spread)
        bind_spread(c, st);
    stmt_int(st, "$max", to - from);
    for (*ret_end = from;; (*ret_end)++) {
        if (!db_step(st, &row, err))
            return false;
        if (!row || *ret_end == to)
            break;
        read_candidate(c, st, *ret_end);
    }
    stmt_end(st);
    return true;
}

static bool suppressed_by(struct claim *c, const char *subject, char *reason, size_t size,
                          bool *ret, struct err *err)
{
    struct stmt *st = db_stmt(c->a->db, SQL_SUPPRESS_FIND);
    stmt_int(st, "$workspace", c->workspace);
    stmt_text(st, "$subject", subject);
    if (!db_step(st, ret, err))
        return false;
    if (*ret)
        (void)str_format(reason, size, "%s%s%s", subject, *col_text(st, 0) != '\0' ? ": " : "",
                         col_text(st, 0)); /* a cut is fine: it is a reason */
    stmt_end(st);
    return true;
}

/* The address itself, then "@domain" for its domain and each that this one is below. */
static bool suppressed(struct claim *c, const char *address, char *reason, size_t size, bool *ret,
                       struct err *err)
{
    char subject[ADDRESS_MAX + 2];
    *ret = false;
    if (!c->suppressions)
        return true;
    if (!suppressed_by(c, address, reason, size, ret, err))
        return false;
    for (const char *at = strrchr(address, '@'); at != NULL && !*ret; at = strchr(at + 1, '.')) {
        (void)str_format(subject, sizeof subject, "@%s", at + 1); /* shorter than the address */
        if (!suppressed_by(c, subject, reason, size, ret, err))
            return false;
    }
    return true;
}

static bool contacted(struct claim *c, int64_t lead, bool *ret, struct err *err)
{
    *ret = false;
    if (c->recontact != RECONTACT_NEVER)
        return true;
    struct stmt *st = db_stmt(c->a->db, SQL_LEAD_CONTACTED);
    stmt_int(st, "$lead", lead);
    stmt_uuid(st, "$job", c->lease->job);
    if (!db_step(st, ret, err))
        return false;
    stmt_end(st);
    return true;
}

static struct tally_row tally_of(const struct claim *c, int32_t at)
{
    return (struct tally_row){.job = c->lease->job,
                              .mode = c->mode,
                              .group_no = c->want->group_no,
                              .term_no = c->want->term_no,
                              .cycle = 0, /* waiting rows hold no place in any cycle */
                              .state = c->extra[at].state};
}

/* The row will not be sent: it comes to rest without having taken a place. */
static bool drop(struct claim *c, int32_t at, enum send_state state, const char *reason,
                 struct err *err)
{
    const struct send_row *r = &c->grant->rows[at];
    struct tally_row row = tally_of(c, at);
    struct stmt *st = db_stmt(c->a->db, SQL_SEND_DROP);
    stmt_int(st, "$seq", r->seq);
    stmt_text(st, "$state", send_state_name(state));
    stmt_text(st, "$reason", reason);
    stmt_int(st, "$now", c->a->now);
    struct note note = {.kind = event_of_send(state),
                        .job = &c->lease->job,
                        .group_no = c->want->group_no,
                        .term_no = c->want->term_no,
                        .send_seq = r->seq,
                        .text = reason};
    c->grant->suppressed += state == SEND_SUPPRESSED;
    c->grant->cancelled += state == SEND_CANCELLED;
    return db_run(st, NULL, err) && auth_note(c->a, &note, err) &&
           tally_move(c->a, &c->tally, &row, state, c->cycle, err);
}

static bool take(struct claim *c, int32_t at, struct err *err)
{
    struct tally_row row = tally_of(c, at);
    struct stmt *st = db_stmt(c->a->db, SQL_SEND_CLAIM);
    stmt_int(st, "$seq", c->grant->rows[at].seq);
    stmt_uuid(st, "$owner", c->lease->engine);
    stmt_int(st, "$epoch", c->lease->epoch);
    stmt_int(st, "$cycle", c->cycle);
    stmt_int(st, "$now", c->a->now);
    if (!db_run(st, NULL, err) || !tally_move(c->a, &c->tally, &row, SEND_CLAIMED, c->cycle, err))
        return false;
    if (at != c->grant->count)
        c->grant->rows[c->grant->count] = c->grant->rows[at];
    c->grant->count++;
    return true;
}

/* Its domain asked to wait: the row waits with it. *ret false: it did not, or that is over. */
static bool leave_alone(struct claim *c, int32_t at, bool *ret, struct err *err)
{
    struct send_row *r = &c->grant->rows[at];
    struct domain_wait wait;
    *ret = false;
    if (!c->waits)
        return true;
    if (!auth_domain_waits(c->a, c->mode, r->seq, &wait, err))
        return false;
    r->waited_us = wait.waited_us;
    *ret = wait.until_us > c->a->now;
    if (!*ret)
        return true;
    c->grant->put_off++;
    if (!auth_put_off(c->a, r->seq, &wait, err))
        return false;
    if (c->extra[at].state == SEND_DEFERRED)
        return true;
    struct tally_row row = tally_of(c, at);
    struct note note = {.kind = EVENT_DEFERRED,
                        .job = &c->lease->job,
                        .group_no = c->want->group_no,
                        .term_no = c->want->term_no,
                        .send_seq = r->seq,
                        .text = LEDGER_PUT_OFF_REASON,
                        .n1 = wait.code,
                        .n2 = 1};
    return auth_note(c->a, &note, err) &&
           tally_move(c->a, &c->tally, &row, SEND_DEFERRED, c->cycle, err);
}

static bool judge(struct claim *c, int32_t at, struct err *err)
{
    char reason[MAIL_ANSWER_MAX + 1];
    bool yes;
    if (!suppressed(c, c->grant->rows[at].address, reason, sizeof reason, &yes, err))
        return false;
    if (yes)
        return drop(c, at, SEND_SUPPRESSED, reason, err);
    if (!contacted(c, c->extra[at].lead, &yes, err))
        return false;
    if (yes)
        return drop(c, at, SEND_CANCELLED, "another job writes to it, or has meanwhile", err);
    if (!leave_alone(c, at, &yes, err))
        return false;
    return yes || take(c, at, err);
}

/* Nothing was claimed. Does a letter wait for its domain's hour? */
static bool wait_for_domain(struct claim *c, struct err *err)
{
    bool row;
    if (c->want->per_domain_per_hour <= 0)
        return true;
    struct stmt *st = db_stmt(c->a->db, SQL_SEND_SPREAD_OPENS);
    bind_waiting(c, st);
    bind_spread(c, st);
    if (!db_step(st, &row, err))
        return false;
    if (row && !col_null(st, 0)) {
        c->grant->reason = GRANT_WAIT;
        c->grant->wait_until_us = col_int(st, 0) + PACE_HOUR_US;
        c->grant->window = WINDOW_DOMAIN;
    }
    stmt_end(st);
    return true;
}

/* Rows that are dropped make room for others; so it looks again until a look drops none. */
static bool claim_rows(struct claim *c, int32_t max, struct err *err)
{
    int32_t end, from;
    do {
        from = c->grant->count;
        if (!fetch(c, from, max, &end, err))
            return false;
        for (int32_t at = from; at < end; at++)
            if (!judge(c, at, err))
                return false;
    } while (c->grant->count < max && end - from > c->grant->count - from);
    c->grant->reason = c->grant->count > 0 ? GRANT_GO : GRANT_NOTHING;
    return (c->grant->count > 0 || wait_for_domain(c, err)) && tally_write(c->a, &c->tally, err);
}

static bool note_claim(struct claim *c, struct err *err)
{
    struct note note = {.kind = EVENT_CLAIMED,
                        .job = &c->lease->job,
                        .group_no = c->want->group_no,
                        .term_no = c->want->term_no,
                        .send_seq = c->grant->rows[0].seq,
                        .n1 = c->grant->count};
    return c->grant->count == 0 || auth_note(c->a, &note, err);
}

static bool has_suppressions(struct claim *c, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(c->a->db, SQL_SUPPRESS_ANY);
    stmt_int(st, "$workspace", c->workspace);
    if (!db_step(st, &row, err))
        return false;
    c->suppressions = row && col_int(st, 0) != 0;
    stmt_end(st);
    return true;
}

bool auth_claim(struct auth *a, const struct lease *lease, const struct send_want *want,
                struct send_grant *ret, struct err *err)
{
    struct claim c = {.a = a, .lease = lease, .want = want, .grant = ret};
    struct progress now;
    int32_t max = 0;
    if (!auth_progress(a, lease->job, want->group_no, want->term_no, &now, err))
        return false;
    if (!want->by_hand && now.desired != DESIRED_RUN) {
        ret->reason = GRANT_STOP;
        return true;
    }
    if (!allowed(&c, &max, err))
        return false;
    if (max == 0)
        return true;
    if (want->back_off && !auth_any_deferred(a, c.mode, &c.waits, err))
        return false;
    return has_suppressions(&c, err) && claim_rows(&c, max, err) && note_claim(&c, err);
}
