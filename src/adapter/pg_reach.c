/* pg_reach.c - connects without blocking. libpq would walk through the hosts itself, but ignores
 * its connect_timeout when it is asked not to block, so one silent host would eat the whole
 * deadline; here each address of each host is one attempt with its share of what is left. */
#include "pg_reach.h"

#include "adapter/pg_fault.h"
#include "base/clock.h"
#include "base/str.h"
#include "pg_wait.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { WORDS_MAX = 64, REASON_MAX = 200, ADDRESSES_MAX = 4 };

/* What is said to the server unless the address says otherwise. */
struct word {
    const char *keyword, *value;
    bool always; /* whatever the address says */
};

static const struct word ours[] = {
    {"application_name", "autopilot", false},
    {"client_encoding", "UTF8", true},
    /* A peer that is gone is noticed within 30 s of silence, or 10 s after something was sent. */
    {"keepalives_idle", "15", false},
    {"keepalives_interval", "5", false},
    {"keepalives_count", "3", false},
    {"tcp_user_timeout", "10000", false},
    /* Looking for Kerberos tickets may ask the network, and blocks. */
    {"gssencmode", "disable", false},
    /* A standby is of no use: every command writes. */
    {"target_session_attrs", "read-write", true},
};

/* One connection attempt in the making: the words for libpq, and when it must be over. */
struct attempt {
    struct pg_target *target;
    const struct wake *wake;
    int64_t deadline_us; /* of this attempt */
    int64_t end_us;      /* of all of them */
    char *reasons;       /* what became of the others; REASONS_MAX bytes */
    const char *cure;
    const char *keyword[WORDS_MAX], *value[WORDS_MAX];
    int32_t words;
};
enum { REASONS_MAX = 400 };

static void say(struct attempt *a, const char *keyword, const char *value)
{
    if (value[0] != '\0' && a->words < WORDS_MAX - 1) {
        a->keyword[a->words] = keyword;
        a->value[a->words++] = value;
    }
}

static bool is_local(const struct pg_place *p)
{
    return p->address[0] == '\0' && (p->host[0] == '/' || p->host[0] == '@');
}

static bool is_ours(const char *keyword)
{
    static const char *const each[] = {"host", "hostaddr", "port", "password"};
    bool found = false;
    for (size_t i = 0; i < sizeof each / sizeof each[0]; i++)
        found = found || str_equal(keyword, each[i]);
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        found = found || (ours[i].always && str_equal(keyword, ours[i].keyword));
    return found;
}

/* libpq takes the last word for an option. */
static void say_all(struct attempt *a, const struct pg_place *p, const char *address)
{
    a->words = 0;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        say(a, ours[i].keyword, ours[i].value);
    say(a, "sslmode", "verify-full"); /* means nothing on a local socket */
    for (const PQconninfoOption *o = a->target->options; o->keyword != NULL; o++)
        if (o->val != NULL && !is_ours(o->keyword))
            say(a, o->keyword, o->val);
    say(a, "host", p->host);
    say(a, "hostaddr", address);
    say(a, "port", p->port);
    say(a, "password", a->target->secret);
    a->keyword[a->words] = a->value[a->words] = NULL;
}

/* Keeps why this attempt came to nothing. */
static void keep_reason(struct attempt *a, const char *reason, const char *cure)
{
    size_t len = strlen(a->reasons);
    (void)str_format(a->reasons + len, REASONS_MAX - len, "%s%s", len > 0 ? "; " : "", reason);
    a->cure = cure;
}

/* libpq's own troubles have no SQLSTATE; its words are in the language of this machine, and are
 * only looked at for the cure. */
static const char *cure_for(const char *words)
{
    static const struct {
        const char *part, *cure;
    } cures[] = {
        {"does not match", "use the host name for which its certificate was made"},
        {"certificate", "name the file of the server's authority in the address with sslrootcert= "
                        "(/etc/ssl/certs/ca-certificates.crt for a public one)"},
        {"does not support SSL", "switch TLS on at the server, or put sslmode=disable into the "
                                 "address if nobody can listen on the way"},
        {"no password supplied", "name a password file, or set PGPASSFILE"},
        {"read-only", "name the primary too in the address"},
    };
    for (size_t i = 0; i < sizeof cures / sizeof cures[0]; i++)
        if (strstr(words, cures[i].part) != NULL)
            return cures[i].cure;
    return "look whether it runs there and can be reached from here";
}

/* "db1 (10.0.0.7) port 5432: words" is kept. */
static void keep_of(struct attempt *a, const struct pg_place *p, const char *address,
                    const char *what, const char *words, const char *cure)
{
    char reason[REASONS_MAX];
    bool twice = address[0] != '\0' && !str_equal(address, p->host);
    (void)str_format(reason, sizeof reason, "%s%s%s%s port %s: %s%s%s",
                     p->host[0] != '\0' ? p->host : address, twice ? " (" : "",
                     twice ? address : "", twice ? ")" : "", p->port, what,
                     what[0] != '\0' && words[0] != '\0' ? ": " : "", words); /* a cut is fine */
    keep_reason(a, reason, cure);
}

static void keep_failure(struct attempt *a, const struct pg_place *p, const char *address,
                         PGconn *conn)
{
    char words[REASON_MAX], state[6];
    const char *text = PQerrorMessage(conn), *after = strstr(text, " failed: ");
    /* What it really used, may be from PGPASSFILE. */
    const char *used = PQpass(conn);
    /* libpq's "connection to server at ... failed: " says less than we do. */
    pg_fault_words(words, sizeof words, after != NULL ? after + strlen(" failed: ") : text,
                   used != NULL ? used : a->target->secret);
    const struct pg_fault *f = pg_fault_state_in(text, state) ? pg_fault_of(state) : NULL;
    keep_of(a, p, address, f != NULL && f->what != NULL ? f->what : "", words,
            f != NULL && f->cure != NULL ? f->cure : cure_for(words));
}

static void say_nothing(void *user, const PGresult *notice)
{
    (void)user;
    (void)notice; /* else libpq writes it to stderr, over the screen */
}

/* The socket may be another one after each step. */
static enum pg_waited finish(struct attempt *a, PGconn *conn)
{
    short events = POLLOUT;
    for (;;) {
        enum pg_waited waited = pg_wait(PQsocket(conn), events, a->deadline_us, a->wake);
        if (waited != PG_READY)
            return waited;
        switch (PQconnectPoll(conn)) {
        case PGRES_POLLING_READING:
            events = POLLIN;
            break;
        case PGRES_POLLING_WRITING:
            events = POLLOUT;
            break;
        default: /* done, well or not */
            return PG_READY;
        }
    }
}

/* One attempt. NULL: why is kept; *ret_waited says whether to go on. */
static PGconn *try_address(struct attempt *a, const struct pg_place *p, const char *address,
                           enum pg_waited *ret_waited)
{
    say_all(a, p, address);
    PGconn *conn = PQconnectStartParams(a->keyword, a->value, 0);
    *ret_waited = PG_READY;
    if (conn == NULL) {
        keep_reason(a, "there is no memory", "free some");
        return NULL;
    }
    (void)PQsetErrorVerbosity(conn, PQERRORS_VERBOSE);  /* was the default; shows the SQLSTATE */
    (void)PQsetNoticeReceiver(conn, say_nothing, NULL); /* was the default */
    if (PQstatus(conn) != CONNECTION_BAD)
        *ret_waited = finish(a, conn);
    if (*ret_waited == PG_READY && PQstatus(conn) == CONNECTION_OK &&
        PQsetnonblocking(conn, 1) == 0) {
        int fd = PQsocket(conn);
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC); /* libpq does so too */
        return conn;
    }
    if (*ret_waited == PG_LATE)
        keep_of(a, p, address, "it does not answer", "", cure_for(""));
    else if (*ret_waited == PG_READY)
        keep_failure(a, p, address, conn);
    PQfinish(conn);
    return NULL;
}

/* --- one host --------------------------------------------------------------------------------- */

struct addresses {
    char text[ADDRESSES_MAX][NI_MAXHOST];
    int32_t count;
};

/* On this thread, within the resolver's own limits. */
static void resolve(struct attempt *a, const struct pg_place *p, struct addresses *ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG}, *list = NULL;
    int rc = getaddrinfo(p->host, p->port, &hints, &list);
    ret->count = 0;
    for (struct addrinfo *i = list; i != NULL && ret->count < ADDRESSES_MAX; i = i->ai_next)
        if (getnameinfo(i->ai_addr, i->ai_addrlen, ret->text[ret->count], NI_MAXHOST, NULL, 0,
                        NI_NUMERICHOST) == 0)
            ret->count++;
    if (list != NULL)
        freeaddrinfo(list);
    if (ret->count == 0) {
        char reason[PG_NAME_MAX + REASON_MAX];
        (void)str_format(reason, sizeof reason, "the host %s is not found: %s", p->host,
                         gai_strerror(rc)); /* a cut is fine */
        keep_reason(a, reason, "correct the address, or look at the name server");
    }
}

/* What is left, shared among those that are left to try, and never more than host_us. */
static void set_deadline(struct attempt *a, int32_t tries_left)
{
    int64_t now_us = clock_boot_us();
    int64_t share_us = (a->end_us - now_us) / tries_left;
    int64_t most_us = a->target->host_us;
    a->deadline_us = now_us + (share_us < 0 ? 0 : share_us < most_us ? share_us : most_us);
}

static PGconn *try_place(struct attempt *a, const struct pg_place *p, int32_t places_left,
                         enum pg_waited *ret_waited)
{
    struct addresses found = {.count = 1};
    if (p->address[0] != '\0')
        (void)str_copy(found.text[0], sizeof found.text[0], p->address); /* shorter */
    else if (!is_local(p))
        resolve(a, p, &found);
    PGconn *conn = NULL;
    *ret_waited = PG_READY;
    for (int32_t i = 0; i < found.count && conn == NULL && *ret_waited != PG_CANCELLED; i++) {
        set_deadline(a, found.count - i + places_left - 1);
        conn = try_address(a, p, found.text[i], ret_waited);
    }
    return conn;
}

/* --- all of them ------------------------------------------------------------------------------ */

static bool read_password(struct pg_target *t, struct err *err)
{
    struct stat st;
    struct buf text = buf_init(PG_SECRET_MAX - 1);
    if (t->password_file[0] == '\0')
        return true;
    if (stat(t->password_file, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(err, ERR_UNREACHABLE,
                       "postgres: others may read the password file %s; run: chmod 600 %s",
                       t->password_file, t->password_file);
    struct err why = {0};
    bool ok = file_read(t->password_file, &text, &why) ||
              err_set(err, ERR_UNREACHABLE, "postgres: there is no password to send: %s", why.text);
    if (ok)
        (void)str_copy_n(t->secret, sizeof t->secret, buf_text(&text),
                         strcspn(buf_text(&text), "\r\n")); /* fits */
    if (text.data != NULL)
        explicit_bzero(text.data, text.cap);
    buf_done(&text);
    return ok;
}

PGconn *pg_reach(struct pg_target *t, int64_t deadline_us, const struct wake *wake, struct err *err)
{
    char reasons[REASONS_MAX] = "";
    struct attempt a = {.target = t, .wake = wake, .end_us = deadline_us, .reasons = reasons};
    enum pg_waited waited = PG_READY;
    PGconn *conn = NULL;
    if (!read_password(t, err))
        return NULL;
    for (int32_t i = 0; i < t->places && conn == NULL && waited != PG_CANCELLED; i++) {
        int32_t place = (t->best + i) % t->places;
        conn = try_place(&a, &t->place[place], t->places - i, &waited);
        if (conn != NULL)
            t->best = place;
    }
    if (conn == NULL && waited == PG_CANCELLED)
        (void)err_set(err, ERR_CANCELLED, "postgres: connecting was given up, as was asked");
    else if (conn == NULL)
        (void)err_set(err, ERR_UNREACHABLE, "postgres: %s; %s", reasons, a.cure);
    return conn;
}
