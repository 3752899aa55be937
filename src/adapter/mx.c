/* mx.c - see mx.h. The idea: who asks blocks in a channel of its own, and only what is remembered
 * is shared, under a lock that nobody holds while the network is waited for. */
#include "adapter/mx.h"

#include "base/clock.h"
#include "base/str.h"
#include "dns.h"
#include "mx_memory.h"

#include <pthread.h>
#include <stdlib.h>

struct mx {
    char servers[512];
    int64_t wait_us;
    pthread_mutex_t mutex; /* guards memory */
    struct mx_memory memory;
};

struct finding {
    enum mx_answer answer;
    uint32_t ttl_s;
    bool slow;
};

struct mx *mx_new(const char *servers, int32_t wait_ms, struct err *err)
{
    struct dns *trial = NULL;
    if (!dns_open(servers, &trial, err))
        return NULL;
    dns_close(trial);
    struct mx *mx = calloc(1, sizeof *mx);
    if (mx == NULL || !str_copy(mx->servers, sizeof mx->servers, servers) ||
        pthread_mutex_init(&mx->mutex, NULL) != 0) {
        free(mx);
        (void)err_set(err, ERR_STOP, "dns: out of memory");
        return NULL;
    }
    mx->wait_us = wait_ms * US_PER_MS;
    return mx;
}

void mx_free(struct mx *mx)
{
    if (mx == NULL)
        return;
    pthread_mutex_destroy(&mx->mutex);
    free(mx);
}

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* RFC 5321 section 5.1: without MX records the domain itself is the server. */
static struct finding by_address(const struct dns_reply *mx, const struct dns_reply *a,
                                 const struct dns_reply *aaaa)
{
    if (a->said == DNS_SOME || aaaa->said == DNS_SOME)
        return (struct finding){
            .answer = MX_TAKES,
            .ttl_s = lesser(mx->ttl_s, a->said == DNS_SOME ? a->ttl_s : aaaa->ttl_s)};
    if (a->said == DNS_NONE && aaaa->said == DNS_NONE)
        return (struct finding){.answer = MX_NO_SERVER,
                                .ttl_s = lesser(mx->ttl_s, lesser(a->ttl_s, aaaa->ttl_s))};
    return (struct finding){.answer = MX_NOT_KNOWN, .slow = a->slow || aaaa->slow};
}

static struct finding look_up(struct dns *dns, const char *domain, int64_t deadline_us,
                              const atomic_bool *stop)
{
    static const enum mx_answer answers[] = {[DNS_OPEN] = MX_NOT_KNOWN,
                                             [DNS_SOME] = MX_TAKES,
                                             [DNS_NULL] = MX_NULL,
                                             [DNS_NO_NAME] = MX_NO_DOMAIN};
    struct dns_reply mx, a, aaaa;
    dns_ask(dns, domain, DNS_MX, &mx);
    dns_wait(dns, deadline_us, stop);
    if (mx.said != DNS_NONE)
        return (struct finding){.answer = answers[mx.said], .ttl_s = mx.ttl_s, .slow = mx.slow};
    dns_ask(dns, domain, DNS_A, &a);
    dns_ask(dns, domain, DNS_AAAA, &aaaa);
    dns_wait(dns, deadline_us, stop);
    return by_address(&mx, &a, &aaaa);
}

enum mx_answer mx_ask(struct mx *mx, const char *domain, const atomic_bool *stop)
{
    struct dns *dns = NULL;
    enum mx_answer known;
    int64_t now_us = clock_boot_us();
    pthread_mutex_lock(&mx->mutex);
    bool recalled = mx_recall(&mx->memory, domain, now_us, &known);
    pthread_mutex_unlock(&mx->mutex);
    if (recalled || !dns_open(mx->servers, &dns, NULL))
        return known;
    struct finding f = look_up(dns, domain, now_us + mx->wait_us, stop);
    dns_close(dns);
    if (stop != NULL && atomic_load(stop)) /* it may have been cut short */
        return MX_NOT_KNOWN;
    pthread_mutex_lock(&mx->mutex);
    mx_note(&mx->memory, domain, clock_boot_us(), f.answer, f.ttl_s, f.slow);
    pthread_mutex_unlock(&mx->mutex);
    return f.answer;
}

const char *mx_why_not(enum mx_answer answer)
{
    switch (answer) {
    case MX_NO_DOMAIN:
        return "not sent: its domain does not exist (DNS)";
    case MX_NO_SERVER:
        return "not sent: its domain has no mail server (DNS: neither MX nor address)";
    case MX_NULL:
        return "not sent: its domain says that it takes no mail (DNS: null MX)";
    case MX_TAKES:
    case MX_NOT_KNOWN:
        return NULL;
    }
    return NULL;
}
