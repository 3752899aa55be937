/* report_file.h - reports as files: named after their run and nothing else, whole or not there.
 * Any thread. */
#ifndef ADAPTER_REPORT_FILE_H
#define ADAPTER_REPORT_FILE_H

#include "base/err.h"
#include "base/file.h"
#include "base/uuid.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum report_form { REPORT_FORM_HTML, REPORT_FORM_TEXT, REPORT_FORMS };

struct report_written {
    char path[FILE_PATH_MAX];
    char sha256[65];
    int64_t size_bytes;
};

/* DIR/RUN.html or DIR/RUN.txt. dir is made when it is not there. Temporary file, fsync, rename,
 * fsync of the directory: after a crash the file is whole or not there, and writing it again with
 * the same bytes changes nothing. A link that stands in its place is replaced, never followed. */
bool report_file_write(const char *dir, struct uuid run, enum report_form form, const void *bytes,
                       size_t len, struct report_written *ret, struct err *err);

/* Takes away the temporary files that a process left when it died while it wrote this run's
 * report. What can't be read or removed stays. */
void report_file_sweep(const char *dir, struct uuid run);

#endif
