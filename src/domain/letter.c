/* letter.c - renders templates. The idea: one scanner cuts a template into pieces (words, variable,
 * mistake); checking and rendering are two readers of the same pieces, so what was accepted at
 * import is what is rendered later. */
#include "domain/letter.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"

#include <string.h>

enum {
    LETTER_VALUE_MAX = 2000, /* bytes of one value; a longer one is cut */
    LETTER_SLACK = 16384     /* one escaped value past a ceiling, so that we notice, not the buf */
};

struct variable {
    const char *name;
    size_t offset;
};
#define VARIABLE(field)                                                                            \
    {                                                                                              \
#field, offsetof(struct letter_facts, field)                                               \
    }
static const struct variable variables[] = {
    VARIABLE(email), VARIABLE(domain), VARIABLE(name),  VARIABLE(company),  VARIABLE(title),
    VARIABLE(url),   VARIABLE(term),   VARIABLE(group), VARIABLE(language),
};
enum { VARIABLES = sizeof variables / sizeof variables[0] };

struct part_row {
    const char *name;
    size_t max; /* bytes */
};
static const struct part_row parts[LETTER_PARTS] = {
    [LETTER_SUBJECT] = {"subject", LETTER_SUBJECT_MAX},
    [LETTER_TEXT] = {"text", LETTER_BODY_MAX},
    [LETTER_HTML] = {"html", LETTER_BODY_MAX},
};

enum piece_kind { PIECE_END, PIECE_WORDS, PIECE_VARIABLE, PIECE_BROKEN };

/* A run of bytes inside the template. */
struct span {
    const char *at;
    size_t len;
};

struct piece {
    enum piece_kind kind;
    struct span words;               /* WORDS: the words; else from the opening braces on */
    const struct variable *variable; /* VARIABLE; NULL when the name is unknown */
    struct span name;
    bool has_fallback;
    struct span fallback;
};

const char *letter_part_name(enum letter_part part)
{
    return (unsigned)part < LETTER_PARTS ? parts[part].name : "unknown";
}

static struct span trimmed(const char *at, size_t len)
{
    while (len > 0 && (at[0] == ' ' || at[0] == '\t'))
        at++, len--;
    while (len > 0 && (at[len - 1] == ' ' || at[len - 1] == '\t'))
        len--;
    return (struct span){at, len};
}

static const struct variable *find_variable(struct span name)
{
    for (size_t i = 0; i < VARIABLES; i++) {
        if (strlen(variables[i].name) == name.len &&
            memcmp(variables[i].name, name.at, name.len) == 0)
            return &variables[i];
    }
    return NULL;
}

/* The closing braces of a variable, or NULL: they must stand on the line of the opening ones,
 * before any others are opened. */
static const char *closing(const char *text)
{
    for (; *text != '\0' && *text != '\n'; text++) {
        if (text[0] == '}' && text[1] == '}')
            return text;
        if (text[0] == '{' && text[1] == '{')
            return NULL;
    }
    return NULL;
}

static void read_variable(const char **at, struct piece *ret)
{
    const char *inside = *at + 2, *end = closing(inside);
    if (end == NULL) {
        ret->kind = PIECE_BROKEN;
        return;
    }
    size_t len = (size_t)(end - inside);
    const char *bar = memchr(inside, '|', len);
    size_t name_len = bar != NULL ? (size_t)(bar - inside) : len;
    ret->kind = PIECE_VARIABLE;
    ret->name = trimmed(inside, name_len);
    ret->variable = find_variable(ret->name);
    ret->has_fallback = bar != NULL;
    if (bar != NULL)
        ret->fallback = trimmed(bar + 1, len - name_len - 1);
    *at = end + 2;
}

/* Moves *at over the next piece. After PIECE_BROKEN the text can't be read on. */
static enum piece_kind next_piece(const char **at, struct piece *ret)
{
    *ret = (struct piece){.words = {.at = *at}};
    if (**at == '\0') {
        ret->kind = PIECE_END;
    } else if ((*at)[0] == '{' && (*at)[1] == '{') {
        read_variable(at, ret);
    } else {
        const char *open = strstr(*at, "{{");
        ret->kind = PIECE_WORDS;
        ret->words.len = open != NULL ? (size_t)(open - *at) : strlen(*at);
        *at += ret->words.len;
    }
    return ret->kind;
}

/* What is wrong with a variable's name, in words. */
static void explain_name(const struct piece *p, char *dst, size_t size)
{
    char raw[64], shown[64], all[120] = "";
    if (p->name.len == 0) {
        (void)str_format(dst, size, "the braces are empty; write {{name}} or {{name|fallback}}");
        return;
    }
    (void)str_copy_n(raw, sizeof raw, p->name.at, p->name.len); /* cut: only for the sentence */
    text_screen_to(shown, sizeof shown, raw);
    const char *near = plain_nearest(raw, variables, VARIABLES, sizeof variables[0]);
    if (near != NULL) {
        (void)str_format(dst, size, "there is no variable {{%s}}; did you mean {{%s}}?", shown,
                         near);
        return;
    }
    for (size_t i = 0; i < VARIABLES; i++) {
        size_t len = strlen(all);
        (void)str_format(all + len, sizeof all - len, "%s%s", i > 0 ? ", " : "", variables[i].name);
    }
    (void)str_format(dst, size, "there is no variable {{%s}}; there are %s", shown, all);
}

/* The braces of a part: the offending place, or NULL when all is well. A lonely }} is a slip of
 * the pen in words, but ends nested rules in a style sheet. */
static const char *find_brace_fault(enum letter_part part, const char *text, char *dst, size_t size)
{
    struct piece p;
    for (const char *at = text; next_piece(&at, &p) != PIECE_END;) {
        if (p.kind == PIECE_BROKEN) {
            (void)str_format(dst, size, "the braces are not closed on their line; write {{name}}");
            return p.words.at;
        }
        if (p.kind == PIECE_VARIABLE && p.variable == NULL) {
            explain_name(&p, dst, size);
            return p.words.at;
        }
        const char *lonely = p.kind == PIECE_WORDS ? strstr(p.words.at, "}}") : NULL;
        if (part != LETTER_HTML && lonely != NULL && lonely < p.words.at + p.words.len) {
            (void)str_format(dst, size, "the braces }} were never opened; write {{name}}");
            return lonely;
        }
    }
    return NULL;
}

bool letter_find_fault(enum letter_part part, const char *text, struct letter_fault *ret)
{
    text = text != NULL ? text : "";
    size_t len = strlen(text), at = 0;
    *ret = (struct letter_fault){.line = 1, .column = 1};
    if (part == LETTER_SUBJECT && trimmed(text, len).len == 0)
        return str_copy(ret->text, sizeof ret->text, "the subject is empty");
    if (part == LETTER_SUBJECT && trimmed(text, len).len != len)
        return str_copy(ret->text, sizeof ret->text, "the subject begins or ends with a blank");
    if (len > parts[part].max) {
        (void)str_format(ret->text, sizeof ret->text, "the %s has %zu bytes; %zu are allowed",
                         parts[part].name, len, parts[part].max);
        return true;
    }
    const char *fault = plain_fault(text, len, part != LETTER_SUBJECT, &at);
    if (fault != NULL) {
        plain_place(text, at, &ret->line, &ret->column);
        (void)str_format(ret->text, sizeof ret->text, "the %s %s (byte 0x%02x)", parts[part].name,
                         fault, (unsigned)(unsigned char)text[at]);
        return true;
    }
    const char *place = find_brace_fault(part, text, ret->text, sizeof ret->text);
    if (place != NULL)
        plain_place(text, (size_t)(place - text), &ret->line, &ret->column);
    return place != NULL;
}

bool letter_check_template(enum letter_part part, const char *text, struct err *err)
{
    struct letter_fault fault;
    if (!letter_find_fault(part, text, &fault))
        return true;
    return err_set(err, ERR_REFUSED, "letter: %s line %d, column %d: %s", letter_part_name(part),
                   (int)fault.line, (int)fault.column, fault.text);
}

void letter_escape_html(struct buf *out, const char *text, size_t len)
{
    static const char *const entity[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
    static const char special[] = "&<>\"'";
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *which = text[i] != '\0' ? strchr(special, text[i]) : NULL;
        if (which == NULL)
            continue;
        (void)buf_add(out, text + from, i - from); /* the buf remembers a failure */
        (void)buf_adds(out, entity[which - special]);
        from = i + 1;
    }
    (void)buf_add(out, text + from, len - from);
}

/* One value as it may stand in this part; false when nothing of it is left to show. The screened
 * value passes through a fixed array: it is short, and domain has no heap of its own. */
static bool put_value(enum letter_part part, const char *value, struct buf *out)
{
    char cut[LETTER_VALUE_MAX + 1], shown[LETTER_VALUE_MAX + 1];
    if (value == NULL)
        return false;
    (void)str_copy(cut, sizeof cut, value); /* a longer value is cut at a character */
    text_screen_to(shown, sizeof shown, str_trim(cut));
    struct span words = trimmed(shown, strlen(shown));
    if (words.len == 0)
        return false;
    if (part == LETTER_HTML)
        letter_escape_html(out, words.at, words.len);
    else
        (void)buf_add(out, words.at, words.len); /* the buf remembers a failure */
    return true;
}

/* False: the variable is missing. */
static bool put_variable(enum letter_part part, const struct piece *p,
                         const struct letter_facts *facts, struct buf *out)
{
    const char *value;
    memcpy(&value, (const char *)facts + p->variable->offset, sizeof value);
    if (put_value(part, value, out))
        return true;
    if (p->has_fallback)
        (void)buf_add(out, p->fallback.at, p->fallback.len); /* the buf remembers a failure */
    return p->has_fallback;
}

static enum letter_answer hold_missing(enum letter_part part, const char *name, struct err *err)
{
    (void)err_set(err, ERR_REFUSED,
                  "letter: the %s needs {{%s}}, which is not known of this lead; give it a "
                  "fallback: {{%s|...}}",
                  letter_part_name(part), name, name);
    return LETTER_HELD;
}

/* The body of letter_render without its clean-up. */
static enum letter_answer render(enum letter_part part, const char *text,
                                 const struct letter_facts *facts, struct buf *out,
                                 const char **ret_variable, struct err *err)
{
    struct piece p;
    size_t start = out->len;
    for (const char *at = text; next_piece(&at, &p) != PIECE_END;) {
        if (p.kind == PIECE_BROKEN || (p.kind == PIECE_VARIABLE && p.variable == NULL)) {
            (void)letter_check_template(part, text, err);
            return LETTER_FAILED;
        }
        if (p.kind == PIECE_WORDS) {
            (void)buf_add(out, p.words.at, p.words.len); /* asked below */
        } else if (!put_variable(part, &p, facts, out)) {
            *ret_variable = p.variable->name;
            return hold_missing(part, p.variable->name, err);
        }
        if (!buf_ok(out)) {
            (void)err_set(err, ERR_STOP, "letter: there is no memory for the %s",
                          letter_part_name(part));
            return LETTER_FAILED;
        }
        if (out->len - start > parts[part].max) {
            (void)err_set(err, ERR_REFUSED,
                          "letter: with this lead's values the %s passes %zu "
                          "bytes",
                          letter_part_name(part), parts[part].max);
            return LETTER_HELD;
        }
    }
    return LETTER_READY;
}

enum letter_answer letter_render(enum letter_part part, const char *text,
                                 const struct letter_facts *facts, struct buf *out,
                                 const char **ret_variable, struct err *err)
{
    const char *missing = NULL;
    bool was_ok = buf_ok(out);
    size_t start = out->len;
    enum letter_answer answer = render(part, text != NULL ? text : "", facts, out, &missing, err);
    if (answer != LETTER_READY) {
        buf_cut(out, start);
        out->failed = !was_ok;
    }
    if (ret_variable != NULL)
        *ret_variable = missing;
    return answer;
}

void letter_init(struct letter *l)
{
    for (int i = 0; i < LETTER_PARTS; i++)
        l->part[i] = buf_init(parts[i].max * 2 + LETTER_SLACK);
}

void letter_done(struct letter *l)
{
    if (l == NULL)
        return;
    for (int i = 0; i < LETTER_PARTS; i++)
        buf_done(&l->part[i]);
}

static void letter_clear(struct letter *l)
{
    for (int i = 0; i < LETTER_PARTS; i++)
        buf_clear(&l->part[i]);
}

enum letter_answer letter_write(struct letter *l, const struct template_def *template,
                                const struct letter_facts *facts, const char **ret_variable,
                                struct err *err)
{
    const char *texts[LETTER_PARTS] = {template->subject, template->text, template->html};
    letter_clear(l);
    for (int i = 0; i < LETTER_PARTS; i++) {
        enum letter_answer answer =
            letter_render((enum letter_part)i, texts[i], facts, &l->part[i], ret_variable, err);
        if (answer != LETTER_READY) {
            letter_clear(l);
            return answer;
        }
    }
    return LETTER_READY;
}
