/* pg_listen.h - hears over a connection of its own that somebody changed the shared record, instead
 * of finding it out at the next look. It is only a hint: whoever misses one looks a second later.
 *
 * A server says to those who listen whatever it is told (NOTIFY), but through a pooler in
 * transaction mode nothing comes, and nobody says so. So it is believed only when a word that was
 * said over another connection came back, and where the server process is not the one we were told
 * of when connecting it is not tried at all: what asks to be told would stay with a connection that
 * the pooler gives to others.
 *
 * An instance belongs to one thread. */
#ifndef ADAPTER_PG_LISTEN_H
#define ADAPTER_PG_LISTEN_H

#include "adapter/pg_link.h"
#include "base/err.h"
#include "base/wake.h"

#include <stdbool.h>
#include <stdint.h>

struct pg_listener;

/* Connects to nothing yet. url as in pg_link_options. */
bool pg_listener_new(const char *url, struct pg_listener **ret, struct err *err);
void pg_listener_free(struct pg_listener *l); /* accepts NULL */

/* Begins to listen if it does not, and is worth another try: at once after speaker, which has just
 * been answered, made a new connection; at each call when a connection that heard was lost; else
 * after ten minutes. Four statements then, none otherwise; takes at most about 2 s. Never fails. */
void pg_listener_tend(struct pg_listener *l, struct pg_link *speaker);
/* Did the word come back, and is the connection not known to be broken? */
bool pg_listener_hears(const struct pg_listener *l);
/* Waits until somebody said that the record changed (true), until the wake is woken, whose event is
 * consumed, or cancelled, or until deadline_us (clock_boot_us). */
bool pg_listener_wait(struct pg_listener *l, struct wake *wake, int64_t deadline_us);

#endif
