/* err.c - fills in the one failure a caller gets. The idea: the sentence is formatted once, where
 * the failure happens, into a fixed array, so that reporting a failure can not fail itself. */
#define ERR_SET_DEFINED_HERE
#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One row holds every fact about a kind. */
struct kind {
    const char *name;
    int exit_status;
};

static const struct kind kinds[ERR_KINDS] = {
    [ERR_NONE] = {"none", 0},
    [ERR_RETRY] = {"retry", 1},
    [ERR_REFUSED] = {"refused", 1},
    [ERR_CONFLICT] = {"conflict", 4},
    [ERR_FENCED] = {"fenced", 1},
    [ERR_CANCELLED] = {"cancelled", 1},
    [ERR_UNREACHABLE] = {"unreachable", 3},
    [ERR_STOP] = {"stop", 1},
    [ERR_USAGE] = {"usage", 2},
};

bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    if (err == NULL)
        return false;
    /* Formatted aside: the arguments may be the old text of the same err. */
    char text[ERR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        text[0] = '\0';
    else if ((size_t)n >= sizeof text)
        text[utf8_whole(text, sizeof text - 1)] = '\0';
    err->kind = kind;
    memcpy(err->text, text, strlen(text) + 1);
    return false;
}

const char *err_kind_name(enum err_kind kind)
{
    return (unsigned)kind < ERR_KINDS ? kinds[kind].name : "unknown";
}

int err_exit_status(enum err_kind kind)
{
    return (unsigned)kind < ERR_KINDS ? kinds[kind].exit_status : 1;
}
