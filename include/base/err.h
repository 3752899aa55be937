/* err.h - one failure: what the caller may do about it, and one sentence for the operator.
 *
 * A function that can fail returns bool and takes `struct err *err` last. False means that err was
 * filled in and that nothing else was changed. The function that fails writes the sentence; nobody
 * above rewrites it; only the engine or app logs it, once. Any thread; no allocation. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>

/* What the caller may do. */
enum err_kind {
    ERR_NONE,        /* nothing failed yet */
    ERR_RETRY,       /* the outcome is unknown or the moment was bad: look again, then retry */
    ERR_REFUSED,     /* the request is wrong or not allowed: tell whoever asked */
    ERR_CONFLICT,    /* somebody else changed it first: reload and ask */
    ERR_FENCED,      /* this engine no longer holds the lease: drop the work, decide nothing */
    ERR_CANCELLED,   /* a stop was asked for while waiting */
    ERR_UNREACHABLE, /* the database or server can't be reached */
    ERR_STOP,        /* cannot go on: disk full, damaged file, out of memory */
    ERR_USAGE,       /* the command line is wrong */
    ERR_KINDS
};

enum { ERR_TEXT_MAX = 512 };

struct err {
    enum err_kind kind;
    char text[ERR_TEXT_MAX]; /* "area: what was being done, to what, why it failed; what to do" */
};

/* Fills err (NULL is allowed: the failure is then only the return value) and returns false, so
 * that a failure is one line: return err_set(err, ERR_REFUSED, "job: ...", ...);
 * Text past ERR_TEXT_MAX - 1 bytes is cut at a UTF-8 character boundary. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Tells compilers and analysers, which do not see into err.c, that false is all that ever comes
 * back: else they follow paths on which a failed call has succeeded, and warn of what is there. */
#ifndef ERR_SET_DEFINED_HERE
#define err_set(...)                                                                               \
    __extension__({                                                                                \
        (void)err_set(__VA_ARGS__);                                                                \
        false;                                                                                     \
    })
#endif

/* The kind's name for logs and tests: "retry", "refused", ... Never NULL. */
const char *err_kind_name(enum err_kind kind);

/* The program's exit status for a failure of this kind (design: 1 refused or failed, 2 usage,
 * 3 database unreachable, 4 conflict); 0 for ERR_NONE. */
int err_exit_status(enum err_kind kind);

#endif
