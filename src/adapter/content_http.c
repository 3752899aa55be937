/* content_http.c - fetches a feed with one easy handle inside a multi handle, so that each wait is
 * as long as the caller says and the exchange goes on between two of them. */
#include "adapter/content_http.h"

#include "adapter/feed.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "public_address.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    REDIRECTS_MAX = 5,
    HEADER_BYTES_MAX = 64 * 1024,
    SLOW_BYTES = 100, /* a second */
    TOTAL_MS = 30 * 1000,
    SLOW_S = 10,
    CONNECT_MS = 10 * 1000,
    POLL_MS = 1000,
    AGENT_MAX = 300,
};

struct content_http {
    struct content content;
    struct feed_reader *feed;
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char agent[AGENT_MAX];
    bool allow_private;
    long total_ms, slow_s;
    /* The exchange under way. */
    bool under_way;
    struct content_request request;
    struct buf body;
    size_t header_bytes;
    bool cut, refused_private, too_many_headers;
    struct content_state state;
    char why[CURL_ERROR_SIZE];
};

static struct content_http *own(struct content *c)
{
    return (struct content_http *)c;
}

/* --- what libcurl calls ----------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct content_http *h = user;
    size_t len = size * count, room = FEED_BYTES_MAX - h->body.len;
    if (len > room) {
        (void)buf_add(&h->body, bytes, room); /* asked below */
        h->cut = true;
        return 0; /* enough */
    }
    return buf_add(&h->body, bytes, len) ? len : 0;
}

/* Takes the value of a header for the next request; only printable ASCII, because it goes back into
 * a header. */
static void take_mark(char dst[CONTENT_MARK_MAX + 1], const char *value, size_t len)
{
    while (len > 0 && *value == ' ') {
        value++;
        len--;
    }
    while (len > 0 && strchr(" \r\n", value[len - 1]) != NULL)
        len--;
    dst[0] = '\0';
    for (size_t i = 0; i < len; i++)
        if (value[i] < ' ' || value[i] > '~')
            return;
    if (len <= CONTENT_MARK_MAX)
        (void)str_copy_n(dst, CONTENT_MARK_MAX + 1, value, len); /* fits */
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct content_http *h = user;
    size_t len = size * count;
    h->header_bytes += len;
    if (h->header_bytes > HEADER_BYTES_MAX) {
        h->too_many_headers = true;
        return 0;
    }
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0) /* of the answer after a redirect */
        h->state = (struct content_state){.etag = ""};
    else if (len > 5 && strncasecmp(line, "etag:", 5) == 0)
        take_mark(h->state.etag, line + 5, len - 5);
    else if (len > 14 && strncasecmp(line, "last-modified:", 14) == 0)
        take_mark(h->state.last_modified, line + 14, len - 14);
    return len;
}

static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct content_http *h = user;
    (void)purpose;
    if (!h->allow_private && !public_address(&address->addr)) {
        h->refused_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- one exchange ----------------------------------------------------------------------------- */

static void http_end(struct content *c)
{
    struct content_http *h = own(c);
    if (h->under_way)
        (void)curl_multi_remove_handle(h->multi, h->easy); /* fails for what was never added */
    h->under_way = false;
    curl_slist_free_all(h->headers);
    h->headers = NULL;
}

static bool add_header(struct content_http *h, const char *name, const char *value)
{
    char line[CONTENT_MARK_MAX + 40];
    if (value[0] == '\0')
        return true;
    (void)str_format(line, sizeof line, "%s: %s", name, value); /* fits */
    struct curl_slist *longer = curl_slist_append(h->headers, line);
    if (longer != NULL)
        h->headers = longer;
    return longer != NULL;
}

static bool set_headers(struct content_http *h)
{
    return add_header(h, "Accept",
                      "application/rss+xml, application/atom+xml, application/feed+json, "
                      "application/xml;q=0.9, */*;q=0.5") &&
           add_header(h, "If-None-Match", h->request.since.etag) &&
           add_header(h, "If-Modified-Since", h->request.since.last_modified);
}

/* True when libcurl took every option; one that it does not know would be a ceiling less. */
static bool set_options(struct content_http *h, const char *url)
{
    CURL *e = h->easy;
    curl_easy_reset(e); /* connections and their TLS sessions stay */
    return curl_easy_setopt(e, CURLOPT_URL, url) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_USERAGENT, h->agent) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HTTPHEADER, h->headers) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ERRORBUFFER, h->why) == CURLE_OK;
}

static bool set_ceilings(struct content_http *h)
{
    CURL *e = h->easy;
    return curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, h->total_ms) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, h->slow_s) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEDATA, h) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERDATA, h) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, h) == CURLE_OK;
}

static bool http_start(struct content *c, const struct content_request *request, struct err *err)
{
    struct content_http *h = own(c);
    http_end(c);
    h->request = *request;
    h->header_bytes = 0;
    h->cut = h->refused_private = h->too_many_headers = false;
    h->state = (struct content_state){.etag = ""};
    h->why[0] = '\0';
    buf_clear(&h->body);
    if (!set_headers(h) || !set_options(h, request->spec->sources[request->source].address) ||
        !set_ceilings(h) || curl_multi_add_handle(h->multi, h->easy) != CURLM_OK) {
        http_end(c);
        return err_set(err, ERR_STOP,
                       "libcurl cannot be set up for it (out of memory, or too old)");
    }
    h->under_way = true;
    return true;
}

/* --- what came of it -------------------------------------------------------------------------- */

static bool status_fault(long status, struct err *err)
{
    switch (status) {
    case 404:
    case 410:
        return err_set(err, ERR_REFUSED,
                       "the server answered %ld: there is no such page; correct its address",
                       status);
    case 401:
    case 403:
        return err_set(err, ERR_REFUSED, "the server answered %ld: it does not let us read this",
                       status);
    case 429:
        return err_set(err, ERR_RETRY, "the server answered 429: it was asked too often");
    default:
        return err_set(err, status >= 500 ? ERR_RETRY : ERR_REFUSED, "the server answered %ld",
                       status);
    }
}

static bool transfer_fault(const struct content_http *h, CURLcode code, struct err *err)
{
    char why[200];
    text_screen_to(why, sizeof why, h->why[0] != '\0' ? h->why : curl_easy_strerror(code));
    if (h->refused_private)
        return err_set(err, ERR_REFUSED,
                       "it leads to a private or loopback address, which is not allowed; see "
                       "[fetch] allow_private");
    if (h->too_many_headers)
        return err_set(err, ERR_REFUSED, "the server sends more than 64 KiB of headers");
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_RETRY, "the server is too slow or does not answer: %s", why);
    case CURLE_TOO_MANY_REDIRECTS:
        return err_set(err, ERR_REFUSED, "it leads on more than %d times", (int)REDIRECTS_MAX);
    case CURLE_PEER_FAILED_VERIFICATION:
        return err_set(err, ERR_REFUSED, "the server's certificate is not good: %s", why);
    case CURLE_OUT_OF_MEMORY: /* also libcurl's word for a line past its own ceiling */
        return err_set(err, ERR_RETRY, "a line of its header is too long (or no memory is left)");
    case CURLE_UNSUPPORTED_PROTOCOL:
        return err_set(err, ERR_REFUSED, "it leads to something else than http or https");
    default:
        return err_set(err, ERR_RETRY, "it cannot be fetched: %s", why);
    }
}

static enum content_answer read_answer(struct content_http *h, CURLcode code,
                                       struct content_view *ret, struct err *err)
{
    long status = 0;
    char *type = NULL, *url = NULL;
    struct content_view view = {.state = h->state};
    (void)curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status); /* stays 0: a fault */
    (void)curl_easy_getinfo(h->easy, CURLINFO_CONTENT_TYPE, &type);    /* stays NULL: unknown */
    (void)curl_easy_getinfo(h->easy, CURLINFO_EFFECTIVE_URL, &url);    /* likewise */
    bool whole = code == CURLE_OK || (code == CURLE_WRITE_ERROR && h->cut);
    if (!buf_ok(&h->body)) {
        (void)err_set(err, ERR_STOP, "out of memory");
        return CONTENT_FAILED;
    }
    if (!whole) {
        (void)transfer_fault(h, code, err);
        return CONTENT_FAILED;
    }
    if (status == 304 &&
        (h->request.since.etag[0] != '\0' || h->request.since.last_modified[0] != '\0'))
        return CONTENT_UNCHANGED;
    if (status != 200) {
        (void)status_fault(status, err);
        return CONTENT_FAILED;
    }
    struct feed_input input = {.bytes = buf_text(&h->body),
                               .len = h->body.len,
                               .cut = h->cut,
                               .content_type = type,
                               .base = url != NULL ? url : "",
                               .kind = h->request.spec->sources[h->request.source].kind,
                               .source = h->request.source};
    if (!feed_read(h->feed, &input, &view, err))
        return CONTENT_FAILED;
    *ret = view;
    return CONTENT_READY;
}

/* True when the exchange is over. */
static bool is_over(struct content_http *h, CURLcode *ret_code)
{
    int left = 0;
    for (CURLMsg *m = NULL; (m = curl_multi_info_read(h->multi, &left)) != NULL;) {
        if (m->msg == CURLMSG_DONE) {
            *ret_code = m->data.result;
            return true;
        }
    }
    return false;
}

static enum content_answer http_next(struct content *c, int64_t deadline_us,
                                     struct content_view *ret, struct err *err)
{
    struct content_http *h = own(c);
    CURLcode code = CURLE_OK;
    if (!h->under_way) {
        (void)err_set(err, ERR_REFUSED, "no source was started");
        return CONTENT_FAILED;
    }
    for (;;) {
        int running = 0;
        if (curl_multi_perform(h->multi, &running) != CURLM_OK) {
            http_end(c);
            (void)err_set(err, ERR_STOP, "libcurl cannot go on (out of memory)");
            return CONTENT_FAILED;
        }
        if (is_over(h, &code))
            break;
        int64_t left_ms = (deadline_us - clock_boot_us()) / US_PER_MS;
        if (left_ms <= 0)
            return CONTENT_WAIT;
        (void)curl_multi_poll(h->multi, NULL, 0, (int)(left_ms < POLL_MS ? left_ms : POLL_MS),
                              NULL); /* a failed wait is only a shorter one */
    }
    enum content_answer answer = read_answer(h, code, ret, err);
    http_end(c);
    return answer;
}

static void http_free(struct content *c)
{
    if (c == NULL)
        return;
    struct content_http *h = own(c);
    if (h->multi != NULL)
        http_end(c);
    curl_easy_cleanup(h->easy);
    (void)curl_multi_cleanup(h->multi); /* nothing is left in it */
    feed_reader_free(h->feed);
    buf_done(&h->body);
    free(h);
    curl_global_cleanup();
}

static const struct content_ops ops = {
    .start = http_start,
    .next = http_next,
    .end = http_end,
    .free = http_free,
};

bool content_http_new(const struct content_http_options *options, struct content **ret,
                      struct err *err)
{
    /* Counts its calls, and is safe from any thread since 7.84. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(err, ERR_STOP, "content: libcurl cannot be started");
    struct content_http *h = calloc(1, sizeof *h);
    if (h == NULL) {
        curl_global_cleanup();
        return err_set(err, ERR_STOP, "content: out of memory");
    }
    h->content.ops = &ops;
    h->allow_private = options->allow_private;
    h->total_ms = options->total_us > 0 ? (long)(options->total_us / US_PER_MS) : TOTAL_MS;
    h->slow_s =
        options->slow_us > 0 ? (long)((options->slow_us + US_PER_S - 1) / US_PER_S) : SLOW_S;
    h->body = buf_init(FEED_BYTES_MAX);
    text_screen_to(h->agent, sizeof h->agent, options->agent); /* no line end gets into a header */
    h->multi = curl_multi_init();
    h->easy = curl_easy_init();
    bool ok = (h->multi != NULL && h->easy != NULL) ||
              err_set(err, ERR_STOP, "content: out of memory for libcurl");
    if (!ok || !feed_reader_new(&h->feed, err)) {
        http_free(&h->content);
        return false;
    }
    *ret = &h->content;
    return true;
}
