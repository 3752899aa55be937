/* jobfile_draft.c - what was read so far, in arrays that grow inside the arena, each element beside
 * the line it stands on. */
#include "jobfile_draft.h"

#include "base/utf8.h"

#include <string.h>

bool draft_full(const struct draft *d, struct err *err)
{
    return err_set(err, ERR_STOP, "%s: there is no memory for a job file this large", d->shown);
}

bool draft_refuse(const struct draft *d, int32_t line, const char *reason, struct err *err)
{
    return err_set(err, ERR_REFUSED, "%s:%d: %s", d->shown, (int)line, reason);
}

bool draft_refuse_value(const struct draft *d, int32_t line, const char *key, const char *value,
                        const char *reason, struct err *err)
{
    char shown[SHOWN_MAX];
    text_screen_to(shown, sizeof shown, value);
    return err_set(err, ERR_REFUSED, "%s:%d: %s = \"%s\": %s", d->shown, (int)line, key, shown,
                   reason);
}

struct job_draft *draft_job(struct draft *d)
{
    return &d->jobs[d->count - 1];
}

/* Makes room for one more element of an array in the arena: twice the room, old elements copied.
 * What the old array took stays in the arena until all is dropped. */
static bool grow(struct arena *arena, void **array, int32_t count, int32_t room, size_t size)
{
    void *wider = arena_array(arena, (size_t)room, size);
    if (wider == NULL)
        return false;
    if (count > 0)
        memcpy(wider, *array, (size_t)count * size);
    *array = wider;
    return true;
}

static int32_t more_room(int32_t room)
{
    return room == 0 ? 4 : room * 2;
}

static bool grow_groups(struct draft *d, struct job_draft *job)
{
    int32_t n = job->def.group_count, room = more_room(job->group_room);
    void *groups = job->groups, *places = job->group_places, *terms = job->terms;
    if (!grow(d->arena, &groups, n, room, sizeof *job->groups) ||
        !grow(d->arena, &places, n, room, sizeof *job->group_places) ||
        !grow(d->arena, &terms, n, room, sizeof *job->terms))
        return false;
    job->groups = groups;
    job->group_places = places;
    job->terms = terms;
    job->group_room = room;
    return true;
}

static bool grow_templates(struct draft *d, struct job_draft *job)
{
    int32_t n = job->def.template_count, room = more_room(job->template_room);
    void *templates = job->templates, *places = job->template_places;
    if (!grow(d->arena, &templates, n, room, sizeof *job->templates) ||
        !grow(d->arena, &places, n, room, sizeof *job->template_places))
        return false;
    job->templates = templates;
    job->template_places = places;
    job->template_room = room;
    return true;
}

static bool grow_terms(struct draft *d, struct term_list *list)
{
    int32_t room = more_room(list->room);
    void *defs = list->defs, *lines = list->lines;
    if (!grow(d->arena, &defs, list->count, room, sizeof *list->defs) ||
        !grow(d->arena, &lines, list->count, room, sizeof *list->lines))
        return false;
    list->defs = defs;
    list->lines = lines;
    list->room = room;
    return true;
}

/* The section that is being read: its place, and the value its keys are written into. */
struct place *draft_place(struct draft *d, void **ret_def)
{
    struct job_draft *job = draft_job(d);
    if (d->section == SECTION_GROUP) {
        *ret_def = &job->groups[job->def.group_count - 1];
        return &job->group_places[job->def.group_count - 1];
    }
    if (d->section == SECTION_TEMPLATE) {
        *ret_def = &job->templates[job->def.template_count - 1];
        return &job->template_places[job->def.template_count - 1];
    }
    *ret_def = &job->def;
    return &job->place;
}

bool draft_add_group(struct draft *d, const char *name, int32_t line, struct err *err)
{
    struct job_draft *job = draft_job(d);
    int32_t n = job->def.group_count;
    const char *copy = arena_text(d->arena, name);
    if (n == JOB_GROUPS_MAX)
        return draft_refuse(d, line, "500 groups are allowed in a job", err);
    if (copy == NULL || (n == job->group_room && !grow_groups(d, job)))
        return draft_full(d, err);
    job->groups[n] = (struct group_def){.name = copy};
    job->group_places[n] = (struct place){.line = line};
    job->terms[n] = (struct term_list){.count = 0};
    job->def.group_count = n + 1;
    return true;
}

bool draft_add_template(struct draft *d, const char *name, int32_t line, struct err *err)
{
    struct job_draft *job = draft_job(d);
    int32_t n = job->def.template_count;
    const char *copy = arena_text(d->arena, name);
    if (n == JOB_TEMPLATES_MAX)
        return draft_refuse(d, line, "100 templates are allowed in a job", err);
    if (copy == NULL || (n == job->template_room && !grow_templates(d, job)))
        return draft_full(d, err);
    job->templates[n] = (struct template_def){.name = copy};
    job->template_places[n] = (struct place){.line = line};
    job->def.template_count = n + 1;
    return true;
}

bool draft_add_term(struct draft *d, const char *text, int32_t line, struct err *err)
{
    struct job_draft *job = draft_job(d);
    struct term_list *list = &job->terms[job->def.group_count - 1];
    const char *copy = arena_text(d->arena, text);
    if (list->count == JOB_TERMS_MAX)
        return draft_refuse_value(d, line, "term", text, "2000 terms are allowed in a group", err);
    if (copy == NULL || (list->count == list->room && !grow_terms(d, list)))
        return draft_full(d, err);
    list->defs[list->count].text = copy;
    list->lines[list->count++] = line;
    return true;
}
