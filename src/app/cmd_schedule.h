/* cmd_schedule.h - what the commands about schedules share with those about their templates. */
#ifndef APP_CMD_SCHEDULE_H
#define APP_CMD_SCHEDULE_H

#include "agendas.h"

/* The options of a command, into the definition; what is not given stays. ERR_USAGE names the
 * option. */
bool schedule_apply(const struct app *app, struct agendas *a, struct schedule_def *def,
                    struct err *err);

/* A definition begins as a template says. ERR_REFUSED when there is none of that name. */
bool schedule_begin_from(struct agendas *a, const char *name, struct schedule_def *def,
                         struct err *err);

#endif
