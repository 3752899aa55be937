/* test_authority_pg_pooler.c - the same through a pooler in transaction mode, where every statement
 * may meet another session. If it failed, something relied on a session.
 * needs: postgres */
#include "contract/maker_pg.h"

int main(void)
{
    return maker_pg_run(&ct_pg_pooler);
}
