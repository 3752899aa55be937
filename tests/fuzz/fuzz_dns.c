/* Broken if this finds something: bytes from a resolver crash the program, or a clear no is read
 * out of an answer that is none. The first byte chooses the question, the second what libcares
 * found. */
#include "../../src/adapter/dns.h"

#include <ares.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum dns_type types[] = {DNS_A, DNS_MX, DNS_AAAA};
    static const int found[] = {ARES_SUCCESS, ARES_ENODATA, ARES_ENOTFOUND, ARES_ESERVFAIL,
                                ARES_ETIMEOUT};
    if (size < 2)
        return 0;
    enum dns_type type = types[data[0] % 3];
    int status = found[data[1] % 5];
    struct dns_reply reply = dns_read(type, status, data + 2, (int)(size - 2));
    bool some = reply.said == DNS_SOME || reply.said == DNS_NULL;
    bool right = reply.ttl_s <= INT32_MAX && (!some || status == ARES_SUCCESS) &&
                 (reply.said != DNS_NULL || type == DNS_MX) &&
                 (reply.said != DNS_NO_NAME || status == ARES_ENOTFOUND) &&
                 (reply.slow ? reply.said == DNS_OPEN && status == ARES_ETIMEOUT : true);
    if (!right)
        abort();
    return 0;
}
