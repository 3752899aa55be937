/* pg_fault.h - what an SQLSTATE means: what the caller may do, whether the link is of any use after
 * it, and the sentence with the cure. Source: PostgreSQL documentation, appendix A. Pure; any
 * thread. */
#ifndef ADAPTER_PG_FAULT_H
#define ADAPTER_PG_FAULT_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Our functions raise these (RAISE EXCEPTION ... USING ERRCODE); the message is the whole sentence
 * for the operator, so nothing is added to it. */
#define PG_STATE_FENCED "AP001"
#define PG_STATE_CONFLICT "AP002"
#define PG_STATE_REFUSED "AP003"
#define PG_STATE_GONE "AP004" /* a row that was named is not there: refused too */
#define PG_STATE_RETRY "AP005"
#define PG_STATE_STOP "AP006"
/* The server's own: a right is missing. */
#define PG_STATE_DENIED "42501"

struct pg_fault {
    const char *state; /* five characters, or the first two or four of a family; "": all others */
    enum err_kind kind;
    bool lost;        /* drop the connection: it is dead, or leads to a server that can't serve */
    const char *what; /* NULL: the server's own words alone */
    const char *cure;
};

/* The row for an SQLSTATE; NULL or "" is what libpq gives when the connection broke. Never NULL. */
const struct pg_fault *pg_fault_of(const char *sqlstate);

/* Foreign words made fit for a sentence: the first line, screened, and `secret` (a password; NULL
 * or "": none) replaced by stars wherever it stands. size >= 1. */
void pg_fault_words(char *dst, size_t size, const char *words, const char *secret);

/* The SQLSTATE inside a connection's failure text, as libpq writes it with PQERRORS_VERBOSE
 * ("FATAL:  28P01: password ..."). False when it has none. */
bool pg_fault_state_in(const char *text, char ret[6]);

/* Fills ret with the row's kind, and what failed, why (the server's words), and the cure. */
void pg_fault_say(struct err *ret, const struct pg_fault *fault, const char *words);
/* The same for PG_STATE_DENIED, when it is known who asked: which login lacks what, and the command
 * that cures it. */
void pg_fault_denied(struct err *ret, const char *login, const char *words);

#endif
