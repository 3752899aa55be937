/* timing_json.h - a schedule's type and its schedule_config, as stored, read into a timing.
 *
 * Keys: time, timezone (default UTC), day_of_week (0 = Monday), day_of_month (1-28),
 * cron_expression; catchup, catchup_window, overlap, jitter, start_at, end_at, exclude,
 * on_excluded, workdays_only, max_runs. Keys that are not known are left alone: whoever stores the
 * text keeps them. Type after (it follows another's success) has timezone, end_at, overlap and
 * max_runs only. Keys that are known but belong to another type are left alone too.
 * Any thread. */
#ifndef STORE_TIMING_JSON_H
#define STORE_TIMING_JSON_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/timing.h"

#include <stddef.h>

enum { TIMING_JSON_MAX = 64 * 1024, TIMING_KEY_MAX = 24 };

/* Strict: one JSON object and nothing behind it, no key twice, numbers that are written as
 * integers, names in their exact case. False fills err with one line that begins with the key, and
 * ret_key with that key: "schedule_type" for the type, "schedule_config" when the text is no such
 * object. Whether tzdata has the zone is for the caller to ask (zone_files_get); its name is
 * checked. A custom expression that never matches is read: ask ret->cron.never. */
bool timing_json_read(struct timing *ret, const char *type, const char *json, size_t len,
                      char ret_key[TIMING_KEY_MAX], struct err *err);

/* Appends `config` with its cron_expression set to `expression`; every other key stays as it is.
 * False when config is no JSON object, or without memory. The expression is not checked here. */
bool timing_json_set_cron(const char *config, const char *expression, struct buf *out,
                          struct err *err);

#endif
