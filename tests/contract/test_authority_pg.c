/* test_authority_pg.c - the shared authority keeps every promise of the port. If it failed, jobs
 * that several engines share would go wrong in the way the promise's name says.
 * needs: postgres */
#include "contract/maker_pg.h"

int main(void)
{
    return maker_pg_run(&ct_pg);
}
