/* plant.h - a whole engine on a data directory of its own: real threads, clock, record, journal
 * and Maildir; only what a search finds and what pages say is made up. One job, "sample". */
#ifndef ENGINE_PLANT_H
#define ENGINE_PLANT_H

#include "engine/engine.h"
#include "fake/fake_world.h"
#include "fake/scratch.h"

#include <pthread.h>

struct plant {
    struct scratch dir;
    struct fake_world world;
    struct engine_plugs plugs;
    struct wake console;

    pthread_mutex_t lock; /* guards what follows */
    struct settings settings;
    struct settings next;  /* taken at the next reload */
    struct err reload_why; /* set: the next reload is refused */
    int reloads;
    struct err journal_why; /* set: it can't be opened */
    struct err mail_why;
    int authority_failures; /* so many times the record can't be opened */
    bool letters_blocked;   /* writing a letter never ends: for a process that will be killed */
    bool authority_blocked; /* until plant_unblock(): opening it takes that long */
    pthread_cond_t unblocked;
};

/* The directory, and in it a record with the job: equitable, 2 groups of 3 terms, 5 and 12. */
void plant_init(struct plant *p);
void plant_done(struct plant *p);
void plant_unblock(struct plant *p);

/* One more job, like the first. */
void plant_put(struct plant *p, const char *name);
/* An operator's command on a handle of its own, as a sub-command of another process would do it.
 */
void plant_control(struct plant *p, enum control what);
void plant_control_of(struct plant *p, const char *name, enum control what);
/* The job, as the record has it now. */
enum job_state plant_state(struct plant *p);
int64_t plant_total(struct plant *p);  /* letters that hold a place */
int64_t plant_queued(struct plant *p); /* letters that wait */
/* Files in the outbox. */
int plant_letters(struct plant *p);

/* Waits until ok() says so; fails the test after a minute. Looks whenever the engine or the
 * console is woken, and now and then besides. */
void plant_wait(struct plant *p, struct engine *e, bool (*ok)(struct plant *p, struct engine *e));
struct engine *plant_start(struct plant *p, enum engine_role role);
void plant_stop(struct engine *e);

/* Sets a reason for a failure; NULL takes it back. Any of the errs above. */
void plant_break(struct plant *p, struct err *which, enum err_kind kind, const char *text);

#endif
