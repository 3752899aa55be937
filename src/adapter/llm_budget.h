/* llm_budget.h - what this machine asked a language model for today: one line in a file of the data
 * directory, shared by all lanes and processes (flock). Days are UTC's. Any thread. */
#ifndef ADAPTER_LLM_BUDGET_H
#define ADAPTER_LLM_BUDGET_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct llm_budget {
    const char *path;
    int32_t calls;  /* a day */
    int64_t tokens; /* a day */
};

/* Notes one call and so many tokens, before they are asked for, so that a crash costs budget and
 * never gives any. ERR_REFUSED: one of both would be passed (nothing is noted), or the file holds
 * something else; ERR_STOP: it can't be written. */
bool llm_budget_take(const struct llm_budget *b, int64_t now_us, int64_t tokens, struct err *err);
/* Corrects what was taken to what the service says it used; another day since: nothing. */
bool llm_budget_settle(const struct llm_budget *b, int64_t taken_us, int64_t tokens, int64_t used,
                       struct err *err);

#endif
