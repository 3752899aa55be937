/* keymap.c - keys. The idea: names of keys are one table, and a keymap is only a list of (key,
 * action) that is searched from its beginning, so the order of the action table decides. */
#include "keymap.h"

#include "actions.h"
#include "screen.h"

#include "base/str.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

struct key_row {
    const char *name;
    uint32_t key;
};
/* The first name of a key is the one that is shown. */
static const struct key_row names[] = {
    {"Tab", KEY_TAB},         {"Enter", KEY_RETURN},     {"Return", KEY_RETURN},
    {"Esc", KEY_ESC},         {"Space", KEY_SPACE},      {"Up", KEY_ARROW_UP},
    {"Down", KEY_ARROW_DOWN}, {"Left", KEY_ARROW_LEFT},  {"Right", KEY_ARROW_RIGHT},
    {"PgUp", KEY_PAGE_UP},    {"PgDn", KEY_PAGE_DOWN},   {"Home", KEY_TO_HOME},
    {"End", KEY_TO_END},      {"Backspace", KEY_RUBOUT}, {"Del", KEY_DEL},
    {"S-Tab", KEY_BACK_TAB},  {"F1", KEY_HELP_F1},
};
enum { NAMES = (int)(sizeof names / sizeof *names) };

void keymap_name(uint32_t key, char dst[KEY_NAME_MAX])
{
    for (int i = 0; i < NAMES; i++)
        if (names[i].key == key) {
            (void)str_copy(dst, KEY_NAME_MAX, names[i].name);
            return;
        }
    char bytes[4];
    if (key < KEY_SPACE)
        (void)str_format(dst, KEY_NAME_MAX, "^%c", (char)(key + 64));
    else if (key < KEY_FIRST_SPECIAL && utf8_columns(key) > 0)
        (void)str_copy_n(dst, KEY_NAME_MAX, bytes, utf8_put(key, bytes));
    else
        (void)str_copy(dst, KEY_NAME_MAX, "this key");
}

/* "^D", "C-d": the letter; 0 when it is neither. */
static char control_letter(const char *name, size_t len)
{
    if (len == 2 && name[0] == '^')
        return name[1];
    return len == 3 && name[0] == 'C' && name[1] == '-' ? name[2] : '\0';
}

bool keymap_parse(const char *name, size_t len, uint32_t *ret)
{
    for (int i = 0; i < NAMES; i++)
        if (len == strlen(names[i].name) && memcmp(name, names[i].name, len) == 0) {
            *ret = names[i].key;
            return true;
        }
    char control = control_letter(name, len);
    if (control != '\0' && isalpha((unsigned char)control)) {
        *ret = (uint32_t)(toupper((unsigned char)control) & 0x1F);
        return true;
    }
    uint32_t point;
    if (len == 0 || utf8_next(name, len, &point) != len || point <= KEY_SPACE || point == UTF8_BAD)
        return false;
    *ret = point;
    return true;
}

static bool add_keys(struct keymap *k, int action, const char *keys, struct err *err)
{
    for (const char *at = keys; *at != '\0';) {
        size_t len = strcspn(at, " ");
        uint32_t key = 0;
        if (!keymap_parse(at, len, &key))
            return err_set(err, ERR_REFUSED,
                           "keys: there is no key \"%.*s\"; use a character, ^X, F1, PgDn, Space, "
                           "Tab or the like",
                           (int)len, at);
        if (k->rows == KEYMAP_MAX)
            return err_set(err, ERR_REFUSED, "keys: more than %d keys", KEYMAP_MAX);
        k->row[k->rows].key = key;
        k->row[k->rows++].action = action;
        at += len;
        at += strspn(at, " ");
    }
    return true;
}

/* Is there a screen where both apply? */
static bool meet(const struct action *a, const struct action *b)
{
    for (int i = 0; i < screens_count(); i++) {
        unsigned kinds = screens_at(i)->kinds;
        if ((a->kinds & kinds) != 0 && (b->kinds & kinds) != 0)
            return true;
    }
    return false;
}

/* Two actions that apply on one screen may not share a key. */
static bool check_conflicts(const struct keymap *k, struct err *err)
{
    for (int i = 0; i < k->rows; i++)
        for (int j = i + 1; j < k->rows; j++) {
            const struct action *a = action_at(k->row[i].action);
            const struct action *b = action_at(k->row[j].action);
            if (k->row[i].key != k->row[j].key || !meet(a, b))
                continue;
            char name[KEY_NAME_MAX];
            keymap_name(k->row[i].key, name);
            return err_set(err, ERR_REFUSED, "keys: %s and %s are both on key %s; give one another",
                           a->name, b->name, name);
        }
    return true;
}

/* The value that overrides give an action; its length, 0 when they don't name it. */
static size_t override_of(const char *overrides, const char *action, const char **ret)
{
    size_t wide = strlen(action);
    for (const char *at = overrides; *at != '\0';) {
        at += strspn(at, " ");
        size_t len = strcspn(at, " ");
        if (len > wide + 1 && memcmp(at, action, wide) == 0 && at[wide] == '=') {
            *ret = at + wide + 1;
            return len - wide - 1;
        }
        at += len;
    }
    return 0;
}

static bool build(struct keymap *k, const char *overrides, struct err *err)
{
    const struct action *a;
    k->rows = 0;
    for (int i = 0; (a = action_at(i)) != NULL; i++) {
        const char *value = NULL;
        size_t len = override_of(overrides, a->name, &value);
        char keys[KEY_NAME_MAX * 4];
        (void)str_copy_n(keys, sizeof keys, len > 0 ? value : a->keys,
                         len > 0 ? len : strlen(a->keys));
        if (!add_keys(k, i, keys, err))
            return false;
    }
    return check_conflicts(k, err);
}

/* Every word of the overrides names an action. */
static bool check_names(const char *overrides, struct err *err)
{
    const struct action *a;
    for (const char *at = overrides; *at != '\0';) {
        at += strspn(at, " ");
        size_t len = strcspn(at, " "), wide = strcspn(at, "= ");
        if (len == 0)
            break;
        if (wide == len || wide + 1 == len)
            return err_set(err, ERR_REFUSED, "keys: \"%.*s\" is not ACTION=KEY", (int)len, at);
        bool known = false;
        for (int i = 0; (a = action_at(i)) != NULL; i++)
            known |= strlen(a->name) == wide && memcmp(at, a->name, wide) == 0;
        if (!known)
            return err_set(err, ERR_REFUSED,
                           "keys: there is no action \"%.*s\"; `autopilot keys` lists them",
                           (int)wide, at);
        at += len;
    }
    return true;
}

bool keymap_build(struct keymap *k, const char *overrides, struct err *err)
{
    if (check_names(overrides, err) && build(k, overrides, err))
        return true;
    (void)build(k, "", NULL); /* a test sees to it that the table itself has no conflict */
    return false;
}

int keymap_find(const struct keymap *k, uint32_t key, unsigned kinds)
{
    for (int i = 0; i < k->rows; i++)
        if (k->row[i].key == key && (action_at(k->row[i].action)->kinds & kinds) != 0)
            return k->row[i].action;
    return -1;
}

void keymap_keys_of(const struct keymap *k, int action, char *dst, size_t size)
{
    size_t at = 0;
    dst[0] = '\0';
    for (int i = 0; i < k->rows; i++) {
        char name[KEY_NAME_MAX];
        if (k->row[i].action != action)
            continue;
        keymap_name(k->row[i].key, name);
        if (!str_format(dst + at, size - at, "%s%s", at > 0 ? " " : "", name))
            return; /* as many as fit */
        at += strlen(dst + at);
    }
}

void keymap_first_key(const struct keymap *k, int action, char dst[KEY_NAME_MAX])
{
    dst[0] = '\0';
    for (int i = 0; i < k->rows; i++)
        if (k->row[i].action == action) {
            keymap_name(k->row[i].key, dst);
            return;
        }
}
