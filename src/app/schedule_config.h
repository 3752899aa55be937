/* schedule_config.h - a schedule's config from options: each option is one key of the JSON. */
#ifndef APP_SCHEDULE_CONFIG_H
#define APP_SCHEDULE_CONFIG_H

#include "cli.h"

#include <jansson.h>
#include <stdbool.h>

/* Puts the options that were given into config (an object). *type: the schedule's; changed by
 * --type, or to what --cron, --day say when none was given. ERR_USAGE names the option. What the
 * values may be is timing_json_read()'s to say. */
bool schedule_config_apply(const struct app *app, const char **type, json_t *config,
                           struct err *err);
/* All values of an option as a JSON array, as text; NULL when it was not given. The caller frees
 * it. "all" alone gives an empty text: no override. */
char *schedule_config_list(const struct app *app, const char *option);

#endif
