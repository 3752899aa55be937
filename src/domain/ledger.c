/* ledger.c - what a refusal means for the address, and the name of a letter: a hash of "send", the
 * mode, the job and the address, each ended by a NUL, which none of them contains. */
#include "domain/ledger.h"

#include "base/str.h"

#include <string.h>

bool ledger_status_nobody(const char *text)
{
    static const char *const last[] = {"1", "2", "3", "6", "10"};
    if (!str_starts(text, "5.1."))
        return false;
    size_t digits = strspn(text + 4, "0123456789");
    for (size_t i = 0; i < sizeof last / sizeof *last; i++)
        if (strlen(last[i]) == digits && memcmp(text + 4, last[i], digits) == 0)
            return text[4 + digits] != '.';
    return false;
}

bool ledger_nobody_there(const struct send_verdict *v)
{
    const char *words = v->reason;
    if (v->state != SEND_REJECTED || strspn(words, "0123456789") != 3 || words[0] != '5')
        return false;
    return (words[3] == ' ' || words[3] == '-') && ledger_status_nobody(words + 4);
}

struct uuid ledger_send_id(enum mail_mode mode, struct uuid job, const char *address)
{
    char key[sizeof "send" + 16 + UUID_TEXT_SIZE + ADDRESS_MAX + 1];
    char job_text[UUID_TEXT_SIZE];
    const char *const parts[] = {"send", mail_mode_name(mode), job_text};
    size_t len = 0;
    uuid_text(job, job_text);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        memcpy(key + len, parts[i], strlen(parts[i]) + 1);
        len += strlen(parts[i]) + 1;
    }
    size_t rest = strnlen(address, ADDRESS_MAX);
    memcpy(key + len, address, rest);
    return uuid_from_bytes(key, len + rest);
}

bool ledger_fate_add(struct ledger_fates *f, enum event_kind kind)
{
    bool taken = kind == EVENT_SENT || kind == EVENT_SIMULATED;
    if (!taken && kind != EVENT_REJECTED && kind != EVENT_DEFERRED && kind != EVENT_IN_DOUBT)
        return false;
    f->seen++;
    f->taken = f->taken || taken;
    f->in_a_row += !f->taken;
    f->refused += kind == EVENT_REJECTED;
    return f->seen < LEDGER_FATES;
}

bool ledger_brake(const struct ledger_fates *f, int32_t errors, int32_t percent,
                  char why[MAIL_ANSWER_MAX + 1])
{
    const size_t size = MAIL_ANSWER_MAX + 1;
    if (errors > 0 && f->in_a_row >= errors)
        return str_format(why, size, "%d letters in a row were not taken", (int)f->in_a_row);
    return percent > 0 && f->refused > percent &&
           str_format(why, size, "%d of its last %d letters were refused for good", (int)f->refused,
                      (int)f->seen);
}
