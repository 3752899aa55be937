/* made_job.h - jobs for the simulation and the exactness tests, made from dice. */
#ifndef MADE_JOB_H
#define MADE_JOB_H

#include "base/rng.h"
#include "domain/job.h"

enum { MADE_GROUPS = 6, MADE_TERMS = 8 };

/* A definition with its own memory; the name tells the terms of one job from another's. */
struct made_job {
    struct job_def def;
    struct group_def groups[MADE_GROUPS];
    struct term_def terms[MADE_GROUPS][MADE_TERMS];
    struct template_def template;
    char name[40];
    char workspace[40];
    char group_names[MADE_GROUPS][24];
    char texts[MADE_GROUPS][MADE_TERMS][80];
};

/* 1 to MADE_GROUPS groups of 1 to MADE_TERMS terms with both limits as given and everything else
 * drawn; loop_automation is off. */
void made_job(struct made_job *m, struct rng *dice, const char *workspace, const char *name,
              int32_t loop_interval, int32_t max_emails_per_group);

#endif
