/* test_cron_model.c - random expressions against a model that walks every minute: libc says what
 * the clock on the wall shows, and the rules are applied as they are written in words. If it
 * failed, a job would run at another minute than the rules say, most likely where a clock changes.
 */
#include "../cases.h"

#include "adapter/zone_file.h"
#include "base/rng.h"
#include "domain/calendar.h"
#include "domain/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXPRESSIONS = 60, WINDOW_MIN = 6 * 1440, LEAD_MIN = 2 * 1440, YEARS = 6 };

/* Dice that are the same each time. */
struct dice {
    uint64_t seed, n;
};

static int roll(struct dice *d, int below)
{
    return (int)rng_below(rng_draw(d->seed, 1, d->n++), (uint64_t)below);
}

/* One field: the values it names, and how it was written. */
struct field {
    bool star, has[64];
    char text[128];
};

/* What a random expression means, kept beside its text. */
struct meaning {
    struct field field[5];
    bool last_day;
    int nth_weekday, nth; /* nth 0: none, 6: the last */
    char text[700];
};

static void star_field(struct field *f, int low, int high, int step)
{
    f->star = true;
    for (int v = low; v <= high; v += step)
        f->has[v] = true;
    if (step > 1)
        snprintf(f->text, sizeof f->text, "*/%d", step);
    else
        snprintf(f->text, sizeof f->text, "*");
}

static void range_item(struct dice *d, struct field *f, int low, int high)
{
    int from = low + roll(d, high - low + 1), to = from + roll(d, high - from + 1);
    int step = 1 + roll(d, 4);
    size_t at = strlen(f->text);
    if (roll(d, 2) == 0)
        to = from;
    for (int v = from; v <= to; v += step)
        f->has[v] = true;
    if (to == from)
        snprintf(f->text + at, sizeof f->text - at, "%s%d", at > 0 ? "," : "", from);
    else
        snprintf(f->text + at, sizeof f->text - at, "%s%d-%d/%d", at > 0 ? "," : "", from, to,
                 step);
}

static void random_field(struct dice *d, struct field *f, int low, int high, int stars)
{
    *f = (struct field){0};
    if (roll(d, 10) < stars) {
        star_field(f, low, high, roll(d, 3) == 0 ? 2 + roll(d, (high - low) / 2) : 1);
        return;
    }
    for (int items = 1 + roll(d, 3); items > 0; items--)
        range_item(d, f, low, high);
}

static void random_meaning(struct dice *d, struct meaning *m)
{
    *m = (struct meaning){0};
    random_field(d, &m->field[0], 0, 59, 3);
    random_field(d, &m->field[1], 0, 23, 4);
    random_field(d, &m->field[2], 1, 31, 7);
    random_field(d, &m->field[3], 1, 12, 9);
    random_field(d, &m->field[4], 0, 6, 7);
    if (roll(d, 2) == 0) /* most clocks change at night */
        for (int h = roll(d, 4), once = 0; once == 0; once = 1) {
            m->field[1] = (struct field){0};
            m->field[1].has[h] = true;
            snprintf(m->field[1].text, sizeof m->field[1].text, "%d", h);
        }
    if (roll(d, 6) == 0) {
        m->field[2] = (struct field){.text = "L"};
        m->last_day = true;
    }
    if (roll(d, 6) == 0) {
        m->nth_weekday = roll(d, 7);
        m->nth = 1 + roll(d, 6);
        m->field[4] = (struct field){0};
        if (m->nth == 6)
            snprintf(m->field[4].text, sizeof m->field[4].text, "%dL", m->nth_weekday);
        else
            snprintf(m->field[4].text, sizeof m->field[4].text, "%d#%d", m->nth_weekday, m->nth);
    }
    snprintf(m->text, sizeof m->text, "%s %s %s %s %s", m->field[0].text, m->field[1].text,
             m->field[2].text, m->field[3].text, m->field[4].text);
}

static int month_length(const struct tm *day)
{
    struct tm next = {.tm_year = day->tm_year, .tm_mon = day->tm_mon + 1, .tm_mday = 0};
    time_t at = timegm(&next);
    gmtime_r(&at, &next);
    return next.tm_mday;
}

static bool day_matches(const struct meaning *m, const struct tm *day)
{
    int length = month_length(day);
    bool dom = m->field[2].has[day->tm_mday] || (m->last_day && day->tm_mday == length);
    bool dow = m->field[4].has[day->tm_wday];
    if (m->nth == 6)
        dow = dow || (day->tm_wday == m->nth_weekday && day->tm_mday + 7 > length);
    else if (m->nth > 0)
        dow = dow || (day->tm_wday == m->nth_weekday && (day->tm_mday - 1) / 7 + 1 == m->nth);
    bool both = m->field[2].star || m->field[4].star;
    return m->field[3].has[day->tm_mon + 1] && (both ? dom && dow : dom || dow);
}

static bool matches(const struct meaning *m, const struct tm *wall)
{
    return m->field[0].has[wall->tm_min] && m->field[1].has[wall->tm_hour] && day_matches(m, wall);
}

/* --- around the changes of clocks ------------------------------------------------------------- */

/* A few days, minute by minute: what the wall shows, and as minutes since 1970. */
struct window {
    int64_t start;
    struct tm wall[WINDOW_MIN];
    int64_t shown[WINDOW_MIN];
};

static void look(struct window *w, const char *zone, int64_t middle)
{
    setenv("TZ", zone, 1);
    tzset();
    w->start = middle - (int64_t)WINDOW_MIN / 2 * 60;
    w->start -= w->start % 60;
    for (int i = 0; i < WINDOW_MIN; i++) {
        time_t at = w->start + i * 60;
        localtime_r(&at, &w->wall[i]);
        struct tm copy = w->wall[i];
        w->shown[i] = timegm(&copy) / 60;
    }
}

static bool matches_minute(const struct meaning *m, int64_t minute)
{
    struct tm wall;
    time_t second = minute * 60;
    gmtime_r(&second, &wall);
    return matches(m, &wall);
}

/* Does the job run in minute i of the window? *reached: the latest time the wall has shown. */
static bool runs(const struct meaning *m, const struct window *w, int i, int64_t *reached)
{
    if (m->field[0].star || m->field[1].star)
        return matches(m, &w->wall[i]);
    int64_t before = *reached, now = w->shown[i];
    if (now <= before)
        return false; /* the second pass */
    *reached = now;
    bool lost = now - before - 1 >= 180; /* so many minutes were skipped */
    for (int64_t minute = lost ? now : before + 1; minute <= now; minute++)
        if (matches_minute(m, minute))
            return true;
    return false;
}

/* Asked at every few minutes of the window, the next run is the next one of the model. */
static void compare(const struct window *w, const struct zone *zone, const char *name,
                    const struct meaning *m)
{
    static int next[WINDOW_MIN]; /* the first run after minute i; WINDOW_MIN when there is none */
    static bool run[WINDOW_MIN];
    struct cron cron;
    struct cron_fault fault;
    struct zone_hint hint = {0};
    int64_t reached = w->shown[0];
    if (!cron_parse(m->text, strlen(m->text), &cron, &fault))
        fail_msg("\"%s\": %s", m->text, fault.message);
    for (int i = 1; i < WINDOW_MIN; i++)
        run[i] = runs(m, w, i, &reached);
    next[WINDOW_MIN - 1] = WINDOW_MIN;
    for (int i = WINDOW_MIN - 2; i >= LEAD_MIN; i--)
        next[i] = run[i + 1] ? i + 1 : next[i + 1];
    for (int i = LEAD_MIN; i < WINDOW_MIN; i = i % 4 == 0 && next[i] < i + 9 ? next[i] : i + 9) {
        struct cron_hit hit = {.at = INT64_MAX};
        int64_t at = w->start + (int64_t)i * 60 + i % 60, want = w->start + next[i] * INT64_C(60);
        bool found = cron_next(&cron, zone, &hint, at, &hit);
        if (next[i] == WINDOW_MIN ? found && hit.at < want : hit.at != want)
            fail_msg("\"%s\" in %s after %lld: the model says %lld, ours is %lld", m->text, name,
                     (long long)at, (long long)want, (long long)hit.at);
    }
}

static void every_minute_around_a_change_is_as_the_rules_say(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *zone, *near;
    } changes[] = {
        {__LINE__, "America/New_York", "2026-03-08T07:00:00Z"},
        {__LINE__, "America/New_York", "2026-11-01T06:00:00Z"},
        {__LINE__, "America/New_York", "2050-03-13T07:00:00Z"},
        {__LINE__, "Europe/Berlin", "2026-03-29T01:00:00Z"},
        {__LINE__, "Europe/Berlin", "2050-10-30T01:00:00Z"},
        {__LINE__, "Australia/Lord_Howe", "2026-04-04T15:00:00Z"},
        {__LINE__, "Australia/Lord_Howe", "2026-10-03T15:30:00Z"},
        {__LINE__, "Africa/Cairo", "2024-04-25T22:00:00Z"},
        {__LINE__, "Africa/Cairo", "2024-10-31T21:00:00Z"},
        {__LINE__, "America/Havana", "2026-03-08T05:00:00Z"},
        {__LINE__, "America/Santiago", "2026-09-06T04:00:00Z"},
        {__LINE__, "America/Nuuk", "2026-03-29T01:00:00Z"},
        {__LINE__, "Atlantic/Azores", "2026-10-25T01:00:00Z"},
        {__LINE__, "Pacific/Chatham", "2026-04-04T14:00:00Z"},
        {__LINE__, "America/St_Johns", "2007-03-11T03:31:00Z"},
        {__LINE__, "Antarctica/Casey", "2020-10-03T16:01:00Z"},
        {__LINE__, "Antarctica/Casey", "2010-03-04T15:00:00Z"},
        {__LINE__, "Pacific/Apia", "2011-12-30T10:00:00Z"},
        {__LINE__, "Antarctica/Troll", "2026-03-29T01:00:00Z"},
        {__LINE__, "Antarctica/Troll", "2026-10-25T01:00:00Z"},
        {__LINE__, "Asia/Kathmandu", "2026-10-25T01:00:00Z"},
        {__LINE__, "Pacific/Kwajalein", "1993-08-20T12:00:00Z"},
    };
    static struct window window;
    struct dice dice = {20261123, 0};
    struct zone_files *zones;
    struct err err;
    assert_true(zone_files_new(&zones, ZONE_FILES_DIR, &err));
    for (size_t i = 0; i < CASES(changes); i++) {
        const struct zone *zone;
        int64_t near;
        CHECK_AT(changes[i].line,
                 zone_files_get(zones, changes[i].zone, strlen(changes[i].zone), &zone, &err) &&
                     calendar_parse(changes[i].near, &near),
                 "%s", err.text);
        look(&window, changes[i].zone, near);
        for (int n = 0; n < EXPRESSIONS; n++) {
            struct meaning m;
            random_meaning(&dice, &m);
            compare(&window, zone, changes[i].zone, &m);
        }
    }
    zone_files_free(zones);
}

/* --- days ------------------------------------------------------------------------------------- */

static void every_day_of_some_years_is_as_the_rules_say(void **state)
{
    (void)state;
    struct dice dice = {7, 0};
    for (int n = 0; n < 400; n++) {
        struct meaning m;
        struct cron cron;
        struct cron_fault fault;
        int64_t first = calendar_day(1890 + roll(&dice, 220), 1, 1), next = 0;
        random_meaning(&dice, &m);
        assert_true(cron_parse(m.text, strlen(m.text), &cron, &fault));
        bool more = cron_next_day(&cron, first, &next);
        for (int64_t day = first; day < first + YEARS * 366; day++) {
            struct tm date;
            time_t second = day * 86400;
            gmtime_r(&second, &date);
            bool want = day_matches(&m, &date);
            if (want != (more && next == day))
                fail_msg("\"%s\": day %lld: the model %s", m.text, (long long)day,
                         want ? "runs" : "rests");
            if (want)
                more = cron_next_day(&cron, day + 1, &next);
        }
        assert_true(more || cron.never);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_minute_around_a_change_is_as_the_rules_say),
        cmocka_unit_test(every_day_of_some_years_is_as_the_rules_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
