/* record_lab.h - a record on disk with an authority, for tests of what reads it: jobs are made,
 * leads found and letters decided in a line each, on a clock that only the test moves. Every call
 * ends the test when it is refused. */
#ifndef UNIT_STORE_RECORD_LAB_H
#define UNIT_STORE_RECORD_LAB_H

#include "fake/fake_clock.h"
#include "fake/scratch.h"
#include "port/authority.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct record_lab {
    struct scratch scratch;
    char path[SCRATCH_PATH_MAX];
    struct fake_clock clock;
    struct authority *a;
    struct db *db; /* reads */
    struct uuid engine;
    struct arena arena;
    struct lease lease; /* of the job at work */
    struct plan *plan;
    int32_t group_no, term_no; /* at work */
    struct send_grant grant;
    struct search_taken taken;
    struct err err;
    int32_t pages; /* found so far: each has an address of its own */
};

void lab_init(struct record_lab *l);
void lab_done(struct record_lab *l);
/* Its second half: closes what is open, leaves the files. */
void lab_close(struct record_lab *l);
void lab_reopen(struct record_lab *l);

/* groups: "g1:t1,t2 g2:t3"; distribution random, template "letter". */
struct uuid lab_job(struct record_lab *l, const char *workspace, const char *name,
                    const char *groups, int32_t loop_interval, int32_t max);
void lab_control(struct record_lab *l, const char *workspace, const char *name, enum control what,
                 enum mail_mode mode);
/* Takes a job that wants to run, and makes moves until there is work. */
void lab_take(struct record_lab *l, enum mail_mode mode);
/* Makes moves; false when the job came to its end. */
bool lab_work(struct record_lab *l);
void lab_release(struct record_lab *l, enum job_state state);
/* A page with these addresses (blanks between them) for the term at work. */
void lab_find(struct record_lab *l, const char *addresses);
/* Claims up to count letters and decides them all in this way; returns how many. */
int32_t lab_send(struct record_lab *l, int32_t count, enum send_state state);
/* Claims without a verdict. */
int32_t lab_claim(struct record_lab *l, int32_t count);

/* Runs SQL on the file behind everybody's back. */
void lab_sql(struct record_lab *l, const char *sql);
/* The number that a query gives. */
int64_t lab_number(struct record_lab *l, const char *sql);
/* The text that a query gives; borrowed until the next call. */
const char *lab_text(struct record_lab *l, const char *sql);

#endif
