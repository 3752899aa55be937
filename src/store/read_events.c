/* read_events.c - events by their number. */
#include "store/read_events.h"

#include "base/buf.h"
#include "domain/event.h"

enum { LINE_MAX_BYTES = 8192 };

static void fill_event(struct stmt *st, struct event *e)
{
    *e = (struct event){.send_seq = col_int(st, 10), .n1 = col_int(st, 11), .n2 = col_int(st, 12)};
    e->kind = EVENT_KINDS;
    (void)event_kind_parse(col_text(st, 3), &e->kind); /* a newer version's: the sentence says so */
    col_text_to(st, 4, e->job_name, sizeof e->job_name);
    col_text_to(st, 5, e->group, sizeof e->group);
    col_text_to(st, 6, e->term, sizeof e->term);
    col_text_to(st, 7, e->address, sizeof e->address);
    col_text_to(st, 8, e->actor, sizeof e->actor);
    col_text_to(st, 9, e->text, sizeof e->text);
}

bool read_events(struct db *db, int64_t seq, int32_t max, bool mask,
                 bool (*row)(void *ctx, const struct event_line *line), void *ctx, struct err *err)
{
    struct event e;
    bool there, go_on = true;
    struct buf text = buf_init(LINE_MAX_BYTES);
    struct stmt *st = db_stmt(db, SQL_EVENTS_SINCE);
    stmt_int(st, "$seq", seq);
    stmt_int(st, "$max", max);
    bool ok = true;
    while (go_on && (ok = db_step(st, &there, err)) && there) {
        fill_event(st, &e);
        buf_clear(&text);
        event_sentence(&e, mask, &text);
        const struct event_row *kind = event_row(e.kind);
        struct event_line line = {.seq = col_int(st, 0),
                                  .at_us = col_int(st, 1),
                                  .level = (enum log_level)col_int(st, 2),
                                  .kind = col_text(st, 3),
                                  .area = kind != NULL ? kind->area : "",
                                  .job = e.job_name,
                                  .actor = e.actor,
                                  .text = buf_text(&text)};
        go_on = row(ctx, &line);
    }
    if (!go_on)
        stmt_end(st);
    buf_done(&text);
    return ok;
}

bool read_events_last(struct db *db, int64_t *ret, struct err *err)
{
    bool there;
    struct stmt *st = db_stmt(db, SQL_EVENTS_LAST);
    if (!db_step(st, &there, err))
        return false;
    *ret = there ? col_int(st, 0) : 0;
    if (there)
        stmt_end(st);
    return true;
}

bool read_recipient(struct db *db, struct uuid id, struct recipient *ret, bool *ret_found,
                    struct err *err)
{
    struct stmt *st = db_stmt(db, SQL_SEND_RECIPIENT);
    stmt_uuid(st, "$id", id);
    if (!db_step(st, ret_found, err))
        return false;
    if (!*ret_found)
        return true;
    col_text_to(st, 0, ret->workspace, sizeof ret->workspace);
    col_text_to(st, 1, ret->address, sizeof ret->address);
    stmt_end(st);
    return true;
}
