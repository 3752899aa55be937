/* summary.c - reads what a language model answered. The idea: what is not exactly as it was asked
 * for is not mended but left out, because a report without a summary is still a whole report. */
#include "adapter/summary.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"

#include <jansson.h>
#include <string.h>

#define TOKENS_MOST INT64_C(1000000000) /* more is no number of tokens */

struct reading {
    struct arena *arena;
    int32_t first, count; /* of the items that were shown */
    struct summary_sentence *sentences;
    int32_t kept, dropped;
};

static bool refuse(struct err *err, const char *why)
{
    return err_set(err, ERR_REFUSED, "the model's answer %s", why);
}

/* Ascending, each once. */
static void add_cite(struct summary_sentence *s, int32_t number)
{
    int32_t at = s->cite_count;
    while (at > 0 && s->cites[at - 1] > number)
        at--;
    if (at > 0 && s->cites[at - 1] == number)
        return;
    memmove(&s->cites[at + 1], &s->cites[at], (size_t)(s->cite_count - at) * sizeof s->cites[0]);
    s->cites[at] = number;
    s->cite_count++;
}

/* One invented number costs the sentence: what else it says is as doubtful. */
static bool read_cites(const struct reading *r, const json_t *items, struct summary_sentence *s)
{
    size_t count = json_array_size(items);
    if (count == 0 || count > SUMMARY_CITES_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(items, i);
        json_int_t number = json_integer_value(item);
        if (!json_is_integer(item) || number < r->first ||
            number >= (json_int_t)r->first + r->count)
            return false;
        add_cite(s, (int32_t)number);
    }
    return true;
}

/* An item's author may have talked the model into an address: sentences lead to items only. */
static bool has_link(const char *text)
{
    return strstr(text, "://") != NULL || strcasestr(text, "www.") != NULL ||
           strcasestr(text, "mailto:") != NULL;
}

/* False: out of memory. */
static bool take_sentence(struct reading *r, const json_t *sentence)
{
    struct summary_sentence s = {.text = ""};
    struct buf screened = buf_init(4 * SUMMARY_SENTENCE_MAX);
    const char *text = json_string_value(json_object_get(sentence, "text"));
    size_t len = text != NULL ? strlen(text) : 0;
    bool good = len > 0 && len <= SUMMARY_SENTENCE_MAX &&
                read_cites(r, json_object_get(sentence, "items"), &s);
    if (good) {
        text_screen(&screened, text, len);
        text = buf_text(&screened);
        good = text[strspn(text, " .")] != '\0' && !has_link(text);
    }
    bool ok = buf_ok(&screened);
    if (good && ok) {
        s.text = arena_text(r->arena, text);
        ok = s.text != NULL;
        r->sentences[r->kept++] = s;
    }
    r->dropped += !good;
    buf_done(&screened);
    return ok;
}

static bool take_sentences(struct reading *r, const json_t *list, struct summary *ret,
                           struct err *err)
{
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count == 0)
        return refuse(err, "has no list of sentences");
    if (count > SUMMARY_SENTENCES_MAX)
        return refuse(err, "is too long: more sentences than were asked for");
    r->sentences = arena_array(r->arena, count, sizeof *r->sentences);
    for (size_t i = 0; i < count; i++)
        if (r->sentences == NULL || !take_sentence(r, json_array_get(list, i)))
            return err_set(err, ERR_STOP, "there is no memory for the model's answer");
    if (r->kept == 0)
        return refuse(err, "has no sentence that cites the items it is about");
    *ret = (struct summary){.sentences = r->sentences, .count = r->kept, .dropped = r->dropped};
    return true;
}

/* The object in a message's text, whatever stands around it. */
static json_t *inner(const char *content)
{
    const char *begin = content != NULL ? strchr(content, '{') : NULL;
    return begin != NULL ? json_loads(begin, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, NULL)
                         : NULL;
}

static bool read_choice(struct reading *r, const json_t *answer, struct summary *ret,
                        struct err *err)
{
    const json_t *choice = json_array_get(json_object_get(answer, "choices"), 0);
    const char *end = json_string_value(json_object_get(choice, "finish_reason"));
    const json_t *message = json_object_get(choice, "message");
    const char *content = json_string_value(json_object_get(message, "content"));
    if (content == NULL)
        return refuse(err, "is no chat completion");
    if (end != NULL && str_equal(end, "length"))
        return refuse(err, "is too long: it was cut at [llm] max_tokens");
    json_t *object = inner(content);
    bool ok = object != NULL || refuse(err, "is not the JSON that was asked for");
    ok = ok && take_sentences(r, json_object_get(object, "sentences"), ret, err);
    json_decref(object);
    return ok;
}

bool summary_read(const char *bytes, size_t len, int32_t first, int32_t count, struct arena *arena,
                  struct summary *ret, int64_t *ret_tokens, struct err *err)
{
    struct reading r = {.arena = arena, .first = first, .count = count};
    json_t *answer = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    json_int_t used =
        json_integer_value(json_object_get(json_object_get(answer, "usage"), "total_tokens"));
    *ret_tokens = used > 0 && used <= TOKENS_MOST ? used : 0;
    bool ok = answer != NULL ? read_choice(&r, answer, ret, err) : refuse(err, "is no JSON");
    json_decref(answer);
    return ok;
}
