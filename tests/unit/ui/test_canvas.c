/* If this fails, screens draw past their edges, controls of foreign text reach the terminal, or a
 * terminal without UTF-8 gets bytes that it can't show. */
#include "../cases.h"

#include "../../../src/ui/canvas.h"

#include <locale.h>
#include <string.h>

static const char *text_of(const struct canvas *c)
{
    static struct buf out;
    buf_done(&out);
    out = buf_init(1 << 20);
    canvas_text(c, &out);
    return buf_text(&out);
}

static void sized(struct canvas *c, int rows, int cols)
{
    *c = (struct canvas){.cursor_y = -1};
    assert_true(canvas_size(c, rows, cols));
}

static void test_put_clips(void **state)
{
    (void)state;
    static const struct {
        int line, y, x;
        const char *text, *want;
    } rows[] = {
        {__LINE__, 0, 0, "abc", "abc\n\n"},
        {__LINE__, 0, 3, "abcdef", "   ab\n\n"},
        {__LINE__, 0, -2, "abcdef", "cdef\n\n"},
        {__LINE__, 1, 5, "x", "\n\n"},
        {__LINE__, 2, 0, "x", "\n\n"},
        {__LINE__, -1, 0, "x", "\n\n"},
        {__LINE__, 0, 0, "", "\n\n"},
        {__LINE__, 1, 0, "ñandú", "\nñandú\n"},
        {__LINE__, 0, 3, "日本", "   日\n\n"},
        {__LINE__, 0, 4, "日", "\n\n"},
        {__LINE__, 0, -1, "日本", " 本\n\n"},
        {__LINE__, 0, 0, "a\tb", "a.b\n\n"},
        {__LINE__, 0, 0, "\033[2J", ".[2J\n\n"},
        {__LINE__, 0, 0, "\xff\xfe", "??\n\n"},
        {__LINE__, 0, 0, "a\u202eb", "ab\n\n"},
        {__LINE__, 0, 0, "e\u0301x", "e\u0301x\n\n"},
        {__LINE__, 0, 4, "e\u0301x", "    e\n\n"}, /* no mark in the last column */
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct canvas c;
        sized(&c, 2, 5);
        pane_put(canvas_pane(&c), rows[i].y, rows[i].x, ROLE_TEXT, rows[i].text);
        CHECK_AT(rows[i].line, strcmp(text_of(&c), rows[i].want) == 0, "got %s", text_of(&c));
        canvas_done(&c);
    }
}

static void test_add_tells_where_it_ends(void **state)
{
    (void)state;
    struct canvas c;
    sized(&c, 1, 10);
    struct pane p = canvas_pane(&c);
    assert_int_equal(pane_add(p, 0, 2, ROLE_TEXT, "日a"), 5);
    assert_int_equal(pane_addf(p, 0, 8, ROLE_TEXT, "%d", 1234), 12);
    assert_int_equal(pane_add(p, 5, 1, ROLE_TEXT, "ab"), 3);
    canvas_done(&c);
}

static void test_a_half_of_a_wide_character_is_mended(void **state)
{
    (void)state;
    struct canvas c;
    sized(&c, 1, 6);
    struct pane p = canvas_pane(&c);
    pane_put(p, 0, 0, ROLE_TEXT, "日本語");
    pane_put(p, 0, 1, ROLE_TEXT, "x"); /* over the right half of the first */
    assert_string_equal(text_of(&c), " x本語\n");
    pane_put(p, 0, 4, ROLE_TEXT, "y"); /* over the left half of the last */
    assert_string_equal(text_of(&c), " x本y\n");
    canvas_done(&c);
}

static void test_parts_stay_inside(void **state)
{
    (void)state;
    struct canvas c;
    sized(&c, 4, 8);
    struct pane part = pane_part(canvas_pane(&c), 1, 2, 2, 3);
    pane_fill(part, 0, 0, 100, LOOK_REVERSE);
    for (int y = -1; y < 5; y++)
        pane_put(part, y, -1, ROLE_TEXT, "123456789");
    assert_string_equal(text_of(&c), "\n  234\n  234\n\n");
    struct pane none = pane_part(part, 5, 5, 9, 9);
    assert_int_equal(none.rows, 0);
    assert_int_equal(none.cols, 0);
    pane_frame(none, ROLE_TEXT, "title");
    pane_rule(none, 0, "title", "note");
    pane_cursor(none, 0, 0);
    assert_int_equal(c.cursor_y, -1);
    pane_cursor(part, 1, 2);
    assert_int_equal(c.cursor_y, 2);
    assert_int_equal(c.cursor_x, 4);
    canvas_done(&c);
}

static void test_other_terminals_get_other_characters(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum glyphs have;
        const char *text, *want;
    } rows[] = {
        {__LINE__, GLYPHS_FULL, "▶●║▲×·…━╸─▁█", "▶●║▲×·…━╸─▁█\n"},
        {__LINE__, GLYPHS_CONSOLE, "▶●║▲×·…━╸─▁█", "▶●║▲×·…━╸─.█\n"},
        {__LINE__, GLYPHS_ASCII, "▶●║▲×·…━╸─▁█", ">*=!x-~#--.#\n"},
        {__LINE__, GLYPHS_ASCII, "señor", "se?or\n"},
        {__LINE__, GLYPHS_CONSOLE, "señor", "señor\n"},
        {__LINE__, GLYPHS_ASCII, "↑↓←→›", "^v<>>\n"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct canvas c;
        sized(&c, 1, 14);
        c.glyphs = rows[i].have;
        pane_put(canvas_pane(&c), 0, 0, ROLE_TEXT, rows[i].text);
        CHECK_AT(rows[i].line, strcmp(text_of(&c), rows[i].want) == 0, "got %s", text_of(&c));
        canvas_done(&c);
    }
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        int line, cols;
        const char *title, *note, *want;
    } rows[] = {
        {__LINE__, 20, "Log", "5 opens", "─ Log ──── 5 opens ─\n"},
        {__LINE__, 20, "Log", "", "─ Log ──────────────\n"},
        {__LINE__, 14, "Log", "5 opens", "─ Log ────────\n"},
        {__LINE__, 12, "A long title", "", "─ A long … ─\n"},
        {__LINE__, 4, "", "", "────\n"},
        {__LINE__, 1, "Log", "x", "─\n"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        struct canvas c;
        sized(&c, 1, rows[i].cols);
        pane_rule(canvas_pane(&c), 0, rows[i].title, rows[i].note);
        CHECK_AT(rows[i].line, strcmp(text_of(&c), rows[i].want) == 0, "got %s", text_of(&c));
        canvas_done(&c);
    }
}

static void test_frame_and_joints(void **state)
{
    (void)state;
    struct canvas c;
    sized(&c, 4, 12);
    struct pane p = canvas_pane(&c);
    pane_rule(p, 0, "", "");
    pane_rule(p, 3, "", "");
    pane_bar_down(p, 1, 5, 2);
    assert_string_equal(text_of(&c), "─────┬──────\n     │\n     │\n─────┴──────\n");
    pane_blank(p);
    pane_frame(p, ROLE_TEXT, "Quit");
    assert_string_equal(text_of(&c), "┌─ Quit ───┐\n│          │\n│          │\n└──────────┘\n");
    canvas_done(&c);
}

static void test_looks(void **state)
{
    (void)state;
    struct canvas c;
    struct buf out = buf_init(1000);
    sized(&c, 2, 6);
    struct pane p = canvas_pane(&c);
    pane_put(p, 0, 0, ROLE_ERROR, "ab");
    pane_put(p, 0, 2, LOOK_BOLD, "c");
    pane_put(p, 1, 0, ROLE_DIM, "abc");
    pane_select(p, 1);
    pane_look(p, 1, 1, 1, ROLE_HIT | LOOK_UNDER);
    canvas_looks(&c, &out);
    assert_string_equal(buf_text(&out), "eeb\n#H####\n");
    buf_done(&out);
    canvas_done(&c);
}

static void test_changed_counts_cells(void **state)
{
    (void)state;
    struct canvas a, b;
    sized(&a, 2, 4);
    sized(&b, 2, 4);
    assert_int_equal(canvas_changed(&a, &b), 0);
    pane_put(canvas_pane(&b), 0, 0, ROLE_TEXT, "ab");
    assert_int_equal(canvas_changed(&a, &b), 2);
    canvas_copy(&a, &b);
    assert_int_equal(canvas_changed(&a, &b), 0);
    pane_look(canvas_pane(&b), 0, 0, 1, LOOK_BOLD);
    assert_int_equal(canvas_changed(&a, &b), 1);
    pane_cursor(canvas_pane(&b), 1, 1);
    assert_int_equal(canvas_changed(&a, &b), 2);
    assert_true(canvas_size(&b, 3, 4));
    assert_int_equal(canvas_changed(&a, &b), 8);
    canvas_done(&a);
    canvas_done(&b);
}

static void test_sizes_at_the_limits(void **state)
{
    (void)state;
    struct canvas c;
    sized(&c, 0, 0);
    pane_put(canvas_pane(&c), 0, 0, ROLE_TEXT, "x");
    assert_true(canvas_size(&c, -5, 1 << 30));
    assert_int_equal(c.rows, 0);
    assert_true(c.cols <= 1000);
    assert_true(canvas_size(&c, 1, 1));
    pane_put(canvas_pane(&c), 0, 0, ROLE_TEXT, "日");
    assert_string_equal(text_of(&c), "\n");
    canvas_done(&c);
    canvas_done(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_clips),
        cmocka_unit_test(test_add_tells_where_it_ends),
        cmocka_unit_test(test_a_half_of_a_wide_character_is_mended),
        cmocka_unit_test(test_parts_stay_inside),
        cmocka_unit_test(test_other_terminals_get_other_characters),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_frame_and_joints),
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_changed_counts_cells),
        cmocka_unit_test(test_sizes_at_the_limits),
    };
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
