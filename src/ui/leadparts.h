/* leadparts.h - pieces that the views of letters and of leads share: what a state of the ledger
 * looks like, and addresses as the operator wants to see them. */
#ifndef UI_LEADPARTS_H
#define UI_LEADPARTS_H

#include "state.h"

#include "domain/types.h"

#include <stddef.h>

/* A state of the ledger: its sign, its role, a word, and what it means in a sentence. SEND_STATES:
 * there is no letter. */
const char *letter_glyph(enum send_state state);
enum role letter_role(enum send_state state);
const char *letter_word(enum send_state state);
const char *letter_meaning(enum send_state state);

/* An address, masked when the operator wants that; cut to fit. */
void lead_address(const struct ui *ui, const char *address, char *dst, size_t size);
/* A text in which there may be one. */
void lead_text(const struct ui *ui, const char *text, char *dst, size_t size);

#endif
