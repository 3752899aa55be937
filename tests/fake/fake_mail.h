/* fake_mail.h - the mail port over a sink that remembers each letter it accepted. The sink outlives
 * the port, as a mail server outlives an engine: what was accepted stays accepted. */
#ifndef FAKE_MAIL_H
#define FAKE_MAIL_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/job.h"
#include "fake/fake_world.h"
#include "port/authority.h"
#include "port/mail.h"

#include <stdbool.h>
#include <stdint.h>

/* One letter, by its id, however often it was offered. */
struct fake_letter {
    struct uuid id;
    char address[ADDRESS_MAX + 1];
    int32_t offered;  /* took its last step so often */
    int32_t accepted; /* more than once is what must never happen */
    int64_t order;    /* the how-manieth that was accepted, from 1; 0 not yet */
};

struct fake_sink {
    struct fake_letter *letters;
    int32_t count, cap;
    int32_t *slots; /* hash table of indexes into letters, -1 free */
    int32_t slot_count;
    int64_t accepted; /* letters in all, repetitions counted */
    int64_t repeated; /* of these, repetitions */
    bool spent;       /* out of memory: tests must look */
};

void fake_sink_init(struct fake_sink *s);
void fake_sink_done(struct fake_sink *s);
/* The letter with this id; NULL when none was ever offered. Borrowed until the next is offered. */
const struct fake_letter *fake_sink_find(const struct fake_sink *s, struct uuid id);

enum fake_step { FAKE_TAKEN, FAKE_ASKED, FAKE_ALLOWED, FAKE_DECIDED };

struct fake_mail {
    struct mail port; /* first: hand out &mail.port */
    struct mail_ops ops;
    struct fake_sink *sink;
    const struct fake_world *world;
    bool can_find;         /* the sink can be asked by key (a Maildir); set for dryrun, maildir */
    bool give_in;          /* a letter that was put off is accepted when it is offered again */
    int32_t ask_most;      /* so many ids in one MAIL_ASK; 0: the whole batch */
    int32_t fail_submit;   /* so many calls of submit() fail with ERR_RETRY */
    int32_t fail_next;     /* so many calls of next() fail with ERR_STOP */
    int32_t nothing_every; /* each so-manieth next() answers MAIL_NOTHING; 0: none does */
    int32_t doubt_next;    /* so many letters are accepted but answered with IN_DOUBT */
    int32_t release_next;  /* so many letters are answered with QUEUED, certainly not sent */
    /* What happened, for tests. */
    int32_t submits, nexts, allows, drops, finds;
    int32_t not_allowed; /* letters that were dropped or replaced without having been allowed */
    /* The batch under way. */
    int32_t count;
    struct {
        struct uuid id;
        char to[ADDRESS_MAX + 1];
        enum fake_step step;
    } batch[MAIL_BATCH_MAX];
};

/* free() of the port does nothing: the caller owns the struct. */
void fake_mail_init(struct fake_mail *m, enum mail_mode mode, struct fake_sink *sink,
                    const struct fake_world *world);
/* Letters that were allowed reach the sink though nobody asks for their verdicts any more (their
 * engine died): at most so many. */
void fake_mail_finish(struct fake_mail *m, int32_t most);

/* Writes a letter as the engine's plug does: ERR_REFUSED for people whom the world holds. */
bool fake_letter_write(const struct fake_world *w, const struct template_def *template,
                       const struct send_row *row, const char *group, const char *term,
                       struct buf *out, struct err *err);

#endif
