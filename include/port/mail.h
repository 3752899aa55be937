/* mail.h - port: hands letters to the outside and tells what became of each.
 *
 * submit(batch), then next() until every letter had its verdict. Before the step after which a
 * letter can't be taken back (SMTP: the final dot; Maildir: link), the port asks: MAIL_ASK with the
 * letters' ids. The lane journals the intent for all of them in one commit and calls allow(). A
 * letter that is never allowed is never sent. One instance belongs to one lane.
 * Adapters: mail_maildir (dry run and maildir mode), later mail_smtp. */
#ifndef PORT_MAIL_H
#define PORT_MAIL_H

#include "base/err.h"
#include "base/uuid.h"
#include "domain/ledger.h"
#include "domain/types.h"

#include <stdint.h>

struct mail_letter {
    struct uuid id;    /* the ledger row; the same at every attempt */
    const char *to;    /* envelope recipient, A-labels; borrowed until its verdict */
    const char *bytes; /* the whole message, CRLF; borrowed until its verdict */
    size_t size_bytes;
};

enum mail_event_kind {
    MAIL_NOTHING, /* the deadline passed */
    MAIL_ASK,     /* ids[0..count) are ready for their last step */
    MAIL_VERDICT, /* one letter is decided */
};

struct mail_event {
    enum mail_event_kind kind;
    struct uuid ids[MAIL_BATCH_MAX]; /* MAIL_ASK: count of them; MAIL_VERDICT: ids[0] */
    int32_t count;
    enum send_state verdict; /* SENT, SIMULATED, REJECTED, DEFERRED, IN_DOUBT, HELD when it was not
                              * sent and a person has to look, or QUEUED when it certainly was not
                              * sent and may be tried again at once */
    int32_t code;            /* the server's answer code, 0 where there is none */
    char answer[MAIL_ANSWER_MAX + 1]; /* the server's words or the reason, screened */
};

struct mail;

struct mail_ops {
    enum mail_mode mode;
    /* Takes up to MAIL_BATCH_MAX letters. False: none was taken. */
    bool (*submit)(struct mail *m, const struct mail_letter *letters, int32_t count,
                   struct err *err);
    /* The next event, waiting until boot time deadline_us at most. False only when the sink as a
     * whole can't go on (STOP: disk full, directory gone; RETRY: for now; REFUSED: it does not want
     * us, the job fails): letters without a verdict are then unsent unless they were allowed, and
     * find() decides those. */
    bool (*next)(struct mail *m, int64_t deadline_us, struct mail_event *ret, struct err *err);
    /* The intent of these letters is durable: they may take their last step. */
    bool (*allow)(struct mail *m, const struct uuid *ids, int32_t count, struct err *err);
    /* Forgets letters that have no verdict yet and were not allowed. */
    void (*drop)(struct mail *m);
    /* Sinks that can be asked by key: *ret_known true and *ret_there answers. SMTP: *ret_known
     * false. Called by settle, with no batch under way. */
    bool (*find)(struct mail *m, struct uuid id, bool *ret_known, bool *ret_there, struct err *err);
    void (*free)(struct mail *m);
};

struct mail {
    const struct mail_ops *ops;
};

#endif
