/* command.c - the words of the commands, what they are about and what undoes what. */
#include "domain/command.h"

struct command_row {
    const char *name;
    enum command_kind inverse;
    enum command_about about;
};

static const struct command_row rows[COMMAND_KINDS] = {
    [COMMAND_NONE] = {"none", COMMAND_NONE, ABOUT_ENGINE},
    [COMMAND_JOB_START] = {"start", COMMAND_JOB_STOP, ABOUT_JOB},
    [COMMAND_JOB_PAUSE] = {"pause", COMMAND_JOB_RESUME, ABOUT_JOB},
    [COMMAND_JOB_STOP] = {"stop", COMMAND_JOB_START, ABOUT_JOB},
    [COMMAND_JOB_RESUME] = {"resume", COMMAND_JOB_PAUSE, ABOUT_JOB},
    [COMMAND_JOB_CONFIRM] = {"confirm", COMMAND_NONE, ABOUT_JOB},
    [COMMAND_JOB_DELETE] = {"delete", COMMAND_NONE, ABOUT_JOB},
    [COMMAND_CONFIG_RELOAD] = {"reload", COMMAND_NONE, ABOUT_ENGINE},
    [COMMAND_SCHEDULE_ENABLE] = {"schedule enable", COMMAND_SCHEDULE_DISABLE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_DISABLE] = {"schedule disable", COMMAND_SCHEDULE_ENABLE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_PAUSE] = {"schedule pause", COMMAND_SCHEDULE_RESUME, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_RESUME] = {"schedule resume", COMMAND_SCHEDULE_PAUSE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_RUN] = {"schedule run", COMMAND_NONE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_TEST] = {"schedule test", COMMAND_NONE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_CRON] = {"schedule edit", COMMAND_NONE, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_PUT] = {"schedule save", COMMAND_SCHEDULE_PUT, ABOUT_SCHEDULE},
    [COMMAND_SCHEDULE_DELETE] = {"schedule delete", COMMAND_NONE, ABOUT_SCHEDULE},
    [COMMAND_RUN_SEEN] = {"run seen", COMMAND_NONE, ABOUT_RUN},
    [COMMAND_RUN_CANCEL] = {"run cancel", COMMAND_NONE, ABOUT_RUN},
    [COMMAND_LETTER_SENT] = {"letter sent", COMMAND_NONE, ABOUT_LETTER},
    [COMMAND_LETTER_AGAIN] = {"letter again", COMMAND_NONE, ABOUT_LETTER},
    [COMMAND_LETTER_DROP] = {"letter drop", COMMAND_NONE, ABOUT_LETTER},
};

const char *command_name(enum command_kind kind)
{
    return (unsigned)kind < COMMAND_KINDS ? rows[kind].name : "unknown";
}

enum command_about command_about(enum command_kind kind)
{
    return (unsigned)kind < COMMAND_KINDS ? rows[kind].about : ABOUT_ENGINE;
}

enum command_kind command_inverse(enum command_kind kind)
{
    return (unsigned)kind < COMMAND_KINDS ? rows[kind].inverse : COMMAND_NONE;
}
