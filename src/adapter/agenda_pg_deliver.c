/* agenda_pg_deliver.c - what is to be brought, on a shared record
 * (sql/postgres/functions/34_deliver.sql). */
#include "agenda_pg_gate.h"

#include "base/fp.h"
#include "base/str.h"
#include "base/utf8.h"
#include "delivery_note.h"

static json_t *who(struct uuid engine, int64_t gen)
{
    return json_pack("{s:o,s:I,s:I,s:I}", "engine", pg_name(engine), "gen", (json_int_t)gen,
                     "post_ttl", (json_int_t)DELIVERY_POST_TTL_US, "mail_ttl",
                     (json_int_t)DELIVERY_MAIL_TTL_US);
}

bool pgagenda_delivery_next(struct agenda *base, struct uuid engine, int64_t journal_gen,
                            int64_t *ret_us, struct err *err)
{
    json_t *answer;
    if (!pg_ask(&pgagenda_of(base)->ask, "delivery_next", who(engine, journal_gen), &answer, err))
        return false;
    *ret_us = pg_get_or(answer, "at", INT64_MAX);
    json_decref(answer);
    return true;
}

static bool read_work(const json_t *w, struct arena *arena, struct delivery_work *ret)
{
    *ret = (struct delivery_work){.seq = pg_get_int(w, "seq"),
                                  .attempt = (int32_t)pg_get_int(w, "attempt"),
                                  .died = pg_get_bool(w, "died"),
                                  .slot_us = pg_get_or(w, "slot", INT64_MIN),
                                  .period_us = pg_get_int(w, "period"),
                                  .items = (int32_t)pg_get_int(w, "items"),
                                  .sources = (int32_t)pg_get_int(w, "sources"),
                                  .sources_failed = (int32_t)pg_get_int(w, "failed"),
                                  .created_us = pg_get_int(w, "created")};
    const struct {
        const char *key;
        const char **to;
    } texts[] = {{"target", &ret->target},       {"about", &ret->about},
                 {"text", &ret->text},           {"workspace", &ret->workspace},
                 {"spec_name", &ret->spec_name}, {"schedule_name", &ret->schedule_name},
                 {"trigger", &ret->trigger},     {"report", &ret->file},
                 {"sha256", &ret->sha256}};
    bool ok =
        pg_get_uuid(w, "id", &ret->id) && delivery_kind_parse(pg_get_text(w, "kind"), &ret->kind);
    (void)pg_get_uuid(w, "run", &ret->run);           /* none: zero */
    (void)pg_get_uuid(w, "schedule", &ret->schedule); /* likewise */
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i].to = arena_text(arena, pg_get_text(w, texts[i].key));
        ok = ok && *texts[i].to != NULL;
    }
    return ok;
}

bool pgagenda_delivery_take(struct agenda *base, struct uuid engine, int64_t journal_gen,
                            struct arena *arena, struct delivery_work *ret, bool *ret_any,
                            struct err *err)
{
    json_t *answer;
    *ret_any = false;
    FP("delivery_take_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "delivery_take", who(engine, journal_gen), &answer, err))
        return false;
    FP("delivery_take_after");
    *ret_any = json_object_size(answer) > 0;
    bool ok = !*ret_any || read_work(answer, arena, ret) ||
              err_set(err, ERR_STOP, "deliveries: out of memory");
    json_decref(answer);
    return ok;
}

bool pgagenda_delivery_report(struct agenda *base, struct uuid run, struct buf *html,
                              struct buf *text, struct err *err)
{
    json_t *answer;
    json_t *q = json_pack("{s:o}", "run", pg_name(run));
    if (!pg_ask(&pgagenda_of(base)->ask, "delivery_report", q, &answer, err))
        return false;
    bool there = json_object_size(answer) > 0;
    bool ok = !there || (buf_adds(html, pg_get_text(answer, "html")) &&
                         buf_adds(text, pg_get_text(answer, "text")));
    json_decref(answer);
    if (!there)
        return err_set(err, ERR_REFUSED, "the report is not in the record any more");
    return ok || err_set(err, ERR_STOP, "deliveries: out of memory");
}

bool pgagenda_delivery_end(struct agenda *base, const struct delivery_ended *e,
                           enum run_answer *ret, struct err *err)
{
    json_t *answer;
    char words[AGENDA_TEXT_MAX + 1], said[DELIVERY_ANSWER_MAX + 1];
    text_screen_to(said, sizeof said, e->answer);
    delivery_note(e, words);
    json_t *q =
        json_pack("{s:I,s:i,s:s,s:I,s:i,s:o,s:s,s:o}", "seq", (json_int_t)e->work->seq, "attempt",
                  (int)e->work->attempt, "state", delivery_state_name(e->state), "again",
                  (json_int_t)e->again_us, "code", (int)e->code, "answer", pg_words(said), "kind",
                  event_row(delivery_event(e->state))->name, "words", pg_words(words));
    FP("delivery_end_before");
    if (!pg_ask(&pgagenda_of(base)->ask, "delivery_end", q, &answer, err))
        return false;
    FP("delivery_end_after");
    *ret = pg_get_bool(answer, "told") ? RUN_TOLD : RUN_FENCED;
    json_decref(answer);
    return true;
}

bool pgagenda_delivery_again(struct agenda *base, const char *actor, int64_t seq, struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    const struct agenda_ref none = {"", ""};
    json_t *answer;
    json_t *more = json_pack("{s:I}", "seq", (json_int_t)seq);
    json_t *q = pgauth_with(pgagenda_question(a, actor, &none), more);
    FP("delivery_again_before");
    if (!pg_ask(&a->ask, "delivery_again", q, &answer, err))
        return false;
    FP("delivery_again_after");
    json_decref(answer);
    return true;
}
