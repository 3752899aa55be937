/* wire.h - plugs the adapters into the engine: the only place that knows all of them. */
#ifndef APP_WIRE_H
#define APP_WIRE_H

#include "cli.h"
#include "config.h"
#include "domain/unsubscribe.h"
#include "engine/engine.h"

struct wire;

/* Keeps a copy of the config, which wire's reload replaces as a whole or not at all. log: a sink
 * that outlives the wire. */
bool wire_new(const struct app *app, const struct config *config, const struct log_sink *log,
              struct wire **ret, struct err *err);
void wire_free(struct wire *w); /* accepts NULL; after engine_free */
/* The plugs borrow from the wire. */
const struct engine_plugs *wire_plugs(struct wire *w);
/* The services of its config are those that are shown from now on (watched.h): once, by who starts
 * an engine with it. */
void wire_keep(struct wire *w);
/* The same for one command without an engine: the ports of a manual search. */
bool wire_search(struct wire *w, const char *provider, struct search **ret, struct err *err);

#ifndef AUTOPILOT_VERSION
#define AUTOPILOT_VERSION "0.0.0"
#endif
#define WIRE_PROGRAM "autopilot/" AUTOPILOT_VERSION

enum { WIRE_AGENT_MAX = SETTING_TEXT_MAX + 80 };
/* Who asks, when a source is read: the true name of the program and whom to write to. */
void wire_agent(const struct settings *settings, char dst[WIRE_AGENT_MAX]);

/* A letter's bytes as the engine would write them. app NULL: for a preview; its {token} is none
 * that unsubscribes anybody. */
bool wire_letter(const struct app *app, const struct settings *settings,
                 const struct template_def *template, const struct send_row *row, const char *group,
                 const char *term, struct buf *out, struct err *err);
/* The key of {token} in [mail] unsubscribe. make: when it is absent. */
bool wire_unsubscribe_key(const struct app *app, const struct settings *s, bool make,
                          uint8_t ret[UNSUBSCRIBE_KEY], struct err *err);

#endif
