/* logview.h - a place in the log: what was read around it, and how it is moved. The Log screen
 * draws it. The place is a line's key, never a number of lines from an end, so nothing that arrives
 * or is trimmed moves what is being read. */
#ifndef UI_LOGVIEW_H
#define UI_LOGVIEW_H

#include "state.h"

#include "store/read_log.h"

#include <regex.h>
#include <stdbool.h>
#include <stdint.h>

struct log_view {
    bool begun;
    struct arena arena;
    struct log_row *row; /* the window that was read, oldest first */
    int32_t count;

    bool held;                /* not following */
    struct log_key cursor;    /* the current line while held */
    int32_t offset;           /* rows between the top of the screen and it */
    struct log_key held_from; /* the newest line when it was held */
    int64_t fresh;            /* lines that came since */

    enum log_level level;
    char job[NAME_MAX_BYTES + 1];
    char search[PROMPT_MAX], only[PROMPT_MAX];
    int64_t back_us;  /* `only` looks this far back; it grows */
    int64_t since_us; /* ... which was from here on; 0: the beginning */
    bool has_hit;
    regex_t hit;
    int32_t page; /* lines on the screen */
    int shift;
    bool wrap;
};

/* Makes a zeroed view ready; nothing for one that is. */
void logview_begin(struct log_view *v);
/* Reads what is shown: the newest lines, or only how many came since the view was held. */
bool logview_load(struct ui *ui, struct log_view *v, struct err *err);
/* Index of the current line in v->row: it, or the first after it when it was trimmed; -1 none. */
int32_t logview_cursor(const struct log_view *v);
void logview_follow(struct ui *ui, struct log_view *v);
/* Holds the view where it is; nothing for one that is held. */
void logview_hold(struct log_view *v);
/* Going up holds, the end follows. */
void logview_move(struct ui *ui, struct log_view *v, enum move by);
/* To the next line (dir 1) or the one before (-1) that is as serious. */
void logview_jump(struct ui *ui, struct log_view *v, enum log_level level, const char *what,
                  int dir);
/* dir 0: a new text, searched from the current line backwards; else the next or previous match.
 * Never takes longer than a person notices: where that is not enough it says how far it came. */
void logview_search(struct ui *ui, struct log_view *v, int dir, const char *text);
void logview_drop_search(struct log_view *v);
/* Only lines that match; "" all. */
void logview_only(struct ui *ui, struct log_view *v, const char *text);
/* By name; "": the next level. */
void logview_level(struct ui *ui, struct log_view *v, const char *text);
/* Drops search and `only`; false when there is neither. */
bool logview_clear(struct ui *ui, struct log_view *v);

#endif
