/* audit.c - one link of the audit chain: SHA-256 over the hash before and the row's fields, each
 * followed by a NUL, which no field contains, so that no two rows read the same. */
#include "store/audit.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

bool audit_hash(const struct audit_entry *e, uint8_t hash[32])
{
    const char *const texts[] = {e->actor, e->action, e->target, e->detail};
    struct buf b = buf_init(1 << 20);
    buf_add(&b, hash, 32);
    buf_addf(&b, "%lld%c%lld%c", (long long)e->seq, '\0', (long long)e->at_us, '\0');
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        buf_add(&b, texts[i], strlen(texts[i]) + 1);
    bool ok = buf_ok(&b);
    if (ok)
        str_sha256(b.data, b.len, hash);
    buf_done(&b);
    return ok;
}
