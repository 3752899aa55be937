/* schedform.c - the fields of a schedule's form. The idea: a field is a row of this table, and its
 * text goes into one member of the config; what was not touched is not written, so that a config
 * never changes by being looked at. */
#include "schedform.h"

#include "base/str.h"
#include "store/config_json.h"

#include <string.h>

#define CHOICES(list) .choice = (list), .choices = (int)(sizeof(list) / sizeof *(list))

static const struct field_choice types[] = {
    {"daily", "daily"}, {"weekly", "weekly"}, {"monthly", "monthly"}, {"custom", "custom"}};
static const struct field_choice weekdays[] = {
    {"0", "Monday"}, {"1", "Tuesday"},  {"2", "Wednesday"}, {"3", "Thursday"},
    {"4", "Friday"}, {"5", "Saturday"}, {"6", "Sunday"}};
static const struct field_choice cadences[] = {{"", "as the specification"},
                                               {"daily", "daily"},
                                               {"weekly", "weekly"},
                                               {"biweekly", "biweekly"},
                                               {"monthly", "monthly"}};
static const struct field_choice catchups[] = {
    {"one", "the latest"}, {"all", "all"}, {"none", "none"}};
static const struct field_choice overlaps[] = {{"skip", "skip"}, {"queue_one", "one waits"}};
static const struct field_choice on_excluded[] = {{"drop", "left out"},
                                                  {"next_business_day", "next business day"}};
static const struct field_choice yes_no[] = {{"yes", "yes"}, {"no", "no"}};

static const struct field fields[F_FIELDS] = {
    [F_NAME] = {.label = "Name", .needed = true, .hint = "how lists and commands call it"},
    [F_SPEC] = {.label = "Specification",
                .needed = true,
                .kind = FIELD_PICK_ONE,
                .hint = "Enter picks"},
    [F_TYPE] = {.label = "Pattern", .needed = true, .kind = FIELD_CHOICE, CHOICES(types)},
    [F_TIME] = {.label = "Time", .needed = true, .hint = "HH:MM, in its time zone"},
    [F_WEEKDAY] = {.label = "Day", .needed = true, .kind = FIELD_CHOICE, CHOICES(weekdays)},
    [F_MONTHDAY] = {.label = "Day", .needed = true, .hint = "1 to 28"},
    [F_CRON] = {.label = "Cron", .needed = true, .hint = "minute hour day month weekday"},
    [F_ZONE] = {.label = "Time zone", .hint = "such as Europe/Madrid", .nothing = "UTC"},
    [F_CATEGORIES] = {.label = "Categories",
                      .kind = FIELD_PICK_MANY,
                      .hint = "Enter picks",
                      .nothing = "all"},
    [F_REGIONS] = {.label = "Regions",
                   .kind = FIELD_PICK_MANY,
                   .hint = "Enter picks",
                   .nothing = "all"},
    [F_CADENCE] = {.label = "Cadence", .kind = FIELD_CHOICE, CHOICES(cadences)},
    [F_CATCHUP] = {.label = "Catch-up", .kind = FIELD_CHOICE, CHOICES(catchups)},
    [F_WINDOW] = {.label = "Catch-up within",
                  .hint = "a span such as 26h or 7d",
                  .nothing = "no limit"},
    [F_OVERLAP] = {.label = "Overlap", .kind = FIELD_CHOICE, CHOICES(overlaps)},
    [F_JITTER] = {.label = "Jitter", .hint = "seconds, 0 to 240", .nothing = "0"},
    [F_START] = {.label = "Start", .hint = "a day such as 2026-12-24", .nothing = "at once"},
    [F_END] = {.label = "End", .hint = "a day such as 2027-12-24", .nothing = "never"},
    [F_MAX_RUNS] = {.label = "Max runs", .hint = "1: once", .nothing = "no limit"},
    [F_EXCLUDE] = {.label = "Exclude dates",
                   .hint = "2026-12-24 2026-12-31/2027-01-02",
                   .nothing = "none"},
    [F_ON_EXCLUDED] = {.label = "Excluded run", .kind = FIELD_CHOICE, CHOICES(on_excluded)},
    [F_WORKDAYS] = {.label = "Workdays only", .kind = FIELD_CHOICE, CHOICES(yes_no)},
    [F_ONLY_IF_NEW] = {.label = "Only if new", .kind = FIELD_CHOICE, CHOICES(yes_no)},
    [F_NOTES] = {.label = "Notes", .hint = "for whoever reads this"},
    [F_ENABLED] = {.label = "Enabled", .kind = FIELD_CHOICE, CHOICES(yes_no)},
};

enum {
    DAILY = 1u << TIMING_DAILY,
    WEEKLY = 1u << TIMING_WEEKLY,
    MONTHLY = 1u << TIMING_MONTHLY,
    CUSTOM = 1u << TIMING_CUSTOM,
    EVERY = DAILY | WEEKLY | MONTHLY | CUSTOM,
    ALSO_AFTER = EVERY | 1u << TIMING_AFTER /* what follows another schedule has these, too */
};

static const struct schedform_member members[] = {
    {F_TIME, "time", "09:00", CONFIG_TEXT, DAILY | WEEKLY | MONTHLY, true},
    {F_WEEKDAY, "day_of_week", "0", CONFIG_NUMBER, WEEKLY, true},
    {F_MONTHDAY, "day_of_month", "1", CONFIG_NUMBER, MONTHLY, true},
    {F_CRON, "cron_expression", "0 9 * * MON", CONFIG_TEXT, CUSTOM, true},
    {F_ZONE, "timezone", "UTC", CONFIG_TEXT, ALSO_AFTER, false},
    {F_CATCHUP, "catchup", "one", CONFIG_TEXT, EVERY, false},
    {F_WINDOW, "catchup_window", "", CONFIG_TEXT, EVERY, false},
    {F_OVERLAP, "overlap", "skip", CONFIG_TEXT, ALSO_AFTER, false},
    {F_JITTER, "jitter", "", CONFIG_NUMBER, EVERY, false},
    {F_START, "start_at", "", CONFIG_TEXT, EVERY, false},
    {F_END, "end_at", "", CONFIG_TEXT, ALSO_AFTER, false},
    {F_MAX_RUNS, "max_runs", "", CONFIG_NUMBER, ALSO_AFTER, false},
    {F_EXCLUDE, "exclude", "", CONFIG_LIST, EVERY, false},
    {F_ON_EXCLUDED, "on_excluded", "drop", CONFIG_TEXT, EVERY, false},
    {F_WORKDAYS, "workdays_only", "no", CONFIG_SWITCH, EVERY, false},
    {F_ONLY_IF_NEW, "only_if_new", "no", CONFIG_SWITCH, EVERY, false},
};
enum { MEMBERS = (int)(sizeof members / sizeof *members) };

const struct schedform_member *schedform_member(int i)
{
    return i >= 0 && i < MEMBERS ? &members[i] : NULL;
}

bool schedform_applies(const struct schedform *v, const struct schedform_member *m)
{
    enum timing_type type;
    return timing_type_parse(v->form.value[F_TYPE], &type) && (m->patterns & 1u << type) != 0;
}

/* --- what the fields hold --------------------------------------------------------------------- */

static void put(struct schedform *v, int field, bool whole, const char *text)
{
    struct form *f = &v->form;
    f->fixed[field] = !whole;
    (void)str_copy(f->value[field], sizeof f->value[field], whole ? text : "(too long)"); /* fits */
    (void)str_copy(f->before[field], sizeof f->before[field], f->value[field]); /* same size */
}

static void put_text(struct schedform *v, int field, const char *text)
{
    put(v, field, strlen(text) < PROMPT_MAX, text);
}

static void put_config(struct schedform *v, const char *config)
{
    char text[PROMPT_MAX];
    for (int i = 0; i < MEMBERS; i++) {
        const struct schedform_member *m = &members[i];
        bool whole = config_json_get(config, m->key, text, sizeof text);
        put(v, m->field, whole, text[0] != '\0' || !whole ? text : m->fallback);
    }
}

static void put_list(struct schedform *v, int field, const char *list)
{
    char text[PROMPT_MAX];
    bool whole = config_list_get(list, text, sizeof text);
    put(v, field, whole, text);
}

/* What every form begins with. */
static void begin(struct schedform *v)
{
    v->form.field = fields;
    v->form.count = F_FIELDS;
    memset(v->form.fault, 0, sizeof v->form.fault);
}

void schedform_begin(struct schedform *v)
{
    begin(v);
    put_text(v, F_NAME, "");
    put_text(v, F_SPEC, v->specs > 0 ? v->spec[0].name : "");
    put_text(v, F_TYPE, "weekly");
    put_config(v, "{}");
    put_text(v, F_CATEGORIES, "");
    put_text(v, F_REGIONS, "");
    put_text(v, F_CADENCE, "");
    put_text(v, F_NOTES, "");
    put_text(v, F_ENABLED, "yes");
    form_focus(&v->form, F_NAME);
}

void schedform_take(struct schedform *v, const struct schedule_row *s)
{
    begin(v);
    put_text(v, F_NAME, s->name);
    v->form.fixed[F_NAME] = true; /* reports and runs are known by it */
    put_text(v, F_SPEC, s->specification);
    put_text(v, F_TYPE, s->type);
    put_config(v, s->config);
    put_list(v, F_CATEGORIES, s->categories);
    put_list(v, F_REGIONS, s->regions);
    put_text(v, F_CADENCE, s->cadence != NULL ? s->cadence : "");
    put_text(v, F_NOTES, s->notes);
    put_text(v, F_ENABLED, s->enabled ? "yes" : "no");
    v->base = s;
}

/* --- what is saved ---------------------------------------------------------------------------- */

bool schedform_config(const struct schedform *v, struct buf *out, struct err *err)
{
    struct config_value values[MEMBERS];
    const struct form *f = &v->form;
    int count = 0;
    for (int i = 0; i < MEMBERS; i++) {
        const struct schedform_member *m = &members[i];
        bool is = schedform_applies(v, m);
        if (f->fixed[m->field] || (is && !m->written && !form_is_changed(f, m->field)))
            continue;
        values[count++] = (struct config_value){m->key, m->form, is ? f->value[m->field] : ""};
    }
    return config_json_set(v->base != NULL ? v->base->config : "{}", values, count, out, err);
}

static bool fits(bool whole, const char *what, struct err *err)
{
    return whole || err_set(err, ERR_REFUSED,
                            "schedule: the %s is too long for a form; use the sub-command"
                            " schedule edit",
                            what);
}

/* A list as JSON: the one that was there unless it was changed. */
static bool take_list(const struct schedform *v, int field, const char *old, char *dst,
                      struct err *err)
{
    const struct form *f = &v->form;
    struct buf list = buf_init(COMMAND_TEXT_MAX);
    if (v->base != NULL && !form_is_changed(f, field))
        return fits(str_copy(dst, COMMAND_TEXT_MAX + 1, old != NULL ? old : ""), "list", err);
    bool ok = config_list_set(f->value[field], &list, err) &&
              fits(str_copy(dst, COMMAND_TEXT_MAX + 1, buf_text(&list)), "list", err);
    buf_done(&list);
    return ok;
}

static bool take_texts(const struct schedform *v, struct command_schedule *c, struct err *err)
{
    const struct form *f = &v->form;
    struct buf config = buf_init(COMMAND_CONFIG_MAX);
    const char *notes = f->fixed[F_NOTES] && v->base != NULL ? v->base->notes : f->value[F_NOTES];
    bool ok = schedform_config(v, &config, err) &&
              fits(str_copy(c->config, sizeof c->config, buf_text(&config)), "config", err) &&
              take_list(v, F_CATEGORIES, v->base != NULL ? v->base->categories : NULL,
                        c->categories, err) &&
              take_list(v, F_REGIONS, v->base != NULL ? v->base->regions : NULL, c->regions, err) &&
              fits(str_copy(c->notes, sizeof c->notes, notes), "note", err);
    buf_done(&config);
    return ok;
}

bool schedform_command(const struct schedform *v, struct command *ret, struct err *err)
{
    const struct form *f = &v->form;
    struct command_schedule *c = &ret->schedule;
    *ret = (struct command){.kind = COMMAND_SCHEDULE_PUT};
    c->rev = v->base != NULL ? v->base->rev : 0;
    c->enabled = str_equal(f->value[F_ENABLED], "yes");
    return fits(str_copy(ret->target, sizeof ret->target, f->value[F_NAME]), "name", err) &&
           str_copy(ret->workspace, sizeof ret->workspace, v->workspace) &&
           fits(str_copy(c->specification, sizeof c->specification, f->value[F_SPEC]),
                "specification", err) &&
           fits(str_copy(c->type, sizeof c->type, f->value[F_TYPE]), "pattern", err) &&
           fits(str_copy(c->cadence, sizeof c->cadence, f->value[F_CADENCE]), "cadence", err) &&
           take_texts(v, c, err);
}

bool schedform_undo_command(const struct schedule_row *s, struct command *ret)
{
    struct command_schedule *c = &ret->schedule;
    *ret = (struct command){.kind = COMMAND_SCHEDULE_PUT};
    c->rev = s->rev + 1; /* as it is saved now: what came after it is not undone */
    c->enabled = s->enabled;
    return str_copy(ret->workspace, sizeof ret->workspace, s->workspace) &&
           str_copy(ret->target, sizeof ret->target, s->name) &&
           str_copy(c->specification, sizeof c->specification, s->specification) &&
           str_copy(c->type, sizeof c->type, s->type) &&
           str_copy(c->config, sizeof c->config, s->config) &&
           str_copy(c->categories, sizeof c->categories,
                    s->categories != NULL ? s->categories : "") &&
           str_copy(c->regions, sizeof c->regions, s->regions != NULL ? s->regions : "") &&
           str_copy(c->cadence, sizeof c->cadence, s->cadence != NULL ? s->cadence : "") &&
           str_copy(c->notes, sizeof c->notes, s->notes);
}

/* --- what somebody else saved ----------------------------------------------------------------- */

void schedform_merge(struct schedform *v, bool keep_mine)
{
    struct form mine = v->form;
    arena_done(&v->base_arena);
    v->base_arena = v->theirs.arena;
    schedform_take(v, v->theirs.row);
    v->theirs = (struct schedform_theirs){0};
    for (int i = 0; keep_mine && i < F_FIELDS; i++)
        if (form_is_changed(&mine, i) && !v->form.fixed[i])
            form_set(&v->form, i, mine.value[i]);
    form_focus(&v->form, mine.focus);
}

bool schedform_difference(const struct schedform *v, int field, char *dst, size_t size)
{
    struct schedform other = {.there = true};
    schedform_take(&other, v->theirs.row);
    const char *theirs = form_shown(&other.form, field);
    if (str_equal(other.form.value[field], v->form.before[field]))
        return false;
    struct form was = v->form;
    (void)str_copy(was.value[field], PROMPT_MAX, was.before[field]); /* same size */
    if (form_is_changed(&v->form, field))
        (void)str_format(dst, size, "%s: %s → %s; yours %s", fields[field].label,
                         form_shown(&was, field), theirs,
                         form_shown(&v->form, field)); /* a cut is fine */
    else
        (void)str_format(dst, size, "%s: %s → %s", fields[field].label, form_shown(&was, field),
                         theirs); /* a cut is fine */
    return true;
}

bool schedform_only_mine(const struct schedform *v, int field, char *dst, size_t size)
{
    struct schedform other = {.there = true};
    schedform_take(&other, v->theirs.row);
    if (!form_is_changed(&v->form, field) ||
        !str_equal(other.form.value[field], v->form.before[field]))
        return false;
    (void)str_format(dst, size, "%s: %s; only yours", fields[field].label,
                     form_shown(&v->form, field)); /* a cut is fine */
    return true;
}

void schedform_done(struct schedform *v)
{
    arena_done(&v->base_arena);
    arena_done(&v->theirs.arena);
    arena_done(&v->spec_arena);
    arena_done(&v->def_arena);
}
