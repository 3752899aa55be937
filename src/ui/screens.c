/* screens.c - the table of screens, in the order of their tabs. The numbers are the ones operators
 * keep when the views in between come. */
#include "screen.h"

#include "base/str.h"

static const struct screen *const table[] = {
    &screen_dash,                                                                         /* 1 */
    &screen_schedules, &screen_schedule, &screen_form,                                    /* 2 */
    &screen_jobs,      &screen_job,      &screen_letters, &screen_leads, &screen_preview, /* 3 */
    &screen_runs,      &screen_run,      &screen_report,                                  /* 4 */
    &screen_log,                                                                          /* 5 */
    &screen_system,                                                                       /* 6 */
};
enum { ROWS = (int)(sizeof table / sizeof *table) };

int screens_count(void)
{
    return ROWS;
}

const struct screen *screens_at(int i)
{
    return table[i < 0 || i >= ROWS ? 0 : i];
}

int screens_find(const char *name)
{
    for (int i = 0; i < ROWS; i++)
        if (str_equal(table[i]->name, name))
            return i;
    return -1;
}

int screens_on_key(char key)
{
    for (int i = 0; i < ROWS; i++)
        if (table[i]->key != '\0' && table[i]->key == key)
            return i;
    return -1;
}
