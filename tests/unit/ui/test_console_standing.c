/* If this fails, a job that waits for somebody is shown as one that rests, a console that may not
 * work alarms although others do, or a job begins to mail and nobody was asked. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define RIG(ok) CHECK_AT(__LINE__, ok, "%s", console_rig_text(&r))

static void test_first_letters_wait_for_confirmation(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 140);
    struct job_row *j = &r.fake.jobs[3];
    r.ui.settings.mail_confirm_first = 5;
    j->mode = MODE_SMTP;
    j->total_sent = 5;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "first 5 letters went out: c confirms"));
    console_rig_keys(&r, "3");
    RIG(console_rig_shows(&r, "first 5 letters went out: c"));
    j->confirmed = true;
    r.ui.stale = true;
    RIG(!console_rig_shows(&r, "first 5 letters"));
    j->confirmed = false;
    j->total_sent = 4;
    r.ui.stale = true;
    RIG(!console_rig_shows(&r, "letters went out"));
    console_rig_done(&r);
}

static const char *const no_right = "database: permission denied for this login";

/* A login that may look on and give orders runs no engine; another one works. */
static void test_work_elsewhere_is_no_alarm(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 140);
    fake_console_share(&r.fake);
    r.fake.standing.lanes_busy = 0;
    r.fake.standing.pid = 4711;
    (void)str_copy(r.fake.standing.problem, sizeof r.fake.standing.problem, no_right);
    (void)ui_news(&r.ui);
    RIG(console_rig_shows(&r, "Engine ● running on eu-1"));
    RIG(console_rig_shows(&r, "▲ no engine works in this console: database: permission denied"));
    RIG(!console_rig_shows(&r, "stands still"));
    /* Nobody works, and there is work: that is an alarm. */
    for (int i = 0; i < FAKE_JOBS; i++)
        r.fake.jobs[i].lease_until_us = 0;
    r.ui.stale = true;
    console_rig_wait(&r, 120 * US_PER_S);
    RIG(console_rig_shows(&r, "× stands still"));
    RIG(console_rig_shows(&r, "× database: permission denied"));
    /* Nothing is to be done: it is none. */
    for (int i = 0; i < FAKE_JOBS; i++)
        r.fake.jobs[i].state = JOB_STOPPED;
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "■ none here"));
    console_rig_done(&r);
}

/* A start takes the mode of this console's config: what differs is said, mail is asked about. */
static void test_another_mode_is_said(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum job_state state;
        enum mail_mode was, here;
        bool asks;
        const char *says;
    } rows[] = {
        {__LINE__, JOB_IDLE, MODE_DRYRUN, MODE_DRYRUN, false, "Jobs ›"},
        {__LINE__, JOB_IDLE, MODE_DRYRUN, MODE_SMTP, true, "mode smtp"},
        {__LINE__, JOB_STOPPED, MODE_DRYRUN, MODE_SMTP, true, "Until now it ran in mode dryrun"},
        {__LINE__, JOB_STOPPED, MODE_SMTP, MODE_SMTP, false, "Jobs ›"},
        {__LINE__, JOB_STOPPED, MODE_SMTP, MODE_MAILDIR, true, "Until now it ran in mode smtp"},
        {__LINE__, JOB_STOPPED, MODE_DRYRUN, MODE_MAILDIR, false, "Jobs ›"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 140);
        r.ui.settings.mail_mode = rows[i].here;
        r.fake.jobs[2].state = rows[i].state;
        r.fake.jobs[2].mode = rows[i].was;
        console_rig_keys(&r, ":job law-fr<Enter>");
        bool differs = console_rig_shows(&r, "; s here: ");
        CHECK_AT(rows[i].line, differs == (rows[i].was != rows[i].here), "%s",
                 console_rig_text(&r));
        console_rig_keys(&r, "s");
        CHECK_AT(rows[i].line, r.ui.dialog.open == rows[i].asks, "%s", console_rig_text(&r));
        CHECK_AT(rows[i].line, console_rig_shows(&r, rows[i].says), "%s", console_rig_text(&r));
        assert_int_equal(r.fake.commands, !rows[i].asks);
        console_rig_done(&r);
    }
}

/* An engine is silent when its leases would have run out. */
static void test_silence_fits_the_lease(void **state)
{
    (void)state;
    static const struct {
        int line;
        int64_t silent_us;
        const char *sign;
    } rows[] = {{__LINE__, 12 * US_PER_S, "● ops7"}, {__LINE__, 25 * US_PER_S, "▲ ops7"}};
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 140);
        r.fake.engine[2].last_seen_us = FAKE_NOW_US - rows[i].silent_us;
        console_rig_keys(&r, "6");
        CHECK_AT(rows[i].line, console_rig_shows(&r, rows[i].sign), "%s", console_rig_text(&r));
        console_rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_letters_wait_for_confirmation),
        cmocka_unit_test(test_work_elsewhere_is_no_alarm),
        cmocka_unit_test(test_another_mode_is_said),
        cmocka_unit_test(test_silence_fits_the_lease),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
