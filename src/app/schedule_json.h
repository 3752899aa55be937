/* schedule_json.h - schedules and runs as JSON: the keys scripts rely on (docs/operator.md). */
#ifndef APP_SCHEDULE_JSON_H
#define APP_SCHEDULE_JSON_H

#include "store/read_schedules.h"

#include <jansson.h>

/* New references; NULL without memory. */
json_t *schedule_json(const struct schedule_row *s);
json_t *run_json(const struct run_row *r);

#endif
