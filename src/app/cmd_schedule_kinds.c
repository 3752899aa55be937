/* cmd_schedule_kinds.c - several specifications in one schedule, and schedules that follow. */
#include "cmd_schedule_kinds.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/calendar.h"
#include "output.h"
#include "store/read_kinds.h"

#include <string.h>

enum { NAMES_MAX = SCHEDULE_SPECS_MAX * (NAME_MAX_BYTES + 1) };

bool schedule_apply_specs(const struct app *app, struct agendas *a, struct schedule_def *def,
                          struct err *err)
{
    struct buf further = buf_init(NAMES_MAX);
    bool first = true;
    if (!cli_given(app, "spec"))
        return true;
    for (int32_t i = 0; i < app->values; i++) {
        if (!str_equal(app->value[i].option->name, "spec"))
            continue;
        if (first)
            def->specification = app->value[i].text;
        else
            buf_addf(&further, "%s%s", further.len > 0 ? "\n" : "", app->value[i].text);
        first = false;
    }
    bool ok = buf_ok(&further) ||
              err_set(err, ERR_USAGE, "--spec: at most %d of them, please", SCHEDULE_SPECS_MAX);
    def->further = ok && further.len > 0 ? arena_text(&a->arena, buf_text(&further)) : NULL;
    if (ok && further.len > 0 && def->further == NULL)
        ok = err_set(err, ERR_STOP, "schedule: out of memory");
    buf_done(&further);
    return ok;
}

bool schedule_apply_after(const struct app *app, struct schedule_def *def, struct err *err)
{
    if (!str_equal(def->type, "after")) {
        def->after = NULL;
        return true;
    }
    if (cli_given(app, "after"))
        def->after = cli_value(app, "after");
    return def->after != NULL ||
           err_set(err, ERR_USAGE, "--type after: --after NAME says which schedule it follows");
}

json_t *schedule_specs_json(const struct schedule_row *s)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = s->further != NULL ? s->further : "";
    json_t *list = json_array();
    (void)json_array_append_new(list, json_text(s->specification)); /* asked when it is packed */
    while (schedule_next_name(&at, name))
        (void)json_array_append_new(list, json_text(name)); /* likewise */
    return list;
}

json_t *schedule_after_json(const struct schedule_row *s)
{
    return s->after != NULL ? json_text(s->after) : json_null();
}

json_t *schedule_next_json(int64_t next_us, bool follows)
{
    return follows ? json_null() : json_instant(next_us);
}

void schedule_specs_brief(const struct schedule_row *s, char *dst, size_t size)
{
    char name[NAME_MAX_BYTES + 1], shown[NAME_MAX_BYTES + 1], more[16] = "";
    const char *at = s->further != NULL ? s->further : "";
    int count = 0;
    while (schedule_next_name(&at, name))
        count++;
    if (count > 0)
        (void)str_format(more, sizeof more, " +%d", count); /* it fits */
    text_screen_to(shown, sizeof shown, s->specification);
    (void)str_format(dst, size, "%s%s", shown, more); /* a cut is fine */
}

bool schedule_print_specs(struct agendas *a, const struct schedule_row *s, struct err *err)
{
    struct out_text t = {0};
    struct schedule_spec_row *rows;
    int32_t count;
    if (!read_schedule_specs(a->db, s->id, &a->arena, &rows, &count, err))
        return false;
    int64_t now = calendar_floor(clock_now_us(), US_PER_S);
    for (int32_t i = 0; i < count; i++) {
        const struct schedule_spec_row *r = &rows[i];
        enum frequency cadence;
        char text[CALENDAR_TEXT_MAX] = "";
        int64_t eligible = now;
        bool held = s->cadence == NULL && r->ran && frequency_parse(r->frequency, &cadence) &&
                    !frequency_allows(cadence, r->last_success_us / US_PER_S, now, &eligible);
        if (held)
            calendar_text(eligible, text);
        out_print("%s%s, %s%s%s%s\n", i == 0 ? "specifications " : "               ",
                  out_safe(&t, r->name), out_safe(&t, r->frequency),
                  r->active ? "" : ", not active", held ? ", its next report from " : "", text);
    }
    return true;
}

void schedule_say_next(struct agenda_entry *e, const char *after, int64_t next_us, char *dst,
                       size_t size)
{
    char local[TIMING_WALL_MAX], shown[NAME_MAX_BYTES + 1];
    if (after != NULL) {
        text_screen_to(shown, sizeof shown, after);
        (void)str_format(dst, size, "after %s", shown); /* it fits */
        return;
    }
    timing_wall(e->zone, &e->hint, next_us / US_PER_S, local);
    (void)str_copy(dst, size, local); /* it fits */
}
