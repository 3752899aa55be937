/* engine.h - starts and ends the threads: desk and automation lanes (later: agenda, reports).
 *
 * The engine knows ports only; app/wire.c plugs the adapters in through struct engine_plugs. One
 * engine serves a data directory at a time (flock on engine.lock, taken here). */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/err.h"
#include "base/log.h"
#include "base/wake.h"
#include "domain/settings.h"
#include "engine/desk.h"
#include "port/agenda.h"
#include "port/authority.h"
#include "port/clock.h"
#include "port/courier.h"
#include "port/mail.h"
#include "port/mirror.h"
#include "port/pages.h"
#include "port/reports.h"
#include "port/search.h"
#include "port/zones.h"
#include "store/journal.h"

#include <stdbool.h>

/* How a thread gets its own handles. Each function makes a new instance that the caller frees;
 * called on the thread that will use it. ctx is handed back. */
struct engine_plugs {
    void *ctx;
    /* A clock over the thread's wake (borrowed; it outlives the clock): waiting ends when it is
     * woken, and is refused when it was cancelled. */
    bool (*clock)(void *ctx, struct wake *wake, struct clock_port **ret, struct err *err);
    void (*clock_free)(void *ctx, struct clock_port *clock); /* accepts NULL */
    bool (*authority)(void *ctx, struct clock_port *clock, struct authority **ret, struct err *err);
    bool (*journal)(void *ctx, struct journal **ret, struct err *err);
    bool (*search)(void *ctx, const char *provider, struct search **ret, struct err *err);
    bool (*pages)(void *ctx, struct pages **ret, struct err *err);
    bool (*mail)(void *ctx, const struct settings *settings, struct mail **ret, struct err *err);
    /* Makes the bytes of a letter: headers, parts. false with ERR_REFUSED and the variable's name
     * in the sentence: the letter is held. */
    bool (*letter)(void *ctx, const struct settings *settings, const struct template_def *template,
                   const struct send_row *row, const char *group, const char *term, struct buf *out,
                   struct err *err);
    /* Schedules: none of these three is there in tests of jobs alone, and then none are kept. */
    bool (*agenda)(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err);
    bool (*zones)(void *ctx, struct zones **ret, struct err *err);
    bool (*reports)(void *ctx, struct clock_port *clock, struct reports **ret, struct err *err);
    /* Deliveries: NULL: none are made. */
    bool (*courier)(void *ctx, const struct settings *settings, struct courier **ret,
                    struct err *err);
    bool (*report_letter)(void *ctx, const struct settings *settings,
                          const struct delivery_work *work, const char *html, const char *text,
                          struct buf *out, struct err *err);
    /* The copy that screens read; NULL: the record is in this data directory. Called on the thread
     * that pulls it. */
    bool (*mirror)(void *ctx, struct mirror_port **ret, struct err *err);
    const char *record_file; /* in data_dir, what screens read: a change of it is news */
    /* A copy of the settings in force. Any thread. */
    void (*settings)(void *ctx, struct settings *ret);
    /* Reads the config file again, as a whole or not at all. Any thread. */
    bool (*reload)(void *ctx, struct err *err);
    const char *data_dir;
    const char *config_path;
    const char *host;
    const char *version;
    const struct log_sink *log;
};

struct engine;

enum engine_role {
    ENGINE_ROLE_SERVE,  /* desk and lanes; ERR_CONFLICT when another process serves */
    ENGINE_ROLE_ATTACH, /* desk; lanes start as soon as nobody else serves (console) */
    ENGINE_ROLE_DESK    /* desk only (read-only consoles) */
};

/* console_wake (may be NULL) is woken after replies and changes of standing. lock_wait_us: how
 * long ENGINE_ROLE_SERVE waits for the lock of a process that is about to leave. */
bool engine_start(const struct engine_plugs *plugs, enum engine_role role, int64_t lock_wait_us,
                  struct wake *console_wake, struct engine **ret, struct err *err);
struct desk *engine_desk(struct engine *e);
/* True when, after a full pass of every lane, no job that wants to run has work possible now and
 * nothing is in flight. For `engine --until-idle`. Also true when the engine can't work at all
 * (HOLD): desk_standing()'s problem says why. */
bool engine_idle(struct engine *e);
/* Do its threads still look around as often as they should? For a watchdog; any thread. */
bool engine_alive(struct engine *e);
/* Woken whenever engine_idle or the standing may have changed. One waiter. */
struct wake *engine_wake(struct engine *e);
/* Is the data directory served, by which process? Takes no lock. *ret_pid 0: unknown. Any thread.
 */
bool engine_served(const char *data_dir, long *ret_pid);
/* The same, and why that engine refused its config file, so that its old settings hold; "" it did
 * not. Foreign text: to be screened. */
bool engine_served_by(const char *data_dir, long *ret_pid, char ret_config[ERR_TEXT_MAX]);
/* Asks every thread to come to rest at a step boundary and joins them; lanes that hold a job give
 * the lease back with the job still running (another engine goes on). At most a slice. */
void engine_stop(struct engine *e);
void engine_free(struct engine *e); /* after engine_stop; accepts NULL */

#endif
