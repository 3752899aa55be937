/* read_board.h - schedules as the Dash shows them: the figures, what comes up next, and what needs
 * somebody. Everything is copied into the caller's arena. Read only; the thread of the db. */
#ifndef STORE_READ_BOARD_H
#define STORE_READ_BOARD_H

#include "store/read_schedules.h"

enum { BOARD_NEXT_MAX = 5, BOARD_NEEDS_MAX = 20 };

struct board_next {
    struct uuid id;
    const char *name, *specification;
    int64_t next_run_us;
};

enum board_what {
    BOARD_ERROR,   /* in error: it stands still until somebody mends it */
    BOARD_OVERDUE, /* should have run more than SCHEDULE_OVERDUE_US ago */
    BOARD_FAILED   /* a run failed, and nobody has seen it */
};

struct board_need {
    enum board_what what;
    const char *name; /* of the schedule; of the specification when there is none */
    const char *text; /* the error; "" when overdue */
    int64_t at_us;    /* when it should run, or failed */
};

struct schedule_board {
    struct schedule_counts counts;
    struct board_next *next; /* the soonest first */
    int32_t next_count;
    struct board_need *need; /* the gravest first */
    int32_t need_count;
};
/* workspace NULL: of all. */
bool read_schedule_board(struct db *db, const char *workspace, int64_t now_us, struct arena *arena,
                         struct schedule_board *ret, struct err *err);

#endif
