/* theme.h - how each look appears: a table of roles for each theme. Pure. */
#ifndef UI_THEME_H
#define UI_THEME_H

#include "canvas.h"

#include <stdbool.h>

enum theme {
    THEME_DEFAULT,
    THEME_CVD,  /* told apart with any colour vision */
    THEME_MONO, /* no colour at all */
    THEMES
};

/* Colours 1 to 6 of the terminal on its own background, never black, white or a bright one: those
 * are what palettes disagree about. */
struct style {
    int colour; /* 0: the terminal's own */
    bool bold, dim, reverse, underline;
};
struct style theme_style(enum theme theme, int look);
/* "default" or "cvd"; false leaves *ret alone. */
bool theme_parse(const char *name, enum theme *ret);

#endif
