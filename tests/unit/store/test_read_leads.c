/* If this fails, a lead is missing between two pages, or is shown with another's letter. */
#include "record_lab.h"
#include "store/read_leads.h"
#include "unit/cases.h"

#include "base/str.h"

#include <string.h>

static int set_up(void **state)
{
    static struct record_lab lab;
    lab_init(&lab);
    lab_job(&lab, "acme", "job", "g1:a,b", 10, 100);
    lab_control(&lab, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(&lab, MODE_SMTP);
    lab_find(&lab, "a@a.example b@b.example c@c.example d@d.example e@e.example");
    assert_int_equal(lab_send(&lab, 1, SEND_SENT), 1);
    assert_int_equal(lab_send(&lab, 1, SEND_HELD), 1);
    *state = &lab;
    return 0;
}

static int tear_down(void **state)
{
    lab_done(*state);
    return 0;
}

static bool only_c(void *ctx, const char *line)
{
    (void)ctx;
    return strstr(line, "c@c.example") != NULL;
}

static void expect(struct record_lab *l, const struct lead_filter *filter, const char *want,
                   int64_t *ret_next)
{
    char got[600] = "";
    struct lead_page page;
    struct arena arena = arena_init(8 << 20);
    CHECK_AT(__LINE__, read_lead_page(l->db, filter, &arena, &page, &l->err), "%s", l->err.text);
    for (int32_t i = 0; i < page.count; i++) {
        const struct lead_row *r = &page.row[i];
        size_t at = strlen(got);
        (void)str_format(got + at, sizeof got - at, "%s %s/%s/%s %s;", r->address, r->job, r->group,
                         r->term, r->state == SEND_STATES ? "-" : send_state_name(r->state));
        assert_string_equal(r->url, "corpus:page-1.html");
        assert_string_equal(r->title, "Contact us");
        assert_int_equal(r->pages, 1);
    }
    assert_string_equal(got, want);
    *ret_next = page.next;
    arena_done(&arena);
}

static void pages_meet_each_once(void **state)
{
    int64_t next;
    struct record_lab *l = *state;
    struct lead_filter f = {.before = INT64_MAX, .max = 2};
    expect(l, &f, "e@e.example job/g1/a queued;d@d.example job/g1/a queued;", &next);
    f.before = next;
    expect(l, &f, "c@c.example job/g1/a queued;b@b.example job/g1/a held;", &next);
    f.before = next;
    expect(l, &f, "a@a.example job/g1/a sent;", &next);
    assert_int_equal(next, 0);
}

static void filters_hold(void **state)
{
    int64_t next;
    struct record_lab *l = *state;
    struct uuid job = l->plan->job, other = {{7}};
    struct lead_filter f = {
        .workspace = "acme", .job = &job, .before = INT64_MAX, .max = 9, .takes = only_c};
    expect(l, &f, "c@c.example job/g1/a queued;", &next);
    assert_int_equal(next, 0);
    f.group_no = l->group_no + 1;
    expect(l, &f, "", &next);
    f.group_no = l->group_no;
    expect(l, &f, "c@c.example job/g1/a queued;", &next);
    f.job = &other;
    expect(l, &f, "", &next);
    f.job = NULL;
    f.workspace = "beta";
    expect(l, &f, "", &next);
}

static void template_is_of_its_group(void **state)
{
    struct record_lab *l = *state;
    struct lead_page page;
    struct template_def *t = NULL;
    struct lead_filter f = {.before = INT64_MAX, .max = 1};
    struct arena arena = arena_init(8 << 20);
    assert_true(read_lead_page(l->db, &f, &arena, &page, &l->err));
    assert_true(read_lead_template(l->db, &page.row[0], &arena, &t, &l->err));
    assert_non_null(t);
    assert_string_equal(t->name, "letter");
    page.row[0].group_no = 99;
    assert_true(read_lead_template(l->db, &page.row[0], &arena, &t, &l->err));
    assert_null(t);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pages_meet_each_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(filters_hold, set_up, tear_down),
        cmocka_unit_test_setup_teardown(template_is_of_its_group, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
