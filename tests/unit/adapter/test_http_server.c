/* Broken if this fails: HTTP on a socket: what a request says, answers and streams, and that no
 * client, slow, silent or too large, costs more than its own connection. */
#include "unit/cases.h"

#include "adapter/http_server.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct stage {
    struct http_server *server;
    char listen[FILE_PATH_MAX];
    int asked, made, freed;
    int64_t given; /* bytes made for streams */
    bool endless;
};

static bool stream_more(void *ctx, struct buf *out, size_t most)
{
    struct stage *s = ctx;
    if (!s->endless)
        return true;
    for (size_t n = 0; n < most; n += 10)
        (void)buf_adds(out, "123456789\n");
    s->given += (int64_t)out->len;
    return true;
}

static void stream_free(void *ctx)
{
    struct stage *s = ctx;
    s->freed++;
}

static void answer(void *ctx, const struct http_asked *asked, struct http_answer *ret)
{
    struct stage *s = ctx;
    char name[16];
    s->asked++;
    ret->status = 200;
    ret->type = "text/plain";
    if (str_equal(asked->path, "/stream")) {
        s->made++;
        ret->stream = (struct http_stream){s, stream_more, stream_free};
        return;
    }
    if (!http_query(asked->request, "name", name, sizeof name))
        (void)str_copy(name, sizeof name, "?");
    bool form = http_form_has(asked->request, "a", "b c");
    (void)buf_addf(&ret->body, "[%s %s h=%s b=%s t=%s n=%s f=%d x=%s l=%zu]", asked->method,
                   asked->path, asked->host, asked->bearer, asked->type, name, form,
                   asked->forwarded, asked->body_len);
    http_header_add(ret, "X-Own", "%d", 7);
}

static void refuse(void *ctx, int status, struct http_answer *ret)
{
    (void)ctx;
    (void)buf_addf(&ret->body, "refused %d", status);
}

static void begin(struct stage *s, const char *dir)
{
    struct err err = {0};
    (void)snprintf(s->listen, sizeof s->listen, "unix:%s/h", dir);
    struct http_options options = {
        .listen = s->listen, .idle_s = 1, .answer = answer, .refuse = refuse, .ctx = s};
    if (!http_server_new(&options, &s->server, &err))
        fail_msg("%s", err.text);
}

static int client(const struct stage *s)
{
    struct sockaddr_un there = {.sun_family = AF_UNIX};
    int small = 4096;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(str_copy(there.sun_path, sizeof there.sun_path, s->listen + 5));
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(connect(fd, (struct sockaddr *)&there, sizeof there), 0);
    return fd;
}

/* One turn of the caller's loop. */
static void turn(struct stage *s, int fd)
{
    struct pollfd p[2] = {{.fd = http_server_fd(s->server), .events = POLLIN},
                          {.fd = fd, .events = POLLIN}};
    int wait = http_server_wait_ms(s->server);
    (void)poll(p, 2, wait < 0 || wait > 100 ? 100 : wait);
    http_server_run(s->server);
}

/* Sends it and reads until `end` stands in what came, or the other side closed. */
static void talk(struct stage *s, int fd, const char *request, const char *end, char *got,
                 size_t size)
{
    size_t sent = 0, len = 0, all = strlen(request);
    int64_t until = clock_boot_us() + 20 * US_PER_S;
    bool open = true;
    got[0] = '\0';
    while (open && strstr(got, end) == NULL) {
        if (clock_boot_us() > until)
            fail_msg("no answer; so far: %s", got);
        if (sent < all) {
            ssize_t n = send(fd, request + sent, all - sent, MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
        }
        turn(s, fd);
        ssize_t n = recv(fd, got + len, size - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
        got[len] = '\0';
        open = n != 0;
    }
}

static void test_requests(void **state)
{
    static struct stage s;
    struct scratch dir;
    static char big[HTTP_BODY_MAX + 4096], got[16384];
    (void)state;
    scratch_init(&dir);
    begin(&s, dir.dir);
    (void)snprintf(big, sizeof big, "POST /big HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n",
                   HTTP_BODY_MAX);
    size_t head = strlen(big);
    memset(big + head, 'y', HTTP_BODY_MAX);
    const struct {
        int line;
        const char *request, *want;
    } rows[] = {
        {__LINE__, "GET /a%2Fb?name=x%20y+z HTTP/1.1\r\nHost: me:1\r\n\r\n",
         "[GET /a%2Fb h=me:1 b= t= n=x y z f=0 x= l=0]"},
        {__LINE__,
         "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: bearer  tok\r\n"
         "X-Forwarded-For: 9.9.9.9, 10.0.0.1\r\n\r\n",
         "b=tok t= n= f=0 x=10.0.0.1 l=0]"},
        {__LINE__, "GET /?name=%ff HTTP/1.1\r\nHost: x\r\n\r\n", " n=? "},
        {__LINE__, "GET /?name=12345678901234567 HTTP/1.1\r\nHost: x\r\n\r\n", " n=? "},
        {__LINE__, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "X-Own: 7"},
        {__LINE__,
         "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
         "Content-Type: Application/X-WWW-Form-Urlencoded; charset=x\r\n\r\nz=1&a=b+c",
         "t=application/x-www-form-urlencoded n= f=1 x= l=9]"},
        {__LINE__, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na=b+c", "f=0"},
        {__LINE__, big, "l=65536]"},
        {__LINE__, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", "refused 413"},
        {__LINE__, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
         "413"},
        {__LINE__, "NONSENSE\r\n\r\n", ""},
        {__LINE__, "GET / HTTP/1.1\r\nHo", ""}, /* and then nothing more: dropped after a second */
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int fd = client(&s);
        const char *end = rows[i].want[0] != '\0' ? rows[i].want : "never";
        talk(&s, fd, rows[i].request, end, got, sizeof got);
        CHECK_AT(rows[i].line, strstr(got, rows[i].want) != NULL, "got %s", got);
        (void)close(fd);
    }
    http_server_free(s.server);
    scratch_done(&dir);
}

/* A client that takes nothing costs little and is dropped; another is answered meanwhile. */
static void test_slow(void **state)
{
    static struct stage s;
    struct scratch dir;
    static char got[4096];
    (void)state;
    scratch_init(&dir);
    s.endless = true;
    begin(&s, dir.dir);
    int slow = client(&s);
    talk(&s, slow, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "123456789", got, sizeof got);
    assert_int_equal(http_server_streams(s.server), 1);
    int64_t began = clock_boot_us();
    while (s.freed == 0 && clock_boot_us() - began < 20 * US_PER_S) {
        int fd = client(&s);
        talk(&s, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "[GET", got, sizeof got);
        (void)close(fd);
    }
    assert_int_equal(s.freed, 1);
    assert_int_equal(http_server_streams(s.server), 0);
    assert_true(s.given < 4 << 20); /* what the socket took, and one block */
    (void)close(slow);
    http_server_free(s.server);
    scratch_done(&dir);
}

/* Streams that sleep: woken, refused when there are too many, given up when nobody listens. */
static void test_streams(void **state)
{
    static struct stage s;
    struct scratch dir;
    static char got[4096];
    int fd[HTTP_STREAMS_MAX];
    (void)state;
    scratch_init(&dir);
    begin(&s, dir.dir);
    for (int i = 0; i < HTTP_STREAMS_MAX; i++) {
        fd[i] = client(&s);
        talk(&s, fd[i], "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n", got, sizeof got);
        assert_non_null(strstr(got, " 200 "));
    }
    int more = client(&s);
    talk(&s, more, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "refused 503", got, sizeof got);
    assert_non_null(strstr(got, "refused 503"));
    (void)close(fd[3]); /* it sleeps: only the next who comes makes room of it */
    talk(&s, more, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", "chunked", got, sizeof got);
    s.endless = true;
    http_server_wake_streams(s.server);
    talk(&s, fd[7], "", "123456789", got, sizeof got);
    for (int i = 0; i < HTTP_STREAMS_MAX; i++)
        if (i != 3)
            (void)close(fd[i]);
    http_server_free(s.server); /* with streams asleep and awake */
    assert_int_equal(s.made, s.freed);
    (void)close(more);
    scratch_done(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
