/* search_service.h - what the adapters of search services have in common: where it is, and the one
 * exchange at a time with it. */
#ifndef ADAPTER_SEARCH_SERVICE_H
#define ADAPTER_SEARCH_SERVICE_H

#include "adapter/search_worker.h"
#include "base/err.h"
#include "domain/types.h"
#include "http_call.h"

#include <stdbool.h>

enum { SERVICE_URL_MAX = 1100, SERVICE_TOKEN_MAX = 1024, SERVICE_ANSWER_MAX = 4 * 1024 * 1024 };

struct service_link {
    struct http_call *call;
    char name[NAME_MAX_BYTES + 1];
    char url[SERVICE_URL_MAX]; /* without a / at its end */
    char token[SERVICE_TOKEN_MAX];
};

/* Copies what the service points to; asks nothing yet. REFUSED: something is too long; STOP: no
 * memory. The caller frees ret->call, also after a failure. */
bool service_link_open(const struct search_service *service, struct service_link *ret,
                       struct err *err);

#endif
