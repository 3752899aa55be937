/* action_table.c - the table of everything that an operator can do, joined from one table a kind of
 * place. The order is the order of the help and of the footer. */
#include "actions.h"

#include <stddef.h>

static const struct action_part *const parts[] = {
    &part_move, &part_jobs, &part_letters, &part_schedules,  &part_marks,
    &part_log,  &part_find, &part_form,    &part_everywhere,
};
enum { PARTS = (int)(sizeof parts / sizeof *parts) };

const struct action *action_at(int i)
{
    for (int part = 0; i >= 0 && part < PARTS; part++) {
        if (i < parts[part]->count)
            return &parts[part]->rows[i];
        i -= parts[part]->count;
    }
    return NULL;
}

int actions_count(void)
{
    int count = 0;
    for (int part = 0; part < PARTS; part++)
        count += parts[part]->count;
    return count;
}
