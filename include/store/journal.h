/* journal.h - identity and facts of this machine: DATA/journal.db, SQLite, synchronous=FULL, tiny.
 *
 * The engine's id lives here: a wiped or copied-away journal is another engine. An intent is
 * durable before a letter takes the step that can't be taken back; a verdict is durable before it
 * is reported. After a crash settle reads it: no intent = released, intent without verdict = ask
 * the sink or in_doubt, verdict = report it. Rows are kept for 7 days after they were acknowledged.
 * One instance belongs to one thread; several may be open on one file. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/err.h"
#include "base/uuid.h"
#include "domain/ledger.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

struct journal;

/* path as db_open's; makes the file when absent (new identity). A damaged journal is refused with
 * ERR_STOP: it means HOLD, the operator decides. */
bool journal_open(const char *path, struct journal **ret, struct err *err);
void journal_close(struct journal *j); /* accepts NULL */
struct uuid journal_engine(const struct journal *j);
/* Raises the start counter and returns it: once each engine start. */
bool journal_start(struct journal *j, int64_t *ret_gen, struct err *err);

/* One durable commit for all. A letter that has an open row keeps it (attempt + 1) and forgets the
 * verdict that it had. */
bool journal_intents(struct journal *j, const struct uuid *ids, int32_t count, int64_t now_us,
                     struct err *err);
bool journal_verdicts(struct journal *j, const struct send_verdict *verdicts, int32_t count,
                      int64_t now_us, struct err *err);
/* Both in one commit: what became of letters, and which follow them over the same connections. So
 * at a crash no more letters are open than were on their way. */
bool journal_step(struct journal *j, const struct send_verdict *verdicts, int32_t verdict_count,
                  const struct uuid *ids, int32_t count, int64_t now_us, struct err *err);
/* The authority has the verdicts; needs no commit of its own (it rides on the next). */
bool journal_done(struct journal *j, const struct uuid *ids, int32_t count, int64_t now_us,
                  struct err *err);
enum journal_fact { JOURNAL_NOTHING, JOURNAL_INTENT, JOURNAL_VERDICT };
/* What is known of a letter; *ret_verdict is filled in for JOURNAL_VERDICT. What was acknowledged
 * (journal_done) belongs to an attempt that is over: JOURNAL_NOTHING. */
bool journal_find(struct journal *j, struct uuid id, enum journal_fact *ret,
                  struct send_verdict *ret_verdict, struct err *err);
/* Letters that went out or may have (an intent without a verdict is IN_DOUBT), oldest first, behind
 * *after, which moves on; only id and state are set. *ret_count < max: there are no more. */
bool journal_facts(struct journal *j, int64_t *after, struct send_verdict *rows, int32_t max,
                   int32_t *ret_count, struct err *err);
/* Writes the acknowledgements that wait for a commit to ride on: before a rest, so that what is not
 * acknowledged in the file is what the record may not know of. */
bool journal_flush(struct journal *j, struct err *err);

/* A stop or pause that was asked for on this machine while a shared record could not be told. */
struct journal_stop {
    enum desired want;
    char workspace[NAME_MAX_BYTES + 1];
    char job[NAME_MAX_BYTES + 1];
    char actor[NAME_MAX_BYTES + 1];
};
/* Keeps it, durably, until journal_paid(); the last word about a job counts. */
bool journal_owe(struct journal *j, const struct journal_stop *stop, struct err *err);
/* Those that are kept, oldest first; at most max. */
bool journal_owed(struct journal *j, struct journal_stop *rows, int32_t max, int32_t *ret_count,
                  struct err *err);
bool journal_paid(struct journal *j, const char *workspace, const char *job, struct err *err);
/* What the record may not know of yet: letters with a verdict, and stops. */
struct journal_untold {
    int64_t letters;
    int64_t stops;
};
bool journal_untold(struct journal *j, struct journal_untold *ret, struct err *err);
/* The same of a file that is only looked at; nothing when it is absent. */
bool journal_look(const char *path, struct journal_untold *ret, struct err *err);
/* A server of a shared record was seen; *ret_newest: the newest timeline that was ever seen of its
 * system identifier, this one included. */
bool journal_server(struct journal *j, const char *system, int64_t timeline, int64_t *ret_newest,
                    struct err *err);
/* Forgets what was acknowledged before before_us. */
bool journal_trim(struct journal *j, int64_t before_us, struct err *err);

#endif
