/* pg_stage.h - a database of its own for a test on the shared server, and servers and wires that it
 * may harm (tests/e2e/lab_pg.py). The suite says "needs: postgres" in its first lines. Whatever
 * goes wrong here ends the test. */
#ifndef PG_STAGE_H
#define PG_STAGE_H

#include <stdint.h>

enum { PG_STAGE_TEXT = 1000 };

struct pg_stage {
    char name[64];              /* of the database */
    char url[PG_STAGE_TEXT];    /* of a superuser in it, verify-full */
    char pooler[PG_STAGE_TEXT]; /* the same through pgbouncer in transaction mode */
    char answer[PG_STAGE_TEXT];
    int control; /* -1: not asked yet */
};

/* A new empty database; `template` (NULL: none) is one to be copied, which nobody may be connected
 * to. Skips the test where there is no server. */
void pg_stage_init(struct pg_stage *s, const char *template);
/* Drops it, whoever is connected; ends what was asked of `control`. Accepts a zeroed stage. */
void pg_stage_done(struct pg_stage *s);

/* Runs statements as the superuser, on a connection of their own. url NULL: of the database. */
void pg_stage_sql(struct pg_stage *s, const char *url, const char *sql);
/* The one number that a query gives. */
int64_t pg_stage_int(struct pg_stage *s, const char *url, const char *sql);

/* A request to `control`, as lab_pg.py describes them ("server a", "crash a", "wire w a", ...); the
 * answer's value, borrowed until the next. */
const char *pg_stage_ask(struct pg_stage *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* url with one part replaced by another, both as they stand in it: ("/postgres?", "/other?"). The
 * part must be there. */
void pg_stage_replace(char dst[PG_STAGE_TEXT], const char *url, const char *part,
                      const char *other);
/* Where the lab's files are: ca.pem, other-ca.pem. */
const char *pg_stage_dir(void);

#endif
