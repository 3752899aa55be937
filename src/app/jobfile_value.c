/* jobfile_value.c - the tables of keys, and how a value gets from its line into the definition. The
 * idea: what is allowed stands in the key's row, and a refusal is made from the same row. */
#include "jobfile_draft.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/letter.h"
#include "domain/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *distribution_choice(int i)
{
    return i < DISTRIBUTIONS ? distribution_name((enum distribution)i) : NULL;
}

static const char *recontact_choice(int i)
{
    return i < RECONTACTS ? recontact_name((enum recontact)i) : NULL;
}

#define JOB(field) .offset = offsetof(struct job_def, field)
static const struct key_row job_keys[] = {
    {"workspace", KEY_TEXT, JOB(workspace)},
    {"distribution", KEY_CHOICE, JOB(distribution), .choice = distribution_choice},
    {"loop_interval", KEY_INT, JOB(loop_interval), .min = JOB_LOOP_INTERVAL_MIN,
     .max = JOB_LOOP_INTERVAL_MAX, .cure = "loop_interval = 40"},
    {"max_emails_per_group", KEY_INT, JOB(max_emails_per_group), .min = JOB_GROUP_EMAILS_MIN,
     .max = JOB_GROUP_EMAILS_MAX, .cure = "max_emails_per_group = 300"},
    {"loop_automation", KEY_BOOL, JOB(loop_automation)},
    {"provider", KEY_TEXT, JOB(provider)},
    {"variations", KEY_INT, JOB(variations), .max = JOB_VARIATIONS_MAX},
    {"seed", KEY_SEED, JOB(seed)},
    {"recontact", KEY_CHOICE, JOB(recontact), .choice = recontact_choice},
    {"one_lead_per_domain", KEY_BOOL, JOB(one_lead_per_domain)},
};
#define GROUP(field) .offset = offsetof(struct group_def, field)
static const struct key_row group_keys[] = {
    {"template", KEY_TEXT, GROUP(template_name), .cure = "template = NAME"},
    {"term", KEY_TERM, .cure = "term = WORDS TO SEARCH FOR"},
};
#define TEMPLATE(field) .offset = offsetof(struct template_def, field)
static const struct key_row template_keys[] = {
    {"subject", KEY_TEXT, TEMPLATE(subject), .cure = "subject = WORDS"},
    {"text", KEY_FILE, TEMPLATE(text), .min = LETTER_TEXT},
    {"html", KEY_FILE, TEMPLATE(html), .min = LETTER_HTML},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
static const struct section_row sections[SECTIONS] = {
    [SECTION_JOB] = {"job", job_keys, COUNT(job_keys)},
    [SECTION_GROUP] = {"group", group_keys, COUNT(group_keys)},
    [SECTION_TEMPLATE] = {"template", template_keys, COUNT(template_keys)},
};

const struct section_row *section_rows(void)
{
    return sections;
}

static bool set_text(struct draft *d, const char **field, const char *value, struct err *err)
{
    const char *copy = arena_text(d->arena, value);
    if (copy == NULL)
        return draft_full(d, err);
    *field = copy;
    return true;
}

static bool set_seed(struct job_def *job, const char *value)
{
    char *end;
    if (strspn(value, "0123456789") != strlen(value))
        return false;
    errno = 0;
    unsigned long long seed = strtoull(value, &end, 10);
    if (errno != 0 || *end != '\0')
        return false;
    job->seed = seed;
    job->has_seed = true;
    return true;
}

static bool set_choice(const struct key_row *row, void *field, const char *value)
{
    for (int i = 0; row->choice(i) != NULL; i++) {
        if (str_equal(row->choice(i), value)) {
            memcpy(field, &i, sizeof i); /* an enum of the job is an int here: see the asserts */
            return true;
        }
    }
    return false;
}
_Static_assert(sizeof(enum distribution) == sizeof(int), "set_choice writes an int");
_Static_assert(sizeof(enum recontact) == sizeof(int), "set_choice writes an int");

/* A template file must be beside the job file or below it: a job file that somebody was given must
 * not be able to put any file of this machine into letters. */
static const char *file_name_fault(const char *name)
{
    if (name[0] == '/')
        return "the path must be relative to the job file";
    for (const char *p = name; *p != '\0';) {
        size_t len = strcspn(p, "/");
        if (len == 2 && p[0] == '.' && p[1] == '.')
            return "the path may not leave the job file's directory (..)";
        p += len;
        p += strspn(p, "/");
    }
    return NULL;
}

/* The bytes of a template file, without byte order marks at its beginning. */
static bool read_template(const struct draft *d, const char *name, struct buf *bytes,
                          const char **ret_text, struct err *err)
{
    char dir[FILE_PATH_MAX], path[FILE_PATH_MAX];
    struct stat st;
    file_dir_of(dir, d->path);
    if (!file_join(path, dir, name, err))
        return false;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* a pipe would make us wait */
        return err_set(err, ERR_REFUSED, "%s is not a regular file", path);
    if (!file_read(path, bytes, err))
        return false;
    *ret_text = buf_text(bytes);
    while (str_starts(*ret_text, "\xEF\xBB\xBF"))
        *ret_text += 3;
    return true;
}

/* False with the reason when this can't be a part of a letter. */
static bool judge_template(enum letter_part part, const char *text, size_t len, struct err *err)
{
    struct letter_fault fault;
    if (len == 0)
        return err_set(err, ERR_REFUSED, "the file is empty");
    if (letter_find_fault(part, text, &fault))
        return err_set(err, ERR_REFUSED, "line %d, column %d: %s", (int)fault.line,
                       (int)fault.column, fault.text);
    if (strlen(text) != len) /* all other checks end there */
        return err_set(err, ERR_REFUSED, "the file holds a NUL byte");
    return true;
}

static bool set_file(struct draft *d, const struct key_row *row, const char **field,
                     const char *value, int32_t line, struct err *err)
{
    struct buf bytes = buf_init(LETTER_BODY_MAX + 3); /* a byte order mark comes on top */
    struct err why = {.kind = ERR_NONE};
    const char *text = NULL, *fault = file_name_fault(value);
    bool ok;
    if (fault != NULL)
        ok = err_set(&why, ERR_REFUSED, "%s", fault);
    else
        ok = read_template(d, value, &bytes, &text, &why) &&
             judge_template((enum letter_part)row->min, text,
                            bytes.len - (size_t)(text - buf_text(&bytes)), &why);
    if (ok)
        ok = set_text(d, field, text, err);
    else
        (void)draft_refuse_value(d, line, row->name, value, why.text, err);
    buf_done(&bytes);
    return ok;
}

static bool set_number(const struct key_row *row, void *field, const char *value)
{
    int64_t number;
    if (!str_int(value, row->min, row->max, &number))
        return false;
    int32_t narrow = (int32_t)number;
    memcpy(field, &narrow, sizeof narrow);
    return true;
}

/* Sets what needs nothing but the value; false when the value is not one of the allowed. */
static bool set_plain(const struct key_row *row, void *def, const char *value)
{
    void *field = (char *)def + row->offset;
    bool flag;
    switch (row->type) {
    case KEY_INT:
        return set_number(row, field, value);
    case KEY_BOOL:
        if (!str_bool(value, &flag))
            return false;
        memcpy(field, &flag, sizeof flag);
        return true;
    case KEY_CHOICE:
        return set_choice(row, field, value);
    default:
        return set_seed(def, value);
    }
}

/* "a whole number from 1 to 20 is allowed", "equitable or random is allowed" */
static void say_allowed(const struct key_row *row, char *dst, size_t size)
{
    if (row->type == KEY_BOOL)
        (void)str_copy(dst, size, "yes or no is allowed");
    else if (row->type == KEY_INT)
        (void)str_format(dst, size, "a whole number from %d to %d is allowed", (int)row->min,
                         (int)row->max);
    else if (row->type == KEY_SEED)
        (void)str_format(dst, size, "a whole number from 0 to %llu is allowed",
                         (unsigned long long)UINT64_MAX);
    else
        (void)str_format(dst, size, "%s or %s is allowed", row->choice(0), row->choice(1));
}

bool draft_set(struct draft *d, const struct key_row *row, void *def, const char *value,
               int32_t line, struct err *err)
{
    char allowed[REASON_MAX];
    const char **field = (const char **)(void *)((char *)def + row->offset);
    if (row->type == KEY_TEXT)
        return set_text(d, field, value, err);
    if (row->type == KEY_TERM)
        return draft_add_term(d, value, line, err);
    if (row->type == KEY_FILE)
        return set_file(d, row, field, value, line, err);
    if (set_plain(row, def, value))
        return true;
    say_allowed(row, allowed, sizeof allowed);
    return draft_refuse_value(d, line, row->name, value, allowed, err);
}
