/* Broken if this fails: a server that is too old is written to, or the list of steps that an
 * operator agrees to is not what is carried out. */
#include "adapter/pg_migrate.h"
#include "adapter/pg_text.h"
#include "unit/cases.h"

#include <string.h>

static void old_servers(void **state)
{
    (void)state;
    static const struct {
        int line;
        int32_t version;
        bool fits;
    } cases[] = {
        {__LINE__, 90624, false}, {__LINE__, 130018, false}, {__LINE__, 139999, false},
        {__LINE__, 140000, true}, {__LINE__, 150020, true},  {__LINE__, 180000, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        bool fits = pg_server_fits(cases[i].version, &err);
        if (fits != cases[i].fits)
            print_error("line %d\n", cases[i].line);
        assert_int_equal(fits, cases[i].fits);
        assert_int_equal(err.kind, fits ? ERR_NONE : ERR_REFUSED);
    }
    struct err err = {0};
    assert_false(pg_server_fits(130018, &err));
    assert_non_null(strstr(err.text, "PostgreSQL 13"));
    assert_non_null(strstr(err.text, "14 or newer"));
}

static void steps(void **state)
{
    (void)state;
    struct pg_standing s = {.fit = PG_FIT_NONE, .newest = pg_migrations_count};
    for (int32_t i = 0; i < pg_migrations_count; i++)
        assert_string_equal(pg_migrate_step(&s, i), pg_migrations[i].name);
    assert_string_equal(pg_migrate_step(&s, pg_migrations_count), "functions");
    assert_null(pg_migrate_step(&s, pg_migrations_count + 1));
    s = (struct pg_standing){.fit = PG_FIT_FUNCTIONS, .version = pg_migrations_count};
    assert_string_equal(pg_migrate_step(&s, 0), "functions");
    assert_null(pg_migrate_step(&s, 1));
    s.fit = PG_FIT_GOOD;
    assert_null(pg_migrate_step(&s, 0));
}

static void queries(void **state)
{
    (void)state;
    assert_non_null(strstr(pg_query("server"), "server_version_num"));
    assert_null(pg_query("no such query"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_servers),
        cmocka_unit_test(steps),
        cmocka_unit_test(queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
