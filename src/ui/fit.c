/* fit.c - making things fit. The idea: columns are chosen by priority against the width there is,
 * so a list says once what it could show and never asks how wide the terminal is. */
#include "fit.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CUT_MAX = 4096 };

/* Where the characters cannot be shown at all (LANG=C), each counts as the one '?' that stands for
 * it. */
static int columns_at(const char *text, size_t len, size_t *ret_used)
{
    uint32_t point;
    *ret_used = utf8_next(text, len, &point);
    int columns = utf8_columns(point);
    return columns < 0 ? 1 : columns;
}

static int columns_in(const char *clean, size_t len)
{
    int sum = 0;
    for (size_t i = 0, used; i < len; i += used)
        sum += columns_at(clean + i, len - i, &used);
    return sum;
}

int fit_columns_of(const char *text)
{
    char clean[CUT_MAX];
    text_screen_to(clean, sizeof clean, text);
    return columns_in(clean, strlen(clean));
}

/* Bytes of the longest beginning that takes at most width columns. */
static size_t head_bytes(const char *clean, size_t len, int width)
{
    size_t at = 0;
    for (size_t used; at < len; at += used) {
        width -= columns_at(clean + at, len - at, &used);
        if (width < 0)
            break;
    }
    return at;
}

/* Where the longest end of at most width columns begins. */
static size_t tail_start(const char *clean, size_t len, int width)
{
    size_t at = 0;
    for (size_t used; at < len && columns_in(clean + at, len - at) > width; at += used)
        (void)columns_at(clean + at, len - at, &used); /* only the bytes are wanted */
    return at;
}

void fit_cut(char *dst, size_t size, const char *text, int width, enum fit_cut where)
{
    char clean[CUT_MAX];
    text_screen_to(clean, sizeof clean, text);
    size_t len = strlen(clean);
    int all = columns_in(clean, len);
    if (width <= 0) {
        dst[0] = '\0';
        return;
    }
    if (all <= width) {
        (void)str_copy(dst, size, clean);
        return;
    }
    int tail = where == FIT_MIDDLE ? (width - 1) / 2 : 0;
    size_t head = head_bytes(clean, len, width - 1 - tail);
    (void)str_format(dst, size, "%.*s…%s", (int)head, clean,
                     tail > 0 ? clean + tail_start(clean, len, tail) : "");
}

/* The width of the columns of priority up to `up_to` at their smallest, blanks between included. */
static int smallest(const struct fit_column *columns, int count, int up_to)
{
    int sum = -1;
    for (int i = 0; i < count; i++)
        if (columns[i].priority <= up_to)
            sum += columns[i].min + 1;
    return sum < 0 ? 0 : sum;
}

static int highest_priority(const struct fit_column *columns, int count)
{
    int highest = 0;
    for (int i = 0; i < count; i++)
        if (columns[i].priority > highest)
            highest = columns[i].priority;
    return highest;
}

/* Gives each column up to its ideal width, the most important first. */
static int widen(const struct fit_column *columns, int count, int left, int highest, int *width)
{
    for (int rank = 0; rank <= highest; rank++)
        for (int i = 0; i < count; i++) {
            if (columns[i].priority != rank || width[i] == 0)
                continue;
            int more = columns[i].ideal - width[i];
            more = more < 0 ? 0 : more > left ? left : more;
            width[i] += more;
            left -= more;
        }
    return left;
}

void fit_choose(const struct fit_column *columns, int count, int width, int *ret_width)
{
    int highest = highest_priority(columns, count), rank = highest;
    while (rank > 0 && smallest(columns, count, rank) > width)
        rank--;
    int left = width - smallest(columns, count, rank);
    for (int i = 0; i < count; i++)
        ret_width[i] = columns[i].priority <= rank ? columns[i].min : 0;
    if (left < 0)
        return; /* even the necessary ones are too wide: the pane clips them */
    left = widen(columns, count, left, highest, ret_width);
    for (int i = 0; i < count; i++)
        if (columns[i].stretch && ret_width[i] > 0) {
            ret_width[i] += left;
            left = 0;
        }
}

const char *fit_count(int64_t n, char dst[FIT_TEXT])
{
    char digits[24];
    (void)snprintf(digits, sizeof digits, "%lld", (long long)n); /* 20 characters at most */
    size_t len = strlen(digits), at = 0;
    for (size_t i = 0; i < len; i++) {
        size_t left = len - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-')
            dst[at++] = ' ';
        dst[at++] = digits[i];
    }
    dst[at] = '\0';
    return dst;
}

const char *fit_span(int64_t span_us, char dst[FIT_TEXT])
{
    long long s = (long long)(span_us / US_PER_S);
    if (span_us < 0)
        (void)str_copy(dst, FIT_TEXT, "-");
    else if (s < 60)
        (void)str_format(dst, FIT_TEXT, "%llds", s);
    else if (s < 3600)
        (void)str_format(dst, FIT_TEXT, "%lldm", s / 60);
    else if (s < 86400)
        (void)str_format(dst, FIT_TEXT, "%lldh%02lld", s / 3600, s / 60 % 60);
    else
        (void)str_format(dst, FIT_TEXT, "%lldd%02lld", s / 86400, s / 3600 % 24);
    return dst;
}

static struct tm local_time(int64_t at_us)
{
    time_t at = (time_t)(at_us / US_PER_S);
    struct tm tm = {0};
    (void)localtime_r(&at, &tm); /* it fails for years past int only; then 1900 is shown */
    return tm;
}

const char *fit_when(int64_t at_us, int64_t now_us, char dst[FIT_TEXT])
{
    struct tm tm = local_time(at_us);
    int64_t midnight = fit_midnight(now_us), day = INT64_C(86400) * US_PER_S;
    const char *form = "%e %b";
    if (at_us >= midnight && at_us < midnight + day)
        form = "%H:%M";
    else if (at_us < midnight && at_us >= midnight - 6 * day)
        form = "%a %H:%M";
    dst[0] = '\0';
    if (strftime(dst, FIT_TEXT, form, &tm) == 0)
        dst[0] = '\0';
    return dst[0] == ' ' ? dst + 1 : dst;
}

const char *fit_minute(int64_t at_us, char dst[FIT_TEXT])
{
    struct tm tm = local_time(at_us);
    if (strftime(dst, FIT_TEXT, "%H:%M", &tm) == 0)
        dst[0] = '\0';
    return dst;
}

int fit_percent(int64_t num, int64_t den)
{
    if (den <= 0 || num <= 0)
        return 0;
    if (num >= den)
        return 100;
    int percent = (int)((double)num * 100.0 / (double)den);
    return percent > 99 ? 99 : percent;
}

int64_t fit_midnight(int64_t now_us)
{
    struct tm tm = local_time(now_us);
    tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
    tm.tm_isdst = -1;
    time_t at = mktime(&tm);
    return at == (time_t)-1 ? now_us - now_us % (INT64_C(86400) * US_PER_S) : at * US_PER_S;
}
