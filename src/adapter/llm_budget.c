/* llm_budget.c - a line of fixed length, which is written over: a process that is killed leaves the
 * old one or the new one. */
#include "llm_budget.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/calendar.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { LINE = 44, DAY_TEXT = 10 };

#define CALLS_MOST INT64_C(1000000000)
#define TOKENS_MOST INT64_C(1000000000000000)

struct day {
    char text[DAY_TEXT + 1]; /* "2026-11-23", which sorts as days do */
    int64_t calls, tokens;
};

static bool failed(const struct llm_budget *b, const char *what, struct err *err)
{
    return err_set(err, ERR_STOP, "%s can't be %s: %s", b->path, what, strerror(errno));
}

static void day_of(int64_t now_us, char dst[DAY_TEXT + 1])
{
    char text[TIME_TEXT_MAX];
    time_text_utc(now_us, text);
    (void)str_copy_n(dst, DAY_TEXT + 1, text, DAY_TEXT); /* it fits */
}

static int open_locked(const struct llm_budget *b, struct err *err)
{
    int fd = open(b->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        (void)failed(b, "opened", err);
        return -1;
    }
    while (flock(fd, LOCK_EX) != 0) { /* held by others for microseconds */
        if (errno == EINTR)
            continue;
        (void)failed(b, "locked", err);
        (void)close(fd); /* nothing was written */
        return -1;
    }
    return fd;
}

/* "DAY CALLS TOKENS" in columns. */
static bool parse(char text[LINE + 1], struct day *ret)
{
    char *calls = text + DAY_TEXT + 1, *tokens = calls + 11;
    if (text[DAY_TEXT] != ' ' || calls[10] != ' ' || text[LINE - 1] != '\n')
        return false;
    text[DAY_TEXT] = calls[10] = text[LINE - 1] = '\0';
    (void)str_copy(ret->text, sizeof ret->text, text); /* the same size */
    return str_int(str_trim(calls), 0, CALLS_MOST, &ret->calls) &&
           str_int(str_trim(tokens), 0, TOKENS_MOST, &ret->tokens);
}

static bool read_day(const struct llm_budget *b, int fd, struct day *ret, struct err *err)
{
    char text[LINE + 1] = "";
    *ret = (struct day){.calls = 0};
    ssize_t n = pread(fd, text, LINE, 0);
    if (n == 0) /* new */
        return true;
    if (n < 0)
        return failed(b, "read", err);
    return (n == LINE && parse(text, ret)) ||
           err_set(err, ERR_REFUSED, "%s holds no count of calls and tokens; remove it", b->path);
}

static bool write_day(const struct llm_budget *b, int fd, const struct day *day, struct err *err)
{
    char text[LINE + 1];
    (void)str_format(text, sizeof text, "%s %10" PRId64 " %21" PRId64 "\n", day->text, day->calls,
                     day->tokens); /* it fits: the numbers have ceilings */
    return pwrite(fd, text, LINE, 0) == LINE || failed(b, "written", err);
}

static bool note(const struct llm_budget *b, int fd, const char *today, int64_t tokens,
                 struct err *err)
{
    struct day day;
    if (!read_day(b, fd, &day, err))
        return false;
    if (strcmp(day.text, today) < 0) { /* a clock that went back begins no new day */
        day = (struct day){.calls = 0};
        (void)str_copy(day.text, sizeof day.text, today); /* the same size */
    }
    if (day.calls + 1 > b->calls)
        return err_set(err, ERR_REFUSED, "the day's calls are used up ([llm] calls_per_day = %d)",
                       (int)b->calls);
    if (day.tokens + tokens > b->tokens)
        return err_set(err, ERR_REFUSED,
                       "the day's tokens are used up (%" PRId64 " used, %" PRId64
                       " wanted, [llm] tokens_per_day = %" PRId64 ")",
                       day.tokens, tokens, b->tokens);
    day.calls++;
    day.tokens += tokens;
    return write_day(b, fd, &day, err);
}

bool llm_budget_take(const struct llm_budget *b, int64_t now_us, int64_t tokens, struct err *err)
{
    char today[DAY_TEXT + 1];
    int fd = open_locked(b, err);
    if (fd < 0)
        return false;
    day_of(now_us, today);
    bool ok = note(b, fd, today, tokens, err);
    (void)close(fd); /* frees the lock; the bytes are in the file */
    return ok;
}

bool llm_budget_settle(const struct llm_budget *b, int64_t taken_us, int64_t tokens, int64_t used,
                       struct err *err)
{
    struct day day;
    char then[DAY_TEXT + 1];
    int fd = open_locked(b, err);
    if (fd < 0)
        return false;
    day_of(taken_us, then);
    bool ok = read_day(b, fd, &day, err);
    if (ok && str_equal(day.text, then)) {
        day.tokens += used - tokens;
        day.tokens = day.tokens < 0 ? 0 : day.tokens > TOKENS_MOST ? TOKENS_MOST : day.tokens;
        ok = write_day(b, fd, &day, err);
    }
    (void)close(fd); /* as above */
    return ok;
}
