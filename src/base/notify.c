/* notify.c - an unconnected datagram socket and two variables of the environment. */
#include "base/notify.h"

#include "base/str.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static bool connect_to(int fd, const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return false;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@')
        to.sun_path[0] = '\0'; /* the abstract namespace */
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return connect(fd, (struct sockaddr *)&to, size) == 0;
}

/* The watchdog is meant for one process: a child that inherits the variable is not it. */
static int64_t watchdog_us(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t us = 0, owner = 0;
    if (usec == NULL || !str_int(usec, 1, INT64_C(86400) * 1000000, &us))
        return 0;
    if (pid != NULL && (!str_int(pid, 1, INT32_MAX, &owner) || owner != getpid()))
        return 0;
    return us;
}

void notify_open(struct notify *n)
{
    const char *path = getenv("NOTIFY_SOCKET");
    *n = (struct notify){.fd = -1};
    if (path == NULL)
        return;
    n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (n->fd >= 0 && !connect_to(n->fd, path))
        notify_close(n);
    if (n->fd >= 0)
        n->every_us = watchdog_us();
}

void notify_close(struct notify *n)
{
    if (n->fd >= 0)
        (void)close(n->fd); /* nothing was promised */
    n->fd = -1;
    n->every_us = 0;
}

void notify_send(const struct notify *n, const char *text)
{
    if (n->fd >= 0)
        (void)send(n->fd, text, strlen(text), MSG_NOSIGNAL); /* lost: see the header */
}

void notify_alive(struct notify *n, int64_t boot_us)
{
    if (n->every_us == 0 || boot_us < n->next_us)
        return;
    notify_send(n, "WATCHDOG=1");
    n->next_us = boot_us + n->every_us / 2;
}

int notify_wait_ms(const struct notify *n, int64_t boot_us, int most_ms)
{
    if (n->every_us == 0)
        return most_ms;
    int64_t left_ms = n->next_us > boot_us ? (n->next_us - boot_us + 999) / 1000 : 0;
    return most_ms >= 0 && most_ms < left_ms ? most_ms : (int)left_ms;
}
