/* fake_log.h - a log sink that keeps what it was given, for tests to look into. One thread. */
#ifndef FAKE_LOG_H
#define FAKE_LOG_H

#include "base/buf.h"
#include "base/log.h"

#include <stdbool.h>

struct fake_log {
    struct log_sink sink; /* hand out &log.sink */
    struct buf text;      /* "level area: text\n" for each line */
    int lines[LOG_LEVELS];
};

/* Keeps lines up to this level. */
void fake_log_init(struct fake_log *log, enum log_level threshold);
void fake_log_done(struct fake_log *log);
bool fake_log_has(const struct fake_log *log, const char *part);

#endif
