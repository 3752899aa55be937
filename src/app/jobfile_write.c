/* jobfile_write.c - a job as a job file. The idea: every name and value is written so that reading
 * gives the same bytes, and files are named after the job so that two exports never meet. */
#include "app/jobfile.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/letter.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEM_MAX = 60 }; /* bytes of a name that go into a file name */

/* A name as part of a file name: ASCII letters, digits, - and _. A name that is changed or cut by
 * that gets its hash behind it, so that "a b" and "a-b" stay two files. No dot: it separates. */
static void stem(const char *name, char dst[STEM_MAX + 12])
{
    size_t n = 0;
    for (; name[n] != '\0' && n < STEM_MAX; n++) {
        char c = name[n];
        bool safe = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                    c == '_' || (c == '-' && n > 0);
        dst[n] = safe ? c : '-';
    }
    dst[n] = '\0';
    if (n > 0 && dst[0] == '-')
        dst[0] = '_'; /* no option of somebody's rm */
    if (!str_equal(dst, name))
        (void)str_format(dst + n, 12, "-%08x",
                         (unsigned)(str_hash(name, strlen(name), 0) & 0xFFFFFFFFu));
}

void jobfile_name(const struct job_def *def, char dst[JOBFILE_NAME_MAX])
{
    char job[STEM_MAX + 12];
    stem(def->name, job);
    (void)str_format(dst, JOBFILE_NAME_MAX, "%s.ini", job); /* fits */
}

static void template_file(const struct job_def *def, const struct template_def *template,
                          enum letter_part part, char dst[JOBFILE_NAME_MAX])
{
    char job[STEM_MAX + 12], name[STEM_MAX + 12];
    stem(def->name, job);
    stem(template->name, name);
    (void)str_format(dst, JOBFILE_NAME_MAX, "%s.%s.%s", job, name,
                     part == LETTER_HTML ? "html" : "txt"); /* fits */
}

/* \ is doubled, and ; escaped where it would begin a comment. */
static void put_escaped(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        bool comment = *p == ';' && (p == text || p[-1] == ' ');
        if (*p == '\\' || comment)
            (void)buf_addc(out, '\\');
        (void)buf_addc(out, *p);
    }
}

static void put_section(struct buf *out, const char *kind, const char *name)
{
    (void)buf_addf(out, "%s[%s ", out->len > 0 ? "\n" : "", kind);
    put_escaped(out, name);
    (void)buf_adds(out, "]\n");
}

static void put_value(struct buf *out, const char *key, const char *value)
{
    (void)buf_addf(out, "%s = ", key);
    put_escaped(out, value);
    (void)buf_addc(out, '\n');
}

static void put_job(struct buf *out, const struct job_def *def)
{
    put_section(out, "job", def->name);
    put_value(out, "workspace", def->workspace);
    put_value(out, "distribution", distribution_name(def->distribution));
    (void)buf_addf(out, "loop_interval = %d\n", (int)def->loop_interval);
    (void)buf_addf(out, "max_emails_per_group = %d\n", (int)def->max_emails_per_group);
    put_value(out, "loop_automation", def->loop_automation ? "yes" : "no");
    put_value(out, "provider", def->provider);
    (void)buf_addf(out, "variations = %d\n", (int)def->variations);
    if (def->has_seed)
        (void)buf_addf(out, "seed = %llu\n", (unsigned long long)def->seed);
    put_value(out, "recontact", recontact_name(def->recontact));
    put_value(out, "one_lead_per_domain", def->one_lead_per_domain ? "yes" : "no");
}

static void put_groups(struct buf *out, const struct job_def *def)
{
    for (int32_t i = 0; i < def->group_count; i++) {
        const struct group_def *group = &def->groups[i];
        put_section(out, "group", group->name);
        put_value(out, "template", group->template_name);
        for (int32_t k = 0; k < group->term_count; k++)
            put_value(out, "term", group->terms[k].text);
    }
}

static const char *body_of(const struct template_def *template, enum letter_part part)
{
    const char *text = part == LETTER_HTML ? template->html : template->text;
    return text != NULL ? text : "";
}

static void put_templates(struct buf *out, const struct job_def *def)
{
    char file[JOBFILE_NAME_MAX];
    for (int32_t i = 0; i < def->template_count; i++) {
        const struct template_def *template = &def->templates[i];
        put_section(out, "template", template->name);
        put_value(out, "subject", template->subject);
        for (enum letter_part part = LETTER_TEXT; part <= LETTER_HTML; part++) {
            if (body_of(template, part)[0] == '\0')
                continue;
            template_file(def, template, part, file);
            put_value(out, letter_part_name(part), file);
        }
    }
}

bool jobfile_write(const struct job_def *def, struct buf *out, struct err *err)
{
    if (!job_check(def, err))
        return false;
    if (def->group_count == 0)
        return err_set(err, ERR_REFUSED, "job: \"%s\" has no group yet; a job file needs one",
                       def->name);
    put_job(out, def);
    put_groups(out, def);
    put_templates(out, def);
    return buf_ok(out) ||
           err_set(err, ERR_STOP, "job: there is no memory to write \"%s\" out", def->name);
}

static bool export_templates(const struct job_def *def, const char *dir, struct err *err)
{
    char file[JOBFILE_NAME_MAX], path[FILE_PATH_MAX];
    for (int32_t i = 0; i < def->template_count; i++) {
        for (enum letter_part part = LETTER_TEXT; part <= LETTER_HTML; part++) {
            const char *text = body_of(&def->templates[i], part);
            if (text[0] == '\0')
                continue;
            template_file(def, &def->templates[i], part, file);
            if (!file_join(path, dir, file, err) ||
                !file_replace(path, text, strlen(text), 0644, err))
                return false;
        }
    }
    return true;
}

/* The directory alone: parents that are not there are a slip of the hand. */
static bool make_dir(const char *dir, struct err *err)
{
    if (mkdir(dir, 0755) == 0 || (errno == EEXIST && access(dir, W_OK | X_OK) == 0))
        return true;
    return err_set(err, ERR_REFUSED, "job: the directory %s cannot be made or written: %s", dir,
                   strerror(errno));
}

bool jobfile_export(const struct job_def *def, const char *dir, struct err *err)
{
    char file[JOBFILE_NAME_MAX], path[FILE_PATH_MAX];
    struct buf text = buf_init(2 * JOBFILE_MAX); /* every byte could need a backslash */
    jobfile_name(def, file);
    bool ok = jobfile_write(def, &text, err) && make_dir(dir, err) &&
              export_templates(def, dir, err) && file_join(path, dir, file, err) &&
              file_replace(path, buf_text(&text), text.len, 0644, err);
    buf_done(&text);
    return ok;
}
