/* test_authority_model.c - the in-memory authority keeps every promise of the port. If it failed,
 * the simulation would prove something about an authority that nobody has. */
#include "contract/contract.h"

int main(void)
{
    return contract_run(&ct_model);
}
