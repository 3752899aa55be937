/* console_rig.h - the console's state on invented data, driven by keys and read as text: what a
 * terminal would show, without one. */
#ifndef TESTS_TOOLS_CONSOLE_RIG_H
#define TESTS_TOOLS_CONSOLE_RIG_H

#include "fake_console.h"

#include "../../src/ui/state.h"

#include <stdbool.h>

struct console_rig {
    struct fake_console fake;
    struct console_options options;
    struct ui ui;
    struct canvas canvas;
    struct buf text;
};

/* Sets the locale to C.UTF-8 and the zone to UTC; the options say a console of ana's. */
void console_rig_init(struct console_rig *r, int rows, int cols);
void console_rig_read_only(struct console_rig *r, int rows, int cols);
void console_rig_done(struct console_rig *r);
/* Draws (reading first when something is stale) and returns the screen as text. */
const char *console_rig_text(struct console_rig *r);
const char *console_rig_looks(struct console_rig *r);
/* Types keys: plain characters, and <Enter> <Esc> <Tab> <Up> <^D> ... as keymap_parse names them;
 * <lt> is the character. Draws after each, as the console does. */
void console_rig_keys(struct console_rig *r, const char *keys);
/* The line of the screen with this number, from 0; negative counts from the bottom. */
const char *console_rig_line(struct console_rig *r, int line);
bool console_rig_shows(struct console_rig *r, const char *text);
/* Lets time go by. */
void console_rig_wait(struct console_rig *r, int64_t span_us);
/* The desk answers the newest command. */
void console_rig_answer(struct console_rig *r);

#endif
