/* schedform_check.c - what is wrong in a schedule's form, field by field. The idea: each field is
 * put into a config that is well, and read by what reads every config; so a field is judged by
 * itself, and in the words that sub-commands use. */
#include "schedform.h"

#include "base/str.h"
#include "domain/job.h"
#include "store/spec_json.h"
#include "store/timing_json.h"

#include <string.h>

enum { DEF_BYTES = 4 << 20, PROBE_BYTES = 8192 };

static const char well[] = "{\"time\":\"09:00\",\"day_of_week\":0,\"day_of_month\":1,"
                           "\"cron_expression\":\"0 9 * * *\"}";

static void fault(struct schedform *v, int field, const char *text)
{
    struct field_fault *e = &v->form.fault[field];
    *e = (struct field_fault){.caret = -1};
    (void)str_copy(e->text, sizeof e->text, text); /* a cut is fine */
}

/* The caret of the four lines of a fault: its column below the text. */
static int caret_of(const struct cron_fault *why, const char *text)
{
    struct buf lines = buf_init(PROBE_BYTES);
    cron_fault_lines(why, text, strlen(text), &lines);
    const char *at = buf_text(&lines);
    for (int i = 0; i < 2 && *at != '\0'; i++) {
        at += strcspn(at, "\n");
        at += *at == '\n';
    }
    int caret = (int)strspn(at, " ");
    buf_done(&lines);
    return caret;
}

static void check_cron(struct schedform *v)
{
    const char *text = v->form.value[F_CRON];
    struct timing timing = {.type = TIMING_CUSTOM};
    struct cron_fault why;
    char line[FORM_FAULT_MAX];
    if (timing_set_custom(&timing, text, strlen(text), &why)) {
        if (timing.cron.never)
            fault(v, F_CRON, "there is no such date: it would never run");
        return;
    }
    (void)str_format(line, sizeof line, "%s: %s", cron_field_name(why.field),
                     why.message); /* a cut is fine */
    fault(v, F_CRON, line);
    v->form.fault[F_CRON].caret = caret_of(&why, text);
    (void)str_copy(v->form.fault[F_CRON].cure, FORM_FAULT_MAX, why.cure); /* it fits */
}

/* The sentence without the key, which the label says. */
static const char *without_key(const char *text, const char *key)
{
    size_t len = strlen(key);
    return str_starts(text, key) && str_starts(text + len, ": ") ? text + len + 2 : text;
}

static void check_member(struct schedform *v, const struct schedform_member *m)
{
    struct config_value value = {m->key, m->form, v->form.value[m->field]};
    struct buf config = buf_init(PROBE_BYTES);
    struct timing timing;
    struct err why = {0};
    char key[TIMING_KEY_MAX];
    bool ok =
        config_json_set(well, &value, 1, &config, &why) &&
        timing_json_read(&timing, v->form.value[F_TYPE], buf_text(&config), config.len, key, &why);
    if (!ok)
        fault(v, m->field, without_key(why.text, m->key));
    buf_done(&config);
}

static void check_members(struct ui *ui, struct schedform *v)
{
    struct form *f = &v->form;
    struct err why = {0};
    const struct zone *zone;
    const struct schedform_member *m;
    for (int i = 0; (m = schedform_member(i)) != NULL; i++) {
        f->hidden[m->field] = !schedform_applies(v, m);
        if (f->hidden[m->field] || f->fixed[m->field])
            continue;
        if (m->field == F_CRON)
            check_cron(v);
        else
            check_member(v, m);
    }
    const char *name = f->value[F_ZONE][0] != '\0' ? f->value[F_ZONE] : "UTC";
    if (f->fault[F_ZONE].text[0] == '\0' && !ui->source.zone(ui->source.ctx, name, &zone, &why))
        fault(v, F_ZONE, without_key(why.text, "timezone"));
}

/* --- the specification ------------------------------------------------------------------------ */

const struct spec_row *schedform_spec(const struct schedform *v)
{
    for (int32_t i = 0; i < v->specs; i++)
        if (str_equal(v->spec[i].name, v->form.value[F_SPEC]))
            return &v->spec[i];
    return NULL;
}

/* Its definition, read once for each name: it says which categories and regions there are. */
static void read_definition(struct schedform *v, const struct spec_row *spec)
{
    struct err why;
    if (str_equal(v->def_name, spec->name))
        return;
    arena_done(&v->def_arena);
    v->def_arena = arena_init(DEF_BYTES);
    (void)str_copy(v->def_name, sizeof v->def_name, spec->name); /* a stored name fits */
    v->has_def = spec_json_read(spec->definition, &v->def_arena, &v->def, &why);
}

/* Is each name of the field one of the specification's? */
static void check_names(struct schedform *v, int field, const struct spec_topic *topic,
                        int32_t count, const char *what)
{
    char name[PROMPT_MAX], line[FORM_FAULT_MAX];
    for (const char *at = v->form.value[field]; *at != '\0';) {
        size_t len = strcspn(at, ",");
        (void)str_copy_n(name, sizeof name, at, len); /* it fits */
        at += len + (at[len] == ',');
        const char *one = str_trim(name);
        if (*one == '\0' || spec_topic_find(topic, count, one) >= 0)
            continue;
        (void)str_format(line, sizeof line, "\"%s\" is no %s of this specification", one,
                         what); /* a cut is fine */
        fault(v, field, line);
        return;
    }
}

static void check_spec(struct schedform *v)
{
    const struct spec_row *spec = schedform_spec(v);
    struct form *f = &v->form;
    if (spec == NULL) {
        fault(v, F_SPEC,
              v->specs == 0 ? "there is none yet: autopilot spec import FILE makes one"
                            : "there is no specification of this name here");
        return;
    }
    read_definition(v, spec);
    if (!v->has_def)
        return;
    if (!f->fixed[F_CATEGORIES])
        check_names(v, F_CATEGORIES, v->def.categories, v->def.category_count, "category");
    if (!f->fixed[F_REGIONS])
        check_names(v, F_REGIONS, v->def.regions, v->def.region_count, "region");
}

/* --- all of it -------------------------------------------------------------------------------- */

static void check_name(struct schedform *v)
{
    const char *name = v->form.value[F_NAME];
    if (name[0] == '\0' && v->tried)
        fault(v, F_NAME, "it needs one");
    else if (name[0] != '\0' && !job_name_ok(name))
        fault(v, F_NAME, "it may have 1 to 120 bytes, and no control characters");
}

void schedform_check(struct ui *ui, struct schedform *v)
{
    struct buf config = buf_init(TIMING_JSON_MAX);
    struct err why;
    char key[TIMING_KEY_MAX];
    memset(v->form.fault, 0, sizeof v->form.fault);
    if (v->fresh)
        check_name(v);
    check_spec(v);
    check_members(ui, v);
    v->timing_ok = v->form.fault[F_CRON].text[0] == '\0' && schedform_config(v, &config, &why) &&
                   timing_json_read(&v->timing, v->form.value[F_TYPE], buf_text(&config),
                                    config.len, key, &why);
    buf_done(&config);
}

/* --- picking ---------------------------------------------------------------------------------- */

static int topics(struct schedform *v, const struct spec_topic *topic, int32_t count)
{
    int n = 0;
    for (int32_t i = 0; v->has_def && i < count && n < PICK_MAX; i++)
        v->item[n++] = (struct pick_item){topic[i].id, topic[i].title};
    return n;
}

void schedform_pick(struct schedform *v, int field)
{
    const char *text = v->form.value[field];
    int count = 0;
    if (field == F_CATEGORIES) {
        count = topics(v, v->def.categories, v->def.category_count);
        pick_begin(&v->pick, "Categories", v->item, count, true, text);
    } else if (field == F_REGIONS) {
        count = topics(v, v->def.regions, v->def.region_count);
        pick_begin(&v->pick, "Regions", v->item, count, true, text);
    } else {
        for (int32_t i = 0; i < v->specs && count < PICK_MAX; i++)
            v->item[count++] = (struct pick_item){v->spec[i].name, v->spec[i].frequency};
        pick_begin(&v->pick, "Specification", v->item, count, false, text);
    }
}
