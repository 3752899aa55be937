/* screen_help.c - the help overlay, made from the action table for the view that is up. The idea:
 * lines are collected first, so one or two columns and scrolling are only a matter of drawing. */
#include "state.h"

#include "base/str.h"

#include <string.h>

enum { LINES_MAX = 120, TWO_COLUMNS = 92, WIDE = 88, NARROW = 74, KEYS_WIDE = 13 };

struct help_line {
    char keys[48];
    const char *text; /* NULL: keys is a title */
};
struct help_text {
    struct help_line line[LINES_MAX];
    int lines;
};

static void add(struct help_text *t, const char *keys, const char *text)
{
    if (t->lines == LINES_MAX)
        return;
    (void)str_copy(t->line[t->lines].keys, sizeof t->line[0].keys, keys);
    t->line[t->lines++].text = text;
}

static bool applies(const struct ui *ui, const struct action *a)
{
    return (a->kinds & ui_screen(ui)->kinds) != 0 && ui_offers(ui, a);
}

static void add_section(const struct ui *ui, struct help_text *t, enum action_section section)
{
    int first = t->lines;
    const struct action *a;
    for (int i = 0; (a = action_at(i)) != NULL; i++) {
        char keys[64], name[48];
        if (a->section != section || !applies(ui, a))
            continue;
        if (t->lines == first)
            add(t, section_title(section), NULL);
        keymap_keys_of(&ui->keymap, i, keys, sizeof keys);
        if (strlen(keys) > KEYS_WIDE)
            (void)str_copy(keys, sizeof keys, "1 .. 9"); /* the number keys */
        (void)str_format(name, sizeof name, ":%s", a->name);
        add(t, keys[0] != '\0' ? keys : name, a->help);
    }
    if (t->lines > first)
        add(t, "", "");
}

static void add_states(struct help_text *t)
{
    add(t, "State", NULL);
    add(t, "▶", "running");
    add(t, "║", "paused");
    add(t, "■", "stopped");
    add(t, "●", "ok, done");
    add(t, "▲", "needs you");
    add(t, "×", "failed");
    add(t, "·", "idle, waiting");
}

static void draw_lines(struct pane p, const struct help_text *t, int top)
{
    for (int i = top; i < t->lines && i - top < p.rows; i++) {
        const struct help_line *line = &t->line[i];
        int y = i - top;
        pane_put(p, y, 0, LOOK_BOLD, line->keys);
        if (line->text != NULL)
            pane_put_cut(p, y, KEYS_WIDE, p.cols - KEYS_WIDE, ROLE_TEXT, line->text);
    }
}

/* Where the two columns are about as long as each other. */
static void collect(const struct ui *ui, struct help_text *left, struct help_text *right, bool two)
{
    static const enum action_section order[] = {SECTION_MOVE, SECTION_ACT,  SECTION_FIND,
                                                SECTION_LOG,  SECTION_FORM, SECTION_EVERYWHERE};
    left->lines = right->lines = 0;
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        add_section(ui, two && right->lines < left->lines ? right : left, order[i]);
    add_states(two && right->lines < left->lines ? right : left);
}

void help_draw(struct ui *ui, struct pane p)
{
    struct help_text left, right;
    char title[80];
    bool two = p.cols >= TWO_COLUMNS;
    collect(ui, &left, &right, two);
    int lines = left.lines > right.lines ? left.lines : right.lines;
    int cols = two ? WIDE : NARROW, rows = lines + 3;
    cols = cols > p.cols ? p.cols : cols;
    rows = rows > p.rows ? p.rows : rows;
    struct pane box = pane_part(p, (p.rows - rows) / 2, (p.cols - cols) / 2, rows, cols);
    struct pane in = pane_part(box, 1, 3, rows - 3, cols - 6);
    int last = lines > in.rows ? lines - in.rows : 0;
    ui->help_top = ui->help_top > last ? last : ui->help_top;
    pane_blank(box);
    (void)str_format(title, sizeof title, "Help: %s", ui_screen(ui)->title);
    pane_frame(box, ROLE_TEXT, title);
    draw_lines(pane_part(in, 0, 0, in.rows, two ? in.cols / 2 - 1 : in.cols), &left, ui->help_top);
    if (two)
        draw_lines(pane_part(in, 0, in.cols / 2 + 1, in.rows, in.cols / 2 - 1), &right,
                   ui->help_top);
    int below = lines - ui->help_top - in.rows;
    if (below > 0)
        pane_say(box, rows - 2, 3, ROLE_DIM, "j k PgDn: %d more   Esc closes", below);
    else
        pane_say(box, rows - 2, 3, ROLE_DIM, "%sEsc closes", last > 0 ? "j k PgUp scroll   " : "");
}

bool help_key(struct ui *ui, uint32_t key)
{
    switch (key) {
    case 'j':
    case KEY_ARROW_DOWN:
        ui->help_top++;
        return true;
    case 'k':
    case KEY_ARROW_UP:
        ui->help_top -= ui->help_top > 0;
        return true;
    case KEY_SPACE:
    case KEY_PAGE_DOWN:
        ui->help_top += 10;
        return true;
    case KEY_PAGE_UP:
        ui->help_top = ui->help_top > 10 ? ui->help_top - 10 : 0;
        return true;
    case 'g':
    case KEY_TO_HOME:
        ui->help_top = 0;
        return true;
    case 'G':
    case KEY_TO_END:
        ui->help_top = LINES_MAX;
        return true;
    case KEY_ESC:
    case KEY_RETURN:
    case 'q':
    case '?':
    case KEY_HELP_F1:
        ui->help = false;
        return true;
    case 'C' & 0x1F:
    case 'L' & 0x1F:
    case 'Z' & 0x1F:
        return false;
    default:
        return true; /* no key reaches what lies behind */
    }
}
