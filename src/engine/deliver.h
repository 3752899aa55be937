/* deliver.h - one piece that is to be brought: taken, brought, told.
 *
 * Written in plain blocking style on ports. A webhook is brought at least once; a letter at most
 * once: the attempt is in the record before it goes, and one of which nobody knows is in doubt. */
#ifndef ENGINE_DELIVER_H
#define ENGINE_DELIVER_H

#include "domain/settings.h"
#include "port/agenda.h"
#include "port/clock.h"
#include "port/courier.h"
#include "port/mail.h"

struct deliver_ports {
    struct agenda *agenda;
    struct clock_port *clock;
    struct courier *courier;
    struct mail *mail;
    /* The bytes of a letter that brings this; REFUSED: it is held for this reason. */
    bool (*letter)(void *ctx, const struct settings *settings, const struct delivery_work *work,
                   const char *html, const char *text, struct buf *out, struct err *err);
    void *ctx;
    const struct settings *settings;
    struct uuid engine;
    int64_t generation;
};

/* Takes the next one and brings it. *ret_any false: there is none. False: the record can't be
 * asked or told, or nothing can be brought now; err says why. */
bool deliver_next(const struct deliver_ports *p, bool *ret_any, struct err *err);

#endif
