/* maker_model.c - the in-memory authority for the contract: how a record is made, opened and
 * looked into. */
#include "adapter/authority_model.h"
#include "base/str.h"
#include "contract/contract.h"

#include <string.h>

static void *record_new(void)
{
    return model_record_new();
}

static void record_free(void *record)
{
    model_record_free(record);
}

static struct authority *open_model(void *record, struct clock_port *clock)
{
    return authority_model_new(record, clock);
}

static int32_t rows(void *record, struct uuid job, struct ct_row *ret, int32_t max)
{
    int32_t n = 0;
    for (int64_t i = 0; i < model_send_count(record); i++) {
        const struct model_send *s = model_send_at(record, i);
        if (!uuid_equal(s->job, job))
            continue;
        if (n < max) {
            struct ct_row *row = &ret[n];
            *row = (struct ct_row){.id = s->id,
                                   .seq = s->seq,
                                   .mode = s->mode,
                                   .state = s->state,
                                   .group_no = s->group_no,
                                   .term_no = s->term_no,
                                   .cycle = s->cycle,
                                   .attempt = s->attempt,
                                   .code = s->code,
                                   .retry_at_us = s->retry_at_us,
                                   .heard = s->heard};
            (void)str_copy(row->address, sizeof row->address, s->address);
            (void)str_copy(row->reason, sizeof row->reason, s->reason);
            (void)str_copy(row->sha256, sizeof row->sha256, s->sha256);
        }
        n++;
    }
    return n;
}

static int32_t events(void *record, struct uuid job, struct ct_event *ret, int32_t max)
{
    int32_t n = 0;
    for (int64_t i = 0; i < model_event_count(record); i++) {
        const struct model_event *e = model_event_at(record, i);
        if (!uuid_equal(e->job, job))
            continue;
        if (n < max) {
            ret[n] = (struct ct_event){.kind = e->kind,
                                       .term_no = e->term_no,
                                       .send_seq = e->send_seq,
                                       .n1 = e->n1,
                                       .n2 = e->n2};
            (void)str_copy(ret[n].actor, sizeof ret[n].actor, e->actor);
            (void)str_copy(ret[n].text, sizeof ret[n].text, e->text);
        }
        n++;
    }
    return n;
}

static bool facts(void *record, struct uuid job, struct ct_facts *ret)
{
    for (int32_t i = 0; i < model_job_count(record); i++) {
        struct model_job_facts f = model_job_facts(record, i);
        if (!uuid_equal(f.id, job))
            continue;
        *ret = (struct ct_facts){.state = f.state, .desired = f.desired};
        (void)str_copy(ret->error, sizeof ret->error, f.error);
        return true;
    }
    return false;
}

static int64_t count(void *record, enum ct_table table)
{
    struct model_counts n = model_counts(record);
    const int64_t counts[] = {[CT_LEADS] = n.leads,
                              [CT_SOURCES] = n.sources,
                              [CT_SUPPRESSIONS] = n.suppressions,
                              [CT_AUDITS] = n.audits};
    return counts[table];
}

static bool check(void *record, char *text, size_t size)
{
    struct err err = {0};
    bool ok = model_check(record, &err) && model_check_log(record, &err);
    (void)str_copy(text, size, err.text);
    return ok;
}

const struct ct_maker ct_model = {
    "authority_model", record_new, record_free, open_model, rows, events, facts, count, check};
