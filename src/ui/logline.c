/* logline.c - a line of the log. Time and area stand back, the sentence speaks in the colour of its
 * level. */
#include "logline.h"

#include "fit.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

enum { LEVEL_WIDE = 5, AREA_WIDE = 7 };

enum role logline_role(enum log_level level)
{
    switch (level) {
    case LOG_ERROR:
        return ROLE_ERROR;
    case LOG_WARN:
        return ROLE_WARN;
    case LOG_DEBUG:
        return ROLE_DIM;
    default:
        return ROLE_TEXT;
    }
}

/* Points out what the search found in the sentence that was drawn at x. */
static void draw_hits(struct pane p, int y, int x, const char *text,
                      const struct logline_form *form)
{
    regmatch_t m;
    size_t at = 0;
    while (text[at] != '\0' && regexec(form->hit, text + at, 1, &m, at > 0 ? REG_NOTBOL : 0) == 0) {
        if (m.rm_eo == m.rm_so) {
            at += (size_t)m.rm_eo + 1; /* an empty match: step over one byte */
            if (at > strlen(text))
                return;
            continue;
        }
        char before[1024], found[1024];
        (void)str_copy_n(before, sizeof before, text, at + (size_t)m.rm_so);
        (void)str_copy_n(found, sizeof found, text + at + m.rm_so, (size_t)(m.rm_eo - m.rm_so));
        pane_look(p, y, x + fit_columns_of(before), fit_columns_of(found),
                  ROLE_HIT | (form->selected ? LOOK_UNDER : 0));
        at += (size_t)m.rm_eo;
    }
}

/* The column where the sentence begins. */
static int text_start(const struct logline_form *form)
{
    int x = form->short_time ? 6 : 10;
    x += form->level ? LEVEL_WIDE + 1 : 0;
    x += form->area ? AREA_WIDE + 1 : 0;
    return x + (form->job ? form->job_width + 1 : 0);
}

/* Events begin with the name of their job; where that stands beside them already it is left out. */
static const char *sentence(const struct log_row *row, const struct logline_form *form)
{
    size_t len = strlen(row->job);
    bool twice = (form->job || form->one_job) && len > 0 && str_starts(row->text, row->job) &&
                 row->text[len] == ':' && row->text[len + 1] == ' ';
    return row->text + (twice ? len + 2 : 0);
}

int logline_rows(struct pane p, const struct log_row *row, const struct logline_form *form)
{
    int room = p.cols - text_start(form);
    if (!form->wrap || room < 8)
        return 1;
    int wide = fit_columns_of(sentence(row, form));
    return wide <= room ? 1 : (wide + room - 1) / room;
}

/* Everything in front of the sentence. */
static void draw_head(struct pane p, int y, const struct log_row *row, enum role role,
                      const struct logline_form *form)
{
    char clock[16], name[256];
    time_text_clock(row->key.at_us, clock, sizeof clock);
    const char *time = form->short_time && strlen(clock) > 3 ? clock + 3 : clock;
    int x = pane_add(p, y, form->short_time ? 0 : 1, ROLE_DIM, time) + 1;
    if (form->level) {
        pane_put(p, y, x, role == ROLE_TEXT ? ROLE_DIM : (int)role, log_level_name(row->level));
        x += LEVEL_WIDE + 1;
    }
    if (form->area) {
        pane_put_cut(p, y, x, AREA_WIDE, ROLE_DIM, row->area);
        x += AREA_WIDE + 1;
    }
    if (!form->job)
        return;
    fit_cut(name, sizeof name, row->job, form->job_width, FIT_MIDDLE);
    pane_put(p, y, x, ROLE_INFO, name);
}

void logline_draw(struct pane p, int y, const struct log_row *row, const struct logline_form *form)
{
    enum role role = logline_role(row->level);
    const char *text = sentence(row, form);
    int x = text_start(form), rows = logline_rows(p, row, form);
    draw_head(p, y, row, role, form);
    for (int i = 0; i < rows; i++) {
        struct pane rest = pane_part(p, y + i, x, 1, p.cols - x);
        int shift = form->wrap ? i * rest.cols : form->shift;
        if (!form->wrap && shift == 0)
            pane_put_cut(rest, 0, 0, rest.cols, (int)role, text);
        else
            pane_put(rest, 0, -shift, (int)role, text);
        if (form->selected)
            pane_select(p, y + i);
        if (form->hit != NULL)
            draw_hits(rest, 0, -shift, text, form);
    }
}

void logline_tail(struct pane p, const struct log_row *rows, int32_t count,
                  const struct logline_form *form)
{
    int32_t first = count > p.rows ? count - p.rows : 0;
    for (int32_t i = first; i < count; i++)
        logline_draw(p, (int)(i - first), &rows[i], form);
}
