/* web_server.h - a web server on the loopback address for tests: as many hosts as one likes, each
 * connection a thread, connections kept alive. It counts what it sees. */
#ifndef FAKE_WEB_SERVER_H
#define FAKE_WEB_SERVER_H

#include "base/buf.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct web_server;

struct web_asked {
    const char *host;   /* without port */
    const char *path;   /* with the query */
    const char *header; /* the whole request */
    int port;           /* of this server */
};

enum { WEB_SERVER_ALL = 4096 };

struct web_server {
    /* Writes the whole answer, with its headers and Content-Length; threads call it at the same
     * time. Nothing written: the connection is closed. */
    void (*answer)(void *ctx, const struct web_asked *asked, struct buf *out);
    void *ctx;
    int port;
    int listener;
    pthread_t thread;
    pthread_mutex_t mutex; /* guards all below */
    pthread_cond_t ended;
    int open[WEB_SERVER_ALL]; /* sockets of connections; -1: a free place */
    int32_t connections;      /* since the start */
    int32_t living;
    int32_t requests;
};

/* Listens on every loopback address of both families. Fails the test when it can't. */
void web_server_begin(struct web_server *s);
void web_server_end(struct web_server *s);
int32_t web_server_connections(struct web_server *s);
int32_t web_server_requests(struct web_server *s);
/* An answer with status, type and body; more: further header lines, each with CR LF. */
void web_answer(struct buf *out, int status, const char *more, const char *type, const char *body,
                size_t len);

#endif
