/* smtp_session.c - one libcurl handle that is used again and again.
 *
 * The idea: libcurl speaks SMTP, we only watch it. Its debug callback shows each command as it
 * goes out and each answer as it comes in, so the phase and the answer's code are what was really
 * said, not guessed from a result code; the read callback is where the letter ends, and there the
 * caller is asked before libcurl may write the final dot. */
#include "smtp_session.h"

#include "base/str.h"
#include "base/utf8.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECT_MS = 30 * 1000, RECIPIENT_MAX = 330, SMTP_URL_MAX = 1024 };

struct smtp_session {
    const struct mail_smtp_options *options;
    const atomic_bool *taken_back;
    CURL *easy;
    struct curl_slist *recipient;
    int32_t sent; /* letters over this connection */
    int socket;   /* libcurl's, the newest */
    /* The exchange under way. */
    const struct mail_letter *letter;
    size_t given; /* bytes of it that libcurl has */
    smtp_ask ask;
    void *ask_ctx;
    bool refused;  /* ask said no */
    bool over;     /* QUIT was said */
    bool not_here; /* no_tls, and the relay is not on this machine */
    enum smtp_phase phase;
    int32_t code; /* the answer to the phase's command; 0: none yet */
    char words[MAIL_ANSWER_MAX + 1];
    char why[CURL_ERROR_SIZE];
};

/* --- what libcurl calls ----------------------------------------------------------------------- */

/* The server closed the connection while the letter was on its way: no dot, no doubt. */
static bool hung_up(const struct smtp_session *s)
{
    struct pollfd p = {.fd = s->socket, .events = POLLRDHUP};
    return poll(&p, 1, 0) == 1 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

/* The final dot is written when this returns 0, so that is asked for. */
static size_t on_read(char *dst, size_t size, size_t count, void *user)
{
    struct smtp_session *s = user;
    size_t room = size * count, left = s->letter->size_bytes - s->given;
    size_t n = left < room ? left : room;
    if (n > 0) {
        memcpy(dst, s->letter->bytes + s->given, n);
        s->given += n;
        s->phase = SMTP_BODY;
        return n;
    }
    if (!s->ask(s->ask_ctx)) {
        s->refused = true;
        return CURL_READFUNC_ABORT;
    }
    if (hung_up(s))
        return CURL_READFUNC_ABORT;
    s->phase = SMTP_DOT;
    s->code = 0;
    return 0;
}

/* About once a second while nothing happens, and at each thing that does. */
static int on_progress(void *user, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    struct smtp_session *s = user;
    (void)down_all, (void)down, (void)up_all, (void)up; /* nothing is counted */
    if (s->phase == SMTP_DOT || !atomic_load(s->taken_back))
        return 0;
    s->refused = true;
    return 1;
}

struct command {
    const char *word;
    enum smtp_phase phase;
};
static const struct command commands[] = {
    {"EHLO", SMTP_HELLO}, {"HELO", SMTP_HELLO},      {"STARTTLS", SMTP_TLS},
    {"AUTH", SMTP_LOGIN}, {"MAIL FROM:", SMTP_MAIL}, {"RCPT TO:", SMTP_RCPT},
    {"DATA", SMTP_DATA},
};

/* A command goes out. After QUIT libcurl has judged, and what is answered is about nothing; it may
 * belong to an old connection, so another command ends that. Lines that begin with none of the
 * words belong to AUTH's exchange. */
static void take_command(struct smtp_session *s, const char *text, size_t size)
{
    s->over = size >= 4 && memcmp(text, "QUIT", 4) == 0;
    if (s->over)
        return;
    s->code = 0;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        size_t len = strlen(commands[i].word);
        if (size >= len && memcmp(text, commands[i].word, len) == 0)
            s->phase = commands[i].phase;
    }
}

/* An answer's line: "250-words" or "250 words". */
static void take_answer(struct smtp_session *s, const char *text, size_t size)
{
    char line[MAIL_ANSWER_MAX + 1];
    int32_t code = 0;
    if (size < 3 || s->over)
        return;
    for (int i = 0; i < 3; i++) {
        if (text[i] < '0' || text[i] > '9')
            return;
        code = code * 10 + (text[i] - '0');
    }
    s->code = code;
    (void)str_copy_n(line, sizeof line, text, size); /* a cut is fine */
    text_screen_to(s->words, sizeof s->words, str_trim(line));
}

static int on_said(CURL *easy, curl_infotype type, char *text, size_t size, void *user)
{
    struct smtp_session *s = user;
    (void)easy;
    if (type == CURLINFO_HEADER_OUT && s->phase < SMTP_BODY)
        take_command(s, text, size);
    else if (type == CURLINFO_HEADER_IN)
        take_answer(s, text, size);
    return 0;
}

static bool loopback(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
        return IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    }
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
    return address->sa_family == AF_INET && ntohl(four->sin_addr.s_addr) >> 24 == 127;
}

/* The address that is really connected to is judged, not a name. */
static curl_socket_t on_socket(void *user, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct smtp_session *s = user;
    (void)purpose;
    if (s->options->no_tls && !loopback(&address->addr)) {
        s->not_here = true;
        return CURL_SOCKET_BAD;
    }
    s->socket = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    return s->socket;
}

/* --- a session -------------------------------------------------------------------------------- */

/* The path of an smtp URL is what EHLO says. */
static bool set_url(struct smtp_session *s)
{
    CURLU *url = curl_url();
    char *text = NULL;
    char path[300];
    bool ok = url != NULL && str_format(path, sizeof path, "/%s", s->options->hello) &&
              curl_url_set(url, CURLUPART_URL, s->options->url, 0) == CURLUE_OK &&
              curl_url_set(url, CURLUPART_PATH, path, 0) == CURLUE_OK &&
              curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK &&
              curl_easy_setopt(s->easy, CURLOPT_URL, text) == CURLE_OK;
    curl_free(text);
    curl_url_cleanup(url);
    return ok;
}

static bool set_safety(struct smtp_session *s)
{
    CURL *e = s->easy;
    const struct mail_smtp_options *o = s->options;
    long use = o->no_tls ? CURLUSESSL_NONE : CURLUSESSL_ALL;
    return curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_USE_SSL, use) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
           (o->ca_file[0] == '\0' || (curl_easy_setopt(e, CURLOPT_CAINFO, o->ca_file) == CURLE_OK &&
                                      curl_easy_setopt(e, CURLOPT_CAPATH, NULL) == CURLE_OK)) &&
           curl_easy_setopt(e, CURLOPT_PROXY, "") == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_socket) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, s) == CURLE_OK;
}

static bool set_watch(struct smtp_session *s)
{
    CURL *e = s->easy;
    return curl_easy_setopt(e, CURLOPT_ERRORBUFFER, s->why) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_XFERINFODATA, s) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_VERBOSE, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_said) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_DEBUGDATA, s) == CURLE_OK;
}

static bool set_options(struct smtp_session *s)
{
    CURL *e = s->easy;
    const struct mail_smtp_options *o = s->options;
    return set_url(s) && set_safety(s) && set_watch(s) &&
           curl_easy_setopt(e, CURLOPT_MAIL_FROM, o->from) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)o->answer_s) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_TCP_KEEPALIVE, 1L) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
           curl_easy_setopt(e, CURLOPT_READDATA, s) == CURLE_OK;
}

bool smtp_session_new(const struct mail_smtp_options *options, const atomic_bool *taken_back,
                      struct smtp_session **ret, struct err *err)
{
    struct smtp_session *s = calloc(1, sizeof *s);
    if (s == NULL)
        return err_set(err, ERR_STOP, "mail: out of memory");
    s->options = options;
    s->taken_back = taken_back;
    s->easy = curl_easy_init();
    if (s->easy == NULL || !set_options(s)) {
        smtp_session_free(s);
        return err_set(err, ERR_STOP,
                       "mail: libcurl can't be set up for [mail] url; out of "
                       "memory, or its SMTP support is missing");
    }
    *ret = s;
    return true;
}

void smtp_session_free(struct smtp_session *s)
{
    if (s == NULL)
        return;
    curl_easy_cleanup(s->easy);
    curl_slist_free_all(s->recipient);
    free(s);
}

/* --- one letter ------------------------------------------------------------------------------- */

/* libcurl passes line breaks in a recipient on as they are (measured), so what is no plain
 * addr-spec never gets there. */
static bool set_recipient(struct smtp_session *s, const char *to)
{
    char path[RECIPIENT_MAX];
    for (const char *p = to; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~' || *p == '<' || *p == '>')
            return false;
    if (to[0] == '\0' || !str_format(path, sizeof path, "<%s>", to))
        return false;
    curl_slist_free_all(s->recipient);
    s->recipient = curl_slist_append(NULL, path);
    return s->recipient != NULL &&
           curl_easy_setopt(s->easy, CURLOPT_MAIL_RCPT, s->recipient) == CURLE_OK;
}

static CURLcode exchange(struct smtp_session *s)
{
    bool last = s->sent + 1 >= s->options->letters;
    s->phase = SMTP_GREETING;
    s->code = 0;
    s->given = 0;
    s->refused = s->over = s->not_here = false;
    s->words[0] = s->why[0] = '\0';
    if (curl_easy_setopt(s->easy, CURLOPT_FORBID_REUSE, last ? 1L : 0L) != CURLE_OK)
        return CURLE_OUT_OF_MEMORY;
    CURLcode code = curl_easy_perform(s->easy);
    s->sent = code == CURLE_OK && !last ? s->sent + 1 : 0;
    return code;
}

/* The server had closed the kept connection (perhaps with a last word: 421), and nothing was said
 * about this letter. */
static bool was_stale(const struct smtp_session *s, CURLcode code)
{
    long made = 1;
    return code != CURLE_OK && s->phase <= SMTP_MAIL && (s->code == 0 || s->code == 421) &&
           !s->refused && curl_easy_getinfo(s->easy, CURLINFO_NUM_CONNECTS, &made) == CURLE_OK &&
           made == 0;
}

static enum smtp_how how_of(const struct smtp_session *s, CURLcode code)
{
    if (code == CURLE_OK)
        return SMTP_ACCEPTED;
    if (s->refused)
        return SMTP_TAKEN_BACK;
    if (s->not_here || code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_USE_SSL_FAILED ||
        code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_ISSUER_ERROR ||
        code == CURLE_LOGIN_DENIED)
        return s->code >= 400 ? SMTP_ANSWERED : SMTP_UNSAFE;
    return s->code >= 400 || (s->phase == SMTP_DOT && s->code > 0) ? SMTP_ANSWERED : SMTP_LOST;
}

static void say_why(struct smtp_session *s, CURLcode code, struct smtp_outcome *ret)
{
    char text[MAIL_ANSWER_MAX * 2];
    const char *phase = smtp_phase_name(ret->end.phase);
    const char *why = s->why[0] != '\0' ? s->why : curl_easy_strerror(code);
    if (ret->end.how == SMTP_ACCEPTED || ret->end.how == SMTP_ANSWERED)
        (void)str_copy(ret->answer, sizeof ret->answer, s->words); /* same size */
    else if (s->not_here)
        (void)str_copy(ret->answer, sizeof ret->answer,
                       "tls = no is only for a relay on this machine"); /* it fits */
    else if (str_format(text, sizeof text, "%s at %s", why, phase))
        text_screen_to(ret->answer, sizeof ret->answer, text);
    else
        text_screen_to(ret->answer, sizeof ret->answer, why);
}

void smtp_session_send(struct smtp_session *s, const struct mail_letter *letter, smtp_ask ask,
                       void *ctx, struct smtp_outcome *ret)
{
    *ret = (struct smtp_outcome){.end = {.phase = SMTP_RCPT, .how = SMTP_ANSWERED, .code = 553}};
    if (!set_recipient(s, letter->to)) {
        (void)str_copy(ret->answer, sizeof ret->answer,
                       "not sent: the address can't be written in SMTP"); /* it fits */
        return;
    }
    s->letter = letter;
    s->ask = ask;
    s->ask_ctx = ctx;
    CURLcode code = exchange(s);
    if (was_stale(s, code))
        code = exchange(s);
    ret->end = (struct smtp_end){.phase = s->phase, .how = how_of(s, code), .code = s->code};
    say_why(s, code, ret);
}

void smtp_session_probe(struct smtp_session *s, struct smtp_outcome *ret)
{
    CURL *e = s->easy;
    bool set = curl_easy_setopt(e, CURLOPT_UPLOAD, 0L) == CURLE_OK &&
               curl_easy_setopt(e, CURLOPT_NOBODY, 1L) == CURLE_OK &&
               curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, "NOOP") == CURLE_OK &&
               curl_easy_setopt(e, CURLOPT_TIMEOUT, (long)SMTP_PROBE_S) == CURLE_OK;
    CURLcode code = set ? exchange(s) : CURLE_OUT_OF_MEMORY;
    ret->end = (struct smtp_end){.phase = s->phase, .how = how_of(s, code), .code = s->code};
    say_why(s, code, ret);
}
