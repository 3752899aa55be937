/* str.c - small questions about text. The idea: every answer is total: it has a result for any
 * input, never reads past the end and never allocates. */
#include "base/str.h"

#include "base/utf8.h"

#include <sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool str_copy_n(char *dst, size_t size, const char *bytes, size_t len)
{
    bool whole = len < size;
    size_t n = whole ? len : utf8_whole(bytes, size - 1);
    if (n > 0)
        memcpy(dst, bytes, n);
    dst[n] = '\0';
    return whole;
}

bool str_copy(char *dst, size_t size, const char *text)
{
    return str_copy_n(dst, size, text, strlen(text));
}

bool str_format(char *dst, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(dst, size, format, args);
    va_end(args);
    if (n >= 0 && (size_t)n < size)
        return true;
    dst[n < 0 ? 0 : utf8_whole(dst, size - 1)] = '\0';
    return false;
}

bool str_equal(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Not strcasecmp: that one asks the locale (Turkish i). */
bool str_equal_nocase(const char *a, const char *b)
{
    while (*a != '\0' && lower(*a) == lower(*b))
        a++, b++;
    return lower(*a) == lower(*b);
}

bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);
    return m <= n && memcmp(text + n - m, suffix, m) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *str_trim(char *text)
{
    while (is_space(*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && is_space(text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

void str_lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = lower(*text);
}

/* Reads digits from *at into *ret; false without a digit or past INT64_MAX. The value is gathered
 * negative, so that INT64_MIN can be read too. */
static bool digits_negative(const char **at, int64_t *ret)
{
    const char *p = *at;
    int64_t value = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *p - '0', &value))
            return false;
    if (p == *at)
        return false;
    *at = p;
    *ret = value;
    return true;
}

bool str_int(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    int64_t value;
    if (!digits_negative(&text, &value) || *text != '\0')
        return false;
    if (!negative && __builtin_sub_overflow((int64_t)0, value, &value))
        return false;
    if (value < min || value > max)
        return false;
    *ret = value;
    return true;
}

bool str_bool(const char *text, bool *ret)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"off", "on"}, {"false", "true"}, {"0", "1"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (int value = 0; value <= 1; value++)
            if (str_equal_nocase(text, words[i][value])) {
                *ret = value == 1;
                return true;
            }
    return false;
}

/* From the longest to the shortest; a span names each at most once, in this order. */
struct unit {
    char name[3];
    int64_t us;
};

static const struct unit units[] = {
    {"w", INT64_C(604800000000)}, {"d", INT64_C(86400000000)}, {"h", INT64_C(3600000000)},
    {"m", INT64_C(60000000)},     {"s", INT64_C(1000000)},     {"ms", INT64_C(1000)},
    {"us", INT64_C(1)},
};

enum { UNITS = sizeof units / sizeof units[0] };

#define SPAN_MAX_US (INT64_C(3660) * 86400 * 1000000)

/* The unit at *at, searched from `from` on; UNITS when there is none. Moves *at behind it. */
static size_t unit_at(const char **at, size_t from)
{
    size_t n = 0;
    while ((*at)[n] >= 'a' && (*at)[n] <= 'z')
        n++;
    for (size_t i = from; i < UNITS; i++)
        if (n == strlen(units[i].name) && memcmp(*at, units[i].name, n) == 0) {
            *at += n;
            return i;
        }
    return UNITS;
}

bool str_span_us(const char *text, int64_t *ret_us)
{
    if (str_equal(text, "0")) {
        *ret_us = 0;
        return true;
    }
    int64_t total = 0, part;
    size_t next = 0;
    do {
        if (!digits_negative(&text, &part))
            return false;
        size_t unit = unit_at(&text, next);
        if (unit == UNITS || part < -SPAN_MAX_US / units[unit].us)
            return false;
        total -= part * units[unit].us;
        next = unit + 1;
    } while (*text != '\0' && total <= SPAN_MAX_US);
    if (total > SPAN_MAX_US)
        return false;
    *ret_us = total;
    return true;
}

void str_span_text(int64_t span_us, char *dst, size_t size)
{
    if (span_us <= 0) {
        (void)str_copy(dst, size, "0"); /* one digit; a cut can't be told better */
        return;
    }
    /* Weeks only when they are all there is: "10d" reads better than "1w3d". */
    size_t at = 0, first = span_us % units[0].us == 0 ? 0 : 1;
    dst[0] = '\0';
    for (size_t i = first; i < UNITS && span_us > 0; i++) {
        int64_t count = span_us / units[i].us;
        span_us %= units[i].us;
        if (count == 0)
            continue;
        if (!str_format(dst + at, size - at, "%lld%s", (long long)count, units[i].name))
            return;
        at += strlen(dst + at);
    }
}

enum { DISTANCE_MAX = 63 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Optimal string alignment (Damerau-Levenshtein without overlapping swaps), three rows. */
int str_distance(const char *a, const char *b, int limit)
{
    int rows[3][DISTANCE_MAX + 1];
    int n = (int)strnlen(a, DISTANCE_MAX), m = (int)strnlen(b, DISTANCE_MAX);
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            now[j] = least(before[j] + 1, now[j - 1] + 1);
            now[j] = least(now[j], before[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], older[j - 2] + 1);
        }
    }
    return least(rows[n % 3][m], limit + 1);
}

/* FNV-1a, 64 bit: Fowler, Noll, Vo; offset basis and prime from RFC 9923. */
uint64_t str_hash(const void *bytes, size_t len, uint64_t seed)
{
    const unsigned char *p = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ seed;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

void str_sha256(const void *bytes, size_t len, uint8_t ret[32])
{
    SHA2_CTX state;
    SHA256Init(&state);
    if (len > 0)
        SHA256Update(&state, bytes, len);
    SHA256Final(ret, &state);
}

void str_sha256_hex(const void *bytes, size_t len, char ret[65])
{
    static const char digit[] = "0123456789abcdef";
    uint8_t hash[32];
    str_sha256(bytes, len, hash);
    for (size_t i = 0; i < sizeof hash; i++) {
        ret[2 * i] = digit[hash[i] >> 4];
        ret[2 * i + 1] = digit[hash[i] & 15];
    }
    ret[64] = '\0';
}
