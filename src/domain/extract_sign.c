/* extract_sign.c - the signs that stand for '@' and '.' when an address is written out for people:
 * [at], (dot), -at-, AT, arroba, and the labels that make bare words believable. One table of words
 * for each sign; brackets of any kind, with or without spaces inside, go with all of them. */
#include "base/str.h"

#include "extract_parts.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

enum { SPACES_MAX = 3, LABEL_REACH = 30 };

static const char *const at_words[] = {"at", "\xC3\xA4t", "\xC3\x84t", "@", "arroba", "chiocciola"};
static const char *const dot_words[] = {"dot", "punto", "punkt", "point", "ponto", "."};

static size_t skip_spaces(const char *text, size_t at, size_t len)
{
    size_t end = at;
    while (end < len && end - at < SPACES_MAX && text[end] == ' ')
        end++;
    return end;
}

static size_t skip_spaces_back(const char *text, size_t floor, size_t end)
{
    size_t at = end;
    while (at > floor && end - at < SPACES_MAX && text[at - 1] == ' ')
        at--;
    return at;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* True when the word stands at text[at], letters compared without case. */
static bool word_at(const char *text, size_t at, size_t len, const char *word)
{
    size_t n = strlen(word);
    if (len - at < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(text[at + i]) != word[i])
            return false;
    return true;
}

static char closing(char open)
{
    switch (open) {
    case '[':
        return ']';
    case '(':
        return ')';
    case '{':
        return '}';
    case '<':
        return '>';
    case '-':
        return '-';
    default:
        return '\0';
    }
}

/* "[at]" at text[at]: the offset behind the closing bracket; 0 when there is none of the words. */
static size_t bracketed(const struct extract_run *run, size_t at, const char *const *words,
                        size_t count)
{
    const char *text = run->text;
    char close = closing(text[at]);
    if (close == '\0')
        return 0;
    size_t from = text[at] == '-' ? at + 1 : skip_spaces(text, at + 1, run->len);
    for (size_t i = 0; i < count; i++) {
        if (!word_at(text, from, run->len, words[i]))
            continue;
        size_t end = from + strlen(words[i]);
        if (close != '-')
            end = skip_spaces(text, end, run->len);
        if (end < run->len && text[end] == close)
            return end + 1;
    }
    return 0;
}

/* A bare word with a space on either side: the offset behind the second space; else 0. */
static size_t bare_word(const struct extract_run *run, size_t at, const char *word)
{
    size_t n = strlen(word);
    if (at == 0 || run->text[at - 1] != ' ' || run->len - at <= n ||
        memcmp(run->text + at, word, n) != 0 || run->text[at + n] != ' ')
        return 0;
    return at + n + 1;
}

static bool sign_is(struct extract_sign *ret, size_t start, size_t end, enum extract_mode mode)
{
    *ret = (struct extract_sign){.start = start, .end = end, .mode = mode};
    return true;
}

static bool read_bracket(const struct extract_run *run, size_t at, struct extract_sign *ret)
{
    size_t end = bracketed(run, at, at_words, COUNT(at_words));
    if (end == 0)
        return false;
    size_t start = skip_spaces_back(run->text, 0, at);
    size_t next = skip_spaces(run->text, end, run->len);
    /* Inside words hyphens are only hyphens: stay-at-home. */
    if (run->text[at] == '-' && (start == at || next == end))
        return false;
    return sign_is(ret, start, next, MODE_BRACKET);
}

static bool read_at(const struct extract_run *run, size_t at, struct extract_sign *ret)
{
    size_t next = skip_spaces(run->text, at + 1, run->len);
    if (next == at + 1)
        return sign_is(ret, at, next, MODE_PLAIN);
    return sign_is(ret, skip_spaces_back(run->text, 0, at), next, MODE_SPACED);
}

static bool read_word(const struct extract_run *run, size_t at, struct extract_sign *ret)
{
    static const struct {
        const char *word;
        enum extract_mode mode;
        bool arroba;
    } words[] = {
        {"AT", MODE_UPPER, false},
        {"at", MODE_WORD, false},
        {"arroba", MODE_WORD, true},
        {"ARROBA", MODE_UPPER, false},
    };
    for (size_t i = 0; i < COUNT(words); i++) {
        size_t end = bare_word(run, at, words[i].word);
        if (end == 0)
            continue;
        (void)sign_is(ret, at - 1, end, words[i].mode); /* always true */
        ret->arroba = words[i].arroba;
        return true;
    }
    return false;
}

bool extract_sign_read(const struct extract_run *run, size_t at, struct extract_sign *ret)
{
    switch (run->text[at]) {
    case '@':
        return read_at(run, at, ret);
    case 'a':
    case 'A':
        return at > 0 && run->text[at - 1] == ' ' && read_word(run, at, ret);
    default:
        return read_bracket(run, at, ret);
    }
}

/* Bare words for the dot; upper case is a sign by itself, lower case only where asked for. */
struct bare_dot {
    const char *word;
    bool upper;
};

static const struct bare_dot bare_dots[] = {
    {"DOT", true}, {"PUNTO", true}, {"dot", false}, {"punto", false}};

size_t extract_dot_read(const struct extract_run *run, size_t at, enum extract_mode mode,
                        bool *ret_word)
{
    size_t from = skip_spaces(run->text, at, run->len);
    if (from >= run->len)
        return 0;
    *ret_word = false;
    if (run->text[from] == '.' && mode == MODE_SPACED)
        return skip_spaces(run->text, from + 1, run->len);
    size_t end = bracketed(run, from, dot_words, COUNT(dot_words));
    if (end != 0) {
        size_t next = skip_spaces(run->text, end, run->len);
        return run->text[from] == '-' && (from == at || next == end) ? 0 : next;
    }
    if (from == at || strchr("dDpP", run->text[from]) == NULL)
        return 0;
    *ret_word = true;
    for (size_t i = 0; i < COUNT(bare_dots); i++) {
        end = bare_word(run, from, bare_dots[i].word);
        if (end != 0)
            return end;
    }
    return 0;
}

/* The bracketed dot whose closing bracket is text[end - 1]: where it opens; end when none. */
static size_t bracketed_back(const struct extract_run *run, size_t floor, size_t end)
{
    const size_t longest = 12;
    for (size_t at = end - 1; at > floor && end - at < longest; at--)
        if (closing(run->text[at - 1]) != '\0' &&
            bracketed(run, at - 1, dot_words, COUNT(dot_words)) == end)
            return at - 1;
    return end;
}

size_t extract_dot_back(const struct extract_run *run, size_t floor, size_t end,
                        enum extract_mode mode)
{
    size_t from = skip_spaces_back(run->text, floor, end);
    if (from <= floor)
        return end;
    size_t open = bracketed_back(run, floor, from);
    if (open != from) {
        size_t start = skip_spaces_back(run->text, floor, open);
        return run->text[open] == '-' && (start == open || from == end) ? end : start;
    }
    for (size_t i = 0; from < end && i < COUNT(bare_dots); i++) {
        size_t n = strlen(bare_dots[i].word);
        if ((bare_dots[i].upper || mode == MODE_WORD) && from >= floor + n + 1 &&
            bare_word(run, from - n, bare_dots[i].word) != 0)
            return from - n - 1;
    }
    return end;
}

static const char *const labels[] = {"e-mail", "email", "mail", "correo", "write me", "contact me"};

/* True when a label ends at text[end] (a word's end) and begins at a word's beginning. */
static bool label_ends(const char *text, size_t end)
{
    for (size_t i = 0; i < COUNT(labels); i++) {
        size_t n = strlen(labels[i]);
        if (end >= n && word_at(text, end - n, end, labels[i]) &&
            (end == n || !extract_is(text[end - n - 1], CLASS_ALNUM)))
            return true;
    }
    return false;
}

bool extract_labelled(const char *text, size_t at)
{
    size_t end = at;
    for (int characters = 0; characters <= LABEL_REACH; characters++) {
        bool word_ends = end == at || !extract_is(text[end], CLASS_ALNUM);
        if (word_ends && label_ends(text, end))
            return true;
        if (end == 0)
            return false;
        end = extract_step_back(text, 0, end);
    }
    return false;
}

static bool is_one_of(const char *text, size_t len, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(words[i]) == len && word_at(text, 0, len, words[i]))
            return true;
    return false;
}

bool extract_is_stopword(const char *text, size_t len)
{
    static const char *const words[] = {
        "us",    "me",     "him",   "her",       "them",  "you",   "it",   "is",    "are",
        "was",   "were",   "be",    "been",      "and",   "or",    "of",   "to",    "in",
        "on",    "here",   "there", "meet",      "look",  "visit", "shop", "shops", "sold",
        "find",  "live",   "sale",  "work",      "join",  "stay",  "see",  "only",  "now",
        "today", "online", "more",  "available", "order", "buy",   "stop", "start",
    };
    return is_one_of(text, len, words, COUNT(words));
}

bool extract_is_label(const char *text, size_t len)
{
    static const char *const words[] = {
        "e-mail", "email",   "mail",    "e-mails",  "emails",   "mails",  "correo", "courriel",
        "mailto", "contact", "kontakt", "contacto", "contatto", "write",  "to",     "cc",
        "tel",    "fax",     "phone",   "telefon",  "mobil",    "mobile", "from",   "at",
    };
    return is_one_of(text, len, words, COUNT(words));
}
