/* delivery_note.h - what the log says of a delivery that came to rest or is put off; the same for
 * both records. */
#ifndef ADAPTER_DELIVERY_NOTE_H
#define ADAPTER_DELIVERY_NOTE_H

#include "domain/event.h"
#include "port/agenda.h"

enum event_kind delivery_event(enum delivery_state state);
/* "NAME: mail to a@b: delivered", and the answer where it is none; screened, cut. */
void delivery_note(const struct delivery_ended *e, char dst[AGENDA_TEXT_MAX + 1]);

#endif
