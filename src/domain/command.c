/* command.c - the words of the commands and what undoes what. */
#include "domain/command.h"

struct command_row {
    const char *name;
    enum command_kind inverse;
};

static const struct command_row rows[COMMAND_KINDS] = {
    [COMMAND_NONE] = {"none", COMMAND_NONE},
    [COMMAND_JOB_START] = {"start", COMMAND_JOB_STOP},
    [COMMAND_JOB_PAUSE] = {"pause", COMMAND_JOB_RESUME},
    [COMMAND_JOB_STOP] = {"stop", COMMAND_JOB_START},
    [COMMAND_JOB_RESUME] = {"resume", COMMAND_JOB_PAUSE},
    [COMMAND_JOB_DELETE] = {"delete", COMMAND_NONE},
    [COMMAND_CONFIG_RELOAD] = {"reload", COMMAND_NONE},
};

const char *command_name(enum command_kind kind)
{
    return (unsigned)kind < COMMAND_KINDS ? rows[kind].name : "unknown";
}

enum command_kind command_inverse(enum command_kind kind)
{
    return (unsigned)kind < COMMAND_KINDS ? rows[kind].inverse : COMMAND_NONE;
}
