/* demo.h - --demo: a made-up data directory that is thrown away at the end. */
#ifndef APP_DEMO_H
#define APP_DEMO_H

#include "cli.h"

/* Makes a directory below $TMPDIR with the sample in it and points app at it. */
bool demo_make(struct app *app, struct err *err);
/* Removes it. */
void demo_remove(const struct app *app);

#endif
