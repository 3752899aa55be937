/* jobfile_draft.h - a job file while it is read: what was taken, and on which line. Cupboard of
 * jobfile*.c. */
#ifndef APP_JOBFILE_DRAFT_H
#define APP_JOBFILE_DRAFT_H

#include "inilines.h"

#include "base/arena.h"
#include "base/err.h"
#include "domain/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KEYS_MAX = 12, SHOWN_MAX = 80, REASON_MAX = 360 };

enum section { SECTION_JOB, SECTION_GROUP, SECTION_TEMPLATE, SECTIONS, SECTION_NONE = SECTIONS };

enum key_type { KEY_TEXT, KEY_INT, KEY_BOOL, KEY_CHOICE, KEY_SEED, KEY_TERM, KEY_FILE };

/* One row holds every fact about a key. */
struct key_row {
    const char *name;
    enum key_type type;
    size_t offset;                /* into job_def, group_def or template_def; not for KEY_TERM */
    int32_t min, max;             /* KEY_INT; KEY_FILE: min is the letter_part */
    const char *(*choice)(int i); /* KEY_CHOICE: the i-th word of the enum, then NULL */
    const char *cure;             /* required: what to add when it is missing; else NULL */
};

struct section_row {
    const char *name;
    const struct key_row *keys;
    size_t count;
};
const struct section_row *section_rows(void); /* SECTIONS of them */

/* Where a section and its keys stand in the file. */
struct place {
    int32_t line;
    int32_t key[KEYS_MAX]; /* 0 = not given; a term: the first one */
};

struct term_list {
    struct term_def *defs;
    int32_t *lines;
    int32_t count, room;
};

/* One job with the lines of everything in it. */
struct job_draft {
    struct job_def def;
    struct place place;
    struct group_def *groups;
    struct place *group_places;
    struct term_list *terms; /* one a group */
    int32_t group_room;
    struct template_def *templates;
    struct place *template_places;
    int32_t template_room;
};

struct draft {
    const char *path;
    char shown[INI_SHOWN_MAX]; /* the path as sentences have it */
    struct arena *arena;
    struct job_draft *jobs;
    int32_t count;
    enum section section; /* the one that is being read */
};

/* "x.ini:4: reason"; false, so that a failure is one line. */
bool draft_refuse(const struct draft *d, int32_t line, const char *reason, struct err *err);
/* "x.ini:4: key = "value": reason", the value screened. */
bool draft_refuse_value(const struct draft *d, int32_t line, const char *key, const char *value,
                        const char *reason, struct err *err);
/* The arena is full. */
bool draft_full(const struct draft *d, struct err *err);

/* The job that is being read; and the section, with the definition its keys are written into. */
struct job_draft *draft_job(struct draft *d);
struct place *draft_place(struct draft *d, void **ret_def);

/* Begin one more; the arrays grow as needed. */
bool draft_add_group(struct draft *d, const char *name, int32_t line, struct err *err);
bool draft_add_template(struct draft *d, const char *name, int32_t line, struct err *err);
bool draft_add_term(struct draft *d, const char *text, int32_t line, struct err *err);

/* Writes the value of a key into the definition: its type, range, file. */
bool draft_set(struct draft *d, const struct key_row *row, void *def, const char *value,
               int32_t line, struct err *err);

#endif
