/* smtp_sink.c - a relay in one thread.
 *
 * The idea: bytes are looked at once, as they come; a letter's end is looked for at its line ends
 * alone. Late answers all are equally late, so the connection that is due first is found by its
 * time among the few that are open. */
#include "fake/smtp_sink.h"

#include "base/clock.h"
#include "base/str.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BUFFER = 256 * 1024, EVENTS = 32 };
enum stage { HELLO, FROM, TO, DATA, LETTER };

struct sink_connection {
    int fd;
    enum stage stage;
    size_t have, seen; /* bytes in buffer, and how many were looked at */
    int64_t due_us;    /* when the dot is answered; 0: none waits */
    char from[SINK_ADDRESS_MAX], to[SINK_ADDRESS_MAX];
    char buffer[BUFFER];
};

static void die(const char *what)
{
    perror(what);
    abort();
}

__attribute__((format(printf, 2, 3))) static void fault(struct smtp_sink *s, const char *form, ...)
{
    va_list args;
    va_start(args, form);
    if (s->faults++ == 0)
        (void)vsnprintf(s->fault, sizeof s->fault, form, args);
    va_end(args);
}

/* A client that hung up is noticed when it is read from. */
static void say(const struct sink_connection *c, const char *text)
{
    (void)!send(c->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void hang_up(struct smtp_sink *s, int at)
{
    if (s->open[at]->stage > FROM || s->open[at]->have > 0)
        fault(s, "hung up in the middle of a letter");
    (void)close(s->open[at]->fd);
    free(s->open[at]);
    s->open[at] = NULL;
}

/* --- commands --------------------------------------------------------------------------------- */

/* "MAIL FROM:<address>" and what may follow it. */
static void take_address(struct smtp_sink *s, const char *line, size_t word, char *dst)
{
    const char *from = line + word, *to = strrchr(from, '>');
    if (*from != '<' || to == NULL || (to[1] != '\0' && to[1] != ' ') ||
        !str_copy_n(dst, SINK_ADDRESS_MAX, from + 1, (size_t)(to - from - 1)) ||
        strpbrk(dst, "<>") != NULL)
        fault(s, "no address: %s", line);
}

static void expect(struct smtp_sink *s, struct sink_connection *c, enum stage stage,
                   const char *line)
{
    if (c->stage != stage)
        fault(s, "out of turn: %s", line);
    c->stage = stage + 1;
}

/* False: the client is gone. */
static bool command(struct smtp_sink *s, struct sink_connection *c, const char *line)
{
    const char *answer = "250 2.0.0 ok\r\n";
    if (strncasecmp(line, "EHLO ", 5) == 0 || strncasecmp(line, "HELO ", 5) == 0) {
        expect(s, c, HELLO, line);
        answer = line[0] == 'E' || line[0] == 'e' ? "250-sink\r\n250 8BITMIME\r\n" : answer;
    } else if (strncasecmp(line, "MAIL FROM:", 10) == 0) {
        expect(s, c, FROM, line);
        take_address(s, line, 10, c->from);
    } else if (strncasecmp(line, "RCPT TO:", 8) == 0) {
        expect(s, c, TO, line);
        take_address(s, line, 8, c->to);
        s->recipients++;
    } else if (strcasecmp(line, "DATA") == 0) {
        expect(s, c, DATA, line);
        answer = "354 go on\r\n";
    } else if (strcasecmp(line, "RSET") == 0) {
        c->stage = FROM;
    } else if (strcasecmp(line, "QUIT") == 0) {
        say(c, "221 bye\r\n");
        if (c->stage > FROM)
            fault(s, "QUIT in the middle of a letter");
        c->stage = FROM;
        return false;
    } else {
        fault(s, "no command: %s", line);
        answer = "500 5.5.1 what?\r\n";
    }
    say(c, answer);
    return true;
}

/* One line, if there is one. */
static bool take_line(struct smtp_sink *s, struct sink_connection *c)
{
    char line[1200];
    char *end = memchr(c->buffer, '\n', c->have);
    if (end == NULL)
        return true;
    size_t size = (size_t)(end + 1 - c->buffer);
    if (size != c->have)
        fault(s, "%zu bytes more came with a command", c->have - size);
    if (size < 2 || end[-1] != '\r' || memchr(c->buffer, '\r', size - 2) != NULL ||
        memchr(c->buffer, '\0', size) != NULL || size > sizeof line)
        fault(s, "a command of %zu bytes with a bare line end, or NUL, or too long", size);
    (void)str_copy_n(line, sizeof line, c->buffer, size < 2 ? 0 : size - 2); /* a cut was told */
    c->have = c->seen = 0;
    return command(s, c, line);
}

/* --- letters ---------------------------------------------------------------------------------- */

static void answer_dot(struct smtp_sink *s, struct sink_connection *c)
{
    c->due_us = 0;
    s->letters++; /* before it is said */
    say(c, "250 2.0.0 queued\r\n");
}

static void take_letter(struct smtp_sink *s, struct sink_connection *c, size_t size)
{
    struct smtp_taken one = {.from = c->from, .to = c->to, .bytes = c->buffer, .size = size};
    if (size + 3 != c->have)
        fault(s, "%zu bytes more came with a letter", c->have - size - 3);
    c->have = c->seen = 0;
    c->stage = FROM;
    if (s->look != NULL)
        s->look(s->ctx, &one);
    if (s->dot_us > 0)
        c->due_us = clock_boot_us() + s->dot_us;
    else
        answer_dot(s, c);
}

/* The end, once it is there: a dot alone on its line. */
static void take_body(struct smtp_sink *s, struct sink_connection *c)
{
    char *at = c->buffer + c->seen, *end = c->buffer + c->have;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        bool dot = at - c->buffer >= 2 && at[-1] == '\r' && at[-2] == '.';
        bool alone = dot && (at - c->buffer == 2 || at[-3] == '\n');
        at++;
        if (alone) {
            take_letter(s, c, (size_t)(at - c->buffer) - 3);
            return;
        }
    }
    c->seen = c->have;
}

/* False: the client is gone. */
static bool take_bytes(struct smtp_sink *s, struct sink_connection *c)
{
    ssize_t n = recv(c->fd, c->buffer + c->have, sizeof c->buffer - c->have, 0);
    if (n <= 0)
        return false;
    c->have += (size_t)n;
    if (c->due_us != 0)
        fault(s, "bytes while the dot was not answered");
    if (c->have == sizeof c->buffer) {
        fault(s, "more than %d bytes", (int)BUFFER);
        return false;
    }
    if (c->stage != LETTER)
        return take_line(s, c);
    take_body(s, c);
    return true;
}

/* --- the thread ------------------------------------------------------------------------------- */

static void accept_one(struct smtp_sink *s)
{
    int at = 0, on = 1;
    while (at < SINK_OPEN && s->open[at] != NULL)
        at++;
    int fd = accept(s->listener, NULL, NULL);
    if (fd < 0)
        return;
    struct sink_connection *c = at < SINK_OPEN ? calloc(1, sizeof *c) : NULL;
    if (c == NULL)
        die("sink: too many connections");
    c->fd = fd;
    s->open[at] = c;
    s->connections++;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* only slower */
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)at};
    if (epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &e) != 0)
        die("sink: epoll");
    say(c, "220 sink ESMTP\r\n");
}

/* Answers what is due; returns for how long nothing is, in ms, -1: nothing waits. */
static int answer_due(struct smtp_sink *s)
{
    int64_t first = INT64_MAX, now = clock_boot_us();
    for (int i = 0; s->dot_us > 0 && i < SINK_OPEN; i++) {
        struct sink_connection *c = s->open[i];
        if (c != NULL && c->due_us != 0 && c->due_us <= now)
            answer_dot(s, c);
        else if (c != NULL && c->due_us != 0 && c->due_us < first)
            first = c->due_us;
    }
    return first == INT64_MAX ? -1 : (int)((first - now + 999) / 1000);
}

enum { IS_LISTENER = SINK_OPEN, IS_STOP };

static void *serve(void *arg)
{
    struct smtp_sink *s = arg;
    struct epoll_event events[EVENTS];
    for (;;) {
        int n = epoll_wait(s->poll, events, EVENTS, answer_due(s));
        for (int i = 0; i < n; i++) {
            int at = (int)events[i].data.u32;
            if (at == IS_STOP)
                return NULL;
            if (at == IS_LISTENER)
                accept_one(s);
            else if (s->open[at] != NULL && !take_bytes(s, s->open[at]))
                hang_up(s, at);
        }
    }
}

static void watch(const struct smtp_sink *s, int fd, int what)
{
    struct epoll_event e = {.events = EPOLLIN, .data.u32 = (uint32_t)what};
    if (epoll_ctl(s->poll, EPOLL_CTL_ADD, fd, &e) != 0)
        die("sink: epoll");
}

void smtp_sink_begin(struct smtp_sink *s)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof here;
    s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    s->poll = epoll_create1(EPOLL_CLOEXEC);
    if (s->listener < 0 || s->poll < 0 || pipe(s->stop) != 0 ||
        bind(s->listener, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(s->listener, SINK_OPEN) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&here, &size) != 0)
        die("sink: listen");
    s->port = ntohs(here.sin_port);
    watch(s, s->listener, IS_LISTENER);
    watch(s, s->stop[0], IS_STOP);
    if (pthread_create(&s->thread, NULL, serve, s) != 0)
        die("sink: thread");
}

void smtp_sink_end(struct smtp_sink *s)
{
    if (write(s->stop[1], "x", 1) != 1)
        die("sink: stop");
    pthread_join(s->thread, NULL);
    for (int i = 0; i < SINK_OPEN; i++) {
        if (s->open[i] != NULL)
            (void)close(s->open[i]->fd);
        free(s->open[i]);
        s->open[i] = NULL;
    }
    (void)close(s->listener);
    (void)close(s->poll);
    (void)close(s->stop[0]);
    (void)close(s->stop[1]);
}
