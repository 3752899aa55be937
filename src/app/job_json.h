/* job_json.h - jobs as JSON: the keys scripts rely on (docs/operator.md). */
#ifndef APP_JOB_JSON_H
#define APP_JOB_JSON_H

#include "store/read_jobs.h"

#include <jansson.h>

/* New references; NULL without memory. */
json_t *job_row_json(const struct job_row *j);
json_t *job_detail_json(const struct job_row *j, const struct job_detail *d);

#endif
