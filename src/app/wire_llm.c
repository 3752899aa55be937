/* wire_llm.c - options of the config, and the key from its file. */
#include "wire_llm.h"

#include "place.h"
#include "store/health.h"
#include "wire.h"
#include "wire_search.h"

bool wire_llm(const struct app *app, const struct settings *s, struct llm **ret, struct err *err)
{
    char key[WIRE_TOKEN_MAX] = "", agent[WIRE_AGENT_MAX], count[FILE_PATH_MAX], seen[FILE_PATH_MAX];
    *ret = NULL;
    if (s->llm_url[0] == '\0')
        return true;
    if (!place_file(app, PLACE_LLM, count, err) || !place_file(app, HEALTH_FILE, seen, err) ||
        (s->llm_key_file[0] != '\0' && !wire_token_read(s->llm_key_file, key, err)))
        return false;
    wire_agent(s, agent);
    struct llm_options options = {.agent = agent,
                                  .url = s->llm_url,
                                  .model = s->llm_model,
                                  .key = key,
                                  .count = count,
                                  .seen = seen,
                                  .allow_private = s->llm_allow_private,
                                  .timeout_us = s->llm_timeout_us,
                                  .max_tokens = s->llm_max_tokens,
                                  .calls_per_run = s->llm_calls_per_run,
                                  .calls_per_day = s->llm_calls_per_day,
                                  .tokens_per_run = s->llm_tokens_per_run,
                                  .tokens_per_day = s->llm_tokens_per_day};
    return llm_new(&options, ret, err);
}
