/* zone_file.h - time zones by name, from the files of tzdata, each read once.
 *
 * A cache belongs to one thread and frees everything at once. The zones it hands out are borrowed
 * until zone_files_free(). */
#ifndef ADAPTER_ZONE_FILE_H
#define ADAPTER_ZONE_FILE_H

#include "base/err.h"
#include "domain/zone.h"

#include <stddef.h>

#define ZONE_FILES_DIR "/usr/share/zoneinfo"

enum { ZONE_FILES_MAX = 1000, ZONE_VERSION_MAX = 16 };

struct zone_files;

/* directory: where the zones are, ZONE_FILES_DIR normally; need not exist (then there is only
 * UTC). ERR_STOP without memory. */
bool zone_files_new(struct zone_files **ret, const char *directory, struct err *err);
/* Accepts NULL. */
void zone_files_free(struct zone_files *files);

/* A zone by its IANA name of len bytes, in its exact case. ERR_REFUSED for what is no zone's name
 * (zone_name_check), for a name that tzdata has not, a directory, a file that is no zone or
 * damaged, and past ZONE_FILES_MAX zones; ERR_STOP for a failure of the disk or of memory. A
 * refused name is not remembered. */
bool zone_files_get(struct zone_files *files, const char *name, size_t len, const struct zone **ret,
                    struct err *err);

/* The version of tzdata, as in "2026f": from its file +VERSION or the first line of tzdata.zi; ""
 * when neither says. Read once. */
const char *zone_files_version(struct zone_files *files);

#endif
