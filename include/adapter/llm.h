/* llm.h - asks a language model for the summary of one section: an OpenAI-compatible
 * /v1/chat/completions end point that the operator chose.
 *
 * Verified TLS, or plain HTTP to a loopback address, and only public addresses unless allow_private
 * (as http_call.h has it). An instance belongs to one thread. */
#ifndef ADAPTER_LLM_H
#define ADAPTER_LLM_H

#include "adapter/summary.h"
#include "domain/select.h"
#include "port/clock.h"

#include <stdbool.h>
#include <stdint.h>

enum { LLM_ITEMS_MAX = 40 }; /* of a section that the model is shown; the first ones */

struct llm_options {
    const char *agent; /* what User-Agent says */
    const char *url;   /* of the end point, whole */
    const char *model;
    const char *key;   /* "": none. Never part of an error's text */
    const char *count; /* path of the file that counts what the day used */
    const char *seen;  /* path of the file that says how it answered (store/health.h); "": none */
    bool allow_private;
    int64_t timeout_us; /* of one call */
    int32_t max_tokens; /* of one answer */
    int32_t calls_per_run, calls_per_day;
    int32_t tokens_per_run, tokens_per_day; /* of questions and answers together */
};

struct llm_section {
    const struct spec_def *spec;
    const struct selection *selection;
    int32_t index; /* of the section; it has items */
    struct clock_port *clock;
    int64_t deadline_us; /* boot time: an answer that is not whole by then is none */
};

struct llm;

/* The options are copied. REFUSED: the url is neither https nor http to this machine; ERR_STOP: out
 * of memory. Nobody is asked yet. */
bool llm_new(const struct llm_options *options, struct llm **ret, struct err *err);
void llm_free(struct llm *l); /* NULL is fine */

/* A new report: its own budget begins, and what went wrong with the last one is forgotten. */
void llm_begin(struct llm *l);

/* Items have the numbers that reports show: their index in the selection, from 1. False: there is
 * no summary, and err says why, ERR_CANCELLED when the clock asked for an end. When the service
 * could not be asked it is not asked again before llm_begin(). */
bool llm_summarise(struct llm *l, const struct llm_section *section, struct arena *memory,
                   struct summary *ret, struct err *err);

#endif
