/* mail_smtp.h - the mail port that hands letters to a relay by SMTP.
 *
 * One thread and one kept connection each for up to `connections` letters at a time. A letter is
 * sent whole but for its final dot; then the port asks (MAIL_ASK), and only allow() lets the dot
 * follow. So a crash leaves at most `connections` letters of which nobody can know. The relay can't
 * be asked what became of them (find() says: not known).
 *
 * TLS is required and verified. An operator may switch it off for a relay on this machine: then
 * every address that is connected to must be a loopback one. */
#ifndef ADAPTER_MAIL_SMTP_H
#define ADAPTER_MAIL_SMTP_H

#include "base/err.h"
#include "port/mail.h"

#include <stdbool.h>
#include <stdint.h>

enum { SMTP_CONNECTIONS_MAX = 16 };

struct mail_smtp_options {
    const char *url;         /* smtp://[user:password@]host[:port], smtps://... */
    const char *from;        /* the envelope's sender */
    const char *hello;       /* what EHLO says: this host's name */
    const char *ca_file;     /* "": the system's certificates */
    bool no_tls;             /* only with a relay on a loopback address */
    int32_t connections;     /* 1 to SMTP_CONNECTIONS_MAX */
    int32_t letters;         /* so many over one connection at most; 1 or more */
    int32_t answer_s;        /* the longest wait for an answer; RFC 5321 section 4.5.3.2: 600 */
    int32_t dns_wait_ms;     /* 0: domains aren't asked for; else as in adapter/mx.h: a letter to a
                          * domain that takes no mail is HELD, and the relay never hears of it */
    const char *dns_servers; /* as in adapter/mx.h; only with dns_wait_ms */
};

/* Copies the options. NULL with err: REFUSED for an URL or address that can't be used (what is
 * wrong with it, never its password), STOP without memory. Nothing is connected before the first
 * letter. Freed by ops->free, which waits for letters that are past their dot. */
struct mail *mail_smtp_new(const struct mail_smtp_options *options, struct err *err);

/* Whether the relay would take letters from us: connects, encrypts, logs in, sends nothing. Waits
 * 15 seconds at most. True: answer has the relay's words, screened. False: err says what is wrong
 * (REFUSED: it does not want us, or is not safe; RETRY: it can't be reached; else as
 * mail_smtp_new). */
bool mail_smtp_probe(const struct mail_smtp_options *options, char answer[MAIL_ANSWER_MAX + 1],
                     struct err *err);

#endif
