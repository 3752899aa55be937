/* smtp_session.h - one connection to a relay, one letter after the other.
 *
 * The connection is kept between letters, up to a number of them, and made again when the server
 * closed it meanwhile. A session belongs to the one thread that calls smtp_session_send(); its
 * taken_back flag may be set by any. Sources: RFC 5321; libcurl's smtp protocol (RFC 3207 STARTTLS,
 * RFC 8314 implicit TLS, RFC 4954 AUTH). */
#ifndef ADAPTER_SMTP_SESSION_H
#define ADAPTER_SMTP_SESSION_H

#include "adapter/mail_smtp.h"
#include "base/err.h"
#include "port/mail.h"
#include "smtp_verdict.h"

#include <stdatomic.h>

struct smtp_session;

struct smtp_outcome {
    struct smtp_end end;
    char answer[MAIL_ANSWER_MAX + 1]; /* the server's last words, or the reason; screened */
};

/* Asked when only the dot is missing; waits for the answer. False: the letter is taken back. */
typedef bool (*smtp_ask)(void *ctx);

/* What options point to must outlive the session. *taken_back true ends an exchange within a
 * second, if it is before the dot. Fails (STOP) for an URL that is none, or without memory. */
bool smtp_session_new(const struct mail_smtp_options *options, const atomic_bool *taken_back,
                      struct smtp_session **ret, struct err *err);

/* Sends one letter, which is borrowed for the call. Blocks until it is decided: minutes, when the
 * server is silent. */
void smtp_session_send(struct smtp_session *s, const struct mail_letter *letter, smtp_ask ask,
                       void *ctx, struct smtp_outcome *ret);

/* Greets, encrypts, logs in and asks for nothing (NOOP); at most SMTP_PROBE_S seconds. The session
 * is for nothing else after it. How is ACCEPTED when the relay would talk to us. */
enum { SMTP_PROBE_S = 15 };
void smtp_session_probe(struct smtp_session *s, struct smtp_outcome *ret);

/* Says QUIT and closes. NULL is fine. */
void smtp_session_free(struct smtp_session *s);

#endif
