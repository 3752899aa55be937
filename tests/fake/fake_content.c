/* fake_content.c - sources by hand. */
#include "fake/fake_content.h"

static struct fake_content *self(struct content *c)
{
    return (struct fake_content *)c;
}

static bool start(struct content *c, const struct content_request *request, struct err *err)
{
    (void)err;
    self(c)->starts++;
    self(c)->now = request->source;
    self(c)->since[request->source] = request->since;
    return true;
}

static enum content_answer next(struct content *c, int64_t deadline_us, struct content_view *ret,
                                struct err *err)
{
    struct fake_content *f = self(c);
    const struct fake_source *s = &f->source[f->now];
    f->looks++;
    if (f->cancel_at > 0 && f->looks >= f->cancel_at)
        f->clock->cancelled = true;
    if (s->answer == CONTENT_WAIT && deadline_us > f->clock->boot)
        fake_clock_pass(f->clock, deadline_us - f->clock->boot);
    if (s->answer == CONTENT_FAILED)
        (void)err_set(err, ERR_RETRY, "%s", s->why);
    if (s->answer == CONTENT_READY)
        *ret = (struct content_view){.items = s->items, .count = s->count, .state = s->state};
    return s->answer;
}

static void end(struct content *c)
{
    self(c)->ends++;
}

static void free_it(struct content *c)
{
    (void)c; /* it is the test's */
}

static const struct content_ops ops = {start, next, end, free_it};

void fake_content_init(struct fake_content *f, struct fake_clock *clock)
{
    *f = (struct fake_content){.content = {&ops}, .clock = clock};
}
