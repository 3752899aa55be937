/* jobparts.h - the parts of a job that the Jobs and the Job screen show: groups, terms, limits, the
 * resume point. Drawn from what read_job_detail gave. */
#ifndef UI_JOBPARTS_H
#define UI_JOBPARTS_H

#include "state.h"

#include "store/read_jobs.h"

#include <stdbool.h>

struct job_parts {
    struct arena arena;
    struct uuid id; /* whose detail this is */
    bool there;
    struct job_detail detail;
};
/* Reads the detail of a job; on failure the old one stays. */
bool job_parts_load(struct ui *ui, struct job_parts *parts, struct uuid id, struct err *err);
void job_parts_done(struct job_parts *parts);
/* The group that is worked, or was worked last; -1. */
int32_t job_parts_current(const struct job_parts *parts);

/* wide: with a row of names and all columns. */
void job_parts_groups(struct pane p, const struct job_row *job, const struct job_parts *parts,
                      struct table_state *state, bool wide, bool focused);
void job_parts_terms(struct pane p, const struct job_row *job, const struct job_parts *parts,
                     int32_t group, struct table_state *state, bool focused);
void job_parts_limits(struct ui *ui, struct pane p, const struct job_row *job,
                      const struct job_parts *parts);
/* "group Madrid (5 of 8) · term 3 "fontanero urgente" · lead 31 · letters 1 288", and who
 * holds it. */
void job_parts_resume(struct ui *ui, struct pane p, const struct job_row *job,
                      const struct job_parts *parts);

#endif
