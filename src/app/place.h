/* place.h - where things are: data directory, config file, and the files inside.
 *
 * Data: --data, AUTOPILOT_DATA, else $XDG_DATA_HOME/autopilot, else ~/.local/share/autopilot.
 * Config: --config, AUTOPILOT_CONFIG, else DATA/autopilot.ini when it is there, else
 * $XDG_CONFIG_HOME/autopilot/autopilot.ini when that is there, else DATA/autopilot.ini. */
#ifndef APP_PLACE_H
#define APP_PLACE_H

#include "cli.h"

/* Fills app->data_dir, config_path, actor and host. ERR_USAGE when no home can be found. */
bool place_find(struct app *app, struct err *err);
/* DATA/name */
bool place_file(const struct app *app, const char *name, char ret[FILE_PATH_MAX], struct err *err);
/* The directory of the shipped sample: beside the source tree or below PREFIX/share/autopilot. */
bool place_sample(char ret[FILE_PATH_MAX], struct err *err);

#define PLACE_RECORD "autopilot.db"
#define PLACE_MIRROR "mirror.db"
#define PLACE_JOURNAL "journal.db"
#define PLACE_LOG "log.db"
#define PLACE_CORPUS "corpus.db"
#define PLACE_REPORTS "reports"
#define PLACE_LOCK "engine.lock"
#define PLACE_TOKENS "api-tokens.json"
#define PLACE_UNSUBSCRIBE "unsubscribe.key"
#define PLACE_WEBHOOK "webhook.key"
#define PLACE_LLM "llm.used"
#define PLACE_CONFIG "autopilot.ini"

#endif
