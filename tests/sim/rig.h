/* rig.h - one lane with everything it needs, in a world without accidents: for tests that ask what
 * the real lane code does when nothing goes wrong. */
#ifndef RIG_H
#define RIG_H

#include "contract/contract.h"
#include "engine/lane.h"
#include "fake/fake_clock.h"
#include "fake/fake_log.h"
#include "fake/fake_mail.h"
#include "fake/fake_pages.h"
#include "fake/fake_search.h"

struct rig {
    const struct ct_maker *maker;
    void *record;
    struct fake_clock clock;
    struct fake_world world;
    struct fake_search search;
    struct fake_pages pages;
    struct fake_mail mail;
    struct fake_sink sink;
    struct fake_log log;
    struct settings settings;
    struct authority *authority;
    struct journal *journal;
    struct lane *lane;
    struct err err;
};

/* Set maker and world first. Fails the test when something can't be made. */
void rig_open(struct rig *r, enum mail_mode mode);
void rig_close(struct rig *r);
/* Puts the job and wants it to run. */
struct uuid rig_start(struct rig *r, const struct job_def *def);
/* Runs the lane until the job comes to this end, with time passing as the lane wants it. */
void rig_run_to(struct rig *r, enum lane_end end);

#endif
