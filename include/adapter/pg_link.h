/* pg_link.h - one connection to PostgreSQL for one thread: statements with a deadline that holds.
 *
 * Nothing of a session is relied on (no named statements, SET, LISTEN, temporary tables, session
 * locks, pipeline), so that poolers in transaction mode may stand between. The link is made when it
 * is needed; when it breaks it is dropped, and made again at the next call, but not before
 * pg_link_next_try_us(): 0.1 s after a loss or failure, then twice as long each time up to 5 s,
 * less up to half of it by chance, so that engines do not come back all at once. Until then a call
 * fails at once. Nothing is retried here, and nothing sleeps.
 *
 * Whose outcome is it? A call that fails with
 *   ERR_UNREACHABLE  was never sent, or the server could not have done it: nothing happened
 *   ERR_RETRY        may have happened (the link broke, the deadline came), or was undone (a
 *                    deadlock): look again, and only then send it again
 *   ERR_CANCELLED    the wake was cancelled; it did not happen
 *   other kinds      were refused by the server (see pg_fault.h): nothing happened
 * Every instant here is of clock_boot_us(). */
#ifndef ADAPTER_PG_LINK_H
#define ADAPTER_PG_LINK_H

#include "adapter/pg_answer.h"
#include "adapter/pg_args.h"
#include "base/err.h"
#include "base/wake.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pg_link;

struct pg_link_options {
    /* postgresql://user@host:5432,host2/database?... or key=value words; copied. With several hosts
     * the first that lets us in and is no standby is taken, then the one that was good last. TLS
     * is verified (sslmode=verify-full) unless it says otherwise; the sockets of this machine
     * (host=/directory) have none. No environment variable takes us to another host. */
    const char *url;
    /* File with the password in its first line, read at each connect; its group and others may not
     * read it. NULL: the URL, PGPASSFILE or ~/.pgpass. Copied. A password is never shown. */
    const char *password_file;
    struct wake *wake; /* cancels a waiting call; NULL: none. Borrowed; its event is not consumed */
    int32_t only;      /* of the hosts only this one, counted from 1, by itself; 0: all */
    /* Asked whenever a connection was made, before anything else is sent over it: false with err
     * (ERR_UNREACHABLE), and it is dropped. It may call pg_link_call() on the link. check_done:
     * when the link is freed; both NULL: nothing is checked. */
    bool (*check)(void *ctx, struct pg_link *link, int64_t deadline_us, struct err *err);
    void (*check_done)(void *ctx);
    void *check_ctx;
    int64_t host_us; /* the longest wait for one address while connecting; 0: 5 s */
};

/* Reads the URL; connects to nothing. ERR_REFUSED when it can't be read. */
bool pg_link_new(const struct pg_link_options *options, struct pg_link **ret, struct err *err);
void pg_link_free(struct pg_link *link); /* accepts NULL */

/* Runs one statement and waits for its whole answer, connecting first if need be. args NULL: none.
 * ret is filled (pg_answer_done() it, also between calls: it must be empty) or left alone. At the
 * deadline the server is asked to cancel, which may take up to a second more; connecting shares
 * what is left of the deadline among the addresses. One thing escapes the deadline: names are
 * resolved by getaddrinfo(), which the resolver's own limits bound (/etc/resolv.conf). An answer is
 * held in memory as a whole: statements limit their rows. */
bool pg_link_call(struct pg_link *link, const char *sql, const struct pg_args *args,
                  int64_t deadline_us, struct pg_answer *ret, struct err *err);

/* The socket, to wait for what the server says unasked; -1: no connection. */
int pg_link_fd(const struct pg_link *link);
/* The next of what others said (NOTIFY) and this connection listens to; what does not fit is cut.
 * False: there is none, or the connection broke: then pg_link_up() is false. Never waits. */
bool pg_link_heard(struct pg_link *link, char *dst, size_t size);

/* Runs statements separated by semicolons, without parameters, as one transaction (unless they say
 * BEGIN or COMMIT themselves); what they answer is dropped. For migrations. Fails as a call does.
 */
bool pg_link_script(struct pg_link *link, const char *sql, int64_t deadline_us, struct err *err);

/* The SQLSTATE of the last failure that the server told; "": it told none. Borrowed. */
const char *pg_link_state(const struct pg_link *link);
/* True while there is a connection that is not known to be broken. */
bool pg_link_up(const struct pg_link *link);
/* When a call would try to connect again; 0: at once, or connected. */
int64_t pg_link_next_try_us(const struct pg_link *link);
/* Forgets that wait: an operator asked to try now. */
void pg_link_try_now(struct pg_link *link);
/* Ends the connection in good order; the next call makes a new one, at once. */
void pg_link_drop(struct pg_link *link);
/* Number of connections made so far: who sees another one than before resynchronises. */
int64_t pg_link_generation(const struct pg_link *link);
/* How many hosts the address names, and the one that was good last, counted from 1. */
int32_t pg_link_hosts(const struct pg_link *link, int32_t *ret_good);
/* "db1 port 5432, database autopilot": where it leads or would lead; never a password. Borrowed. */
const char *pg_link_where(struct pg_link *link);

/* The wire of the connection that is there. */
struct pg_link_wire {
    char tls[16]; /* "TLSv1.3"; "": none */
    int32_t pid;  /* the server process, as it was told when connecting; a pooler invents one */
    bool machine; /* a socket of this machine */
};
/* False: there is no connection. */
bool pg_link_wire(const struct pg_link *link, struct pg_link_wire *ret);

/* What the server keeps of a login's password, made here (SCRAM-SHA-256); connects if need be. */
bool pg_link_scram(struct pg_link *link, const char *login, const char *password, char *ret,
                   size_t size, struct err *err);

struct pg_link_counts {
    int64_t statements;                 /* sent: each is one round trip */
    int64_t connections;                /* made */
    int64_t losses;                     /* of them, broken while in use */
    int64_t sent_bytes, received_bytes; /* over TCP, encryption included; 0 over a local socket */
};
void pg_link_counts(struct pg_link *link, struct pg_link_counts *ret);

#endif
