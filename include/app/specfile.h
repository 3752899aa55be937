/* specfile.h - specification files: newsletter specifications as text that people keep.
 *
 *   [specification NAME]  title, description, workspace, language = en, active = yes,
 *                         frequency = daily | weekly | biweekly | monthly,
 *                         items_per_section = 20, items_max = 200
 *   [category NAME]       title, word = WORD OR PHRASE (as often as there are), without = likewise
 *   [region NAME]         the same
 *   [source NAME]         kind = auto | rss | atom | json | corpus, address = URL, FILE or QUERY,
 *                         category = NAME, region = NAME (every item of it belongs there)
 *
 * A category, region or source belongs to the [specification] above it. A file is named relative
 * to the specification file, or from the root. Comments and backslashes as in job files. One
 * thread at a time. */
#ifndef APP_SPECFILE_H
#define APP_SPECFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "domain/spec.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SPECFILE_SPECS_MAX = 50,              /* specifications in one file */
    SPECFILE_ARENA_MAX = 16 * 1024 * 1024 /* an arena in which every file has room */
};

/* Reads all specifications of a file; everything that is handed out is borrowed from the arena.
 * Every one obeys spec_check(). False: nothing is handed out. ERR_REFUSED names file, line, key,
 * the value and what is allowed; ERR_STOP when the arena is full. */
bool specfile_read(const char *path, struct arena *arena, struct spec_def **ret_specs,
                   int32_t *ret_count, struct err *err);

#endif
