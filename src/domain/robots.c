/* robots.c - robots.txt (RFC 9309). The idea: reading leaves only lines "A pattern" and "D
 * pattern", with every byte that can be written in several ways written in one; then a match is a
 * comparison of bytes, and * is the only thing left to think about. */
#include "domain/robots.h"

#include "base/str.h"
#include "domain/types.h"

#include <string.h>

struct span {
    const char *at;
    size_t len;
};

/* --- one spelling ----------------------------------------------------------------------------- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Means the same with and without % (RFC 3986 section 2.3). */
static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("-._~", c) != NULL);
}

static void add_escaped(struct buf *out, unsigned char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char text[3] = {'%', digits[c >> 4], digits[c & 15]};
    (void)buf_add(out, text, sizeof text); /* the caller asks buf_ok(), here and below */
}

/* Escapes in capitals; what need not be escaped isn't; what is not ASCII is. */
static void add_one_spelling(struct buf *out, struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.at[i];
        int high = c == '%' && i + 2 < s.len ? hex(s.at[i + 1]) : -1;
        int low = high >= 0 ? hex(s.at[i + 2]) : -1;
        if (low >= 0) {
            c = (unsigned char)(high * 16 + low);
            i += 2;
        }
        if ((low >= 0 && !is_unreserved(c)) || c <= ' ' || c >= 0x7F)
            add_escaped(out, c);
        else
            (void)buf_addc(out, (char)c);
    }
}

/* --- reading ---------------------------------------------------------------------------------- */

struct line {
    struct span key, value;
};

static struct span trimmed(struct span s)
{
    while (s.len > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = (struct span){s.at + 1, s.len - 1};
    while (s.len > 0 && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t'))
        s.len--;
    return s;
}

/* Takes the next line off *rest; key and value are empty for what is none. */
static struct line next_line(struct span *rest)
{
    struct line line = {{"", 0}, {"", 0}};
    size_t len = 0, end, colon;
    while (len < rest->len && rest->at[len] != '\n' && rest->at[len] != '\r')
        len++;
    for (end = 0; end < len && rest->at[end] != '#'; end++)
        ;
    for (colon = 0; colon < end && rest->at[colon] != ':'; colon++)
        ;
    if (colon < end) {
        line.key = trimmed((struct span){rest->at, colon});
        line.value = trimmed((struct span){rest->at + colon + 1, end - colon - 1});
    }
    len += len < rest->len;
    *rest = (struct span){rest->at + len, rest->len - len};
    return line;
}

static bool is_word(struct span s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.at, word, s.len) == 0;
}

/* The product token at the start of the value: "autopilot/1.0 (x)" names autopilot. */
static bool names(struct span value, const char *token)
{
    size_t n = 0;
    while (n < value.len && (value.at[n] == '-' || value.at[n] == '_' ||
                             (value.at[n] >= 'a' && value.at[n] <= 'z') ||
                             (value.at[n] >= 'A' && value.at[n] <= 'Z')))
        n++;
    return is_word((struct span){value.at, n}, token);
}

/* Where a reader stands: are the rules of this line ours? */
struct group {
    const char *token; /* "*": everybody's */
    bool ours, in_rules;
};

static bool is_agent(struct group *g, const struct line *line)
{
    if (!is_word(line->key, "user-agent"))
        return false;
    if (g->in_rules) /* a new group begins */
        g->ours = g->in_rules = false;
    if (str_equal(g->token, "*") ? is_word(line->value, "*") : names(line->value, g->token))
        g->ours = true;
    return true;
}

static bool has_group(struct span text, const char *token)
{
    struct group g = {.token = token};
    while (text.len > 0 && !g.ours) {
        struct line line = next_line(&text);
        (void)is_agent(&g, &line); /* its answer is in g.ours */
    }
    return g.ours;
}

/* "2", "0.5": seconds, in microseconds; 0 for what is no number. */
static int64_t delay_of(struct span value)
{
    int64_t us = 0, unit = 1000000;
    bool fraction = false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '.' && !fraction) {
            fraction = true;
        } else if (c < '0' || c > '9') {
            return 0;
        } else if (fraction) {
            unit /= 10;
            us += unit * (c - '0');
        } else if (us <= ROBOTS_DELAY_MAX_US) {
            us = us * 10 + unit * (c - '0');
        }
    }
    return us < ROBOTS_DELAY_MAX_US ? us : ROBOTS_DELAY_MAX_US;
}

static void add_rule(struct buf *out, bool allow, struct span pattern)
{
    (void)buf_adds(out, allow ? "A " : "D "); /* the caller asks buf_ok(), here and below */
    add_one_spelling(out, pattern);
    (void)buf_addc(out, '\n');
}

void robots_read(const char *text, size_t len, const char *token, struct buf *out,
                 int64_t *ret_delay_us)
{
    struct span all = {text, len < ROBOTS_BYTES_MAX ? len : ROBOTS_BYTES_MAX};
    if (all.len >= 3 && memcmp(all.at, "\xEF\xBB\xBF", 3) == 0)
        all = (struct span){all.at + 3, all.len - 3};
    struct group g = {.token = has_group(all, token) ? token : "*"};
    *ret_delay_us = 0;
    while (all.len > 0) {
        struct line line = next_line(&all);
        bool allow = is_word(line.key, "allow"), rule = allow || is_word(line.key, "disallow");
        bool delay = is_word(line.key, "crawl-delay");
        if (is_agent(&g, &line))
            continue;
        g.in_rules = g.in_rules || rule || delay;
        if (!g.ours || line.value.len == 0) /* an empty rule is none */
            continue;
        if (delay)
            *ret_delay_us = delay_of(line.value);
        if (rule)
            add_rule(out, allow, line.value);
    }
}

/* --- asking ----------------------------------------------------------------------------------- */

/* Each piece between two * as early as it comes: if any choice of places matches, this one does. */
static bool matches(struct span pattern, struct span path)
{
    bool whole = pattern.len > 0 && pattern.at[pattern.len - 1] == '$', first = true;
    pattern.len -= whole;
    for (;;) {
        const char *star = memchr(pattern.at, '*', pattern.len);
        size_t len = star != NULL ? (size_t)(star - pattern.at) : pattern.len;
        const char *at = path.at;
        if (len > path.len)
            return false;
        if (star == NULL && whole && !first) /* the last piece, at the very end */
            return memcmp(path.at + path.len - len, pattern.at, len) == 0;
        if (first && memcmp(path.at, pattern.at, len) != 0)
            return false;
        if (!first && len > 0)
            at = memmem(path.at, path.len, pattern.at, len);
        if (at == NULL)
            return false;
        path.len -= (size_t)(at - path.at) + len;
        path.at = at + len;
        if (star == NULL)
            return !whole || path.len == 0;
        pattern = (struct span){star + 1, pattern.len - len - 1};
        first = false;
    }
}

/* path: in the one spelling. */
static bool decide(const char *rules, struct span path)
{
    size_t longest = 0;
    bool allowed = true;
    while (rules[0] != '\0') {
        size_t len = strcspn(rules, "\n");
        struct span pattern = {rules + 2, len - 2};
        bool allows = rules[0] == 'A';
        if ((pattern.len > longest || (pattern.len == longest && allows)) &&
            matches(pattern, path)) {
            longest = pattern.len;
            allowed = allows;
        }
        rules += len + (rules[len] == '\n');
    }
    return allowed;
}

bool robots_allows(const char *rules, const char *path)
{
    if (path[0] == '\0')
        path = "/";
    if (str_equal(path, "/robots.txt"))
        return true;
    struct buf one = buf_init((size_t)URL_MAX * 3);
    add_one_spelling(&one, (struct span){path, strcspn(path, "#")});
    bool allowed = strlen(path) <= URL_MAX && buf_ok(&one) &&
                   decide(rules, (struct span){buf_text(&one), one.len});
    buf_done(&one);
    return allowed;
}
