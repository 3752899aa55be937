/* content_any.h - content from wherever a source lies: the web, a file, the corpus. */
#ifndef ADAPTER_CONTENT_ANY_H
#define ADAPTER_CONTENT_ANY_H

#include "adapter/content_http.h"
#include "base/err.h"
#include "port/content.h"

#include <stdbool.h>

/* data_dir: of the corpus; options: of what is fetched. Both are copied. */
bool content_any_new(const char *data_dir, const struct content_http_options *options,
                     struct content **ret, struct err *err);

#endif
