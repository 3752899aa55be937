/* If this fails, the console hides that a schedule has several specifications or follows another,
 * or promises an instant to one that has none. */
#include "../cases.h"

#include "tools/console_rig.h"

#include <string.h>

#define RIG(ok) CHECK_AT(__LINE__, ok, "%s", console_rig_text(&r))

static void begin(struct console_rig *r)
{
    console_rig_init(r, 40, 120);
    struct schedule_row *s = &r->fake.schedules.row[0];
    s->type = "after";
    s->config = "{}";
    s->after = "Weekly EU energy";
    s->further = "Press\nWire";
    s->next_run_us = SCHEDULE_NEVER_US;
}

static void test_what_follows_says_whom(void **state)
{
    (void)state;
    struct console_rig r;
    begin(&r);
    console_rig_keys(&r, "2");
    RIG(console_rig_shows(&r, "After Weekly EU e"));
    console_rig_keys(&r, ":schedule Chips daily brief<Enter>");
    RIG(console_rig_shows(&r, "After Weekly EU energy"));
    RIG(console_rig_shows(&r, "each time a report of Weekly EU energy was made"));
    RIG(console_rig_shows(&r, "Semiconductor brief, Press, Wire"));
    RIG(!console_rig_shows(&r, "29424")); /* the year of no instant */
    console_rig_done(&r);
}

/* It can be given times; the preview is that of the times. */
static void test_what_follows_can_be_given_times(void **state)
{
    (void)state;
    struct console_rig r;
    begin(&r);
    console_rig_keys(
        &r,
        ":schedule Chips daily brief<Enter>e<Tab><Right><Right><Right><Right><Tab><^U>0 9 * * MON");
    RIG(console_rig_shows(&r, "At 09:00 every Monday"));
    console_rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_follows_says_whom),
        cmocka_unit_test(test_what_follows_can_be_given_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
