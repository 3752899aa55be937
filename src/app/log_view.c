/* log_view.c - prints pages of the merged log. */
#include "log_view.h"

#include "base/clock.h"

#include <stdio.h>

enum { LOG_ARENA_MAX = 64 << 20, LOG_PAGE = 500 };

static bool print_line(struct log_view *v, const struct log_row *row, struct err *err)
{
    char at[TIME_TEXT_MAX];
    if (v->app->json)
        return out_json(json_pack("{s:o, s:s, s:o, s:o, s:o}", "at", json_instant(row->key.at_us),
                                  "level", log_level_name(row->level), "area", json_text(row->area),
                                  "job", row->job[0] ? json_text(row->job) : json_null(), "text",
                                  json_text(row->text)),
                        true, err);
    time_text_utc(row->key.at_us, at);
    at[19] = '\0'; /* whole seconds are enough for people */
    out_print("%sZ %-5s %-7s %s\n", at, log_level_name(row->level), out_safe(&v->safe, row->area),
              out_safe(&v->safe, row->text));
    return true;
}

bool log_view_page(struct log_view *v, int32_t count, bool newest, int32_t *ret_lines,
                   struct err *err)
{
    struct arena arena = arena_init(LOG_ARENA_MAX);
    struct log_row *rows = NULL;
    int32_t lines = 0;
    bool ok = read_log(v->db, &v->filter, v->any ? &v->last : NULL, newest, count, &arena, &rows,
                       &lines, err);
    for (int32_t i = 0; ok && i < lines; i++) {
        ok = print_line(v, &rows[i], err);
        v->last = rows[i].key;
        v->any = true;
    }
    arena_done(&arena);
    if (ret_lines != NULL)
        *ret_lines = lines;
    return ok;
}

bool log_view_new(struct log_view *v, struct err *err)
{
    int32_t lines = LOG_PAGE;
    while (lines == LOG_PAGE) {
        if (!log_view_page(v, LOG_PAGE, false, &lines, err))
            return false;
    }
    if (fflush(stdout) != 0)
        return err_set(err, ERR_STOP, "log: stdout is gone");
    return true;
}

bool log_view_skip(struct log_view *v, struct err *err)
{
    struct arena arena = arena_init(LOG_ARENA_MAX);
    struct log_row *rows = NULL;
    int32_t lines = 0;
    bool ok = read_log(v->db, &v->filter, NULL, true, 1, &arena, &rows, &lines, err);
    if (ok && lines > 0)
        v->last = rows[0].key;
    v->any = ok && lines > 0;
    arena_done(&arena);
    return ok;
}
