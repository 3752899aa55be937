/* pg_link.c - statements with a deadline. The idea: libpq never blocks here (pg_wait does, with our
 * clock), and a connection about which there is any doubt is thrown away: only what the server said
 * with an SQLSTATE is known, everything else is "look again". */
#include "adapter/pg_link.h"

#include "adapter/pg_fault.h"
#include "base/clock.h"
#include "base/fp.h"
#include "base/rng.h"
#include "base/str.h"
#include "pg_cancel.h"
#include "pg_reach.h"
#include "pg_wait.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOST_US (5 * US_PER_S)
#define BACKOFF_FIRST_US (100 * US_PER_MS)
#define BACKOFF_MAX_US (5 * US_PER_S) /* so that work goes on within 10 s of a return */
/* For the answer to a request to cancel; seen: 9 to 23 ms. */
#define CANCEL_US (1 * US_PER_S)

struct pg_link {
    struct pg_target target;
    struct wake *wake;
    PGconn *conn; /* NULL: none */
    bool (*check)(void *ctx, struct pg_link *link, int64_t deadline_us, struct err *err);
    void (*check_done)(void *ctx);
    void *check_ctx;
    bool checking;
    int64_t next_try_us, backoff_us;
    uint64_t seed;
    int64_t tries;
    struct pg_link_counts counts; /* bytes: of the connections that are gone */
    char where[400];
    char reason[ERR_TEXT_MAX]; /* why there is no connection; "": never tried, or in order */
    char state[6];             /* SQLSTATE of the last failure */
};

/* --- what passed over the wire ---------------------------------------------------------------- */

/* The kernel counts them for each connection; an old kernel fills less of the struct. */
static void add_bytes(const struct pg_link *link, struct pg_link_counts *counts)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (link->conn == NULL ||
        getsockopt(PQsocket(link->conn), IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return;
    counts->sent_bytes += (int64_t)info.tcpi_bytes_acked;
    counts->received_bytes += (int64_t)info.tcpi_bytes_received;
}

void pg_link_counts(struct pg_link *link, struct pg_link_counts *ret)
{
    *ret = link->counts;
    add_bytes(link, ret);
}

/* --- connecting ------------------------------------------------------------------------------- */

static void drop(struct pg_link *link)
{
    if (link->conn == NULL)
        return;
    add_bytes(link, &link->counts);
    PQfinish(link->conn);
    link->conn = NULL;
}

/* The next try: between half and the whole of a time that doubles. */
static void back_off(struct pg_link *link)
{
    int64_t now_us = clock_boot_us();
    uint64_t half = (uint64_t)link->backoff_us / 2;
    uint64_t draw = rng_draw(link->seed, (uint64_t)link->tries, (uint64_t)now_us);
    link->next_try_us = now_us + (int64_t)(half + rng_below(draw, half + 1));
    link->backoff_us =
        link->backoff_us * 2 < BACKOFF_MAX_US ? link->backoff_us * 2 : BACKOFF_MAX_US;
}

static void link_lost(struct pg_link *link, const char *reason)
{
    link->counts.losses++;
    (void)str_copy(link->reason, sizeof link->reason, reason); /* a cut is fine */
    drop(link);
    back_off(link);
}

/* True when the server ended the connection while nobody asked it anything: then nothing was lost,
 * and a new one may be made at once. What it says unasked (a notice, a changed setting) is read. */
static bool ended_when_idle(struct pg_link *link)
{
    while (pg_wait(PQsocket(link->conn), POLLIN, 0, NULL) == PG_READY) {
        if (PQconsumeInput(link->conn) == 0 || PQstatus(link->conn) != CONNECTION_OK)
            return true;
        PGresult *said = NULL; /* libpq reads a last message as an answer */
        while (PQisBusy(link->conn) == 0 && (said = PQgetResult(link->conn)) != NULL)
            PQclear(said);
    }
    return PQstatus(link->conn) != CONNECTION_OK;
}

/* Is it the server that it should be? If not, as if it were not there. */
static bool check_now(struct pg_link *link, int64_t deadline_us, struct err *err)
{
    struct err why = {0};
    if (link->check == NULL)
        return true;
    link->checking = true;
    bool ok = link->check(link->check_ctx, link, deadline_us, &why);
    link->checking = false;
    if (ok)
        return true;
    drop(link);
    if (why.kind == ERR_CANCELLED)
        return err_set(err, why.kind, "%s", why.text);
    (void)str_copy(link->reason, sizeof link->reason, why.text); /* same size */
    back_off(link);
    return err_set(err, ERR_UNREACHABLE, "%s", why.text);
}

static bool connect_now(struct pg_link *link, int64_t deadline_us, struct err *err)
{
    struct err why = {0};
    int64_t wait_us = link->next_try_us - clock_boot_us();
    if (wait_us > 0) {
        char span[40];
        str_span_text((wait_us / (100 * US_PER_MS) + 1) * 100 * US_PER_MS, span, sizeof span);
        return err_set(err, ERR_UNREACHABLE, "%s (the next try is in %s)",
                       link->reason[0] != '\0' ? link->reason : "postgres: not connected", span);
    }
    link->tries++;
    link->conn = pg_reach(&link->target, deadline_us, link->wake, &why);
    if (link->conn != NULL) {
        link->counts.connections++;
        if (!check_now(link, deadline_us, err))
            return false;
        link->reason[0] = '\0';
        return true;
    }
    if (why.kind != ERR_CANCELLED) {
        (void)str_copy(link->reason, sizeof link->reason, why.text); /* same size */
        back_off(link);
    }
    return err_set(err, why.kind, "%s", why.text);
}

static bool ensure(struct pg_link *link, int64_t deadline_us, struct err *err)
{
    if (link->conn != NULL && ended_when_idle(link)) {
        link->counts.losses++;
        drop(link);
    }
    if (link->conn != NULL)
        return true;
    if (link->checking)
        return err_set(err, ERR_UNREACHABLE, "postgres: the link to the server broke");
    return connect_now(link, deadline_us, err);
}

/* --- one statement ---------------------------------------------------------------------------- */

/* Sends what waits to be sent and takes what came, until an answer (or its next part) is there. */
static enum pg_waited wait_answer(struct pg_link *link, int64_t deadline_us,
                                  const struct wake *wake, bool *ret_broken)
{
    *ret_broken = false;
    for (;;) {
        int unsent = PQflush(link->conn);
        if (unsent >= 0 && PQisBusy(link->conn) == 0)
            return PG_READY;
        if (unsent < 0)
            break;
        short events = unsent > 0 ? POLLIN | POLLOUT : POLLIN;
        enum pg_waited waited = pg_wait(PQsocket(link->conn), events, deadline_us, wake);
        if (waited != PG_READY)
            return waited;
        if (PQconsumeInput(link->conn) == 0)
            break;
    }
    *ret_broken = true;
    return PG_READY;
}

/* Says what a failure means, by its SQLSTATE (NULL: the connection broke), and drops the link if
 * need be. */
static void fail(struct pg_link *link, const char *state, const char *text, struct err *err)
{
    char words[300], reason[400];
    struct err why = {0};
    const struct pg_fault *f = pg_fault_of(state);
    (void)str_copy(link->state, sizeof link->state, state != NULL ? state : ""); /* it fits */
    pg_fault_words(words, sizeof words, text, PQpass(link->conn));
    if (words[0] == '\0')
        (void)str_copy(words, sizeof words, "no reason is given");
    if (str_equal(link->state, PG_STATE_DENIED))
        pg_fault_denied(&why, PQuser(link->conn), words);
    else
        pg_fault_say(&why, f, words);
    (void)err_set(err, why.kind, "%s", why.text);
    if (f->lost) {
        (void)str_format(reason, sizeof reason, "postgres: %s: %s", f->what, words);
        link_lost(link, reason);
    }
}

/* A result that is none. */
static void fail_as(struct pg_link *link, const PGresult *result, struct err *err)
{
    const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    fail(link, PQresultErrorField(result, PG_DIAG_SQLSTATE),
         text != NULL ? text : PQresultErrorMessage(result), err);
}

/* The last result that says something, or the first that is a failure; owned by the caller. NULL:
 * none came, and *ret_waited or *ret_broken says why. */
static PGresult *take_results(struct pg_link *link, int64_t deadline_us, const struct wake *wake,
                              enum pg_waited *ret_waited, bool *ret_broken)
{
    PGresult *kept = NULL;
    for (;;) {
        *ret_waited = wait_answer(link, deadline_us, wake, ret_broken);
        PGresult *next = *ret_waited == PG_READY && !*ret_broken ? PQgetResult(link->conn) : NULL;
        if (next == NULL)
            break;
        ExecStatusType was = kept != NULL ? PQresultStatus(kept) : PGRES_COMMAND_OK;
        if (was == PGRES_COMMAND_OK || was == PGRES_TUPLES_OK) {
            PQclear(kept);
            kept = next;
        } else {
            PQclear(next);
        }
        if (PQresultStatus(kept) >= PGRES_COPY_OUT && PQresultStatus(kept) <= PGRES_COPY_IN)
            break; /* it would answer so for ever */
    }
    if (kept != NULL && (*ret_waited != PG_READY || *ret_broken)) {
        PQclear(kept); /* not the end: whether the rest was done is not known */
        kept = NULL;
    }
    return kept;
}

/* Time is up, or somebody asked: the server is asked to cancel, and what it answers counts. */
static PGresult *give_up(struct pg_link *link, enum pg_waited waited, struct err *err)
{
    bool is_broken = false;
    enum pg_waited again = PG_LATE;
    PGresult *result = NULL;
    int64_t end_us = clock_boot_us() + CANCEL_US;
    if (pg_cancel(link->conn, end_us))
        result = take_results(link, end_us, NULL, &again, &is_broken);
    const char *state = result != NULL ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (result != NULL && !str_equal(state != NULL ? state : "", "57014"))
        return result; /* it was done before, or failed for another reason */
    if (result != NULL)
        (void)err_set(err, waited == PG_CANCELLED ? ERR_CANCELLED : ERR_RETRY,
                      waited == PG_CANCELLED
                          ? "postgres: what was asked was given up; nothing was changed"
                          : "postgres: the server took too long and was told to stop; nothing was "
                            "changed; try again");
    else
        (void)err_set(
            err, ERR_RETRY,
            "postgres: %s does not answer in time; whether it was done is not known: look "
            "again",
            pg_link_where(link));
    PQclear(result);
    if (result == NULL)
        link_lost(link, "postgres: the server did not answer in time");
    return NULL;
}

/* The whole answer to what was just handed to libpq. NULL: err. */
static PGresult *await(struct pg_link *link, int64_t deadline_us, struct err *err)
{
    bool is_broken = false;
    enum pg_waited waited = PG_READY;
    link->counts.statements++;
    PGresult *result = take_results(link, deadline_us, link->wake, &waited, &is_broken);
    if (waited != PG_READY)
        result = give_up(link, waited, err);
    else if (is_broken || result == NULL)
        fail(link, NULL, PQerrorMessage(link->conn), err);
    if (result == NULL)
        return NULL;
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
        link->backoff_us = BACKOFF_FIRST_US;
        return result;
    }
    if (status == PGRES_FATAL_ERROR) {
        fail_as(link, result, err);
    } else {
        drop(link);
        (void)err_set(err, ERR_STOP,
                      "postgres: a statement may not be COPY or empty; this is a mistake in the "
                      "program");
    }
    PQclear(result);
    return NULL;
}

static bool send_args(struct pg_link *link, const char *sql, const struct pg_args *args)
{
    Oid type[PG_ARGS_MAX];
    const char *value[PG_ARGS_MAX];
    int length[PG_ARGS_MAX], format[PG_ARGS_MAX];
    int32_t count = args != NULL ? args->count : 0;
    for (int32_t i = 0; i < count; i++) {
        const struct pg_arg *a = &args->arg[i];
        type[i] = a->type;
        value[i] = a->null ? NULL : buf_text(&args->bytes) + a->at;
        length[i] = (int)a->len;
        format[i] = a->type != 0;
    }
    return PQsendQueryParams(link->conn, sql, count, type, value, length, format, 1) == 1;
}

bool pg_link_call(struct pg_link *link, const char *sql, const struct pg_args *args,
                  int64_t deadline_us, struct pg_answer *ret, struct err *err)
{
    if (args != NULL && !pg_args_ok(args))
        return err_set(
            err, ERR_STOP,
            "postgres: the parameters of a statement are too many or too large, or there "
            "is no memory for them");
    if (!ensure(link, deadline_us, err))
        return false;
    FP("pg_before_send");
    PGresult *result = NULL;
    if (send_args(link, sql, args))
        result = await(link, deadline_us, err);
    else
        fail(link, NULL, PQerrorMessage(link->conn), err); /* a part may have gone */
    FP("pg_after_answer");
    if (result == NULL)
        return false;
    *ret = (struct pg_answer){.result = result,
                              .rows = PQntuples(result),
                              .columns = PQnfields(result),
                              .changed = strtoll(PQcmdTuples(result), NULL, 10)};
    return true;
}

bool pg_link_script(struct pg_link *link, const char *sql, int64_t deadline_us, struct err *err)
{
    if (!ensure(link, deadline_us, err))
        return false;
    PGresult *result = NULL;
    if (PQsendQuery(link->conn, sql) == 1)
        result = await(link, deadline_us, err);
    else
        fail(link, NULL, PQerrorMessage(link->conn), err); /* a part may have gone */
    bool ok = result != NULL;
    PQclear(result);
    return ok;
}

/* --- what the server says unasked ------------------------------------------------------------- */

int pg_link_fd(const struct pg_link *link)
{
    return link->conn != NULL ? PQsocket(link->conn) : -1;
}

bool pg_link_heard(struct pg_link *link, char *dst, size_t size)
{
    if (link->conn != NULL && ended_when_idle(link)) {
        link->counts.losses++;
        drop(link);
    }
    PGnotify *said = link->conn != NULL ? PQnotifies(link->conn) : NULL;
    if (said == NULL)
        return false;
    (void)str_copy(dst, size, said->extra); /* a cut is fine */
    PQfreemem(said);
    return true;
}

/* --- the link itself -------------------------------------------------------------------------- */

bool pg_link_new(const struct pg_link_options *options, struct pg_link **ret, struct err *err)
{
    struct pg_link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return err_set(err, ERR_STOP, "postgres: out of memory");
    int64_t host_us = options->host_us > 0 ? options->host_us : HOST_US;
    if (!pg_target_init(&link->target, options->url, options->password_file, host_us, err)) {
        free(link);
        return false;
    }
    if (options->only > 0 && options->only <= link->target.places) {
        link->target.place[0] = link->target.place[options->only - 1];
        link->target.places = 1;
    }
    link->check = options->check;
    link->check_done = options->check_done;
    link->check_ctx = options->check_ctx;
    link->wake = options->wake;
    link->backoff_us = BACKOFF_FIRST_US;
    rng_secure(&link->seed, sizeof link->seed);
    *ret = link;
    return true;
}

void pg_link_free(struct pg_link *link)
{
    if (link == NULL)
        return;
    drop(link);
    if (link->check_done != NULL)
        link->check_done(link->check_ctx);
    pg_target_done(&link->target);
    free(link);
}

const char *pg_link_state(const struct pg_link *link)
{
    return link->state;
}

bool pg_link_up(const struct pg_link *link)
{
    return link->conn != NULL;
}

int64_t pg_link_next_try_us(const struct pg_link *link)
{
    return link->conn != NULL || link->next_try_us <= clock_boot_us() ? 0 : link->next_try_us;
}

void pg_link_try_now(struct pg_link *link)
{
    link->next_try_us = 0;
}

void pg_link_drop(struct pg_link *link)
{
    drop(link);
}

int64_t pg_link_generation(const struct pg_link *link)
{
    return link->counts.connections;
}

int32_t pg_link_hosts(const struct pg_link *link, int32_t *ret_good)
{
    *ret_good = link->target.best + 1;
    return link->target.places;
}

const char *pg_link_where(struct pg_link *link)
{
    const struct pg_place *p = &link->target.place[link->target.best];
    const char *database = pg_target_option(&link->target, "dbname");
    char text[sizeof link->where];
    (void)str_format(text, sizeof text, "%s port %s%s%s",
                     p->host[0] != '\0'      ? p->host
                     : p->address[0] != '\0' ? p->address
                                             : "here",
                     p->port, database[0] != '\0' ? ", database " : "",
                     database); /* a cut is fine */
    pg_fault_words(link->where, sizeof link->where, text, NULL);
    return link->where;
}

bool pg_link_wire(const struct pg_link *link, struct pg_link_wire *ret)
{
    if (link->conn == NULL)
        return false;
    const char *host = PQhost(link->conn);
    const char *tls = PQsslInUse(link->conn) ? PQsslAttribute(link->conn, "protocol") : NULL;
    *ret = (struct pg_link_wire){.pid = PQbackendPID(link->conn),
                                 .machine = host != NULL && (host[0] == '/' || host[0] == '@')};
    (void)str_copy(ret->tls, sizeof ret->tls, tls != NULL ? tls : ""); /* a cut is fine */
    return true;
}

bool pg_link_scram(struct pg_link *link, const char *login, const char *password, char *ret,
                   size_t size, struct err *err)
{
    if (!ensure(link, clock_boot_us() + link->target.host_us, err))
        return false;
    char *made = PQencryptPasswordConn(link->conn, password, login, "scram-sha-256");
    bool ok = made != NULL && str_copy(ret, size, made);
    PQfreemem(made);
    return ok || err_set(err, ERR_STOP, "postgres: there is no memory for a password");
}
