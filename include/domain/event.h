/* event.h - what can happen, each kind one row: its level, its area, its sentence.
 *
 * Every state change writes its event in the same transaction. The row in the database holds facts
 * (kind, numbers, names); the sentence an operator reads is made here, when it is read. Operator
 * commands are audited: their events have `audit` set and a row in audit_log. Pure; any thread. */
#ifndef DOMAIN_EVENT_H
#define DOMAIN_EVENT_H

#include "base/buf.h"
#include "base/log.h"
#include "base/uuid.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    /* operators */
    EVENT_JOB_CREATED,
    EVENT_JOB_CHANGED,
    EVENT_JOB_DELETED,
    EVENT_JOB_START,
    EVENT_JOB_PAUSE,
    EVENT_JOB_STOP,
    EVENT_JOB_RESUME,
    EVENT_JOB_CONFIRM,
    EVENT_WORKSPACE_CREATED,
    EVENT_WORKSPACE_DELETED,
    EVENT_TEMPLATE_CHANGED,
    EVENT_TEMPLATE_DELETED,
    EVENT_SUPPRESS_ADDED,
    EVENT_SUPPRESS_REMOVED,
    EVENT_SEND_SETTLED,
    EVENT_LEADS_IMPORTED,
    EVENT_LETTER_DELAYED,
    EVENT_LETTER_DELIVERED,
    EVENT_LETTER_BOUNCED,
    EVENT_LETTER_ANSWERED,
    EVENT_SPEC_CHANGED,
    EVENT_SPEC_DELETED,
    EVENT_SCHEDULE_CREATED,
    EVENT_SCHEDULE_CHANGED,
    EVENT_SCHEDULE_DELETED,
    EVENT_SCHEDULE_ENABLED,
    EVENT_SCHEDULE_DISABLED,
    EVENT_SCHEDULE_PAUSED,
    EVENT_SCHEDULE_RESUMED,
    EVENT_RUN_ASKED,
    EVENT_RUN_CANCELLED,
    EVENT_RUN_SEEN,
    EVENT_BACKFILL_ASKED,
    EVENT_MEMBER_PUT,
    EVENT_MEMBER_REMOVED,
    EVENT_ENGINE_FORGOTTEN,
    EVENT_SCHEDULE_TEMPLATE_CHANGED,
    EVENT_SCHEDULE_TEMPLATE_DELETED,
    /* the loop */
    EVENT_LEASE_TAKEN,
    EVENT_LEASE_TAKEN_OVER,
    EVENT_LEASE_RELEASED,
    EVENT_JOB_PAUSED,
    EVENT_JOB_STOPPED,
    EVENT_JOB_COMPLETED,
    EVENT_JOB_FAILED,
    EVENT_JOB_RESTS,
    EVENT_JOB_UNCONFIRMED,
    EVENT_JOB_BRAKED,
    EVENT_CYCLE,
    EVENT_GROUP,
    EVENT_PASS,
    EVENT_TERM,
    EVENT_TERM_END,
    EVENT_GROUP_END,
    /* search */
    EVENT_SEARCHED,
    EVENT_SEARCH_FAILED,
    EVENT_LEAD,
    EVENT_DUPLICATE,
    /* letters: one a ledger transition */
    EVENT_CLAIMED,
    EVENT_RELEASED,
    EVENT_SENT,
    EVENT_SIMULATED,
    EVENT_REJECTED,
    EVENT_DEFERRED,
    EVENT_IN_DOUBT,
    EVENT_HELD,
    EVENT_SUPPRESSED,
    EVENT_CANCELLED,
    /* schedules and reports */
    EVENT_SLOT_QUEUED,
    EVENT_SLOT_CAUGHT_UP,
    EVENT_SLOT_SKIPPED,
    EVENT_SCHEDULE_OVERDUE,
    EVENT_SCHEDULE_WOKE,
    EVENT_SCHEDULE_RETIMED,
    EVENT_SCHEDULE_ERROR,
    EVENT_SCHEDULE_ENDED,
    EVENT_RUN_STARTED,
    EVENT_RUN_SUCCESS,
    EVENT_RUN_FAILED,
    EVENT_RUN_RETRY,
    EVENT_HISTORY_DROPPED, /* n1 events, n2 runs: no longer kept */
    EVENT_DELIVERED,       /* text: what to whom */
    EVENT_DELIVERY_RETRY,  /* n1: so many attempts failed */
    EVENT_DELIVERY_FAILED,
    EVENT_DELIVERY_HELD,
    EVENT_DELIVERY_ASKED, /* audited */
    EVENT_KINDS
};

/* An event as it is read back: names are joined in. "" and 0 where a kind has none. */
struct event {
    int64_t seq;
    int64_t at_us;
    enum event_kind kind;
    struct uuid job;
    char job_name[NAME_MAX_BYTES + 1];
    char group[NAME_MAX_BYTES + 1];
    char term[TERM_MAX_BYTES + 1];
    char address[ADDRESS_MAX + 1]; /* of the ledger row */
    char actor[NAME_MAX_BYTES + 1];
    char text[241]; /* a reason, a server's answer, a name */
    int64_t send_seq;
    int64_t n1;
    int64_t n2;
};

struct event_row {
    const char *name; /* as stored */
    enum log_level level;
    const char *area;
    bool audit;
    /* The sentence: {job} {group} {term} {address} {actor} {text} {n1} {n2} {seq} are filled in. */
    const char *sentence;
};

const struct event_row *event_row(enum event_kind kind);
bool event_kind_parse(const char *name, enum event_kind *ret);
/* Appends the sentence, screened; mask: addresses are shown as m***@x. */
void event_sentence(const struct event *e, bool mask, struct buf *out);
/* Appends foreign text, screened, with every address in it masked as above. */
void event_mask_text(const char *text, struct buf *out);
/* The event that a ledger row writes when it comes to rest in `state`; EVENT_KINDS for none. */
enum event_kind event_of_send(enum send_state state);

#endif
