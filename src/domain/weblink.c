/* weblink.c - foreign addresses made harmless and comparable. The idea: an address is written anew,
 * byte by byte, from what is allowed; nothing of the original gets through unlooked at. */
#include "domain/weblink.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

/* A fixed array that is written to its end and then remembers that it was too small. */
struct line {
    char *dst;
    size_t len, max;
    bool full;
};

static void put(struct line *l, char c)
{
    if (l->len < l->max)
        l->dst[l->len++] = c;
    else
        l->full = true;
}

static void put_n(struct line *l, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        put(l, text[i]);
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Unreserved and reserved characters of RFC 3986 but the quote, which ends HTML attributes. */
static bool is_plain(char c)
{
    return is_alnum(c) || (c != '\0' && strchr("-._~:/?#[]@!$&()*+,;=%", c) != NULL);
}

static void put_encoded(struct line *l, char c)
{
    static const char hex[] = "0123456789ABCDEF";
    put(l, '%');
    put(l, hex[(unsigned char)c >> 4]);
    put(l, hex[(unsigned char)c & 15]);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

/* May this character stand there as it is? Some may only once, or only in the host. behind: the
 * host is over; hash: a # was written. */
static bool is_kept(const char *at, const char *end, bool behind, bool hash)
{
    switch (*at) {
    case '%':
        return end - at > 2 && is_hex(at[1]) && is_hex(at[2]);
    case '[':
    case ']':
        return !behind;
    case '#':
        return !hash;
    default:
        return is_plain(*at);
    }
}

static bool is_dropped(char c)
{
    return c == '\t' || c == '\r' || c == '\n';
}

static const char *skip_blanks(const char *text)
{
    while (*text != '\0' && (unsigned char)*text <= ' ')
        text++;
    return text;
}

/* "http://" or "https://" at the beginning: its length, else 0. */
static size_t scheme_len(const char *url)
{
    if (strncasecmp(url, "https://", 8) == 0)
        return 8;
    return strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
}

static size_t authority_len(const char *rest)
{
    return strcspn(rest, "/?#\\");
}

/* A host and perhaps a port; user names are refused, because a link may then look like another
 * site's ("https://bank.example@evil.example"). */
static bool authority_ok(const char *text, size_t len)
{
    if (len == 0 || !(is_alnum(text[0]) || text[0] == '[' || text[0] == '%'))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_alnum(text[i]) && strchr("-._:[]%", text[i]) == NULL)
            return false;
    return true;
}

/* Writes the address anew, character by character. */
static void rewrite(struct line *l, const char *text, size_t len)
{
    int slashes = 0;
    bool behind = false, hash = false;
    for (size_t i = 0; i < len; i++) {
        if (is_dropped(text[i]))
            continue;
        if (is_kept(text + i, text + len, behind, hash))
            put(l, text[i]);
        else
            put_encoded(l, text[i]);
        slashes += text[i] == '/';
        hash = hash || text[i] == '#';
        behind = behind || slashes > 2 || text[i] == '?' || hash;
    }
}

bool weblink_clean(const char *text, char dst[URL_MAX + 1])
{
    struct line l = {.dst = dst, .max = URL_MAX};
    text = skip_blanks(text);
    size_t len = strlen(text);
    while (len > 0 && (unsigned char)text[len - 1] <= ' ')
        len--;
    rewrite(&l, text, len);
    dst[l.len] = '\0';
    size_t scheme = scheme_len(dst);
    if (l.full || scheme == 0 || !authority_ok(dst + scheme, authority_len(dst + scheme))) {
        dst[0] = '\0';
        return false;
    }
    for (size_t i = 0; i < scheme; i++)
        if (dst[i] >= 'A' && dst[i] <= 'Z')
            dst[i] = (char)(dst[i] | 0x20);
    return true;
}

/* --- the same page ---------------------------------------------------------------------------- */

static bool counts_clicks(const char *name, size_t len)
{
    static const char *const names[] = {"fbclid", "gclid",  "dclid",     "msclkid",    "mc_cid",
                                        "mc_eid", "igshid", "yclid",     "_hsenc",     "_hsmi",
                                        "cmpid",  "ocid",   "at_medium", "at_campaign"};
    if (len >= 4 && strncasecmp(name, "utm_", 4) == 0)
        return true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == len && strncasecmp(name, names[i], len) == 0)
            return true;
    return false;
}

static void put_query(struct line *l, const char *query, size_t len)
{
    char mark = '?';
    for (const char *at = query, *end = query + len; at < end;) {
        const char *and = memchr(at, '&', (size_t)(end - at));
        const char *stop = and != NULL ? and : end;
        size_t n = (size_t)(stop - at), name = 0;
        while (name < n && at[name] != '=')
            name++;
        if (n > 0 && !counts_clicks(at, name)) {
            put(l, mark);
            put_n(l, at, n);
            mark = '&';
        }
        at = stop + 1;
    }
}

/* The authority without "www." and default port, in lower case. */
static void put_host(struct line *l, const char *host, size_t len)
{
    if (len > 4 && strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        len -= 4;
    }
    if (len > 3 && strncmp(host + len - 3, ":80", 3) == 0)
        len -= 3;
    else if (len > 4 && strncmp(host + len - 4, ":443", 4) == 0)
        len -= 4;
    for (size_t i = 0; i < len; i++)
        put(l, host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] | 0x20) : host[i]);
}

void weblink_canonical(const char *url, char dst[URL_MAX + 1])
{
    struct line l = {.dst = dst, .max = URL_MAX};
    const char *rest = url + scheme_len(url);
    size_t host = authority_len(rest);
    put_host(&l, rest, host);
    rest += host;
    size_t path = strcspn(rest, "?#");
    const char *query = rest + path;
    while (path > 0 && rest[path - 1] == '/')
        path--;
    put_n(&l, rest, path);
    if (*query == '?')
        put_query(&l, query + 1, strcspn(query + 1, "#"));
    dst[l.len] = '\0';
}

bool weblink_same_site(const char *a, const char *b)
{
    char one[URL_MAX + 1], other[URL_MAX + 1];
    weblink_canonical(a, one);
    weblink_canonical(b, other);
    const size_t len = strcspn(one, "/?");
    return len > 0 && len == strcspn(other, "/?") && strncmp(one, other, len) == 0;
}

void weblink_host(const char *url, char *dst, size_t size)
{
    const char *host = url + scheme_len(url);
    size_t len = scheme_len(url) > 0 ? authority_len(host) : 0;
    if (len > 4 && strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        len -= 4;
    }
    (void)str_copy_n(dst, size, host, len); /* a cut is fine: it is only shown */
}
