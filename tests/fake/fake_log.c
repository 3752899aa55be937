/* fake_log.c - lines into a buf. */
#include "fake/fake_log.h"

#include <string.h>

static void line(void *ctx, enum log_level level, const char *area, const char *text)
{
    struct fake_log *log = ctx;
    log->lines[level]++;
    (void)buf_addf(&log->text, "%s %s: %s\n", log_level_name(level), area, text); /* may be full */
}

void fake_log_init(struct fake_log *log, enum log_level threshold)
{
    *log = (struct fake_log){.text = buf_init((size_t)1 << 24)};
    log->sink = (struct log_sink){line, log, threshold};
}

void fake_log_done(struct fake_log *log)
{
    buf_done(&log->text);
}

bool fake_log_has(const struct fake_log *log, const char *part)
{
    return strstr(buf_text(&log->text), part) != NULL;
}
