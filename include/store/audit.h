/* audit.h - the chain of the audit log: each row's hash covers the hash before it, so that a row
 * that was changed, taken out or put in shows. A tail that was cut off does not: the last hash is
 * what to write down elsewhere. Pure; any thread. */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

struct audit_entry {
    int64_t seq;
    int64_t at_us;
    const char *actor, *action, *target, *detail;
};

/* hash: of the row before (32 zero bytes for the first); becomes this row's. False without memory.
 * */
bool audit_hash(const struct audit_entry *e, uint8_t hash[32]);

#endif
