/* If this fails, a screen looks different: compare the file in tests/golden with what is printed.
 * When the new look is meant, run this program with GOLDEN_WRITE=1 and look at what changed.
 *
 * Each screen is drawn without a terminal in four sizes; a file holds the text and, below it, the
 * looks (a letter a cell: what it means, upper case for bold or reverse). */
#include "../cases.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "tools/console_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "tests/golden"

struct picture {
    int line;
    const char *name; /* of the file, before the size */
    const char *keys;
    void (*change)(struct console_rig *r); /* before the first key; NULL */
};

static void no_jobs(struct console_rig *r)
{
    r->fake.job_count = r->fake.schedules.count = r->fake.schedules.runs = 0;
}

static void no_schedules(struct console_rig *r)
{
    r->fake.schedules.count = r->fake.schedules.runs = 0;
}

static void in_trouble(struct console_rig *r)
{
    struct fake_console *f = &r->fake;
    f->jobs[2].state = JOB_FAILED;
    f->jobs[2].error = "template \"law\" is gone";
    f->jobs[4].in_doubt = 3;
    f->jobs[4].desired = DESIRED_STOP;
    f->jobs[0].wait_until_us = FAKE_NOW_US + 240 * US_PER_S;
    (void)str_copy(f->standing.config, sizeof f->standing.config,
                   "autopilot.ini:3: there is no option [mail] bath; did you mean [mail] batch?");
    (void)str_copy(f->standing.problem, sizeof f->standing.problem,
                   "journal: HOLD: the identity is of another machine; see `autopilot doctor`");
}

/* Names from outside that try everything. */
static void foreign_names(struct console_rig *r)
{
    r->fake.jobs[0].name = "日本語の仕事-工業用ロボット-東京都";
    r->fake.jobs[0].group = "a\033[31mred\033]0;title\007";
    r->fake.jobs[1].name = "مهمة عربية";
    r->fake.jobs[2].name = "right\u202eto\u2066left";
    r->fake.jobs[3].name = "a-very-long-name-that-no-column-can-ever-hold-in-one-piece-at-all";
    r->fake.jobs[4].name = "bad\xff\xfe bytes\tand tabs";
    r->fake.schedules.row[0].name = r->fake.schedules.run[1].schedule =
        "日本語\033[31mの報告\u202e";
    r->fake.schedules.row[0].config = "{\"time\":\"25:00\"}";
    r->fake.schedules.row[4].paused_note = "\033]0;title\007\xff note";
    r->fake.schedules.row[1].notes = "\u202eturned\nround";
    r->fake.schedules.run[2].error = "\033[2Jgone \xff\xfe";
    r->fake.schedules.run[4].report = "\033[31mred.html";
}

static void shared(struct console_rig *r)
{
    fake_console_share(&r->fake);
    r->fake.jobs[4].over_us = FAKE_NOW_US - 90 * US_PER_S;
    r->fake.jobs[4].over = "eu-1 (pid 812) from ops7 (pid 199)";
}

static void cut(struct console_rig *r)
{
    shared(r);
    fake_console_cut(&r->fake);
    r->fake.standing.untold = 37;
}

static const struct picture pictures[] = {
    {__LINE__, "dash", "", NULL},
    {__LINE__, "dash-log-pane", "j<Tab>", NULL},
    {__LINE__, "dash-trouble", "", in_trouble},
    {__LINE__, "dash-foreign", "", foreign_names},
    {__LINE__, "dash-jobs-only", "", no_schedules},
    {__LINE__, "schedules", "2", NULL},
    {__LINE__, "schedules-error", "2G", NULL},
    {__LINE__, "schedules-foreign", "2jjj", foreign_names},
    {__LINE__, "schedules-none", "2", no_schedules},
    {__LINE__, "schedules-filter", "2/energy", NULL},
    {__LINE__, "schedule", "2j<Enter>", NULL},
    {__LINE__, "schedule-excluded", "2jj<Enter>", NULL},
    {__LINE__, "schedule-run-now", "2jt", NULL},
    {__LINE__, "schedule-delete", "2jD", NULL},
    {__LINE__, "schedule-edit", "2j<Enter>e<Tab><Tab><^U>16:30", NULL},
    {__LINE__, "schedule-edit-fault", "2je<Tab><Right><Right><Right><Tab><^U>0 9 * * 1-5,8", NULL},
    {__LINE__, "schedule-add", "2aGrid weekly", NULL},
    {__LINE__, "schedule-pick", "2jje<Tab><Tab><Tab><Tab><Tab><Enter>j<Space>", NULL},
    {__LINE__, "schedules-marked", "2<Space><Space>D", NULL},
    {__LINE__, "schedule-pause", "2jp", NULL},
    {__LINE__, "runs", "4", NULL},
    {__LINE__, "runs-foreign", "4jj", foreign_names},
    {__LINE__, "runs-of", "2jH", NULL},
    {__LINE__, "run", "4jj<Enter>", NULL},
    {__LINE__, "run-report", "4jjjj<Enter>", NULL},
    {__LINE__, "report", "4jjjjo", NULL},
    {__LINE__, "jobs", "3j", NULL},
    {__LINE__, "jobs-filter", "3/de", NULL},
    {__LINE__, "jobs-marked", "3<Space>j<Space>>", NULL},
    {__LINE__, "job", "j<Enter>", NULL},
    {__LINE__, "job-terms", "j<Enter><Tab>jj", NULL},
    {__LINE__, "letters", ":letters<Enter>", NULL},
    {__LINE__, "letters-held", "3m", NULL},
    {__LINE__, "letters-again", ":letters<Enter>a", NULL},
    {__LINE__, "letters-cut", ":letters<Enter>jj", cut},
    {__LINE__, "leads", "3jL", NULL},
    {__LINE__, "leads-filter", ":leads<Enter>/agua44", NULL},
    {__LINE__, "preview", ":leads<Enter>j<Enter>", NULL},
    {__LINE__, "preview-missing", ":leads<Enter><Enter>", NULL},
    {__LINE__, "log", "5", NULL},
    {__LINE__, "log-held", "5/429<Enter>N", NULL},
    {__LINE__, "system", "6", NULL},
    {__LINE__, "system-shared", "6jj", shared},
    {__LINE__, "system-cut", "6", cut},
    {__LINE__, "jobs-taken-over", "3G", shared},
    {__LINE__, "help", "?", NULL},
    {__LINE__, "quit", "q", NULL},
    {__LINE__, "stop-now", "X", NULL},
    {__LINE__, "command", ":stop sp", NULL},
    {__LINE__, "welcome", "", no_jobs},
};

static const struct {
    const char *name;
    int rows, cols;
    enum glyphs glyphs;
} sizes[] = {
    {"24x80", 24, 80, GLYPHS_FULL},
    {"40x120", 40, 120, GLYPHS_FULL},
    {"10x40", 10, 40, GLYPHS_FULL},
    {"ascii", 30, 100, GLYPHS_ASCII},
};

static void draw(const struct picture *p, size_t size, struct buf *out)
{
    struct console_rig r;
    console_rig_init(&r, sizes[size].rows, sizes[size].cols);
    r.canvas.glyphs = sizes[size].glyphs;
    if (p->change != NULL)
        p->change(&r);
    assert_true(ui_news(&r.ui) || p->change != in_trouble);
    console_rig_keys(&r, p->keys);
    buf_adds(out, console_rig_text(&r));
    buf_adds(out, "---\n");
    buf_adds(out, console_rig_looks(&r));
    assert_true(buf_ok(out));
    console_rig_done(&r);
}

static bool same_as_file(const char *path, const struct buf *got)
{
    struct buf want = buf_init(1 << 20);
    struct err err;
    if (getenv("GOLDEN_WRITE") != NULL)
        assert_true(file_replace(path, got->data, got->len, 0644, &err));
    bool same = file_read(path, &want, &err) && str_equal(buf_text(&want), buf_text(got));
    buf_done(&want);
    return same;
}

static void test_pictures(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < CASES(pictures); i++)
        for (size_t k = 0; k < CASES(sizes); k++) {
            char path[200];
            struct buf got = buf_init(1 << 20);
            draw(&pictures[i], k, &got);
            (void)snprintf(path, sizeof path, GOLDEN "/%s.%s.screen", pictures[i].name,
                           sizes[k].name);
            if (!same_as_file(path, &got)) {
                print_error("case of line %d: not as in %s:\n%s\n", pictures[i].line, path,
                            buf_text(&got));
                wrong++;
            }
            buf_done(&got);
        }
    assert_int_equal(wrong, 0);
}

/* Rows of the canvas are as wide as the canvas, controls never get in, ASCII is ASCII: for every
 * screen in every size from 200x60 down to 1x1. */
static void check_canvas(const struct canvas *c, int line)
{
    for (int i = 0; i < c->rows * c->cols; i++) {
        uint32_t point = c->cells[i].point;
        bool wide_rest = point == 0 && i % c->cols > 0;
        CHECK_AT(line,
                 wide_rest || (point >= 0x20 && point != 0x7F && (point < 0x80 || point >= 0xA0)),
                 "U+%04X at %d,%d of %dx%d", (unsigned)point, i / c->cols, i % c->cols, c->rows,
                 c->cols);
        CHECK_AT(line, c->glyphs != GLYPHS_ASCII || point < 0x80, "U+%04X is not ASCII",
                 (unsigned)point);
        CHECK_AT(line, point < 0x202A || point > 0x202E, "a bidi control");
    }
}

static void test_every_size(void **state)
{
    (void)state;
    static const int rows[] = {1, 2, 5, 7, 8, 9, 11, 12, 13, 17, 19, 20, 21, 24, 30, 60};
    static const int cols[] = {1, 2, 10, 31, 32, 33, 40, 59, 60, 61, 79, 80, 89, 90, 95, 96, 200};
    for (size_t i = 0; i < CASES(pictures); i++) {
        struct console_rig r;
        console_rig_init(&r, 24, 80);
        r.canvas.glyphs = i % 2 == 0 ? GLYPHS_ASCII : GLYPHS_FULL;
        if (pictures[i].change != NULL)
            pictures[i].change(&r);
        (void)ui_news(&r.ui);
        console_rig_keys(&r, pictures[i].keys);
        for (size_t y = 0; y < CASES(rows); y++)
            for (size_t x = 0; x < CASES(cols); x++) {
                assert_true(canvas_size(&r.canvas, rows[y], cols[x]));
                ui_draw(&r.ui, &r.canvas);
                check_canvas(&r.canvas, pictures[i].line);
            }
        console_rig_keys(&r, "jk"); /* keys at the last size */
        console_rig_done(&r);
    }
}

/* A window too small for a screen still says what matters. */
static void test_too_small_says_the_state(void **state)
{
    (void)state;
    struct console_rig r;
    console_rig_init(&r, 7, 31);
    const char *text = console_rig_text(&r);
    CHECK_AT(__LINE__, str_starts(text, "autopilot 31x7: too small, need"), "%s", text);
    CHECK_AT(__LINE__, strstr(text, "2 running, 0 failed") != NULL, "%s", text);
    console_rig_keys(&r, "x"); /* and keys still work */
    assert_int_equal(r.fake.commands, 1);
    console_rig_done(&r);
}

/* What changes on the screen with each row of the state: the operator sees it in a glyph and in a
 * word, not only in a colour. */
static void test_states_have_words(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum job_state state;
        enum desired desired;
        const char *glyph, *word;
    } rows[] = {
        {__LINE__, JOB_IDLE, DESIRED_STOP, "·", "never started"},
        {__LINE__, JOB_RUNNING, DESIRED_RUN, "▶", "Leeds 12/40"},
        {__LINE__, JOB_RUNNING, DESIRED_STOP, "▶", "stopping"},
        {__LINE__, JOB_RUNNING, DESIRED_PAUSE, "▶", "pausing"},
        {__LINE__, JOB_PAUSED, DESIRED_PAUSE, "║", "paused 14:3"},
        {__LINE__, JOB_STOPPED, DESIRED_STOP, "■", "stopped 14:3"},
        {__LINE__, JOB_COMPLETED, DESIRED_STOP, "●", "done 14:3"},
        {__LINE__, JOB_FAILED, DESIRED_STOP, "×", "the reason"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct console_rig r;
        char want[40];
        console_rig_init(&r, 40, 160);
        r.fake.job_count = 1;
        r.fake.jobs[0].state = rows[i].state;
        r.fake.jobs[0].desired = rows[i].desired;
        r.fake.jobs[0].ended_at_us = FAKE_NOW_US - 60 * US_PER_S;
        r.fake.jobs[0].error = "the reason";
        (void)snprintf(want, sizeof want, " %s dental-uk", rows[i].glyph);
        const char *text = console_rig_text(&r);
        CHECK_AT(rows[i].line, strstr(text, want) != NULL, "%s", text);
        CHECK_AT(rows[i].line, strstr(text, rows[i].word) != NULL, "%s", text);
        console_rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_too_small_says_the_state),
        cmocka_unit_test(test_states_have_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
