/* pace.c - warming up an account, and leaving a domain alone. */
#include "domain/pace.h"

enum { MILLION = 1000000, PERCENT = 100, CAP_MOST = 10000000 };

int32_t ramp_cap(const struct ramp *ramp, int64_t day)
{
    if (ramp->start <= 0)
        return ramp->cap;
    int64_t most = (int64_t)(ramp->cap > 0 ? ramp->cap : CAP_MOST) * MILLION;
    int64_t now = (int64_t)ramp->start * MILLION;
    if (ramp->growth > 0) /* a cap is reached within 1,700 days */
        for (int64_t i = 0; i < day && now < most; i++)
            now += now / PERCENT * ramp->growth;
    return (int32_t)((now < most ? now : most) / MILLION);
}

int64_t ramp_day(int64_t first_us, int64_t now_us)
{
    return first_us > 0 && now_us > first_us ? (now_us - first_us) / PACE_DAY_US : 0;
}

int64_t ramp_opens(const struct ramp *ramp, int64_t first_us, int64_t now_us, int64_t oldest_us)
{
    int64_t opens = oldest_us + PACE_DAY_US;
    int64_t day = ramp_day(first_us, now_us);
    int64_t morrow = first_us + (day + 1) * PACE_DAY_US;
    return ramp_cap(ramp, day + 1) > ramp_cap(ramp, day) && morrow < opens ? morrow : opens;
}

int32_t pace_wait(const int64_t *retry_us, int32_t count, int64_t waited_us)
{
    int32_t at = 0;
    for (int32_t i = 0; i < count; i++)
        if (waited_us >= retry_us[i])
            at = i + 1;
    return at < count ? at : count - 1;
}
