/* log.h - the process log as an interface: one line, one fact. The writer that stores the lines
 * is store/logdb; tests and the simulation give their own.
 *
 * Base, domain, ports and adapters do not log above debug: they return. Text from outside is
 * screened (text_screen) by log_line itself. Never a password, a token or a mail's body. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

struct log_sink {
    /* Takes one finished, screened line (borrowed for the call). Any thread; must not block on
     * I/O; a full queue drops the line and counts it. area: "engine", "mail", "search", ... */
    void (*line)(void *ctx, enum log_level level, const char *area, const char *text);
    void *ctx;
    enum log_level threshold; /* lines above it are not formatted at all */
};

/* A NULL sink drops the line. More than 1023 bytes are cut at a character boundary. */
void log_line(const struct log_sink *sink, enum log_level level, const char *area,
              const char *format, ...) __attribute__((format(printf, 4, 5)));
const char *log_level_name(enum log_level level);
/* "error", "warn", "info", "debug"; false leaves *ret alone. */
bool log_level_parse(const char *text, enum log_level *ret);

#endif
