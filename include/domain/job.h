/* job.h - a job as its operator defines it: groups in an order, terms in an order, templates.
 *
 * Plain values; arrays and texts are borrowed from whatever arena they were read into. This is the
 * definition only: positions and counts are in plan.h. job_check() holds every rule that a
 * definition must obey, whoever made it (a job file, a sub-command, a form). Pure; any thread. */
#ifndef DOMAIN_JOB_H
#define DOMAIN_JOB_H

#include "base/err.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    JOB_LOOP_INTERVAL_MIN = 1,
    JOB_LOOP_INTERVAL_MAX = 100000,
    JOB_GROUP_EMAILS_MIN = 1,
    JOB_GROUP_EMAILS_MAX = 1000000,
    JOB_VARIATIONS_MAX = 20, /* 0 = only the term itself */
    JOB_GROUPS_MAX = 500,
    JOB_TERMS_MAX = 2000, /* in one group */
    JOB_TEMPLATES_MAX = 100
};

struct term_def {
    const char *text;
};

struct group_def {
    const char *name;
    const char *template_name;
    const struct term_def *terms; /* in the order in which they are worked */
    int32_t term_count;
};

struct template_def {
    const char *name;
    const char *subject;
    const char *text; /* NULL or "": no plain text part */
    const char *html; /* NULL or "": no HTML part; one of the two is there */
};

struct job_def {
    const char *name;
    const char *workspace;
    enum distribution distribution;
    int32_t loop_interval;        /* leads per term and cycle */
    int32_t max_emails_per_group; /* letters per group and cycle */
    bool loop_automation;
    const char *provider;
    int32_t variations; /* per term */
    bool has_seed;      /* false: a seed is drawn when the job is created */
    uint64_t seed;
    enum recontact recontact;
    bool one_lead_per_domain;
    const struct group_def *groups; /* file order */
    int32_t group_count;
    const struct template_def *templates;
    int32_t template_count;
};

enum job_part { JOB_PART_JOB, JOB_PART_GROUP, JOB_PART_TERM, JOB_PART_TEMPLATE };

/* The first rule that a definition breaks: where, and in words. */
struct job_fault {
    enum job_part part;
    int32_t index;   /* the group or template, from 0 */
    int32_t term;    /* JOB_PART_TERM: which of the group, from 0 */
    const char *key; /* "name", "loop_interval", ..., as job files spell them; static */
    char text[320];  /* what is wrong and what is allowed; names no file and no line; screened */
};

/* True when the definition breaks a rule; *ret is then filled in. Checked are ranges, enum values,
 * names (UTF-8, 1 to NAME_MAX_BYTES bytes, no control characters, no blank at an end), terms (the
 * same, TERM_MAX_BYTES), groups without terms, names and terms that stand twice, templates that
 * are not in the definition, and the templates themselves (letter_check_template). A job without
 * groups is allowed: it has nothing to do yet. */
bool job_find_fault(const struct job_def *def, struct job_fault *ret);
/* The same as a sentence: ERR_REFUSED, "job: \"NAME\": ...". */
bool job_check(const struct job_def *def, struct err *err);
/* True for a name that may be given to a workspace, job, group or template. */
bool job_name_ok(const char *name);

#endif
