/* content_file.h - content from feeds that lie on this machine: addresses are absolute paths.
 *
 * Only regular files are read, and of a file FEED_BYTES_MAX bytes. A file is unchanged when size,
 * time of change and inode are. */
#ifndef ADAPTER_CONTENT_FILE_H
#define ADAPTER_CONTENT_FILE_H

#include "base/err.h"
#include "port/content.h"

#include <stdbool.h>

bool content_file_new(struct content **ret, struct err *err);

#endif
