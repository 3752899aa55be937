/* term_keys.h - reads keys through curses; term.c's own. */
#ifndef UI_TERM_KEYS_H
#define UI_TERM_KEYS_H

#include <stdbool.h>
#include <stdint.h>

struct term_keys {
    uint32_t held; /* read ahead; 0 none */
};

/* Makes curses know the marks of a paste. After the screen was begun. */
void term_keys_define(void);
/* As term_key(). */
bool term_keys_next(struct term_keys *k, uint32_t *ret);

#endif
