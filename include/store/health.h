/* health.h - how the services that letters, searches and reports lean on answered last:
 * DATA/services.last, a line of fixed length each, learnt while working and never by asking.
 *
 * Whoever works on this machine writes (any process, any thread, under a lock held for
 * microseconds); the console and `status` read. It is what this machine saw: another machine's
 * engine has its own. Nothing depends on it, so a file that can't be written costs only the sight.
 */
#ifndef STORE_HEALTH_H
#define STORE_HEALTH_H

#include "base/err.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stdint.h>

enum { HEALTH_MAX = 24, HEALTH_WHY_MAX = 240, HEALTH_NAME_MAX = NAME_MAX_BYTES + 16 };

#define HEALTH_FILE "services.last"
#define HEALTH_SEARCH "search " /* and the provider's name */
#define HEALTH_MAIL "mail"
#define HEALTH_LLM "language model"

struct health {
    char name[HEALTH_NAME_MAX + 1]; /* as above; screened */
    int64_t ok_us, failed_us;       /* the last of each, wall clock; 0 never */
    int32_t failures;               /* since the last success */
    char why[HEALTH_WHY_MAX + 1];   /* of the last failure, one line, screened; "" */
};

enum health_state { HEALTH_UNASKED, HEALTH_OK, HEALTH_FAILING };
enum health_state health_state_of(const struct health *h);
/* "unasked", "ok", "failing" */
const char *health_state_name(enum health_state state);

/* Sets which services there are: what is known of them stays, others are forgotten. At most
 * HEALTH_MAX; more are left out. ERR_STOP when the file can't be written. */
bool health_keep(const char *path, const char *const *names, int32_t count, struct err *err);
/* One more answer (why NULL) or failure. A name that is not kept is nothing. ERR_STOP as above. */
bool health_note(const char *path, const char *name, const char *why, int64_t now_us,
                 struct err *err);
/* All, in the order in which they are kept; none when there is no file. Lines that are damaged are
 * left out. ERR_STOP when it can't be read. */
bool health_read(const char *path, struct health ret[HEALTH_MAX], int32_t *ret_count,
                 struct err *err);

#endif
