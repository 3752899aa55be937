/* test_zone_file.c - zones by name from tzdata's files. If it failed, a schedule would run at
 * another zone's time, or a name would reach a file that is no zone. libc, which reads the same
 * files, is asked for the same instants. */
#include "../cases.h"

#include "adapter/zone_file.h"
#include "base/err.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INSTANTS = 400 };

static struct zone_files *open_files(const char *directory)
{
    struct zone_files *files;
    struct err err;
    assert_true(zone_files_new(&files, directory, &err));
    return files;
}

/* At random instants of the years 1850 to 2600, and on both sides of what was found there. */
static void compare(const char *name, const struct zone *zone, uint64_t seed)
{
    struct zone_hint hint = {0};
    setenv("TZ", name, 1);
    tzset();
    for (int i = 0; i < INSTANTS; i++) {
        uint64_t dice = rng_draw(seed, 1, (uint64_t)i);
        int64_t at = -3786912000 + (int64_t)rng_below(dice, 750ULL * 31556952);
        for (int side = 0; side < 3; side++) {
            struct zone_stretch s;
            struct tm tm;
            zone_at(zone, &hint, at, &s);
            time_t second = at;
            localtime_r(&second, &tm);
            if (s.offset != tm.tm_gmtoff || at < s.start || at >= s.end ||
                strcmp(s.abbreviation, tm.tm_zone) != 0 || s.dst != (tm.tm_isdst > 0))
                fail_msg("%s at %lld: %d %s, libc says %ld %s", name, (long long)at, s.offset,
                         s.abbreviation, tm.tm_gmtoff, tm.tm_zone);
            int64_t next = side == 0 ? s.start : s.end - 1;
            if (next > -3786912000 && next < 19884000000)
                at = next;
        }
    }
}

static void every_zone_shows_what_libc_shows(void **state)
{
    (void)state;
    struct zone_files *files = open_files(ZONE_FILES_DIR);
    char line[512];
    int count = 0;
    FILE *f = fopen(ZONE_FILES_DIR "/zone1970.tab", "r");
    if (f == NULL)
        skip();
    while (fgets(line, sizeof line, f) != NULL) {
        char *name = strchr(line, '\t');
        name = line[0] != '#' && name != NULL ? strchr(name + 1, '\t') : NULL;
        if (name == NULL)
            continue;
        name++;
        name[strcspn(name, "\t\n")] = '\0';
        const struct zone *zone;
        struct err err;
        if (!zone_files_get(files, name, strlen(name), &zone, &err))
            fail_msg("%s: %s", name, err.text);
        compare(name, zone, (uint64_t)count++);
    }
    fclose(f);
    assert_true(count > 200);
    zone_files_free(files);
}

static void what_is_no_zone_is_refused(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *name;
        bool good;
    } cases[] = {
        {__LINE__, "UTC", true},
        {__LINE__, "Europe/Berlin", true},
        {__LINE__, "America/Argentina/Buenos_Aires", true},
        {__LINE__, "Etc/GMT+5", true},
        {__LINE__, "EST5EDT", true},
        {__LINE__, "GMT-0", true},
        {__LINE__, "", false},
        {__LINE__, "utc", false},
        {__LINE__, "europe/berlin", false},
        {__LINE__, "Europe", false},
        {__LINE__, "Europe/", false},
        {__LINE__, "/Europe/Berlin", false},
        {__LINE__, "Europe//Berlin", false},
        {__LINE__, "../zoneinfo/UTC", false},
        {__LINE__, "./UTC", false},
        {__LINE__, "UTC ", false},
        {__LINE__, "posix/UTC", false},
        {__LINE__, "right/UTC", false},
        {__LINE__, "posixrules", false},
        {__LINE__, "localtime", false},
        {__LINE__, "Factory", false},
        {__LINE__, "zone.tab", false},
        {__LINE__, "tzdata.zi", false},
        {__LINE__, "leapseconds", false},
        {__LINE__, "+02:00", false},
        {__LINE__, "UTC-5", false},
        {__LINE__, "<+03>-3", false},
        {__LINE__, "EST5EDT4,M3.2.0,M11.1.0", false},
        {__LINE__, "Mars/Phobos", false},
        {__LINE__, "A-name-that-is-longer-than-any-zone-of-tzdata-has-been-until-this-day", false},
    };
    struct zone_files *files = open_files(ZONE_FILES_DIR);
    for (size_t i = 0; i < CASES(cases); i++) {
        const struct zone *zone;
        struct err err = {0};
        bool good = zone_files_get(files, cases[i].name, strlen(cases[i].name), &zone, &err);
        CHECK_AT(cases[i].line, good == cases[i].good, "\"%s\": %s", cases[i].name, err.text);
        CHECK_AT(cases[i].line, good || strncmp(err.text, "timezone: ", 10) == 0, "%s", err.text);
    }
    const struct zone *zone;
    struct err err;
    assert_false(zone_files_get(files, "UTC\0x", 5, &zone, &err));
    zone_files_free(files);
}

static void a_zone_is_read_once_and_stays_where_it_is(void **state)
{
    (void)state;
    struct scratch dir;
    struct buf bytes = buf_init(ZONE_FILE_MAX);
    const struct zone *first, *again, *other;
    struct err err;
    scratch_init(&dir);
    struct zone_files *files = open_files(dir.dir);
    assert_true(file_read(ZONE_FILES_DIR "/Europe/Berlin", &bytes, &err));
    scratch_write_n(&dir, "Here", bytes.data, bytes.len);
    assert_true(zone_files_get(files, "Here", 4, &first, &err));
    for (int i = 0; i < 100; i++) {
        char name[16];
        str_format(name, sizeof name, "Zone%d", i);
        scratch_write_n(&dir, name, bytes.data, bytes.len);
        assert_true(zone_files_get(files, name, strlen(name), &other, &err));
        assert_ptr_not_equal(other, first);
    }
    scratch_remove(&dir, "Here");
    assert_true(zone_files_get(files, "Here", 4, &again, &err));
    assert_ptr_equal(first, again);
    /* A name that was refused is looked for again. */
    assert_false(zone_files_get(files, "Late", 4, &other, &err));
    scratch_write_n(&dir, "Late", bytes.data, bytes.len);
    assert_true(zone_files_get(files, "Late", 4, &other, &err));
    buf_done(&bytes);
    zone_files_free(files);
    scratch_done(&dir);
}

static void the_version_is_that_of_the_files(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *name, *text, *want;
    } cases[] = {
        {__LINE__, "tzdata.zi", "# version 2026f\n# This zic input\n", "2026f"},
        {__LINE__, "+VERSION", "2025b\n", "2025b"},
        {__LINE__, "tzdata.zi", "# redo posix_only\n", ""},
        {__LINE__, "+VERSION", "../../etc/passwd", ""},
        {__LINE__, "other", "2025b\n", ""},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct scratch dir;
        scratch_init(&dir);
        scratch_write(&dir, cases[i].name, cases[i].text);
        struct zone_files *files = open_files(dir.dir);
        const char *got = zone_files_version(files);
        CHECK_AT(cases[i].line, str_equal(got, cases[i].want), "\"%s\"", got);
        zone_files_free(files);
        scratch_done(&dir);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_zone_shows_what_libc_shows),
        cmocka_unit_test(what_is_no_zone_is_refused),
        cmocka_unit_test(a_zone_is_read_once_and_stays_where_it_is),
        cmocka_unit_test(the_version_is_that_of_the_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
