/* timing_json.c - each key is a row: its name, for which types it is needed, and who reads it. */
#include "store/timing_json.h"

#include "base/str.h"
#include "domain/calendar.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RANGE_DAYS_MAX = 3660 }; /* of one excluded range */

/* What the rows fill. */
struct reading {
    struct timing t;
    int32_t minute, day;
    const char *key;
    struct err *err;
};

struct row {
    const char *key;
    unsigned needed; /* for these types */
    unsigned used;   /* by these; others leave it alone */
    bool (*read)(struct reading *r, const json_t *value);
};

enum {
    DAILY = 1u << TIMING_DAILY,
    WEEKLY = 1u << TIMING_WEEKLY,
    MONTHLY = 1u << TIMING_MONTHLY,
    CUSTOM = 1u << TIMING_CUSTOM,
    AFTER = 1u << TIMING_AFTER,
    EVERY = DAILY | WEEKLY | MONTHLY | CUSTOM
};

/* "time: it is not ...; write ..." */
static bool refuse(const struct reading *r, const char *why)
{
    return err_set(r->err, ERR_REFUSED, "%s: %s", r->key, why);
}

static bool whole_number(const json_t *value, int64_t min, int64_t max, int64_t *ret)
{
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max)
        return false;
    *ret = json_integer_value(value);
    return true;
}

/* The text of a string without NUL; NULL for all else. */
static const char *plain_text(const json_t *value)
{
    if (!json_is_string(value))
        return NULL;
    const char *text = json_string_value(value);
    return strlen(text) == json_string_length(value) ? text : NULL;
}

static bool read_time(struct reading *r, const json_t *value)
{
    if (json_is_string(value) &&
        timing_parse_clock(json_string_value(value), json_string_length(value), &r->minute))
        return true;
    return refuse(r, "it is not a time; write \"HH:MM\" from \"00:00\" to \"23:59\"");
}

static bool read_timezone(struct reading *r, const json_t *value)
{
    if (!json_is_string(value))
        return refuse(r, "it is not a text; write an IANA name such as \"Europe/Berlin\"");
    if (!zone_name_check(json_string_value(value), json_string_length(value), r->err))
        return false;
    return str_copy(r->t.zone, sizeof r->t.zone, json_string_value(value));
}

static bool read_day_of_week(struct reading *r, const json_t *value)
{
    int64_t day;
    if (!whole_number(value, 0, 6, &day))
        return refuse(r, "it is not a whole number from 0 (Monday) to 6 (Sunday)");
    r->day = (int32_t)day;
    return true;
}

static bool read_day_of_month(struct reading *r, const json_t *value)
{
    int64_t day;
    if (!whole_number(value, 1, TIMING_DAY_OF_MONTH_MAX, &day))
        return refuse(r, "it is not a whole number from 1 to 28; for the last day use type "
                         "custom with `L`");
    r->day = (int32_t)day;
    return true;
}

static bool read_expression(struct reading *r, const json_t *value)
{
    struct cron_fault fault;
    char line[400];
    if (!json_is_string(value))
        return refuse(r, "it is not a text; write one such as \"0 9 * * MON\"");
    if (timing_set_custom(&r->t, json_string_value(value), json_string_length(value), &fault))
        return true;
    cron_fault_line(&fault, line, sizeof line);
    return refuse(r, line);
}

static bool read_catchup(struct reading *r, const json_t *value)
{
    const char *text = plain_text(value);
    return (text != NULL && timing_catchup_parse(text, &r->t.catchup)) ||
           refuse(r, "it is not \"one\", \"all\" or \"none\"");
}

static bool read_window(struct reading *r, const json_t *value)
{
    const char *text = plain_text(value);
    int64_t span_us;
    if (text == NULL || !str_span_us(text, &span_us))
        return refuse(r, "it is not a span; write one such as \"26h\" or \"7d\", or \"0\" for no "
                         "limit");
    r->t.catchup_window_s = span_us / 1000000;
    return true;
}

static bool read_overlap(struct reading *r, const json_t *value)
{
    const char *text = plain_text(value);
    return (text != NULL && timing_overlap_parse(text, &r->t.overlap)) ||
           refuse(r, "it is not \"skip\" or \"queue_one\"");
}

static bool read_jitter(struct reading *r, const json_t *value)
{
    int64_t seconds;
    if (!whole_number(value, 0, TIMING_JITTER_MAX_S, &seconds))
        return refuse(r, "it is not a whole number of seconds from 0 to 240");
    r->t.jitter_s = (int32_t)seconds;
    return true;
}

static bool read_edge(struct reading *r, const json_t *value, struct timing_edge *ret)
{
    const char *text = plain_text(value);
    struct timing_edge edge = {.kind = TIMING_EDGE_DAY};
    if (text == NULL)
        return refuse(r, "it is not a text; write a day such as \"2026-12-24\"");
    if (!calendar_parse_date(text, &edge.value)) {
        edge.kind = TIMING_EDGE_INSTANT;
        if (!calendar_parse(text, &edge.value))
            return refuse(r, "it is neither a day such as \"2026-12-24\" nor an instant such as "
                             "\"2026-12-24T08:00:00Z\"");
    }
    *ret = edge;
    return true;
}

static bool read_start(struct reading *r, const json_t *value)
{
    return read_edge(r, value, &r->t.start);
}

static bool read_end(struct reading *r, const json_t *value)
{
    return read_edge(r, value, &r->t.end);
}

/* "2026-12-24", or "2026-12-24/2027-01-02" for a range with both its ends (ISO 8601). */
static bool add_excluded(struct reading *r, const json_t *value)
{
    static const char why[] = "a part is neither a day such as \"2026-12-24\" nor a range such as "
                              "\"2026-12-24/2027-01-02\" of at most 3660 days";
    const char *text = plain_text(value);
    const char *slash = text != NULL ? strchr(text, '/') : NULL;
    char first[16];
    int64_t from, to;
    if (text == NULL)
        return refuse(r, why);
    if (slash == NULL)
        slash = text + strlen(text);
    if (!str_copy_n(first, sizeof first, text, (size_t)(slash - text)) ||
        !calendar_parse_date(first, &from))
        return refuse(r, why);
    to = from;
    if (*slash == '/' && !calendar_parse_date(slash + 1, &to))
        return refuse(r, why);
    if (to < from || to - from > RANGE_DAYS_MAX)
        return refuse(r, why);
    return timing_exclude(&r->t, from, to) ||
           refuse(r, "there are more than 64 ranges of days; join some");
}

static bool read_exclude(struct reading *r, const json_t *value)
{
    if (!json_is_array(value))
        return refuse(r, "it is not a list; write one such as [\"2026-12-24\"]");
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!add_excluded(r, json_array_get(value, i)))
            return false;
    return true;
}

static bool read_on_excluded(struct reading *r, const json_t *value)
{
    const char *text = plain_text(value);
    return (text != NULL && timing_excluded_parse(text, &r->t.on_excluded)) ||
           refuse(r, "it is not \"drop\" or \"next_business_day\"");
}

static bool read_workdays(struct reading *r, const json_t *value)
{
    if (!json_is_boolean(value))
        return refuse(r, "it is not true or false");
    r->t.workdays_only = json_is_true(value);
    return true;
}

static bool read_max_runs(struct reading *r, const json_t *value)
{
    int64_t runs;
    if (!whole_number(value, 0, TIMING_RUNS_MAX, &runs))
        return refuse(r, "it is not a whole number from 0 (no limit) to 1000000");
    r->t.max_runs = (int32_t)runs;
    return true;
}

static const struct row rows[] = {
    {"day_of_week", WEEKLY, WEEKLY, read_day_of_week},
    {"day_of_month", MONTHLY, MONTHLY, read_day_of_month},
    {"time", DAILY | WEEKLY | MONTHLY, DAILY | WEEKLY | MONTHLY, read_time},
    {"cron_expression", CUSTOM, CUSTOM, read_expression},
    {"timezone", 0, EVERY | AFTER, read_timezone},
    {"catchup", 0, EVERY, read_catchup},
    {"catchup_window", 0, EVERY, read_window},
    {"overlap", 0, EVERY | AFTER, read_overlap},
    {"jitter", 0, EVERY, read_jitter},
    {"start_at", 0, EVERY, read_start},
    {"end_at", 0, EVERY | AFTER, read_end},
    {"exclude", 0, EVERY, read_exclude},
    {"on_excluded", 0, EVERY, read_on_excluded},
    {"workdays_only", 0, EVERY, read_workdays},
    {"max_runs", 0, EVERY | AFTER, read_max_runs},
};

static bool read_rows(struct reading *r, const json_t *config)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *row = &rows[i];
        unsigned type = 1u << r->t.type;
        const json_t *value = json_object_get(config, row->key);
        r->key = row->key;
        if ((row->used & type) == 0 || (value == NULL && (row->needed & type) == 0))
            continue;
        if (value == NULL)
            return refuse(r, "it is missing");
        if (!row->read(r, value))
            return false;
    }
    return true;
}

static bool read_config(struct reading *r, const char *json, size_t len)
{
    json_error_t why;
    r->key = "schedule_config";
    if (len > TIMING_JSON_MAX)
        return refuse(r, "it is longer than 64 KiB");
    json_t *config = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    if (config == NULL)
        return err_set(r->err, ERR_REFUSED, "%s: it is not JSON: line %d, column %d: %s", r->key,
                       why.line, why.column, why.text);
    bool ok = json_is_object(config) ? read_rows(r, config) : refuse(r, "it is not an object");
    json_decref(config);
    return ok;
}

bool timing_json_read(struct timing *ret, const char *type, const char *json, size_t len,
                      char ret_key[TIMING_KEY_MAX], struct err *err)
{
    struct reading r = {.t = {.zone = "UTC"}, .key = "schedule_type", .err = err};
    bool ok = timing_type_parse(type, &r.t.type) ||
              refuse(&r, "it is not \"daily\", \"weekly\", \"monthly\", \"custom\" or \"after\"");
    ok = ok && read_config(&r, json, len);
    if (!ok) {
        (void)str_copy(ret_key, TIMING_KEY_MAX, r.key); /* it fits */
        return false;
    }
    if (r.t.type == TIMING_AFTER)
        r.t.cron.never = true;
    else if (r.t.type != TIMING_CUSTOM)
        timing_set(&r.t, r.t.type, r.minute, r.day);
    *ret = r.t;
    return true;
}

bool timing_json_set_cron(const char *config, const char *expression, struct buf *out,
                          struct err *err)
{
    json_error_t why;
    json_t *all = json_loads(config, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why);
    bool ok =
        json_is_object(all) || err_set(err, ERR_REFUSED, "schedule_config: it is no JSON object");
    char *text = NULL;
    if (ok && json_object_set_new(all, "cron_expression", json_string(expression)) == 0)
        text = json_dumps(all, JSON_COMPACT);
    if (text != NULL)
        buf_adds(out, text);
    if (ok && (text == NULL || !buf_ok(out)))
        ok = err_set(err, ERR_STOP, "schedule_config: out of memory");
    free(text);
    json_decref(all);
    return ok;
}
