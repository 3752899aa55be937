/* Broken if this fails: a page, name or server answer could move the cursor, set the window title,
 * write to the clipboard or reverse what an operator reads; texts would be cut in a character. */
#include "unit/cases.h"

#include "base/rng.h"
#include "base/utf8.h"

#include <locale.h>
#include <string.h>

#define BAD ((uint32_t)UTF8_BAD)

static void test_next(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        size_t len, used;
        uint32_t point;
    } rows[] = {
        {__LINE__, "a", 1, 1, 'a'},
        {__LINE__, "\0", 1, 1, 0},
        {__LINE__, "\x7f", 1, 1, 0x7F},
        {__LINE__, "\xc2\x80", 2, 2, 0x80},
        {__LINE__, "\xdf\xbf", 2, 2, 0x7FF},
        {__LINE__, "\xe0\xa0\x80", 3, 3, 0x800},
        {__LINE__, "\xed\x9f\xbf", 3, 3, 0xD7FF},
        {__LINE__, "\xee\x80\x80", 3, 3, 0xE000},
        {__LINE__, "\xef\xbf\xbf", 3, 3, 0xFFFF},
        {__LINE__, "\xf0\x90\x80\x80", 4, 4, 0x10000},
        {__LINE__, "\xf4\x8f\xbf\xbf", 4, 4, 0x10FFFF},
        /* Alone, or with the wrong bytes behind. */
        {__LINE__, "\x80", 1, 1, BAD},
        {__LINE__, "\xbf", 1, 1, BAD},
        {__LINE__, "\xc3", 1, 1, BAD},
        {__LINE__, "\xc3(", 2, 1, BAD},
        {__LINE__, "\xe2\x82", 2, 1, BAD},
        {__LINE__, "\xe2\x28\xa1", 3, 1, BAD},
        {__LINE__, "\xe2\x82\x28", 3, 1, BAD},
        {__LINE__, "\xf0\x9f\x98", 3, 1, BAD},
        /* Overlong: the classic way round a filter. */
        {__LINE__, "\xc0\xaf", 2, 1, BAD},
        {__LINE__, "\xc1\xbf", 2, 1, BAD},
        {__LINE__, "\xe0\x80\xaf", 3, 1, BAD},
        {__LINE__, "\xe0\x9f\xbf", 3, 1, BAD},
        {__LINE__, "\xf0\x80\x80\xaf", 4, 1, BAD},
        {__LINE__, "\xf0\x8f\xbf\xbf", 4, 1, BAD},
        /* Surrogates, and past the last character. */
        {__LINE__, "\xed\xa0\x80", 3, 1, BAD},
        {__LINE__, "\xed\xbf\xbf", 3, 1, BAD},
        {__LINE__, "\xf4\x90\x80\x80", 4, 1, BAD},
        {__LINE__, "\xf5\x80\x80\x80", 4, 1, BAD},
        {__LINE__, "\xfe", 1, 1, BAD},
        {__LINE__, "\xff", 1, 1, BAD},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        uint32_t point = 12345;
        size_t used = utf8_next(rows[i].text, rows[i].len, &point);
        CHECK_AT(rows[i].line, used == rows[i].used, "used %zu", used);
        CHECK_AT(rows[i].line, point == rows[i].point, "point %x", point);
        bool valid = rows[i].point != BAD;
        CHECK_AT(rows[i].line, utf8_valid(rows[i].text, rows[i].len) == valid, "valid");
    }
}

static void test_put_every_point_and_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x110010; point++) {
        char bytes[4];
        uint32_t back = 0;
        size_t n = utf8_put(point, bytes), used = utf8_next(bytes, n, &back);
        bool real = point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
        if (used != n || back != (real ? point : BAD) || !utf8_valid(bytes, n))
            fail_msg("U+%04X: %zu bytes, %zu used, back U+%04X", point, n, used, back);
        for (size_t cut = 1; cut < n; cut++)
            if (utf8_whole(bytes, cut) != 0)
                fail_msg("U+%04X cut to %zu bytes is not whole", point, cut);
        assert_int_equal(utf8_whole(bytes, n), n);
    }
    assert_int_equal(utf8_whole("", 0), 0);
    assert_int_equal(utf8_whole("ab\xc3", 3), 2);
    /* Bytes that are not text are left as they are. */
    assert_int_equal(utf8_whole("\x80\x80\x80\x80", 4), 4);
}

static void test_columns(void **state)
{
    (void)state;
    static const struct {
        int line;
        uint32_t point;
        int want;
    } rows[] = {
        {__LINE__, ' ', 1},     {__LINE__, 'a', 1},       {__LINE__, '~', 1},
        {__LINE__, 0xE4, 1},    {__LINE__, 0x20AC, 1},    {__LINE__, 0x301, 0},
        {__LINE__, 0x4E2D, 2},  {__LINE__, 0x1F600, 2},   {__LINE__, 0x2588, 1},
        {__LINE__, 0, -1},      {__LINE__, 0x1B, -1},     {__LINE__, 0x7F, -1},
        {__LINE__, 0x80, -1},   {__LINE__, 0x9B, -1},     {__LINE__, 0xAD, -1},
        {__LINE__, 0x200B, -1}, {__LINE__, 0x200D, -1},   {__LINE__, 0x202E, -1},
        {__LINE__, 0x2028, -1}, {__LINE__, 0x2066, -1},   {__LINE__, 0xFE0F, -1},
        {__LINE__, 0xFEFF, -1}, {__LINE__, 0xFFFE, -1},   {__LINE__, 0xE0041, -1},
        {__LINE__, 0x378, -1},  {__LINE__, 0x110000, -1},
    };
    for (size_t i = 0; i < CASES(rows); i++)
        CHECK_AT(rows[i].line, utf8_columns(rows[i].point) == rows[i].want, "U+%04X: %d",
                 rows[i].point, utf8_columns(rows[i].point));
}

static void test_screen(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "", ""},
        {__LINE__, "plain text, 100 %", "plain text, 100 %"},
        {__LINE__, "K\xc3\xb6ln \xe2\x82\xac \xe4\xb8\xad",
         "K\xc3\xb6ln \xe2\x82\xac \xe4\xb8\xad"},
        {__LINE__, "\x1b]0;title\x07", ".]0;title."},
        {__LINE__, "\x1b]52;c;aGk=\x1b\\", ".]52;c;aGk=.\\"},
        {__LINE__, "a\r\nb\tc\x7f", "a..b.c."},
        {__LINE__,
         "\xc2\x9b"
         "2J",
         ".2J"},
        {__LINE__, "\xc2\x85next", ".next"},
        {__LINE__, "a\xe2\x80\xa8z\xe2\x80\xa9", "a.z."},
        {__LINE__, "exe.\xe2\x80\xaetxt\xe2\x80\xac", "exe.txt"},
        {__LINE__, "a\xe2\x80\x8b\xe2\x81\xa6g\xef\xbb\xbf", "ag"},
        {__LINE__, "\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4"},
        {__LINE__, "e\xcc\x81", "e\xcc\x81"},
        {__LINE__, "\xff\xfeK\xf6ln", "??K?ln"},
        {__LINE__, "\xc0\x9b\xe2\x82", "????"},
        {__LINE__, "\xed\xa0\x80", "???"},
        {__LINE__, "\xef\xbf\xbe\xef\xb7\x90", "??"},
        {__LINE__, "\xf3\xa0\x81\x81hidden", "hidden"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct buf out = buf_init(1000);
        char array[100];
        text_screen(&out, rows[i].text, strlen(rows[i].text));
        CHECK_AT(rows[i].line, strcmp(buf_text(&out), rows[i].want) == 0, "\"%s\"", buf_text(&out));
        text_screen_to(array, sizeof array, rows[i].text);
        CHECK_AT(rows[i].line, strcmp(array, rows[i].want) == 0, "array: \"%s\"", array);
        buf_done(&out);
    }
    struct buf out = buf_init(10);
    text_screen(&out, "a\0b", 3);
    assert_string_equal(buf_text(&out), "a.b");
    buf_done(&out);
}

static void test_screen_cuts_between_characters(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa4\xe2\x82\xac\x01\xf0\x9f\x98\x80!";
    char whole[32];
    text_screen_to(whole, sizeof whole, text);
    for (size_t size = 1; size <= strlen(text) + 1; size++) {
        char dst[32];
        memset(dst, '#', sizeof dst);
        text_screen_to(dst, size, text);
        size_t len = strlen(dst);
        CHECK_AT(__LINE__, len < size && dst[size] == '#', "size %zu: %zu bytes", size, len);
        CHECK_AT(__LINE__, utf8_valid(dst, len) && memcmp(dst, whole, len) == 0, "size %zu", size);
    }
    struct buf small = buf_init(3);
    text_screen(&small, text, strlen(text));
    assert_false(buf_ok(&small));
    assert_string_equal(buf_text(&small), "a\xc3\xa4");
    buf_done(&small);
}

/* Whatever goes in, what comes out is valid, holds nothing that a terminal acts on, is not longer,
 * and is not changed by screening it again. */
static void test_screen_of_any_bytes(void **state)
{
    (void)state;
    struct rng dice = {.state = 11};
    for (int round = 0; round < 20000; round++) {
        char text[40], once[64], twice[64];
        size_t len = (size_t)rng_below(rng_next(&dice), sizeof text);
        for (size_t i = 0; i < len; i++) {
            /* Half of the rounds: bytes that begin or go on with a character. */
            uint64_t draw = rng_next(&dice);
            text[i] = (char)(round % 2 ? draw : 0x80 | draw % 0x80);
            if (text[i] == '\0')
                text[i] = '\x1b';
        }
        text[len < sizeof text ? len : sizeof text - 1] = '\0';
        text_screen_to(once, sizeof once, text);
        text_screen_to(twice, sizeof twice, once);
        assert_string_equal(once, twice);
        assert_true(strlen(once) <= strlen(text));
        uint32_t point;
        for (size_t i = 0; i < strlen(once);) {
            i += utf8_next(once + i, strlen(once) - i, &point);
            assert_true(point >= 0x20 && (point < 0x7F || point > 0x9F));
            assert_true(point < 0x202A || point > 0x202E);
        }
        assert_true(utf8_valid(once, strlen(once)));
    }
}

static void test_mask(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } rows[] = {
        {__LINE__, "maria@acme.es", "m***@acme.es"},
        {__LINE__, "m@acme.es", "m***@acme.es"},
        {__LINE__, "@acme.es", "***@acme.es"},
        {__LINE__, "nobody", "n***"},
        {__LINE__, "", ""},
        {__LINE__, "\"a@b\"@acme.es", "\"***@acme.es"},
        {__LINE__, "\xc3\xb6zil@acme.de", "\xc3\xb6***@acme.de"},
        {__LINE__, "x@\x1b[2Jy", "x***@.[2Jy"},
        {__LINE__, "\xff@y", "?***@y"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        char got[64];
        text_mask_address(got, sizeof got, rows[i].text);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "\"%s\"", got);
    }
    char small[6];
    text_mask_address(small, sizeof small, "maria@acme.es");
    assert_string_equal(small, "m***@");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_put_every_point_and_back),
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_screen),
        cmocka_unit_test(test_screen_cuts_between_characters),
        cmocka_unit_test(test_screen_of_any_bytes),
        cmocka_unit_test(test_mask),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 99;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
