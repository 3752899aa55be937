/* delivery_note.c - see delivery_note.h. */
#include "delivery_note.h"

#include "base/str.h"
#include "base/utf8.h"

enum event_kind delivery_event(enum delivery_state state)
{
    switch (state) {
    case DELIVERY_WAITING:
        return EVENT_DELIVERY_RETRY;
    case DELIVERY_DELIVERED:
    case DELIVERY_SIMULATED:
        return EVENT_DELIVERED;
    case DELIVERY_FAILED:
        return EVENT_DELIVERY_FAILED;
    default:
        return EVENT_DELIVERY_HELD;
    }
}

void delivery_note(const struct delivery_ended *e, char dst[AGENDA_TEXT_MAX + 1])
{
    const struct delivery_work *w = e->work;
    bool well = e->state == DELIVERY_DELIVERED || e->answer[0] == '\0';
    char text[AGENDA_TEXT_MAX + 1];
    (void)str_format(text, sizeof text, "%s: %s to %.80s: %s%s%s",
                     w->about[0] != '\0' ? w->about : w->schedule_name, delivery_kind_name(w->kind),
                     w->target,
                     e->state == DELIVERY_WAITING ? "not taken" : delivery_state_name(e->state),
                     well ? "" : ": ", well ? "" : e->answer); /* a cut is fine */
    text_screen_to(dst, AGENDA_TEXT_MAX + 1, text);
}
