/* rig.c - puts a lane and its fakes together; the wrapper fails as a test has ordered. */
#include "rig.h"

#include "base/str.h"
#include "unit/cases.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const struct rig_job rig_small = {.distribution = DISTRIBUTION_EQUITABLE,
                                  .loop_interval = 5,
                                  .max_per_group = 12,
                                  .groups = 2,
                                  .terms = 3};

/* --- the wrapper ---------------------------------------------------------------------------- */

static struct rig *rig_of(struct authority *a)
{
    return ((struct rig_authority *)a)->rig;
}

static struct authority *inner(struct authority *a)
{
    return ((struct rig_authority *)a)->inner;
}

static bool fails(struct rig *rig, enum rig_op op, bool after, struct err *err)
{
    for (int i = 0; i < 2; i++) {
        const struct rig_fault *f = &rig->fault[i];
        int32_t times = f->times > 0 ? f->times : 1;
        if (f->call > 0 && f->op == op && f->after == after && rig->calls[op] >= f->call &&
            rig->calls[op] < f->call + times) {
            (void)err_set(err, f->kind, "rig: operation %d failed", (int)op);
            return true;
        }
    }
    return false;
}

static void after_call(struct rig *rig, enum rig_op op)
{
    if (rig->hook != NULL)
        rig->hook(rig, op);
}

/* One operation: counted, perhaps failed before or after, seen by the hook. */
#define WRAP(op, call)                                                                             \
    struct rig *rig = rig_of(a);                                                                   \
    rig->calls[op]++;                                                                              \
    bool ok = !fails(rig, op, false, err) && (call) && !fails(rig, op, true, err);                 \
    after_call(rig, op);                                                                           \
    return ok

static bool acquire(struct authority *a, struct uuid engine, enum mail_mode mode, struct uuid token,
                    struct lease *ret, bool *ret_found, struct err *err)
{
    WRAP(RIG_ACQUIRE,
         inner(a)->ops->job_acquire(inner(a), engine, mode, token, ret, ret_found, err));
}

static bool acquire_one(struct authority *a, struct uuid engine, enum mail_mode mode,
                        const struct job_ref *job, struct lease *ret, struct err *err)
{
    WRAP(RIG_ACQUIRE_ONE, inner(a)->ops->job_acquire_one(inner(a), engine, mode, job, ret, err));
}

static bool renew(struct authority *a, const struct lease *lease, struct progress *ret,
                  struct err *err)
{
    WRAP(RIG_RENEW, inner(a)->ops->lease_renew(inner(a), lease, ret, err));
}

static bool release(struct authority *a, const struct lease *lease, const struct release *how,
                    struct err *err)
{
    WRAP(RIG_RELEASE, inner(a)->ops->lease_release(inner(a), lease, how, err));
}

static bool desired(struct authority *a, struct uuid job, struct progress *ret, struct err *err)
{
    WRAP(RIG_DESIRED, inner(a)->ops->job_desired(inner(a), job, ret, err));
}

static bool due(struct authority *a, enum mail_mode mode, struct next_due *ret, struct err *err)
{
    WRAP(RIG_DUE, inner(a)->ops->next_due(inner(a), mode, ret, err));
}

static bool load(struct authority *a, struct uuid job, struct arena *arena, struct plan **ret,
                 struct err *err)
{
    WRAP(RIG_LOAD, inner(a)->ops->job_load(inner(a), job, arena, ret, err));
}

static bool template_load(struct authority *a, struct uuid job, int32_t group_no,
                          struct arena *arena, struct template_def *ret, struct err *err)
{
    WRAP(RIG_TEMPLATE, inner(a)->ops->template_load(inner(a), job, group_no, arena, ret, err));
}

static bool variation(struct authority *a, struct uuid job, int32_t term_no, int32_t k,
                      char ret[TERM_MAX_BYTES + 1], struct err *err)
{
    WRAP(RIG_VARIATION, inner(a)->ops->variation_load(inner(a), job, term_no, k, ret, err));
}

static bool move(struct authority *a, const struct lease *lease, const struct plan *plan,
                 const struct move *m, int64_t rest_until_us, struct err *err)
{
    WRAP(RIG_MOVE, inner(a)->ops->job_move(inner(a), lease, plan, m, rest_until_us, err));
}

static bool search_end(struct authority *a, const struct lease *lease,
                       const struct search_result *result, const struct send_want *want,
                       struct search_taken *ret, struct send_grant *ret_grant, struct err *err)
{
    WRAP(RIG_SEARCH_END,
         inner(a)->ops->search_end(inner(a), lease, result, want, ret, ret_grant, err));
}

static bool search_failed(struct authority *a, const struct lease *lease, int32_t group_no,
                          int32_t term_no, const char *reason, struct err *err)
{
    WRAP(RIG_SEARCH_FAILED,
         inner(a)->ops->search_failed(inner(a), lease, group_no, term_no, reason, err));
}

static bool exchange(struct authority *a, const struct lease *lease,
                     const struct send_verdict *verdicts, int32_t count,
                     const struct send_want *want, struct send_grant *ret, struct err *err)
{
    WRAP(RIG_EXCHANGE,
         inner(a)->ops->sends_exchange(inner(a), lease, verdicts, count, want, ret, err));
}

static bool sends_end(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                      int32_t count, struct err *err)
{
    WRAP(RIG_SENDS_END, inner(a)->ops->sends_end(inner(a), engine, verdicts, count, err));
}

static bool sends_open(struct authority *a, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    WRAP(RIG_OPEN, inner(a)->ops->sends_open(inner(a), engine, job, rows, max, ret_count, err));
}

static void wrap(struct rig *rig)
{
    struct rig_authority *f = &rig->failing;
    f->rig = rig;
    f->inner = rig->raw;
    f->ops = *rig->raw->ops;
    f->ops.job_acquire = acquire;
    f->ops.job_acquire_one = acquire_one;
    f->ops.lease_renew = renew;
    f->ops.lease_release = release;
    f->ops.job_desired = desired;
    f->ops.next_due = due;
    f->ops.job_load = load;
    f->ops.template_load = template_load;
    f->ops.variation_load = variation;
    f->ops.job_move = move;
    f->ops.search_end = search_end;
    f->ops.search_failed = search_failed;
    f->ops.sends_exchange = exchange;
    f->ops.sends_end = sends_end;
    f->ops.sends_open = sends_open;
    f->port.ops = &f->ops;
}

/* --- the lane's other ports ----------------------------------------------------------------- */

static bool find_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    struct rig *rig = ctx;
    assert_string_equal(provider, "local");
    if (rig->search_why.kind != ERR_NONE)
        return err_set(err, rig->search_why.kind, "%s", rig->search_why.text);
    *ret = &rig->search.port;
    return true;
}

static bool write_letter(void *ctx, const struct settings *settings,
                         const struct template_def *template, const struct send_row *row,
                         const char *group, const char *term, struct buf *out, struct err *err)
{
    struct rig *rig = ctx;
    (void)settings; /* a fake letter has no sender */
    if (rig->letter_why.kind != ERR_NONE)
        return err_set(err, rig->letter_why.kind, "%s", rig->letter_why.text);
    return fake_letter_write(&rig->world, template, row, group, term, out, err);
}

static void read_settings(void *ctx, struct settings *ret)
{
    *ret = ((struct rig *)ctx)->settings;
}

static bool yield(void *ctx, int64_t since_us)
{
    struct rig *rig = ctx;
    assert_true(since_us <= rig->clock.boot);
    bool now = rig->yield_now;
    rig->yield_now = false;
    return now;
}

static void problem(void *ctx, const char *sentence)
{
    struct rig *rig = ctx;
    (void)str_copy(rig->problem, sizeof rig->problem, sentence); /* same size */
}

/* --- making and ending it ------------------------------------------------------------------- */

enum { RIG_GROUPS = 4, RIG_TERMS = 8 };

void rig_put(struct rig *rig, const struct rig_job *job)
{
    char group_text[RIG_GROUPS][16], term_text[RIG_GROUPS][RIG_TERMS][16];
    struct group_def groups[RIG_GROUPS] = {0};
    struct term_def terms[RIG_GROUPS][RIG_TERMS];
    struct template_def template = {.name = "hello", .subject = "hello", .text = "a {{term}}"};
    for (int32_t g = 0; g < job->groups; g++) {
        (void)str_format(group_text[g], 16, "g%d", (int)g + 1); /* it fits */
        for (int32_t t = 0; t < job->terms; t++) {
            (void)str_format(term_text[g][t], 16, "g%d t%d", (int)g + 1, (int)t + 1); /* it fits */
            terms[g][t].text = term_text[g][t];
        }
        groups[g] = (struct group_def){group_text[g], "hello", terms[g], job->terms};
    }
    struct job_def def = {.name = "sample",
                          .workspace = "default",
                          .distribution = job->distribution,
                          .loop_interval = job->loop_interval,
                          .max_emails_per_group = job->max_per_group,
                          .loop_automation = job->loop,
                          .provider = "local",
                          .variations = job->variations,
                          .has_seed = true,
                          .seed = 20261122,
                          .groups = groups,
                          .group_count = job->groups,
                          .templates = &template,
                          .template_count = 1};
    struct job_put_result result;
    struct err err = {0};
    const struct authority_ops *ops = rig->raw->ops;
    if (!ops->workspace_put(rig->raw, "ana", "default", &err) ||
        !ops->job_put(rig->raw, "ana", &def, -1, &result, &err))
        fail_msg("%s", err.text);
}

static void new_lane(struct rig *rig)
{
    struct err err = {0};
    rig->ports.mail = &rig->mail.port;
    if (!lane_new(&rig->ports, &rig->lane, &err))
        fail_msg("%s", err.text);
}

void rig_init(struct rig *rig, const struct rig_job *job)
{
    struct err err = {0};
    memset(rig, 0, sizeof *rig);
    fake_clock_init(&rig->clock);
    fake_log_init(&rig->log, LOG_DEBUG);
    rig->world = fake_world(7);
    fake_search_init(&rig->search, &rig->world);
    fake_pages_init(&rig->pages, &rig->world);
    fake_sink_init(&rig->sink);
    fake_mail_init(&rig->mail, MODE_DRYRUN, &rig->sink, &rig->world);
    rig->record = model_record_new();
    rig->raw = authority_model_new(rig->record, &rig->clock.port);
    assert_non_null(rig->record);
    assert_non_null(rig->raw);
    wrap(rig);
    if (!journal_open(":memory:", &rig->journal, &err))
        fail_msg("%s", err.text);
    settings_defaults(&rig->settings);
    rig->settings.mail_confirm_first = 0; /* nobody is there to confirm */
    rig->ports = (struct lane_ports){.authority = &rig->failing.port,
                                     .journal = rig->journal,
                                     .pages = &rig->pages.port,
                                     .clock = &rig->clock.port,
                                     .search = find_search,
                                     .letter = write_letter,
                                     .settings = read_settings,
                                     .yield = yield,
                                     .problem = problem,
                                     .ctx = rig,
                                     .log = &rig->log.sink,
                                     .engine = journal_engine(rig->journal)};
    rig_put(rig, job);
    rig_kill(rig); /* says hello */
}

void rig_mode(struct rig *rig, enum mail_mode mode)
{
    rig->settings.mail_mode = mode;
    fake_mail_init(&rig->mail, mode, &rig->sink, &rig->world);
}

void rig_done(struct rig *rig)
{
    lane_free(rig->lane);
    rig->raw->ops->free(rig->raw);
    model_record_free(rig->record);
    journal_close(rig->journal);
    fake_sink_done(&rig->sink);
    fake_log_done(&rig->log);
}

void rig_control(struct rig *rig, enum control what)
{
    struct job_ref job = {"default", "sample"};
    struct err err = {0};
    bool changed;
    if (!rig->raw->ops->job_control(rig->raw, "ana", &job, what, rig->settings.mail_mode, &changed,
                                    &err))
        fail_msg("%s", err.text);
}

enum lane_end rig_run(struct rig *rig, struct lane_report *ret)
{
    lane_run_once(rig->lane, ret);
    return ret->end;
}

enum lane_end rig_run_all(struct rig *rig)
{
    struct lane_report report;
    for (int i = 0; i < 1000; i++) {
        if (rig_run(rig, &report) == LANE_CANCELLED)
            return LANE_CANCELLED;
        if (rig_state(rig) != JOB_RUNNING)
            return report.end;
        if (report.look_again_us > rig->clock.boot)
            fake_clock_pass(&rig->clock, report.look_again_us - rig->clock.boot);
    }
    fail_msg("the job does not come to an end: %s", report.problem);
    return LANE_ENDS;
}

void rig_kill(struct rig *rig)
{
    struct err err = {0};
    struct settle_sum sum;
    int64_t generation;
    lane_free(rig->lane);
    rig->lane = NULL;
    rig->mail.count = 0; /* whatever it had in hand died with it */
    new_lane(rig);
    if (!journal_start(rig->journal, &generation, &err))
        fail_msg("%s", err.text);
    struct engine_card card = {.id = rig->ports.engine,
                               .journal_gen = generation,
                               .host = "bench",
                               .pid = 1,
                               .version = "0"};
    if (!rig->raw->ops->hello(rig->raw, &card, &err) || !settle_run(&rig->ports, NULL, &sum, &err))
        fail_msg("%s", err.text);
}

/* --- looking -------------------------------------------------------------------------------- */

enum job_state rig_state(const struct rig *rig)
{
    return model_job_facts(rig->record, 0).state;
}

const struct plan *rig_plan(const struct rig *rig)
{
    return model_job_plan(rig->record, 0);
}

int64_t rig_rows(const struct rig *rig, enum send_state state)
{
    int64_t n = 0;
    for (int64_t i = 0; i < model_send_count(rig->record); i++)
        n += model_send_at(rig->record, i)->state == state;
    return n;
}

int64_t rig_events(const struct rig *rig, enum event_kind kind)
{
    int64_t n = 0;
    for (int64_t i = 0; i < model_event_count(rig->record); i++)
        n += model_event_at(rig->record, i)->kind == kind;
    return n;
}

void rig_check(const struct rig *rig)
{
    struct err err = {0};
    if (!model_check(rig->record, &err))
        fail_msg("%s", err.text);
    assert_false(rig->sink.spent);
    assert_int_equal(rig->sink.repeated, 0);
    for (int64_t i = 0; i < model_send_count(rig->record); i++) {
        const struct model_send *row = model_send_at(rig->record, i);
        const struct fake_letter *letter = fake_sink_find(&rig->sink, row->id);
        bool there = letter != NULL && letter->accepted > 0;
        if (row->state == SEND_SENT || row->state == SEND_SIMULATED)
            assert_true(there);
        else if (row->state != SEND_IN_DOUBT && row->state != SEND_CLAIMED)
            assert_false(there);
    }
}

void rig_sequence(const struct rig *rig, struct buf *out)
{
    for (int64_t i = 0; i < model_send_count(rig->record); i++) {
        const struct model_send *row = model_send_at(rig->record, i);
        (void)buf_addf(out, "%" PRId64 " %d %d %s %s\n", row->seq, (int)row->group_no,
                       (int)row->term_no, row->address,
                       send_state_name(row->state)); /* asked at the end */
    }
    assert_true(buf_ok(out));
}
