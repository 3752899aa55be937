/* web_fetch.c - an easy handle and its callbacks, as content_http has them. The idea: a ceiling is
 * kept where the bytes arrive, so nothing that a server sends is ever held beyond it. */
#include "web_fetch.h"

#include "adapter/page.h"
#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/robots.h"
#include "public_address.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_BYTES_MAX = 64 * 1024,
    SLOW_BYTES = 1024, /* a second */
    SLOW_S = 10,
    CONNECT_MS = 5 * 1000,
    ROBOTS_REDIRECTS = 5, /* RFC 9309 section 2.3.1.2 */
};

struct web_fetch {
    const struct web_fetch_options *options;
    CURL *easy;
    void *owner;
    struct curl_slist *headers;
    struct buf body;
    size_t body_max, header_bytes;
    bool robots, cut, refused_private, too_many_headers, wrong_type, no_store;
    struct content_state state;
    char why[CURL_ERROR_SIZE];
};

/* --- what libcurl calls ----------------------------------------------------------------------- */

/* The types that can hold an address; no type at all is looked into. */
static bool is_page_type(const char *type)
{
    static const char *const types[] = {"text/html", "text/plain", "application/xhtml+xml"};
    if (type == NULL || type[0] == '\0')
        return true;
    size_t len = strcspn(type, "; \t");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i]) == len && strncasecmp(types[i], type, len) == 0)
            return true;
    return false;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *user)
{
    struct web_fetch *f = user;
    size_t len = size * count, room = f->body_max - f->body.len;
    if (f->body.len == 0 && !f->robots) {
        long status = 0;
        char *type = NULL;
        (void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status); /* known by now */
        (void)curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);    /* stays NULL */
        f->wrong_type = status == 200 && !is_page_type(type);
        if (f->wrong_type)
            return 0;
    }
    if (len > room) {
        (void)buf_add(&f->body, bytes, room); /* asked in web_fetch_read() */
        f->cut = true;
        return 0; /* enough */
    }
    return buf_add(&f->body, bytes, len) ? len : 0;
}

/* A header's value for the next request; only printable ASCII, because it goes back into one. */
static void take_mark(char dst[CONTENT_MARK_MAX + 1], const char *value, size_t len)
{
    char text[CONTENT_MARK_MAX + 40];
    dst[0] = '\0';
    if (!str_copy_n(text, sizeof text, value, len))
        return;
    const char *trimmed = str_trim(text);
    for (const char *c = trimmed; *c != '\0'; c++)
        if (*c < ' ' || *c > '~')
            return;
    if (!str_copy(dst, CONTENT_MARK_MAX + 1, trimmed))
        dst[0] = '\0';
}

static bool is_header(const char *line, size_t len, const char *name)
{
    size_t n = strlen(name);
    return len > n && strncasecmp(line, name, n) == 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *user)
{
    struct web_fetch *f = user;
    size_t len = size * count;
    f->header_bytes += len;
    if (f->header_bytes > HEADER_BYTES_MAX) {
        f->too_many_headers = true;
        return 0;
    }
    if (is_header(line, len, "etag:"))
        take_mark(f->state.etag, line + 5, len - 5);
    else if (is_header(line, len, "last-modified:"))
        take_mark(f->state.last_modified, line + 14, len - 14);
    else if (is_header(line, len, "cache-control:"))
        f->no_store = f->no_store || memmem(line, len, "no-store", 8) != NULL;
    return len;
}

/* The port lies at the same place in both families. */
static bool is_open_port(const struct web_fetch *f, const struct sockaddr *address)
{
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    return f->options->open_port != 0 && ntohs(in.sin_port) == f->options->open_port;
}

static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct web_fetch *f = user;
    (void)purpose;
    if (!f->options->allow_private && !public_address(&address->addr) &&
        !is_open_port(f, &address->addr)) {
        f->refused_private = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* --- one request ------------------------------------------------------------------------------ */

static bool add_header(struct web_fetch *f, const char *name, const char *value)
{
    char line[CONTENT_MARK_MAX + 40];
    if (value[0] == '\0')
        return true;
    (void)str_format(line, sizeof line, "%s: %s", name, value); /* fits */
    struct curl_slist *longer = curl_slist_append(f->headers, line);
    if (longer != NULL)
        f->headers = longer;
    return longer != NULL;
}

static bool set_request(struct web_fetch *f, const struct web_request *r)
{
    CURL *e = f->easy;
    return add_header(f, "Accept",
                      r->robots ? "text/plain, */*;q=0.1"
                                : "text/html, application/xhtml+xml, text/plain;q=0.8") &&
           add_header(f, "If-None-Match", r->etag) &&
           add_header(f, "If-Modified-Since", r->last_modified) &&
           curl_easy_setopt(e, CURLOPT_URL, r->url) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, r->robots ? 1L : 0L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_MAXREDIRS, (long)ROBOTS_REDIRECTS) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_USERAGENT, f->options->agent) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HTTPHEADER, f->headers) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_ERRORBUFFER, f->why) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CONNECT_TO, f->options->connect_to) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(r->total_us / US_PER_MS)) == CURLE_OK;
}

/* False when libcurl does not know an option: it would be a ceiling less. */
static bool set_safety(struct web_fetch *f)
{
    CURL *e = f->easy;
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_REDIR_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, f) == CURLE_OK;
}

static bool set_ceilings(struct web_fetch *f)
{
    CURL *e = f->easy;
    return curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_WRITEDATA, f) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_HEADERDATA, f) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_PRIVATE, f) == CURLE_OK;
}

void web_fetch_end(struct web_fetch *f, CURLM *multi)
{
    if (f->owner != NULL)
        (void)curl_multi_remove_handle(multi, f->easy); /* it was added */
    f->owner = NULL;
    curl_slist_free_all(f->headers);
    f->headers = NULL;
}

bool web_fetch_start(struct web_fetch *f, CURLM *multi, const struct web_request *request,
                     void *owner, struct err *err)
{
    web_fetch_end(f, multi);
    buf_done(&f->body);
    f->body_max = request->robots ? ROBOTS_BYTES_MAX : PAGE_BYTES_MAX;
    f->body = buf_init(f->body_max);
    f->header_bytes = 0;
    f->robots = request->robots;
    f->cut = f->refused_private = f->too_many_headers = f->wrong_type = f->no_store = false;
    f->state = (struct content_state){.etag = ""};
    f->why[0] = '\0';
    curl_easy_reset(f->easy); /* connections and their TLS sessions stay */
    if (!set_safety(f) || !set_ceilings(f) || !set_request(f, request) ||
        curl_multi_add_handle(multi, f->easy) != CURLM_OK) {
        web_fetch_end(f, multi);
        return err_set(err, ERR_STOP,
                       "pages: libcurl can't be set up (out of memory, or it is too old)");
    }
    f->owner = owner;
    return true;
}

void *web_fetch_owner(CURL *easy)
{
    char *f = NULL;
    (void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &f); /* it was set */
    return f != NULL ? ((struct web_fetch *)(void *)f)->owner : NULL;
}

/* --- what came of it -------------------------------------------------------------------------- */

bool web_fetch_unsafe(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR;
}

static bool fault(const struct web_fetch *f, CURLcode code, struct err *err)
{
    char why[200];
    text_screen_to(why, sizeof why, f->why[0] != '\0' ? f->why : curl_easy_strerror(code));
    if (f->refused_private)
        return err_set(err, ERR_REFUSED,
                       "it leads to a private or loopback address, which is not allowed; see "
                       "[fetch] allow_private");
    if (f->wrong_type)
        return err_set(err, ERR_REFUSED, "it is neither HTML nor plain text");
    if (f->too_many_headers)
        return err_set(err, ERR_REFUSED, "the server sends more than 64 KiB of headers");
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        return err_set(err, ERR_RETRY, "the server is too slow or does not answer: %s", why);
    case CURLE_PEER_FAILED_VERIFICATION:
        return err_set(err, ERR_REFUSED, "the server's certificate is not good: %s", why);
    case CURLE_SSL_CONNECT_ERROR:
        return err_set(err, ERR_RETRY, "no safe connection (TLS 1.2 or newer) can be made: %s",
                       why);
    case CURLE_URL_MALFORMAT:
        return err_set(err, ERR_REFUSED, "it is no address of a page: %s", why);
    case CURLE_UNSUPPORTED_PROTOCOL: /* the answer's: the address was looked at */
        return err_set(err, ERR_REFUSED, "it can't be fetched: %s", why);
    case CURLE_OUT_OF_MEMORY: /* also libcurl's word for a line past its own ceiling of 100 KiB: no
                               * server may stop a job with it */
        return err_set(err, ERR_RETRY, "a line of its header is too long (or no memory is left)");
    default:
        return err_set(err, ERR_RETRY, "it can't be fetched: %s", why);
    }
}

bool web_fetch_read(struct web_fetch *f, CURLcode code, struct web_response *ret, struct err *err)
{
    char *type = NULL, *location = NULL;
    bool whole = code == CURLE_OK || (code == CURLE_WRITE_ERROR && f->cut) ||
                 (code == CURLE_TOO_MANY_REDIRECTS && f->robots); /* as if there were none */
    if (!buf_ok(&f->body))
        return err_set(err, ERR_STOP, "out of memory");
    if (!whole)
        return fault(f, code, err);
    *ret = (struct web_response){.state = f->state, .cut = f->cut, .body = &f->body};
    ret->no_store = f->no_store;
    (void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &ret->status); /* stays 0 */
    (void)curl_easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);         /* stays NULL */
    (void)curl_easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &location);     /* likewise */
    if (type != NULL && !str_copy(ret->type, sizeof ret->type, type))
        ret->type[0] = '\0';
    if (location != NULL && !str_copy(ret->location, sizeof ret->location, location))
        ret->location[0] = '\0';
    return true;
}

struct web_fetch *web_fetch_new(const struct web_fetch_options *options)
{
    struct web_fetch *f = calloc(1, sizeof *f);
    if (f == NULL)
        return NULL;
    f->options = options;
    f->easy = curl_easy_init();
    if (f->easy != NULL)
        return f;
    free(f);
    return NULL;
}

void web_fetch_free(struct web_fetch *f)
{
    if (f == NULL)
        return;
    curl_slist_free_all(f->headers);
    curl_easy_cleanup(f->easy);
    buf_done(&f->body);
    free(f);
}
