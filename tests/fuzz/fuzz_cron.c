/* Broken if this finds something: an expression, a zone's file or a schedule's config crashes the
 * program, makes it slow, or gives runs that do not go forward, or words that name a weekday or a
 * time that is not meant. The first byte chooses the way in. */
#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "domain/cron.h"
#include "domain/timing.h"
#include "store/timing_json.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STARTS = 6 };

static const int64_t starts[STARTS] = {0,          1741503600,   -5000000000,
                                       4102444800, 100000000000, 253402300000};

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* --- runs ------------------------------------------------------------------------------------- */

static bool on_the_wall(const struct cron *c, int64_t nominal)
{
    int64_t day = calendar_floor(nominal, 86400), match;
    int64_t minute = (nominal - day * 86400) / 60;
    return cron_next_day(c, day, &match) && match == day && (c->hours >> (minute / 60) & 1) != 0 &&
           (c->minutes >> (minute % 60) & 1) != 0 && nominal % 60 == 0;
}

static void check_runs(const struct cron *c, const struct zone *zone)
{
    for (int i = 0; i < STARTS; i++) {
        struct zone_hint hint = {0};
        struct cron_hit hit = {.at = starts[i]}, again;
        for (int n = 0; n < 12; n++) {
            int64_t before = hit.at;
            if (!cron_next(c, zone, &hint, before, &hit))
                break;
            require(hit.at > before && hit.at <= CALENDAR_MAX && on_the_wall(c, hit.nominal));
            /* Whoever asks from anywhere in between gets the same answer, without a hint too. */
            require(cron_next(c, zone, NULL, before + (hit.at - before) / 2, &again));
            require(again.at == hit.at && again.nominal == hit.nominal);
            require(cron_next(c, zone, NULL, hit.at - 1, &again) && again.at == hit.at);
        }
    }
}

/* --- words ------------------------------------------------------------------------------------ */

static void check_words(const struct cron *c)
{
    static const char *const names[7] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                         "Thursday", "Friday", "Saturday"};
    struct buf words = buf_init(8192);
    uint32_t meant = c->weekdays | c->last;
    for (int n = 0; n < 5; n++)
        meant |= c->nth[n];
    cron_words(c, &words);
    require(buf_ok(&words) && words.len > 0);
    const char *text = buf_text(&words);
    for (int d = 0; d < 7; d++)
        require(strstr(text, names[d]) == NULL || (meant >> d & 1) != 0);
    for (const char *at = strchr(text, ':'); at != NULL; at = strchr(at + 1, ':')) {
        int hour, minute;
        if (at - text < 2 || sscanf(at - 2, "%2d:%2d", &hour, &minute) != 2)
            continue;
        require((c->hours >> hour & 1) != 0 && (c->minutes >> minute & 1) != 0);
    }
    buf_done(&words);
}

static void check_expression(const char *text, size_t len, const struct zone *zone)
{
    struct cron cron;
    struct cron_fault fault;
    if (cron_parse(text, len, &cron, &fault)) {
        require(cron.minutes != 0 && cron.hours != 0 && cron.months != 0);
        check_words(&cron);
        check_runs(&cron, zone);
        return;
    }
    struct buf lines = buf_init(64 * 1024);
    cron_fault_lines(&fault, text, len, &lines);
    require(buf_ok(&lines) && utf8_valid(buf_text(&lines), lines.len));
    require(fault.column >= 0 && (size_t)fault.column <= len && fault.field < CRON_FIELDS);
    require(fault.message[0] != '\0' && fault.cure[0] != '\0');
    buf_done(&lines);
}

/* --- configs ---------------------------------------------------------------------------------- */

static void check_config(const char *json, size_t len, int type, const struct zone *zone)
{
    struct timing *t = calloc(1, sizeof *t);
    struct timing_limit limit = {.on = true, .cadence = (enum frequency)(len % FREQUENCIES)};
    struct timing_hit rows[12];
    char key[TIMING_KEY_MAX];
    struct err err = {0};
    require(t != NULL);
    if (timing_json_read(t, timing_type_name((enum timing_type)type), json, len, key, &err)) {
        int32_t n = timing_preview(t, zone, NULL, 1795000000, 0, 12345, &limit, rows, 12);
        for (int32_t i = 0; i < n; i++) {
            struct buf reason = buf_init(1000);
            require(rows[i].scheduled_for > (i > 0 ? rows[i - 1].scheduled_for : 1795000000));
            require(rows[i].starts_at >= rows[i].scheduled_for);
            timing_reason(&rows[i], zone, NULL, &limit, &reason);
            buf_done(&reason);
        }
    } else {
        require(err.kind == ERR_REFUSED && key[0] != '\0');
    }
    free(t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_init(1 << 20);
    struct zone zone = *zone_utc();
    struct err err = {0};
    if (size == 0)
        return 0;
    uint8_t way = data[0];
    const char *text = (const char *)data + 1;
    size_t len = size - 1;
    if (way % 4 == 0 && len > 2) { /* a length, a zone of that length, an expression */
        size_t zone_len = (size_t)data[1] << 8 | data[2];
        zone_len = zone_len < len - 2 ? zone_len : len - 2;
        if (!zone_read(&zone, &arena, "Fuzz", data + 3, zone_len, &err))
            zone = *zone_utc();
        check_expression((const char *)data + 3 + zone_len, len - 2 - zone_len, &zone);
    } else if (way % 4 == 1) {
        check_config(text, len, way / 4 % TIMING_TYPES, &zone);
    } else {
        check_expression(text, len, &zone);
    }
    (void)zone_name_check(text, len, &err);
    arena_done(&arena);
    return 0;
}
