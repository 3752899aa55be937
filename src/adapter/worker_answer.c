/* worker_answer.c - a table of the kinds of objects; each row reads its own. */
#include "worker_answer.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <string.h>

enum { RETRY_AFTER_MAX_S = 86400 };

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

bool worker_cursor(const json_t *object, char dst[CURSOR_MAX + 1])
{
    const char *text = text_of(object, "cursor");
    dst[0] = '\0';
    for (const char *p = text; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            return false;
    return str_copy(dst, CURSOR_MAX + 1, text);
}

static enum worker_said bad(struct worker_word *ret, const char *what)
{
    (void)str_copy(ret->words, sizeof ret->words, what); /* it fits */
    return WORKER_BAD;
}

/* A page of the web, or of the corpus that both sides have: those of the engine's own corpus are
 * all that such an address can open (pages_corpus.h). */
static bool read_url(const char *text, char dst[URL_MAX + 1])
{
    if (weblink_clean(text, dst))
        return true;
    dst[0] = '\0';
    for (const char *p = text; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~')
            return false;
    return str_starts(text, "corpus:/") && strlen(text) <= URL_MAX &&
           str_copy(dst, URL_MAX + 1, text);
}

static enum worker_said read_result(const json_t *object, struct worker_word *ret)
{
    const char *title = text_of(object, "title");
    if (!worker_cursor(object, ret->hit.cursor) || ret->hit.cursor[0] == '\0')
        return bad(ret, "a result without a usable cursor");
    if (!read_url(text_of(object, "url"), ret->hit.url))
        return bad(ret, "a result whose url is no http, https or corpus address");
    text_screen_to(ret->hit.title, sizeof ret->hit.title, title);
    return WORKER_HIT;
}

static enum worker_said read_log(const json_t *object, struct worker_word *ret)
{
    text_screen_to(ret->words, sizeof ret->words, text_of(object, "msg"));
    return WORKER_LOG;
}

static enum worker_said read_error(const json_t *object, struct worker_word *ret)
{
    const char *code = text_of(object, "code");
    json_int_t after = json_integer_value(json_object_get(object, "retry_after_s"));
    char text[WORKER_WORDS_MAX];
    (void)str_format(text, sizeof text, "%s %s", code, text_of(object, "msg")); /* a cut is fine */
    text_screen_to(ret->words, sizeof ret->words, str_trim(text));
    ret->kind = str_equal(code, "bad_query") ? ERR_REFUSED : ERR_RETRY;
    ret->retry_after_s = after > 0 && after <= RETRY_AFTER_MAX_S ? (int32_t)after : 0;
    ret->fatal = json_is_true(json_object_get(object, "fatal"));
    return WORKER_ERROR;
}

static enum worker_said read_end(const json_t *object, struct worker_word *ret)
{
    ret->exhausted = str_equal(text_of(object, "reason"), "exhausted");
    if (!worker_cursor(object, ret->cursor))
        return bad(ret, "an end with an unusable cursor");
    return WORKER_END;
}

struct kind {
    const char *name;
    enum worker_said (*read)(const json_t *object, struct worker_word *ret);
};
static const struct kind kinds[] = {
    {"result", read_result}, {"log", read_log}, {"error", read_error}, {"end", read_end}};

enum worker_said worker_object(const json_t *object, struct worker_word *ret)
{
    *ret = (struct worker_word){.kind = ERR_RETRY};
    if (!json_is_object(object))
        return bad(ret, "something that is no JSON object");
    const char *name = text_of(object, "t");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i].name, name))
            return kinds[i].read(object, ret);
    return WORKER_NOTHING;
}

enum worker_said worker_line(const char *line, size_t len, struct worker_word *ret)
{
    json_t *object = json_loadb(line, len, JSON_REJECT_DUPLICATES, NULL);
    enum worker_said said = worker_object(object, ret);
    json_decref(object);
    return said;
}
