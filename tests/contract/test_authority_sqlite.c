/* test_authority_sqlite.c - the embedded authority keeps every promise of the port. If it failed,
 * jobs of the default installation would go wrong in the way the promise's name says. */
#include "contract/contract.h"

int main(void)
{
    return contract_run(&ct_sqlite);
}
