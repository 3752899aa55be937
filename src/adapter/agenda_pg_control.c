/* agenda_pg_control.c - enable, disable, pause, resume, run now, and what is said about one run
 * (sql/postgres/functions/37_schedules.sql, 38_runs_asked.sql). */
#include "agenda_pg_gate.h"

#include "base/clock.h"
#include "domain/calendar.h"
#include "domain/frequency.h"

bool pgagenda_schedule_control(struct agenda *base, const char *actor,
                               const struct agenda_ref *schedule, enum schedule_control what,
                               const char *note, int64_t until_us, int64_t next_us,
                               bool *ret_changed, struct err *err)
{
    static const char *const words[SCHEDULE_CONTROLS] = {[SCHEDULE_ENABLE] = "enable",
                                                         [SCHEDULE_DISABLE] = "disable",
                                                         [SCHEDULE_PAUSE] = "pause",
                                                         [SCHEDULE_RESUME] = "resume"};
    const struct pgagenda *a = pgagenda_of(base);
    json_t *answer;
    json_t *more = json_pack("{s:s,s:o,s:I,s:I}", "what", words[what], "note", pg_words(note),
                             "until", (json_int_t)until_us, "next", (json_int_t)next_us);
    json_t *q = pgauth_with(pgagenda_question(a, actor, schedule), more);
    *ret_changed = false;
    if (!pgagenda_ask(a, "schedule_control", q, &answer, "schedule", schedule, err))
        return false;
    *ret_changed = pg_get_bool(answer, "changed");
    json_decref(answer);
    return true;
}

/* --- a report now ----------------------------------------------------------------------------- */

/* The keys of the period that is now, by frequency: of further specifications. The first one's was
 * worked out by who asks, on this machine's clock too. */
static json_t *keys_of_now(const struct pgagenda *a)
{
    int64_t now_s = calendar_floor(a->ask.clock->ops->now_us(a->ask.clock), US_PER_S);
    json_t *ret = json_object();
    for (int i = 0; i < FREQUENCIES; i++) {
        char key[FREQUENCY_KEY_MAX];
        frequency_key((enum frequency)i, now_s, key);
        if (json_object_set_new(ret, frequency_name((enum frequency)i), json_string(key)) == 0)
            continue;
        json_decref(ret);
        return NULL;
    }
    return ret;
}

/* A name for the run of each specification that the schedule may have. */
static json_t *new_ids(const struct pgagenda *a)
{
    json_t *ret = json_array();
    for (int i = 0; i < SCHEDULE_SPECS_MAX; i++) {
        if (json_array_append_new(ret, pg_name(pgagenda_new_id(a))) == 0)
            continue;
        json_decref(ret);
        return NULL;
    }
    return ret;
}

bool pgagenda_run_ask(struct agenda *base, const char *actor, const struct agenda_ref *schedule,
                      enum run_trigger trigger, const char *period_key, struct uuid *ret,
                      struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    json_t *answer;
    json_t *more =
        json_pack("{s:i,s:s,s:o,s:o,s:o}", "run_per_hour", a->rules.run_per_hour, "trigger",
                  run_trigger_name(trigger), "key", pg_words_or_null(period_key), "keys",
                  keys_of_now(a), "new_ids", new_ids(a));
    json_t *q = pgauth_with(pgagenda_question(a, actor, schedule), more);
    if (!pgagenda_ask(a, "run_ask", q, &answer, "schedule", schedule, err))
        return false;
    if (!pg_get_uuid(answer, "run", ret))
        return pg_ask_odd("run_ask", answer, err);
    json_decref(answer);
    return true;
}

/* --- a run that is there ---------------------------------------------------------------------- */

static bool change_run(struct agenda *base, const char *actor, const char *command, struct uuid run,
                       struct err *err)
{
    const struct pgagenda *a = pgagenda_of(base);
    json_t *q = pgauth_with(pgagenda_actor(a, actor), json_pack("{s:o}", "run", pg_name(run)));
    return pg_ask(&a->ask, command, q, NULL, err);
}

bool pgagenda_run_cancel(struct agenda *base, const char *actor, struct uuid run, struct err *err)
{
    return change_run(base, actor, "run_cancel", run, err);
}

bool pgagenda_run_seen(struct agenda *base, const char *actor, struct uuid run, struct err *err)
{
    return change_run(base, actor, "run_seen", run, err);
}
