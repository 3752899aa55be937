/* extract_context.c - what looks like an address and is none: user names in URLs, copies with scp,
 * shell prompts, versions of packages, pictures for dense screens, names on other networks. Judged
 * from a few bytes on either side. */
#include "base/str.h"

#include "extract_parts.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { TOKEN_MAX = 300, PROMPT_MAX = 60 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Where the word (up to a space, a quote or an angle bracket) that ends at `end` begins. */
static size_t token_start(const char *text, size_t end)
{
    size_t at = end;
    while (at > 0 && end - at < TOKEN_MAX && strchr(" \"'<>,;|", text[at - 1]) == NULL)
        at--;
    return at;
}

/* The text before the address, back to the last space, is the beginning of a URL, and the address
 * its user name or a part of its path. "mailto:" is a URL too, of the right kind. */
static bool inside_url(const char *text, size_t start)
{
    if (start == 0 || strchr(":/=&?", text[start - 1]) == NULL)
        return false;
    size_t from = token_start(text, start);
    const char *slashes = memmem(text + from, start - from, "://", 3);
    if (slashes == NULL)
        return false;
    size_t scheme = (size_t)(slashes - text);
    return !(scheme >= 6 && strncasecmp(slashes - 6, "mailto", 6) == 0);
}

/* sip:a@b.com is a telephone, xmpp:a@b.com a chat. */
static bool other_network(const char *text, size_t start)
{
    static const char *const schemes[] = {"sip:", "sips:", "xmpp:", "ssh:", "acct:", "skype:"};
    for (size_t i = 0; start > 0 && text[start - 1] == ':' && i < COUNT(schemes); i++) {
        size_t n = strlen(schemes[i]);
        if (start >= n && strncasecmp(text + start - n, schemes[i], n) == 0 &&
            (start == n || !extract_is(text[start - n - 1], CLASS_ALNUM)))
            return true;
    }
    return false;
}

/* host:path of scp and git; a colon before a space only ends the phrase. */
static bool copy_target(const char *text, size_t len, size_t end)
{
    return end + 1 < len && text[end] == ':' &&
           (extract_is(text[end + 1], CLASS_LABEL) || strchr("/~._\\", text[end + 1]) != NULL);
}

/* "me@host.net$ ", "me@host.net ~ %", "me@host.net $ ls". */
static bool prompt(const char *rest, size_t left)
{
    if (left >= 2 && strchr("$#%", rest[0]) != NULL && rest[1] == ' ')
        return true;
    if (left >= 3 && memcmp(rest, " ~", 2) == 0 && strchr(" /$#%", rest[2]) != NULL)
        return true;
    /* A command; behind a price stands a figure. */
    return left >= 4 && memcmp(rest, " $ ", 3) == 0 && rest[3] >= 'a' && rest[3] <= 'z';
}

/* "[me@host.net dir]#": what stands behind "[me@host.net". */
static bool bracket_prompt(const char *rest, size_t left)
{
    if (left == 0 || rest[0] != ' ')
        return false;
    size_t far = left < PROMPT_MAX ? left : PROMPT_MAX;
    const char *close = memchr(rest, ']', far);
    return close != NULL && close + 1 < rest + left && strchr("$#%", close[1]) != NULL;
}

/* "2x.zip", "1.5x.ai": the density of a picture's name, with a type that is a top-level domain. */
static bool density(const char *domain)
{
    static const char *const types[] = {".zip", ".ai", ".ps", ".mov", ".app", ".md", ".pub"};
    size_t n = strspn(domain, "0123456789.");
    if (n == 0 || strchr("xX", domain[n]) == NULL || domain[n] == 0 || domain[n + 1] != '.')
        return false;
    for (size_t i = 0; i < COUNT(types); i++)
        if (strcasecmp(domain + n + 1, types[i]) == 0)
            return true;
    return false;
}

/* "1.2.3-rc.dev", "v4.1.app": two numbers first. */
static bool version(const char *domain)
{
    const char *c = domain + (domain[0] == 'v' || domain[0] == 'V');
    size_t n = strspn(c, "0123456789");
    return n > 0 && c[n] == '.' && is_digit(c[n + 1]) &&
           c[n + 1 + strspn(c + n + 1, "0123456789")] != '\0';
}

/* ESC (or U+241B, its sign) and [ before the address, perhaps with parameters that the local part
 * did not take for its own (ECMA-48 5.4): the address begins inside a control sequence. */
static bool behind_escape(const char *text, size_t start)
{
    size_t at = start;
    while (at > 0 && start - at < TOKEN_MAX && strchr("0123456789;:<=>?", text[at - 1]) != NULL)
        at--;
    if (at < 2 || text[at - 1] != '[')
        return false;
    return text[at - 2] == 0x1B || (at >= 4 && memcmp(text + at - 4, "\xE2\x90\x9B", 3) == 0);
}

bool extract_context_ok(const struct extract_run *run, size_t start,
                        const struct extract_domain *domain)
{
    const char *text = run->text;
    if (start > 0 && text[start - 1] == '@')
        return false;
    if (behind_escape(text, start) || inside_url(text, start) || other_network(text, start) ||
        density(domain->text) || version(domain->text))
        return false;
    if (!domain->whole)
        return true;
    if (domain->end < run->len && text[domain->end] == '@')
        return false;
    const char *rest = text + domain->end;
    size_t left = run->len - domain->end;
    bool bracket = start > 0 && text[start - 1] == '[';
    return !copy_target(text, run->len, domain->end) && !prompt(rest, left) &&
           !(bracket && bracket_prompt(rest, left));
}
