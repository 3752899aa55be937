/* desk.h - where operator commands are handed in: the only header of the engine that ui may see.
 *
 * The desk is a thread with an authority handle of its own. The console hands a command in and
 * goes on; the reply comes back through a queue and a wake fd. Sub-commands have no thread: they
 * call desk_carry_out() directly. Permission is decided here, from the actor in the command. */
#ifndef ENGINE_DESK_H
#define ENGINE_DESK_H

#include "base/err.h"
#include "base/wake.h"
#include "domain/command.h"

#include <stdbool.h>

struct desk;
struct agenda;
struct authority;
struct settings;
struct zones;

/* Hands a command in (copied). False when 64 wait already. Any thread. */
bool desk_submit(struct desk *d, const struct command *command);
/* Takes the oldest reply; false when there is none. Any one thread. */
bool desk_reply(struct desk *d, struct reply *ret);
/* Woken after each reply and whenever the engine's own standing changed; owned by the console,
 * given at desk_start (engine/engine.h). */

/* What the console shows of the engine in its own process. */
enum engine_where {
    ENGINE_HERE,      /* threads of this process */
    ENGINE_ELSEWHERE, /* another process serves this data directory */
    ENGINE_NOWHERE    /* nobody does */
};
struct engine_standing {
    enum engine_where where;
    long pid; /* of the process that serves; 0 unknown */
    int32_t lanes_busy;
    char problem[512];  /* why the engine can't work (HOLD, no provider, ...); "" */
    bool shared;        /* the record is on a server */
    bool reached;       /* it answered when it was asked last */
    int64_t seen_us;    /* when it last answered, wall clock; 0 never. Not shared: unused */
    bool hears;         /* what others change is heard at once; else found at the next look */
    int64_t untold;     /* letters' verdicts and stops that it may not know of; shared only */
    int64_t away_us;    /* since when it does not answer; 0: it does, or was not asked yet */
    char trouble[512];  /* why it did not answer, the last time that it did not; "" it always did */
    int64_t trouble_us; /* when that was last so */
    char trial[512];    /* [mail] redirect_to: where every letter goes; "" */
    char config[512];   /* why the config file on disk was refused: the old settings hold; "" */
};
void desk_standing(struct desk *d, struct engine_standing *ret);

/* Carries a command out at once on the caller's own authority handle: what the desk's thread does,
 * for sub-commands. Always fills in the reply. COMMAND_CONFIG_RELOAD is the engine's own business
 * and is refused here: an engine notices the file by itself. */
void desk_carry_out(struct authority *authority, const struct settings *settings,
                    const struct command *command, struct reply *ret);

/* The same for commands about schedules and runs (command_about). now_us: the wall clock, from
 * which the next instant counts. */
void desk_carry_out_schedule(struct agenda *agenda, struct zones *zones, int64_t now_us,
                             const struct command *command, struct reply *ret);

#endif
