/* matcher.h - the filter of a list, while and after it is typed: a regular expression without case;
 * `!x` shows what does not match. */
#ifndef UI_MATCHER_H
#define UI_MATCHER_H

#include "state.h"

#include <regex.h>
#include <stdbool.h>

struct matcher {
    bool all; /* no filter */
    bool inverted;
    bool bad; /* it can't be read: nothing matches, so that nothing is done by mistake */
    regex_t regex;
};

/* matcher_done() after it, always. */
void matcher_init(struct matcher *m, const char *filter);
void matcher_done(struct matcher *m);
/* Does the filter let a row with this text through? */
bool matcher_takes(const struct matcher *m, const char *text);

/* "filter /energy  3 shown", or that it can't be read yet; returns the column behind it. */
int filter_say(const struct ui *ui, struct pane p, int x, bool bad, int32_t shown);

#endif
