/* test_pg_fault.c - if it failed, a letter whose outcome is unknown could be taken for one that was
 * never sent (and go out twice), an engine would keep a dead connection, or a password would stand
 * in a log. */
#include "adapter/pg_fault.h"
#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static void every_state(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *state;
        enum err_kind kind;
        bool lost;
        const char *cure; /* a part of it; NULL: none */
    } cases[] = {
        {__LINE__, NULL, ERR_RETRY, true, "look again"},
        {__LINE__, "", ERR_RETRY, true, "look again"},
        {__LINE__, "AP001", ERR_FENCED, false, NULL},
        {__LINE__, "AP002", ERR_CONFLICT, false, NULL},
        {__LINE__, "AP003", ERR_REFUSED, false, NULL},
        {__LINE__, "AP004", ERR_REFUSED, false, NULL},
        {__LINE__, "AP005", ERR_RETRY, false, NULL},
        {__LINE__, "AP006", ERR_STOP, false, NULL},
        {__LINE__, "AP009", ERR_STOP, false, "another version"},
        {__LINE__, "08000", ERR_RETRY, true, "look again"},
        {__LINE__, "08006", ERR_RETRY, true, "look again"},
        {__LINE__, "08P01", ERR_RETRY, true, "look again"},
        {__LINE__, "57P01", ERR_RETRY, true, "look again"},
        {__LINE__, "57P02", ERR_RETRY, true, "look again"},
        {__LINE__, "57P03", ERR_UNREACHABLE, true, "tried again"},
        {__LINE__, "57P05", ERR_RETRY, true, "look again"},
        {__LINE__, "57014", ERR_RETRY, false, "try again"},
        {__LINE__, "40001", ERR_RETRY, false, "try again"},
        {__LINE__, "40P01", ERR_RETRY, false, "try again"},
        {__LINE__, "55P03", ERR_RETRY, false, "try again"},
        {__LINE__, "28000", ERR_UNREACHABLE, true, "pg_hba.conf"},
        {__LINE__, "28P01", ERR_UNREACHABLE, true, "password file"},
        {__LINE__, "3D000", ERR_UNREACHABLE, true, "createdb"},
        {__LINE__, "42501", ERR_REFUSED, false, "autopilot db login add"},
        {__LINE__, "42P01", ERR_STOP, false, "autopilot db migrate"},
        {__LINE__, "42883", ERR_STOP, false, "autopilot db migrate"},
        {__LINE__, "3F000", ERR_STOP, false, "autopilot db migrate"},
        {__LINE__, "25006", ERR_UNREACHABLE, true, "primary"},
        {__LINE__, "53100", ERR_STOP, false, "space"},
        {__LINE__, "53300", ERR_UNREACHABLE, true, "max_connections"},
        {__LINE__, "23505", ERR_STOP, false, "mistake"},
        {__LINE__, "22P02", ERR_STOP, false, "mistake"},
        {__LINE__, "42601", ERR_STOP, false, "mistake"},
        {__LINE__, "XX001", ERR_STOP, false, "server's log"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        const struct pg_fault *f = pg_fault_of(cases[i].state);
        CHECK_AT(cases[i].line, f->kind == cases[i].kind, "kind %s", err_kind_name(f->kind));
        CHECK_AT(cases[i].line, f->lost == cases[i].lost, "lost %d", f->lost);
        CHECK_AT(cases[i].line, (f->cure == NULL) == (cases[i].cure == NULL), "cure");
        CHECK_AT(cases[i].line, f->cure == NULL || strstr(f->cure, cases[i].cure) != NULL, "%s",
                 f->cure);
    }
}

static void a_missing_right_is_somebodys(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *words, *cure;
    } cases[] = {
        {__LINE__, "permission denied for function hello",
         "autopilot db login add an.a --operator NAME --role engine"},
        {__LINE__, "keine Berechtigung f\u00fcr Funktion hello", "--role engine"},
        {__LINE__, "permission denied for function login_add", "autopilot db migrate"},
        {__LINE__, "permission denied for schema ap", "add an.a --operator NAME"},
        {__LINE__, "permission denied for function job_put", "add an.a --operator NAME"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct err err = {0};
        pg_fault_denied(&err, "an\033a", cases[i].words);
        CHECK_AT(cases[i].line, err.kind == ERR_REFUSED, "%s", err_kind_name(err.kind));
        CHECK_AT(cases[i].line, strstr(err.text, cases[i].words) != NULL, "%s", err.text);
        CHECK_AT(cases[i].line, strstr(err.text, cases[i].cure) != NULL, "%s", err.text);
    }
}

static void our_functions_speak_alone(void **state)
{
    (void)state;
    struct err err = {0};
    pg_fault_say(&err, pg_fault_of("AP002"), "job: ana changed it; reload");
    assert_string_equal(err.text, "job: ana changed it; reload");
    assert_int_equal(err.kind, ERR_CONFLICT);
    pg_fault_say(&err, pg_fault_of("53100"), "No space left on device");
    assert_string_equal(err.text, "postgres: the server's disk is full: No space left on device; "
                                  "free some space there; nothing was changed");
}

static void foreign_words(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *words, *secret, *want;
    } cases[] = {
        {__LINE__, "plain", NULL, "plain"},
        {__LINE__, "plain", "", "plain"},
        {__LINE__, "first\nLOCATION: x", NULL, "first"},
        {__LINE__, "red \033[31mwords", NULL, "red .[31mwords"},
        {__LINE__, "user:hunter2@host", "hunter2", "user:***@host"},
        {__LINE__, "hunter2hunter2", "hunter2", "******"},
        {__LINE__, "hunter", "hunter2", "hunter"},
        {__LINE__, "", "x", ""},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        char got[100];
        pg_fault_words(got, sizeof got, cases[i].words, cases[i].secret);
        CHECK_AT(cases[i].line, str_equal(got, cases[i].want), "got \"%s\"", got);
    }
    char small[6];
    pg_fault_words(small, sizeof small, "much too long", NULL);
    assert_string_equal(small, "much ");
}

static void states_in_text(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want; /* NULL: none */
    } cases[] = {
        {__LINE__, "connection to server at \"h\" (::1), port 1 failed: FATAL:  28P01: password",
         "28P01"},
        {__LINE__, "FATAL:  3D000: database \"x\" does not exist", "3D000"},
        {__LINE__, "FATAL:  no code here", NULL},
        {__LINE__, "a:  b:  57P03: late", "57P03"},
        {__LINE__, "connection refused", NULL},
        {__LINE__, "FATAL:  28P0", NULL},
        {__LINE__, "", NULL},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        char got[6] = "";
        bool found = pg_fault_state_in(cases[i].text, got);
        CHECK_AT(cases[i].line, found == (cases[i].want != NULL), "found %d", found);
        CHECK_AT(cases[i].line, !found || str_equal(got, cases[i].want), "got %s", got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state),
        cmocka_unit_test(a_missing_right_is_somebodys),
        cmocka_unit_test(our_functions_speak_alone),
        cmocka_unit_test(foreign_words),
        cmocka_unit_test(states_in_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
