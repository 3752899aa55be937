/* test_variation.c - if this fails, a job asks the same question twice, asks other questions after
 * a crash than before it, or asks nothing where there was something to ask. */
#include "domain/variation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

static void folded(const char *text, char *dst, size_t size)
{
    size_t n = 0;
    for (; *text && n + 1 < size; text++)
        dst[n++] = *text >= 'A' && *text <= 'Z' ? (char)(*text - 'A' + 'a') : *text;
    dst[n] = '\0';
}

static int count_of(const char *text, char c)
{
    int n = 0;
    for (; *text; text++)
        n += *text == c;
    return n;
}

/* How many variations a term has: (orders of its words - 1) + (contact words it has not). */
static const struct {
    int line;
    const char *term;
    int64_t count;
} counts[] = {
    {__LINE__, "", 0},
    {__LINE__, "   \t ", 0},
    {__LINE__, "\"\"", 0},
    {__LINE__, "\"", 0},
    {__LINE__, "zahnarzt", 0 + 7},
    {__LINE__, "zahnarzt köln", 1 + 7},
    {__LINE__, "  zahnarzt   köln  ", 1 + 7},
    {__LINE__, "a b c", 5 + 7},
    {__LINE__, "a b c d e f g h", 40319 + 7},
    {__LINE__, "a b c d e f g h i", 40319 + 7}, /* the ninth keeps its place */
    {__LINE__, "bora bora", 0 + 7},
    {__LINE__, "Bora bORA", 0 + 7},
    {__LINE__, "bora bora hotel", 2 + 7},
    {__LINE__, "a a b b", 5 + 7},
    {__LINE__, "a a a a", 0 + 7},
    {__LINE__, "\"bora bora\" hotel", 1 + 7},
    {__LINE__, "\"bora bora", 0 + 7},
    {__LINE__, "bora \"bora\"", 1 + 7}, /* a word and a phrase are not the same */
    {__LINE__, "kontakt köln", 1 + 6},
    {__LINE__, "Kontakt CONTACT", 1 + 5},
    {__LINE__, "contact kontakt contacto e-mail contato impressum contatto", 5039 + 0},
};

static void test_counts(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(counts); i++) {
        const int64_t got = variation_count(counts[i].term);
        if (got != counts[i].count)
            fail_msg("line %d: <%s> has %lld variations, expected %lld", counts[i].line,
                     counts[i].term, (long long)got, (long long)counts[i].count);
    }
}

/* The words of a, each as often as in b: compared as sorted letters, which is enough to see that
 * nothing was lost or invented. */
static void letters(const char *text, int seen[256])
{
    memset(seen, 0, 256 * sizeof seen[0]);
    for (; *text; text++)
        if (*text != ' ' && *text != '\t')
            seen[(unsigned char)*text]++;
}

static bool same_letters(const char *a, const char *b)
{
    int in_a[256], in_b[256];
    letters(a, in_a);
    letters(b, in_b);
    return memcmp(in_a, in_b, sizeof in_a) == 0;
}

enum { ALL_MAX = 130, TEXT_MAX = VARIATION_TEXT_MAX + 1 };

static const char *const different_terms[] = {
    "zahnarzt",
    "zahnarzt köln",
    "fontanero urgente madrid",
    "a b c d",
    "a a b b",
    "bora bora hotel",
    "\"bora bora\" hotel",
    "kontakt köln",
    "  spaced   out\twords ",
    "Kontakt Kontakt",
    "\"open phrase is closed",
};

static void check_all_different(const char *term, uint64_t seed)
{
    char seen[ALL_MAX][TEXT_MAX];
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    const int64_t count = variation_count(term);
    assert_true(count < ALL_MAX);
    for (int k = 1; k <= count; k++) {
        buf_clear(&out);
        if (!variation_text(seed, term, k, &out) || !buf_ok(&out) || out.len == 0)
            fail_msg("<%s> variation %d of %lld is missing", term, k, (long long)count);
        folded(buf_text(&out), seen[k - 1], TEXT_MAX);
        char self[TEXT_MAX];
        folded(term, self, sizeof self);
        if (strcmp(self, seen[k - 1]) == 0)
            fail_msg("<%s> variation %d is the term", term, k);
        for (int j = 0; j < k - 1; j++)
            if (strcmp(seen[j], seen[k - 1]) == 0)
                fail_msg("<%s> variations %d and %d are both <%s>", term, j + 1, k, seen[j]);
        if (count_of(seen[k - 1], '"') % 2 != 0)
            fail_msg("<%s> variation %d has an open quote: <%s>", term, k, seen[k - 1]);
    }
    buf_clear(&out);
    assert_false(variation_text(seed, term, (int)count + 1, &out));
    assert_string_equal(buf_text(&out), "");
    buf_done(&out);
}

static void test_all_different(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(different_terms); i++)
        for (uint64_t seed = 0; seed < 5; seed++)
            check_all_different(different_terms[i], seed * UINT64_C(0x9e3779b97f4a7c15));
}

/* All orders of five words are met, none twice: the walk over the ranks covers them. */
static void test_every_order_once(void **state)
{
    (void)state;
    static const char term[] = "a b c d e";
    bool met[3125] = {false};
    int orders = 0;
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    for (int k = 1; k <= 119 + 7; k++) {
        buf_clear(&out);
        assert_true(variation_text(20261122, term, k, &out));
        const char *text = buf_text(&out);
        if (text[0] == '"')
            continue;
        assert_int_equal(out.len, sizeof term - 1);
        assert_true(same_letters(text, term));
        int code = 0;
        for (size_t i = 0; i < out.len; i += 2)
            code = code * 5 + (text[i] - 'a');
        assert_false(met[code]);
        met[code] = true;
        orders++;
    }
    assert_int_equal(orders, 119);
    assert_false(met[0 * 625 + 1 * 125 + 2 * 25 + 3 * 5 + 4]); /* the term's own order */
    buf_done(&out);
}

static void test_kinds_alternate(void **state)
{
    (void)state;
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    for (int k = 1; k <= 12; k++) {
        buf_clear(&out);
        assert_true(variation_text(7, "red clay pots", k, &out));
        const bool phrase = strncmp(buf_text(&out), "\"red clay pots\" ", 16) == 0;
        /* five orders, seven phrases: in turn up to the tenth, then what is left */
        assert_int_equal(phrase, k % 2 == 0 || k > 10);
        if (!phrase)
            assert_true(same_letters(buf_text(&out), "red clay pots"));
    }
    buf_done(&out);
}

static void test_same_seed_same_text(void **state)
{
    (void)state;
    struct buf a = buf_init(VARIATION_TEXT_MAX), b = buf_init(VARIATION_TEXT_MAX);
    int differ = 0;
    for (int k = 1; k <= 12; k++) {
        buf_clear(&a);
        buf_clear(&b);
        assert_true(variation_text(1, "red clay pots", k, &a));
        assert_true(variation_text(1, "red clay pots", k, &b));
        assert_string_equal(buf_text(&a), buf_text(&b));
        buf_clear(&b);
        assert_true(variation_text(2, "red clay pots", k, &b));
        differ += strcmp(buf_text(&a), buf_text(&b)) != 0;
    }
    assert_true(differ > 0);
    buf_done(&a);
    buf_done(&b);
}

/* Written down, because jobs that are under way must ask the same after an upgrade. */
static const struct {
    int line;
    uint64_t seed;
    const char *term;
    int k;
    const char *text;
} fixed[] = {
    {__LINE__, 20261122, "zahnarzt köln", 1, "köln zahnarzt"},
    {__LINE__, 20261122, "zahnarzt köln", 2, "\"zahnarzt köln\" e-mail"},
    {__LINE__, 20261122, "klavierstimmer", 1, "\"klavierstimmer\" contacto"},
    {__LINE__, 20261122, "fontanero urgente madrid", 1, "madrid fontanero urgente"},
    {__LINE__, 20261122, "fontanero urgente madrid", 2, "\"fontanero urgente madrid\" contacto"},
    {__LINE__, 20261122, "fontanero urgente madrid", 3, "madrid urgente fontanero"},
    {__LINE__, 20261122, "  \"bora bora\"  hotel ", 1, "hotel \"bora bora\""},
    {__LINE__, 20261122, "  \"bora bora\"  hotel ", 2, "\"bora bora hotel\" contatto"},
};

static void test_fixed(void **state)
{
    (void)state;
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    for (int i = 0; i < COUNT(fixed); i++) {
        buf_clear(&out);
        if (!variation_text(fixed[i].seed, fixed[i].term, fixed[i].k, &out) ||
            strcmp(buf_text(&out), fixed[i].text) != 0)
            fail_msg("line %d: variation %d of <%s> is <%s>, expected <%s>", fixed[i].line,
                     fixed[i].k, fixed[i].term, buf_text(&out), fixed[i].text);
    }
    buf_done(&out);
}

static void test_out_of_range(void **state)
{
    (void)state;
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    buf_adds(&out, "kept");
    assert_false(variation_text(1, "a b", 0, &out));
    assert_false(variation_text(1, "a b", -1, &out));
    assert_false(variation_text(1, "a b", INT32_MIN, &out));
    assert_false(variation_text(1, "a b", INT32_MAX, &out));
    assert_false(variation_text(1, "", 1, &out));
    assert_false(variation_text(1, "\"\" \"\"", 1, &out));
    assert_string_equal(buf_text(&out), "kept");
    assert_true(variation_text(1, "a b", 1, &out));
    assert_string_equal(buf_text(&out), "keptb a"); /* it appends */
    buf_done(&out);
}

/* The longest terms: nothing is cut, nothing overflows, and the ceiling that the header promises
 * is enough. */
static void test_long_terms(void **state)
{
    (void)state;
    char term[TERM_MAX_BYTES + 2];
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    for (int i = 0; i < TERM_MAX_BYTES; i++)
        term[i] = (char)(i % 2 ? ' ' : 'a' + i / 2 % 26);
    term[TERM_MAX_BYTES] = '\0';
    for (int k = 1; k <= 20; k++) {
        buf_clear(&out);
        assert_true(variation_text(3, term, k, &out));
        assert_true(buf_ok(&out));
    }
    memset(term, 'x', TERM_MAX_BYTES);
    buf_clear(&out);
    assert_true(variation_text(3, term, 7, &out));
    assert_true(buf_ok(&out));
    assert_true(out.len > TERM_MAX_BYTES + 4);
    term[TERM_MAX_BYTES] = 'x';
    term[TERM_MAX_BYTES + 1] = '\0';
    assert_int_equal(variation_count(term), 0);
    assert_false(variation_text(3, term, 1, &out));
    buf_done(&out);
}

/* Bytes that are not text are carried along, not judged: the provider does that. */
static void test_foreign_bytes(void **state)
{
    (void)state;
    struct buf out = buf_init(VARIATION_TEXT_MAX);
    assert_true(variation_text(1, "\xff\xfe\x1b[2J NEAR(", 1, &out));
    assert_string_equal(buf_text(&out), "NEAR( \xff\xfe\x1b[2J");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_all_different),
        cmocka_unit_test(test_every_order_once),
        cmocka_unit_test(test_kinds_alternate),
        cmocka_unit_test(test_same_seed_same_text),
        cmocka_unit_test(test_fixed),
        cmocka_unit_test(test_out_of_range),
        cmocka_unit_test(test_long_terms),
        cmocka_unit_test(test_foreign_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
