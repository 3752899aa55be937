/* schedule_template.c - the table of what is built in. */
#include "domain/schedule_template.h"

#include "base/str.h"

#include <stddef.h>

static const struct schedule_template rows[] = {
    {.workspace = "",
     .name = "monthly-first",
     .type = "monthly",
     .config = "{\"time\":\"09:00\",\"day_of_month\":1}",
     .notes = "the first of each month at 09:00"},
    {.workspace = "",
     .name = "quarterly",
     .type = "custom",
     .config = "{\"cron_expression\":\"0 9 1 1,4,7,10 *\"}",
     .notes = "the first of January, April, July and October at 09:00"},
    {.workspace = "",
     .name = "weekday-morning",
     .type = "custom",
     .config = "{\"cron_expression\":\"0 9 * * MON-FRI\"}",
     .notes = "Monday to Friday at 09:00"},
    {.workspace = "",
     .name = "weekly-monday",
     .type = "weekly",
     .config = "{\"time\":\"09:00\",\"day_of_week\":0}",
     .notes = "Mondays at 09:00"},
};

const struct schedule_template *schedule_template_at(int i)
{
    return i >= 0 && (size_t)i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}

const struct schedule_template *schedule_template_named(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (str_equal(rows[i].name, name))
            return &rows[i];
    return NULL;
}
