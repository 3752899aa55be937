/* widget_prompt.c - a line of text being edited, UTF-8 throughout: the cursor only ever stands
 * between two characters. */
#include "widget.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

void prompt_set(struct prompt *p, const char *text)
{
    (void)str_copy(p->text, sizeof p->text, text);
    p->at = (int)strlen(p->text);
    p->pasting = false;
}

/* In the middle of a character. */
static bool inside(const struct prompt *p, int at)
{
    return ((unsigned char)p->text[at] & 0xC0) == 0x80;
}

static int before(const struct prompt *p, int at)
{
    for (at--; at > 0; at--)
        if (!inside(p, at))
            return at;
    return 0;
}

static int after(const struct prompt *p, int at)
{
    if (p->text[at] == '\0')
        return at;
    for (at++; inside(p, at);)
        at++;
    return at;
}

static bool erase(struct prompt *p, int from, int to)
{
    if (from >= to)
        return false;
    memmove(p->text + from, p->text + to, strlen(p->text + to) + 1);
    p->at = from;
    return true;
}

static bool insert(struct prompt *p, uint32_t point)
{
    char bytes[4];
    size_t len = strlen(p->text), n = utf8_put(point, bytes);
    if (len + n >= sizeof p->text)
        return false;
    memmove(p->text + p->at + n, p->text + p->at, len - (size_t)p->at + 1);
    memcpy(p->text + p->at, bytes, n);
    p->at += (int)n;
    return true;
}

/* Where the word before the cursor begins. */
static int word_start(const struct prompt *p)
{
    int at = p->at;
    while (at > 0 && p->text[at - 1] == ' ')
        at--;
    while (at > 0 && p->text[at - 1] != ' ')
        at = before(p, at);
    return at;
}

/* Keys that move the cursor or erase; false when the key is none of them. */
static bool edit_key(struct prompt *p, uint32_t key, bool *ret_changed)
{
    int end = (int)strlen(p->text);
    switch (key) {
    case KEY_ARROW_LEFT:
        p->at = before(p, p->at);
        return true;
    case KEY_ARROW_RIGHT:
        p->at = after(p, p->at);
        return true;
    case KEY_TO_HOME:
        p->at = 0;
        return true;
    case KEY_TO_END:
        p->at = end;
        return true;
    case 8: /* some terminals send ^H for the backspace key */
    case KEY_RUBOUT:
        *ret_changed = erase(p, before(p, p->at), p->at);
        return true;
    case KEY_DEL:
        *ret_changed = erase(p, p->at, after(p, p->at));
        return true;
    case 'U' & 0x1F:
        *ret_changed = erase(p, 0, p->at);
        return true;
    case 'W' & 0x1F:
        *ret_changed = erase(p, word_start(p), p->at);
        return true;
    default:
        return false;
    }
}

/* What a key means that is pasted and not pressed: line ends and tabs are blanks, they neither send
 * the line nor complete it; other controls are nothing (0). */
static uint32_t as_pasted(uint32_t key)
{
    if (key == KEY_RETURN || key == '\n' || key == KEY_TAB)
        return KEY_SPACE;
    return key < KEY_SPACE ? 0 : key;
}

enum prompt_result prompt_key(struct prompt *p, uint32_t key)
{
    bool changed = false;
    if (p->pasting)
        key = as_pasted(key);
    switch (key) {
    case KEY_PASTE_BEGIN:
        p->pasting = true;
        return PROMPT_EDIT;
    case KEY_PASTE_END:
        p->pasting = false;
        return PROMPT_EDIT;
    case KEY_RETURN:
    case '\n':
        return PROMPT_DONE;
    case KEY_ESC:
    case 'C' & 0x1F:
        return PROMPT_CANCEL;
    case KEY_TAB:
        return PROMPT_COMPLETE;
    default:
        break;
    }
    if (edit_key(p, key, &changed))
        return changed ? PROMPT_CHANGED : PROMPT_EDIT;
    if (key < KEY_SPACE || key >= KEY_FIRST_SPECIAL)
        return PROMPT_EDIT;
    return insert(p, key) ? PROMPT_CHANGED : PROMPT_EDIT;
}

void prompt_draw(struct pane pane, int y, const char *lead, const struct prompt *p)
{
    char head[PROMPT_MAX];
    pane_fill(pane, y, 0, pane.cols, ROLE_TEXT);
    int x = pane_add(pane, y, 0, LOOK_BOLD, lead);
    (void)str_copy_n(head, sizeof head, p->text, (size_t)p->at);
    /* The text slides to the left when the cursor would leave the pane. */
    int cursor = fit_columns_of(head), room = pane.cols - x - 1;
    int slide = cursor > room ? cursor - room : 0;
    struct pane field = pane_part(pane, y, x, 1, pane.cols - x);
    pane_put(field, 0, -slide, ROLE_TEXT, p->text);
    pane_cursor(field, 0, cursor - slide);
}
