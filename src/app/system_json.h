/* system_json.h - the facts of the System screen, for `status`. */
#ifndef APP_SYSTEM_JSON_H
#define APP_SYSTEM_JSON_H

#include "store/read_system.h"

#include <jansson.h>

/* An array, an object an engine, with the jobs that it holds and until when. The caller's. */
json_t *system_engines_json(const struct system_seen *s);
/* Adds to an object about the record over which way this machine reaches it; null where that is not
 * known or the record is embedded. */
void system_link_json(const struct system_seen *s, json_t *record);
/* The same on stdout, a line each. */
void system_engines_text(const struct system_seen *s);
void system_link_text(const struct system_seen *s);

#endif
