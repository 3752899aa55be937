/* journal_inside.h - what the files of the journal share. Others see store/journal.h. */
#ifndef JOURNAL_INSIDE_H
#define JOURNAL_INSIDE_H

#include "store/db.h"
#include "store/journal.h"

enum { DONE_MAX = 256 }; /* acknowledgements that wait for a commit to ride on */

struct journal {
    struct db *db;
    struct uuid engine;
    struct {
        int64_t n;       /* the row, */
        int64_t attempt; /* and the attempt that is acknowledged: not one that another lane began */
        int64_t at_us;
    } done[DONE_MAX];
    int32_t done_count;
};

#endif
