/* web_server.c - threads that read requests and write what they are told. */
#include "fake/web_server.h"

#include "base/str.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 16384, STACK = 256 * 1024 };

struct connection {
    struct web_server *server;
    int place, fd;
};

static void die(const char *what)
{
    perror(what);
    abort();
}

/* The request's words; it is cut into pieces. */
static bool take_apart(char *request, char *copy, struct web_asked *ret)
{
    char *host = strcasestr(copy, "\r\nhost: "), *path = strchr(copy, ' ');
    if (host == NULL || path == NULL)
        return false;
    host += 8;
    path += 1;
    path[strcspn(path, " ")] = '\0';
    host[strcspn(host, "\r\n:")] = '\0';
    if (str_starts(path, "http://")) /* asked as a proxy */
        path = strchr(path + 7, '/');
    if (path == NULL)
        return false;
    *ret = (struct web_asked){.host = host, .path = path, .header = request};
    return true;
}

static bool serve_one(struct connection *c, char *request)
{
    char copy[REQUEST_MAX];
    struct buf out = buf_init((size_t)16 * 1024 * 1024);
    struct web_asked asked;
    (void)str_copy(copy, sizeof copy, request); /* same size */
    bool ok = take_apart(request, copy, &asked);
    if (ok) {
        asked.port = c->server->port;
        pthread_mutex_lock(&c->server->mutex);
        c->server->requests++;
        pthread_mutex_unlock(&c->server->mutex);
        c->server->answer(c->server->ctx, &asked, &out);
    }
    for (size_t sent = 0; ok && sent < out.len;) {
        ssize_t n = send(c->fd, buf_text(&out) + sent, out.len - sent, MSG_NOSIGNAL);
        ok = n > 0;
        sent += ok ? (size_t)n : 0;
    }
    ok = ok && out.len > 0;
    buf_done(&out);
    return ok;
}

static void *serve(void *user)
{
    struct connection *c = user;
    char request[REQUEST_MAX];
    size_t len = 0;
    for (bool ok = true; ok;) {
        ssize_t n = recv(c->fd, request + len, sizeof request - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        request[len] = '\0';
        if (strstr(request, "\r\n\r\n") == NULL)
            continue;
        ok = serve_one(c, request);
        len = 0;
    }
    pthread_mutex_lock(&c->server->mutex);
    (void)close(c->fd);
    c->server->open[c->place] = -1;
    c->server->living--;
    pthread_cond_signal(&c->server->ended);
    pthread_mutex_unlock(&c->server->mutex);
    free(c);
    return NULL;
}

static void welcome(struct web_server *s, int fd)
{
    pthread_t thread;
    pthread_attr_t attributes;
    struct connection *c = malloc(sizeof *c);
    const int yes = 1;
    if (c == NULL)
        die("malloc");
    *c = (struct connection){.server = s, .fd = fd};
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes); /* only slower without */
    pthread_mutex_lock(&s->mutex);
    s->connections++;
    s->living++;
    while (c->place < WEB_SERVER_ALL && s->open[c->place] >= 0)
        c->place++;
    if (c->place == WEB_SERVER_ALL)
        die("too many connections");
    s->open[c->place] = fd;
    pthread_mutex_unlock(&s->mutex);
    if (pthread_attr_init(&attributes) != 0 || pthread_attr_setstacksize(&attributes, STACK) != 0 ||
        pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) != 0 ||
        pthread_create(&thread, &attributes, serve, c) != 0)
        die("pthread_create");
    (void)pthread_attr_destroy(&attributes); /* can't fail */
}

static void *receive(void *user)
{
    struct web_server *s = user;
    for (int fd; (fd = accept(s->listener, NULL, NULL)) >= 0;)
        welcome(s, fd);
    return NULL;
}

void web_server_begin(struct web_server *s)
{
    struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_addr = in6addr_any};
    socklen_t len = sizeof here;
    const int no = 0;
    s->listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->listener < 0 ||
        setsockopt(s->listener, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no) != 0 ||
        bind(s->listener, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(s->listener, 512) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&here, &len) != 0)
        die("web_server");
    s->port = ntohs(here.sin6_port);
    for (int i = 0; i < WEB_SERVER_ALL; i++)
        s->open[i] = -1;
    if (pthread_mutex_init(&s->mutex, NULL) != 0 || pthread_cond_init(&s->ended, NULL) != 0 ||
        pthread_create(&s->thread, NULL, receive, s) != 0)
        die("web_server");
}

void web_server_end(struct web_server *s)
{
    (void)shutdown(s->listener, SHUT_RDWR); /* accept() ends */
    (void)pthread_join(s->thread, NULL);    /* it was created */
    (void)close(s->listener);
    pthread_mutex_lock(&s->mutex);
    for (int i = 0; i < WEB_SERVER_ALL; i++)
        if (s->open[i] >= 0)
            (void)shutdown(s->open[i], SHUT_RDWR); /* its recv() ends */
    while (s->living > 0)
        pthread_cond_wait(&s->ended, &s->mutex);
    pthread_mutex_unlock(&s->mutex);
    pthread_cond_destroy(&s->ended);
    pthread_mutex_destroy(&s->mutex);
}

static int32_t read_count(struct web_server *s, const int32_t *count)
{
    pthread_mutex_lock(&s->mutex);
    int32_t n = *count;
    pthread_mutex_unlock(&s->mutex);
    return n;
}

int32_t web_server_connections(struct web_server *s)
{
    return read_count(s, &s->connections);
}

int32_t web_server_requests(struct web_server *s)
{
    return read_count(s, &s->requests);
}

void web_answer(struct buf *out, int status, const char *more, const char *type, const char *body,
                size_t len)
{
    (void)buf_addf(out,
                   "HTTP/1.1 %d Said\r\n%sContent-Type: %s\r\n"
                   "Content-Length: %zu\r\n\r\n",
                   status, more, type, len); /* an answer that is too long is cut, here and below */
    (void)buf_add(out, body, len);
}
