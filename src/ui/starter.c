/* starter.c - one thread, one call, one flag. */
#include "starter.h"

static void *start(void *arg)
{
    struct starter *s = arg;
    s->ok = s->options->begin(s->options->ctx, &s->desk, &s->err);
    atomic_store(&s->done, true);
    wake_up(s->wake);
    return NULL;
}

void starter_begin(struct starter *s, const struct console_options *options, struct wake *wake)
{
    s->options = options;
    s->wake = wake;
    if (options->begin == NULL)
        return;
    s->running = pthread_create(&s->thread, NULL, start, s) == 0;
    if (!s->running)
        (void)start(s); /* then the console waits for it; start() gives nothing back */
}

static void join(struct starter *s)
{
    if (s->running)
        (void)pthread_join(s->thread, NULL); /* it was started and not joined */
    s->running = false;
}

bool starter_take(struct starter *s, struct desk **ret_desk, struct err *ret_err)
{
    if (!atomic_exchange(&s->done, false))
        return false;
    join(s);
    *ret_desk = s->ok ? s->desk : NULL;
    *ret_err = s->err;
    if (s->ok)
        ret_err->kind = ERR_NONE;
    return true;
}

void starter_end(struct starter *s)
{
    join(s);
}
