/* service_door.c - addresses and tokens. */
#include "service_door.h"

#include "base/secret.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <string.h>

enum { HOST_MAX = 64 };

/* "host:port" and "[host]:port" cut in two; without a port *ret_port is NULL. */
static bool split(const char *text, char host[HOST_MAX], const char **ret_port)
{
    bool bracket = text[0] == '[';
    const char *from = text + bracket;
    size_t len = strcspn(from, bracket ? "]" : ":");
    const char *rest = from + len;
    if (bracket && *rest != ']')
        return false;
    rest += bracket;
    if (*rest != '\0' && *rest != ':')
        return false;
    *ret_port = *rest == ':' ? rest + 1 : NULL;
    return str_copy_n(host, HOST_MAX, from, len);
}

static bool read_host(const char *host, struct service_address *ret)
{
    *ret = (struct service_address){.family = AF_INET};
    if (str_equal_nocase(host, "localhost"))
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &ret->any.v4.sin_addr) == 1) {
        ret->any.v4.sin_family = AF_INET;
        ret->loopback = ntohl(ret->any.v4.sin_addr.s_addr) >> 24 == 127;
        return true;
    }
    ret->family = AF_INET6;
    ret->any.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
    if (inet_pton(AF_INET6, host, &ret->any.v6.sin6_addr) != 1)
        return false;
    ret->loopback = IN6_IS_ADDR_LOOPBACK(&ret->any.v6.sin6_addr);
    return true;
}

bool service_address_read(const char *text, struct service_address *ret, struct err *err)
{
    char host[HOST_MAX];
    const char *port;
    int64_t number;
    if (!split(text, host, &port) || port == NULL || !str_int(port, 0, 65535, &number) ||
        !read_host(host, ret))
        return err_set(err, ERR_REFUSED,
                       "\"%.80s\" is no address to listen on; as in 127.0.0.1:8080 or [::1]:8080",
                       text);
    if (ret->family == AF_INET)
        ret->any.v4.sin_port = htons((uint16_t)number);
    else
        ret->any.v6.sin6_port = htons((uint16_t)number);
    return true;
}

bool service_token_fits(const uint8_t sha256[32], const char *authorization)
{
    uint8_t given[32];
    bool bearer = authorization != NULL && strncasecmp(authorization, "Bearer ", 7) == 0;
    const char *token = bearer ? authorization + 7 : "";
    str_sha256(token, strlen(token), given);
    return secret_equal(given, sha256, sizeof given) && bearer;
}

bool service_host_is_local(const char *host)
{
    char name[HOST_MAX];
    const char *port;
    struct service_address at;
    return split(host, name, &port) && read_host(name, &at) && at.loopback;
}
