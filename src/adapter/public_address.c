/* public_address.c - the tables of addresses that are not public. The idea: what was resolved is
 * looked at, not what was written: 127.0.0.1 has more spellings than anybody can list. */
#include "public_address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct net4 {
    uint32_t net;
    int bits;
};

#define IP(a, b, c, d) ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
static const struct net4 closed4[] = {
    {IP(0, 0, 0, 0), 8},      {IP(10, 0, 0, 0), 8},     {IP(100, 64, 0, 0), 10},
    {IP(127, 0, 0, 0), 8},    {IP(169, 254, 0, 0), 16}, {IP(172, 16, 0, 0), 12},
    {IP(192, 0, 0, 0), 24},   {IP(192, 0, 2, 0), 24},   {IP(192, 88, 99, 0), 24},
    {IP(192, 168, 0, 0), 16}, {IP(198, 18, 0, 0), 15},  {IP(198, 51, 100, 0), 24},
    {IP(203, 0, 113, 0), 24}, {IP(224, 0, 0, 0), 4},    {IP(240, 0, 0, 0), 4},
};

static bool public4(uint32_t ip)
{
    for (size_t i = 0; i < sizeof closed4 / sizeof closed4[0]; i++)
        if ((ip ^ closed4[i].net) >> (32 - closed4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t ip_at(const uint8_t *b)
{
    return IP(b[0], b[1], b[2], b[3]);
}

static bool public6(const uint8_t *b)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    static const uint8_t nat64[12] = {0, 0x64, 0xFF, 0x9B};
    if (memcmp(b, mapped, 12) == 0 || memcmp(b, nat64, 12) == 0)
        return public4(ip_at(b + 12));
    if (b[0] == 0x20 && b[1] == 0x02) /* 6to4 */
        return public4(ip_at(b + 2));
    if (ip_at(b) == IP(0x20, 0x01, 0x0D, 0xB8) || ip_at(b) == IP(0x20, 0x01, 0, 0))
        return false;             /* documentation, Teredo */
    return (b[0] & 0xE0) == 0x20; /* global unicast is 2000::/3 */
}

bool public_address(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in6;
        memcpy(&in6, address, sizeof in6);
        return public6(in6.sin6_addr.s6_addr);
    }
    return false;
}
