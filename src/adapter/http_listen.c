/* http_listen.c - where requests come in: reads "unix:PATH" and "ADDRESS:PORT", binds.
 *
 * Only a literal address is taken: a name could be resolved to another address tomorrow. */
#include "http_listen.h"

#include "adapter/http_server.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 128 };

union place {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool wrong(const char *listen, const char *why, struct err *err)
{
    return err_set(err, ERR_REFUSED, "[api] listen = %.200s: %s", listen, why);
}

static bool is_loopback(const union place *p)
{
    return p->any.sa_family == AF_INET ? ntohl(p->v4.sin_addr.s_addr) >> 24 == 127
                                       : IN6_IS_ADDR_LOOPBACK(&p->v6.sin6_addr);
}

static bool read_address(const char *listen, union place *ret, socklen_t *ret_len)
{
    char host[INET6_ADDRSTRLEN + 2];
    const char *colon = strrchr(listen, ':');
    int64_t port;
    if (colon == NULL || !str_int(colon + 1, 0, 65535, &port) ||
        !str_copy_n(host, sizeof host, listen, (size_t)(colon - listen)))
        return false;
    size_t len = strlen(host);
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host[len - 1] = '\0';
        ret->v6 =
            (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
        *ret_len = sizeof ret->v6;
        return inet_pton(AF_INET6, host + 1, &ret->v6.sin6_addr) == 1;
    }
    ret->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    *ret_len = sizeof ret->v4;
    return inet_pton(AF_INET, host, &ret->v4.sin_addr) == 1;
}

static bool read_place(const char *listen, bool anywhere, union place *ret, socklen_t *ret_len,
                       struct err *err)
{
    memset(ret, 0, sizeof *ret);
    if (str_starts(listen, "unix:")) {
        ret->local.sun_family = AF_UNIX;
        *ret_len = sizeof ret->local;
        if (listen[5] != '/')
            return wrong(listen, "write a whole path, as in unix:/run/autopilot/api", err);
        return str_copy(ret->local.sun_path, sizeof ret->local.sun_path, listen + 5) ||
               wrong(listen, "the path of a socket has at most 107 bytes", err);
    }
    if (!read_address(listen, ret, ret_len))
        return wrong(listen, "write unix:PATH, or ADDRESS:PORT as in 127.0.0.1:8765 or [::1]:8765",
                     err);
    return anywhere || is_loopback(ret) ||
           wrong(listen,
                 "without TLS only a loopback address is taken; put something that speaks "
                 "TLS in front, and set [api] behind_tls = yes",
                 err);
}

bool http_listen_check(const char *listen, bool anywhere, struct err *err)
{
    union place p;
    socklen_t len;
    return read_place(listen, anywhere, &p, &len, err);
}

/* A socket of a process that died stays behind: nobody answers on it. */
static bool remove_dead(const union place *p, const char *listen, struct err *err)
{
    struct stat st;
    if (lstat(p->local.sun_path, &st) != 0)
        return true;
    if (!S_ISSOCK(st.st_mode))
        return wrong(listen, "something that is no socket is there", err);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool dead = fd >= 0 && connect(fd, &p->any, sizeof p->local) != 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        (void)close(fd); /* it only asked */
    if (!dead)
        return err_set(err, ERR_CONFLICT, "[api] listen = %.200s: somebody listens there already",
                       listen);
    return unlink(p->local.sun_path) == 0 || wrong(listen, strerror(errno), err);
}

static void say_where(int fd, const char *listen, char *dst, size_t size)
{
    union place p;
    socklen_t len = sizeof p;
    char host[INET6_ADDRSTRLEN] = "";
    memset(&p, 0, sizeof p);
    (void)str_copy(dst, size, listen); /* a cut is fine */
    if (getsockname(fd, &p.any, &len) != 0 || p.any.sa_family == AF_UNIX)
        return;
    bool v6 = p.any.sa_family == AF_INET6;
    const void *address = v6 ? (const void *)&p.v6.sin6_addr : (const void *)&p.v4.sin_addr;
    (void)inet_ntop(p.any.sa_family, address, host, sizeof host); /* it fits */
    (void)str_format(dst, size, v6 ? "[%s]:%d" : "%s:%d", host,
                     ntohs(v6 ? p.v6.sin6_port : p.v4.sin_port)); /* it fits */
}

/* The mode of a Unix socket's file is that of the socket when it is bound (unix(7), Linux), so
 * there is no instant at which others may connect. */
static bool bind_there(int fd, const union place *p, socklen_t len)
{
    int on = 1;
    if (p->any.sa_family == AF_UNIX)
        return fchmod(fd, 0600) == 0 && bind(fd, &p->any, len) == 0;
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           bind(fd, &p->any, len) == 0;
}

bool http_listen(const char *listen_at, bool anywhere, int *ret_fd, char *ret_where, size_t size,
                 struct err *err)
{
    union place p;
    socklen_t len;
    if (!read_place(listen_at, anywhere, &p, &len, err))
        return false;
    bool local = p.any.sa_family == AF_UNIX;
    if (local && !remove_dead(&p, listen_at, err))
        return false;
    int fd = socket(p.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || !bind_there(fd, &p, len) || listen(fd, BACKLOG) != 0) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd); /* it was never used */
        return err_set(err, why == EADDRINUSE ? ERR_CONFLICT : ERR_STOP,
                       "[api] listen = %.200s: %s", listen_at, strerror(why));
    }
    say_where(fd, listen_at, ret_where, size);
    *ret_fd = fd;
    return true;
}
