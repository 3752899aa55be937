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
