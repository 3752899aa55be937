/* theme.c - roles as colours. The idea: colour repeats what a glyph and a word say already, so the
 * monochrome column loses nothing. */
#include "theme.h"

#include "base/str.h"

enum { RED = 1, GREEN = 2, YELLOW = 3, BLUE = 4, MAGENTA = 5, CYAN = 6 };

struct look_row {
    struct style style[THEMES];
};
static const struct look_row rows[ROLES] = {
    [ROLE_TEXT] = {{{0}, {0}, {0}}},
    [ROLE_DIM] = {{{.dim = true}, {.dim = true}, {.dim = true}}},
    [ROLE_RUN] = {{{.colour = GREEN}, {.colour = CYAN}, {.bold = true}}},
    [ROLE_OK] = {{{.colour = GREEN}, {.colour = BLUE}, {0}}},
    [ROLE_INFO] = {{{.colour = CYAN}, {.colour = CYAN}, {0}}},
    [ROLE_WARN] = {{{.colour = YELLOW}, {.colour = YELLOW}, {.bold = true}}},
    [ROLE_ERROR] = {{{.colour = RED}, {.colour = MAGENTA, .bold = true}, {.bold = true}}},
    [ROLE_TABS] = {{{.colour = BLUE, .reverse = true},
                    {.colour = BLUE, .reverse = true},
                    {.reverse = true}}},
    [ROLE_ALARM] = {{{.colour = RED, .reverse = true},
                     {.colour = MAGENTA, .reverse = true},
                     {.bold = true, .reverse = true}}},
    [ROLE_ALERT] = {{{.colour = YELLOW, .reverse = true},
                     {.colour = YELLOW, .reverse = true},
                     {.reverse = true}}},
    [ROLE_HIT] = {{{.colour = YELLOW, .reverse = true},
                   {.colour = YELLOW, .reverse = true},
                   {.reverse = true}}},
};

struct style theme_style(enum theme theme, int look)
{
    int role = look & LOOK_ROLE;
    struct style s = rows[role < ROLES ? role : ROLE_TEXT].style[theme];
    /* Bold with a colour turns into another colour on many palettes. */
    if (look & LOOK_BOLD && s.colour == 0)
        s.bold = true;
    if (look & LOOK_REVERSE)
        s.reverse = true;
    if (look & LOOK_UNDER)
        s.underline = true;
    /* Dim text on a reversed ground is hard to read everywhere. */
    if (s.reverse)
        s.dim = false;
    return s;
}

bool theme_parse(const char *name, enum theme *ret)
{
    static const char *const names[] = {"default", "cvd"};
    for (int i = 0; i < 2; i++)
        if (str_equal(name, names[i])) {
            *ret = (enum theme)i;
            return true;
        }
    return false;
}
