/* http_listen.h - the socket that requests come in by. Cupboard of http_server.c. */
#ifndef ADAPTER_HTTP_LISTEN_H
#define ADAPTER_HTTP_LISTEN_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Opens it; ret_where (size bytes): what it is, with its port. */
bool http_listen(const char *listen, bool anywhere, int *ret_fd, char *ret_where, size_t size,
                 struct err *err);

#endif
