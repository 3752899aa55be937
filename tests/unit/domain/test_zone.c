/* test_zone.c - TZif files made by hand. If it failed, a damaged or hostile file would crash the
 * program or give it a wrong clock, or the rule at a file's end would be read wrongly. */
#include "../cases.h"

#include "base/str.h"
#include "domain/calendar.h"
#include "domain/zone.h"

#include <stdio.h>
#include <string.h>

enum { ROOM = 4096 };

/* A file that is being written. */
struct file {
    uint8_t bytes[ROOM];
    size_t len;
};

static void put(struct file *f, uint64_t value, int size)
{
    for (int i = size - 1; i >= 0; i--)
        f->bytes[f->len++] = (uint8_t)(value >> (8 * i));
}

static void put_header(struct file *f, char version, const uint32_t counts[6])
{
    memcpy(f->bytes + f->len, "TZif", 4);
    f->len += 4;
    put(f, (uint8_t)version, 1);
    memset(f->bytes + f->len, 0, 15);
    f->len += 15;
    for (int i = 0; i < 6; i++)
        put(f, counts[i], 4);
}

/* Two kinds of time, STD and DST one hour later, and transitions between them. */
static void make(struct file *f, const int64_t *at, uint32_t count, const char *footer)
{
    static const uint32_t none[6] = {0, 0, 0, 0, 1, 1};
    const uint32_t counts[6] = {0, 0, 0, count, 2, 8};
    f->len = 0;
    put_header(f, '2', none);
    put(f, 0, 7); /* one kind of time, one empty abbreviation */
    put_header(f, '2', counts);
    for (uint32_t i = 0; i < count; i++)
        put(f, (uint64_t)at[i], 8);
    for (uint32_t i = 0; i < count; i++)
        put(f, i % 2 == 0, 1);
    put(f, UINT64_C(3600) << 16, 6);
    put(f, UINT64_C(7200) << 16 | 1 << 8 | 4, 6);
    memcpy(f->bytes + f->len, "STD\0DST", 8);
    f->len += 8;
    f->len += (size_t)snprintf((char *)f->bytes + f->len, ROOM - f->len, "\n%s\n", footer);
}

static bool reads(const struct file *f, size_t len)
{
    struct arena arena = arena_init(1 << 20);
    struct zone zone;
    struct err err = {0};
    uint8_t *copy = arena_alloc(&arena, len); /* so that reading past it is seen */
    memcpy(copy, f->bytes, len);
    bool ok = zone_read(&zone, &arena, "Test/Zone", copy, len, &err);
    assert_true(ok || strncmp(err.text, "zone Test/Zone: ", 16) == 0);
    arena_done(&arena);
    return ok;
}

/* --- files ------------------------------------------------------------------------------------ */

static void a_file_that_is_cut_anywhere_is_refused(void **state)
{
    (void)state;
    static const int64_t at[] = {1000000, 2000000, 3000000, 4000000};
    struct file f;
    make(&f, at, 4, "STD-1DST,M3.5.0,M10.5.0/3");
    assert_true(reads(&f, f.len));
    for (size_t len = 0; len < f.len; len++)
        if (reads(&f, len))
            fail_msg("cut to %zu of %zu bytes it was read", len, f.len);
}

static void what_is_impossible_is_refused(void **state)
{
    (void)state;
    static const int64_t at[] = {1000000, 2000000};
    enum { SECOND = 44 + 7, TIMES = SECOND + 44, INDEXES = TIMES + 16, TYPES = INDEXES + 2 };
    static const struct {
        int line;
        size_t place;
        uint8_t byte;
    } cases[] = {
        {__LINE__, 0, 't'},
        {__LINE__, 4, 0},   /* version 1 */
        {__LINE__, 4, '5'}, /* a version of the future */
        {__LINE__, 20, 1},  /* counts of 16 million */
        {__LINE__, 32, 0x7F},
        {__LINE__, SECOND, 'x'},
        {__LINE__, SECOND + 31, 1},      /* leap seconds */
        {__LINE__, SECOND + 39, 0},      /* no kind of time */
        {__LINE__, TIMES + 8, 0xF0},     /* the second transition before the first */
        {__LINE__, TIMES + 9, 0x7F},     /* in the year 1100000 */
        {__LINE__, INDEXES, 2},          /* a third kind of time */
        {__LINE__, TYPES, 0x7F},         /* an offset of 67 years */
        {__LINE__, TYPES + 4, 2},        /* summer time: neither yes nor no */
        {__LINE__, TYPES + 5, 8},        /* an abbreviation past the end */
        {__LINE__, TYPES + 12, 0x1B},    /* an escape in it */
        {__LINE__, TYPES + 12 + 7, 'x'}, /* without its NUL */
        {__LINE__, TYPES + 20, 'x'},     /* no line before the footer */
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct file f;
        make(&f, at, 2, "STD-1DST,M3.5.0,M10.5.0/3");
        assert_true(reads(&f, f.len));
        f.bytes[cases[i].place] = cases[i].byte;
        CHECK_AT(cases[i].line, !reads(&f, f.len), "it was read");
    }
}

static void a_footer_is_a_rule_or_is_refused(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *footer;
        bool good;
    } cases[] = {
        {__LINE__, "", true},
        {__LINE__, "STD-1", true},
        {__LINE__, "<+01>-1", true},
        {__LINE__, "STD-1DST,M3.5.0,M10.5.0/3", true},
        {__LINE__, "STD-1DST-2,M3.5.0,M10.5.0", true},
        {__LINE__, "STD-1DST,J60,J300", true},
        {__LINE__, "STD-1DST,0/0,J365/23", true}, /* summer time all year */
        {__LINE__, "STD-1DST,59/-167:59:59,300/167", true},
        {__LINE__, "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", true},
        {__LINE__, "STD-1DST,M10.1.0,M4.1.0/3", true}, /* the south */
        {__LINE__, "STD", false},
        {__LINE__, "ST-1", false},
        {__LINE__, "<+01-1", false},
        {__LINE__, "STD-25", false},
        {__LINE__, "STD-1:60", false},
        {__LINE__, "STD-2", false}, /* not what the last transition says */
        {__LINE__, "STD-1DST", false},
        {__LINE__, "STD-1DST,M3.5.0", false},
        {__LINE__, "STD-1DST,M3.5.0,M10.5.0,", false},
        {__LINE__, "STD-1DST,M13.5.0,M10.5.0", false},
        {__LINE__, "STD-1DST,M3.6.0,M10.5.0", false},
        {__LINE__, "STD-1DST,M3.5.7,M10.5.0", false},
        {__LINE__, "STD-1DST,M3.5.0/168,M10.5.0", false},
        {__LINE__, "STD-1DST,J0,J300", false},
        {__LINE__, "STD-1DST,J366,J300", false},
        {__LINE__, "STD-1DST,366,300", false},
        {__LINE__, "STD-1DST,1/167,1/-167,", false},
        {__LINE__, "STD-1DST,M3.5.0,M10.5.0\nX", false},
        {__LINE__, "A-far-too-long-name-1", false},
    };
    static const int64_t at[] = {1000000, 2000000};
    for (size_t i = 0; i < CASES(cases); i++) {
        struct file f;
        make(&f, at, 2, cases[i].footer);
        CHECK_AT(cases[i].line, reads(&f, f.len) == cases[i].good, "\"%s\"", cases[i].footer);
    }
}

/* --- looking ---------------------------------------------------------------------------------- */

static void the_rule_goes_on_for_ever(void **state)
{
    (void)state;
    static const int64_t at[] = {1000000, 2000000};
    struct arena arena = arena_init(1 << 20);
    struct zone zone;
    struct err err;
    struct file f;
    make(&f, at, 2, "STD-1DST,M3.5.0,M10.5.0/3");
    assert_true(zone_read(&zone, &arena, "Test", f.bytes, f.len, &err));
    assert_int_equal(zone.period, 800);
    for (int32_t year = 1971; year < 9999; year += year % 7 + 1) {
        struct zone_stretch s, next;
        int64_t summer = calendar_day(year, 3, 31), winter = calendar_day(year, 10, 31);
        summer = (summer - calendar_weekday(summer)) * 86400 + 3600;
        winter = (winter - calendar_weekday(winter)) * 86400 + 3600;
        zone_at(&zone, NULL, summer, &s);
        assert_int_equal(s.start, summer);
        assert_int_equal(s.end, winter);
        assert_int_equal(s.offset, 7200);
        assert_int_equal(s.before, 3600);
        assert_true(s.dst);
        assert_string_equal(s.abbreviation, "DST");
        zone_at(&zone, NULL, summer - 1, &next);
        assert_int_equal(next.end, summer);
        assert_true(zone_go_on(&zone, &next));
        assert_memory_equal(&next.start, &s.start, sizeof s.start);
        assert_true(zone_go_on(&zone, &s));
        assert_int_equal(s.start, winter);
        assert_int_equal(s.offset, 3600);
        assert_int_equal(s.high, winter + 7200);
    }
    arena_done(&arena);
}

/* Jn never counts 29 February, n does. */
static void days_of_the_year_are_counted_in_two_ways(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *footer, *common, *leap; /* where summer begins */
    } cases[] = {
        {__LINE__, "STD-1DST,J59/0,J300", "2026-02-28", "2028-02-28"},
        {__LINE__, "STD-1DST,J60/0,J300", "2026-03-01", "2028-03-01"},
        {__LINE__, "STD-1DST,58/0,J300", "2026-02-28", "2028-02-28"},
        {__LINE__, "STD-1DST,59/0,J300", "2026-03-01", "2028-02-29"},
    };
    static const int64_t at[] = {1000000, 2000000};
    for (size_t i = 0; i < CASES(cases); i++) {
        const char *days[] = {cases[i].common, cases[i].leap};
        struct arena arena = arena_init(1 << 20);
        struct zone zone;
        struct err err;
        struct file f;
        make(&f, at, 2, cases[i].footer);
        assert_true(zone_read(&zone, &arena, "Test", f.bytes, f.len, &err));
        for (int k = 0; k < 2; k++) {
            struct zone_stretch s;
            int64_t day;
            assert_true(calendar_parse_date(days[k], &day));
            zone_at(&zone, NULL, day * 86400, &s);
            CHECK_AT(cases[i].line, s.dst && s.start == day * 86400 - 3600, "from %lld",
                     (long long)s.start);
        }
        arena_done(&arena);
    }
}

/* Each stretch begins where the one before it ended, whether asked or walked to. */
static void walking_and_asking_agree(void **state)
{
    (void)state;
    static const char *const footers[] = {"STD-1DST,M3.5.0,M10.5.0/3", "STD-1DST,0/0,J365/23",
                                          "STD-1", "STD-1DST,J300,J60/167", ""};
    static const int64_t at[] = {1000000, 2000000, 4000000000, 4010000000};
    for (size_t i = 0; i < CASES(footers); i++) {
        struct arena arena = arena_init(1 << 20);
        struct zone zone;
        struct zone_hint hint = {0};
        struct zone_stretch s, asked;
        struct err err;
        struct file f;
        make(&f, at, 4, footers[i]);
        assert_true(zone_read(&zone, &arena, "Test", f.bytes, f.len, &err));
        zone_at(&zone, &hint, -5000000000, &s);
        assert_true(s.start == ZONE_BEGIN);
        for (int n = 0; n < 3000; n++) {
            int64_t end = s.end;
            if (!zone_go_on(&zone, &s))
                break;
            assert_int_equal(s.start, end);
            assert_true(s.end > s.start && s.high >= s.start + s.before);
            zone_at(&zone, &hint, s.start, &asked);
            assert_int_equal(asked.start, s.start);
            assert_int_equal(asked.end, s.end);
            assert_int_equal(asked.offset, s.offset);
        }
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_cut_anywhere_is_refused),
        cmocka_unit_test(what_is_impossible_is_refused),
        cmocka_unit_test(a_footer_is_a_rule_or_is_refused),
        cmocka_unit_test(the_rule_goes_on_for_ever),
        cmocka_unit_test(days_of_the_year_are_counted_in_two_ways),
        cmocka_unit_test(walking_and_asking_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
