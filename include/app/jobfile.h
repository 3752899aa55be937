/* jobfile.h - job files: jobs with their groups, terms and templates as text that people keep.
 *
 *   [job NAME]       workspace, distribution, loop_interval, max_emails_per_group, ...
 *   [group NAME]     template = NAME, term = TEXT (as often as there are terms)
 *   [template NAME]  subject = TEXT, text = FILE, html = FILE
 *
 * A group or template belongs to the [job] above it. Template files stand beside the job file or
 * below it. A comment is a line that begins with ; or #, or what follows a blank and a ; in a line;
 * \; is a ; that begins no comment, \\ a backslash. One thread at a time. */
#ifndef APP_JOBFILE_H
#define APP_JOBFILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "domain/job.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    JOBFILE_MAX = 8 * 1024 * 1024, /* bytes of a job file, without the templates */
    JOBFILE_JOBS_MAX = 50          /* jobs in one file */
};

/* Reads all jobs of a file and the template files they name; everything that is handed out is
 * borrowed from the arena. Every job obeys job_check() and has a group. False: nothing is handed
 * out. ERR_REFUSED names file, line, key, the value and what is allowed: "x.ini:4: loop_interval =
 * \"0\": ..."; ERR_STOP when the arena is full. */
bool jobfile_read(const char *path, struct arena *arena, struct job_def **ret_jobs,
                  int32_t *ret_count, struct err *err);

/* Appends the job as a job file that reads back to the same definition, provided its templates are
 * in the files it names (jobfile_export writes them). ERR_REFUSED for a definition that breaks a
 * rule or has no group. */
bool jobfile_write(const struct job_def *def, struct buf *out, struct err *err);

/* Writes the job file and its templates into dir (made when it is not there): NAME.ini,
 * NAME.TEMPLATE.txt and .html, each replaced as a whole, the job file last. */
bool jobfile_export(const struct job_def *def, const char *dir, struct err *err);

enum { JOBFILE_NAME_MAX = 160 };
/* The file name that jobfile_export gives the job: its own name when that is safe as one, else a
 * safe form of it with a hash that keeps different names apart. */
void jobfile_name(const struct job_def *def, char dst[JOBFILE_NAME_MAX]);

#endif
