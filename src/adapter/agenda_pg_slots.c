/* agenda_pg_slots.c - hands in what was decided about due slots
 * (sql/postgres/functions/31_slots.sql). */
#include "agenda_pg.h"

#include "base/fp.h"
#include "base/str.h"

static const char *const whats[SLOT_WHATS] = {
    [SLOT_RUN] = "run",           [SLOT_FREQUENCY] = "frequency",
    [SLOT_OVERLAP] = "overlap",   [SLOT_MISSED] = "missed",
    [SLOT_EXCLUDED] = "excluded", [SLOT_ERROR] = "error",
    [SLOT_RESUME] = "resume",     [SLOT_END] = "end",
    [SLOT_RETIME] = "retime"};

json_t *pgagenda_order(const struct slot_order *o)
{
    bool first = uuid_is_zero(o->specification);
    return json_pack("{s:o,s:o,s:b,s:I,s:s,s:s,s:I,s:I,s:o,s:I,s:I,s:b,s:o}", "schedule",
                     pg_name(o->schedule), "spec", first ? json_null() : pg_name(o->specification),
                     "more", o->more, "seen", (json_int_t)o->seen_us, "what", whats[o->what],
                     "trigger", run_trigger_name(o->trigger), "slot", (json_int_t)o->slot_us,
                     "not_before", (json_int_t)o->not_before_us, "key",
                     pg_words_or_null(o->period_key), "missed", (json_int_t)o->missed, "next",
                     (json_int_t)o->next_us, "ends", o->ends, "reason", pg_words(o->reason));
}

static bool read_answer(const json_t *word, enum slot_answer *ret)
{
    static const char *const words[] = {
        [SLOT_DONE] = "done", [SLOT_GONE] = "gone", [SLOT_BLOCKED] = "blocked"};
    const char *text = json_string_value(word);
    for (size_t i = 0; text != NULL && i < sizeof words / sizeof words[0]; i++)
        if (str_equal(text, words[i])) {
            *ret = (enum slot_answer)i;
            return true;
        }
    return false;
}

bool pgagenda_slots(struct agenda *base, const struct slot_order *orders, int32_t count,
                    enum slot_answer *ret, struct err *err)
{
    json_t *answer, *list = json_array();
    bool ok = true;
    for (int32_t i = 0; i < count; i++)
        ok = json_array_append_new(list, pgagenda_order(&orders[i])) == 0 && ok;
    json_t *q = ok ? json_pack("{s:O}", "orders", list) : NULL;
    json_decref(list);
    FP("agenda_slots_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "agenda_slots", q, &answer, err))
        return false;
    FP("agenda_slots_after");
    ok = json_array_size(answer) == (size_t)count;
    for (int32_t i = 0; ok && i < count; i++)
        ok = read_answer(json_array_get(answer, (size_t)i), &ret[i]);
    if (!ok)
        return pg_ask_odd("agenda_slots", answer, err);
    json_decref(answer);
    return true;
}
