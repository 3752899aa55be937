/* dns.c - see dns.h. The idea: libcares sends, matches answers to questions, goes to the next
 * server and to TCP when an answer was cut; how long a wait may be and when it is over stands
 * here. */
#include "dns.h"

#include "base/clock.h"
#include "base/str.h"

#include <ares.h>
#include <arpa/nameser.h>
#include <poll.h>
#include <stdlib.h>

enum {
    FIRST_WAIT_MS = 500,
    TRIES = 3,
    LOOK_MS = 100,
    SOCKETS_MAX = ARES_GETSOCK_MAXNUM - 1, /* its macros shift the last one into the sign */
};

struct question {
    struct dns *dns;
    enum dns_type type;
    struct dns_reply *reply;
};

struct dns {
    ares_channel channel;
    int open;  /* questions without an answer */
    int asked; /* of this round */
    struct question question[DNS_ROUND];
};

bool dns_open(const char *servers, struct dns **ret, struct err *err)
{
    struct ares_options o = {.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES,
                             .timeout = FIRST_WAIT_MS,
                             .tries = TRIES};
    struct dns *d = calloc(1, sizeof *d);
    if (d == NULL ||
        ares_init_options(&d->channel, &o, ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES) !=
            ARES_SUCCESS) {
        free(d);
        return err_set(err, ERR_STOP, "dns: out of memory");
    }
    if (servers[0] != '\0' && ares_set_servers_ports_csv(d->channel, servers) != ARES_SUCCESS) {
        dns_close(d);
        return err_set(err, ERR_REFUSED,
                       "[mail] dns_server = %s: write addresses, each with :PORT if it is not 53, "
                       "with commas between them",
                       servers);
    }
    *ret = d;
    return true;
}

void dns_close(struct dns *d)
{
    if (d == NULL)
        return;
    ares_destroy(d->channel);
    free(d);
}

/* --- reading ---------------------------------------------------------------------------------- */

static uint32_t ttl_of(const ns_rr *rr)
{
    uint32_t ttl = ns_rr_ttl(*rr);
    return ttl > INT32_MAX ? 0 : ttl; /* RFC 2181 section 8 */
}

/* A no, and for how long it counts: the least of the zone's SOA and the last of its fields (RFC
 * 2308 section 5). With NS records and no SOA it is no answer, but the way to somebody who may
 * know (section 2.2); nor is it one from a server that looks nothing up for others (no RA). */
static struct dns_reply read_no(enum dns_said no, ns_msg *msg)
{
    struct dns_reply ret = {.said = no};
    ns_rr rr;
    if (ns_msg_getflag(*msg, ns_f_ra) == 0)
        return (struct dns_reply){.said = DNS_OPEN};
    for (int i = 0; i < ns_msg_count(*msg, ns_s_ns); i++) {
        if (ns_parserr(msg, ns_s_ns, i, &rr) != 0)
            return (struct dns_reply){.said = DNS_OPEN};
        if (ns_rr_type(rr) == ns_t_ns)
            ret.said = DNS_OPEN;
        if (ns_rr_type(rr) != ns_t_soa || ns_rr_rdlen(rr) < 4)
            continue;
        const unsigned char *last = ns_rr_rdata(rr) + ns_rr_rdlen(rr) - 4;
        uint32_t least = 0;
        NS_GET32(least, last);
        least = least < ttl_of(&rr) ? least : ttl_of(&rr);
        return (struct dns_reply){.said = no, .ttl_s = least};
    }
    return ret;
}

/* Exactly one record, and its host is the root. */
static bool is_null(const unsigned char *bytes, int size)
{
    struct ares_mx_reply *list = NULL;
    bool null = ares_parse_mx_reply(bytes, size, &list) == ARES_SUCCESS && list != NULL &&
                list->next == NULL && list->host[0] == '\0';
    ares_free_data(list);
    return null;
}

/* Aliases lead to the records, and a signature may stand beside them; nothing else belongs. */
static bool belongs(enum dns_type type, int seen)
{
    return seen == (int)type || seen == ns_t_cname || seen == ns_t_dname || seen == ns_t_rrsig;
}

static struct dns_reply read_some(enum dns_type type, ns_msg *msg, const unsigned char *bytes,
                                  int size)
{
    struct dns_reply ret = {.said = DNS_NONE, .ttl_s = INT32_MAX};
    ns_rr rr;
    int count = ns_msg_count(*msg, ns_s_an);
    for (int i = 0; i < count; i++) {
        if (ns_parserr(msg, ns_s_an, i, &rr) != 0 || !belongs(type, (int)ns_rr_type(rr)))
            return (struct dns_reply){.said = DNS_OPEN};
        ret.ttl_s = ttl_of(&rr) < ret.ttl_s ? ttl_of(&rr) : ret.ttl_s; /* aliases count too */
        if ((int)ns_rr_type(rr) == (int)type)
            ret.said = DNS_SOME;
    }
    if (count == 0)
        return (struct dns_reply){.said = DNS_OPEN};
    if (ret.said == DNS_NONE)
        ret.said = read_no(DNS_NONE, msg).said;
    else if (type == DNS_MX && is_null(bytes, size))
        ret.said = DNS_NULL;
    return ret;
}

struct dns_reply dns_read(enum dns_type type, int status, const unsigned char *bytes, int size)
{
    ns_msg msg;
    bool slow = status == ARES_ETIMEOUT || status == ARES_ECANCELLED || status == ARES_EDESTRUCTION;
    bool clear = status == ARES_SUCCESS || status == ARES_ENODATA || status == ARES_ENOTFOUND;
    if (!clear || bytes == NULL || ns_initparse(bytes, size, &msg) != 0)
        return (struct dns_reply){.said = DNS_OPEN, .slow = slow};
    if (status == ARES_SUCCESS)
        return read_some(type, &msg, bytes, size);
    return read_no(status == ARES_ENODATA ? DNS_NONE : DNS_NO_NAME, &msg);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void on_answer(void *ctx, int status, int timeouts, unsigned char *bytes, int size)
{
    const struct question *q = ctx;
    (void)timeouts;
    *q->reply = dns_read(q->type, status, bytes, size);
    q->dns->open--;
}

void dns_ask(struct dns *d, const char *name, enum dns_type type, struct dns_reply *ret)
{
    *ret = (struct dns_reply){.said = DNS_OPEN};
    if (d->asked == DNS_ROUND)
        return;
    struct question *q = &d->question[d->asked++];
    *q = (struct question){.dns = d, .type = type, .reply = ret};
    d->open++;
    ares_query(d->channel, name, ns_c_in, (int)type, on_answer, q);
}

/* One look at the sockets, for max_ms at most. */
static void look(struct dns *d, int64_t max_ms)
{
    ares_socket_t sockets[SOCKETS_MAX];
    struct pollfd p[SOCKETS_MAX];
    struct timeval most = {.tv_usec = (suseconds_t)(max_ms * US_PER_MS)}, room;
    const struct timeval *wait = ares_timeout(d->channel, &most, &room);
    int64_t wait_ms = (wait->tv_sec * US_PER_S + wait->tv_usec) / US_PER_MS + 1;
    int bits = ares_getsock(d->channel, sockets, SOCKETS_MAX);
    nfds_t count = 0;
    for (int i = 0; i < SOCKETS_MAX; i++) {
        bool in = ARES_GETSOCK_READABLE(bits, i) != 0, out = ARES_GETSOCK_WRITABLE(bits, i) != 0;
        if (in || out)
            p[count++] = (struct pollfd){
                .fd = sockets[i], .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0))};
    }
    if (poll(p, count, (int)wait_ms) <= 0) {
        ares_process_fd(d->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD); /* its waits may be over */
        return;
    }
    for (nfds_t i = 0; i < count; i++)
        if (p[i].revents != 0)
            ares_process_fd(d->channel, p[i].fd,
                            (p[i].events & POLLOUT) != 0 ? p[i].fd : ARES_SOCKET_BAD);
}

void dns_wait(struct dns *d, int64_t deadline_us, const atomic_bool *stop)
{
    while (d->open > 0) {
        int64_t left_ms = (deadline_us - clock_boot_us()) / US_PER_MS;
        if (left_ms <= 0 || (stop != NULL && atomic_load(stop)))
            ares_cancel(d->channel); /* every answer comes, as cancelled */
        else
            look(d, left_ms < LOOK_MS ? left_ms : LOOK_MS);
    }
    d->asked = 0;
}
