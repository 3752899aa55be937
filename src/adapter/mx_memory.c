/* mx_memory.c - see mx_memory.h. */
#include "mx_memory.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

static size_t set_of(const char *domain)
{
    return (size_t)(str_hash(domain, strlen(domain), 0) % MX_SETS);
}

static const struct mx_place *find(const struct mx_memory *m, const char *domain, int64_t now_us)
{
    const struct mx_place *set = m->place[set_of(domain)];
    for (int i = 0; i < MX_WAYS; i++)
        if (set[i].until_us > now_us && str_equal(set[i].domain, domain))
            return &set[i];
    return NULL;
}

bool mx_recall(const struct mx_memory *m, const char *domain, int64_t now_us, enum mx_answer *ret)
{
    const struct mx_place *place = find(m, domain, now_us);
    *ret = place != NULL ? place->answer : MX_NOT_KNOWN;
    return place != NULL || now_us < m->pause_until_us;
}

static int64_t keep_us(enum mx_answer answer, uint32_t ttl_s)
{
    int64_t s = answer == MX_NOT_KNOWN ? MX_KEEP_MIN_S : (int64_t)ttl_s;
    s = s < MX_KEEP_MIN_S ? MX_KEEP_MIN_S : s;
    return (s > MX_KEEP_MAX_S ? MX_KEEP_MAX_S : s) * US_PER_S;
}

/* Counted before the answer is noted: whoever asked at the same time finds it and does not
 * count. */
static void count_slow(struct mx_memory *m, const char *domain, int64_t now_us, bool slow)
{
    if (!slow)
        m->slow = 0;
    else if (find(m, domain, now_us) == NULL)
        m->slow++;
    if (m->slow < MX_SLOW_MAX)
        return;
    m->slow = MX_SLOW_MAX - 1; /* after the pause one more is enough for the next */
    m->pause_until_us = now_us + MX_PAUSE_S * US_PER_S;
}

void mx_note(struct mx_memory *m, const char *domain, int64_t now_us, enum mx_answer answer,
             uint32_t ttl_s, bool slow)
{
    struct mx_place *set = m->place[set_of(domain)], *to = &set[0];
    count_slow(m, domain, now_us, slow);
    for (int i = 1; i < MX_WAYS; i++)
        if (set[i].until_us < to->until_us)
            to = &set[i];
    for (int i = 0; i < MX_WAYS; i++)
        if (str_equal(set[i].domain, domain))
            to = &set[i];
    if (str_copy(to->domain, sizeof to->domain, domain)) {
        to->answer = answer;
        to->until_us = now_us + keep_us(answer, ttl_s);
    } else {
        *to = (struct mx_place){.until_us = 0}; /* no domain is longer than its place */
    }
}
