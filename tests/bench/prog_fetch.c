/* prog_fetch.c - what fetch.py measures: a server with as many sites as one likes, and pages_web
 * reading a list of their pages through the port, as a search step does.
 *
 * usage: prog_fetch serve        prints its port; until its input ends
 *        prog_fetch read         reads addresses from its input; prints pages and addresses */
#include "adapter/pages_web.h"
#include "base/clock.h"
#include "base/str.h"
#include "fake/web_server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { URLS_MAX = 100000, AHEAD = 32 };

/* A page of 12 KB with two addresses, of its own for each path. */
static void answer(void *ctx, const struct web_asked *asked, struct buf *out)
{
    struct buf page = buf_init(20000);
    const char *name = strrchr(asked->path, '/') + 1;
    (void)ctx;
    if (str_equal(asked->path, "/robots.txt")) {
        static const char robots[] = "User-agent: *\nDisallow: /private/\n";
        web_answer(out, 200, "", "text/plain", robots, strlen(robots));
        return;
    }
    (void)buf_addf(&page, "<!doctype html><title>%s%s</title><body>", asked->host, asked->path);
    for (int i = 0; i < 90; i++)
        (void)buf_addf(&page,
                       "<p class='text'>Paragraph %d of a page about <a href='/%d'>things</a>"
                       " that somebody makes and sells in a town.</p>\n",
                       i, i);
    (void)buf_addf(&page, "<a href='mailto:info@shop%s.de'>Mail</a> or office@shop%s.de</body>",
                   name, name);
    web_answer(out, 200, "", "text/html; charset=utf-8", buf_text(&page), page.len);
    buf_done(&page);
}

static int serve(void)
{
    static struct web_server server = {.answer = answer};
    char byte;
    web_server_begin(&server);
    (void)printf("%d\n", server.port);
    (void)fflush(stdout);
    while (read(0, &byte, 1) > 0)
        ;
    web_server_end(&server);
    return 0;
}

static int32_t read_urls(char **urls)
{
    char line[2100];
    int32_t count = 0;
    while (count < URLS_MAX && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        urls[count++] = strdup(line);
    }
    return count;
}

static int read_pages(void)
{
    static char *urls[URLS_MAX];
    struct web_gate *gate = NULL;
    struct pages *p = NULL;
    struct page_view view;
    struct err err = {0};
    long pages = 0, addresses = 0;
    int32_t count = read_urls(urls), announced = 0;
    struct pages_web_options options = {
        .agent = "autopilot/bench", .contact = true, .allow_private = true};
    if (!web_gate_new(&gate, &err) || !pages_web_new(&options, gate, &p, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int32_t i = 0; i < count; i++) {
        enum page_answer got = PAGE_WAIT;
        for (; announced < count && announced < i + AHEAD; announced++)
            (void)p->ops->ahead(p, urls[announced]);
        if (p->ops->start(p, urls[i], &err))
            while ((got = p->ops->next(p, clock_boot_us() + US_PER_S, &view, &err)) == PAGE_WAIT)
                ;
        if (got != PAGE_READY)
            (void)fprintf(stderr, "%s\n", err.text);
        pages += got == PAGE_READY;
        addresses += got == PAGE_READY ? view.count : 0;
        p->ops->end(p);
    }
    (void)printf("%ld %ld\n", pages, addresses);
    p->ops->free(p);
    web_gate_free(gate);
    return 0;
}

int main(int count, char **words)
{
    if (count == 2 && str_equal(words[1], "serve"))
        return serve();
    if (count == 2 && str_equal(words[1], "read"))
        return read_pages();
    (void)fprintf(stderr, "usage: prog_fetch serve | read\n");
    return 2;
}
