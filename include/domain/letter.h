/* letter.h - a template and what is known of a lead make the parts of a letter.
 *
 * A template is text with {{name}} and {{name|fallback}}. The names are the fields of
 * struct letter_facts. A value is foreign text: it is screened, in HTML escaped, and never looked
 * into for more braces. A fallback is the template author's own words and is taken as it stands
 * (blanks around it removed). A variable that is not known and has no fallback holds the letter.
 *
 * Pure; any thread; the text goes into a buf of the caller. */
#ifndef DOMAIN_LETTER_H
#define DOMAIN_LETTER_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/job.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LETTER_SUBJECT_MAX = 900,     /* bytes: one header line, encoded, stays sendable */
    LETTER_BODY_MAX = 256 * 1024, /* bytes of the text or the HTML part */
};

/* NULL, "" and blanks alone mean: not known. */
struct letter_facts {
    const char *email;
    const char *domain;
    const char *name;
    const char *company;
    const char *title;
    const char *url;
    const char *term;
    const char *group;
    const char *language;
};

enum letter_part { LETTER_SUBJECT, LETTER_TEXT, LETTER_HTML, LETTER_PARTS };

enum letter_answer {
    LETTER_READY,
    LETTER_HELD,   /* this lead can't be written to with this template: err says why */
    LETTER_FAILED, /* the template is broken or there is no memory: err says why */
};

/* Name of a part for sentences: "subject", "text", "html". */
const char *letter_part_name(enum letter_part part);

/* The first mistake in a part of a template: where, and in words. */
struct letter_fault {
    int32_t line;
    int32_t column; /* in characters, from 1 */
    char text[240]; /* what is wrong and what is allowed; names no place; screened */
};

/* True when the part breaks a rule; *ret is then filled in. Checked are UTF-8, the size, control
 * characters (line ends and tabs are allowed in the bodies, nothing in the subject), a subject
 * that is empty or has blanks around it, braces that are not closed on their line, and variables
 * that do not exist. */
bool letter_find_fault(enum letter_part part, const char *text, struct letter_fault *ret);
/* The same as a sentence: ERR_REFUSED, "letter: html line 3, column 7: ...". */
bool letter_check_template(enum letter_part part, const char *text, struct err *err);

/* Appends the part to out; leaves out as it was unless LETTER_READY. *ret_variable (may be NULL)
 * is the missing variable's name (static) when one is missing, else NULL. LETTER_HELD: a variable
 * is missing, or the values make the part larger than its ceiling. */
enum letter_answer letter_render(enum letter_part part, const char *text,
                                 const struct letter_facts *facts, struct buf *out,
                                 const char **ret_variable, struct err *err);

/* Appends text with & < > " ' as entities, so that it is only text in HTML and its attributes. */
void letter_escape_html(struct buf *out, const char *text, size_t len);

/* A rendered letter; a part that the template lacks stays empty. */
struct letter {
    struct buf part[LETTER_PARTS];
};
/* Allocates nothing. */
void letter_init(struct letter *l);
void letter_done(struct letter *l);
/* All parts of a template; the letter is emptied first and is empty again unless LETTER_READY. */
enum letter_answer letter_write(struct letter *l, const struct template_def *template,
                                const struct letter_facts *facts, const char **ret_variable,
                                struct err *err);

#endif
