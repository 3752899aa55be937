/* jobs.h - a job opened for editing by a sub-command: its definition, to be changed and saved
 * whole.
 *
 * Every edit is: read the definition, change the value, job_put with the revision that was read; a
 * change by somebody else in between is a conflict, never an overwrite. */
#ifndef APP_JOBS_H
#define APP_JOBS_H

#include "cli.h"
#include "domain/command.h"
#include "record.h"
#include "store/read_jobs.h"

struct open_job {
    struct record record;
    struct arena arena;  /* holds def */
    struct job_def *def; /* its arrays are const; jobs_groups() gives writable copies */
    int64_t rev;
};

/* name in --workspace, or in the only workspace that has such a job. */
bool jobs_open(struct app *app, const char *name, struct open_job *ret, struct err *err);
bool jobs_save(struct app *app, struct open_job *j, struct err *err);
void jobs_close(struct open_job *j);

/* Copies of the groups (room for one more) and of a group's terms (likewise), already put into
 * def; NULL with err when out of memory. */
struct group_def *jobs_groups(struct open_job *j, struct err *err);
struct term_def *jobs_terms(struct open_job *j, struct group_def *group, struct err *err);
/* Makes a template of the job's workspace one of the job's, so that a group may name it; one that
 * the job has already is fine. Refused when the workspace has none of this name. */
bool jobs_use_template(struct app *app, struct open_job *j, const char *name, struct err *err);
/* Index of a group or a term by name; -1 with a sentence that names the nearest. */
int32_t jobs_find_group(const struct job_def *def, const char *name, struct err *err);
int32_t jobs_find_term(const struct group_def *group, const char *text, struct err *err);

/* Nothing ends by itself while no engine serves the data directory: takes the rows' ETAs away. */
void jobs_without_engine(const struct app *app, struct job_row *rows, int32_t count);

/* Carries out a command on a job as the desk would, prints its sentence. */
bool jobs_command(struct app *app, struct command *command, const char *name, struct err *err);

/* --workspace, or the only workspace that has a job of this name; "default" when none has. */
bool jobs_workspace(struct app *app, const char *name, char ret[NAME_MAX_BYTES + 1],
                    struct err *err);

#endif
