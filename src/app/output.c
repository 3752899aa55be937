/* output.c - stdout for people and programs; stderr for progress. */
#include "output.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void out_print(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(stdout, format, args); /* main looks at ferror(stdout) once, at the end */
    va_end(args);
}

void out_warn(const char *format, ...)
{
    char text[ERR_TEXT_MAX + 64];
    struct out_text safe = {0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args); /* a cut is fine */
    va_end(args);
    (void)fprintf(stderr, "autopilot: warning: %s\n", out_safe(&safe, text)); /* nowhere else */
}

const char *out_safe(struct out_text *t, const char *text)
{
    char *slot = t->slot[t->next];
    t->next = (t->next + 1) % (int)(sizeof t->slot / sizeof t->slot[0]);
    text_screen_to(slot, sizeof t->slot[0], text != NULL ? text : "");
    return slot;
}

/* What of a text of JSON must not reach a terminal as it is: jansson escapes controls below U+0020,
 * but neither DEL nor U+0080 to U+009F (in UTF-8: C2 80 to C2 9F). Returns its bytes, 0 none. */
static size_t control_at(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;
    if (c[0] == 0x7F)
        return 1;
    return c[0] == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F ? 2 : 0;
}

static void print_escaped(const char *text)
{
    const char *from = text;
    const char *at = text;
    while (*at != '\0') {
        size_t control = control_at(at);
        if (control == 0) {
            at++;
            continue;
        }
        (void)fwrite(from, 1, (size_t)(at - from), stdout); /* out_json looks at ferror */
        (void)fprintf(stdout, "\\u%04x", (unsigned char)at[control - 1]); /* as above */
        from = at += control;
    }
    (void)fwrite(from, 1, (size_t)(at - from), stdout); /* as above */
}

bool out_json(json_t *value, bool lines, struct err *err)
{
    size_t flags = JSON_ENCODE_ANY | (lines ? JSON_COMPACT : JSON_INDENT(2));
    if (isatty(STDOUT_FILENO))
        flags |= JSON_ENSURE_ASCII;
    char *text = value != NULL ? json_dumps(value, flags) : NULL;
    if (text != NULL)
        print_escaped(text);
    bool ok = text != NULL && fputc('\n', stdout) != EOF && !ferror(stdout);
    free(text);
    json_decref(value);
    if (!ok)
        return err_set(err, ERR_STOP, "output: the JSON could not be written to stdout");
    return true;
}

json_t *json_text(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *plain = json_string(text);
    if (plain != NULL)
        return plain;
    struct buf screened = buf_init(1 << 20);
    text_screen(&screened, text, strlen(text));
    json_t *value = json_string(buf_text(&screened));
    buf_done(&screened);
    return value;
}

bool out_done(const struct app *app, const char *thing, const char *name, const char *what,
              struct err *err)
{
    struct out_text t = {0};
    if (app->json)
        return out_json(json_pack("{s:o, s:s}", thing, json_text(name), "result", what), true, err);
    if (!app->quiet)
        out_print("%s %s %s\n", thing, out_safe(&t, name), what);
    return true;
}

json_t *json_instant(int64_t at_us)
{
    if (at_us == 0)
        return json_null();
    char text[TIME_TEXT_MAX];
    time_text_utc(at_us, text);
    return json_string(text);
}

json_t *json_uuid(struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    return json_string(text);
}

void progress_begin(struct progress_bar *p, const struct app *app, const char *what)
{
    int64_t now = clock_boot_us();
    *p = (struct progress_bar){
        .what = what,
        .began_us = now,
        .drawn_us = now,
        .on = !app->quiet && !app->plain && !app->json && isatty(STDERR_FILENO),
    };
}

void progress_show(struct progress_bar *p, int64_t done, int64_t total, const char *unit)
{
    int64_t now = clock_boot_us();
    if (!p->on || now - p->began_us < US_PER_S || now - p->drawn_us < 100 * US_PER_MS)
        return;
    p->drawn_us = now;
    p->shown = true;
    int64_t rate = done * US_PER_S / (now - p->began_us);
    if (total == 0) { /* nobody knows */
        (void)fprintf(stderr, "\r%s  %lld %s  %lld/s\033[K", p->what, (long long)done, unit,
                      (long long)rate); /* as below */
        return;
    }
    int64_t left = rate > 0 && total > done ? (total - done) / rate : 0;
    int percent = (int)(done * 100 / total);
    char bar[31];
    for (int i = 0; i < 30; i++)
        bar[i] = i * 100 < percent * 30 ? '#' : '-';
    bar[30] = '\0';
    (void)fprintf(stderr, "\r%s %s %3d%%  %lld of %lld %s  %lld/s  ETA %llds\033[K", p->what, bar,
                  percent, (long long)done, (long long)total, unit, (long long)rate,
                  (long long)left); /* a bar that can't be drawn is not worth an error */
}

void progress_end(struct progress_bar *p)
{
    if (p->shown)
        (void)fputs("\r\033[K", stderr); /* as above */
    p->shown = false;
}

bool out_confirm(bool sure, const char *question, struct err *err)
{
    if (sure)
        return true;
    if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
        return err_set(err, ERR_REFUSED, "%s Nobody is there to ask: add --yes to do it.",
                       question);
    (void)fprintf(stderr, "%s Type yes to do it: ", question); /* read tells the rest */
    char line[16] = "";
    if (fgets(line, sizeof line, stdin) == NULL || strcmp(line, "yes\n") != 0)
        return err_set(err, ERR_REFUSED, "nothing was changed");
    return true;
}
