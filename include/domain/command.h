/* command.h - what an operator can ask for, as a value: made by the console's actions and by the
 * sub-commands alike, carried out by the desk. Pure. */
#ifndef DOMAIN_COMMAND_H
#define DOMAIN_COMMAND_H

#include "base/uuid.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum command_kind {
    COMMAND_NONE,
    COMMAND_JOB_START,
    COMMAND_JOB_PAUSE,
    COMMAND_JOB_STOP,
    COMMAND_JOB_RESUME,
    COMMAND_JOB_CONFIRM, /* its first letters are well */
    COMMAND_JOB_DELETE,
    COMMAND_CONFIG_RELOAD,
    COMMAND_SCHEDULE_ENABLE,
    COMMAND_SCHEDULE_DISABLE,
    COMMAND_SCHEDULE_PAUSE, /* needs a note */
    COMMAND_SCHEDULE_RESUME,
    COMMAND_SCHEDULE_RUN,  /* a report now, which uses up the period */
    COMMAND_SCHEDULE_TEST, /* a report now, which counts for nothing */
    COMMAND_SCHEDULE_CRON, /* another time: needs the expression */
    COMMAND_SCHEDULE_PUT,  /* a new one, or one as a whole: needs `schedule` */
    COMMAND_SCHEDULE_DELETE,
    COMMAND_RUN_SEEN,
    COMMAND_RUN_CANCEL,
    COMMAND_LETTER_SENT,  /* one that is in doubt has arrived */
    COMMAND_LETTER_AGAIN, /* one that is in doubt or held is written once more */
    COMMAND_LETTER_DROP,  /* likewise: it is never sent */
    COMMAND_KINDS
};

/* What a command is about, and so which of its fields count. */
enum command_about {
    ABOUT_ENGINE,
    ABOUT_JOB,      /* target: its name */
    ABOUT_SCHEDULE, /* target: its name */
    ABOUT_RUN,      /* run; target: the name of its schedule or specification, to be said */
    ABOUT_LETTER    /* letter; target: the name of its job, to be said */
};

enum {
    COMMAND_NOTE_MAX = 240,
    COMMAND_CONFIG_MAX = 6000, /* bytes; a longer config is for the sub-commands */
    COMMAND_TEXT_MAX = 2000
};

/* COMMAND_SCHEDULE_PUT: a schedule as its form has it. What the form does not know of one that is
 * there stays as it is. */
struct command_schedule {
    int64_t rev; /* of the one that was changed; 0: it is new, and refused when there is one */
    char specification[NAME_MAX_BYTES + 1];
    char type[16];
    char config[COMMAND_CONFIG_MAX + 1];                                  /* JSON */
    char categories[COMMAND_TEXT_MAX + 1], regions[COMMAND_TEXT_MAX + 1]; /* JSON; "": all */
    char cadence[16];                                                     /* "": no override */
    char notes[COMMAND_TEXT_MAX + 1];
    bool enabled;
};

struct command {
    enum command_kind kind;
    int64_t ticket; /* given by whoever asks; comes back in the reply */
    char workspace[NAME_MAX_BYTES + 1];
    char target[NAME_MAX_BYTES + 1]; /* a name */
    char actor[NAME_MAX_BYTES + 1];
    char note[COMMAND_NOTE_MAX + 1]; /* COMMAND_SCHEDULE_PAUSE: why; _CRON: the expression */
    int64_t until_us;                /* COMMAND_SCHEDULE_PAUSE: it goes on by itself then; 0 */
    struct uuid run;                 /* of those about a run */
    struct uuid letter;              /* of those about a letter: its id in the ledger */
    struct command_schedule schedule;
};

struct reply {
    int64_t ticket;
    enum command_kind kind;
    bool ok;
    bool changed;   /* false: it was so already */
    bool untold;    /* not ok because the record did not answer: nobody knows whether it was done */
    char text[512]; /* one sentence for the message line: what happened, or why not */
    char target[NAME_MAX_BYTES + 1];
};

/* "start", "pause", ... as the key list and the sub-commands spell it. */
const char *command_name(enum command_kind kind);
enum command_about command_about(enum command_kind kind);
/* The command that undoes this one (start <-> stop, pause <-> resume, enable <-> disable);
 * COMMAND_NONE if nothing. */
enum command_kind command_inverse(enum command_kind kind);

#endif
