/* admin_check.c - what every authority refuses, in the same words. */
#include "admin_check.h"

#include "domain/letter.h"

#include <string.h>

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

bool admin_check_workspace(const char *name, struct err *err)
{
    return job_name_ok(name) || err_set(err, ERR_REFUSED,
                                        "workspace: the name must have 1 to %d bytes and no "
                                        "control characters",
                                        NAME_MAX_BYTES);
}

bool admin_check_template(const struct template_def *def, struct err *err)
{
    const char *const parts[LETTER_PARTS] = {[LETTER_SUBJECT] = or_empty(def->subject),
                                             [LETTER_TEXT] = or_empty(def->text),
                                             [LETTER_HTML] = or_empty(def->html)};
    struct err why;
    if (!job_name_ok(def->name))
        return err_set(err, ERR_REFUSED,
                       "template: the name must have 1 to %d bytes and no "
                       "control characters",
                       NAME_MAX_BYTES);
    if (*parts[LETTER_TEXT] == '\0' && *parts[LETTER_HTML] == '\0')
        return err_set(err, ERR_REFUSED, "template: \"%s\" has neither text nor html", def->name);
    for (int part = 0; part < LETTER_PARTS; part++)
        if (!letter_check_template((enum letter_part)part, parts[part], &why))
            return err_set(err, why.kind, "template: \"%s\": %.300s", def->name, why.text);
    return true;
}

bool admin_check_subject(const char *subject, struct err *err)
{
    size_t len = strlen(subject);
    if (len == 0 || len > ADDRESS_MAX || strchr(subject, '@') == NULL)
        return err_set(err, ERR_REFUSED, "suppress: \"%.80s\" is neither an address nor @domain",
                       subject);
    return true;
}
