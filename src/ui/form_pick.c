/* form_pick.c - a list over a form, from which one or more names are picked. */
#include "form.h"

#include "base/str.h"

#include <string.h>

enum { ROWS_MAX = 16, COLS_MAX = 64 };

/* Is the name one of those in the text, which have commas between? */
static bool named(const char *text, const char *name)
{
    size_t wide = strlen(name);
    for (const char *at = text; *at != '\0';) {
        at += strspn(at, " ");
        size_t len = strcspn(at, ","), end = len;
        while (end > 0 && at[end - 1] == ' ')
            end--;
        if (end == wide && memcmp(at, name, wide) == 0)
            return true;
        at += len + (at[len] == ',');
    }
    return false;
}

void pick_begin(struct pick *p, const char *title, const struct pick_item *item, int count,
                bool many, const char *text)
{
    *p = (struct pick){.open = true, .many = many, .title = title, .item = item};
    p->count = count > PICK_MAX ? PICK_MAX : count;
    for (int i = p->count - 1; i >= 0; i--) {
        p->taken[i] = many ? named(text, item[i].name) : str_equal(text, item[i].name);
        if (p->taken[i])
            p->table.selected = i;
    }
}

/* False when not all of them fit. */
static bool taken_names(const struct pick *p, char *dst, size_t size)
{
    size_t at = 0;
    dst[0] = '\0';
    for (int i = 0; i < p->count; i++) {
        if (!p->taken[i])
            continue;
        if (!str_format(dst + at, size - at, "%s%s", at > 0 ? ", " : "", p->item[i].name))
            return false;
        at += strlen(dst + at);
    }
    return true;
}

/* The row under the bar; a name that no longer fits beside the others is not taken. */
static void toggle(struct pick *p, size_t size)
{
    char names[PROMPT_MAX];
    int at = table_moved(p->table.selected, p->count, 1, MOVE_NONE);
    if (strchr(p->item[at].name, ',') != NULL)
        return; /* it could not be told from two */
    p->taken[at] = !p->taken[at];
    if (p->taken[at] && !taken_names(p, names, size < sizeof names ? size : sizeof names))
        p->taken[at] = false;
}

static bool move_key(struct pick *p, uint32_t key)
{
    static const struct {
        uint32_t key;
        enum move by;
    } rows[] = {
        {'j', MOVE_DOWN},
        {KEY_ARROW_DOWN, MOVE_DOWN},
        {KEY_TAB, MOVE_DOWN},
        {'k', MOVE_UP},
        {KEY_ARROW_UP, MOVE_UP},
        {KEY_BACK_TAB, MOVE_UP},
        {KEY_TO_HOME, MOVE_FIRST},
        {KEY_TO_END, MOVE_LAST},
        {'g', MOVE_FIRST},
        {KEY_PAGE_UP, MOVE_PAGE_UP},
        {KEY_PAGE_DOWN, MOVE_PAGE_DOWN},
        {'G', MOVE_LAST},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].key == key) {
            p->table.selected = table_moved(p->table.selected, p->count, p->table.page, rows[i].by);
            return true;
        }
    return false;
}

bool pick_key(struct pick *p, uint32_t key, bool *ret_done, char *ret, size_t size)
{
    *ret_done = false;
    if (key == KEY_ESC || key == ('C' & 0x1F)) {
        p->open = false;
        return true;
    }
    if (p->count == 0 || move_key(p, key))
        return false;
    if (p->many && key == KEY_SPACE)
        toggle(p, size);
    if (p->many && (key == 'U' || key == '*'))
        for (int i = 0; i < p->count; i++)
            p->taken[i] = false;
    if (key != KEY_RETURN && key != '\n')
        return false;
    if (p->many)
        (void)taken_names(p, ret, size); /* toggle() sees to it that they fit */
    else
        (void)str_copy(ret, size,
                       p->item[table_moved(p->table.selected, p->count, 1, MOVE_NONE)]
                           .name); /* a name fits a field */
    *ret_done = true;
    p->open = false;
    return true;
}

static void cell(void *ctx, int32_t row, int column, struct table_cell *ret)
{
    const struct pick *p = ctx;
    if (column == 0)
        (void)str_copy(ret->text, sizeof ret->text, /* it fits */
                       !p->many        ? (p->taken[row] ? "●" : " ")
                       : p->taken[row] ? "[●]"
                                       : "[ ]");
    else
        (void)str_copy(ret->text, sizeof ret->text, /* a cut is fine */
                       column == 1 ? p->item[row].name : p->item[row].title);
    ret->look = column == 2 ? ROLE_DIM : ROLE_TEXT;
}

void pick_draw(struct pane pane, struct pick *p)
{
    static const struct fit_column columns[] = {{"", 3, 3, 0, .right = false},
                                                {"NAME", 12, 30, 0, .middle = true},
                                                {"", 8, 24, 1, .stretch = true}};
    int rows = p->count + 3 < ROWS_MAX ? p->count + 3 : ROWS_MAX;
    rows = rows < 4 ? 4 : rows > pane.rows ? pane.rows : rows;
    int cols = pane.cols < COLS_MAX ? pane.cols : COLS_MAX;
    struct pane box = pane_part(pane, (pane.rows - rows) / 2, (pane.cols - cols) / 2, rows, cols);
    struct table t = {.columns = columns,
                      .column_count = 3,
                      .rows = p->count,
                      .cell = cell,
                      .ctx = p,
                      .focused = true,
                      .margin = 1};
    pane_blank(box);
    table_draw(pane_part(box, 1, 1, rows - 3, cols - 2), &t, &p->table);
    if (p->count == 0)
        pane_put(box, 1, 2, ROLE_DIM, "there is nothing to pick from");
    pane_put_cut(box, rows - 2, 2, cols - 4, ROLE_DIM,
                 p->many ? "Space picks  Enter takes them  U none: all  Esc leaves it"
                         : "Enter takes it  Esc leaves it");
    pane_frame(box, ROLE_TEXT, p->title);
}
