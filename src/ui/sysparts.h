/* sysparts.h - the parts of the System screen below its list: each draws from row y of the pane and
 * returns the next free row; what finds no room is left out. */
#ifndef UI_SYSPARTS_H
#define UI_SYSPARTS_H

#include "state.h"

#include "base/clock.h"
#include "store/read_system.h"

struct system_look {
    const char *glyph;
    enum role role; /* ROLE_OK: it was heard of lately */
};
/* An engine that holds something says so every few seconds; an idle one keeps still. */
struct system_look system_look(const struct ui *ui, const struct engine_seen *e);
/* It serves this machine's data directory. */
bool system_is_here(const struct ui *ui, const struct engine_seen *e);
/* Instant of what a copy shows: of this process' last pull, or of an earlier one's. */
int64_t system_as_of(const struct ui *ui, const struct system_seen *s);
/* "4s", "2h11"; never below 0. */
const char *system_ago(const struct ui *ui, int64_t at_us, char dst[FIT_TEXT]);

/* Rows that the four parts below need, without gaps. */
int system_rows(const struct system_seen *s);
int system_draw_record(struct ui *ui, struct pane p, int y, const struct system_seen *s);
int system_draw_machine(struct ui *ui, struct pane p, int y, const struct machine_files *files);
int system_draw_services(struct ui *ui, struct pane p, int y, const struct machine_files *files);
int system_draw_config(struct ui *ui, struct pane p, int y);

#endif
