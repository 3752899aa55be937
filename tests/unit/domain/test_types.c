/* test_types.c - the names of the automation's words and the ledger's state machine. If it failed,
 * stored states would be read as others, or a letter could be sent again after it was accepted. */
#include "domain/types.h"

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* One enum through its two doors: every value has a name of its own that is read back. */
#define ROUND_TRIP(type, count)                                                                    \
    do {                                                                                           \
        for (int i = 0; i < (count); i++) {                                                        \
            enum type back = (enum type)((i + 1) % (count));                                       \
            const char *name = type##_name((enum type)i);                                          \
            if (!type##_parse(name, &back) || back != (enum type)i)                                \
                fail_msg(#type " %d: \"%s\" is read as %d", i, name, (int)back);                   \
            if (str_equal(name, "unknown"))                                                        \
                fail_msg(#type " %d has no name", i);                                              \
        }                                                                                          \
        enum type kept = (enum type)1;                                                             \
        assert_false(type##_parse("unknown", &kept));                                              \
        assert_false(type##_parse("", &kept));                                                     \
        assert_false(type##_parse("RUN", &kept));                                                  \
        assert_int_equal(kept, 1);                                                                 \
        assert_string_equal(type##_name((enum type)(count)), "unknown");                           \
    } while (0)

static void every_name_is_read_back(void **state)
{
    (void)state;
    ROUND_TRIP(desired, DESIREDS);
    ROUND_TRIP(job_state, JOB_STATES);
    ROUND_TRIP(group_state, GROUP_STATES);
    ROUND_TRIP(term_state, TERM_STATES);
    ROUND_TRIP(distribution, DISTRIBUTIONS);
    ROUND_TRIP(mail_mode, MODES);
    ROUND_TRIP(recontact, RECONTACTS);
    ROUND_TRIP(send_state, SEND_STATES);
}

/* Names are in databases and scripts: they are spelled once and for all. */
static void names_are_spelled_as_they_are_stored(void **state)
{
    (void)state;
    assert_string_equal(job_state_name(JOB_COMPLETED), "completed");
    assert_string_equal(desired_name(DESIRED_RUN), "run");
    assert_string_equal(term_state_name(TERM_EXHAUSTED), "exhausted");
    assert_string_equal(group_state_name(GROUP_DONE), "done");
    assert_string_equal(distribution_name(DISTRIBUTION_EQUITABLE), "equitable");
    assert_string_equal(mail_mode_name(MODE_DRYRUN), "dryrun");
    assert_string_equal(recontact_name(RECONTACT_NEVER), "never");
    assert_string_equal(send_state_name(SEND_IN_DOUBT), "in_doubt");
    assert_string_equal(send_state_name(SEND_SIMULATED), "simulated");
}

static void places_are_held_by_what_was_or_may_have_been_accepted(void **state)
{
    (void)state;
    static const bool holds[SEND_STATES] = {
        [SEND_CLAIMED] = true,   [SEND_COMMITTING] = true, [SEND_SENT] = true,
        [SEND_SIMULATED] = true, [SEND_IN_DOUBT] = true,
    };
    for (int i = 0; i < SEND_STATES; i++)
        if (send_holds_place((enum send_state)i) != holds[i])
            fail_msg("%s", send_state_name((enum send_state)i));
    assert_false(send_holds_place(SEND_STATES));
}

/* The whole matrix, written as a picture: row = from, column = to, in the order of the enum.
 * q queued, c claimed, m committing, s sent, u simulated, r rejected, d deferred, i in_doubt,
 * h held, p suppressed, x cancelled. */
static void the_ledger_moves_as_in_the_picture(void **state)
{
    (void)state;
    static const char *const picture[SEND_STATES] = {
        /*              qcmsurdihpx */
        [SEND_QUEUED] = ".+....+..++",     [SEND_CLAIMED] = "+.+++++++..",
        [SEND_COMMITTING] = "+..+++++...", [SEND_SENT] = "...........",
        [SEND_SIMULATED] = "...........",  [SEND_REJECTED] = "...........",
        [SEND_DEFERRED] = "++.......++",   [SEND_IN_DOUBT] = "+..++++...+",
        [SEND_HELD] = "+.........+",       [SEND_SUPPRESSED] = "...........",
        [SEND_CANCELLED] = "...........",
    };
    for (int from = 0; from < SEND_STATES; from++)
        for (int to = 0; to < SEND_STATES; to++)
            if (send_move_allowed((enum send_state)from, (enum send_state)to) !=
                (picture[from][to] == '+'))
                fail_msg("%s -> %s", send_state_name((enum send_state)from),
                         send_state_name((enum send_state)to));
    assert_false(send_move_allowed(SEND_STATES, SEND_QUEUED));
    assert_false(send_move_allowed(SEND_QUEUED, SEND_STATES));
}

/* What follows from the matrix and must never change. */
static void an_accepted_letter_never_moves_again(void **state)
{
    (void)state;
    for (int to = 0; to < SEND_STATES; to++) {
        assert_false(send_move_allowed(SEND_SENT, (enum send_state)to));
        assert_false(send_move_allowed(SEND_SIMULATED, (enum send_state)to));
        assert_false(send_move_allowed(SEND_REJECTED, (enum send_state)to));
    }
    for (int from = 0; from < SEND_STATES; from++)
        if (from != SEND_QUEUED && from != SEND_DEFERRED)
            assert_false(send_move_allowed((enum send_state)from, SEND_CLAIMED));
}

/* Walks the machine from queued: every state is reached, and every one but the last rests is
 * left. */
static void every_state_is_reached(void **state)
{
    (void)state;
    bool reached[SEND_STATES] = {[SEND_QUEUED] = true};
    for (int round = 0; round < SEND_STATES; round++)
        for (int from = 0; from < SEND_STATES; from++)
            for (int to = 0; reached[from] && to < SEND_STATES; to++)
                if (send_move_allowed((enum send_state)from, (enum send_state)to))
                    reached[to] = true;
    for (int i = 0; i < SEND_STATES; i++)
        if (!reached[i])
            fail_msg("%s is never reached", send_state_name((enum send_state)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_is_read_back),
        cmocka_unit_test(names_are_spelled_as_they_are_stored),
        cmocka_unit_test(places_are_held_by_what_was_or_may_have_been_accepted),
        cmocka_unit_test(the_ledger_moves_as_in_the_picture),
        cmocka_unit_test(an_accepted_letter_never_moves_again),
        cmocka_unit_test(every_state_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
