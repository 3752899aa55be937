/* keymap.h - keys as numbers and as people write them. Pure. */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is the character it types, or one of these; control keys are 1 to 26. */
enum {
    KEY_TAB = 9,
    KEY_RETURN = 13,
    KEY_ESC = 27,
    KEY_SPACE = 32,
    KEY_FIRST_SPECIAL = 0x110000,
    KEY_ARROW_UP = KEY_FIRST_SPECIAL,
    KEY_ARROW_DOWN,
    KEY_ARROW_LEFT,
    KEY_ARROW_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_TO_HOME,
    KEY_TO_END,
    KEY_RUBOUT,
    KEY_DEL,
    KEY_BACK_TAB,
    KEY_HELP_F1,
    KEY_PASTE_BEGIN,
    KEY_PASTE_END
};

enum { KEY_NAME_MAX = 16 };
/* "x", "^D", "PgDn", "Space", ...; the name that keymap_parse reads. */
void keymap_name(uint32_t key, char dst[KEY_NAME_MAX]);
/* Reads one name ("C-d" is "^D" too). False leaves *ret alone. */
bool keymap_parse(const char *name, size_t len, uint32_t *ret);

/* Which action each key calls; built from the action table and the setting [console] keys. */
enum { KEYMAP_MAX = 200 };
struct keymap {
    struct {
        uint32_t key;
        int action; /* index into the action table */
    } row[KEYMAP_MAX];
    int rows;
};
/* overrides: "stop=z start=S": these actions get these keys instead of their own. On failure the
 * keymap holds the default keys. */
bool keymap_build(struct keymap *k, const char *overrides, struct err *err);
/* The first action on this key that applies in a place of these kinds; -1. */
int keymap_find(const struct keymap *k, uint32_t key, unsigned kinds);
/* The keys of an action for people: "j  Down". */
void keymap_keys_of(const struct keymap *k, int action, char *dst, size_t size);
/* Its first key; "" when it has none. */
void keymap_first_key(const struct keymap *k, int action, char dst[KEY_NAME_MAX]);

#endif
