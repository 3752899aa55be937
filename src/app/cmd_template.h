/* cmd_template.h - what the commands about templates share. One thread at a time. */
#ifndef CMD_TEMPLATE_H
#define CMD_TEMPLATE_H

#include "base/arena.h"
#include "cli.h"
#include "domain/job.h"
#include "port/authority.h"

/* One template, copied out of the list; arena_done(&f->arena) when it is done with. */
struct template_found {
    const char *name;
    struct arena arena;
    struct template_def def;
    const char *workspace;
    int32_t seen;
};

/* The template that the first argument names. False: there is none (ERR_REFUSED), or two
 * workspaces have one and none was said, or the record can't be read. */
bool template_need(struct app *app, struct template_found *f, struct err *err);

/* The lead that --lead names, as the record knows it; without --lead a made-up one. */
bool template_lead(struct app *app, struct send_row *row, struct err *err);

#endif
