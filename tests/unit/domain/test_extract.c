/* test_extract.c - if this fails, addresses are read wrongly from running text: too long, too
 * short, across the border of two texts, or where there is none. */
#include "domain/extract.h"

#include "base/buf.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

/* Top-level domains of these tests; what they are in the world does not matter here. */
static bool knows(void *owner, const char *label, size_t len)
{
    static const char *const known[] = {
        "com", "org", "de", "uk", "co", "company", "zip", "dot", "\xE4\xB8\xAD\xE5\x9B\xBD"};
    char text[80];
    (void)owner;
    if (len >= sizeof text)
        return false;
    memcpy(text, label, len);
    text[len] = '\0';
    for (size_t i = 0; i < CASES(known); i++)
        if (str_equal_nocase(text, known[i]))
            return true;
    return false;
}

struct got {
    struct buf text; /* "local@domain:at ..." */
    int count, enough;
};

static bool take(void *owner, const struct extract_found *found)
{
    struct got *got = owner;
    buf_addf(&got->text, "%s%.*s@%.*s", got->count > 0 ? " " : "", (int)found->local_len,
             found->local, (int)found->domain_len, found->domain);
    got->count++;
    return got->count != got->enough;
}

static struct got read_run(const struct extract_run *run, int enough)
{
    struct got got = {.text = buf_init(1 << 20), .enough = enough};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    extract_text(run, &sink);
    return got;
}

/* The text with | for a weak edge and # for a strong one. */
struct edged {
    int line;
    const char *text, *want;
};

static const struct edged edged[] = {
    {__LINE__, "jo@oak.de", "jo@oak.de"},
    {__LINE__, "\033[31mjo@oak.de", ""}, /* a control sequence has eaten its beginning */
    {__LINE__, "\033[1;31mjo@oak.de al@oak.de", "al@oak.de"},
    {__LINE__, "j|o@o|ak.d|e", "jo@oak.de"},
    {__LINE__, "jo|@|oak|.|de", "jo@oak.de"},
    {__LINE__, "jo#@#oak#.#de", "jo@oak.de"},
    {__LINE__, "Tel 12#jo@oak.de", "jo@oak.de"},
    {__LINE__, "Tel 12|jo@oak.de", "jo@oak.de"}, /* a number joins nothing */
    {__LINE__, "E-Mail|jo@oak.de", "jo@oak.de"}, /* nor does a label */
    {__LINE__, "contact|jo@oak.de", "jo@oak.de"},
    {__LINE__, "in|fo@oak.de", "info@oak.de"},
    {__LINE__, "in#fo@oak.de", "fo@oak.de"},
    {__LINE__, "in#fo@oak|.de", "info@oak.de"}, /* not whole behind the edge */
    {__LINE__, "jo@oak.co|m", "jo@oak.com"},    /* the longest known one */
    {__LINE__, "jo@oak.com|pany", "jo@oak.company"},
    {__LINE__, "jo@oak.com|fort", "jo@oak.com"},
    {__LINE__, "jo@oak.com#Tel 12", "jo@oak.com"},
    {__LINE__, "jo@oak.de#al@elm.de", "jo@oak.de al@elm.de"},
    {__LINE__, "jo@oak.de|al@elm.de", "jo@oak.de al@elm.de"},
    {__LINE__, "jo@o|a|k|.|c|o|.|u|k|x", "jo@oak.co.uk"},
    {__LINE__, "jo|[at]|oak|[dot]|de", "jo@oak.de"},
    {__LINE__, "|jo@oak.de|", "jo@oak.de"},
};

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(edged); i++) {
        char text[100];
        struct extract_edge edges[40];
        struct extract_run run = {.text = text, .edges = edges};
        for (const char *c = edged[i].text; *c != '\0'; c++) {
            if (*c == '|' || *c == '#')
                edges[run.edge_count++] = (struct extract_edge){(uint32_t)run.len, *c == '#'};
            else
                text[run.len++] = *c;
        }
        run.to = run.len;
        struct got got = read_run(&run, -1);
        CHECK_AT(edged[i].line, strcmp(buf_text(&got.text), edged[i].want) == 0, "got \"%s\"",
                 buf_text(&got.text));
        buf_done(&got.text);
    }
}

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16
#define X63 X16 X16 X16 "xxxxxxxxxxxxxxx"

/* Lengths at their bounds, and one past them. */
static const struct edged bounds[] = {
    {__LINE__, X64 "@oak.de", X64 "@oak.de"},
    {__LINE__, "x" X64 "@oak.de", ""},
    {__LINE__, "x-" X64 "@oak.de", ""},
    {__LINE__, " " X64 "@oak.de", X64 "@oak.de"},
    {__LINE__, "jo@" X63 ".de", "jo@" X63 ".de"},
    {__LINE__, "jo@" X64 ".de", ""},
    {__LINE__, "jo@a." X63 "." X63 "." X63 "." X16 X16 X16 "xxxxxxxx.de",
     "jo@a." X63 "." X63 "." X63 "." X16 X16 X16 "xxxxxxxx.de"},
    {__LINE__, "jo@a." X63 "." X63 "." X63 "." X16 X16 X16 "xxxxxxxxx.de", ""},
    {__LINE__, "jo@oak.de." X63 "." X63 "." X63 "." X63 ".x", ""},
    {__LINE__, "\"" X16 X16 X16 "xxxxxxxxxxxx y\"@oak.de",
     "\"" X16 X16 X16 "xxxxxxxxxxxx y\"@oak.de"},
    {__LINE__, "\"" X16 X16 X16 "xxxxxxxxxxxxx y\"@oak.de", ""},
    {__LINE__, "a@b.d", ""},
    {__LINE__, "a@b.de", "a@b.de"},
    {__LINE__, "@", ""},
    {__LINE__, "a@", ""},
    {__LINE__, "@b.de", ""},
    {__LINE__, "a@.de", ""},
    {__LINE__, "", ""},
    {__LINE__, "[at]", ""},
    {__LINE__, "a [at", ""},
    {__LINE__, "a [at]", ""},
    {__LINE__, "a [at] b [dot", ""},
    {__LINE__, "a AT b DOT ", ""},
    {__LINE__, "\xE4\xBF\xA1@\xE4\xBE\x8B.\xE4\xB8\xAD\xE5\x9B\xBD",
     "\xE4\xBF\xA1@\xE4\xBE\x8B.\xE4\xB8\xAD\xE5\x9B\xBD"},
    {__LINE__, "\xBF@b.de", ""},        /* half a character is no local part */
    {__LINE__, "a@b.de\xE4", "a@b.de"}, /* nor part of a domain */
};

static void test_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(bounds); i++) {
        size_t len = strlen(bounds[i].text);
        char *text = malloc(len + 1); /* of exactly this size: reading past it is seen */
        memcpy(text, bounds[i].text, len);
        struct extract_run run = {.text = text, .len = len, .to = len};
        struct got got = read_run(&run, -1);
        CHECK_AT(bounds[i].line, strcmp(buf_text(&got.text), bounds[i].want) == 0, "got \"%s\"",
                 buf_text(&got.text));
        buf_done(&got.text);
        free(text);
    }
}

/* A sink that has enough gets no more, and the offset says how far it came. */
static void test_enough(void **state)
{
    static const char text[] = "a@b.de, c@d.de, e@f.de";
    struct extract_run run = {.text = text, .len = sizeof text - 1, .to = sizeof text - 1};
    struct got got = {.text = buf_init(1000), .enough = 2};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    (void)state;
    assert_int_equal(extract_text(&run, &sink), strlen("a@b.de, c@d.de"));
    assert_int_equal(got.count, 2);
    buf_done(&got.text);
}

/* Where the address begins is told by its offset. */
static size_t places[4];
static bool place(void *owner, const struct extract_found *found)
{
    int *count = owner;
    places[(*count)++ % 4] = found->at;
    return true;
}

static void test_places(void **state)
{
    static const char text[] = "x <jo@oak.de>, al [dot] x [at] elm [dot] de";
    int count = 0;
    struct extract_run run = {.text = text, .len = sizeof text - 1, .to = sizeof text - 1};
    struct extract_sink sink = {.owner = &count, .tld_known = knows, .found = place};
    (void)state;
    extract_text(&run, &sink);
    assert_int_equal(count, 2);
    assert_int_equal(places[0], 3);
    assert_int_equal(places[1], 15);
}

/* A text that is read in pieces gives what it gives as a whole, wherever it is cut. */
static void test_pieces(void **state)
{
    static const char *const words[] = {
        "jo@oak.de",
        "al [at] elm [dot] de",
        "write to",
        "mail: x at y dot com",
        "@",
        "a@b",
        "first [dot] last [at] mail [dot] elm [dot] co [dot] uk",
        "(see below)",
        "http://a:b@c.de",
        "\"x y\"@oak.org",
        "jo AT oak DOT de",
        "e-mail x @ y.com",
        "and so on, and so on",
    };
    struct buf text = buf_init(1 << 16);
    (void)state;
    for (size_t i = 0; i < 600; i++)
        buf_addf(&text, "%s ", words[(i * 7 + i / 13) % CASES(words)]);
    struct extract_run whole = {.text = buf_text(&text), .len = text.len, .to = text.len};
    struct got want = read_run(&whole, -1);
    assert_true(want.count > 200);
    for (size_t step = 1; step < 3000; step += 111) {
        struct got got = {.text = buf_init(1 << 20), .enough = -1};
        struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
        for (size_t from = 0; from < text.len;) {
            size_t begin = from > EXTRACT_BEHIND ? from - EXTRACT_BEHIND : 0, to = from + step;
            size_t end = to + EXTRACT_AHEAD < text.len ? to + EXTRACT_AHEAD : text.len;
            struct extract_run run = {.text = buf_text(&text) + begin,
                                      .len = end - begin,
                                      .from = from - begin,
                                      .to = to - begin};
            size_t behind = extract_text(&run, &sink) + begin;
            from = behind > to ? behind : to;
        }
        CHECK_AT(__LINE__, strcmp(buf_text(&got.text), buf_text(&want.text)) == 0,
                 "pieces of %zu give %d addresses, the whole %d", step, got.count, want.count);
        buf_done(&got.text);
    }
    buf_done(&want.text);
    buf_done(&text);
}

/* Each call of the sink for a top-level domain is a look-up: there are few for each sign. */
static bool count_tld(void *owner, const char *label, size_t len)
{
    int *count = owner;
    (void)label;
    (void)len;
    (*count)++;
    return false;
}

static bool never(void *owner, const struct extract_found *found)
{
    (void)owner;
    (void)found;
    fail_msg("an address without a known top-level domain");
    return false;
}

static void test_work(void **state)
{
    static const struct {
        const char *unit;
        int most; /* look-ups for each sign */
    } cases[] = {
        {"a@", 0},
        {"a.", 0},
        {"a@b.c ", 1},
        {"a [at] b [dot] ", 8},
        {"a@b.cD.eF.gH", 8},
        {"a AT b DOT c ", 4},
        {"a@b\xC3\xA4"
         "c.d ",
         3},
        {"@a.b@", 1},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf text = buf_init(1 << 20);
        int count = 0;
        for (int k = 0; k < 2000; k++)
            buf_adds(&text, cases[i].unit);
        struct extract_run run = {.text = buf_text(&text), .len = text.len, .to = text.len};
        struct extract_sink sink = {.owner = &count, .tld_known = count_tld, .found = never};
        extract_text(&run, &sink);
        CHECK_AT((int)i, count <= 2000 * cases[i].most, "%s: %d look-ups", cases[i].unit, count);
        buf_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),  cmocka_unit_test(test_bounds), cmocka_unit_test(test_enough),
        cmocka_unit_test(test_places), cmocka_unit_test(test_pieces), cmocka_unit_test(test_work),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
