/* inilines.c - lets inih split the lines of a job or config file, and keeps it from doing harm.
 *
 * inih cuts section names after 49 bytes and lines after 199 without a word, takes an indented line
 * for more of the value above, and tells no line numbers. So it is fed one checked line at a time:
 * a section is read here, a line too long for inih is handed over without its value, which is put
 * in when inih calls back. */
#include "inilines.h"

#include "app/jobfile.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/plain.h"

#include <ini.h>
#include <string.h>

enum { KEY_SHOWN_MAX = 40 }; /* bytes of a key that inih is given when the line is too long */

struct reading {
    char shown[INI_SHOWN_MAX];
    const struct ini_events *events;
    const char *at, *end; /* what is left of the file */
    int32_t line;
    char text[INI_LINE_MAX + 1]; /* the line, trimmed, without its comment */
    const char *long_value;      /* of a line that inih can't take whole; else NULL */
    bool waiting;                /* inih was given an entry and did not call back yet */
    bool failed;
    struct err *err;
};

void inilines_shown(const char *path, char dst[INI_SHOWN_MAX])
{
    size_t len = strlen(path);
    bool cut = len > INI_SHOWN_MAX - 4;
    (void)str_copy(dst, INI_SHOWN_MAX, cut ? "..." : ""); /* fits */
    size_t at = strlen(dst);
    const char *from = cut ? path + len - (INI_SHOWN_MAX - 4) : path;
    while ((*from & 0xC0) == 0x80) /* not inside a character */
        from++;
    text_screen_to(dst + at, INI_SHOWN_MAX - at, from);
}

static bool fail(struct reading *r, const char *why)
{
    r->failed = true;
    return err_set(r->err, ERR_REFUSED, "%s:%d: %s", r->shown, (int)r->line, why);
}

/* Cuts the line at a blank followed by ; (the blank too, by trimming later). */
static void cut_comment(char *line)
{
    for (char *p = line; (p = strchr(p, ';')) != NULL; p++) {
        if (p > line && (p[-1] == ' ' || p[-1] == '\t')) {
            *p = '\0';
            return;
        }
    }
}

/* \; becomes ; and \\ becomes \, in place. Other backslashes mean themselves. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (from[0] == '\\' && (from[1] == ';' || from[1] == '\\'))
            from++;
        *to++ = *from;
    }
    *to = '\0';
}

static bool check_line(struct reading *r, const char *line, size_t len)
{
    size_t at;
    int32_t row, column;
    char why[120];
    if (len > INI_LINE_MAX) {
        (void)str_format(why, sizeof why, "the line has %zu bytes; %d are allowed", len,
                         (int)INI_LINE_MAX);
        return fail(r, why);
    }
    const char *fault = plain_fault(line, len, true, &at);
    const char *lone = fault == NULL ? memchr(line, '\r', len) : NULL;
    if (fault == NULL && lone == NULL)
        return true;
    plain_place(line, lone != NULL ? (size_t)(lone - line) : at, &row, &column);
    (void)str_format(why, sizeof why, "column %d %s", (int)column,
                     lone != NULL ? "holds a carriage return; end lines with a line feed" : fault);
    return fail(r, why);
}

/* The next line into r->text; false at the end or after a mistake. */
static bool take_line(struct reading *r)
{
    if (r->at >= r->end)
        return false;
    const char *feed = memchr(r->at, '\n', (size_t)(r->end - r->at));
    size_t len = (size_t)((feed != NULL ? feed : r->end) - r->at);
    const char *line = r->at;
    r->at += feed != NULL ? len + 1 : len;
    r->line++;
    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (!check_line(r, line, len))
        return false;
    (void)str_copy_n(r->text, sizeof r->text, line, len); /* checked: it fits */
    return true;
}

/* "[kind name]" */
static bool read_section(struct reading *r, char *text)
{
    char *close = strrchr(text, ']');
    if (close == NULL || close[1] != '\0')
        return fail(r, "a section is written [kind name]; the ] is missing or not the last sign");
    *close = '\0';
    unescape(text);
    char *kind = str_trim(text + 1);
    char *name = kind + strcspn(kind, " \t");
    if (*name != '\0')
        *name++ = '\0';
    if (!r->events->section(r->events->ctx, r->line, kind, str_trim(name), r->err))
        r->failed = true;
    return !r->failed;
}

/* Hands inih the line, or its key alone when it has no room for more. */
static bool hand_over(struct reading *r, char *text, char *dst, size_t size)
{
    char key[KEY_SHOWN_MAX + 1];
    r->waiting = true;
    r->long_value = NULL;
    if (str_copy(dst, size, text))
        return true;
    size_t key_len = strcspn(text, "=:");
    if (text[key_len] == '\0')
        return true; /* no value: inih refuses the cut line just as well */
    r->long_value = str_trim(text + key_len + 1);
    (void)str_copy_n(key, sizeof key, text, key_len); /* cut: no key is that long */
    return str_format(dst, size, "%s=", key);
}

/* inih's fgets: entries pass, sections are dealt with here, the rest is an empty line. */
static char *next_line(char *dst, int size, void *stream)
{
    struct reading *r = stream;
    if (!r->failed && r->waiting) /* inih did not call back for the line before */
        (void)fail(r, "this is neither [kind name] nor key = value nor a comment");
    if (r->failed || !take_line(r))
        return NULL;
    char *text = str_trim(r->text);
    dst[0] = '\0';
    if (text[0] == ';' || text[0] == '#')
        return dst;
    cut_comment(text);
    text = str_trim(text);
    if (text[0] == '[' && !read_section(r, text))
        return NULL;
    if (text[0] == '[' || text[0] == '\0')
        return dst;
    return hand_over(r, text, dst, (size_t)size) ? dst : NULL;
}

static int one_entry(void *user, const char *section, const char *name, const char *value)
{
    struct reading *r = user;
    char text[INI_LINE_MAX + 1];
    (void)section; /* inih never sees one */
    r->waiting = false;
    if (r->failed)
        return 0;
    (void)str_copy(text, sizeof text, r->long_value != NULL ? r->long_value : value); /* fits */
    unescape(text);
    if (!r->events->entry(r->events->ctx, r->line, name, text, r->err))
        r->failed = true;
    return !r->failed;
}

bool inilines_read(const char *path, const struct ini_events *events, struct err *err)
{
    struct buf bytes = buf_init(JOBFILE_MAX);
    struct reading r = {.events = events, .err = err};
    inilines_shown(path, r.shown);
    bool ok = file_read(path, &bytes, err);
    if (ok) {
        r.at = buf_text(&bytes);
        r.end = r.at + bytes.len;
        if (str_starts(r.at, "\xEF\xBB\xBF"))
            r.at += 3;
        (void)ini_parse_stream(next_line, &r, one_entry, &r); /* mistakes are in r */
        if (!r.failed && r.waiting)
            (void)fail(&r, "this is neither [kind name] nor key = value nor a comment");
        ok = !r.failed;
    }
    buf_done(&bytes);
    return ok;
}
