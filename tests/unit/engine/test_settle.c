/* test_settle.c - if this fails, a crash makes a letter go twice, leaves one claimed for ever, or
 * calls one in doubt that could have been known. */
#include "engine/settle.h"

#include "base/str.h"
#include "fake/fake_clock.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

/* --- the table ------------------------------------------------------------------------------ */

#define NOTHING JOURNAL_NOTHING, SEND_STATES
#define INTENT JOURNAL_INTENT, SEND_STATES
#define VERDICT(state) JOURNAL_VERDICT, state

enum asked { UNKNOWN, THERE, NOT_THERE };

static const struct {
    int line;
    enum send_state row;
    enum journal_fact fact;
    enum send_state journalled;
    enum mail_mode mode, sink;
    enum asked asked;
    enum send_state want; /* SEND_STATES: the row is left */
} table[] = {
    /* It never began: it may be sent, whatever the row says meanwhile. */
    {__LINE__, SEND_CLAIMED, NOTHING, MODE_DRYRUN, MODE_DRYRUN, UNKNOWN, SEND_QUEUED},
    {__LINE__, SEND_CLAIMED, NOTHING, MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_QUEUED},
    {__LINE__, SEND_IN_DOUBT, NOTHING, MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_QUEUED},
    {__LINE__, SEND_CLAIMED, NOTHING, MODE_MAILDIR, MODE_DRYRUN, UNKNOWN, SEND_QUEUED},
    /* It began: the sink is asked. */
    {__LINE__, SEND_CLAIMED, INTENT, MODE_DRYRUN, MODE_DRYRUN, THERE, SEND_SIMULATED},
    {__LINE__, SEND_CLAIMED, INTENT, MODE_DRYRUN, MODE_DRYRUN, NOT_THERE, SEND_QUEUED},
    {__LINE__, SEND_CLAIMED, INTENT, MODE_MAILDIR, MODE_MAILDIR, THERE, SEND_SENT},
    {__LINE__, SEND_CLAIMED, INTENT, MODE_MAILDIR, MODE_MAILDIR, NOT_THERE, SEND_QUEUED},
    {__LINE__, SEND_COMMITTING, INTENT, MODE_MAILDIR, MODE_MAILDIR, THERE, SEND_SENT},
    {__LINE__, SEND_IN_DOUBT, INTENT, MODE_MAILDIR, MODE_MAILDIR, THERE, SEND_SENT},
    {__LINE__, SEND_IN_DOUBT, INTENT, MODE_MAILDIR, MODE_MAILDIR, NOT_THERE, SEND_QUEUED},
    /* It began, and nobody can know. */
    {__LINE__, SEND_CLAIMED, INTENT, MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_IN_DOUBT},
    {__LINE__, SEND_COMMITTING, INTENT, MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_IN_DOUBT},
    {__LINE__, SEND_IN_DOUBT, INTENT, MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_IN_DOUBT},
    /* It began with a sink that is not here: the row waits for that mode's return. */
    {__LINE__, SEND_CLAIMED, INTENT, MODE_DRYRUN, MODE_SMTP, UNKNOWN, SEND_STATES},
    {__LINE__, SEND_CLAIMED, INTENT, MODE_SMTP, MODE_DRYRUN, UNKNOWN, SEND_STATES},
    /* It is known what became of it. */
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_SENT), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_SENT},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_SENT), MODE_SMTP, MODE_DRYRUN, UNKNOWN, SEND_SENT},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_SIMULATED), MODE_DRYRUN, MODE_DRYRUN, NOT_THERE,
     SEND_SIMULATED},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_REJECTED), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_REJECTED},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_DEFERRED), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_DEFERRED},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_QUEUED), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_QUEUED},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_HELD), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_HELD},
    {__LINE__, SEND_CLAIMED, VERDICT(SEND_IN_DOUBT), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_IN_DOUBT},
    {__LINE__, SEND_IN_DOUBT, VERDICT(SEND_SENT), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_SENT},
    {__LINE__, SEND_IN_DOUBT, VERDICT(SEND_REJECTED), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_REJECTED},
    /* In doubt can't become held; it is released and held when it is written again. */
    {__LINE__, SEND_IN_DOUBT, VERDICT(SEND_HELD), MODE_SMTP, MODE_SMTP, UNKNOWN, SEND_QUEUED},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(table); i++) {
        struct settle_case c = {.fact = table[i].fact,
                                .state = table[i].row,
                                .mode = table[i].mode,
                                .sink = table[i].sink,
                                .known = table[i].asked != UNKNOWN,
                                .there = table[i].asked == THERE};
        struct send_verdict journalled = {.state = table[i].journalled, .code = 42};
        struct send_verdict got = {.state = SEND_STATES};
        bool decided = settle_decide(&c, &journalled, &got);
        CHECK_AT(table[i].line, decided == (table[i].want != SEND_STATES), "decided: %d", decided);
        CHECK_AT(table[i].line, got.state == table[i].want, "told %s", send_state_name(got.state));
        if (table[i].fact == JOURNAL_VERDICT)
            CHECK_AT(table[i].line, got.code == 42, "the verdict's details are lost");
        bool allowed =
            got.state == table[i].row || !decided || send_move_allowed(table[i].row, got.state);
        CHECK_AT(table[i].line, allowed, "the ledger does not allow it");
    }
}

/* --- the run -------------------------------------------------------------------------------- */

enum { ROWS = 1300 };

/* An authority that knows only open rows, and a sink that knows only which letters are there. */
struct bench {
    struct authority authority; /* first */
    struct authority_ops authority_ops;
    struct send_open rows[ROWS];
    enum send_state told[ROWS];
    int32_t row_count;
    int32_t opens, ends, finds;
    int32_t fail_open_at, fail_end_at, fail_find_at; /* the call that fails; 0 none */
    bool end_lost;                                   /* it fails after it was done */

    struct {
        struct mail port; /* first */
        struct mail_ops ops;
        struct bench *bench;
    } mail;
    bool there[ROWS];

    struct fake_clock clock;
    struct journal *journal;
    struct lane_ports ports;
};

static struct uuid id_of(int32_t i)
{
    return uuid_from_bytes(&i, sizeof i);
}

static int32_t index_of(const struct bench *b, struct uuid id)
{
    for (int32_t i = 0; i < ROWS; i++)
        if (uuid_equal(b->rows[i].id, id))
            return i;
    fail_msg("an unknown letter");
    return -1;
}

static bool sends_open(struct authority *a, struct uuid engine, const struct uuid *job,
                       struct send_open *rows, int32_t max, int32_t *ret_count, struct err *err)
{
    struct bench *b = (struct bench *)a;
    assert_true(uuid_equal(engine, b->ports.engine));
    assert_null(job);
    if (++b->opens == b->fail_open_at)
        return err_set(err, ERR_RETRY, "bench: no answer");
    *ret_count = 0;
    for (int32_t i = 0; i < b->row_count && *ret_count < max; i++)
        if (b->told[i] == SEND_STATES)
            rows[(*ret_count)++] = b->rows[i];
    return true;
}

static bool sends_end(struct authority *a, struct uuid engine, const struct send_verdict *verdicts,
                      int32_t count, struct err *err)
{
    struct bench *b = (struct bench *)a;
    assert_true(uuid_equal(engine, b->ports.engine));
    assert_true(count > 0 && count <= MAIL_BATCH_MAX);
    bool fails = ++b->ends == b->fail_end_at;
    for (int32_t i = 0; i < count && !(fails && !b->end_lost); i++)
        b->told[index_of(b, verdicts[i].id)] = verdicts[i].state;
    return !fails || err_set(err, ERR_RETRY, "bench: no answer");
}

static bool find(struct mail *m, struct uuid id, bool *ret_known, bool *ret_there, struct err *err)
{
    struct bench *b = ((struct bench *)((char *)m - offsetof(struct bench, mail)));
    if (++b->finds == b->fail_find_at)
        return err_set(err, ERR_STOP, "bench: the sink is gone");
    *ret_known = m->ops->mode != MODE_SMTP;
    *ret_there = b->there[index_of(b, id)];
    return true;
}

static struct bench *make(int32_t rows, enum mail_mode mode)
{
    struct bench *b = calloc(1, sizeof *b);
    struct err err = {0};
    assert_non_null(b);
    fake_clock_init(&b->clock);
    if (!journal_open(":memory:", &b->journal, &err))
        fail_msg("%s", err.text);
    b->row_count = rows;
    for (int32_t i = 0; i < ROWS; i++) {
        b->rows[i] = (struct send_open){.id = id_of(i), .mode = mode, .state = SEND_CLAIMED};
        b->told[i] = SEND_STATES;
    }
    b->authority_ops = (struct authority_ops){.sends_open = sends_open, .sends_end = sends_end};
    b->authority.ops = &b->authority_ops;
    b->mail.ops = (struct mail_ops){.mode = mode, .find = find};
    b->mail.port.ops = &b->mail.ops;
    b->mail.bench = b;
    b->ports = (struct lane_ports){.authority = &b->authority,
                                   .journal = b->journal,
                                   .mail = &b->mail.port,
                                   .clock = &b->clock.port,
                                   .engine = journal_engine(b->journal)};
    return b;
}

static void end(struct bench *b)
{
    journal_close(b->journal);
    free(b);
}

static void intend(struct bench *b, int32_t i)
{
    struct uuid id = id_of(i);
    assert_true(journal_intents(b->journal, &id, 1, b->clock.now, NULL));
}

static void settle(struct bench *b, struct settle_sum *ret)
{
    struct err err = {0};
    if (!settle_run(&b->ports, NULL, ret, &err))
        fail_msg("%s", err.text);
}

static void test_nothing_open(void **state)
{
    (void)state;
    struct bench *b = make(0, MODE_DRYRUN);
    struct settle_sum sum;
    settle(b, &sum);
    assert_int_equal(sum.seen, 0);
    assert_int_equal(b->ends, 0);
    end(b);
}

/* More rows than one look and one batch hold. */
static void test_many(void **state)
{
    (void)state;
    struct bench *b = make(ROWS, MODE_DRYRUN);
    struct settle_sum sum;
    for (int32_t i = 0; i < ROWS; i += 13)
        intend(b, i);
    for (int32_t i = 0; i < ROWS; i += 26)
        b->there[i] = true;
    settle(b, &sum);
    assert_int_equal(sum.seen, ROWS);
    assert_int_equal(sum.delivered, ROWS / 26);
    assert_int_equal(sum.released, ROWS - ROWS / 26);
    assert_int_equal(b->finds, ROWS / 13);
    for (int32_t i = 0; i < ROWS; i++)
        assert_int_equal(b->told[i], i % 26 == 0 ? SEND_SIMULATED : SEND_QUEUED);
    end(b);
}

/* Verdicts of the journal reach the ledger with all that was known. */
static void test_reported(void **state)
{
    (void)state;
    struct bench *b = make(3, MODE_SMTP);
    struct settle_sum sum;
    struct send_verdict v[3] = {
        {.id = id_of(0), .state = SEND_SENT, .code = 250},
        {.id = id_of(1), .state = SEND_DEFERRED, .code = 451, .retry_at_us = 77},
        {.id = id_of(2), .state = SEND_REJECTED, .code = 550},
    };
    for (int32_t i = 0; i < 3; i++)
        intend(b, i);
    assert_true(journal_verdicts(b->journal, v, 3, b->clock.now, NULL));
    settle(b, &sum);
    assert_int_equal(b->told[0], SEND_SENT);
    assert_int_equal(b->told[1], SEND_DEFERRED);
    assert_int_equal(b->told[2], SEND_REJECTED);
    assert_int_equal(sum.other, 2);
    assert_int_equal(b->finds, 0);
    end(b);
}

/* What was decided is in the journal before it is reported: a lost answer changes nothing. */
static void test_lost_answer(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        struct bench *b = make(120, MODE_SMTP);
        struct settle_sum sum;
        struct err err = {0};
        for (int32_t i = 0; i < 120; i += 2)
            intend(b, i);
        b->fail_end_at = 2;
        b->end_lost = lost == 1;
        assert_false(settle_run(&b->ports, NULL, &sum, &err));
        assert_int_equal(err.kind, ERR_RETRY);
        settle(b, &sum);
        for (int32_t i = 0; i < 120; i++)
            assert_int_equal(b->told[i], i % 2 == 0 ? SEND_IN_DOUBT : SEND_QUEUED);
        enum journal_fact fact;
        struct send_verdict v;
        assert_true(journal_find(b->journal, id_of(0), &fact, &v, NULL));
        assert_int_equal(fact, JOURNAL_VERDICT);
        assert_int_equal(v.state, SEND_IN_DOUBT);
        end(b);
    }
}

static void test_failures(void **state)
{
    (void)state;
    struct bench *b = make(10, MODE_MAILDIR);
    struct settle_sum sum;
    struct err err = {0};
    for (int32_t i = 0; i < 10; i++)
        intend(b, i);
    b->fail_open_at = 1;
    assert_false(settle_run(&b->ports, NULL, &sum, &err));
    b->fail_find_at = 4;
    assert_false(settle_run(&b->ports, NULL, &sum, &err));
    assert_string_equal(err.text, "bench: the sink is gone");
    assert_int_equal(b->ends, 0);
    settle(b, &sum);
    assert_int_equal(sum.released, 10);
    end(b);
}

/* Rows of a mode that is not here are left, and do not make it turn in circles. */
static void test_other_mode(void **state)
{
    (void)state;
    struct bench *b = make(ROWS, MODE_DRYRUN);
    struct settle_sum sum;
    for (int32_t i = 0; i < ROWS; i++) {
        b->rows[i].mode = MODE_SMTP;
        intend(b, i);
    }
    b->rows[5].mode = MODE_DRYRUN;
    settle(b, &sum);
    assert_int_equal(sum.seen, 1);
    assert_true(sum.left > 0);
    assert_int_equal(b->told[5], SEND_QUEUED);
    assert_int_equal(b->told[6], SEND_STATES);
    assert_true(b->opens <= 3);
    end(b);
}

/* A row that a takeover put in doubt and about which nothing better is known stays in doubt. */
static void test_doubt_stays(void **state)
{
    (void)state;
    struct bench *b = make(2, MODE_SMTP);
    struct settle_sum sum;
    b->rows[0].state = b->rows[1].state = SEND_IN_DOUBT;
    intend(b, 0);
    settle(b, &sum);
    assert_int_equal(b->told[0], SEND_IN_DOUBT); /* so that it need not be asked again */
    assert_int_equal(b->told[1], SEND_QUEUED);
    assert_int_equal(sum.seen, 1);
    /* Not acknowledged: what it knows stays, should anybody ask after all. */
    enum journal_fact fact;
    struct send_verdict v;
    assert_true(journal_find(b->journal, id_of(0), &fact, &v, NULL));
    assert_int_equal(fact, JOURNAL_VERDICT);
    assert_int_equal(v.state, SEND_IN_DOUBT);
    end(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),       cmocka_unit_test(test_nothing_open),
        cmocka_unit_test(test_many),        cmocka_unit_test(test_reported),
        cmocka_unit_test(test_lost_answer), cmocka_unit_test(test_failures),
        cmocka_unit_test(test_other_mode),  cmocka_unit_test(test_doubt_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
