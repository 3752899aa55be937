/* message_address.h - addresses as they stand in headers. Cupboard of message.c. */
#ifndef ADAPTER_MESSAGE_ADDRESS_H
#define ADAPTER_MESSAGE_ADDRESS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"

#include "adapter/message.h"

#include <stdbool.h>

/* ERR_REFUSED with the header's name when the value is not UTF-8 without control characters. */
bool header_check(const char *header, const char *value, struct err *err);

/* Checks local@domain: a domain of A-labels, any local part that can be written (UTF-8 as it is,
 * RFC 6532; what is no dot-atom as a quoted string). */
bool address_check(const char *header, const char *address, struct err *err);
/* Appends an address that was checked. */
void address_put(struct buf *out, const char *address);
/* The part behind the last @ of an address that was checked; borrowed from it. */
const char *address_domain(const char *address);

/* The unsubscribe addresses of one letter, filled in. */
struct uri_list {
    char text[MESSAGE_URIS_MAX][MESSAGE_URI_MAX + 1];
    int count;
    bool https; /* one of them takes a one-click POST */
};
/* What an unsubscribe address may say of its letter. */
struct uri_words {
    struct uuid id;
    const char *to;
    const char *token; /* NULL: {token} is refused */
};
/* Reads mail.unsubscribe (NULL or "": none) for one letter. */
bool uri_list_read(const char *spec, const struct uri_words *words, struct uri_list *ret,
                   struct err *err);

#endif
