/* web_scene.c - the scene's parts put together. */
#include "unit/adapter/web_scene.h"

#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>

void web_scene_again(struct web_scene *s)
{
    if (s->pages != NULL)
        s->pages->ops->free(s->pages);
    web_gate_free(s->gate);
    s->pages = NULL;
    if (!web_gate_new(&s->gate, &s->err) ||
        !pages_web_new(&s->options, s->gate, &s->pages, &s->err))
        fail_msg("%s", s->err.text);
}

void web_scene_begin(struct web_scene *s,
                     void (*answer)(void *ctx, const struct web_asked *asked, struct buf *out),
                     void *ctx)
{
    *s = (struct web_scene){.server = {.answer = answer, .ctx = ctx}};
    web_server_begin(&s->server);
    (void)str_format(s->connect_to, sizeof s->connect_to, "::127.0.0.1:%d", s->server.port);
    s->options = (struct pages_web_options){.agent = "autopilot/test (+mailto:a@b.example)",
                                            .contact = true,
                                            .allow_private = true,
                                            .connect_to = s->connect_to};
    web_scene_again(s);
}

void web_scene_end(struct web_scene *s)
{
    s->pages->ops->free(s->pages);
    web_gate_free(s->gate);
    web_server_end(&s->server);
}

enum page_answer web_scene_read(struct web_scene *s, const char *url)
{
    int64_t until_us = clock_boot_us() + 30 * US_PER_S;
    enum page_answer got = PAGE_WAIT;
    s->err = (struct err){0};
    if (!s->pages->ops->start(s->pages, url, &s->err))
        return PAGE_FAILED;
    while (got == PAGE_WAIT && clock_boot_us() < until_us)
        got = s->pages->ops->next(s->pages, clock_boot_us() + 200 * US_PER_MS, &s->view, &s->err);
    s->pages->ops->end(s->pages);
    return got;
}
