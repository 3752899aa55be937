/* feed_value.c - dates, links and texts of feeds, each of which is written in more ways than the
 * standards know. */
#include "feed_parts.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <curl/curl.h>
#include <string.h>

/* 1990-01-01 and 2100-01-01: outside, a date is a mistake. */
static const int64_t date_min_us = INT64_C(631152000) * US_PER_S;
static const int64_t date_max_us = INT64_C(4102444800) * US_PER_S;

enum { DATE_MAX = 80 };

/* --- dates ------------------------------------------------------------------------------------ */

/* Does the text begin like the shape? d is a digit, everything else itself. */
static bool fits(const char *text, const char *shape)
{
    for (; *shape != '\0'; shape++, text++)
        if (*shape == 'd' ? *text < '0' || *text > '9' : *text != *shape)
            return false;
    return true;
}

/* ":30.25" at the beginning, or ":00" where there is none. Returns the bytes it took. */
static size_t take_seconds(const char *at, char seconds[16])
{
    size_t len = *at == ':' ? 1 + strspn(at + 1, "0123456789.") : 0;
    (void)str_copy(seconds, 16, ":00"); /* fits */
    if (len > 0)
        (void)str_copy_n(seconds, 11, at, len); /* cut to six decimals, which is what is read */
    return len;
}

/* "Z", "+0100", "+01:00", "+01", or nothing, which is taken for UTC. */
static bool take_zone(const char *at, char zone[8])
{
    (void)str_copy(zone, 8, "Z"); /* fits */
    if (*at == '\0' || *at == 'Z' || *at == 'z')
        return true;
    if ((*at != '+' && *at != '-') || !fits(at + 1, "dd"))
        return false;
    const char *minutes = at[3] == ':' ? at + 4 : at + 3;
    (void)str_format(zone, 8, "%.3s:%.2s", at, fits(minutes, "dd") ? minutes : "00"); /* fits */
    return true;
}

/* The forms of ISO 8601 that RFC 3339 leaves out: a date alone, no seconds, no zone, "+0100". They
 * are completed and then read. */
static bool read_iso(const char *text, int64_t *ret_us)
{
    char whole[DATE_MAX], zone[8] = "Z", seconds[16] = ":00", minutes[8] = "00:00";
    if (!fits(text, "dddd-dd-dd"))
        return false;
    const char *at = text + 10;
    if (*at != '\0') {
        if (strchr("Tt ", *at) == NULL || !fits(at + 1, "dd:dd"))
            return false;
        (void)str_copy_n(minutes, sizeof minutes, at + 1, 5); /* fits */
        at += 6;
        at += take_seconds(at, seconds);
        at += strspn(at, " ");
        if (!take_zone(at, zone))
            return false;
    }
    (void)str_format(whole, sizeof whole, "%.10sT%s%s%s", text, minutes, seconds, zone); /* fits */
    return time_parse(whole, ret_us);
}

/* RFC 822 and its many misspellings. The day's name is left out: it may be in any language. */
static bool read_822(const char *text, int64_t *ret_us)
{
    const char *comma = strchr(text, ',');
    if (comma != NULL && comma - text <= 12)
        text = comma + 1;
    time_t second = curl_getdate(text, NULL);
    if (second < date_min_us / US_PER_S || second > date_max_us / US_PER_S)
        return false; /* -1, which is no date, among them */
    *ret_us = (int64_t)second * US_PER_S;
    return true;
}

bool feed_date(const char *text, int64_t *ret_us)
{
    char line[DATE_MAX];
    int64_t at_us;
    text += strspn(text, " \t\r\n");
    if (!str_copy(line, sizeof line, text))
        return false;
    const char *date = str_trim(line);
    if (!time_parse(date, &at_us) && !read_iso(date, &at_us) && !read_822(date, &at_us))
        return false;
    if (at_us < date_min_us || at_us >= date_max_us)
        return false;
    *ret_us = at_us;
    return true;
}

/* --- links ------------------------------------------------------------------------------------ */

static bool resolve(const char *base, const char *link, char dst[URL_MAX + 1])
{
    CURLU *url = curl_url();
    char *whole = NULL;
    bool ok = url != NULL && curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK &&
              curl_url_set(url, CURLUPART_URL, link, CURLU_URLENCODE) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_URL, &whole, 0) == CURLUE_OK && weblink_clean(whole, dst);
    curl_free(whole);
    curl_url_cleanup(url);
    return ok;
}

bool feed_link(const char *base, const char *link, char dst[URL_MAX + 1])
{
    char line[URL_MAX + 1];
    link += strspn(link, " \t\r\n");
    if (link[0] == '\0' || !str_copy(line, sizeof line, link))
        return false;
    const char *plain = str_trim(line);
    return weblink_clean(plain, dst) || (base[0] != '\0' && resolve(base, plain, dst));
}

/* --- texts ------------------------------------------------------------------------------------ */

static bool is_blank(uint32_t point)
{
    return point == ' ' || (point >= 0x09 && point <= 0x0D) || point == 0x85 || point == 0xA0 ||
           (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
           point == 0x202F || point == 0x205F || point == 0x3000;
}

/* Appends with each run of white space as one blank, and none at the ends. */
static void collapse(const char *text, size_t len, struct buf *out)
{
    bool blank = false;
    uint32_t point;
    for (size_t i = 0, used; i < len && buf_ok(out); i += used) {
        used = utf8_next(text + i, len - i, &point);
        if (is_blank(point)) {
            blank = out->len > 0;
            continue;
        }
        if (blank)
            buf_addc(out, ' ');
        blank = false;
        text_screen(out, text + i, used);
    }
}

/* At most max bytes, cut behind a word where there is one in the last third. */
static void shorten(struct buf *line, size_t max)
{
    static const char dots[] = "\u2026";
    if (line->len <= max)
        return;
    size_t end = utf8_whole(line->data, max - (sizeof dots - 1));
    for (size_t at = end; at > end - end / 3; at--) {
        if (line->data[at] == ' ') {
            end = at;
            break;
        }
    }
    buf_cut(line, end);
    buf_adds(line, dots);
}

const char *feed_text(struct feed_reader *r, const char *text, size_t len, bool plain, size_t max)
{
    struct err err = {0};
    buf_clear(&r->line);
    if (!plain && (memchr(text, '<', len) != NULL || memchr(text, '&', len) != NULL)) {
        buf_clear(&r->reduced);
        buf_clear(&r->reduced_title);
        if (!page_text(r->page, text, len, "text/html; charset=utf-8", &r->reduced_title,
                       &r->reduced, NULL, &err))
            return NULL;
        text = buf_text(&r->reduced);
        len = r->reduced.len;
    }
    collapse(text, len, &r->line);
    if (!buf_ok(&r->line)) /* full: what is there is more than max */
        r->line.failed = false;
    shorten(&r->line, max);
    return arena_text(&r->arena, buf_text(&r->line));
}
