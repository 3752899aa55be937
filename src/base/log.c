/* log.c - makes one screened line and hands it to the sink. The idea: screening happens here, so
 * that no writer can forget it and no sink needs to know about it. */
#include "base/log.h"

#include "base/str.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* A line is for reading; more than this is not read. */
enum { LINE_MAX_BYTES = 1024 };

static const char *const names[LOG_LEVELS] = {
    [LOG_ERROR] = "error",
    [LOG_WARN] = "warn",
    [LOG_INFO] = "info",
    [LOG_DEBUG] = "debug",
};

void log_line(const struct log_sink *sink, enum log_level level, const char *area,
              const char *format, ...)
{
    if (sink == NULL || sink->line == NULL || level > sink->threshold)
        return;
    char raw[LINE_MAX_BYTES], clean[LINE_MAX_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (n < 0)
        return;
    if ((size_t)n >= sizeof raw)
        raw[utf8_whole(raw, sizeof raw - 1)] = '\0';
    text_screen_to(clean, sizeof clean, raw);
    sink->line(sink->ctx, level, area, clean);
}

const char *log_level_name(enum log_level level)
{
    return (unsigned)level < LOG_LEVELS ? names[level] : "unknown";
}

bool log_level_parse(const char *text, enum log_level *ret)
{
    for (int level = 0; level < LOG_LEVELS; level++)
        if (str_equal(text, names[level])) {
            *ret = (enum log_level)level;
            return true;
        }
    return false;
}
