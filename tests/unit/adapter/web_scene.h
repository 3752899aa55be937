/* web_scene.h - pages_web with a server of its own that plays every host. */
#ifndef WEB_SCENE_H
#define WEB_SCENE_H

#include "adapter/pages_web.h"
#include "fake/web_server.h"

struct web_scene {
    struct web_server server;
    struct web_gate *gate;
    struct pages *pages;
    struct pages_web_options options; /* .contact, .allow_private; connect_to leads to the server */
    char connect_to[100];
    struct page_view view;
    struct err err;
};

/* answer(ctx): the server's. */
void web_scene_begin(struct web_scene *s,
                     void (*answer)(void *ctx, const struct web_asked *asked, struct buf *out),
                     void *ctx);
/* The adapter anew, with s->options; the gate as well. */
void web_scene_again(struct web_scene *s);
void web_scene_end(struct web_scene *s);
/* Reads one page, 30 s at most: PAGE_WAIT then. */
enum page_answer web_scene_read(struct web_scene *s, const char *url);

#endif
