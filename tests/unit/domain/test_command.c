/* test_command.c - if this fails, a key or sub-command has no word, or "undo" does something else
 * than undo. */
#include "domain/command.h"

#include "base/str.h"
#include "unit/cases.h"

static const struct {
    int line;
    enum command_kind kind;
    const char *name;
    enum command_kind inverse;
} rows[] = {
    {__LINE__, COMMAND_NONE, "none", COMMAND_NONE},
    {__LINE__, COMMAND_JOB_START, "start", COMMAND_JOB_STOP},
    {__LINE__, COMMAND_JOB_STOP, "stop", COMMAND_JOB_START},
    {__LINE__, COMMAND_JOB_PAUSE, "pause", COMMAND_JOB_RESUME},
    {__LINE__, COMMAND_JOB_RESUME, "resume", COMMAND_JOB_PAUSE},
    {__LINE__, COMMAND_JOB_CONFIRM, "confirm", COMMAND_NONE},
    {__LINE__, COMMAND_JOB_DELETE, "delete", COMMAND_NONE},
    {__LINE__, COMMAND_CONFIG_RELOAD, "reload", COMMAND_NONE},
    {__LINE__, COMMAND_SCHEDULE_ENABLE, "schedule enable", COMMAND_SCHEDULE_DISABLE},
    {__LINE__, COMMAND_SCHEDULE_DISABLE, "schedule disable", COMMAND_SCHEDULE_ENABLE},
    {__LINE__, COMMAND_SCHEDULE_PAUSE, "schedule pause", COMMAND_SCHEDULE_RESUME},
    {__LINE__, COMMAND_SCHEDULE_RESUME, "schedule resume", COMMAND_SCHEDULE_PAUSE},
    {__LINE__, COMMAND_SCHEDULE_RUN, "schedule run", COMMAND_NONE},
    {__LINE__, COMMAND_SCHEDULE_TEST, "schedule test", COMMAND_NONE},
    {__LINE__, COMMAND_SCHEDULE_CRON, "schedule edit", COMMAND_NONE},
    {__LINE__, COMMAND_SCHEDULE_PUT, "schedule save", COMMAND_SCHEDULE_PUT},
    {__LINE__, COMMAND_SCHEDULE_DELETE, "schedule delete", COMMAND_NONE},
    {__LINE__, COMMAND_RUN_SEEN, "run seen", COMMAND_NONE},
    {__LINE__, COMMAND_RUN_CANCEL, "run cancel", COMMAND_NONE},
    {__LINE__, COMMAND_LETTER_SENT, "letter sent", COMMAND_NONE},
    {__LINE__, COMMAND_LETTER_AGAIN, "letter again", COMMAND_NONE},
    {__LINE__, COMMAND_LETTER_DROP, "letter drop", COMMAND_NONE},
    {__LINE__, COMMAND_KINDS, "unknown", COMMAND_NONE},
};

static void test_rows(void **state)
{
    (void)state;
    assert_int_equal(CASES(rows), COMMAND_KINDS + 1);
    for (size_t i = 0; i < CASES(rows); i++) {
        CHECK_AT(rows[i].line, str_equal(command_name(rows[i].kind), rows[i].name), "is %s",
                 command_name(rows[i].kind));
        CHECK_AT(rows[i].line, command_inverse(rows[i].kind) == rows[i].inverse, "undone by %s",
                 command_name(command_inverse(rows[i].kind)));
    }
}

/* What undoes something is undone by it. */
static void test_inverse_twice(void **state)
{
    (void)state;
    for (int kind = 0; kind < COMMAND_KINDS; kind++) {
        enum command_kind other = command_inverse((enum command_kind)kind);
        if (other != COMMAND_NONE)
            assert_int_equal(command_inverse(other), kind);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_inverse_twice)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
