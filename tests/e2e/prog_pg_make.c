/* prog_pg_make.c - makes the schema of a shared record in a database.
 *
 * usage: prog_pg_make URL      prints how many steps that were */
#include "adapter/pg_migrate.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    struct err err = {0};
    struct pg_link *link = NULL;
    int32_t steps = 0;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: prog_pg_make URL\n");
        return 2;
    }
    struct pg_link_options options = {.url = argv[1]};
    bool ok = pg_link_new(&options, &link, &err) && pg_migrate(link, "test", &steps, &err) &&
              pg_schema_check(link, &err);
    pg_link_free(link);
    if (ok)
        printf("%" PRId32 "\n", steps);
    else
        (void)fprintf(stderr, "%s\n", err.text);
    return ok ? 0 : 1;
}
