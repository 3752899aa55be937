/* cmd_schedule_batch.c - questions about time from stdin, one a line, one line of answer each: for
 * scripts and for tests. A line that can't be read is answered, and never ends the batch. */
#include "cmd_schedule_batch.h"

#include "base/str.h"
#include "domain/calendar.h"
#include "domain/frequency.h"
#include "output.h"
#include "store/timing_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELDS_MAX = 5, ANSWERS = 5 };

/* One field of a line: bytes, with a NUL behind them that is not counted. */
struct field {
    char *text;
    size_t len;
};

struct line {
    struct field field[FIELDS_MAX];
    int32_t count; /* past FIELDS_MAX when there are more */
};

static int32_t hex_value(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF";
    const char *at = c != '\0' ? strchr(digits, c) : NULL;
    return at != NULL ? (int32_t)((at - digits) % 16) : -1;
}

/* \t \n \r \\ and \xHH become the byte they stand for, in place; other backslashes stay. */
static void unescape(struct field *f)
{
    static const char letters[] = "tnr\\", bytes[] = "\t\n\r\\";
    size_t to = 0;
    for (size_t from = 0; from < f->len; to++) {
        const char *at = f->text + from;
        const char *letter = *at == '\\' && at[1] != '\0' ? strchr(letters, at[1]) : NULL;
        bool hex = *at == '\\' && at[1] == 'x' && hex_value(at[2]) >= 0 && hex_value(at[3]) >= 0;
        if (letter != NULL) {
            f->text[to] = bytes[letter - letters];
            from += 2;
        } else if (hex) {
            f->text[to] = (char)(hex_value(at[2]) * 16 + hex_value(at[3]));
            from += 4;
        } else {
            f->text[to] = *at;
            from++;
        }
    }
    f->len = to;
    f->text[to] = '\0';
}

static void split(char *text, size_t len, struct line *ret)
{
    char *at = text, *end = text + len;
    ret->count = 0;
    for (;;) {
        char *tab = memchr(at, '\t', (size_t)(end - at));
        char *stop = tab != NULL ? tab : end;
        if (ret->count < FIELDS_MAX)
            ret->field[ret->count] = (struct field){at, (size_t)(stop - at)};
        ret->count++;
        if (tab == NULL)
            return;
        *tab = '\0';
        at = tab + 1;
    }
}

/* No byte of it is NUL. */
static bool whole(const struct field *f)
{
    return strlen(f->text) == f->len;
}

static bool instant(const struct field *f, int64_t *ret_s)
{
    return whole(f) && calendar_parse(f->text, ret_s);
}

/* --- answers ---------------------------------------------------------------------------------- */

static void print_instant(const char *before, int64_t at_s)
{
    char text[CALENDAR_TEXT_MAX];
    calendar_text(at_s, text);
    out_print("%s%s", before, text);
}

/* Up to five instants with commas between; "never" when there is none. */
static void print_runs(const struct timing *t, const struct zone *zone, int64_t start)
{
    struct zone_hint hint = {0};
    struct timing_hit hit = {.scheduled_for = start};
    int32_t count = 0;
    while (count < ANSWERS && timing_next(t, zone, &hint, hit.scheduled_for, count, 0, &hit)) {
        print_instant(count > 0 ? "," : "", hit.scheduled_for);
        count++;
    }
    out_print("%s\n", count > 0 ? "" : "never");
}

/* expr TAB zone TAB start */
static bool answer_next(struct zone_files *zones, struct line *line)
{
    struct timing t = {0};
    struct cron_fault fault;
    struct err ignored = {0};
    const struct zone *zone;
    int64_t start;
    if (line->count != 3)
        return false;
    unescape(&line->field[0]);
    if (!timing_set_custom(&t, line->field[0].text, line->field[0].len, &fault) ||
        !zone_files_get(zones, line->field[1].text, line->field[1].len, &zone, &ignored) ||
        !instant(&line->field[2], &start))
        return false;
    print_runs(&t, zone, start);
    return true;
}

static bool read_config(struct zone_files *zones, const struct field *type,
                        const struct field *json, struct timing *ret, const struct zone **ret_zone,
                        struct err *err)
{
    char key[TIMING_KEY_MAX];
    if (!whole(type))
        return err_set(err, ERR_REFUSED, "schedule_type: it holds a NUL byte");
    return timing_json_read(ret, type->text, json->text, json->len, key, err) &&
           zone_files_get(zones, ret->zone, strlen(ret->zone), ret_zone, err);
}

/* type TAB config TAB start */
static bool answer_config(struct zone_files *zones, struct line *line)
{
    struct timing t;
    struct err ignored = {0};
    const struct zone *zone;
    int64_t start;
    if (line->count != 3 || !instant(&line->field[2], &start) ||
        !read_config(zones, &line->field[0], &line->field[1], &t, &zone, &ignored))
        return false;
    print_runs(&t, zone, start);
    return true;
}

/* expr */
static bool answer_check(struct zone_files *zones, struct line *line)
{
    struct cron cron;
    struct cron_fault fault;
    struct field *expr = &line->field[0];
    (void)zones;
    unescape(expr);
    if (cron_parse(expr->text, expr->len, &cron, &fault))
        out_print("ok\n");
    else
        out_print("%s\t%d\n", cron_field_name(fault.field), fault.column);
    return true;
}

/* "error", TAB, why. */
static bool print_error(const char *why)
{
    struct out_text safe = {.next = 0};
    out_print("error\t%s\n", out_safe(&safe, why));
    return true;
}

static bool read_limit(const struct field *cadence, const struct field *last,
                       struct timing_limit *ret)
{
    *ret = (struct timing_limit){.on = true, .ran = !str_equal(last->text, "-")};
    return whole(cadence) && frequency_parse(cadence->text, &ret->cadence) &&
           (!ret->ran || instant(last, &ret->last_success));
}

/* type TAB config TAB cadence TAB last success TAB now */
static bool answer_next_eligible(struct zone_files *zones, const struct line *line)
{
    struct timing t;
    struct timing_limit limit;
    struct timing_hit hit;
    struct err err = {0};
    const struct zone *zone;
    int64_t now, eligible;
    if (!read_config(zones, &line->field[0], &line->field[1], &t, &zone, &err))
        return print_error(err.text);
    if (!read_limit(&line->field[2], &line->field[3], &limit) || !instant(&line->field[4], &now))
        return print_error("cadence, last success or now cannot be read");
    struct zone_hint hint = {0};
    if (!timing_next_eligible(&t, zone, &hint, now, &limit, &eligible, &hit)) {
        out_print("-\tnever\n");
        return true;
    }
    if (eligible == now)
        out_print("-");
    else
        print_instant("", eligible);
    print_instant("\t", hit.scheduled_for);
    out_print("\n");
    return true;
}

/* cadence TAB override TAB last success TAB now; or the five fields above */
static bool answer_allowed(struct zone_files *zones, struct line *line)
{
    struct timing_limit limit;
    int64_t now, next;
    if (line->count == 5)
        return answer_next_eligible(zones, line);
    if (line->count != 4)
        return print_error("4 or 5 fields with tabs between are expected");
    if (!read_limit(&line->field[0], &line->field[2], &limit) || !instant(&line->field[3], &now))
        return print_error("cadence, last success or now cannot be read");
    bool override = line->field[1].len > 0 && !str_equal(line->field[1].text, "-");
    if (override || !limit.ran || frequency_allows(limit.cadence, limit.last_success, now, &next)) {
        out_print("allowed\t-\n");
        return true;
    }
    print_instant("blocked\t", next);
    out_print("\n");
    return true;
}

/* --- lines ------------------------------------------------------------------------------------ */

static bool (*const answers[SCHEDULE_BATCHES])(struct zone_files *, struct line *) = {
    [SCHEDULE_BATCH_NEXT] = answer_next,
    [SCHEDULE_BATCH_CONFIG] = answer_config,
    [SCHEDULE_BATCH_CHECK] = answer_check,
    [SCHEDULE_BATCH_ALLOWED] = answer_allowed,
};

bool schedule_batch(struct zone_files *zones, enum schedule_batch kind, struct err *err)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t len;
    while ((len = getline(&text, &room, stdin)) >= 0) {
        struct line line;
        while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
            text[--len] = '\0';
        split(text, (size_t)len, &line);
        if (!answers[kind](zones, &line))
            out_print("invalid\n");
    }
    bool ok = feof(stdin) != 0 && ferror(stdin) == 0;
    free(text);
    if (ok && fflush(stdout) == 0)
        return true;
    return err_set(err, ERR_STOP, "schedule: stdin cannot be read, or stdout cannot be written");
}
