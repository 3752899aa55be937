/* authority_pg_heard.c - what came back about letters (sql/postgres/functions/06_heard.sql). */
#include "authority_pg.h"
#include "base/str.h"

static json_t *ids_of(const struct heard *h)
{
    json_t *ret = json_array();
    for (int32_t i = 0; i < h->id_count; i++)
        (void)json_array_append_new(ret, pg_name(h->ids[i])); /* NULL is asked for at the end */
    return ret;
}

static bool read_result(const json_t *answer, struct heard_result *ret)
{
    *ret = (struct heard_result){.ours = pg_get_bool(answer, "ours"),
                                 .changed = pg_get_bool(answer, "changed"),
                                 .suppressed = pg_get_bool(answer, "suppressed")};
    (void)str_copy(ret->address, sizeof ret->address, pg_get_text(answer, "address")); /* fits */
    return !ret->ours || send_state_parse(pg_get_text(answer, "state"), &ret->state);
}

bool pgauth_heard(struct authority *base, const char *actor, const struct heard *heard, bool try,
                  struct heard_result *ret, struct err *err)
{
    struct pgauth *a = pgauth_of(base);
    json_t *answer;
    json_t *q = json_pack("{s:o,s:o,s:s,s:b,s:i,s:o,s:b}", "actor", pg_words(actor), "ids",
                          ids_of(heard), "kind", heard_name(heard->kind), "nobody", heard->nobody,
                          "code", heard->code, "words", pg_words(heard->words), "try", try);
    if (!pg_ask(&a->ask, "send_heard", q, &answer, err))
        return false;
    if (!read_result(answer, ret))
        return pg_ask_odd("send_heard", answer, err);
    json_decref(answer);
    return true;
}
