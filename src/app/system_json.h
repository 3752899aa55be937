/* system_json.h - the facts of the System screen, for `status`. */
#ifndef APP_SYSTEM_JSON_H
#define APP_SYSTEM_JSON_H

#include "store/health.h"
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

/* How the services of this machine answered last (store/health.h). */
json_t *system_services_json(const struct health *rows, int32_t count);
void system_services_text(const struct health *rows, int32_t count, int64_t now_us);

#endif
