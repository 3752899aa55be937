/* read_log.h - the log screen and `autopilot log`: events of the record and lines of the process
 * log, merged in the order of time. Read only.
 *
 * A line's key is (at_us, source, seq): stable, so a view that is not following keeps its place
 * whatever arrives or is trimmed. */
#ifndef STORE_READ_LOG_H
#define STORE_READ_LOG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct log_key {
    int64_t at_us;
    int32_t source; /* 0 = event, 1 = process log */
    int64_t seq;
};

struct log_row {
    struct log_key key;
    enum log_level level;
    const char *area;
    const char *job;  /* "" */
    const char *text; /* the sentence, screened; addresses masked when the filter says so */
};

struct log_filter {
    enum log_level level; /* this and more serious */
    const char *job;      /* NULL: all */
    const char *match;    /* NULL: all; else POSIX extended regex over area, job and text,
                             * without case */
    bool mask;
    const struct uuid *run; /* NULL: all; else only the events of this run: for reading before */
    int64_t since_us;       /* 0: from the beginning */
};

/* Up to max lines before (older than) or after (newer than) `from`, in the order of time (oldest
 * first) either way. from NULL: the newest lines (before) or the oldest (after). A bad regex is
 * ERR_REFUSED with its reason. */
bool read_log(struct db *db, const struct log_filter *filter, const struct log_key *from,
              bool before, int32_t max, struct arena *arena, struct log_row **ret,
              int32_t *ret_count, struct err *err);
/* Lines newer than `from`, without the match filter (cheap: for "214 new below"); 0 for NULL. It
 * stops counting at 10,000 of each source. */
bool read_log_count_after(struct db *db, const struct log_filter *filter,
                          const struct log_key *from, int64_t *ret, struct err *err);

#endif
