/* event.c - the table of all that can happen, and how a row of it becomes a sentence.
 *
 * The idea: the record keeps facts (a kind, numbers, names); words are put around them only when
 * somebody reads, so a sentence can be mended for all that happened already. */
#include "domain/event.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

/* What a person sees in {text} where a kind has none. */
static const struct event_row rows[EVENT_KINDS] = {
    [EVENT_JOB_CREATED] = {"job_created", LOG_INFO, "job", true,
                           "{job}: made by {actor}: {n1} groups, {n2} terms"},
    [EVENT_JOB_CHANGED] = {"job_changed", LOG_INFO, "job", true,
                           "{job}: changed by {actor}: {n1} groups, {n2} terms now"},
    [EVENT_JOB_DELETED] = {"job_deleted", LOG_INFO, "job", true, "{job}: deleted by {actor}"},
    [EVENT_JOB_START] = {"job_start", LOG_INFO, "job", true, "{job}: started by {actor}, {text}"},
    [EVENT_JOB_PAUSE] = {"job_pause", LOG_INFO, "job", true, "{job}: {actor} asked for a pause"},
    [EVENT_JOB_STOP] = {"job_stop", LOG_INFO, "job", true, "{job}: {actor} asked for a stop"},
    [EVENT_JOB_RESUME] = {"job_resume", LOG_INFO, "job", true, "{job}: resumed by {actor}, {text}"},
    [EVENT_JOB_CONFIRM] = {"job_confirm", LOG_INFO, "job", true,
                           "{job}: its first letters were confirmed by {actor}"},
    [EVENT_WORKSPACE_CREATED] = {"workspace_created", LOG_INFO, "job", true,
                                 "workspace {text}: made by {actor}"},
    [EVENT_WORKSPACE_DELETED] = {"workspace_deleted", LOG_INFO, "job", true,
                                 "workspace {text}: deleted by {actor}"},
    [EVENT_TEMPLATE_CHANGED] = {"template_changed", LOG_INFO, "job", true,
                                "template {text}: version {n1} by {actor}"},
    [EVENT_TEMPLATE_DELETED] = {"template_deleted", LOG_INFO, "job", true,
                                "template {text}: deleted by {actor}"},
    [EVENT_SUPPRESS_ADDED] = {"suppress_added", LOG_INFO, "mail", true,
                              "{text}: suppressed by {actor}"},
    [EVENT_SUPPRESS_REMOVED] = {"suppress_removed", LOG_INFO, "mail", true,
                                "{text}: no longer suppressed, by {actor}"},
    [EVENT_SEND_SETTLED] = {"send_settled", LOG_INFO, "mail", true,
                            "{job}: letter {seq} to {address} settled by {actor}: {text}"},
    [EVENT_LEADS_IMPORTED] = {"leads_imported", LOG_INFO, "search", true,
                              "{actor} imported {n1} leads, {n2} were known"},
    [EVENT_LETTER_DELAYED] = {"letter_delayed", LOG_INFO, "mail", true,
                              "{job}: letter {seq} to {address} is delayed, as {actor} brought in: "
                              "{text}"},
    [EVENT_LETTER_DELIVERED] = {"letter_delivered", LOG_INFO, "mail", true,
                                "{job}: letter {seq} to {address} arrived, as {actor} brought in: "
                                "{text}"},
    [EVENT_LETTER_BOUNCED] = {"letter_bounced", LOG_WARN, "mail", true,
                              "{job}: letter {seq} to {address} came back, as {actor} brought in: "
                              "{text}"},
    [EVENT_LETTER_ANSWERED] = {"letter_answered", LOG_INFO, "mail", true,
                               "{job}: letter {seq} to {address} was answered, as {actor} brought "
                               "in"},
    [EVENT_SPEC_CHANGED] = {"spec_changed", LOG_INFO, "report", true,
                            "specification {text}: defined by {actor}"},
    [EVENT_SPEC_DELETED] = {"spec_deleted", LOG_INFO, "report", true,
                            "specification {text}: deleted by {actor}"},
    [EVENT_SCHEDULE_CREATED] = {"schedule_created", LOG_INFO, "report", true,
                                "schedule {text}: made by {actor}"},
    [EVENT_SCHEDULE_CHANGED] = {"schedule_changed", LOG_INFO, "report", true,
                                "schedule {text}: changed by {actor}"},
    [EVENT_SCHEDULE_DELETED] = {"schedule_deleted", LOG_INFO, "report", true,
                                "schedule {text}: deleted by {actor}"},
    [EVENT_SCHEDULE_ENABLED] = {"schedule_enabled", LOG_INFO, "report", true,
                                "schedule {text}: enabled by {actor}"},
    [EVENT_SCHEDULE_DISABLED] = {"schedule_disabled", LOG_INFO, "report", true,
                                 "schedule {text}: disabled by {actor}"},
    [EVENT_SCHEDULE_PAUSED] = {"schedule_paused", LOG_INFO, "report", true,
                               "schedule paused by {actor}: {text}"},
    [EVENT_SCHEDULE_RESUMED] = {"schedule_resumed", LOG_INFO, "report", true,
                                "schedule {text}: resumed by {actor}"},
    [EVENT_RUN_ASKED] = {"run_asked", LOG_INFO, "report", true,
                         "{text}: a report now, asked for by {actor}"},
    [EVENT_RUN_CANCELLED] = {"run_cancelled", LOG_INFO, "report", true,
                             "{text}: a run was cancelled by {actor}"},
    [EVENT_RUN_SEEN] = {"run_seen", LOG_INFO, "report", true,
                        "{text}: its failure was seen by {actor}"},
    [EVENT_BACKFILL_ASKED] = {"backfill_asked", LOG_INFO, "report", true,
                              "{text}: {n1} reports of the past, asked for by {actor}"},
    [EVENT_MEMBER_PUT] = {"member_put", LOG_INFO, "report", true, "{text}, by {actor}"},
    [EVENT_ENGINE_FORGOTTEN] = {"engine_forgotten", LOG_WARN, "engine", true,
                                "{actor} says that the engine on {text} will tell nothing more"},
    [EVENT_MEMBER_REMOVED] = {"member_removed", LOG_INFO, "report", true,
                              "{text}: no member any more, by {actor}"},
    [EVENT_SCHEDULE_TEMPLATE_CHANGED] = {"schedule_template_changed", LOG_INFO, "report", true,
                                         "template of schedules {text}: defined by {actor}"},
    [EVENT_SCHEDULE_TEMPLATE_DELETED] = {"schedule_template_deleted", LOG_INFO, "report", true,
                                         "template of schedules {text}: deleted by {actor}"},
    [EVENT_LEASE_TAKEN] = {"lease_taken", LOG_DEBUG, "engine", false,
                           "{job}: taken by engine {text}, epoch {n1}"},
    [EVENT_LEASE_TAKEN_OVER] = {"lease_taken_over", LOG_WARN, "engine", false,
                                "{job}: taken over by {text}, whose lease ran out"},
    [EVENT_LEASE_RELEASED] = {"lease_released", LOG_DEBUG, "engine", false,
                              "{job}: given back, epoch {n1}"},
    [EVENT_JOB_PAUSED] = {"job_paused", LOG_INFO, "engine", false,
                          "{job}: paused, {n1} letters so far; it goes on at this point"},
    [EVENT_JOB_STOPPED] = {"job_stopped", LOG_INFO, "engine", false,
                           "{job}: stopped, {n1} letters so far; it goes on at this point"},
    [EVENT_JOB_COMPLETED] = {"job_completed", LOG_INFO, "engine", false,
                             "{job}: completed cycle {n1}, {n2} letters in all"},
    [EVENT_JOB_FAILED] = {"job_failed", LOG_ERROR, "engine", false, "{job}: failed: {text}"},
    [EVENT_JOB_UNCONFIRMED] = {"job_unconfirmed", LOG_WARN, "engine", false,
                               "{job}: {n1} letters are out; look at them, then: autopilot job "
                               "confirm"},
    [EVENT_JOB_BRAKED] = {"job_braked", LOG_ERROR, "engine", false,
                          "{job}: pauses, {text}; look at the relay and the list, then resume it"},
    [EVENT_JOB_RESTS] = {"job_rests", LOG_INFO, "engine", false,
                         "{job}: cycle {n1} counted nothing new; it rests"},
    [EVENT_CYCLE] = {"cycle", LOG_INFO, "engine", false, "{job}: cycle {n1} begins"},
    [EVENT_GROUP] = {"group", LOG_INFO, "engine", false,
                     "{job}: group {group} begins, number {n1} of the cycle"},
    [EVENT_PASS] = {"pass", LOG_DEBUG, "engine", false,
                    "{job}: pass {n1} of group {group} deals {n2} places"},
    [EVENT_TERM] = {"term", LOG_INFO, "engine", false,
                    "{job}: \"{term}\" of {group} begins at {n1}"},
    [EVENT_TERM_END] = {"term_end", LOG_INFO, "engine", false,
                        "{job}: \"{term}\" of {group} ends its turn {text}, {n1} counted"},
    [EVENT_GROUP_END] = {"group_end", LOG_INFO, "engine", false,
                         "{job}: group {group} is done, {n1} counted"},
    [EVENT_SEARCHED] = {"searched", LOG_INFO, "search", false,
                        "{job}: \"{term}\" gave {n1} new addresses, {n2} known ones"},
    [EVENT_SEARCH_FAILED] = {"search_failed", LOG_WARN, "search", false,
                             "{job}: search for \"{term}\" failed, {n1} in a row: {text}"},
    [EVENT_LEAD] = {"lead", LOG_INFO, "search", false,
                    "{job}: lead {address} for \"{term}\" of {group}"},
    [EVENT_DUPLICATE] = {"duplicate", LOG_DEBUG, "search", false,
                         "{job}: {address} met again by \"{term}\" of {group}"},
    [EVENT_CLAIMED] = {"claimed", LOG_DEBUG, "mail", false,
                       "{job}: {n1} letters of \"{term}\" taken, from letter {seq} on"},
    [EVENT_RELEASED] = {"released", LOG_DEBUG, "mail", false,
                        "{job}: letter {seq} to {address} was not sent and waits again {text}"},
    [EVENT_SENT] = {"sent", LOG_INFO, "mail", false, "{job}: sent to {address} ({group})"},
    [EVENT_SIMULATED] = {"simulated", LOG_INFO, "mail", false,
                         "{job}: dry run: wrote the letter to {address} ({group})"},
    [EVENT_REJECTED] = {"rejected", LOG_WARN, "mail", false,
                        "{job}: {address} refused for good: {n1} {text}"},
    [EVENT_DEFERRED] = {"deferred", LOG_WARN, "mail", false,
                        "{job}: {address} put off: {n1} {text}"},
    [EVENT_IN_DOUBT] = {"in_doubt", LOG_WARN, "mail", false,
                        "{job}: letter {seq} to {address} is in doubt: {text}"},
    [EVENT_HELD] = {"held", LOG_WARN, "mail", false,
                    "{job}: letter {seq} to {address} is held: {text}"},
    [EVENT_SUPPRESSED] = {"suppressed", LOG_INFO, "mail", false,
                          "{job}: {address} is on the suppression list ({text})"},
    [EVENT_CANCELLED] = {"cancelled", LOG_INFO, "mail", false,
                         "{job}: letter {seq} to {address} is dropped: {text}"},
    [EVENT_SLOT_QUEUED] = {"slot_queued", LOG_DEBUG, "report", false,
                           "{text}: its slot is taken and waits for a lane"},
    [EVENT_SLOT_CAUGHT_UP] = {"slot_caught_up", LOG_WARN, "report", true,
                              "{text}: {n1} occurrences missed, 1 run"},
    [EVENT_SLOT_SKIPPED] = {"slot_skipped", LOG_WARN, "report", true, "{text}"},
    [EVENT_SCHEDULE_OVERDUE] = {"schedule_overdue", LOG_ERROR, "report", true,
                                "{text}: it was overdue by more than a day"},
    [EVENT_SCHEDULE_WOKE] = {"schedule_woke", LOG_INFO, "report", true,
                             "{text}: its pause is over"},
    [EVENT_SCHEDULE_RETIMED] = {"schedule_retimed", LOG_INFO, "report", true, "{text}"},
    [EVENT_SCHEDULE_ERROR] = {"schedule_error", LOG_ERROR, "report", true, "{text}"},
    [EVENT_SCHEDULE_ENDED] = {"schedule_ended", LOG_INFO, "report", true,
                              "{text}: there is no further run"},
    [EVENT_RUN_STARTED] = {"run_started", LOG_INFO, "report", false,
                           "{text}: begins its report, attempt {n1}"},
    [EVENT_RUN_SUCCESS] = {"run_success", LOG_INFO, "report", true,
                           "{text}: report of {n1} items from {n2} sources"},
    [EVENT_RUN_FAILED] = {"run_failed", LOG_ERROR, "report", true, "{text}"},
    [EVENT_RUN_RETRY] = {"run_retry", LOG_WARN, "report", false, "{text}"},
    [EVENT_HISTORY_DROPPED] = {"history_dropped", LOG_INFO, "engine", false,
                               "{n1} events and {n2} runs with their reports are no longer kept"},
    [EVENT_DELIVERED] = {"delivered", LOG_INFO, "report", false, "{text}"},
    [EVENT_DELIVERY_RETRY] = {"delivery_retry", LOG_WARN, "report", false,
                              "{text}; it is tried again"},
    [EVENT_DELIVERY_FAILED] = {"delivery_failed", LOG_ERROR, "report", false,
                               "{text}; given up after {n1} attempts"},
    [EVENT_DELIVERY_HELD] = {"delivery_held", LOG_WARN, "report", false, "{text}"},
    [EVENT_DELIVERY_ASKED] = {"delivery_asked", LOG_INFO, "report", true,
                              "{text}: it is brought once more, asked for by {actor}"},
};

const struct event_row *event_row(enum event_kind kind)
{
    return (unsigned)kind < EVENT_KINDS ? &rows[kind] : NULL;
}

bool event_kind_parse(const char *name, enum event_kind *ret)
{
    for (int i = 0; i < EVENT_KINDS; i++) {
        if (str_equal(rows[i].name, name)) {
            *ret = (enum event_kind)i;
            return true;
        }
    }
    return false;
}

enum event_kind event_of_send(enum send_state state)
{
    switch (state) {
    case SEND_QUEUED:
        return EVENT_RELEASED;
    case SEND_CLAIMED:
        return EVENT_CLAIMED;
    case SEND_SENT:
        return EVENT_SENT;
    case SEND_SIMULATED:
        return EVENT_SIMULATED;
    case SEND_REJECTED:
        return EVENT_REJECTED;
    case SEND_DEFERRED:
        return EVENT_DEFERRED;
    case SEND_IN_DOUBT:
        return EVENT_IN_DOUBT;
    case SEND_HELD:
        return EVENT_HELD;
    case SEND_SUPPRESSED:
        return EVENT_SUPPRESSED;
    case SEND_CANCELLED:
        return EVENT_CANCELLED;
    case SEND_COMMITTING:
    case SEND_STATES:
        break;
    }
    return EVENT_KINDS;
}

/* What may stand in an address or beside it without a blank: the mask works on such runs. Bytes of
 * UTF-8 characters count as letters. */
static bool in_address(char c)
{
    return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~.@", c) != NULL);
}

static void add_word(struct buf *out, const char *word, size_t len)
{
    char address[ADDRESS_MAX + 1];
    char masked[ADDRESS_MAX + 8];
    const char *at = memchr(word, '@', len);
    if (at == NULL || at == word) {
        text_screen(out, word, len);
        return;
    }
    (void)str_copy_n(address, sizeof address, word, len); /* a longer one is no address: cut */
    text_mask_address(masked, sizeof masked, address);
    buf_adds(out, masked);
}

void event_mask_text(const char *text, struct buf *out)
{
    while (*text != '\0') {
        size_t len = 0;
        while (in_address(text[len]))
            len++;
        if (len > 0)
            add_word(out, text, len);
        text += len;
        for (len = 0; text[len] != '\0' && !in_address(text[len]);)
            len++;
        text_screen(out, text, len);
        text += len;
    }
}

static void add_text(const char *text, bool mask, struct buf *out)
{
    if (mask)
        event_mask_text(text, out);
    else
        text_screen(out, text, strlen(text));
}

/* A job, group or term may be called like an address, but is the operator's own word: it is shown
 * as it is. Addresses and the outside's words are masked. */
static void add_field(const struct event *e, const char *name, size_t len, bool mask,
                      struct buf *out)
{
    const struct {
        const char *name;
        const char *text; /* NULL: the number */
        int64_t number;
        bool foreign;
    } fields[] = {
        {"job", e->job_name, 0, false},    {"group", e->group, 0, false},
        {"term", e->term, 0, false},       {"address", e->address, 0, true},
        {"actor", e->actor, 0, false},     {"text", e->text, 0, true},
        {"seq", NULL, e->send_seq, false}, {"n1", NULL, e->n1, false},
        {"n2", NULL, e->n2, false},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strlen(fields[i].name) != len || memcmp(fields[i].name, name, len) != 0)
            continue;
        if (fields[i].text == NULL)
            buf_addf(out, "%lld", (long long)fields[i].number);
        else
            add_text(fields[i].text, mask && fields[i].foreign, out);
    }
}

void event_sentence(const struct event *e, bool mask, struct buf *out)
{
    const struct event_row *row = event_row(e->kind);
    if (row == NULL) {
        buf_adds(out, "an event of a newer version");
        return;
    }
    const char *at = row->sentence;
    for (;;) {
        size_t len = strcspn(at, "{");
        buf_add(out, at, len);
        at += len;
        if (*at == '\0')
            return;
        len = strcspn(at, "}");
        add_field(e, at + 1, len - 1, mask, out);
        at += len + 1;
    }
}
