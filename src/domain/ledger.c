/* ledger.c - the name of a letter: a hash of "send", the mode, the job and the address, each ended
 * by a NUL, which none of them contains. */
#include "domain/ledger.h"

#include <string.h>

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
