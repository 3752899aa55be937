/* smtp_verdict.c - the table of fates. The idea: the first row that fits is the answer, so the
 * table reads from the special to the general, and its last row fits everything. */
#include "smtp_verdict.h"

#include <stddef.h>

enum { ANY = -1, CODE_MAX = 599 };

struct row {
    int from, to;           /* phases; both belong to it */
    int how;                /* or ANY */
    int code_min, code_max; /* of ANSWERED */
    struct smtp_fate fate;
};

#define LATER(state)                                                                               \
    {                                                                                              \
        state, true, ERR_RETRY                                                                     \
    }
#define REFUSES(state)                                                                             \
    {                                                                                              \
        state, true, ERR_REFUSED                                                                   \
    }
#define ALONE(state)                                                                               \
    {                                                                                              \
        state, false, ERR_RETRY                                                                    \
    }

static const struct row rows[] = {
    {SMTP_GREETING, SMTP_DOT, SMTP_ACCEPTED, 0, CODE_MAX, ALONE(SEND_SENT)},
    {SMTP_GREETING, SMTP_BODY, SMTP_TAKEN_BACK, 0, CODE_MAX, ALONE(SEND_QUEUED)},
    {SMTP_GREETING, SMTP_GREETING, SMTP_NOWHERE, 0, CODE_MAX, ALONE(SEND_HELD)},

    /* After the dot the server's answer is the truth, and only that. */
    {SMTP_DOT, SMTP_DOT, SMTP_ANSWERED, 200, 299, ALONE(SEND_SENT)},
    {SMTP_DOT, SMTP_DOT, SMTP_ANSWERED, 421, 421, LATER(SEND_DEFERRED)},
    {SMTP_DOT, SMTP_DOT, SMTP_ANSWERED, 400, 499, ALONE(SEND_DEFERRED)},
    {SMTP_DOT, SMTP_DOT, SMTP_ANSWERED, 500, 599, ALONE(SEND_REJECTED)},
    {SMTP_DOT, SMTP_DOT, ANY, 0, CODE_MAX, ALONE(SEND_IN_DOUBT)},

    /* 421: the server closes this connection; it is not about the letter (RFC 5321, 3.8). */
    {SMTP_GREETING, SMTP_BODY, SMTP_ANSWERED, 421, 421, LATER(SEND_QUEUED)},

    /* About this letter. */
    {SMTP_RCPT, SMTP_BODY, SMTP_ANSWERED, 400, 499, ALONE(SEND_DEFERRED)},
    {SMTP_RCPT, SMTP_BODY, SMTP_ANSWERED, 500, 599, ALONE(SEND_REJECTED)},
    {SMTP_MAIL, SMTP_MAIL, SMTP_ANSWERED, 552, 552, ALONE(SEND_REJECTED)}, /* too large */

    /* About us: the sender's address, the login, the certificate. Trying again helps nobody. */
    {SMTP_TLS, SMTP_MAIL, SMTP_ANSWERED, 500, 599, REFUSES(SEND_QUEUED)},
    {SMTP_GREETING, SMTP_BODY, SMTP_UNSAFE, 0, CODE_MAX, REFUSES(SEND_QUEUED)},

    {SMTP_GREETING, SMTP_BODY, ANY, 0, CODE_MAX, LATER(SEND_QUEUED)},
};

static bool fits(const struct row *row, const struct smtp_end *end)
{
    if ((int)end->phase < row->from || (int)end->phase > row->to)
        return false;
    if (row->how != ANY && row->how != (int)end->how)
        return false;
    return end->how != SMTP_ANSWERED || (end->code >= row->code_min && end->code <= row->code_max);
}

struct smtp_fate smtp_fate(const struct smtp_end *end)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(&rows[i], end))
            return rows[i].fate;
    /* A code that no server may send (RFC 5321 has 2xx to 5xx): nobody can know after the dot. */
    return end->phase == SMTP_DOT ? (struct smtp_fate)ALONE(SEND_IN_DOUBT)
                                  : (struct smtp_fate)LATER(SEND_QUEUED);
}

const char *smtp_phase_name(enum smtp_phase phase)
{
    static const char *const names[] = {
        [SMTP_GREETING] = "connecting", [SMTP_HELLO] = "EHLO",      [SMTP_TLS] = "STARTTLS",
        [SMTP_LOGIN] = "AUTH",          [SMTP_MAIL] = "MAIL FROM",  [SMTP_RCPT] = "RCPT TO",
        [SMTP_DATA] = "DATA",           [SMTP_BODY] = "the letter", [SMTP_DOT] = "the final dot",
    };
    return names[phase];
}
