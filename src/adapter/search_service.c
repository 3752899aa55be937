/* search_service.c - a copy of what the config says of a service. */
#include "search_service.h"

#include "base/str.h"

#include <string.h>

bool service_link_open(const struct search_service *service, struct service_link *ret,
                       struct err *err)
{
    size_t len = strlen(service->url);
    while (len > 0 && service->url[len - 1] == '/')
        len--;
    if (!str_copy(ret->name, sizeof ret->name, service->name) ||
        !str_copy_n(ret->url, sizeof ret->url, service->url, len) ||
        !str_copy(ret->token, sizeof ret->token, service->token))
        return err_set(err, ERR_REFUSED, "search: %s: its url or token is too long", service->name);
    return http_call_new(service->agent, SERVICE_ANSWER_MAX, &ret->call, err);
}
