/* wire_llm.h - the language model of [llm]. */
#ifndef APP_WIRE_LLM_H
#define APP_WIRE_LLM_H

#include "adapter/llm.h"
#include "cli.h"
#include "domain/settings.h"

/* *ret is NULL, and true comes back, when none is configured. False: it can't be used, and reports
 * go on without it. */
bool wire_llm(const struct app *app, const struct settings *settings, struct llm **ret,
              struct err *err);

#endif
