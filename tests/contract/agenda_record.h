/* agenda_record.h - the record that the tests of the agenda are run on: each list of tests is run
 * on the embedded one, and, where there is a server for tests, on a shared one, directly and
 * through a pooler in transaction mode. What is looked at is then a copy, as screens do. */
#ifndef CONTRACT_AGENDA_RECORD_H
#define CONTRACT_AGENDA_RECORD_H

#include "fake/fake_clock.h"
#include "port/agenda.h"
#include "port/authority.h"
#include "store/db.h"
#include "unit/cases.h"

struct agenda_record;

/* Empty, of the kind that is tried just now. The clock is borrowed. NULL: err. */
struct agenda_record *agenda_record_new(struct fake_clock *clock, struct err *err);
void agenda_record_free(struct agenda_record *r); /* accepts NULL */

/* To be freed with ops->free. */
bool agenda_record_agenda(struct agenda_record *r, struct agenda **ret, struct err *err);
/* Makes a workspace. */
bool agenda_record_workspace(struct agenda_record *r, const char *name, struct err *err);
/* So many schedules NAME0, NAME1 ... in the first workspace, daily at 09:00 in Berlin, each with a
 * specification of its own; all due at that instant. */
bool agenda_record_many(struct agenda_record *r, const char *name, int count, int64_t next_us,
                        struct err *err);
/* The record itself, or its copy as of now; to read from. Never NULL: a copy that can't be made
 * fails the test. */
struct db *agenda_record_db(struct agenda_record *r);

/* The same, with the report of a run. */
struct db *agenda_record_report(struct agenda_record *r, struct uuid run);

/* Runs the tests on each kind of record; pooler false: not through the pooler, for a long list that
 * asks one command again and again. The result is main's. */
int agenda_record_run(const char *name, const struct CMUnitTest *tests, size_t count, bool pooler);

#define AGENDA_RECORD_RUN(name, tests)                                                             \
    agenda_record_run((name), (tests), sizeof(tests) / sizeof((tests)[0]), true)
#define AGENDA_RECORD_RUN_DIRECT(name, tests)                                                      \
    agenda_record_run((name), (tests), sizeof(tests) / sizeof((tests)[0]), false)

#endif
