/* fake_content.h - a content port that says what a test wrote down, a row for each source. */
#ifndef FAKE_CONTENT_H
#define FAKE_CONTENT_H

#include "fake/fake_clock.h"
#include "port/content.h"

enum { FAKE_SOURCES_MAX = 8 };

struct fake_source {
    enum content_answer answer; /* CONTENT_WAIT: it never answers, and each look takes its slice */
    const struct content_item *items;
    int32_t count;
    struct content_state state;
    const char *why; /* CONTENT_FAILED */
};

struct fake_content {
    struct content content; /* first: hand out &f.content */
    struct fake_clock *clock;
    struct fake_source source[FAKE_SOURCES_MAX];
    struct content_state since[FAKE_SOURCES_MAX]; /* what was handed in */
    int starts, ends, looks;
    int cancel_at; /* the clock is cancelled at so many looks; 0: never */
    int32_t now;
};

/* The clock is borrowed; the sources are the caller's to fill in. */
void fake_content_init(struct fake_content *f, struct fake_clock *clock);

#endif
