/* heard.c - what came back about a letter, and what that changes. */
#include "domain/heard.h"

#include "base/str.h"

static const char *const names[HEARD_KINDS] = {"", "delayed", "delivered", "bounced", "answered"};

const char *heard_name(enum heard_kind kind)
{
    return (unsigned)kind < HEARD_KINDS ? names[kind] : "";
}

bool heard_parse(const char *name, enum heard_kind *ret)
{
    for (int i = 0; i < HEARD_KINDS; i++) {
        if (str_equal(names[i], name)) {
            *ret = (enum heard_kind)i;
            return true;
        }
    }
    return false;
}

bool heard_possible(enum mail_mode mode, enum send_state state)
{
    return mode != MODE_DRYRUN && state != SEND_SIMULATED;
}

void heard_judge(const struct heard *h, enum send_state state, enum heard_kind before,
                 struct heard_effect *ret)
{
    enum heard_kind most = h->kind > before ? h->kind : before;
    *ret = (struct heard_effect){.mark = h->kind > before, .to = SEND_STATES};
    if (state == SEND_IN_DOUBT && most == HEARD_BOUNCED)
        ret->to = SEND_REJECTED;
    else if (state == SEND_IN_DOUBT && most >= HEARD_DELIVERED)
        ret->to = SEND_SENT;
    ret->suppress =
        ret->mark && (h->kind == HEARD_ANSWERED || (h->kind == HEARD_BOUNCED && h->nobody));
}

enum event_kind event_of_heard(enum heard_kind kind)
{
    switch (kind) {
    case HEARD_DELAYED:
        return EVENT_LETTER_DELAYED;
    case HEARD_DELIVERED:
        return EVENT_LETTER_DELIVERED;
    case HEARD_BOUNCED:
        return EVENT_LETTER_BOUNCED;
    case HEARD_ANSWERED:
        return EVENT_LETTER_ANSWERED;
    case HEARD_NOTHING:
    case HEARD_KINDS:
        break;
    }
    return EVENT_KINDS;
}
