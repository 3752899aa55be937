/* api.h - the control API: a thread of the engine's process that answers HTTP requests.
 *
 * It reads the record as screens do and hands commands in as the sub-commands do; nothing of the
 * engine's work waits for it. It listens only while this process is the one that serves. */
#ifndef APP_API_H
#define APP_API_H

#include "cli.h"
#include "config.h"
#include "engine/engine.h"

struct api;

/* Does nothing (*ret NULL) while [api] listen is empty. ERR_REFUSED: that option can't be
 * understood. A place that is taken is logged and tried again: work does not wait for it.
 * plugs, desk and log are borrowed until api_stop(). */
bool api_start(const struct app *app, const struct config *config, const struct engine_plugs *plugs,
               struct desk *desk, const struct log_sink *log, struct api **ret, struct err *err);
/* Ends the connections and the thread; accepts NULL. Before engine_free(). */
void api_stop(struct api *api);

#endif
