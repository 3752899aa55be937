/* cmd_schedule_kinds.h - of the schedule commands, what is about several specifications and about
 * following another schedule. */
#ifndef APP_CMD_SCHEDULE_KINDS_H
#define APP_CMD_SCHEDULE_KINDS_H

#include "agendas.h"

#include <jansson.h>
#include <stddef.h>

/* --spec (as often as needed) and --after, into the definition. */
bool schedule_apply_specs(const struct app *app, struct agendas *a, struct schedule_def *def,
                          struct err *err);
/* After the type is known: --after, or what the schedule followed. ERR_USAGE when it follows
 * nothing. */
bool schedule_apply_after(const struct app *app, struct schedule_def *def, struct err *err);

/* "specifications", "after" and "next_run_at"; the last is null for what follows another. */
json_t *schedule_specs_json(const struct schedule_row *s);
json_t *schedule_after_json(const struct schedule_row *s);
json_t *schedule_next_json(int64_t next_us, bool follows);
/* "news", "news +2". */
void schedule_specs_brief(const struct schedule_row *s, char *dst, size_t size);
/* Of a schedule with several: a line for each, with its frequency and from when on it may have its
 * next report. */
bool schedule_print_specs(struct agendas *a, const struct schedule_row *s, struct err *err);
/* When it runs next, for what a command says: "2026-.. CET", or "after NAME". Screened. */
void schedule_say_next(struct agenda_entry *e, const char *after, int64_t next_us, char *dst,
                       size_t size);

#endif
