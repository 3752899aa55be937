/* loop.h - the console's loop around a source; console_run() gives it the real one, demonstrations
 * and tests an invented one. */
#ifndef UI_LOOP_H
#define UI_LOOP_H

#include "source.h"

#include "base/err.h"
#include "ui/console.h"

#include <stdbool.h>

/* As console_run(). begun (may be NULL) is told the desk that options->begin gave. */
bool console_loop(const struct console_options *options, struct source source,
                  void (*begun)(void *ctx, struct desk *desk), void *ctx, enum console_end *ret_end,
                  struct err *err);

#endif
