/* extract_json.c - the strings in a JSON text, with the names they stand under.
 *
 * Pages carry JSON that no parser takes (a comma too many, a raw line end, cut in the middle), and
 * what stands in it counts all the same. So this reads nothing but strings and brackets and never
 * fails; a text that is valid gives what a parser would give. */
#include "domain/extract.h"

#include "base/utf8.h"

#include <string.h>

enum { NEST_MAX = 64 }; /* deeper brackets are counted and not remembered */

struct walk {
    const struct extract_json *sink;
    const char *at, *end;
    int nest;                                 /* brackets open */
    int depth;                                /* objects open */
    bool object[NEST_MAX];                    /* which kind each open bracket is */
    char key[NEST_MAX][EXTRACT_JSON_KEY + 1]; /* the member being read at each level */
    char text[EXTRACT_JSON_STRING + 1];
    size_t len;
};

static int hex_value(const char *at, const char *end)
{
    int value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static void put(struct walk *w, const char *bytes, size_t len)
{
    if (w->len + len > EXTRACT_JSON_STRING)
        return;
    memcpy(w->text + w->len, bytes, len);
    w->len += len;
}

/* \uXXXX, and the second half of a pair when it follows. */
static void put_escaped_point(struct walk *w)
{
    char bytes[4];
    int value = hex_value(w->at, w->end);
    if (value < 0)
        return;
    w->at += 4;
    uint32_t point = (uint32_t)value;
    if (point >= 0xD800 && point < 0xDC00 && w->end - w->at >= 6 && w->at[0] == '\\' &&
        w->at[1] == 'u') {
        int low = hex_value(w->at + 2, w->end);
        if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + ((uint32_t)low - 0xDC00);
            w->at += 6;
        }
    }
    put(w, bytes, utf8_put(point, bytes));
}

/* Reads the string whose opening quote was just passed, decoded, into w->text. */
static void read_string(struct walk *w)
{
    static const char plain[] = "\"\\/", blank[] = "bfnrt";
    w->len = 0;
    while (w->at < w->end && *w->at != '"') {
        char c = *w->at++;
        if (c != '\\' || w->at == w->end) {
            put(w, &c, 1);
            continue;
        }
        c = *w->at++;
        if (c == 'u')
            put_escaped_point(w);
        else if (memchr(blank, c, sizeof blank - 1) != NULL)
            put(w, " ", 1);
        else if (memchr(plain, c, sizeof plain - 1) != NULL)
            put(w, &c, 1);
    }
    if (w->at < w->end)
        w->at++;
    w->text[w->len] = '\0';
}

static char *key_of(struct walk *w)
{
    int level = w->nest < NEST_MAX ? w->nest : NEST_MAX - 1;
    return w->key[level];
}

/* A string followed by a colon names what comes next; any other is a value. */
static void take_string(struct walk *w)
{
    read_string(w);
    const char *next = w->at;
    while (next < w->end && (unsigned char)*next <= ' ')
        next++;
    if (next < w->end && *next == ':') {
        w->at = next + 1;
        size_t n = w->len < EXTRACT_JSON_KEY ? w->len : 0;
        memcpy(key_of(w), w->text, n);
        key_of(w)[n] = '\0';
        return;
    }
    if (w->depth <= EXTRACT_JSON_DEPTH)
        w->sink->string(w->sink->owner, w->depth, key_of(w), w->text, w->len);
}

static void open_bracket(struct walk *w, bool object)
{
    const char *outer = key_of(w);
    w->nest++;
    if (w->nest < NEST_MAX) {
        w->object[w->nest] = object;
        if (object)
            w->key[w->nest][0] = '\0';
        else
            memmove(w->key[w->nest], outer, EXTRACT_JSON_KEY + 1);
        w->depth += object;
    }
}

static void close_bracket(struct walk *w)
{
    if (w->nest == 0)
        return;
    bool object = w->nest < NEST_MAX && w->object[w->nest];
    w->nest--;
    if (!object || w->depth == 0)
        return;
    if (w->depth <= EXTRACT_JSON_DEPTH)
        w->sink->closed(w->sink->owner, w->depth);
    w->depth--;
}

void extract_json(const char *text, size_t len, const struct extract_json *sink)
{
    struct walk w = {.sink = sink, .at = text, .end = text + len};
    while (w.at < w.end) {
        switch (*w.at++) {
        case '"':
            take_string(&w);
            break;
        case '{':
            open_bracket(&w, true);
            break;
        case '[':
            open_bracket(&w, false);
            break;
        case '}':
        case ']':
            close_bracket(&w);
            break;
        default:
            break;
        }
    }
    /* What a cut text left open. */
    while (w.nest > 0)
        close_bracket(&w);
}
