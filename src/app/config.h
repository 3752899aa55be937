/* config.h - autopilot.ini: read as a whole or not at all.
 *
 * Order of what counts: the environment (AUTOPILOT_<SECTION>_<KEY>), the file, the default. Each
 * value knows where it came from. */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/settings.h"

#include <stdbool.h>
#include <stdint.h>

enum { CONFIG_ROWS_MAX = 96, CONFIG_SEARCHES_MAX = 16 };

enum config_origin { ORIGIN_DEFAULT, ORIGIN_FILE, ORIGIN_ENVIRONMENT };

/* One [search NAME] section. */
struct config_search {
    char name[NAME_MAX_BYTES + 1];
    char kind[32];
    char url[SETTING_TEXT_MAX + 1];
    char token_file[SETTING_TEXT_MAX + 1];
};

struct config {
    struct settings settings;
    enum config_origin origin[CONFIG_ROWS_MAX]; /* in the order of settings_rows() */
    int32_t line[CONFIG_ROWS_MAX];              /* ORIGIN_FILE */
    struct config_search search[CONFIG_SEARCHES_MAX];
    int32_t searches;
    int32_t entries; /* `key = value` lines of the file */
    bool file_there;
};

/* Reads path over the defaults and the environment over both. A file that is absent is fine unless
 * must_exist. Any mistake (unknown section or key with the nearest known name, value out of range,
 * key given twice, line too long, file with secrets readable by others) is ERR_REFUSED with file,
 * line and cure, and *ret is left alone. */
bool config_read(const char *path, bool must_exist, struct config *ret, struct err *err);
/* Is this a search provider: `local`, or one of a [search NAME] section? ERR_REFUSED with the cure.
 */
bool config_provider_known(const struct config *config, const char *name, struct err *err);

/* As config_read, for a process that runs by `in_force` already: a file that was there and is gone,
 * or had entries and has none, is ERR_REFUSED too: what a slip of the hand removed must not lift
 * the limits that are in force. */
bool config_read_again(const char *path, const struct config *in_force, struct config *ret,
                       struct err *err);

#endif
