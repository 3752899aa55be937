/* Broken if this fails: after a crash a letter that may have been sent would be sent again, one
 * that was never begun would be lost, or a machine with a wiped or damaged journal would go on as
 * if nothing had happened. */
#include "unit/cases.h"

#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"
#include "fake/scratch.h"
#include "store/journal.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { IDS = 300 };

struct scene {
    struct scratch s;
    struct err err;
    char path[SCRATCH_PATH_MAX];
    struct journal *j;
    struct uuid id[IDS];
};

static void open_it(struct scene *c)
{
    if (!journal_open(c->path, &c->j, &c->err))
        fail_msg("%s", c->err.text);
}

static void reopen(struct scene *c)
{
    journal_close(c->j);
    open_it(c);
}

static int begin(void **state)
{
    struct scene *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    scratch_init(&c->s);
    (void)str_copy(c->path, sizeof c->path, scratch_path(&c->s, "journal.db"));
    for (int i = 0; i < IDS; i++)
        c->id[i] = uuid_from_bytes(&i, sizeof i);
    open_it(c);
    *state = c;
    return 0;
}

static int end(void **state)
{
    struct scene *c = *state;
    journal_close(c->j);
    scratch_done(&c->s);
    free(c);
    return 0;
}

static int64_t number(struct scene *c, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_open(c->path, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return n;
}

static struct send_verdict verdict_of(struct uuid id, enum send_state state)
{
    struct send_verdict v = {.id = id, .state = state, .code = 250, .retry_at_us = 77};
    (void)str_copy(v.reason, sizeof v.reason, "queued as 4711");
    memset(v.sha256, 'a', 64);
    return v;
}

static enum journal_fact fact(struct scene *c, struct uuid id, struct send_verdict *ret)
{
    struct send_verdict none;
    enum journal_fact f = JOURNAL_NOTHING;
    if (!journal_find(c->j, id, &f, ret != NULL ? ret : &none, &c->err))
        fail_msg("%s", c->err.text);
    return f;
}

static void tell(struct scene *c, struct uuid id, enum send_state state)
{
    struct send_verdict v = verdict_of(id, state);
    assert_true(journal_verdicts(c->j, &v, 1, 20, &c->err));
}

/* --- who this machine is -----------------------------------------------------------------------*/

static void the_identity_lasts_as_long_as_the_file(void **state)
{
    struct scene *c = *state;
    struct uuid first = journal_engine(c->j);
    struct stat st;
    assert_false(uuid_is_zero(first));
    reopen(c);
    assert_true(uuid_equal(journal_engine(c->j), first));
    assert_int_equal(stat(c->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct journal *second;
    assert_true(journal_open(c->path, &second, &c->err));
    assert_true(uuid_equal(journal_engine(second), first));
    journal_close(second);
    journal_close(c->j);
    assert_int_equal(unlink(c->path), 0);
    open_it(c);
    assert_false(uuid_equal(journal_engine(c->j), first)); /* wiped: another engine */
}

static void each_start_is_counted(void **state)
{
    struct scene *c = *state;
    for (int64_t i = 1; i <= 3; i++) {
        int64_t gen = 0;
        assert_true(journal_start(c->j, &gen, &c->err));
        assert_int_equal(gen, i);
        reopen(c);
    }
}

static void it_is_written_through_to_the_disk(void **state)
{
    struct scene *c = *state;
    assert_int_equal(number(c, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    assert_int_equal(number(c, "PRAGMA application_id"), 0x61704A4E);
}

/* --- facts -------------------------------------------------------------------------------------*/

static void facts_are_found_after_a_crash(void **state)
{
    struct scene *c = *state;
    struct send_verdict v;
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_NOTHING);
    assert_true(journal_intents(c->j, c->id, 3, 10, &c->err));
    tell(c, c->id[1], SEND_DEFERRED);
    tell(c, c->id[4], SEND_HELD); /* without an intent: it never came to its last step */
    /* Nothing is closed: what another handle finds is what a new process would. */
    struct journal *own = c->j;
    open_it(c);
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_INTENT);
    assert_int_equal(fact(c, c->id[1], &v), JOURNAL_VERDICT);
    assert_int_equal(v.state, SEND_DEFERRED);
    assert_int_equal(v.code, 250);
    assert_int_equal(v.retry_at_us, 77);
    assert_string_equal(v.reason, "queued as 4711");
    assert_int_equal(strlen(v.sha256), 64);
    assert_true(uuid_equal(v.id, c->id[1]));
    assert_int_equal(fact(c, c->id[2], NULL), JOURNAL_INTENT);
    assert_int_equal(fact(c, c->id[3], NULL), JOURNAL_NOTHING);
    assert_int_equal(fact(c, c->id[4], &v), JOURNAL_VERDICT);
    assert_int_equal(v.state, SEND_HELD);
    journal_close(own);
}

static void every_verdict_keeps_its_word(void **state)
{
    struct scene *c = *state;
    for (int s = 0; s < SEND_STATES; s++) {
        struct send_verdict v;
        tell(c, c->id[s], (enum send_state)s);
        assert_int_equal(fact(c, c->id[s], &v), JOURNAL_VERDICT);
        assert_int_equal(v.state, s);
    }
}

static void a_newer_fact_takes_the_place_of_the_older(void **state)
{
    struct scene *c = *state;
    struct send_verdict v;
    assert_true(journal_intents(c->j, c->id, 1, 10, &c->err));
    tell(c, c->id[0], SEND_QUEUED);
    /* Tried again before the authority was told: the old verdict is not this attempt's. */
    assert_true(journal_intents(c->j, c->id, 1, 30, &c->err));
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_INTENT);
    assert_int_equal(number(c, "SELECT attempt FROM letters"), 2);
    tell(c, c->id[0], SEND_SENT);
    assert_int_equal(fact(c, c->id[0], &v), JOURNAL_VERDICT);
    assert_int_equal(v.state, SEND_SENT);
    assert_int_equal(number(c, "SELECT count(*) FROM letters"), 1);
}

static void what_was_acknowledged_belongs_to_an_attempt_that_is_over(void **state)
{
    struct scene *c = *state;
    assert_true(journal_intents(c->j, c->id, 1, 10, &c->err));
    tell(c, c->id[0], SEND_DEFERRED);
    assert_true(journal_done(c->j, c->id, 1, 40, &c->err));
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_NOTHING); /* at once, in this handle */
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at IS NULL"), 1);
    /* It rides on the next commit, which here is the intent of the next attempt. */
    assert_true(journal_intents(c->j, c->id, 1, 50, &c->err));
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_INTENT);
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 40"), 1);
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at IS NULL"), 1);
}

static void acknowledgements_are_written_by_whatever_commits_next(void **state)
{
    struct scene *c = *state;
    int64_t gen;
    assert_true(journal_intents(c->j, c->id, 3, 10, &c->err));
    assert_true(journal_done(c->j, c->id, 1, 40, &c->err));
    tell(c, c->id[9], SEND_SENT);
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 40"), 1);
    assert_true(journal_done(c->j, c->id + 1, 1, 41, &c->err));
    assert_true(journal_trim(c->j, 0, &c->err));
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 41"), 1);
    assert_true(journal_done(c->j, c->id + 2, 1, 42, &c->err));
    reopen(c);
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 42"), 1);
    assert_true(journal_start(c->j, &gen, &c->err));
}

/* Two lanes: what one of them still has to write down is about its own attempt, however late. */
static void an_acknowledgement_does_not_reach_the_next_attempt(void **state)
{
    struct scene *c = *state;
    struct journal *other = NULL;
    struct send_verdict v = {0};
    enum journal_fact f = JOURNAL_NOTHING;
    assert_true(journal_open(c->path, &other, &c->err));
    assert_true(journal_intents(c->j, c->id, 1, 10, &c->err));
    tell(c, c->id[0], SEND_QUEUED);
    assert_true(journal_done(c->j, c->id, 1, 40, &c->err));
    assert_true(journal_intents(other, c->id, 1, 50, &c->err));
    assert_true(journal_intents(c->j, c->id + 1, 1, 60, &c->err)); /* it rides on this */
    assert_true(journal_find(other, c->id[0], &f, &v, &c->err));
    assert_int_equal(f, JOURNAL_INTENT);
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_INTENT);
    journal_close(other);
}

static void a_start_keeps_the_acknowledgements_that_wait(void **state)
{
    struct scene *c = *state;
    int64_t gen;
    assert_true(journal_intents(c->j, c->id, 1, 10, &c->err));
    assert_true(journal_done(c->j, c->id, 1, 40, &c->err));
    assert_true(journal_start(c->j, &gen, &c->err));
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 40"), 1);
    assert_int_equal(fact(c, c->id[0], NULL), JOURNAL_NOTHING);
}

static void more_acknowledgements_than_fit_are_written_at_once(void **state)
{
    struct scene *c = *state;
    assert_true(journal_intents(c->j, c->id, IDS, 10, &c->err));
    assert_true(journal_done(c->j, c->id, IDS, 40, &c->err));
    assert_true(number(c, "SELECT count(*) FROM letters WHERE done_at = 40") >= 200);
    for (int i = 0; i < IDS; i++)
        assert_int_equal(fact(c, c->id[i], NULL), JOURNAL_NOTHING);
    reopen(c);
    assert_int_equal(number(c, "SELECT count(*) FROM letters WHERE done_at = 40"), IDS);
}

static void only_what_was_acknowledged_is_forgotten(void **state)
{
    struct scene *c = *state;
    assert_true(journal_intents(c->j, c->id, 4, 10, &c->err));
    assert_true(journal_done(c->j, c->id, 1, 100, &c->err));
    assert_true(journal_done(c->j, c->id + 1, 1, 200, &c->err));
    tell(c, c->id[2], SEND_IN_DOUBT);
    assert_true(journal_trim(c->j, 150, &c->err));
    assert_int_equal(number(c, "SELECT count(*) FROM letters"), 3);
    assert_int_equal(fact(c, c->id[2], NULL), JOURNAL_VERDICT);
    assert_int_equal(fact(c, c->id[3], NULL), JOURNAL_INTENT);
    assert_true(journal_trim(c->j, INT64_MAX, &c->err));
    assert_int_equal(number(c, "SELECT count(*) FROM letters"), 2);
}

static void a_long_journal_is_forgotten_piece_by_piece(void **state)
{
    struct scene *c = *state;
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 "
                     "FROM n WHERE i < 12000) INSERT INTO letters (id, attempt, intent_at, "
                     "done_at) SELECT randomblob(16), 1, 1, i FROM n",
                     NULL, NULL, NULL),
        SQLITE_OK);
    (void)sqlite3_close(db);
    assert_true(journal_trim(c->j, 11001, &c->err));
    assert_int_equal(number(c, "SELECT count(*) FROM letters"), 1000);
}

/* --- crashes -----------------------------------------------------------------------------------*/

static void die_at(void *ctx, const char *name)
{
    if (str_equal(ctx, name))
        _exit(42);
}

/* All steps of one letter; a process dies in one of them. */
static void live(struct scene *c)
{
    struct journal *j = NULL;
    struct send_verdict v = verdict_of(c->id[0], SEND_SENT);
    int64_t gen;
    (void)(journal_open(c->path, &j, &c->err) && journal_start(j, &gen, &c->err) &&
           journal_intents(j, c->id, 1, 1, &c->err) && journal_verdicts(j, &v, 1, 2, &c->err) &&
           journal_done(j, c->id, 1, 3, &c->err));
    journal_close(j);
}

static void a_crash_leaves_each_fact_or_none_of_it(void **state)
{
    (void)state;
    static const struct {
        int line;
        char point[32];
        enum journal_fact fact;
        int64_t gen; /* of the next start */
    } cases[] = {
        {__LINE__, "journal_start_before", JOURNAL_NOTHING, 1},
        {__LINE__, "journal_start_after", JOURNAL_NOTHING, 2},
        {__LINE__, "journal_intents_before", JOURNAL_NOTHING, 2},
        {__LINE__, "journal_intents_after", JOURNAL_INTENT, 2},
        {__LINE__, "journal_verdicts_before", JOURNAL_INTENT, 2},
        {__LINE__, "journal_verdicts_after", JOURNAL_VERDICT, 2},
        {__LINE__, "journal_done_before", JOURNAL_VERDICT, 2},
        {__LINE__, "journal_done_after", JOURNAL_NOTHING, 2},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        void *scene;
        int64_t gen = 0;
        assert_int_equal(begin(&scene), 0);
        struct scene *c = scene;
        pid_t child = fork();
        if (child == 0) {
            fp_set_hook(die_at, (void *)cases[i].point);
            live(c);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        CHECK_AT(cases[i].line, WEXITSTATUS(status) == 42, "%s was not reached", cases[i].point);
        enum journal_fact f = fact(c, c->id[0], NULL);
        CHECK_AT(cases[i].line, f == cases[i].fact, "fact %d", f);
        assert_true(journal_start(c->j, &gen, &c->err));
        CHECK_AT(cases[i].line, gen == cases[i].gen, "start %d", (int)gen);
        (void)end(&scene);
    }
}

/* --- what is refused ---------------------------------------------------------------------------*/

static void overwrite(struct scene *c, off_t at, size_t len)
{
    char junk[4096];
    int fd = open(c->path, O_WRONLY);
    memset(junk, 0x7E, sizeof junk);
    assert_int_equal(pwrite(fd, junk, len, at), (ssize_t)len);
    (void)close(fd);
}

static void a_damaged_journal_is_refused(void **state)
{
    struct scene *c = *state;
    struct journal *j = NULL;
    assert_true(journal_intents(c->j, c->id, IDS, 10, &c->err));
    journal_close(c->j);
    c->j = NULL;
    overwrite(c, 0, 60);
    assert_false(journal_open(c->path, &j, &c->err));
    assert_int_equal(c->err.kind, ERR_STOP);
    assert_non_null(strstr(c->err.text, "nothing is sent"));
    assert_non_null(strstr(c->err.text, "in doubt"));
    assert_non_null(strstr(c->err.text, c->path));
}

static void damage_inside_is_found_when_an_engine_starts(void **state)
{
    struct scene *c = *state;
    int64_t gen = -1;
    assert_true(journal_intents(c->j, c->id, IDS, 10, &c->err));
    journal_close(c->j);
    c->j = NULL;
    struct stat st;
    assert_int_equal(stat(c->path, &st), 0);
    overwrite(c, st.st_size - 4096, 4096); /* the last page */
    assert_true(journal_open(c->path, &c->j, &c->err));
    assert_false(journal_start(c->j, &gen, &c->err));
    assert_int_equal(c->err.kind, ERR_STOP);
    assert_int_equal(gen, -1);
    assert_non_null(strstr(c->err.text, "nothing is sent"));
}

static void what_is_no_journal_is_left_alone(void **state)
{
    struct scene *c = *state;
    struct journal *j = NULL;
    struct buf bytes = buf_init(1000);
    scratch_write(&c->s, "text", "not a database at all, but long enough to be looked at");
    assert_false(journal_open(scratch_path(&c->s, "text"), &j, &c->err));
    assert_true(file_read(scratch_path(&c->s, "text"), &bytes, NULL));
    assert_true(str_starts(buf_text(&bytes), "not a database"));
    buf_done(&bytes);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(scratch_path(&c->s, "other.db"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE t (x)", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(db);
    assert_false(journal_open(scratch_path(&c->s, "other.db"), &j, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_false(journal_open("/proc/nowhere/journal.db", &j, &c->err));
    journal_close(NULL);
}

static void two_handles_on_one_file_see_each_others_facts(void **state)
{
    struct scene *c = *state;
    struct journal *second;
    enum journal_fact f;
    struct send_verdict v;
    assert_true(journal_open(c->path, &second, &c->err));
    for (int i = 0; i < 20; i++) { /* two lanes, one after the other */
        struct journal *one = i % 2 ? second : c->j;
        struct journal *two = i % 2 ? c->j : second;
        assert_true(journal_intents(one, &c->id[i], 1, i, &c->err));
        assert_true(journal_find(two, c->id[i], &f, &v, &c->err));
        assert_int_equal(f, JOURNAL_INTENT);
    }
    journal_close(second);
}

static void a_journal_in_memory_serves_several_handles(void **state)
{
    struct scene *c = *state;
    struct journal *a = NULL, *b = NULL;
    enum journal_fact f = JOURNAL_NOTHING;
    struct send_verdict v;
    assert_true(journal_open("file:journal?mode=memory&cache=shared", &a, &c->err));
    assert_true(journal_open("file:journal?mode=memory&cache=shared", &b, &c->err));
    assert_true(journal_intents(a, c->id, 1, 1, &c->err));
    journal_close(a); /* the lane dies; another one goes on */
    assert_true(journal_find(b, c->id[0], &f, &v, &c->err));
    assert_int_equal(f, JOURNAL_INTENT);
    journal_close(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

static void say(struct scene *c, const char *job, enum desired want)
{
    struct journal_stop stop = {.want = want, .workspace = "default", .actor = "ana"};
    (void)str_copy(stop.job, sizeof stop.job, job);
    assert_true(journal_owe(c->j, &stop, &c->err));
}

/* A stop that nobody could be told outlives the process; the last word about a job counts. */
static void a_stop_is_kept_until_it_was_told(void **state)
{
    struct scene *c = *state;
    struct journal_stop rows[4];
    struct journal_untold untold;
    int32_t n;
    say(c, "one", DESIRED_STOP);
    say(c, "two", DESIRED_STOP);
    say(c, "two", DESIRED_PAUSE);
    reopen(c);
    assert_true(journal_owed(c->j, rows, 4, &n, &c->err));
    assert_int_equal(n, 2);
    assert_string_equal(rows[0].job, "one");
    assert_int_equal(rows[0].want, DESIRED_STOP);
    assert_string_equal(rows[1].actor, "ana");
    assert_int_equal(rows[1].want, DESIRED_PAUSE);
    assert_true(journal_owed(c->j, rows, 1, &n, &c->err));
    assert_int_equal(n, 1);
    assert_true(journal_paid(c->j, "default", "one", &c->err));
    assert_true(journal_paid(c->j, "other", "two", &c->err)); /* another one's */
    assert_true(journal_look(c->path, &untold, &c->err));
    assert_int_equal(untold.stops, 1);
}

static void what_is_not_told_is_counted(void **state)
{
    struct scene *c = *state;
    struct journal_untold untold;
    struct send_verdict v[2] = {{.id = c->id[0], .state = SEND_SENT},
                                {.id = c->id[1], .state = SEND_SENT}};
    assert_true(journal_look(scratch_path(&c->s, "absent.db"), &untold, &c->err));
    assert_int_equal(untold.letters, 0);
    assert_true(journal_intents(c->j, c->id, 3, 1, &c->err));
    assert_true(journal_verdicts(c->j, v, 2, 2, &c->err));
    assert_true(journal_untold(c->j, &untold, &c->err));
    assert_int_equal(untold.letters, 2); /* of the third nothing is known that could be told */
    assert_true(journal_done(c->j, c->id, 1, 3, &c->err));
    assert_true(journal_flush(c->j, &c->err));
    assert_true(journal_look(c->path, &untold, &c->err));
    assert_int_equal(untold.letters, 1);
}

static void the_newest_timeline_of_each_server_is_kept(void **state)
{
    struct scene *c = *state;
    int64_t newest = 0;
    assert_true(journal_server(c->j, "71", 2, &newest, &c->err));
    assert_int_equal(newest, 2);
    reopen(c);
    assert_true(journal_server(c->j, "71", 1, &newest, &c->err));
    assert_int_equal(newest, 2);
    assert_true(journal_server(c->j, "71", 3, &newest, &c->err));
    assert_int_equal(newest, 3);
    assert_true(journal_server(c->j, "72", 1, &newest, &c->err));
    assert_int_equal(newest, 1);
}

/* Made by the version before: what it knows stays, and stops can be kept. */
static void an_older_journal_is_brought_up_to_date(void **state)
{
    struct scene *c = *state;
    struct uuid engine = journal_engine(c->j);
    struct journal_untold untold;
    sqlite3 *db;
    assert_true(journal_intents(c->j, c->id, 1, 1, &c->err));
    journal_close(c->j);
    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "DROP TABLE owed; DROP TABLE servers; PRAGMA user_version = 1",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    open_it(c);
    assert_true(uuid_equal(journal_engine(c->j), engine));
    say(c, "one", DESIRED_STOP);
    assert_true(journal_untold(c->j, &untold, &c->err));
    assert_int_equal(untold.stops, 1);
    enum journal_fact fact;
    struct send_verdict v;
    assert_true(journal_find(c->j, c->id[0], &fact, &v, &c->err));
    assert_int_equal(fact, JOURNAL_INTENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_identity_lasts_as_long_as_the_file),
        TEST(each_start_is_counted),
        TEST(it_is_written_through_to_the_disk),
        TEST(facts_are_found_after_a_crash),
        TEST(every_verdict_keeps_its_word),
        TEST(a_newer_fact_takes_the_place_of_the_older),
        TEST(what_was_acknowledged_belongs_to_an_attempt_that_is_over),
        TEST(acknowledgements_are_written_by_whatever_commits_next),
        TEST(an_acknowledgement_does_not_reach_the_next_attempt),
        TEST(a_start_keeps_the_acknowledgements_that_wait),
        TEST(more_acknowledgements_than_fit_are_written_at_once),
        TEST(only_what_was_acknowledged_is_forgotten),
        TEST(a_long_journal_is_forgotten_piece_by_piece),
        cmocka_unit_test(a_crash_leaves_each_fact_or_none_of_it),
        TEST(a_damaged_journal_is_refused),
        TEST(damage_inside_is_found_when_an_engine_starts),
        TEST(what_is_no_journal_is_left_alone),
        TEST(two_handles_on_one_file_see_each_others_facts),
        TEST(a_journal_in_memory_serves_several_handles),
        TEST(a_stop_is_kept_until_it_was_told),
        TEST(what_is_not_told_is_counted),
        TEST(an_older_journal_is_brought_up_to_date),
        TEST(the_newest_timeline_of_each_server_is_kept),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
