/* report_words.h - the words that a report itself says, in the languages it knows. Any thread. */
#ifndef ADAPTER_REPORT_WORDS_H
#define ADAPTER_REPORT_WORDS_H

#include "adapter/report_page.h"
#include "base/buf.h"

#include <stdint.h>

enum report_word {
    WORD_CONTENTS,
    WORD_BY_CATEGORY,
    WORD_BY_REGION,
    WORD_SOURCES,
    WORD_SOURCE,
    WORD_ITEMS,
    WORD_NEWEST,
    WORD_STATE,
    WORD_READ,
    WORD_UNCHANGED,
    WORD_FAILED,
    WORD_CUT_SOURCE,
    WORD_ODD,
    WORD_UNDATED,
    WORD_ALSO,
    WORD_MORE,
    WORD_NOTHING,
    WORD_NOTHING_SECTION,
    WORD_INCOMPLETE,
    WORD_LEFT_OUT,
    WORD_OUTSIDE,
    WORD_KNOWN,
    WORD_UNMATCHED,
    WORD_ELSEWHERE,
    WORD_REPEATED,
    WORD_CUT,
    WORD_PERIOD,
    WORD_MADE,
    WORD_TOP,
    WORD_SUMMARY,
    REPORT_WORDS
};

struct report_words {
    const char *language; /* of these words, for lang attributes */
    const char *date;     /* D, M and Y stand for the day, the month's name, the year */
    const char *month[12];
    const char *word[REPORT_WORDS];
};

/* The words for a language tag; English for one that is not known. */
const struct report_words *report_words_of(const char *language);
const char *report_verdict_word(const struct report_words *w, enum report_verdict verdict);

/* "23 November 2026", and the same with " 09:30"; UTC. */
void report_date(const struct report_words *w, int64_t at_us, struct buf *out);
void report_moment(const struct report_words *w, int64_t at_us, struct buf *out);
/* The period: days where it begins and ends at midnight (the last one is in it), else moments. */
void report_period(const struct report_words *w, int64_t from_us, int64_t to_us, struct buf *out);

/* The reasons for which items were left out, as rows: word and number. */
struct report_left {
    enum report_word word;
    int32_t count;
};
enum { REPORT_LEFT = 6 };
void report_left_out(const struct select_counts *counts, struct report_left ret[REPORT_LEFT]);

/* Where a text is cut to be shown: at most max bytes, behind a word; *ret_cut: it was longer. */
size_t report_cut(const char *text, size_t max, bool *ret_cut);

#endif
