/* If this fails, a key at the console does something else than it says: a job is stopped that
 * nobody meant, quitting loses work without asking, a message vanishes before it was read, or the
 * screen shows old data as if it were new. */
#include "../cases.h"

#include "tools/console_rig.h"

#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#define RIG_AT(line, ok) CHECK_AT(line, ok, "%s", console_rig_text(&r))
#define RIG(ok) RIG_AT(__LINE__, ok)

/* --- commands --------------------------------------------------------------------------------- */

static void test_letters_hand_in_commands(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        enum command_kind kind;
        const char *target;
    } rows[] = {
        {__LINE__, "s", COMMAND_JOB_START, "dental-uk"},
        {__LINE__, "x", COMMAND_JOB_STOP, "dental-uk"},
        {__LINE__, "jx", COMMAND_JOB_STOP, "spain-plumbers"},
        {__LINE__, "Gr", COMMAND_JOB_RESUME, "hvac-pt"},
        {__LINE__, "jjp", COMMAND_JOB_PAUSE, "solar-de"},
        {__LINE__, "3x", COMMAND_JOB_STOP, "dental-uk"},
        {__LINE__, "Gjkx", COMMAND_JOB_STOP, "hvac-pt"}, /* into the log and back */
        {__LINE__, "j<Enter>x", COMMAND_JOB_STOP, "spain-plumbers"},
        {__LINE__, ":stop law-fr<Enter>", COMMAND_JOB_STOP, "law-fr"},
        {__LINE__, ":resume sol*<Enter>", COMMAND_JOB_RESUME, "solar-de"},
        {__LINE__, "5:start hvac-pt<Enter>", COMMAND_JOB_START, "hvac-pt"},
        {__LINE__, "X<Enter>", COMMAND_JOB_STOP, "dental-uk"},
        {__LINE__, "jjD<Enter>", COMMAND_JOB_DELETE, "solar-de"},
        {__LINE__, ":reload<Enter>", COMMAND_CONFIG_RELOAD, ""},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        console_rig_keys(&r, "");
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 1);
        const struct command *c = &r.fake.command[0];
        CHECK_AT(rows[i].line, c->kind == rows[i].kind, "%s", command_name(c->kind));
        CHECK_AT(rows[i].line, strcmp(c->target, rows[i].target) == 0, "%s", c->target);
        assert_string_equal(c->actor, "ana");
        assert_true(c->ticket > 0);
        console_rig_done(&r);
    }
}

static void test_what_hands_in_nothing(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *shows;
    } rows[] = {
        {__LINE__, "X<Esc>", ""},
        {__LINE__, "Xx", "Stop now: dental-uk"}, /* only what the dialog shows counts */
        {__LINE__, "D", "delete: dental-uk is running; stop it first (x)"},
        {__LINE__, "jjjD<Esc>", ""},
        {__LINE__, ":view 99<Enter>", "there is no view 99 yet"},
        {__LINE__, "5s", "no key s here, ? helps"},
        {__LINE__, ":stop nobody<Enter>", "there is no job \"nobody\" here"},
        {__LINE__, ":sotp<Enter>", "did you mean :stop"},
        {__LINE__, ":<Enter>", ""},
        {__LINE__, ":stop law-fr<Esc>", ""},
        {__LINE__, ":stop", ":stop"},
        {__LINE__, "/sx", "/sx"}, /* letters typed into a filter never reach the list */
        {__LINE__, "?sx", "Help: Dash"},
        {__LINE__, "u", "there is nothing to undo"},
        {__LINE__, "/zzz<Enter>s", "no job is selected"},
        {__LINE__, "<Tab>x", "no job is selected"}, /* the log has the focus */
        {__LINE__, "Gjx", "no job is selected"},    /* one further than the last job */
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 100);
        console_rig_keys(&r, "");
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == 0 && console_rig_shows(&r, rows[i].shows));
        console_rig_done(&r);
    }
}

static void test_read_only(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "s", "x", "r", "p", "X", "D", ":stop law-fr<Enter>", ":reload<Enter>"};
    for (size_t i = 0; i < CASES(keys); i++) {
        struct console_rig r;
        console_rig_read_only(&r, 24, 80);
        console_rig_keys(&r, keys[i]);
        RIG_AT(i, r.fake.commands == 0 && console_rig_shows(&r, "read-only; nothing was changed"));
        RIG_AT(i, console_rig_shows(&r, "READ ONLY"));
        RIG_AT(i, strstr(console_rig_line(&r, -1), "start") == NULL); /* not among the keys */
        RIG_AT(i, strstr(console_rig_line(&r, -1), "Enter open") != NULL);
        console_rig_done(&r);
    }
}

static void test_undo(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "x");
    console_rig_answer(&r);
    RIG(console_rig_shows(&r, "dental-uk: stop.   u undoes it"));
    console_rig_keys(&r, "u");
    assert_int_equal(r.fake.commands, 2);
    assert_int_equal(r.fake.command[1].kind, command_inverse(COMMAND_JOB_STOP));
    assert_string_equal(r.fake.command[1].target, "dental-uk");
    console_rig_keys(&r, "u"); /* an undo is not undone */
    assert_int_equal(r.fake.commands, 2);
    /* What was refused can't be undone. */
    console_rig_keys(&r, "p");
    r.fake.reply[r.fake.replies++] = (struct reply){
        .ticket = r.fake.command[2].ticket, .kind = COMMAND_JOB_PAUSE, .text = "job: not now"};
    (void)ui_news(&r.ui);
    RIG(console_rig_shows(&r, "× job: not now"));
    console_rig_keys(&r, "u");
    assert_int_equal(r.fake.commands, 3);
    console_rig_done(&r);
}

static void test_marks(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "<Space><Space>"); /* marks and goes on */
    RIG(console_rig_shows(&r, "■▶ dental-uk") && console_rig_shows(&r, "■▶ spain-plumbers"));
    console_rig_keys(&r, "x");
    assert_int_equal(r.fake.commands, 2);
    RIG(!console_rig_shows(&r, "■▶")); /* done with them */
    console_rig_keys(&r, "*D");
    RIG(!r.ui.dialog.open && console_rig_shows(&r, "dental-uk is running; stop it first"));
    r.fake.jobs[0].state = r.fake.jobs[4].state = JOB_STOPPED;
    r.ui.stale = true;
    console_rig_keys(&r, "*D");
    RIG(console_rig_shows(&r, "Delete 5 jobs") && console_rig_shows(&r, "Type 5 to go on"));
    console_rig_keys(&r, "<Enter>4<Enter>");
    assert_int_equal(r.fake.commands, 2);
    console_rig_keys(&r, "<Backspace>5<Enter>");
    assert_int_equal(r.fake.commands, 7);
    console_rig_keys(&r, "*U<Esc>");
    RIG(!console_rig_shows(&r, "■▶"));
    console_rig_keys(&r, "/pl<Enter>*");
    RIG(r.ui.marks == 1); /* only what the filter shows */
    console_rig_done(&r);
}

/* The first start of a job that really mails shows what it will do; later ones don't. */
static void test_the_first_real_start_asks(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    r.fake.jobs[2].mode = MODE_SMTP;
    r.ui.settings.mail_mode = MODE_SMTP; /* a start takes the mode in force here */
    console_rig_keys(&r, "jjjs");
    RIG(console_rig_shows(&r, "Start law-fr") &&
        console_rig_shows(&r, "up to 900 letters to 8 groups, mode smtp"));
    assert_int_equal(r.fake.commands, 0);
    console_rig_keys(&r, "<Enter>");
    assert_int_equal(r.fake.commands, 1);
    console_rig_done(&r);
}

static void test_a_dialog_keeps_its_job(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "X");
    r.fake.jobs[0].state = JOB_COMPLETED; /* sorted to another row meanwhile */
    r.ui.stale = true;
    console_rig_keys(&r, "<Enter>");
    assert_string_equal(r.fake.command[0].target, "dental-uk");
    console_rig_done(&r);
}

static void test_a_desk_that_takes_nothing(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    r.fake.refuses = true;
    console_rig_keys(&r, "x");
    RIG(console_rig_shows(&r, "× stop dental-uk: nobody takes commands now"));
    console_rig_done(&r);
}

/* --- leaving ---------------------------------------------------------------------------------- */

static void test_quit(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        int32_t running; /* jobs that run here */
        bool ended;
        enum console_end end;
    } rows[] = {
        {__LINE__, "q", 0, true, CONSOLE_QUIT},
        {__LINE__, "Q", 0, true, CONSOLE_QUIT},
        {__LINE__, "<^C>", 0, true, CONSOLE_QUIT},
        {__LINE__, ":quit<Enter>", 0, true, CONSOLE_QUIT},
        {__LINE__, "3q", 0, false, CONSOLE_QUIT}, /* back */
        {__LINE__, "3qq", 0, true, CONSOLE_QUIT},
        {__LINE__, "3Q", 0, true, CONSOLE_QUIT},
        {__LINE__, "<Esc><Esc>", 0, false, CONSOLE_QUIT},
        {__LINE__, "q", 2, false, CONSOLE_QUIT},
        {__LINE__, "qq", 2, false, CONSOLE_QUIT},
        {__LINE__, "q<Enter>", 2, false, CONSOLE_QUIT},
        {__LINE__, "q<Esc>", 2, false, CONSOLE_QUIT},
        {__LINE__, "qd", 2, true, CONSOLE_QUIT_KEEP_WORKING},
        {__LINE__, "qs", 2, true, CONSOLE_QUIT_STOP_JOBS},
        {__LINE__, "<^C>", 2, false, CONSOLE_QUIT},
        {__LINE__, "<^C><^C>", 2, true, CONSOLE_QUIT_STOP_JOBS},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        for (int k = 0; k < FAKE_JOBS && rows[i].running == 0; k++)
            r.fake.jobs[k].state = JOB_STOPPED;
        console_rig_keys(&r, "");
        (void)console_rig_text(&r);
        console_rig_keys(&r, rows[i].keys);
        CHECK_AT(rows[i].line, r.ui.ended == rows[i].ended, "ended %d", r.ui.ended);
        CHECK_AT(rows[i].line, !r.ui.ended || r.ui.end == rows[i].end, "end %d", (int)r.ui.end);
        console_rig_done(&r);
    }
}

static void test_quit_elsewhere_asks_nothing(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    r.fake.standing.where = ENGINE_ELSEWHERE;
    (void)ui_news(&r.ui);
    console_rig_keys(&r, "q");
    assert_true(r.ui.ended);
    assert_int_equal(r.ui.end, CONSOLE_QUIT);
    console_rig_done(&r);
}

static void test_two_slow_interrupts_are_two(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    console_rig_keys(&r, "<^C>");
    console_rig_wait(&r, 3 * US_PER_S);
    console_rig_keys(&r, "<^C>");
    assert_false(r.ui.ended); /* the dialog was closed, no more */
    assert_false(r.ui.dialog.open);
    console_rig_done(&r);
}

static void test_suspend_asks_while_jobs_run(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    console_rig_keys(&r, "<^Z>");
    RIG(r.ui.wishes == 0 && console_rig_shows(&r, "Suspended, they stand still"));
    console_rig_keys(&r, "z");
    RIG(r.ui.wishes == WISH_SUSPEND);
    r.ui.wishes = 0;
    r.fake.standing.where = ENGINE_ELSEWHERE;
    (void)ui_news(&r.ui);
    console_rig_keys(&r, "<^Z>");
    RIG(r.ui.wishes == WISH_SUSPEND);
    console_rig_done(&r);
}

/* --- moving about ----------------------------------------------------------------------------- */

static void test_views(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *screen;
    } rows[] = {
        {__LINE__, "", "dash"},
        {__LINE__, "3", "jobs"},
        {__LINE__, "5", "log"},
        {__LINE__, "9", "dash"},
        {__LINE__, "2", "schedules"},
        {__LINE__, "2<Enter>", "schedule"},
        {__LINE__, "2j<Enter><Enter>", "run"},
        {__LINE__, "2<Enter><Esc><Esc>", "dash"},
        {__LINE__, "2H", "runs"},
        {__LINE__, "2H<Esc>", "schedules"},
        {__LINE__, "4", "runs"},
        {__LINE__, "4jjjj<Enter>", "run"},
        {__LINE__, "4jjjj<Enter><Enter>", "report"},
        {__LINE__, "4jjjjo", "report"},
        {__LINE__, "4jjjjo<Esc>", "runs"},
        {__LINE__, "4o", "runs"}, /* it has made none yet */
        {__LINE__, ":sched<Enter>", "schedules"},
        {__LINE__, ":runs<Enter>", "runs"},
        {__LINE__, ":schedule Board digest<Enter>", "schedule"},
        {__LINE__, "<Enter>", "job"},
        {__LINE__, "<Enter><Esc>", "dash"},
        {__LINE__, "3<Enter>", "job"},
        {__LINE__, "3<Enter><Esc>", "jobs"},
        {__LINE__, "3<Enter><Esc><Esc>", "dash"},
        {__LINE__, "35351<Esc>", "dash"}, /* a way never becomes a loop */
        {__LINE__, "l", "log"},
        {__LINE__, "l<Esc>", "dash"},
        {__LINE__, "<Tab><Enter>", "log"},
        {__LINE__, "<Tab><Tab><Enter>", "job"},
        {__LINE__, "<S-Tab><Enter>", "log"},
        {__LINE__, ":jobs<Enter>", "jobs"},
        {__LINE__, ":log<Enter>", "log"},
        {__LINE__, ":job solar-de<Enter>", "job"},
        {__LINE__, ":view 5<Enter>", "log"},
        {__LINE__, "?<Esc>", "dash"},
        {__LINE__, "?q3", "jobs"},
        {__LINE__, "5<Enter>", "job"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        (void)console_rig_text(&r);
        console_rig_keys(&r, rows[i].keys);
        CHECK_AT(rows[i].line, strcmp(ui_screen(&r.ui)->name, rows[i].screen) == 0, "%s",
                 ui_screen(&r.ui)->name);
        console_rig_done(&r);
    }
}

static void test_the_selection_stays_on_its_job(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "j"); /* spain-plumbers */
    r.fake.jobs[4].state = JOB_COMPLETED;
    r.fake.jobs[1].state = JOB_RUNNING;
    r.ui.stale = true;
    (void)console_rig_text(&r);
    assert_string_equal(ui_job(&r.ui)->name, "spain-plumbers");
    console_rig_keys(&r, "x");
    assert_string_equal(r.fake.command[0].target, "spain-plumbers");
    console_rig_done(&r);
}

static void test_filter(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *filter;
        int shown;
    } rows[] = {
        {__LINE__, "", 5},         {__LINE__, "dental", 1},  {__LINE__, "DENTAL", 1},
        {__LINE__, "uk|de", 2},    {__LINE__, "!dental", 4}, {__LINE__, "running", 2},
        {__LINE__, "!running", 3}, {__LINE__, "^acme", 5},   {__LINE__, "random", 2},
        {__LINE__, "zzz", 0},      {__LINE__, "madrid", 1},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        int shown = 0;
        console_rig_init(&r, 24, 100);
        console_rig_keys(&r, "3/");
        console_rig_keys(&r, rows[i].filter);
        console_rig_keys(&r, "<Enter>*");
        shown = r.ui.marks;
        RIG_AT(rows[i].line, shown == rows[i].shown);
        console_rig_done(&r);
    }
}

/* Between the marks of a paste no letter is a key, unless a text is asked for. */
static void test_paste(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 100);
    console_rig_keys(&r, "");
    ui_key(&r.ui, KEY_PASTE_BEGIN);
    console_rig_keys(&r, "sxpr<Enter>:stop *<Enter>");
    ui_key(&r.ui, KEY_PASTE_END);
    RIG(r.fake.commands == 0 && !r.ui.asking.open && console_rig_shows(&r, "is dropped"));
    console_rig_keys(&r, "/");
    ui_key(&r.ui, KEY_PASTE_BEGIN);
    console_rig_keys(&r, "de<Enter>n");
    ui_key(&r.ui, KEY_PASTE_END);
    RIG(r.ui.asking.open && strcmp(r.ui.asking.prompt.text, "de n") == 0);
    console_rig_keys(&r, "<Esc>x");
    RIG(r.fake.commands == 1); /* a key is a key again */
    ui_key(&r.ui, KEY_PASTE_BEGIN);
    console_rig_keys(&r, "q");
    console_rig_wait(&r, 2 * US_PER_S); /* its end is lost: it does not hold the keys for ever */
    console_rig_keys(&r, "?");
    RIG(console_rig_shows(&r, "Help: Dash"));
    console_rig_done(&r);
}

static void test_filter_is_live_and_clears(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "3/den");
    RIG(!console_rig_shows(&r, "solar-de"));
    console_rig_keys(&r, "<Esc>"); /* while typing: as it was before */
    RIG(console_rig_shows(&r, "solar-de"));
    console_rig_keys(&r, "/zzz<Enter>");
    RIG(console_rig_shows(&r, "0 of 5 match /zzz/ · Esc clears"));
    console_rig_keys(&r, "<Esc>");
    RIG(console_rig_shows(&r, "solar-de") && strcmp(ui_screen(&r.ui)->name, "jobs") == 0);
    console_rig_keys(&r, "/de(<Enter>");
    RIG(console_rig_shows(&r, "solar-de") && console_rig_shows(&r, "× /de(: "));
    console_rig_keys(&r, "/de(");
    RIG(!console_rig_shows(&r, "solar-de") && console_rig_shows(&r, "not a regular expression"));
    console_rig_keys(&r, "<Esc>/den<Enter>:filter x[(<Enter>:jobs x[(<Enter>*");
    RIG(r.ui.marks == 1 && strcmp(r.ui.filter, "den") == 0); /* the one before holds */
    console_rig_done(&r);
}

static void test_sort(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 100);
    console_rig_keys(&r, "3");
    RIG(console_rig_shows(&r, "sort state ↑"));
    RIG(strstr(console_rig_line(&r, 4), "dental-uk") != NULL);
    console_rig_keys(&r, ">");
    RIG(console_rig_shows(&r, "sort name ↑"));
    console_rig_keys(&r, "I");
    RIG(console_rig_shows(&r, "sort name ↓"));
    RIG(strstr(console_rig_line(&r, 4), "spain-plumbers") != NULL);
    console_rig_keys(&r, "I<lt><lt>");
    RIG(console_rig_shows(&r, "sort rate ↑"));
    RIG(strstr(console_rig_line(&r, 4), "spain-plumbers") != NULL);
    console_rig_done(&r);
}

static void test_completion(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *want;
    } rows[] = {
        {__LINE__, ":sto<Tab>", ":stop"},
        {__LINE__, ":resu<Tab>", ":resume "},
        {__LINE__, ":stop spa<Tab>", ":stop spain-plumbers "},
        {__LINE__, ":stop zz<Tab>", ":stop zz"},
        {__LINE__, ":da<Tab>", ":dash "},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        (void)console_rig_text(&r);
        console_rig_keys(&r, rows[i].keys);
        char got[500];
        (void)snprintf(got, sizeof got, ":%s", r.ui.asking.prompt.text);
        CHECK_AT(rows[i].line, strcmp(got, rows[i].want) == 0, "got \"%s\"", got);
        console_rig_done(&r);
    }
}

/* A single job makes the question narrower than its answers. */
static void test_quit_shows_all_choices(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "");
    r.ui.model.jobs[1].state = JOB_IDLE;
    for (int32_t i = 0, running = 0; i < r.ui.model.job_count; i++)
        if (r.ui.model.jobs[i].state == JOB_RUNNING && running++ > 0)
            r.ui.model.jobs[i].state = JOB_IDLE;
    r.ui.settings.on_hangup = HANGUP_STOP;
    console_rig_keys(&r, "q");
    RIG(console_rig_shows(&r, "1 job is running") &&
        console_rig_shows(&r, "quit, leave the engine running in the background "));
    console_rig_done(&r);
}

static void test_help(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    console_rig_keys(&r, "?");
    RIG(console_rig_shows(&r, "Help: Dash") && console_rig_shows(&r, "j Down") &&
        !console_rig_shows(&r, "F1") && console_rig_shows(&r, "j k PgDn: 39 more   Esc closes"));
    console_rig_keys(&r, "G");
    RIG(console_rig_shows(&r, "needs you") && !console_rig_shows(&r, "j Down"));
    console_rig_keys(&r, "gjj<PgDn><PgUp>?");
    RIG(!console_rig_shows(&r, "Help: Dash"));
    console_rig_keys(&r, ":help stop<Enter>");
    RIG(console_rig_shows(&r, ":stop [NAME]  stop, keeps the exact point"));
    console_rig_keys(&r, "5?");
    RIG(console_rig_shows(&r, "Help: Log"));
    console_rig_done(&r);
}

/* --- messages and data ------------------------------------------------------------------------ */

static void test_messages(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    ui_say(&r.ui, MESSAGE_DONE, "it went well");
    console_rig_keys(&r, "j");
    RIG(console_rig_shows(&r, "it went well"));
    console_rig_wait(&r, 6 * US_PER_S);
    RIG(!console_rig_shows(&r, "it went well"));
    ui_say(&r.ui, MESSAGE_NOTE, "about a key");
    console_rig_keys(&r, "j");
    RIG(!console_rig_shows(&r, "about a key"));
    ui_say(&r.ui, MESSAGE_WARN, "take care");
    console_rig_wait(&r, 3600 * US_PER_S);
    RIG(console_rig_shows(&r, "▲ take care"));
    console_rig_keys(&r, "j");
    RIG(!console_rig_shows(&r, "take care"));
    ui_say(&r.ui, MESSAGE_ERROR, "it failed");
    console_rig_keys(&r, "jk3");
    RIG(console_rig_shows(&r, "× it failed"));
    console_rig_keys(&r, "<Esc>");
    RIG(!console_rig_shows(&r, "it failed"));
    ui_say(&r.ui, MESSAGE_ERROR, "%s", "bad \033[2J bytes");
    RIG(console_rig_shows(&r, "bad .[2J bytes"));
    console_rig_done(&r);
}

static void test_next_change(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80); /* the clock stands at 14:32:05 */
    (void)console_rig_text(&r);
    assert_int_equal(ui_next_change(&r.ui) - r.ui.boot_us, 55 * US_PER_S);
    ui_say(&r.ui, MESSAGE_DONE, "done");
    assert_int_equal(ui_next_change(&r.ui) - r.ui.boot_us, 6 * US_PER_S);
    console_rig_wait(&r, 6 * US_PER_S);
    assert_int_equal(ui_next_change(&r.ui) - r.ui.boot_us, 49 * US_PER_S);
    console_rig_done(&r);
}

/* Nothing is read while nothing changes. */
static void test_reads_only_what_changed(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    int loads = r.fake.loads;
    console_rig_keys(&r, "jk?<Esc>/a<Esc>jG");
    console_rig_wait(&r, 7 * US_PER_S);
    assert_int_equal(r.fake.loads, loads);
    console_rig_keys(&r, "R");
    assert_int_equal(r.fake.loads, loads + 1);
    console_rig_done(&r);
}

static void test_trouble_keeps_the_last_data(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    r.fake.fails = "store: autopilot.db: disk I/O error";
    r.ui.stale = true;
    RIG(console_rig_shows(&r, "× store: autopilot.db: disk I/O error"));
    RIG(console_rig_shows(&r, "× record  data 14:32") && console_rig_shows(&r, "spain-plumbers"));
    console_rig_keys(&r, "3<Enter>5"); /* every screen bears it */
    RIG(console_rig_shows(&r, "disk I/O error"));
    r.fake.fails = NULL;
    r.ui.stale = true;
    RIG(!console_rig_shows(&r, "disk I/O error") && console_rig_shows(&r, "● embedded"));
    console_rig_done(&r);
}

static void test_trouble_from_the_start(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    r.fake.fails = "store: there is no record yet";
    RIG(console_rig_shows(&r, "there is no record yet") && console_rig_shows(&r, "data none"));
    console_rig_keys(&r, "jk35<Enter>xsr/a<Enter>?<Esc>1lGe");
    RIG(r.fake.commands == 0);
    console_rig_done(&r);
}

static void test_banners(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    (void)strcpy(r.fake.standing.problem, "journal: HOLD, the identity was copied");
    (void)strcpy(r.fake.standing.config, "autopilot.ini:3: mode = xx");
    assert_true(ui_news(&r.ui));
    assert_false(ui_news(&r.ui));
    RIG(console_rig_shows(&r, "× journal: HOLD") &&
        console_rig_shows(&r, "▲ config refused, the old settings hold: autopilot.ini:3"));
    RIG(console_rig_shows(&r, "Engine ▲ in trouble")); /* a lane works all the same */
    RIG(console_rig_shows(&r, "▲ config "));
    r.fake.standing.lanes_busy = 0;
    assert_true(ui_news(&r.ui));
    RIG(console_rig_shows(&r, "Engine × stands still"));
    r.fake.standing.problem[0] = '\0';
    assert_true(ui_news(&r.ui));
    RIG(console_rig_shows(&r, "Engine ● running here"));
    r.fake.standing = (struct engine_standing){.where = ENGINE_NOWHERE};
    assert_true(ui_news(&r.ui));
    RIG(console_rig_shows(&r, "▲ no engine serves this record"));
    console_rig_done(&r);
}

static void test_bell_rings_once(void **state)
{
    (void)state;
    struct console_rig r;
    struct settings s;
    console_rig_init(&r, 24, 80);
    settings_defaults(&s);
    s.console_bell = true;
    r.fake.schedules.count = r.fake.schedules.runs = 0;
    ui_settings(&r.ui, &s);
    (void)console_rig_text(&r);
    r.fake.jobs[2].state = JOB_FAILED;
    r.fake.jobs[2].error = "template \"law\" is gone";
    r.ui.stale = true;
    (void)console_rig_text(&r);
    assert_int_equal(r.ui.wishes, WISH_BELL);
    RIG(console_rig_shows(&r, "× law-fr") && console_rig_shows(&r, "template \"law\" is gone"));
    RIG(console_rig_shows(&r, "1 Dash 2")); /* two things need somebody */
    r.ui.wishes = 0;
    r.ui.stale = true;
    (void)console_rig_text(&r);
    assert_int_equal(r.ui.wishes, 0);
    console_rig_done(&r);
}

static void test_settings_change_while_it_runs(void **state)
{
    (void)state;
    struct console_rig r;
    struct settings s;
    console_rig_init(&r, 24, 80);
    settings_defaults(&s);
    (void)strcpy(s.console_keys, "stop=z");
    (void)strcpy(s.console_theme, "cvd");
    s.console_mask_addresses = false;
    ui_settings(&r.ui, &s);
    assert_int_equal(r.ui.theme, THEME_CVD);
    assert_false(r.ui.mask);
    console_rig_keys(&r, "z");
    assert_int_equal(r.fake.command[0].kind, COMMAND_JOB_STOP);
    (void)strcpy(s.console_keys, "stop=j");
    (void)strcpy(s.console_theme, "pink");
    ui_settings(&r.ui, &s);
    RIG(console_rig_shows(&r, "both on key j")); /* the worse of the two messages is the last */
    console_rig_keys(&r, "x");
    assert_int_equal(r.fake.commands, 2);
    console_rig_keys(&r, ":theme default<Enter>:unmask<Enter>");
    assert_int_equal(r.ui.theme, THEME_DEFAULT);
    console_rig_keys(&r, ":mask<Enter>");
    assert_true(r.ui.mask);
    console_rig_done(&r);
}

static void test_copy(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 24, 80);
    (void)console_rig_text(&r);
    console_rig_keys(&r, "jy");
    assert_int_equal(r.ui.wishes, WISH_COPY);
    assert_string_equal(r.ui.copy, "spain-plumbers");
    console_rig_keys(&r, "5y");
    RIG(strncmp(r.ui.copy, "14:32:05 ", 9) == 0);
    console_rig_done(&r);
}

/* A shared record that does not answer: whatever changes it is refused at once, and says since when
 * and what works; a stop is handed in, because it is held here. */
static void test_what_works_while_the_record_is_away(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys;
        int commands;
        const char *shows;
    } rows[] = {
        {__LINE__, "3s", 0, "start: not now, the record does not answer since 12:03"},
        {__LINE__, "3D", 0, "delete: not now"},
        {__LINE__, ":resume solar-de<Enter>", 0, "resume: not now"},
        {__LINE__, "2jt", 0, "schedule-run: not now"},
        {__LINE__, "2jD", 0, "stopping a job works"},
        {__LINE__, "4A", 0, "run-seen: not now"},
        {__LINE__, "2je", 0, "schedule-edit: not now"},
        {__LINE__, "3x", 1, "dental-uk"},
        {__LINE__, "3p", 1, "dental-uk"},
        {__LINE__, ":stop spain-plumbers<Enter>", 1, "× pg DOWN since 12:03"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        console_rig_init(&r, 40, 140);
        fake_console_share(&r.fake);
        fake_console_cut(&r.fake);
        (void)ui_news(&r.ui);
        console_rig_keys(&r, rows[i].keys);
        RIG_AT(rows[i].line, r.fake.commands == rows[i].commands);
        RIG_AT(rows[i].line, console_rig_shows(&r, rows[i].shows));
        console_rig_done(&r);
    }
}

/* What was typed into the form outlasts the outage, and is saved behind it. */
static void test_the_form_outlasts_an_outage(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    fake_console_share(&r.fake);
    (void)ui_news(&r.ui);
    console_rig_keys(&r, "2j<Enter>e<Tab><Tab><^U>16:30");
    fake_console_cut(&r.fake);
    RIG(ui_news(&r.ui));
    console_rig_keys(&r, "<^S>");
    RIG(r.fake.commands == 0);
    RIG(console_rig_shows(&r, "16:30"));
    console_rig_keys(&r, "<Esc>s");
    RIG(r.fake.commands == 0);
    RIG(console_rig_shows(&r, "the form keeps its text"));
    fake_console_share(&r.fake);
    r.fake.standing.away_us = 0;
    RIG(ui_news(&r.ui));
    console_rig_keys(&r, "<^S>");
    RIG(r.fake.commands == 1);
    RIG(strstr(r.fake.command[0].schedule.config, "16:30") != NULL);
    console_rig_done(&r);
}

static void test_system_opens_what_an_engine_holds(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 40, 120);
    console_rig_keys(&r, "6");
    RIG(console_rig_shows(&r, "2 engines work"));
    RIG(console_rig_shows(&r, "eu-1 (here)"));
    console_rig_keys(&r, "j<Enter>");
    RIG(console_rig_shows(&r, "nothing to do here")); /* ops2 only makes reports */
    console_rig_keys(&r, "k<Enter>");
    RIG(strcmp(ui_screen(&r.ui)->name, "job") == 0);
    RIG(console_rig_shows(&r, "dental-uk"));
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters_hand_in_commands),
        cmocka_unit_test(test_what_hands_in_nothing),
        cmocka_unit_test(test_read_only),
        cmocka_unit_test(test_undo),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_the_first_real_start_asks),
        cmocka_unit_test(test_a_dialog_keeps_its_job),
        cmocka_unit_test(test_a_desk_that_takes_nothing),
        cmocka_unit_test(test_quit),
        cmocka_unit_test(test_quit_elsewhere_asks_nothing),
        cmocka_unit_test(test_two_slow_interrupts_are_two),
        cmocka_unit_test(test_suspend_asks_while_jobs_run),
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_the_selection_stays_on_its_job),
        cmocka_unit_test(test_filter),
        cmocka_unit_test(test_filter_is_live_and_clears),
        cmocka_unit_test(test_paste),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_completion),
        cmocka_unit_test(test_quit_shows_all_choices),
        cmocka_unit_test(test_help),
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_next_change),
        cmocka_unit_test(test_reads_only_what_changed),
        cmocka_unit_test(test_trouble_keeps_the_last_data),
        cmocka_unit_test(test_trouble_from_the_start),
        cmocka_unit_test(test_banners),
        cmocka_unit_test(test_bell_rings_once),
        cmocka_unit_test(test_settings_change_while_it_runs),
        cmocka_unit_test(test_copy),
        cmocka_unit_test(test_what_works_while_the_record_is_away),
        cmocka_unit_test(test_the_form_outlasts_an_outage),
        cmocka_unit_test(test_system_opens_what_an_engine_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
