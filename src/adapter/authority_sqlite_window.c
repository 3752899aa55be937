/* authority_sqlite_window.c - how many letters pace, hour and day leave, and when the next may go.
 *
 * The idea: each window is computed from the ledger in the transaction that claims; the narrowest
 * says how many, the last to open says when. */
#include "authority_sqlite.h"

#include "base/clock.h"
#include "domain/pace.h"

static void narrow(struct window_room *r, int64_t left, int64_t opens_us, enum grant_window window)
{
    if (left < r->allowed)
        r->allowed = left < 0 ? 0 : (int32_t)left;
    if (left > 0 || opens_us < r->opens_us)
        return;
    r->opens_us = opens_us;
    r->window = window;
}

/* At an even pace one letter is due each gap; a lane may be late, and then takes at most a second's
 * worth at once. */
static bool pace(struct auth *a, const struct send_want *want, enum mail_mode mode,
                 struct window_room *ret, struct err *err)
{
    bool row;
    if (want->per_minute <= 0)
        return true;
    int64_t gap = 60 * US_PER_S / want->per_minute;
    int64_t due = want->per_minute > 60 ? want->per_minute / 60 : 1;
    int64_t last = 0;
    struct stmt *st = db_stmt(a->db, SQL_SEND_LAST_CLAIM);
    stmt_text(st, "$mode", mail_mode_name(mode));
    if (!db_step(st, &row, err))
        return false;
    if (row && !col_null(st, 0)) {
        last = col_int(st, 0);
        int64_t passed = gap > 0 ? (a->now - last) / gap : due;
        due = passed < due ? passed : due;
    }
    stmt_end(st);
    narrow(ret, due, last + gap, WINDOW_PACE);
    return true;
}

struct counted {
    int64_t n;
    int64_t oldest_us;
};

static bool count(struct auth *a, enum mail_mode mode, int64_t span_us, struct counted *ret,
                  struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_WINDOW);
    stmt_text(st, "$mode", mail_mode_name(mode));
    stmt_int(st, "$since", a->now - span_us);
    if (!db_step(st, &row, err))
        return false;
    *ret = (struct counted){row ? col_int(st, 0) : 0, row ? col_int(st, 1) : 0};
    stmt_end(st);
    return true;
}

/* When the ledger's first letter of the mode was claimed; 0: there is none. */
static bool first_letter(struct auth *a, enum mail_mode mode, int64_t *ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SEND_FIRST);
    stmt_text(st, "$mode", mail_mode_name(mode));
    if (!db_step(st, &row, err))
        return false;
    *ret = row ? col_int(st, 0) : 0;
    stmt_end(st);
    return true;
}

static bool hour(struct auth *a, const struct send_want *want, enum mail_mode mode,
                 struct window_room *ret, struct err *err)
{
    struct counted seen;
    if (want->per_hour <= 0)
        return true;
    if (!count(a, mode, PACE_HOUR_US, &seen, err))
        return false;
    narrow(ret, want->per_hour - seen.n, seen.oldest_us + PACE_HOUR_US, WINDOW_HOUR);
    return true;
}

static bool day(struct auth *a, const struct send_want *want, enum mail_mode mode,
                struct window_room *ret, struct err *err)
{
    const struct ramp ramp = {want->ramp_start, want->ramp_growth, want->daily_cap};
    struct counted seen;
    int64_t first_us = 0;
    if (ramp.cap <= 0 && ramp.start <= 0)
        return true;
    if (!count(a, mode, PACE_DAY_US, &seen, err) ||
        (ramp.start > 0 && !first_letter(a, mode, &first_us, err)))
        return false;
    narrow(ret, ramp_cap(&ramp, ramp_day(first_us, a->now)) - seen.n,
           ramp_opens(&ramp, first_us, a->now, seen.oldest_us), WINDOW_DAY);
    return true;
}

bool auth_window(struct auth *a, const struct send_want *want, enum mail_mode mode,
                 struct window_room *ret, struct err *err)
{
    *ret = (struct window_room){.allowed = MAIL_BATCH_MAX};
    return pace(a, want, mode, ret, err) && hour(a, want, mode, ret, err) &&
           day(a, want, mode, ret, err);
}
