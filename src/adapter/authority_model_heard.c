/* authority_model_heard.c - what came back about letters, on the model. */
#include "authority_model_record.h"

#include "base/str.h"
#include "domain/heard.h"

/* The first of the ids that is a letter that went to its address; -1 none. */
static int32_t find_any(const struct model_record *r, const struct heard *h)
{
    for (int32_t i = 0; i < h->id_count; i++) {
        int32_t send = model_send_of(r, h->ids[i]);
        if (send < 0)
            continue;
        const struct model_send *row = &model_send_row(r, send)->pub;
        if (heard_possible(row->mode, row->state))
            return send;
    }
    return -1;
}

static void move(struct model_handle *h, int32_t send, const struct heard *heard,
                 enum send_state to)
{
    struct model_send *row = &model_send_row(h->r, send)->pub;
    row->code = heard->code;
    row->reason = model_text(h->r, heard->words);
    model_open_remove(h, send);
    model_send_move(h, send, to);
    model_send_event(h, send, event_of_send(to), "", heard->words);
}

bool model_send_heard(struct authority *a, const char *actor, const struct heard *heard, bool try,
                      struct heard_result *ret, struct err *err)
{
    struct model_handle *h = model_self(a);
    struct heard_effect e;
    *ret = (struct heard_result){.ours = false};
    if (!model_begin(h, err))
        return false;
    int32_t send = find_any(h->r, heard);
    if (send < 0)
        return model_whole(h->r, err);
    struct model_send *row = &model_send_row(h->r, send)->pub;
    heard_judge(heard, row->state, row->heard, &e);
    bool moves = e.to != SEND_STATES;
    ret->ours = true;
    ret->changed = e.mark || moves;
    ret->suppressed = e.suppress;
    ret->state = moves ? e.to : row->state;
    (void)str_copy(ret->address, sizeof ret->address, row->address); /* it was as large */
    if (try)
        return model_whole(h->r, err);
    if (e.mark) {
        row->heard = heard->kind;
        model_send_event(h, send, event_of_heard(heard->kind), actor, heard->words);
    }
    if (moves)
        move(h, send, heard, e.to);
    if (e.suppress)
        ret->suppressed =
            model_list_subject(h, model_job_at(h->r, model_send_row(h->r, send)->job)->workspace,
                               row->address, actor, true);
    return model_whole(h->r, err);
}
