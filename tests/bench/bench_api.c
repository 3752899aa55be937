/* bench_api.c - requests a second of GET /v1/status on a real engine, beside a bare "hello" of the
 * same HTTP library in the same run; and a job's letters a second while others ask all the time.
 *
 * usage: bench_api     (AUTOPILOT_BIN: the program) Both are asked by the same client, over TCP on
 * loopback, on CLIENTS connections that are kept; they take turns, so that other work on the
 * machine disturbs both alike. */
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <microhttpd.h>

enum { CLIENTS = 8, TURNS = 5, TURN_MS = 1000, JOB_MS = 5000 };

static char token[128];
static struct scratch place;

static void give_up(const char *why)
{
    (void)fprintf(stderr, "bench_api: %s\n", why);
    exit(1);
}

/* --- the other side --- */

static enum MHD_Result hello(void *cls, struct MHD_Connection *c, const char *path,
                             const char *method, const char *version, const char *data,
                             size_t *size, void **request)
{
    (void)path, (void)method, (void)version, (void)data, (void)size;
    if (*request == NULL) { /* the head is there; it is answered when the whole request is */
        *request = cls;
        return MHD_YES;
    }
    return MHD_queue_response(c, 200, cls);
}

static pid_t serve_hello(int *ret_port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof here;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(fd, (struct sockaddr *)&here, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&here, &len) != 0)
        give_up("no port");
    *ret_port = ntohs(here.sin_port);
    pid_t child = fork();
    if (child != 0) {
        (void)close(fd);
        return child;
    }
    static char text[] = "hello\n";
    struct MHD_Response *r = MHD_create_response_from_buffer(6, text, MHD_RESPMEM_PERSISTENT);
    if (MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, hello, r,
                         MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_END) == NULL)
        _exit(1);
    for (;;)
        (void)pause();
}

static const char *program(void)
{
    const char *bin = getenv("AUTOPILOT_BIN");
    return bin != NULL ? bin : "build/autopilot";
}

/* Runs the program to its end; its stdout into `file` of the scratch place. */
static void run(const char *file, const char *const *words)
{
    const char *argv[16] = {program(), "--data", place.dir};
    for (int i = 0; words[i] != NULL && i < 12; i++)
        argv[3 + i] = words[i];
    pid_t child = fork();
    if (child == 0) {
        int fd = open(scratch_path(&place, file), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        (void)dup2(fd, 1);
        (void)execv(argv[0], (char *const *)(void *)argv);
        _exit(127);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        give_up(words[0]);
}

static pid_t serve_program(int *ret_port)
{
    pid_t child = fork();
    if (child == 0) {
        int fd = open(scratch_path(&place, "engine.out"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        (void)dup2(fd, 1);
        (void)setenv("AUTOPILOT_API_LISTEN", "127.0.0.1:0", 1);
        (void)setenv("AUTOPILOT_API_PER_MINUTE", "0", 1);
        (void)setenv("AUTOPILOT_MAIL_PER_MINUTE", "540", 1); /* the sample has letters for 13 s */
        (void)execl(program(), program(), "--data", place.dir, "engine", (char *)NULL);
        _exit(127);
    }
    for (int64_t until = clock_boot_us() + 20 * US_PER_S; clock_boot_us() < until;) {
        struct buf text = buf_init(1 << 20);
        (void)file_read(scratch_path(&place, "engine.out"), &text, NULL);
        const char *at = strstr(buf_text(&text), "listens on 127.0.0.1:");
        *ret_port = at != NULL && strchr(at, '\n') != NULL ? (int)strtol(at + 21, NULL, 10) : 0;
        buf_done(&text);
        if (*ret_port > 0)
            return child;
        (void)poll(NULL, 0, 10);
    }
    give_up("the engine's API does not listen");
    return 0;
}

/* --- the client --- */

struct load {
    int fd[CLIENTS];
    size_t got[CLIENTS]; /* bytes of the answer that comes */
    size_t answer;       /* bytes of a whole one; 0: not known yet */
    char request[512];
};

static void load_begin(struct load *l, int port, const char *path)
{
    struct sockaddr_in there = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int on = 1;
    *l = (struct load){0};
    (void)snprintf(l->request, sizeof l->request,
                   "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n", path,
                   token);
    for (int i = 0; i < CLIENTS; i++) {
        l->fd[i] = socket(AF_INET, SOCK_STREAM, 0);
        (void)setsockopt(l->fd[i], IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(l->fd[i], (struct sockaddr *)&there, sizeof there) != 0)
            give_up("connect");
    }
}

static void load_end(struct load *l)
{
    for (int i = 0; i < CLIENTS; i++)
        (void)close(l->fd[i]);
}

/* Reads what came on one connection; true when an answer is whole. An answer's size may change
 * from one to the next, so its head is read. */
static bool take(struct load *l, int i)
{
    static char text[65536];
    ssize_t n = recv(l->fd[i], text, sizeof text - 1, 0);
    if (n <= 0)
        give_up("a connection ended");
    text[n] = '\0';
    if (l->got[i] == 0) {
        const char *length = strstr(text, "Content-Length: "), *body = strstr(text, "\r\n\r\n");
        if (strncmp(text, "HTTP/1.1 200", 12) != 0 || length == NULL || body == NULL)
            give_up("an answer is not 200");
        l->got[i] = (size_t)strtol(length + 16, NULL, 10) + (size_t)(body + 4 - text);
    }
    if ((size_t)n > l->got[i])
        give_up("more came than was asked for");
    l->got[i] -= (size_t)n;
    return l->got[i] == 0;
}

/* Requests a second for so long. */
static double load_run(struct load *l, int64_t ms)
{
    int64_t began = clock_boot_us(), until = began + ms * US_PER_MS, done = 0, open = 0;
    size_t len = strlen(l->request);
    struct pollfd p[CLIENTS];
    for (int i = 0; i < CLIENTS; i++, open++) {
        p[i] = (struct pollfd){.fd = l->fd[i], .events = POLLIN};
        if (send(l->fd[i], l->request, len, MSG_NOSIGNAL) != (ssize_t)len)
            give_up("send");
    }
    while (open > 0) {
        if (poll(p, CLIENTS, 5000) <= 0)
            give_up("no answer within 5 s");
        bool more = clock_boot_us() < until;
        for (int i = 0; i < CLIENTS; i++) {
            if ((p[i].revents & POLLIN) == 0 || !take(l, i))
                continue;
            done++;
            open -= !more;
            if (more && send(l->fd[i], l->request, len, MSG_NOSIGNAL) != (ssize_t)len)
                give_up("send");
        }
    }
    return (double)done * 1e6 / (double)(clock_boot_us() - began);
}

/* --- the job --- */

static int64_t letters(int port)
{
    static char text[65536];
    struct load l;
    size_t got = 0;
    load_begin(&l, port, "/metrics");
    if (send(l.fd[0], l.request, strlen(l.request), MSG_NOSIGNAL) <= 0)
        give_up("send");
    const char *at = NULL;
    while (at == NULL || strchr(at, '\n') == NULL) {
        ssize_t n = recv(l.fd[0], text + got, sizeof text - 1 - got, 0);
        if (n <= 0)
            give_up("no metrics");
        got += (size_t)n;
        text[got] = '\0';
        at = strstr(text, "job=\"sample\"} ");
    }
    load_end(&l);
    return strtoll(at + 14, NULL, 10);
}

/* Letters a second of a job that has an even pace, with or without somebody who asks all the time.
 */
static double job_rate(int port, bool asked)
{
    struct load l;
    int64_t began = clock_boot_us(), first = letters(port);
    if (asked) {
        load_begin(&l, port, "/v1/status");
        (void)load_run(&l, JOB_MS);
        load_end(&l);
    } else {
        (void)poll(NULL, 0, JOB_MS);
    }
    return (double)(letters(port) - first) * 1e6 / (double)(clock_boot_us() - began);
}

static void bench_status(int port)
{
    int hello_port;
    double bare[TURNS], ours[TURNS], sum_bare = 0, sum_ours = 0;
    pid_t child = serve_hello(&hello_port);
    for (int i = 0; i < TURNS; i++) {
        struct load l;
        load_begin(&l, hello_port, "/");
        sum_bare += bare[i] = load_run(&l, TURN_MS);
        load_end(&l);
        load_begin(&l, port, "/v1/status");
        sum_ours += ours[i] = load_run(&l, TURN_MS);
        load_end(&l);
    }
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    printf("api status    %.0f requests/s; bare hello %.0f; %.2f of it (aim 0.3)\n",
           sum_ours / TURNS, sum_bare / TURNS, sum_ours / sum_bare);
}

int main(void)
{
    int port;
    scratch_init(&place);
    run("out", (const char *const[]){"init", "--sample", "--quiet", NULL});
    run("token",
        (const char *const[]){"token", "create", "bench", "--scope", "control", "--quiet", NULL});
    struct buf text = buf_init(256);
    if (!file_read(scratch_path(&place, "token"), &text, NULL))
        give_up("no token");
    (void)str_copy_n(token, sizeof token, buf_text(&text), strcspn(buf_text(&text), "\n"));
    buf_done(&text);
    pid_t engine = serve_program(&port);
    bench_status(port);
    run("out", (const char *const[]){"job", "start", "sample", NULL});
    double alone = job_rate(port, false), asked = job_rate(port, true);
    printf("api job       %.1f letters/s alone, %.1f while asked all the time; %.2f of it\n", alone,
           asked, alone > 0 ? asked / alone : 0);
    (void)kill(engine, SIGTERM);
    (void)waitpid(engine, NULL, 0);
    scratch_done(&place);
    return 0;
}
