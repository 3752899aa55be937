/* pg_plant.h - a whole engine on a shared record, for benches: the program's own threads and
 * adapters; only the generator of reports is made up, it notes when it is entered. */
#ifndef BENCH_PG_PLANT_H
#define BENCH_PG_PLANT_H

#include "adapter/pg_link.h"
#include "unit/engine/plant.h"

enum { PG_PLANT_MOST = 20000 };

struct pg_plant {
    struct plant plant; /* first: the ctx of the plugs */
    const char *url;
    struct pg_link *side;
    struct err err;
    pthread_mutex_t lock; /* guards what follows */
    int64_t begun_us[PG_PLANT_MOST];
    int begun, want;
};

/* The record at url is brought up to date, and has a workspace. Ends the program when it can't. */
struct pg_plant *pg_plant_new(const char *url);
void pg_plant_free(struct pg_plant *p);
/* Ends the program with the error unless ok. */
void pg_plant_must(const struct pg_plant *p, bool ok);
/* A link of its own; the caller's. */
struct pg_link *pg_plant_link(struct pg_plant *p);

/* From now on reports are counted; so many are to begin. */
void pg_plant_expect(struct pg_plant *p, int want);
/* Waits until they have begun; at most a minute. Their instants are in begun_us, in order. */
void pg_plant_begun(struct pg_plant *p, struct engine *e);
/* Waits until the engine has told all ends. */
void pg_plant_told(struct pg_plant *p, struct engine *e);

#endif
