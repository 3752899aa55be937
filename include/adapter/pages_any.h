/* pages_any.h - the addresses of any page: corpus: addresses from the corpus, all others from the
 * web. Which of the two is asked depends on the address alone. */
#ifndef ADAPTER_PAGES_ANY_H
#define ADAPTER_PAGES_ANY_H

#include "base/err.h"
#include "port/pages.h"

#include <stdbool.h>

/* Takes ownership of both, also when it fails. */
bool pages_any_new(struct pages *corpus, struct pages *web, struct pages **ret, struct err *err);

#endif
