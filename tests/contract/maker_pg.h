/* maker_pg.h - the shared authority for the contract; see maker_pg.c. */
#ifndef CONTRACT_MAKER_PG_H
#define CONTRACT_MAKER_PG_H

#include "contract/contract.h"

extern const struct ct_maker ct_pg, ct_pg_pooler;

/* contract_run(), when there is a server; else the suite counts as skipped. */
int maker_pg_run(const struct ct_maker *maker);

#endif
