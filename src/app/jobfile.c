/* jobfile.c - reads job files. The idea: a draft remembers the line of everything it took, so that
 * the rules of domain/job, which know no files, can be told with file and line. */
#include "app/jobfile.h"

#include "inilines.h"
#include "jobfile_draft.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"

#include <string.h>

static const struct key_row *find_key(const struct section_row *section, const char *key,
                                      size_t *ret_index)
{
    for (size_t i = 0; i < section->count; i++) {
        if (str_equal(section->keys[i].name, key)) {
            *ret_index = i;
            return &section->keys[i];
        }
    }
    return NULL;
}

/* "; did you mean loop_interval?", or all the names there are. */
static void suggest(char *dst, size_t size, const char *word, const void *rows, size_t count,
                    size_t stride)
{
    const char *near = plain_nearest(word, rows, count, stride);
    if (near != NULL) {
        (void)str_format(dst, size, "did you mean %s?", near);
        return;
    }
    (void)str_copy(dst, size, "there are");
    for (size_t i = 0; i < count; i++) {
        const char *name;
        size_t len = strlen(dst);
        memcpy(&name, (const char *)rows + i * stride, sizeof name);
        (void)str_format(dst + len, size - len, "%s %s", i > 0 ? "," : "", name);
    }
}

static bool unknown_key(const struct draft *d, int32_t line, const char *key, const char *value,
                        struct err *err)
{
    const struct section_row *section = &section_rows()[d->section];
    char shown[SHOWN_MAX], names[200], reason[REASON_MAX];
    text_screen_to(shown, sizeof shown, key);
    suggest(names, sizeof names, key, section->keys, section->count, sizeof section->keys[0]);
    (void)str_format(reason, sizeof reason, "[%s] has no such key; %s", section->name, names);
    return draft_refuse_value(d, line, shown, value, reason, err);
}

static bool take_entry(void *ctx, int32_t line, const char *key, const char *value, struct err *err)
{
    struct draft *d = ctx;
    char reason[REASON_MAX];
    size_t index = 0;
    void *def;
    if (d->section == SECTION_NONE)
        return draft_refuse_value(d, line, key, value, "this stands before the first [job NAME]",
                                  err);
    const struct key_row *row = find_key(&section_rows()[d->section], key, &index);
    if (row == NULL)
        return unknown_key(d, line, key, value, err);
    struct place *place = draft_place(d, &def);
    if (place->key[index] != 0 && row->type != KEY_TERM) {
        (void)str_format(reason, sizeof reason, "the key stands twice; it was given in line %d",
                         (int)place->key[index]);
        return draft_refuse_value(d, line, key, value, reason, err);
    }
    if (value[0] == '\0')
        return draft_refuse_value(d, line, key, value, "the value is empty", err);
    if (place->key[index] == 0)
        place->key[index] = line;
    return draft_set(d, row, def, value, line, err);
}

/* What a section still lacks when the next one begins. */
static bool end_section(struct draft *d, struct err *err)
{
    char reason[REASON_MAX];
    void *def;
    if (d->section == SECTION_NONE)
        return true;
    const struct section_row *section = &section_rows()[d->section];
    const struct place *place = draft_place(d, &def);
    for (size_t i = 0; i < section->count; i++) {
        if (section->keys[i].cure == NULL || place->key[i] != 0)
            continue;
        (void)str_format(reason, sizeof reason, "this [%s] section has no %s; add a line \"%s\"",
                         section->name, section->keys[i].name, section->keys[i].cure);
        return draft_refuse(d, place->line, reason, err);
    }
    return true;
}

/* The line that a broken rule is about. */
static int32_t fault_line(const struct job_draft *job, const struct job_fault *fault)
{
    const struct place *place = &job->place;
    enum section section = SECTION_JOB;
    size_t index = 0;
    if (fault->part == JOB_PART_TERM)
        return job->terms[fault->index].lines[fault->term];
    if (fault->part == JOB_PART_GROUP) {
        place = &job->group_places[fault->index];
        section = SECTION_GROUP;
    } else if (fault->part == JOB_PART_TEMPLATE) {
        place = &job->template_places[fault->index];
        section = SECTION_TEMPLATE;
    }
    if (fault->key != NULL && find_key(&section_rows()[section], fault->key, &index) != NULL &&
        place->key[index] != 0)
        return place->key[index];
    return place->line;
}

static bool same_template(const struct template_def *a, const struct template_def *b)
{
    const char *one[] = {a->subject, a->text, a->html}, *two[] = {b->subject, b->text, b->html};
    for (int i = 0; i < 3; i++) {
        if (!str_equal(one[i] != NULL ? one[i] : "", two[i] != NULL ? two[i] : ""))
            return false;
    }
    return true;
}

/* Templates belong to the workspace: two jobs of one file may name the same one only when they
 * agree on it, else the second would change the first one's letters. */
static bool check_templates(const struct draft *d, const struct job_draft *a,
                            const struct job_draft *b, struct err *err)
{
    for (int32_t i = 0; i < b->def.template_count; i++) {
        for (int32_t k = 0; k < a->def.template_count; k++) {
            char reason[REASON_MAX];
            if (!str_equal(a->templates[k].name, b->templates[i].name) ||
                same_template(&a->templates[k], &b->templates[i]))
                continue;
            (void)str_format(reason, sizeof reason,
                             "[template %s] differs from the one in line %d, and both belong to "
                             "workspace %s; give it another name",
                             b->templates[i].name, (int)a->template_places[k].line,
                             b->def.workspace);
            return draft_refuse(d, b->template_places[i].line, reason, err);
        }
    }
    return true;
}

/* What the jobs of one file owe each other. */
static bool check_against_others(const struct draft *d, const struct job_draft *job,
                                 struct err *err)
{
    for (int32_t i = 0; i < d->count - 1; i++) {
        const struct job_draft *other = &d->jobs[i];
        char reason[REASON_MAX];
        if (!str_equal(other->def.workspace, job->def.workspace))
            continue;
        if (str_equal(other->def.name, job->def.name)) {
            (void)str_format(reason, sizeof reason, "[job %s] stands twice; it began in line %d",
                             job->def.name, (int)other->place.line);
            return draft_refuse(d, job->place.line, reason, err);
        }
        if (!check_templates(d, other, job, err))
            return false;
    }
    return true;
}

/* A job is whole: its arrays are handed to the definition, and the rules are asked. */
static bool end_job(struct draft *d, struct err *err)
{
    struct job_fault fault;
    if (d->count == 0)
        return true;
    struct job_draft *job = draft_job(d);
    for (int32_t i = 0; i < job->def.group_count; i++) {
        job->groups[i].terms = job->terms[i].defs;
        job->groups[i].term_count = job->terms[i].count;
    }
    job->def.groups = job->groups;
    job->def.templates = job->templates;
    if (job_find_fault(&job->def, &fault))
        return draft_refuse(d, fault_line(job, &fault), fault.text, err);
    if (job->def.group_count == 0)
        return draft_refuse(d, job->place.line, "this job has no group; add a section [group NAME]",
                            err);
    return check_against_others(d, job, err);
}

static bool begin_job(struct draft *d, const char *name, int32_t line, struct err *err)
{
    if (!end_job(d, err))
        return false;
    if (d->count == JOBFILE_JOBS_MAX)
        return draft_refuse(d, line, "50 jobs are allowed in one file", err);
    const char *copy = arena_text(d->arena, name);
    if (copy == NULL)
        return draft_full(d, err);
    d->jobs[d->count++] = (struct job_draft){
        .def = {.name = copy, .workspace = "default", .provider = "local"},
        .place = {.line = line},
    };
    return true;
}

static bool unknown_section(const struct draft *d, int32_t line, const char *kind, struct err *err)
{
    char shown[SHOWN_MAX], names[200], reason[REASON_MAX];
    text_screen_to(shown, sizeof shown, kind);
    suggest(names, sizeof names, kind, section_rows(), SECTIONS, sizeof(struct section_row));
    (void)str_format(reason, sizeof reason, "[%s] is no section of a job file; %s", shown, names);
    return draft_refuse(d, line, reason, err);
}

static bool take_section(void *ctx, int32_t line, const char *kind, const char *name,
                         struct err *err)
{
    struct draft *d = ctx;
    char reason[REASON_MAX];
    enum section section = SECTION_JOB;
    while (section < SECTIONS && !str_equal(section_rows()[section].name, kind))
        section++;
    if (section == SECTIONS)
        return unknown_section(d, line, kind, err);
    if (!end_section(d, err))
        return false;
    (void)str_format(reason, sizeof reason, "[%s] needs a name: [%s NAME]", kind, kind);
    if (name[0] == '\0')
        return draft_refuse(d, line, reason, err);
    if (section != SECTION_JOB && d->count == 0)
        return draft_refuse(d, line, "this stands before the first [job NAME]", err);
    d->section = section;
    if (section == SECTION_JOB)
        return begin_job(d, name, line, err);
    if (section == SECTION_GROUP)
        return draft_add_group(d, name, line, err);
    return draft_add_template(d, name, line, err);
}

/* Hands the definitions out, without the lines. */
static bool hand_out(const struct draft *d, struct job_def **ret_jobs, int32_t *ret_count,
                     struct err *err)
{
    struct job_def *jobs = arena_array(d->arena, (size_t)d->count, sizeof *jobs);
    if (jobs == NULL)
        return draft_full(d, err);
    for (int32_t i = 0; i < d->count; i++)
        jobs[i] = d->jobs[i].def;
    *ret_jobs = jobs;
    *ret_count = d->count;
    return true;
}

bool jobfile_read(const char *path, struct arena *arena, struct job_def **ret_jobs,
                  int32_t *ret_count, struct err *err)
{
    struct draft d = {.path = path, .arena = arena, .section = SECTION_NONE};
    struct ini_events events = {.section = take_section, .entry = take_entry, .ctx = &d};
    inilines_shown(path, d.shown);
    d.jobs = arena_array(arena, JOBFILE_JOBS_MAX, sizeof *d.jobs);
    if (d.jobs == NULL)
        return draft_full(&d, err);
    if (!inilines_read(path, &events, err) || !end_section(&d, err) || !end_job(&d, err))
        return false;
    if (d.count == 0)
        return err_set(err, ERR_REFUSED, "%s: there is no section [job NAME] in it", d.shown);
    return hand_out(&d, ret_jobs, ret_count, err);
}
