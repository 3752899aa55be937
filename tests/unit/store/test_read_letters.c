/* If this fails, a letter that waits for somebody's word is not shown, or one that does not is. */
#include "record_lab.h"
#include "store/read_letters.h"
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
    lab_find(&lab, "a@a.example b@b.example c@c.example d@d.example");
    *state = &lab;
    return 0;
}

static int tear_down(void **state)
{
    lab_done(*state);
    return 0;
}

static void expect(struct record_lab *l, const char *workspace, const struct uuid *job,
                   const char *want)
{
    char got[400] = "";
    struct letter_counts counts;
    struct letter_row *row = NULL;
    int32_t count = 0;
    struct arena arena = arena_init(8 << 20);
    assert_true(read_letter_counts(l->db, workspace, job, &counts, &l->err));
    assert_true(read_letters(l->db, workspace, job, &counts, 100, &arena, &row, &count, &l->err));
    assert_int_equal(count, counts.held + counts.in_doubt);
    for (int32_t i = 0; i < count; i++) {
        size_t at = strlen(got);
        (void)str_format(got + at, sizeof got - at, "%s/%s/%s/%s %s %s;", row[i].workspace,
                         row[i].job, row[i].group, row[i].term, row[i].address,
                         send_state_name(row[i].state));
        assert_true(row[i].queued_at_us > 0 && !uuid_is_zero(row[i].id));
    }
    assert_string_equal(got, want);
    arena_done(&arena);
}

static void in_doubt_first_then_held(void **state)
{
    struct record_lab *l = *state;
    expect(l, NULL, NULL, "");
    assert_int_equal(lab_send(l, 1, SEND_HELD), 1);
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    assert_int_equal(lab_send(l, 1, SEND_IN_DOUBT), 1);
    assert_int_equal(lab_send(l, 1, SEND_HELD), 1);
    const char *all = "acme/job/g1/a c@c.example in_doubt;acme/job/g1/a d@d.example held;"
                      "acme/job/g1/a a@a.example held;";
    expect(l, NULL, NULL, all);
    expect(l, "acme", &l->plan->job, all);
    expect(l, "beta", NULL, "");
    struct uuid other = {{9}};
    expect(l, NULL, &other, "");
}

/* The operator's word takes them off the list. */
static void settled_ones_are_gone(void **state)
{
    struct record_lab *l = *state;
    struct letter_counts counts;
    struct letter_row *row = NULL;
    int32_t count = 0;
    struct arena arena = arena_init(8 << 20);
    assert_int_equal(lab_send(l, 1, SEND_HELD), 1);
    assert_int_equal(lab_send(l, 1, SEND_IN_DOUBT), 1);
    assert_true(read_letter_counts(l->db, NULL, NULL, &counts, &l->err));
    assert_true(read_letters(l->db, NULL, NULL, &counts, 1, &arena, &row, &count, &l->err));
    assert_int_equal(count, 2);
    assert_true(l->a->ops->send_settle(l->a, "ana", row[0].id, SETTLE_SENT, &l->err));
    assert_true(l->a->ops->send_settle(l->a, "ana", row[1].id, SETTLE_DROP, &l->err));
    expect(l, NULL, NULL, "");
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(in_doubt_first_then_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(settled_ones_are_gone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
