/* term_keys.c - keys as curses gives them, as our numbers. The idea: whatever comes after an ESC in
 * one go is no key of ours, so it is read to its end and dropped. */
#include "term_keys.h"

#include "keymap.h"

#include <stddef.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

enum {
    SEQUENCE_MAX = 32, /* characters of one that is dropped */
    CODE_PASTE_BEGIN = KEY_MAX + 1,
    CODE_PASTE_END
};

void term_keys_define(void)
{
    (void)define_key("\033[200~", CODE_PASTE_BEGIN); /* without them pasted marks are dropped */
    (void)define_key("\033[201~", CODE_PASTE_END);   /* as above */
}

struct code_row {
    int code;
    uint32_t key;
};
static const struct code_row codes[] = {
    {KEY_UP, KEY_ARROW_UP},          {KEY_DOWN, KEY_ARROW_DOWN},
    {KEY_LEFT, KEY_ARROW_LEFT},      {KEY_RIGHT, KEY_ARROW_RIGHT},
    {KEY_PPAGE, KEY_PAGE_UP},        {KEY_NPAGE, KEY_PAGE_DOWN},
    {KEY_HOME, KEY_TO_HOME},         {KEY_END, KEY_TO_END},
    {KEY_BACKSPACE, KEY_RUBOUT},     {KEY_DC, KEY_DEL},
    {KEY_BTAB, KEY_BACK_TAB},        {KEY_F(1), KEY_HELP_F1},
    {KEY_ENTER, KEY_RETURN},         {CODE_PASTE_BEGIN, KEY_PASTE_BEGIN},
    {CODE_PASTE_END, KEY_PASTE_END},
};

static bool read_key(uint32_t *ret)
{
    wint_t c;
    for (;;) {
        int kind = get_wch(&c);
        if (kind == ERR)
            return false;
        if (kind != KEY_CODE_YES) {
            *ret = c == 127 ? (uint32_t)KEY_RUBOUT : (uint32_t)c;
            return true;
        }
        for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
            if (codes[i].code == (int)c) {
                *ret = codes[i].key;
                return true;
            }
        /* A key that nothing is bound to, or the note about a new size. */
    }
}

/* What is left of ESC [ 1 ; 3 P or ESC O P, which curses did not know (ECMA-48 5.4: a final byte is
 * from @ to ~), after its second character. */
static void drop_sequence(uint32_t second)
{
    uint32_t key = 0;
    bool more = second == '[' || second == 'O';
    for (int i = 0; more && i < SEQUENCE_MAX && read_key(&key); i++)
        more = second == '[' && (key < '@' || key > '~');
}

/* ESC that came together with more is Alt with a key, or a sequence of a key that nobody knows: if
 * its letters counted, Alt-x would stop a job. */
bool term_keys_next(struct term_keys *k, uint32_t *ret)
{
    uint32_t key;
    uint32_t next;
    for (;;) {
        key = k->held;
        k->held = 0;
        if (key == 0 && !read_key(&key))
            return false;
        if (key != KEY_ESC || !read_key(&next))
            break;
        if (next == KEY_ESC || next == KEY_PASTE_BEGIN || next == KEY_PASTE_END) {
            k->held = next;
            break;
        }
        drop_sequence(next);
    }
    *ret = key;
    return true;
}
