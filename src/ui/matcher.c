/* matcher.c - the filter of a list. The idea: what can not be read matches nothing, so nothing is
 * done to a row by mistake. */
#include "matcher.h"

#include <stddef.h>

void matcher_init(struct matcher *m, const char *filter)
{
    *m = (struct matcher){.inverted = filter[0] == '!'};
    filter += m->inverted;
    m->bad = filter[0] != '\0' && regcomp(&m->regex, filter, REG_EXTENDED | REG_ICASE | REG_NOSUB);
    m->all = filter[0] == '\0';
}

void matcher_done(struct matcher *m)
{
    if (!m->all && !m->bad)
        regfree(&m->regex);
}

bool matcher_takes(const struct matcher *m, const char *text)
{
    if (m->all || m->bad)
        return m->all;
    return (regexec(&m->regex, text, 0, NULL, 0) == 0) != m->inverted;
}

int filter_say(const struct ui *ui, struct pane p, int x, bool bad, int32_t shown)
{
    x = pane_addf(p, 0, pane_add(p, 0, x, ROLE_DIM, "filter "), ROLE_INFO, "/%s", ui->filter);
    if (bad)
        return pane_add(p, 0, x + 2, ROLE_WARN, "not a regular expression yet");
    return pane_addf(p, 0, x + 2, ROLE_DIM, "%d shown", (int)shown);
}
