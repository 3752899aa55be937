/* init.h - makes a data directory: config file, record with workspace `default`, sample. */
#ifndef APP_INIT_H
#define APP_INIT_H

#include "cli.h"

/* In app->data_dir. What is there already is kept: running it twice changes nothing. */
bool init_make(struct app *app, bool sample, struct err *err);

#endif
