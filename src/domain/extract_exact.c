/* extract_exact.c - values that are addresses by their place: the recipients of a link, an email
 * member, the masked form of a proxy. The place says that it is an address, so the local part may
 * be anything that RFC 5322 allows; what is no address even so is read as running text. */
#include "base/str.h"

#include "extract_parts.h"

#include <string.h>

enum { PIECE_MAX = 512 }; /* bytes of one decoded recipient with its name */

struct piece {
    const char *text;
    size_t len;
};

static bool is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

static struct piece trim(struct piece p)
{
    while (p.len > 0 && is_blank(p.text[0])) {
        p.text++;
        p.len--;
    }
    while (p.len > 0 && is_blank(p.text[p.len - 1]))
        p.len--;
    return p;
}

static struct piece skip(struct piece p, size_t n)
{
    return (struct piece){p.text + n, p.len - n};
}

/* "mailto:", in any case, with spaces before the colon, as often as it stands there, and slashes.
 * */
static bool strip_scheme(struct piece *p)
{
    bool found = false;
    for (;;) {
        struct piece rest = trim(*p);
        if (rest.len < 7 || strncasecmp(rest.text, "mailto", 6) != 0)
            break;
        rest = trim(skip(rest, 6));
        if (rest.len == 0 || rest.text[0] != ':')
            break;
        *p = skip(rest, 1);
        found = true;
    }
    *p = trim(*p);
    while (found && p->len > 0 && p->text[0] == '/')
        *p = skip(*p, 1);
    return found;
}

/* "Jo <a@b>" -> "a@b"; 'a@b' -> a@b. */
static struct piece strip_dressing(struct piece p)
{
    const char *close = p.text != NULL && p.len > 0 ? memrchr(p.text, '>', p.len) : NULL;
    const char *open = close != NULL ? memrchr(p.text, '<', (size_t)(close - p.text)) : NULL;
    if (open != NULL)
        p = (struct piece){open + 1, (size_t)(close - open - 1)};
    p = trim(p);
    while (p.len > 2 && (p.text[0] == '"' || p.text[0] == '\'') && p.text[p.len - 1] == p.text[0])
        p = trim((struct piece){p.text + 1, p.len - 2});
    return p;
}

/* Where the '@' behind the local part stands; p.len when there is none. */
static size_t find_sign(struct piece p)
{
    if (p.len > 0 && p.text[0] == '"') {
        size_t i = 1;
        for (; i < p.len && p.text[i] != '"'; i++)
            if (p.text[i] == '\\')
                i++;
        i++;
        return i < p.len && p.text[i] == '@' ? i : p.len;
    }
    const char *sign = p.len > 0 ? memchr(p.text, '@', p.len) : NULL;
    return sign != NULL ? (size_t)(sign - p.text) : p.len;
}

enum answer { ANSWER_NONE, ANSWER_FOUND, ANSWER_ENOUGH };

/* One address and nothing else, but for what may hang on behind its domain. */
static enum answer take_one(struct piece p, const struct extract_sink *sink)
{
    p = strip_dressing(trim(p));
    if (strip_scheme(&p))
        p = strip_dressing(p);
    size_t sign = find_sign(p);
    if (sign == p.len)
        return ANSWER_NONE;
    struct piece local = trim((struct piece){p.text, sign}), host = trim(skip(p, sign + 1));
    if (!address_local_valid(local.text, local.len))
        return ANSWER_NONE;
    struct extract_run run = {.text = host.text, .len = host.len, .to = host.len};
    struct extract_domain domain;
    if (!extract_domain_read(&run, sink, 0, MODE_PLAIN, &domain) ||
        (domain.end < host.len && host.text[domain.end] == '@'))
        return ANSWER_NONE;
    struct extract_found found = {.local_len = local.len, .domain_len = domain.len};
    memcpy(found.local, local.text, local.len);
    memcpy(found.domain, domain.text, domain.len);
    return sink->found(sink->owner, &found) ? ANSWER_FOUND : ANSWER_ENOUGH;
}

struct flow {
    const struct extract_sink *sink;
    bool enough;
};

static bool flow_tld(void *owner, const char *label, size_t len)
{
    const struct flow *flow = owner;
    return flow->sink->tld_known(flow->sink->owner, label, len);
}

static bool flow_found(void *owner, const struct extract_found *found)
{
    struct flow *flow = owner;
    struct extract_found same = *found;
    same.at = 0;
    flow->enough = !flow->sink->found(flow->sink->owner, &same);
    return !flow->enough;
}

/* False when the sink had enough. */
static bool take_item(struct piece p, const struct extract_sink *sink)
{
    enum answer answer = take_one(p, sink);
    if (answer != ANSWER_NONE)
        return answer == ANSWER_FOUND;
    struct flow flow = {.sink = sink};
    struct extract_sink as_text = {.owner = &flow, .tld_known = flow_tld, .found = flow_found};
    struct extract_run run = {.text = p.text, .len = p.len, .to = p.len};
    extract_text(&run, &as_text);
    return !flow.enough;
}

/* The length of the first item of a list: up to a separator outside quotes and angle brackets. */
static size_t item_len(struct piece p)
{
    bool in_quotes = false;
    for (size_t i = 0; i < p.len; i++) {
        if (p.text[i] == '"')
            in_quotes = !in_quotes;
        else if (!in_quotes && (p.text[i] == ',' || p.text[i] == ';'))
            return i;
    }
    /* A quote that is never closed quotes nothing. */
    for (size_t i = 0; in_quotes && i < p.len; i++)
        if (p.text[i] == ',' || p.text[i] == ';')
            return i;
    return p.len;
}

bool extract_list(const char *text, size_t len, const struct extract_sink *sink)
{
    struct piece rest = {text, len};
    while (rest.len > 0) {
        size_t n = item_len(rest);
        if (!take_item((struct piece){rest.text, n}, sink))
            return false;
        rest = skip(rest, n < rest.len ? n + 1 : n);
    }
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Two hexadecimal digits at text; -1 when there are none. */
static int hex_byte(const char *text, size_t len)
{
    if (len < 2 || hex_digit(text[0]) < 0 || hex_digit(text[1]) < 0)
        return -1;
    return hex_digit(text[0]) * 16 + hex_digit(text[1]);
}

/* Decodes %xx once. What is no %xx stays; what would be a control character becomes a space. */
static size_t percent_decode(struct piece p, char *dst, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < p.len && n < size; i++) {
        int byte = p.text[i] == '%' ? hex_byte(p.text + i + 1, p.len - i - 1) : -1;
        if (byte < 0) {
            dst[n++] = p.text[i];
            continue;
        }
        dst[n++] = byte < 0x20 || byte == 0x7F ? ' ' : (char)byte;
        i += 2;
    }
    return n;
}

/* An escape, or the C1 control that begins a control sequence (in UTF-8), written or as %xx: what
 * stands behind it is a part of that sequence, and no address. */
static bool holds_escape(struct piece p)
{
    for (size_t i = 0; i < p.len; i++) {
        const char *at = p.text + i;
        size_t left = p.len - i;
        if (*at == 0x1B || (*at == '%' && hex_byte(at + 1, left - 1) == 0x1B) ||
            (left >= 2 && memcmp(at, "\xC2\x9B", 2) == 0) ||
            (left >= 6 && strncasecmp(at, "%c2%9b", 6) == 0))
            return true;
    }
    return false;
}

/* The recipients in one field: split first, so that each item has a bound of its own. */
static bool take_recipients(struct piece field, const struct extract_sink *sink)
{
    char decoded[PIECE_MAX] = "";
    while (field.len > 0) {
        size_t n = item_len(field);
        if (n <= sizeof decoded * 3 && !holds_escape((struct piece){field.text, n})) {
            size_t len = percent_decode((struct piece){field.text, n}, decoded, sizeof decoded);
            if (!extract_list(decoded, len, sink))
                return false;
        }
        field = skip(field, n < field.len ? n + 1 : n);
    }
    return true;
}

static bool is_recipient_field(struct piece key)
{
    static const char *const names[] = {"to", "cc", "bcc"};
    if (key.len > 4 && strncasecmp(key.text, "amp;", 4) == 0)
        key = skip(key, 4);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (key.len == strlen(names[i]) && strncasecmp(key.text, names[i], key.len) == 0)
            return true;
    return false;
}

/* Everything behind "mailto:": RFC 6068, but also what people write instead. */
static void take_link(struct piece p, const struct extract_sink *sink)
{
    const char *query = p.len > 0 ? memchr(p.text, '?', p.len) : NULL;
    struct piece to = {p.text, query != NULL ? (size_t)(query - p.text) : p.len};
    if (!take_recipients(to, sink))
        return;
    struct piece rest = skip(p, query != NULL ? to.len + 1 : to.len);
    while (rest.len > 0) {
        const char *amp = memchr(rest.text, '&', rest.len);
        struct piece field = {rest.text, amp != NULL ? (size_t)(amp - rest.text) : rest.len};
        const char *equals = field.len > 0 ? memchr(field.text, '=', field.len) : NULL;
        size_t key_len = equals != NULL ? (size_t)(equals - field.text) : field.len;
        if (equals != NULL && is_recipient_field((struct piece){field.text, key_len}) &&
            !take_recipients(skip(field, key_len + 1), sink))
            return;
        rest = skip(rest, amp != NULL ? field.len + 1 : field.len);
    }
}

bool extract_mailto(const char *value, size_t len, const struct extract_sink *sink)
{
    struct piece p = {value, len};
    if (!strip_scheme(&p))
        return false;
    take_link(p, sink);
    return true;
}

bool extract_masked(const char *hex, size_t len, const struct extract_sink *sink)
{
    char plain[PIECE_MAX] = "";
    size_t n = 0;
    int key = hex_byte(hex, len);
    if (key < 0 || len % 2 != 0 || len / 2 > sizeof plain)
        return false;
    for (size_t i = 2; i < len; i += 2) {
        int byte = hex_byte(hex + i, len - i);
        if (byte < 0)
            return false;
        plain[n++] = (char)(byte ^ key);
    }
    take_link((struct piece){plain, n}, sink);
    return true;
}
