/* schedparts.h - pieces that the views of schedules share: what a schedule looks like, when it runs
 * in words, its facts, its next runs, its last runs. */
#ifndef UI_SCHEDPARTS_H
#define UI_SCHEDPARTS_H

#include "state.h"

#include "domain/timing.h"
#include "store/read_schedules.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    SCHED_WORDS = 200,
    SCHED_NEXT_RUNS = 5, /* that will be made */
    SCHED_NEXT_ROWS = 10 /* with those between them that will not */
};

/* "●", its role and its word. */
struct sched_look {
    const char *glyph;
    enum role role;
    const char *word;
};
struct sched_look sched_look(const struct ui *ui, const struct schedule_row *s);
/* "active", "paused: a holiday", "in error: ...", "overdue since Fri 17:30". */
void sched_state(const struct ui *ui, const struct schedule_row *s, char *dst, size_t size);
/* "At 09:00 every Monday"; the type when its timing can't be read. */
void sched_words(const struct schedule_row *s, char dst[SCHED_WORDS]);
/* "in 2d18", "due", "-" while nothing is planned. */
void sched_in(const struct ui *ui, const struct schedule_row *s, char dst[FIT_TEXT]);
/* An instant to come: "15:00" today, "Mon 09:00" within a week, else "12 Jan 09:00". */
const char *sched_when(int64_t at_us, int64_t now_us, char dst[FIT_TEXT]);

/* A run to come, or one that will not be made. */
struct sched_next {
    int64_t at_us;
    bool runs;
    char local[48];   /* as a clock in the schedule's zone shows it */
    char reason[200]; /* "" */
    int32_t more;     /* not runs: so many behind it will not be made either */
};
/* What is read and worked out of one schedule. A zeroed struct is empty. */
struct sched_detail {
    bool there;
    struct uuid id;
    struct arena arena;
    struct run_row *runs; /* the newest first; of the arena */
    int32_t run_count;
    struct sched_next next[SCHED_NEXT_ROWS];
    int32_t next_count;
    char trouble[ERR_TEXT_MAX]; /* why the next runs are not known; "" */
};
bool sched_detail_load(struct ui *ui, struct sched_detail *d, const struct schedule_row *s,
                       struct err *err);
/* Works out the next runs of a timing that the schedule has or might have; d->trouble says why not.
 * Uses d's arena. */
void sched_preview(struct ui *ui, struct sched_detail *d, const struct schedule_row *s,
                   const struct timing *timing);
/* False: err says what is wrong with its config. */
bool sched_timing(const struct schedule_row *s, struct timing *ret, struct err *err);
void sched_detail_done(struct sched_detail *d);

/* Label and value, the most important first; returns the rows taken. */
int sched_draw_facts(const struct ui *ui, struct pane p, const struct schedule_row *s);
/* With a rule above. */
void sched_draw_next(const struct ui *ui, struct pane p, const struct schedule_row *s,
                     const struct sched_detail *d);
/* Without. */
void sched_draw_next_rows(const struct ui *ui, struct pane p, const struct sched_detail *d);
/* With a rule above; selected -1: none. */
void sched_draw_runs(const struct ui *ui, struct pane p, const struct schedule_row *s,
                     const struct sched_detail *d, struct table_state *table, bool focused);

#endif
