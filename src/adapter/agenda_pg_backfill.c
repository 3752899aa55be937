/* agenda_pg_backfill.c - reports of slots that went by (sql/postgres/functions/39_backfill.sql). */
#include "agenda_pg_gate.h"

#include "base/str.h"

static json_t *slots_of(const struct backfill_order *order)
{
    json_t *ret = json_array();
    for (int32_t i = 0; ret != NULL && i < order->count; i++) {
        const struct backfill_slot *s = &order->slots[i];
        json_t *one = json_pack("{s:I,s:o,s:I,s:I}", "slot", (json_int_t)s->slot_us, "key",
                                pg_words_or_null(s->period_key), "from", (json_int_t)s->from_us,
                                "to", (json_int_t)s->to_us);
        if (json_array_append_new(ret, one) != 0) {
            json_decref(ret);
            return NULL;
        }
    }
    return ret;
}

static bool answer_parse(const char *word, enum backfill_answer *ret)
{
    static const char *const words[BACKFILL_ANSWERS] = {[BACKFILL_RUNS] = "runs",
                                                        [BACKFILL_DONE] = "done",
                                                        [BACKFILL_OPEN] = "open",
                                                        [BACKFILL_BLOCKED] = "blocked",
                                                        [BACKFILL_LEFT] = "left"};
    for (int i = 0; i < BACKFILL_ANSWERS; i++) {
        if (word != NULL && str_equal(words[i], word)) {
            *ret = (enum backfill_answer)i;
            return true;
        }
    }
    return false;
}

static bool read_answers(json_t *answer, int32_t count, enum backfill_answer *ret, struct err *err)
{
    const json_t *words = json_object_get(answer, "answers");
    bool ok = json_array_size(words) == (size_t)count;
    for (int32_t i = 0; ok && i < count; i++)
        ok = answer_parse(json_string_value(json_array_get(words, (size_t)i)), &ret[i]);
    if (!ok)
        return pg_ask_odd("backfill", answer, err);
    json_decref(answer);
    return true;
}

bool pgagenda_backfill(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                       const struct backfill_order *order, enum backfill_answer *ret,
                       struct err *err)
{
    static const char *const which[BACKFILL_WHICHES] = {
        [BACKFILL_MISSED] = "missed", [BACKFILL_FAILED] = "failed", [BACKFILL_ALL] = "all"};
    const struct pgagenda *a = pgagenda_of(base);
    json_t *answer;
    if (order->count > BACKFILL_MAX)
        return err_set(err, ERR_REFUSED,
                       "schedule: more than %d slots are not made up for at once; choose a shorter "
                       "time",
                       BACKFILL_MAX);
    json_t *more =
        json_pack("{s:o,s:s,s:b,s:o}", "specification", pg_words_or_null(order->specification),
                  "which", which[order->which], "dry", order->dry, "slots", slots_of(order));
    json_t *q = pgauth_with(pgagenda_question(a, actor, schedule), more);
    return pgagenda_ask(a, "backfill", q, &answer, "schedule", schedule, err) &&
           read_answers(answer, order->count, ret, err);
}
