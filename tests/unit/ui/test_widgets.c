/* If this fails, a bar or a spark line lies, a list loses its selection, the text field eats what
 * is typed or lets a paste send itself, or a dialog lets keys through to what lies behind it. */
#include "../cases.h"

#include "../../../src/ui/widget.h"

#include "base/str.h"
#include "base/utf8.h"

#include <locale.h>
#include <string.h>

static struct canvas canvas;
static struct buf text;

static struct pane blank(int rows, int cols)
{
    assert_true(canvas_size(&canvas, rows, cols));
    return canvas_pane(&canvas);
}

static const char *shown(void)
{
    buf_clear(&text);
    canvas_text(&canvas, &text);
    return buf_text(&text);
}

/* --- bar and spark line ----------------------------------------------------------------------- */

static void test_bar(void **state)
{
    (void)state;
    static const struct {
        int line, width;
        int64_t num, den;
        const char *want;
    } rows[] = {
        {__LINE__, 5, 0, 10, "─────\n"},
        {__LINE__, 5, 1, 1000, "╸────\n"}, /* something is something */
        {__LINE__, 5, 1, 10, "╸────\n"},
        {__LINE__, 5, 2, 10, "━────\n"},
        {__LINE__, 5, 5, 10, "━━╸──\n"},
        {__LINE__, 5, 999, 1000, "━━━━╸\n"}, /* and not all is not all */
        {__LINE__, 5, 10, 10, "━━━━━\n"},
        {__LINE__, 5, 50, 10, "━━━━━\n"},
        {__LINE__, 5, 5, 0, "─────\n"},
        {__LINE__, 5, -3, 10, "─────\n"},
        {__LINE__, 1, 1, 2, "╸\n"},
        {__LINE__, 0, 1, 2, "\n"},
        {__LINE__, -4, 1, 2, "\n"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        bar_draw(blank(1, 8), 0, 0, rows[i].width, rows[i].num, rows[i].den, ROLE_OK);
        CHECK_AT(rows[i].line, strcmp(shown(), rows[i].want) == 0, "got %s", shown());
    }
}

static void test_spark(void **state)
{
    (void)state;
    static const int32_t some[] = {0, 1, 4, 8, 2};
    static const int32_t none[] = {0, 0, -5};
    spark_draw(blank(1, 8), 0, 0, 8, some, 5, ROLE_INFO);
    assert_string_equal(shown(), "▁▁▄█▂\n");
    spark_draw(blank(1, 8), 0, 0, 3, some, 5, ROLE_INFO); /* the newest are what fits */
    assert_string_equal(shown(), "▄█▂\n");
    spark_draw(blank(1, 8), 0, 0, 8, none, 3, ROLE_INFO);
    assert_string_equal(shown(), "▁▁▁\n");
    spark_draw(blank(1, 8), 0, 0, 8, NULL, 0, ROLE_INFO);
    assert_string_equal(shown(), "\n");
}

/* --- table ------------------------------------------------------------------------------------ */

static void test_moves(void **state)
{
    (void)state;
    static const struct {
        int line;
        int32_t at, rows, page;
        enum move move;
        int32_t want;
    } rows[] = {
        {__LINE__, 0, 10, 4, MOVE_DOWN, 1},      {__LINE__, 9, 10, 4, MOVE_DOWN, 9},
        {__LINE__, 0, 10, 4, MOVE_UP, 0},        {__LINE__, 5, 10, 4, MOVE_UP, 4},
        {__LINE__, 5, 10, 4, MOVE_FIRST, 0},     {__LINE__, 5, 10, 4, MOVE_LAST, 9},
        {__LINE__, 5, 10, 4, MOVE_HALF_DOWN, 7}, {__LINE__, 5, 10, 4, MOVE_HALF_UP, 3},
        {__LINE__, 1, 10, 4, MOVE_PAGE_DOWN, 5}, {__LINE__, 1, 10, 4, MOVE_PAGE_UP, 0},
        {__LINE__, 0, 0, 4, MOVE_DOWN, 0},       {__LINE__, 0, 0, 0, MOVE_LAST, 0},
        {__LINE__, 5, 10, 0, MOVE_PAGE_DOWN, 6}, {__LINE__, 99, 10, 4, MOVE_NONE, 9},
        {__LINE__, -7, 10, 4, MOVE_NONE, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int32_t got = table_moved(rows[i].at, rows[i].rows, rows[i].page, rows[i].move);
        CHECK_AT(rows[i].line, got == rows[i].want, "got %d", (int)got);
    }
}

static void number_cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    (void)ctx;
    ret->bar = column == 1;
    ret->num = row;
    ret->den = 9;
    (void)str_format(ret->text, sizeof ret->text, "row-number-%d", (int)row);
}

static bool odd(void *ctx, int32_t row)
{
    (void)ctx;
    return row % 2 == 1;
}

static const struct fit_column number_columns[] = {
    {.head = "NAME", .min = 6, .ideal = 12, .priority = 0, .middle = true},
    {.head = "BAR", .min = 4, .ideal = 4, .priority = 1},
};

static struct table number_table(int32_t rows)
{
    return (struct table){.columns = number_columns,
                          .column_count = 2,
                          .rows = rows,
                          .cell = number_cell,
                          .head = true,
                          .focused = true,
                          .margin = 1};
}

static void test_table_draws(void **state)
{
    (void)state;
    struct table_state s = {.selected = 8};
    struct table t = number_table(10);
    t.marked = odd;
    table_draw(blank(4, 20), &t, &s);
    assert_string_equal(shown(), " NAME         BAR\n row-number-6 ━━╸─\n■row-number-7 ━━━─\n"
                                 " row-number-8 ━━━╸\n");
    assert_int_equal(s.top, 6);
    assert_int_equal(s.page, 3);
    buf_clear(&text);
    canvas_looks(&canvas, &text);
    /* The selected row is reversed but for its bar, which keeps its own colours. */
    assert_string_equal(strrchr(buf_text(&text), '\n') - 20, "##############....##\n");
}

/* The selection stays in view and in range, whatever grows and shrinks. */
static void test_table_keeps_in_view(void **state)
{
    (void)state;
    struct table_state s = {0};
    for (int i = 0; i < 400; i++) {
        int32_t rows = i * 7 % 31;
        int height = 1 + i * 5 % 9;
        struct table t = number_table(rows);
        s.selected = table_moved(s.selected, rows, s.page, (enum move)(i % MOVES));
        table_draw(blank(height, 20), &t, &s);
        assert_true(s.selected >= 0 && (rows == 0 || s.selected < rows));
        assert_true(s.top >= 0 && s.selected >= s.top);
        assert_true(height == 1 || rows == 0 || s.selected < s.top + height - 1);
    }
}

static void test_table_without_room(void **state)
{
    (void)state;
    struct table_state s = {.selected = 3};
    struct table t = number_table(10);
    table_draw(blank(0, 0), &t, &s);
    table_draw(blank(1, 1), &t, &s);
    table_draw(blank(3, 5), &t, &s); /* narrower than the least column */
    assert_non_null(strstr(shown(), "row"));
}

/* --- text field ------------------------------------------------------------------------------- */

static enum prompt_result type(struct prompt *p, const char *keys)
{
    enum prompt_result last = PROMPT_EDIT;
    for (const char *at = keys; *at != '\0';) {
        size_t len = *at == '<' ? strcspn(at, ">") + 1 : 1;
        uint32_t key = (unsigned char)*at;
        if (strncmp(at, "<paste>", 7) == 0)
            key = KEY_PASTE_BEGIN;
        else if (strncmp(at, "<done>", 6) == 0)
            key = KEY_PASTE_END;
        else if (*at == '<')
            assert_true(keymap_parse(at + 1, len - 2, &key));
        else
            len = utf8_next(at, strlen(at), &key);
        last = prompt_key(p, key);
        at += len;
    }
    return last;
}

static void test_prompt_edits(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *keys, *want;
        int at;
        enum prompt_result last;
    } rows[] = {
        {__LINE__, "abc", "abc", 3, PROMPT_CHANGED},
        {__LINE__, "abc<Left><Left>x", "axbc", 2, PROMPT_CHANGED},
        {__LINE__, "abc<Home>x<End>y", "xabcy", 5, PROMPT_CHANGED},
        {__LINE__, "ab<Backspace>", "a", 1, PROMPT_CHANGED},
        {__LINE__, "<Backspace>", "", 0, PROMPT_EDIT},
        {__LINE__, "ñ日<Backspace>", "ñ", 2, PROMPT_CHANGED},
        {__LINE__, "ñ日<Left><Left><Del>", "日", 0, PROMPT_CHANGED},
        {__LINE__, "abc<Del>", "abc", 3, PROMPT_EDIT},
        {__LINE__, "one two  <^W>", "one ", 4, PROMPT_CHANGED},
        {__LINE__, "one<Left><^U>", "e", 0, PROMPT_CHANGED},
        {__LINE__, "ab<^H>", "a", 1, PROMPT_CHANGED},
        {__LINE__, "ab<Enter>", "ab", 2, PROMPT_DONE},
        {__LINE__, "ab<Esc>", "ab", 2, PROMPT_CANCEL},
        {__LINE__, "ab<^C>", "ab", 2, PROMPT_CANCEL},
        {__LINE__, "ab<Tab>", "ab", 2, PROMPT_COMPLETE},
        {__LINE__, "ab<Up><F1><^D>", "ab", 2, PROMPT_EDIT},
        {__LINE__, "<paste>a<Enter>b<Tab>c<^C><Esc><done>", "a b c", 5, PROMPT_EDIT},
        {__LINE__, "<paste>a<done><Enter>", "a", 1, PROMPT_DONE},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct prompt p = {0};
        enum prompt_result last = type(&p, rows[i].keys);
        CHECK_AT(rows[i].line, strcmp(p.text, rows[i].want) == 0, "got \"%s\"", p.text);
        CHECK_AT(rows[i].line, p.at == rows[i].at, "cursor at %d", p.at);
        CHECK_AT(rows[i].line, last == rows[i].last, "result %d", (int)last);
    }
}

static void test_prompt_has_a_ceiling(void **state)
{
    (void)state;
    struct prompt p = {0};
    for (int i = 0; i < 2 * PROMPT_MAX; i++)
        assert_true(prompt_key(&p, 0x65E5) != PROMPT_DONE);
    assert_true(strlen(p.text) < PROMPT_MAX);
    assert_true(utf8_valid(p.text, strlen(p.text)));
}

static void test_prompt_slides(void **state)
{
    (void)state;
    struct prompt p;
    prompt_set(&p, "abcdefghij");
    prompt_draw(blank(1, 8), 0, "/", &p);
    assert_string_equal(shown(), "/efghij\n");
    assert_int_equal(canvas.cursor_x, 7);
    p.at = 0;
    prompt_draw(blank(1, 8), 0, "/", &p);
    assert_string_equal(shown(), "/abcdefg\n");
    assert_int_equal(canvas.cursor_x, 1);
}

/* --- dialog ----------------------------------------------------------------------------------- */

static void question(struct dialog *d)
{
    dialog_begin(d, "Quit", false);
    dialog_line(d, "%d jobs are running.", 2);
    dialog_choice(d, "d", 'd', "leave", 1);
    dialog_choice(d, "s", 's', "stop", 2);
    dialog_choice(d, "Esc", KEY_ESC, "stay", 0);
}

static void test_dialog_takes_only_its_keys(void **state)
{
    (void)state;
    static const struct {
        int line;
        uint32_t key;
        bool done;
        int answer;
    } rows[] = {
        {__LINE__, 'd', true, 1},     {__LINE__, 's', true, 2},
        {__LINE__, KEY_ESC, true, 0}, {__LINE__, 3, true, 0},
        {__LINE__, 'x', false, 0},    {__LINE__, KEY_RETURN, false, 0},
        {__LINE__, 'D', false, 0},    {__LINE__, KEY_ARROW_UP, false, 0},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct dialog d;
        int answer = -1;
        question(&d);
        bool done = dialog_key(&d, rows[i].key, &answer);
        CHECK_AT(rows[i].line, done == rows[i].done && answer == rows[i].answer, "answer %d",
                 answer);
        CHECK_AT(rows[i].line, d.open == !done, "open %d", d.open);
    }
}

static void test_dialog_wants_the_number(void **state)
{
    (void)state;
    struct dialog d;
    int answer;
    dialog_begin(&d, "Delete 12 jobs", true);
    dialog_choice(&d, "Enter", KEY_RETURN, "delete", 1);
    dialog_choice(&d, "Esc", KEY_ESC, "keep", 0);
    d.type_count = 12;
    assert_false(dialog_key(&d, KEY_RETURN, &answer));
    assert_false(dialog_key(&d, '1', &answer));
    assert_false(dialog_key(&d, KEY_RETURN, &answer));
    assert_false(dialog_key(&d, '2', &answer));
    dialog_draw(blank(20, 60), &d);
    assert_non_null(strstr(shown(), "Type 12 to go on: 12"));
    assert_true(canvas.cursor_y > 0);
    assert_true(dialog_key(&d, KEY_RETURN, &answer));
    assert_int_equal(answer, 1);
}

static void test_dialog_shows_its_keys_in_any_size(void **state)
{
    (void)state;
    struct dialog d;
    question(&d);
    for (int i = 0; i < 20; i++)
        dialog_line(&d, "a line too many, number %d", i);
    assert_int_equal(d.lines, DIALOG_LINES);
    (void)str_copy(d.note, sizeof d.note, "a note");
    for (int rows = 5; rows < 40; rows++) {
        dialog_draw(blank(rows, 32), &d);
        CHECK_AT(rows,
                 strstr(shown(), "leave") != NULL && strstr(shown(), "stop") != NULL &&
                     strstr(shown(), "Esc") != NULL,
                 "%s", shown());
    }
    dialog_draw(blank(1, 1), &d);
    dialog_draw(blank(0, 0), &d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bar),
        cmocka_unit_test(test_spark),
        cmocka_unit_test(test_moves),
        cmocka_unit_test(test_table_draws),
        cmocka_unit_test(test_table_keeps_in_view),
        cmocka_unit_test(test_table_without_room),
        cmocka_unit_test(test_prompt_edits),
        cmocka_unit_test(test_prompt_has_a_ceiling),
        cmocka_unit_test(test_prompt_slides),
        cmocka_unit_test(test_dialog_takes_only_its_keys),
        cmocka_unit_test(test_dialog_wants_the_number),
        cmocka_unit_test(test_dialog_shows_its_keys_in_any_size),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    text = buf_init(1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    canvas_done(&canvas);
    buf_done(&text);
    return failed;
}
