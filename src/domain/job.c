/* job.c - the rules of a job's definition. The idea: rules are looked at in the order in which a
 * job file is written, and the first one that is broken is told with its place, so that a reader
 * of files can add the line and a form can go to the field. */
#include "domain/job.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/letter.h"
#include "domain/plain.h"

#include <string.h>

enum {
    SHOWN_MAX = 80,    /* bytes of a foreign value in a sentence */
    SEEN_SLOTS = 4096, /* power of two, at least twice JOB_TERMS_MAX */
};

/* Which texts of a list were seen already: open addressing, index + 1 in each slot. */
struct seen {
    int16_t slot[SEEN_SLOTS];
};

/* True when the text equals one that was added before, whose index is then *ret_first. */
static bool seen_before(struct seen *s, const char *(*text_of)(const void *list, int32_t i),
                        const void *list, int32_t i, int32_t *ret_first)
{
    const char *text = text_of(list, i);
    uint64_t at = str_hash(text, strlen(text), 0);
    for (;; at++) {
        int16_t *slot = &s->slot[at & (SEEN_SLOTS - 1)];
        if (*slot == 0) {
            *slot = (int16_t)(i + 1);
            return false;
        }
        if (str_equal(text_of(list, *slot - 1), text)) {
            *ret_first = *slot - 1;
            return true;
        }
    }
}

static const char *term_text(const void *list, int32_t i)
{
    return ((const struct term_def *)list)[i].text;
}

static const char *group_name(const void *list, int32_t i)
{
    return ((const struct group_def *)list)[i].name;
}

static const char *template_name(const void *list, int32_t i)
{
    return ((const struct template_def *)list)[i].name;
}

static bool blank_end(const char *text, size_t len)
{
    return text[0] == ' ' || text[0] == '\t' || text[len - 1] == ' ' || text[len - 1] == '\t';
}

/* Names and terms obey the same rule; only the ceiling differs. True when it is broken. */
static bool text_fault(const char *what, const char *text, size_t max, struct job_fault *ret)
{
    size_t len = text != NULL ? strlen(text) : 0;
    const char *fault = len > 0 ? plain_fault(text, len, false, NULL) : NULL;
    char shown[SHOWN_MAX];
    text_screen_to(shown, sizeof shown, text != NULL ? text : "");
    if (len == 0)
        (void)str_format(ret->text, sizeof ret->text, "%s is empty", what);
    else if (len > max)
        (void)str_format(ret->text, sizeof ret->text, "%s \"%s...\" has %zu bytes; %zu are allowed",
                         what, shown, len, max);
    else if (fault != NULL)
        (void)str_format(ret->text, sizeof ret->text, "%s \"%s\" %s", what, shown, fault);
    else if (blank_end(text, len))
        (void)str_format(ret->text, sizeof ret->text, "%s \"%s\" begins or ends with a blank", what,
                         shown);
    else
        return false;
    return true;
}

bool job_name_ok(const char *name)
{
    struct job_fault fault;
    return !text_fault("the name", name, NAME_MAX_BYTES, &fault);
}

/* Fills in a fault whose place is known already; true. */
#define FAULT(ret, what_key, ...)                                                                  \
    ((ret)->key = (what_key), (void)str_format((ret)->text, sizeof(ret)->text, __VA_ARGS__), true)

static bool range_fault(struct job_fault *ret, const char *key, int32_t value, int32_t min,
                        int32_t max)
{
    if (value >= min && value <= max)
        return false;
    return FAULT(ret, key, "%s = %d: a whole number from %d to %d is allowed", key, (int)value,
                 (int)min, (int)max);
}

static bool choice_fault(struct job_fault *ret, const char *key, unsigned value, unsigned count)
{
    if (value < count)
        return false;
    return FAULT(ret, key, "%s has an unknown value (%u)", key, value);
}

/* The job's own values. */
static bool head_fault(const struct job_def *def, struct job_fault *ret)
{
    const struct {
        const char *key, *what, *text;
    } names[] = {
        {"name", "the job's name", def->name},
        {"workspace", "the workspace's name", def->workspace},
        {"provider", "the provider's name", def->provider},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ret->key = names[i].key;
        if (text_fault(names[i].what, names[i].text, NAME_MAX_BYTES, ret))
            return true;
    }
    return choice_fault(ret, "distribution", (unsigned)def->distribution, DISTRIBUTIONS) ||
           choice_fault(ret, "recontact", (unsigned)def->recontact, RECONTACTS) ||
           range_fault(ret, "loop_interval", def->loop_interval, JOB_LOOP_INTERVAL_MIN,
                       JOB_LOOP_INTERVAL_MAX) ||
           range_fault(ret, "max_emails_per_group", def->max_emails_per_group, JOB_GROUP_EMAILS_MIN,
                       JOB_GROUP_EMAILS_MAX) ||
           range_fault(ret, "variations", def->variations, 0, JOB_VARIATIONS_MAX);
}

static bool terms_fault(const struct group_def *group, struct job_fault *ret)
{
    struct seen seen = {{0}};
    int32_t first;
    if (group->term_count < 1)
        return FAULT(ret, "term", "group \"%s\" has no term", group->name);
    if (group->term_count > JOB_TERMS_MAX)
        return FAULT(ret, "term", "group \"%s\" has %d terms; %d are allowed", group->name,
                     (int)group->term_count, (int)JOB_TERMS_MAX);
    ret->part = JOB_PART_TERM;
    ret->key = "term";
    for (int32_t i = 0; i < group->term_count; i++) {
        ret->term = i;
        if (text_fault("the term", group->terms[i].text, TERM_MAX_BYTES, ret))
            return true;
        if (seen_before(&seen, term_text, group->terms, i, &first))
            return FAULT(ret, "term", "term \"%.*s\" stands twice in group \"%s\"",
                         (int)utf8_whole(group->terms[i].text, strnlen(group->terms[i].text, 100)),
                         group->terms[i].text, group->name);
    }
    ret->part = JOB_PART_GROUP;
    ret->term = 0;
    return false;
}

static bool template_known(const struct job_def *def, const char *name)
{
    for (int32_t i = 0; i < def->template_count; i++) {
        if (str_equal(def->templates[i].name, name))
            return true;
    }
    return false;
}

/* "; did you mean \"x\"?", or how to give the template. */
static bool unknown_template(const struct job_def *def, const char *name, struct job_fault *ret)
{
    char shown[SHOWN_MAX];
    const char *near =
        plain_nearest(name, def->templates, (size_t)def->template_count, sizeof def->templates[0]);
    text_screen_to(shown, sizeof shown, name);
    if (near != NULL)
        return FAULT(ret, "template", "there is no template \"%s\"; did you mean \"%s\"?", shown,
                     near);
    return FAULT(ret, "template", "there is no template \"%s\"; add a section [template %s]", shown,
                 shown);
}

static bool groups_fault(const struct job_def *def, struct job_fault *ret)
{
    struct seen seen = {{0}};
    int32_t first;
    if (def->group_count > JOB_GROUPS_MAX)
        return FAULT(ret, "group", "the job has %d groups; %d are allowed", (int)def->group_count,
                     (int)JOB_GROUPS_MAX);
    ret->part = JOB_PART_GROUP;
    for (int32_t i = 0; i < def->group_count; i++) {
        const struct group_def *group = &def->groups[i];
        ret->index = i;
        ret->key = "name";
        if (text_fault("the group's name", group->name, NAME_MAX_BYTES, ret))
            return true;
        if (seen_before(&seen, group_name, def->groups, i, &first))
            return FAULT(ret, "name", "group \"%s\" stands twice in the job", group->name);
        ret->key = "template";
        if (text_fault("the template's name", group->template_name, NAME_MAX_BYTES, ret))
            return true;
        if (!template_known(def, group->template_name))
            return unknown_template(def, group->template_name, ret);
        if (terms_fault(group, ret))
            return true;
    }
    return false;
}

static bool absent(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static bool template_fault(const struct template_def *t, struct job_fault *ret)
{
    const char *texts[LETTER_PARTS] = {t->subject, t->text, t->html};
    struct letter_fault fault;
    if (absent(t->text) && absent(t->html))
        return FAULT(ret, "text", "template \"%s\" has neither text nor html; one is needed",
                     t->name);
    for (int i = 0; i < LETTER_PARTS; i++) {
        const char *key = letter_part_name((enum letter_part)i);
        if (letter_find_fault((enum letter_part)i, texts[i], &fault))
            return FAULT(ret, key, "the %s of template \"%s\", line %d, column %d: %s", key,
                         t->name, (int)fault.line, (int)fault.column, fault.text);
    }
    return false;
}

static bool templates_fault(const struct job_def *def, struct job_fault *ret)
{
    struct seen seen = {{0}};
    int32_t first;
    if (def->template_count > JOB_TEMPLATES_MAX)
        return FAULT(ret, "template", "the job has %d templates; %d are allowed",
                     (int)def->template_count, (int)JOB_TEMPLATES_MAX);
    ret->part = JOB_PART_TEMPLATE;
    for (int32_t i = 0; i < def->template_count; i++) {
        ret->index = i;
        ret->key = "name";
        if (text_fault("the template's name", def->templates[i].name, NAME_MAX_BYTES, ret))
            return true;
        if (seen_before(&seen, template_name, def->templates, i, &first))
            return FAULT(ret, "name", "template \"%s\" stands twice in the job",
                         def->templates[i].name);
        if (template_fault(&def->templates[i], ret))
            return true;
    }
    return false;
}

static bool find_fault(const struct job_def *def, struct job_fault *ret)
{
    *ret = (struct job_fault){.part = JOB_PART_JOB};
    if (head_fault(def, ret) || templates_fault(def, ret))
        return true;
    *ret = (struct job_fault){.part = JOB_PART_JOB};
    return groups_fault(def, ret);
}

bool job_find_fault(const struct job_def *def, struct job_fault *ret)
{
    struct job_fault raw;
    if (!find_fault(def, &raw))
        return false;
    *ret = raw;
    text_screen_to(ret->text, sizeof ret->text, raw.text); /* names may hold bidi controls */
    return true;
}

bool job_check(const struct job_def *def, struct err *err)
{
    struct job_fault fault;
    char shown[SHOWN_MAX];
    if (!job_find_fault(def, &fault))
        return true;
    text_screen_to(shown, sizeof shown, def->name != NULL ? def->name : "");
    return err_set(err, ERR_REFUSED, "job: \"%s\": %s", shown, fault.text);
}
