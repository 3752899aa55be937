/* Broken if this fails: `sends list`, `leads list` and the other lists would leave rows out, put
 * them in the wrong order, or hand a script the wrong column. */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/read_lists.h"

#include <stdlib.h>
#include <string.h>

static int begin(void **state)
{
    struct record_lab *l = calloc(1, sizeof *l);
    if (l == NULL)
        return -1;
    lab_init(l);
    *state = l;
    return 0;
}

static int end(void **state)
{
    lab_done(*state);
    free(*state);
    return 0;
}

/* Rows are written down as text, one a line, so that a list can be compared as a whole. */
struct listing {
    struct buf text;
    int32_t rows;
    int32_t stop_after; /* 0: never */
};

static bool add(struct listing *t)
{
    buf_addc(&t->text, '\n');
    return ++t->rows != t->stop_after;
}

static bool send_row(void *ctx, const struct send_line *s)
{
    struct listing *t = ctx;
    buf_addf(&t->text, "%d %s/%s/%s/%s %s %s %s %d %d %d %s", (int)s->seq, s->workspace, s->job,
             s->group, s->term, s->address, mail_mode_name(s->mode), send_state_name(s->state),
             s->cycle, s->attempt, s->code, s->reason);
    return add(t);
}

static bool lead_row(void *ctx, const struct lead_line *s)
{
    struct listing *t = ctx;
    buf_addf(&t->text, "%s %s [%s] [%s] %s %s %s/%s/%s %d", s->workspace, s->address, s->name,
             s->company, s->title, s->url, s->job, s->group, s->term, s->sources);
    return add(t);
}

static bool suppression_row(void *ctx, const struct suppression_line *s)
{
    struct listing *t = ctx;
    buf_addf(&t->text, "%s %s [%s] %s %d", s->workspace, s->subject, s->reason, s->actor,
             s->at_us > 0);
    return add(t);
}

static bool template_row(void *ctx, const struct template_line *s)
{
    struct listing *t = ctx;
    buf_addf(&t->text, "%s %s v%d used %d: %s|%s|%s", s->workspace, s->name, s->version, s->used_by,
             s->subject, s->text, s->html);
    return add(t);
}

static bool workspace_row(void *ctx, const struct workspace_line *s)
{
    struct listing *t = ctx;
    buf_addf(&t->text, "%s %d %d", s->name, s->jobs, s->created_at_us > 0);
    return add(t);
}

static bool audit_row(void *ctx, const struct audit_line *s)
{
    struct listing *t = ctx;
    assert_int_equal(strlen(s->hash), 64);
    assert_int_equal(strspn(s->hash, "0123456789abcdef"), 64);
    buf_addf(&t->text, "%d %s %s %s [%s]", (int)s->seq, s->actor, s->action, s->target, s->detail);
    return add(t);
}

static struct listing listing(void)
{
    return (struct listing){.text = buf_init(1 << 20)};
}

static void expect(struct listing *t, bool ok, const char *want)
{
    assert_true(ok);
    assert_string_equal(buf_text(&t->text), want);
    buf_done(&t->text);
    *t = listing();
}

/* Two jobs in two workspaces, each with letters in several states. */
static void set_scene(struct record_lab *l)
{
    lab_job(l, "acme", "job", "g1:a,b", 10, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example c@c.example");
    assert_int_equal(lab_send(l, 1, SEND_REJECTED), 1);
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    lab_find(l, "a@a.example"); /* a second source */
    lab_release(l, JOB_RUNNING);
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_SMTP);
    lab_job(l, "beta", "other", "g:x", 10, 100);
    lab_control(l, "beta", "other", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "a@a.example");
    assert_int_equal(lab_send(l, 1, SEND_SIMULATED), 1);
}

static void sends_in_the_order_of_queueing(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    set_scene(l);
    expect(&t, read_sends(l->db, NULL, NULL, -1, send_row, &t, &l->err),
           "1 acme/job/g1/a a@a.example smtp rejected 1 1 550 no such user\n"
           "2 acme/job/g1/a b@b.example smtp sent 1 1 0 \n"
           "3 acme/job/g1/a c@c.example smtp queued 1 0 0 \n"
           "4 beta/other/g/x a@a.example dryrun simulated 1 1 0 \n");
    expect(&t, read_sends(l->db, "beta", NULL, -1, send_row, &t, &l->err),
           "4 beta/other/g/x a@a.example dryrun simulated 1 1 0 \n");
    expect(&t, read_sends(l->db, NULL, "job", SEND_SENT, send_row, &t, &l->err),
           "2 acme/job/g1/a b@b.example smtp sent 1 1 0 \n");
    expect(&t, read_sends(l->db, "beta", "job", -1, send_row, &t, &l->err), "");
    t.stop_after = 2;
    assert_true(read_sends(l->db, NULL, NULL, -1, send_row, &t, &l->err));
    assert_int_equal(t.rows, 2);
    buf_done(&t.text);
}

static bool times(void *ctx, const struct send_line *s)
{
    struct record_lab *l = ctx;
    assert_true(s->at_us > 0 && s->at_us <= l->clock.now);
    assert_int_equal(s->decided_at_us > 0, s->state != SEND_QUEUED);
    assert_false(uuid_is_zero(s->id));
    return true;
}

static void sends_tell_when_they_were_queued_and_decided(void **state)
{
    struct record_lab *l = *state;
    set_scene(l);
    assert_true(read_sends(l->db, NULL, NULL, -1, times, l, &l->err));
}

static void leads_with_their_first_finder(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    set_scene(l);
    expect(&t, read_leads(l->db, "acme", NULL, lead_row, &t, &l->err),
           "acme a@a.example [] [Acme] Contact us corpus:page-1.html job/g1/a 2\n"
           "acme b@b.example [] [Acme] Contact us corpus:page-1.html job/g1/a 1\n"
           "acme c@c.example [] [Acme] Contact us corpus:page-1.html job/g1/a 1\n");
    expect(&t, read_leads(l->db, NULL, "other", lead_row, &t, &l->err),
           "beta a@a.example [] [Acme] Contact us corpus:page-3.html other/g/x 1\n");
    expect(&t, read_leads(l->db, "nobody", NULL, lead_row, &t, &l->err), "");
}

static void suppressions_by_workspace_and_subject(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    bool changed;
    lab_job(l, "beta", "other", "g:x", 10, 100);
    lab_job(l, "acme", "job", "g1:a", 10, 100);
    const struct authority_ops *ops = l->a->ops;
    assert_true(ops->suppress(l->a, "ana", "beta", "z@z.example", "", true, &changed, &l->err));
    assert_true(
        ops->suppress(l->a, "luis", "acme", "z@z.example", "asked", true, &changed, &l->err));
    assert_true(ops->suppress(l->a, "ana", "acme", "@a.example", "rival", true, &changed, &l->err));
    expect(&t, read_suppressions(l->db, NULL, suppression_row, &t, &l->err),
           "acme @a.example [rival] ana 1\n"
           "acme z@z.example [asked] luis 1\n"
           "beta z@z.example [] ana 1\n");
    expect(&t, read_suppressions(l->db, "beta", suppression_row, &t, &l->err),
           "beta z@z.example [] ana 1\n");
}

static void templates_with_their_users(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    const struct template_def spare = {"spare", "S", NULL, "<p>H</p>"};
    lab_job(l, "acme", "job", "g1:a g2:b", 10, 100);
    lab_job(l, "acme", "second", "g1:a", 10, 100);
    assert_true(l->a->ops->template_put(l->a, "ana", "acme", &spare, &l->err));
    assert_true(l->a->ops->template_put(l->a, "ana", "acme", &spare, &l->err)); /* the same */
    expect(&t, read_templates(l->db, NULL, template_row, &t, &l->err),
           "acme letter v1 used 3: Hello|Dear {{company|you}}|\n"
           "acme spare v1 used 0: S||<p>H</p>\n");
    struct job_ref ref = {"acme", "second"};
    assert_true(l->a->ops->job_delete(l->a, "ana", &ref, &l->err));
    assert_true(l->a->ops->template_put(l->a, "ana", "acme",
                                        &(struct template_def){"spare", "S2", "T", NULL}, &l->err));
    expect(&t, read_templates(l->db, "acme", template_row, &t, &l->err),
           "acme letter v1 used 2: Hello|Dear {{company|you}}|\n"
           "acme spare v2 used 0: S2|T|\n");
}

static void workspaces_with_their_jobs(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    expect(&t, read_workspaces(l->db, workspace_row, &t, &l->err), "");
    lab_job(l, "beta", "other", "g:x", 10, 100);
    lab_job(l, "acme", "job", "g1:a", 10, 100);
    lab_job(l, "acme", "two", "g1:a", 10, 100);
    assert_true(l->a->ops->workspace_put(l->a, "ana", "empty", &l->err));
    expect(&t, read_workspaces(l->db, workspace_row, &t, &l->err),
           "acme 2 1\nbeta 1 1\nempty 0 1\n");
    assert_true(l->a->ops->workspace_delete(l->a, "ana", "empty", &l->err));
    expect(&t, read_workspaces(l->db, workspace_row, &t, &l->err), "acme 2 1\nbeta 1 1\n");
}

static void the_audit_log_oldest_first(void **state)
{
    struct record_lab *l = *state;
    struct listing t = listing();
    bool changed;
    lab_job(l, "acme", "job", "g1:a", 10, 100);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    assert_true(
        l->a->ops->suppress(l->a, "luis", "acme", "z@z.example", "", true, &changed, &l->err));
    expect(&t, read_audit(l->db, audit_row, &t, &l->err),
           "1 ana workspace_created acme [acme]\n"
           "2 ana template_changed letter [letter]\n"
           "3 ana job_created acme/job []\n"
           "4 ana job_start acme/job [smtp]\n"
           "5 luis suppress_added acme [z@z.example]\n");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(sends_in_the_order_of_queueing), TEST(sends_tell_when_they_were_queued_and_decided),
        TEST(leads_with_their_first_finder),  TEST(suppressions_by_workspace_and_subject),
        TEST(templates_with_their_users),     TEST(workspaces_with_their_jobs),
        TEST(the_audit_log_oldest_first),
    };
    return cmocka_run_group_tests_name("read_lists", tests, NULL, NULL);
}
