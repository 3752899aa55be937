/* desk_work.h - the desk as the engine's other files see it. */
#ifndef DESK_WORK_H
#define DESK_WORK_H

#include "engine/desk.h"
#include "engine/engine.h"

#include <pthread.h>

enum { DESK_COMMANDS_MAX = 64, DESK_REPLIES_MAX = 128 };

struct desk {
    pthread_mutex_t lock; /* guards the two queues and the standing */
    struct command command[DESK_COMMANDS_MAX];
    int first_command, commands;
    struct reply reply[DESK_REPLIES_MAX];
    int first_reply, replies;
    struct engine_standing standing;

    /* set before the thread starts */
    const struct engine_plugs *plugs;
    struct wake wake;     /* of the desk's thread */
    struct wake *console; /* borrowed; NULL: nobody listens */
    /* Called on the desk's thread after a command changed something; `reloaded` after the config
     * was asked for, with why it was refused (NULL: taken). */
    void (*changed)(void *ctx);
    void (*reloaded)(void *ctx, const struct err *why);
    /* A stop or pause on a shared record: kept until the record was told; NULL: embedded. */
    bool (*owe)(void *ctx, const struct command *c);
    bool (*owes)(void *ctx, struct command *ret);
    void (*paid)(void *ctx, const struct command *c);
    void *ctx;
    pthread_t thread;
    bool made; /* lock and wake are there */
    bool running;
};

/* Makes the desk in place and starts its thread. desk_done() after it, also when it failed. */
bool desk_start(struct desk *d, struct err *err);
/* Carries out what was handed in, ends the thread. Safe when it never started. */
void desk_stop(struct desk *d);
void desk_done(struct desk *d);
/* The frame of a command: *ret is made for it; false with err when it is none of this table's
 * (`known`; `what` says so) or nobody is named who asks. */
bool desk_accept(const struct command *command, bool known, const char *what, struct reply *ret,
                 struct err *err);
/* Its end: a command that was not carried out says why. */
void desk_answer(struct reply *reply, const struct err *err);
/* Publishes a new standing; wakes the console when it differs from the last. Any thread. */
void desk_stand(struct desk *d, const struct engine_standing *standing);

#endif
