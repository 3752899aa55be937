/* http_call.c - an easy handle inside a multi handle, as content_http has it, for services instead
 * of pages: a token, a body, an answer that is read while it comes. */
#include "http_call.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "public_address.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_MS = 10 * 1000,
    POLL_MS = 1000,
    AGENT_MAX = 300,
    HEADER_MAX = 1100,
    RETRY_MAX_S = 86400
};

struct http_call {
    CURLM *multi;
    CURL *easy;
    struct curl_slist *headers;
    char agent[AGENT_MAX];
    struct buf body;
    bool under_way, overflow;
    bool public_only, private; /* private: an address that was refused for that */
    bool over;                 /* libcurl is done with it, and code says how */
    CURLcode code;
    int32_t status, retry_after_s;
    char type[100];
    int64_t first_us, silence_us, heard_us; /* heard: boot time of the last byte, or the start */
    char why[CURL_ERROR_SIZE];
};

/* --- what libcurl calls ----------------------------------------------------------------------- */

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct http_call *c = user;
    c->heard_us = clock_boot_us();
    c->overflow = !buf_add(&c->body, bytes, size * count);
    return c->overflow ? 0 : size * count;
}

/* The value of a header line "name: value", or NULL for another. */
static bool value_of(const char *line, size_t len, const char *name, char *dst, size_t size)
{
    size_t n = strlen(name);
    if (len <= n || strncasecmp(line, name, n) != 0 || line[n] != ':')
        return false;
    (void)str_copy_n(dst, size, line + n + 1, len - n - 1); /* a cut is fine */
    memmove(dst, str_trim(dst), strlen(str_trim(dst)) + 1);
    return true;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct http_call *c = user;
    size_t len = size * count;
    char value[100];
    int64_t seconds;
    c->heard_us = clock_boot_us();
    if (value_of(line, len, "content-type", c->type, sizeof c->type))
        c->type[strcspn(c->type, "; ")] = '\0';
    else if (value_of(line, len, "retry-after", value, sizeof value) &&
             str_int(value, 0, RETRY_MAX_S, &seconds))
        c->retry_after_s = (int32_t)seconds;
    return len;
}

/* Asked with each address before it is connected to: names resolve to what they like. */
static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct http_call *c = user;
    (void)purpose;
    if (c->public_only && !public_address(&address->addr)) {
        c->private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- one exchange ----------------------------------------------------------------------------- */

static bool is_loopback_name(const char *host)
{
    struct in_addr a;
    return str_equal_nocase(host, "localhost") || str_equal(host, "[::1]") ||
           (inet_pton(AF_INET, host, &a) == 1 && ntohl(a.s_addr) >> 24 == 127);
}

bool http_call_url(const char *text, struct err *err)
{
    CURLU *url = curl_url();
    char *scheme = NULL, *host = NULL;
    bool parsed = url != NULL && curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                  curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK;
    bool ok = parsed &&
              (str_equal(scheme, "https") || (str_equal(scheme, "http") && is_loopback_name(host)));
    curl_free(scheme);
    curl_free(host);
    curl_url_cleanup(url);
    return ok || err_set(err, ERR_REFUSED,
                         "its url must be https://..., or http:// to localhost or 127.0.0.1");
}

static bool add_header(struct http_call *c, const char *name, const char *value)
{
    char line[HEADER_MAX];
    if (value[0] == '\0')
        return true;
    for (const char *p = value; *p != '\0'; p++)
        if (*p < ' ' || *p > '~')
            return false;
    if (!str_format(line, sizeof line, "%s: %s", name, value))
        return false;
    struct curl_slist *longer = curl_slist_append(c->headers, line);
    if (longer != NULL)
        c->headers = longer;
    return longer != NULL;
}

static bool add_lines(struct http_call *c, const char *const *lines)
{
    for (; lines != NULL && *lines != NULL; lines++) {
        struct curl_slist *longer = curl_slist_append(c->headers, *lines);
        if (longer == NULL)
            return false;
        c->headers = longer;
    }
    return true;
}

static bool set_headers(struct http_call *c, const struct http_request *r)
{
    char bearer[HEADER_MAX];
    bearer[0] = '\0';
    if (r->token[0] != '\0' && !str_format(bearer, sizeof bearer, "Bearer %s", r->token))
        return false;
    return add_header(c, "Authorization", bearer) && add_header(c, "Accept", r->accept) &&
           add_header(c, "Idempotency-Key", r->key) && add_lines(c, r->headers) &&
           (r->json == NULL || add_header(c, "Content-Type", "application/json"));
}

static bool set_safety(struct http_call *c)
{
    CURL *e = c->easy;
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, c) == CURLE_OK;
}

static bool set_exchange(struct http_call *c, const struct http_request *r)
{
    CURL *e = c->easy;
    return curl_easy_setopt(e, CURLOPT_URL, r->url) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, r->method) == CURLE_OK &&
           (r->json == NULL || curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, r->json) == CURLE_OK) &&
           curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_USERAGENT, c->agent) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HTTPHEADER, c->headers) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ERRORBUFFER, c->why) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(r->total_us / US_PER_MS)) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEDATA, c) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERDATA, c) == CURLE_OK;
}

void http_call_end(struct http_call *c)
{
    if (c->under_way)
        (void)curl_multi_remove_handle(c->multi, c->easy); /* it was added */
    c->under_way = c->over = false;
    curl_slist_free_all(c->headers);
    c->headers = NULL;
}

bool http_call_start(struct http_call *c, const struct http_request *request, struct err *err)
{
    http_call_end(c);
    c->status = c->retry_after_s = 0;
    c->type[0] = c->why[0] = '\0';
    c->overflow = c->private = false;
    c->public_only = request->public_only;
    c->first_us = request->first_us;
    c->silence_us = request->silence_us;
    c->heard_us = clock_boot_us();
    buf_clear(&c->body);
    if (!http_call_url(request->url, err))
        return false;
    curl_easy_reset(c->easy); /* connections and their TLS sessions stay */
    if (!set_headers(c, request) || !set_safety(c) || !set_exchange(c, request) ||
        curl_multi_add_handle(c->multi, c->easy) != CURLM_OK) {
        http_call_end(c);
        return err_set(err, ERR_STOP,
                       "libcurl can't be set up for it (a token or key that no "
                       "header can hold, or out of memory)");
    }
    c->under_way = true;
    return true;
}

/* --- its answer ------------------------------------------------------------------------------- */

static enum http_step failed(struct http_call *c, CURLcode code, struct err *err)
{
    char why[200];
    bool overflow = c->overflow;
    text_screen_to(why, sizeof why, c->why[0] != '\0' ? c->why : curl_easy_strerror(code));
    http_call_end(c);
    bool stop = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_OUT_OF_MEMORY;
    if (c->private)
        (void)err_set(err, ERR_REFUSED, "it has a private address, and none is allowed");
    else if (overflow)
        (void)err_set(err, ERR_RETRY, "its answer is larger than can be taken");
    else
        (void)err_set(err, stop ? ERR_STOP : ERR_RETRY, "it can't be asked: %s", why);
    return HTTP_FAILED;
}

static enum http_step too_silent(struct http_call *c, int64_t limit_us, struct err *err)
{
    http_call_end(c);
    (void)err_set(err, ERR_RETRY, "it said nothing for %d s", (int)(limit_us / US_PER_S));
    return HTTP_FAILED;
}

static void note_end(struct http_call *c)
{
    int left = 0;
    for (CURLMsg *m = NULL; (m = curl_multi_info_read(c->multi, &left)) != NULL;) {
        if (m->msg == CURLMSG_DONE) {
            c->code = m->data.result;
            c->over = true;
        }
    }
}

static void note_status(struct http_call *c)
{
    long status = 0;
    (void)curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &status); /* stays 0: none yet */
    c->status = (int32_t)status;
}

enum http_step http_call_next(struct http_call *c, int64_t deadline_us, struct err *err)
{
    size_t had = c->body.len;
    if (!c->under_way)
        return HTTP_WHOLE;
    while (!c->over) {
        int running = 0;
        if (curl_multi_perform(c->multi, &running) != CURLM_OK)
            return failed(c, CURLE_OUT_OF_MEMORY, err);
        note_status(c);
        note_end(c);
        if (c->body.len > had) /* also when it ended meanwhile: what came counts first */
            return HTTP_MORE;
        if (c->over)
            break;
        int64_t now_us = clock_boot_us(), left_ms = (deadline_us - now_us) / US_PER_MS;
        int64_t limit_us = c->status == 0 ? c->first_us : c->silence_us;
        if (now_us - c->heard_us > limit_us)
            return too_silent(c, limit_us, err);
        if (left_ms <= 0)
            return HTTP_WAIT;
        (void)curl_multi_poll(c->multi, NULL, 0, (int)(left_ms < POLL_MS ? left_ms : POLL_MS),
                              NULL); /* a failed wait is only a shorter one */
    }
    if (c->code != CURLE_OK)
        return failed(c, c->code, err);
    http_call_end(c);
    return HTTP_WHOLE;
}

int32_t http_call_status(const struct http_call *c)
{
    return c->status;
}

bool http_call_is(const struct http_call *c, const char *media_type)
{
    return str_equal_nocase(c->type, media_type);
}

int32_t http_call_retry_after_s(const struct http_call *c)
{
    return c->retry_after_s;
}

struct buf *http_call_body(struct http_call *c)
{
    return &c->body;
}

/* --- making one ------------------------------------------------------------------------------- */

bool http_call_new(const char *agent, size_t body_max, struct http_call **ret, struct err *err)
{
    struct http_call *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_set(err, ERR_STOP, "http: out of memory");
    c->body = buf_init(body_max);
    c->multi = curl_multi_init();
    c->easy = curl_easy_init();
    if (c->multi == NULL || c->easy == NULL || !str_copy(c->agent, sizeof c->agent, agent)) {
        http_call_free(c);
        return err_set(err, ERR_STOP, "http: out of memory");
    }
    *ret = c;
    return true;
}

void http_call_free(struct http_call *c)
{
    if (c == NULL)
        return;
    http_call_end(c);
    curl_easy_cleanup(c->easy);
    (void)curl_multi_cleanup(c->multi); /* it has no handles any more */
    buf_done(&c->body);
    free(c);
}
