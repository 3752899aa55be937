/* authority_pg.c - opens the shared authority; what all of its commands use. */
#include "adapter/authority_pg.h"

#include "authority_pg.h"

#include <stdlib.h>

struct pgauth *pgauth_of(struct authority *a)
{
    return (struct pgauth *)a;
}

json_t *pgauth_lease(const struct lease *lease)
{
    return json_pack("{s:o,s:o,s:I}", "job", pg_name(lease->job), "engine", pg_name(lease->engine),
                     "epoch", (json_int_t)lease->epoch);
}

json_t *pgauth_ref(const char *actor, const struct job_ref *ref)
{
    return json_pack("{s:o,s:o,s:o}", "actor", pg_words(actor), "workspace",
                     pg_words(ref->workspace), "name", pg_words(ref->name));
}

json_t *pgauth_with(json_t *q, json_t *more)
{
    bool ok = q != NULL && more != NULL && json_object_update(q, more) == 0;
    json_decref(more);
    if (ok)
        return q;
    json_decref(q);
    return NULL;
}

int64_t pgauth_asked(const struct pgauth *a)
{
    struct pg_link_counts counts;
    pg_link_counts(a->ask.link, &counts);
    return counts.statements;
}

bool pgauth_progress(const json_t *answer, struct progress *ret)
{
    struct progress p = {.term_counted = (int32_t)pg_get_int(answer, "term_counted"),
                         .group_counted = (int32_t)pg_get_int(answer, "group_counted"),
                         .queued = (int32_t)pg_get_int(answer, "queued"),
                         .deferred = (int32_t)pg_get_int(answer, "deferred"),
                         .deferred_due = (int32_t)pg_get_int(answer, "deferred_due"),
                         .total = pg_get_int(answer, "total"),
                         .rev = pg_get_int(answer, "rev")};
    if (!desired_parse(pg_get_text(answer, "desired"), &p.desired))
        return false;
    *ret = p;
    return true;
}

static void pgauth_free(struct authority *base)
{
    if (base == NULL)
        return;
    struct pgauth *a = pgauth_of(base);
    json_decref(a->plan);
    json_decref(a->letter);
    json_decref(a->words);
    pg_link_free(a->ask.link);
    free(a);
}

static const struct authority_ops ops = {
    .kind = "pg",
    .hello = pgauth_hello,
    .job_acquire = pgauth_acquire,
    .job_acquire_one = pgauth_acquire_one,
    .lease_renew = pgauth_renew,
    .lease_release = pgauth_release,
    .job_desired = pgauth_desired,
    .next_due = pgauth_next_due,
    .job_load = pgauth_load,
    .template_load = pgauth_template_load,
    .variation_load = pgauth_variation_load,
    .job_move = pgauth_move,
    .search_end = pgauth_search_end,
    .search_failed = pgauth_search_failed,
    .sends_exchange = pgauth_exchange,
    .sends_end = pgauth_sends_end,
    .sends_open = pgauth_sends_open,
    .behind = pgauth_behind,
    .replay = pgauth_replay,
    .job_put = pgauth_job_put,
    .job_get = pgauth_job_get,
    .job_control = pgauth_job_control,
    .job_delete = pgauth_job_delete,
    .workspace_put = pgauth_workspace_put,
    .workspace_delete = pgauth_workspace_delete,
    .template_put = pgauth_template_put,
    .template_delete = pgauth_template_delete,
    .suppress = pgauth_suppress,
    .send_settle = pgauth_settle,
    .send_heard = pgauth_heard,
    .leads_import = pgauth_leads_import,
    .free = pgauth_free,
};

bool authority_pg_open(struct pg_link *link, struct clock_port *clock, struct authority **ret,
                       struct err *err)
{
    struct pgauth *a = calloc(1, sizeof *a);
    if (a == NULL)
        return err_set(err, ERR_STOP, "record: there is no memory for another authority");
    a->base.ops = &ops;
    a->ask = (struct pg_asker){.link = link, .clock = clock};
    *ret = &a->base;
    return true;
}
