/* courier_http.h - port/courier.h: a POST of JSON, signed so that the receiver can tell that it
 * comes from here, as the Standard Webhooks say (webhook-id, webhook-timestamp and
 * webhook-signature "v1,BASE64" over "ID.TIMESTAMP.BODY" with HMAC-SHA256; Idempotency-Key: the
 * same id, the run's).
 *
 * https with verified certificates, or http to a loopback address; no redirects; only public
 * addresses are connected to unless allow_private (looked at after they were resolved). */
#ifndef ADAPTER_COURIER_HTTP_H
#define ADAPTER_COURIER_HTTP_H

#include "port/courier.h"

#include <stdbool.h>
#include <stdint.h>

struct courier_http_options {
    const char *agent;  /* what User-Agent says; copied */
    bool allow_private; /* connect to private and loopback addresses too */
    bool with_html;     /* the report itself is in the message */
    uint8_t key[32];    /* of the signature */
};

bool courier_http_new(const struct courier_http_options *options, struct courier **ret,
                      struct err *err);

/* The body of the message, as JSON. Appended. */
bool courier_body(const struct delivery_work *work, const char *html, struct buf *out);

enum { COURIER_SIGNATURE_SIZE = 3 + 44 + 1 };
/* "v1,BASE64" of a message. */
bool courier_sign(const uint8_t key[32], const char *id, int64_t at_s, const char *body,
                  char dst[COURIER_SIGNATURE_SIZE], struct err *err);

#endif
