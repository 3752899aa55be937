/* message_address.c - everything in a message that somebody could click or be written to. The idea:
 * a value is judged as a whole before any byte of it is written. */
#include "message_address.h"

#include "message_encode.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"

#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, SHOWN_MAX = 80 };

bool header_check(const char *header, const char *value, struct err *err)
{
    size_t at = 0;
    const char *fault = plain_fault(value, strlen(value), false, &at);
    if (fault == NULL)
        return true;
    return err_set(err, ERR_REFUSED, "message: the value for %s %s (byte 0x%02x at %zu)", header,
                   fault, (unsigned)(unsigned char)value[at], at + 1);
}

static bool domain_ok(const char *domain)
{
    size_t len = strlen(domain);
    if (len < 1 || len > DOMAIN_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = domain[i];
        bool edge = i == 0 || i + 1 == len || domain[i - 1] == '.' || domain[i + 1] == '.';
        if (!encode_is_alnum((unsigned char)c) && (edge || (c != '-' && c != '.')))
            return false;
    }
    return true;
}

/* A well-formed quoted string, as some pages have it: "x y"@domain. */
static bool is_quoted(const char *local, size_t len)
{
    if (len < 2 || local[0] != '"' || local[len - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < len; i++) {
        if (local[i] == '"')
            return false;
        if (local[i] == '\\' && ++i + 1 >= len)
            return false;
    }
    return true;
}

static bool is_dot_atom(const char *local, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)local[i];
        bool edge = i == 0 || i + 1 == len || local[i - 1] == '.';
        if (c == '.' ? edge : c < 0x80 && !encode_is_atext(c))
            return false;
    }
    return true;
}

bool address_check(const char *header, const char *address, struct err *err)
{
    char shown[SHOWN_MAX];
    if (address == NULL || address[0] == '\0')
        return err_set(err, ERR_REFUSED, "message: there is no address for %s", header);
    if (!header_check(header, address, err))
        return false;
    text_screen_to(shown, sizeof shown, address);
    const char *at = strrchr(address, '@');
    if (at == NULL || at == address)
        return err_set(err, ERR_REFUSED, "message: %s: \"%s\" is not an address; name@domain is",
                       header, shown);
    if (at - address > LOCAL_MAX)
        return err_set(err, ERR_REFUSED, "message: %s: \"%s\" has more than %d bytes before the @",
                       header, shown, (int)LOCAL_MAX);
    if (!domain_ok(at + 1))
        return err_set(err, ERR_REFUSED,
                       "message: %s: the domain of \"%s\" must be letters, digits, hyphens and dots"
                       " (an international one as xn--)",
                       header, shown);
    return true;
}

const char *address_domain(const char *address)
{
    return strrchr(address, '@') + 1;
}

void address_put(struct buf *out, const char *address)
{
    const char *at = strrchr(address, '@');
    size_t len = (size_t)(at - address);
    if (is_quoted(address, len) || is_dot_atom(address, len))
        (void)buf_add(out, address, len);
    else
        (void)encode_quoted(out, address, len, 0); /* the column is not asked for */
    (void)buf_adds(out, at);
}

/* RFC 3986 section 2.3: the bytes that mean themselves anywhere in a URI. */
static void percent_encode(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (encode_is_alnum(c) || strchr("-._~", c) != NULL)
            (void)buf_addc(out, (char)c);
        else
            (void)buf_addf(out, "%%%02X", (unsigned)c);
    }
}

/* Puts the letter's own words where {{id}} and {{email}} stand. False: another variable. */
static bool fill_in(struct buf *out, const char *uri, size_t len, const struct uri_words *words)
{
    char id_text[UUID_TEXT_SIZE];
    uuid_text(words->id, id_text);
    for (size_t i = 0; i < len;) {
        if (len - i >= 6 && memcmp(uri + i, "{{id}}", 6) == 0) {
            (void)buf_adds(out, id_text);
            i += 6;
        } else if (len - i >= 9 && memcmp(uri + i, "{{email}}", 9) == 0) {
            percent_encode(out, words->to);
            i += 9;
        } else if (words->token != NULL && len - i >= 7 && memcmp(uri + i, "{token}", 7) == 0) {
            percent_encode(out, words->token);
            i += 7;
        } else if (uri[i] == '{' || uri[i] == '}') {
            return false;
        } else {
            (void)buf_addc(out, uri[i++]);
        }
    }
    return true;
}

static bool uri_bytes_ok(const char *uri)
{
    for (; *uri != '\0'; uri++) {
        if (*uri < 0x21 || *uri > 0x7E || strchr("<>\"\\", *uri) != NULL)
            return false;
    }
    return true;
}

static bool uri_refused(const char *uri, size_t len, const char *why, struct err *err)
{
    char raw[SHOWN_MAX], shown[SHOWN_MAX];
    (void)str_copy_n(raw, sizeof raw, uri, len);
    text_screen_to(shown, sizeof shown, raw);
    return err_set(err, ERR_REFUSED, "message: List-Unsubscribe: \"%s\" %s", shown, why);
}

/* One address of the list, of len bytes. */
static bool read_uri(const char *uri, size_t len, const struct uri_words *words,
                     struct uri_list *ret, struct err *err)
{
    struct buf filled = buf_init(MESSAGE_URI_MAX);
    bool ok = false;
    bool https = len > 8 && strncasecmp(uri, "https://", 8) == 0;
    bool http = len > 7 && strncasecmp(uri, "http://", 7) == 0;
    bool mailto = len > 7 && strncasecmp(uri, "mailto:", 7) == 0;
    if (!https && !http && !mailto)
        return uri_refused(uri, len, "must begin with https://, http:// or mailto:", err);
    if (ret->count == MESSAGE_URIS_MAX)
        return uri_refused(uri, len, "is one address too many; four are allowed", err);
    if (!fill_in(&filled, uri, len, words))
        (void)uri_refused(uri, len, "may hold {{id}}, {{email}} and {token}, no other braces", err);
    else if (!buf_ok(&filled))
        (void)uri_refused(uri, len, "is longer than 900 bytes when filled in", err);
    else if (!uri_bytes_ok(buf_text(&filled)))
        (void)uri_refused(uri, len, "must be printable ASCII without <, >, \\ and quotes", err);
    else
        ok = str_copy(ret->text[ret->count], sizeof ret->text[0], buf_text(&filled));
    if (ok) {
        ret->count++;
        ret->https = ret->https || https;
    }
    buf_done(&filled);
    return ok;
}

bool uri_list_read(const char *spec, const struct uri_words *words, struct uri_list *ret,
                   struct err *err)
{
    ret->count = 0;
    ret->https = false;
    for (const char *p = spec != NULL ? spec : ""; *(p += strspn(p, ", \t")) != '\0';) {
        size_t len = strcspn(p, ", \t");
        if (!read_uri(p, len, words, ret, err))
            return false;
        p += len;
    }
    return true;
}
