/* Broken if this fails: what the contract can't see of the embedded authority. A command that dies
 * or meets a full disk could be done by halves, processes could get in each other's way, counters
 * and the documents' columns could drift from the ledger. (What every authority promises is in
 * tests/contract.) */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "adapter/authority_sqlite.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fp.h"
#include "base/str.h"
#include "store/verify.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int begin(void **state)
{
    struct record_lab *l = calloc(1, sizeof *l);
    if (l == NULL)
        return -1;
    lab_init(l);
    *state = l;
    return 0;
}

static int end(void **state)
{
    lab_done(*state);
    free(*state);
    return 0;
}

static void keep_first(void *ctx, const struct verify_line *v)
{
    char *text = ctx;
    if (v->broken > 0 && text[0] == '\0')
        (void)str_format(text, 400, "%s: %s: %s", v->name, v->sentence, v->example);
}

static void assert_sound(struct record_lab *l)
{
    char text[400] = "";
    int32_t broken = 0;
    if (!verify_run(l->db, false, keep_first, text, &broken, &l->err))
        fail_msg("%s", l->err.text);
    if (broken > 0)
        fail_msg("%s", text);
}

/* A job at work with three leads. */
static struct uuid at_work(struct record_lab *l, enum mail_mode mode)
{
    struct uuid job = lab_job(l, "acme", "job", "g1:a,b g2:c", 5, 6);
    lab_control(l, "acme", "job", CONTROL_START, mode);
    lab_take(l, mode);
    lab_find(l, "a@a.example b@b.example c@c.example");
    return job;
}

/* --- a command is done as a whole or not at all ------------------------------------------------*/

/* Everything that is in the record, as one number. */
static uint64_t digest(struct record_lab *l)
{
    sqlite3 *c = NULL;
    sqlite3_stmt *tables = NULL;
    uint64_t hash = 1;
    assert_int_equal(sqlite3_open(l->path, &c), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(c,
                                        "SELECT 'SELECT * FROM ' || name FROM sqlite_schema "
                                        "WHERE type = 'table' ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        sqlite3_stmt *rows = NULL;
        const char *sql = (const char *)sqlite3_column_text(tables, 0);
        assert_int_equal(sqlite3_prepare_v2(c, sql, -1, &rows, NULL), SQLITE_OK);
        while (sqlite3_step(rows) == SQLITE_ROW)
            for (int i = 0; i < sqlite3_column_count(rows); i++) {
                const void *bytes = sqlite3_column_blob(rows, i);
                int len = sqlite3_column_bytes(rows, i);
                hash = str_hash(bytes != NULL ? bytes : "", (size_t)len, hash + 1);
            }
        (void)sqlite3_finalize(rows);
    }
    (void)sqlite3_finalize(tables);
    (void)sqlite3_close(c);
    return hash;
}

static const struct template_def spare = {"spare", "Hello", "Dear you", NULL};

static void do_hello(struct record_lab *l)
{
    struct engine_card card = {l->engine, 2, "eu-1", 900, "0.1"};
    (void)l->a->ops->hello(l->a, &card, &l->err);
}

static void do_acquire(struct record_lab *l)
{
    bool found;
    struct lease lease;
    (void)l->a->ops->job_acquire(l->a, uuid_from_bytes("other", 5), MODE_SMTP, (struct uuid){0},
                                 &lease, &found, &l->err);
}

static void do_acquire_one(struct record_lab *l)
{
    struct lease lease;
    const struct job_ref ref = {"acme", "job"};
    (void)l->a->ops->job_acquire_one(l->a, uuid_from_bytes("other", 5), MODE_SMTP, &ref, &lease,
                                     &l->err);
}

static void do_renew(struct record_lab *l)
{
    struct progress p;
    fake_clock_pass(&l->clock, US_PER_S);
    (void)l->a->ops->lease_renew(l->a, &l->lease, &p, &l->err);
}

static void do_release(struct record_lab *l)
{
    struct release how = {JOB_RUNNING, 0, ""};
    (void)l->a->ops->lease_release(l->a, &l->lease, &how, &l->err);
}

static void do_move(struct record_lab *l)
{
    struct move move = {.kind = MOVE_TERM_END, .term_end = TERM_EXHAUSTED};
    (void)l->a->ops->job_load(l->a, l->lease.job, &l->arena, &l->plan, &l->err);
    for (int32_t g = 0; g < l->plan->group_count; g++)
        if (l->plan->groups[g].group_no == l->group_no)
            move.group = g;
    for (int32_t t = 0; t < l->plan->term_count; t++)
        if (l->plan->terms[t].term_no == l->term_no)
            move.term = t;
    (void)l->a->ops->job_move(l->a, &l->lease, l->plan, &move, 0, &l->err);
}

static void do_search(struct record_lab *l)
{
    lab_find(l, "x@x.example y@y.example");
}

static void do_search_failed(struct record_lab *l)
{
    (void)l->a->ops->search_failed(l->a, &l->lease, l->group_no, l->term_no, "no answer", &l->err);
}

static void do_exchange(struct record_lab *l)
{
    struct send_verdict v = {.id = l->grant.rows[0].id, .state = SEND_SENT};
    struct send_want want = {.group_no = l->group_no, .term_no = l->term_no, .count = 2};
    (void)l->a->ops->sends_exchange(l->a, &l->lease, &v, 1, &want, &l->grant, &l->err);
}

static void do_end(struct record_lab *l)
{
    struct send_verdict v = {.id = l->grant.rows[0].id, .state = SEND_DEFERRED};
    (void)l->a->ops->sends_end(l->a, l->engine, &v, 1, &l->err);
}

static void do_put(struct record_lab *l)
{
    (void)lab_job(l, "acme", "job", "g2:c g1:b,new g3:d", 9, 9);
}

static void do_control(struct record_lab *l)
{
    lab_control(l, "acme", "job", CONTROL_PAUSE, MODE_SMTP);
}

static void do_delete(struct record_lab *l)
{
    const struct job_ref ref = {"acme", "idle"};
    (void)l->a->ops->job_delete(l->a, "ana", &ref, &l->err);
}

static void do_workspace(struct record_lab *l)
{
    (void)l->a->ops->workspace_put(l->a, "ana", "new", &l->err);
}

static void do_workspace_delete(struct record_lab *l)
{
    (void)l->a->ops->workspace_delete(l->a, "ana", "empty", &l->err);
}

static void do_template(struct record_lab *l)
{
    const struct template_def changed = {"letter", "Hello again", "Dear you", NULL};
    (void)l->a->ops->template_put(l->a, "ana", "acme", &changed, &l->err);
}

static void do_template_delete(struct record_lab *l)
{
    (void)l->a->ops->template_delete(l->a, "ana", "acme", "spare", &l->err);
}

static void do_suppress(struct record_lab *l)
{
    bool changed;
    (void)l->a->ops->suppress(l->a, "ana", "acme", "@b.example", "", true, &changed, &l->err);
}

static void do_settle(struct record_lab *l)
{
    struct uuid id;
    (void)uuid_parse(lab_text(l, "SELECT lower(substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-' || "
                                 "substr(h, 13, 4) || '-' || substr(h, 17, 4) || '-' || "
                                 "substr(h, 21)) FROM (SELECT hex(id) AS h FROM sends "
                                 "WHERE state = 'held')"),
                     &id);
    (void)l->a->ops->send_settle(l->a, "ana", id, SETTLE_AGAIN, &l->err);
}

/* A row a command: its failpoints are authority_NAME_before and _after. */
static const struct command {
    const char *name;
    void (*run)(struct record_lab *l);
} commands[] = {
    {"hello", do_hello},
    {"job_acquire", do_acquire},
    {"job_acquire_one", do_acquire_one},
    {"lease_renew", do_renew},
    {"lease_release", do_release},
    {"job_move", do_move},
    {"search_end", do_search},
    {"search_failed", do_search_failed},
    {"sends_exchange", do_exchange},
    {"sends_end", do_end},
    {"job_put", do_put},
    {"job_control", do_control},
    {"job_delete", do_delete},
    {"workspace_put", do_workspace},
    {"workspace_delete", do_workspace_delete},
    {"template_put", do_template},
    {"template_delete", do_template_delete},
    {"suppress", do_suppress},
    {"send_settle", do_settle},
};

/* Something for every command to work on. */
static void set_scene(struct record_lab *l)
{
    (void)lab_job(l, "acme", "idle", "g:x", 5, 5);
    assert_true(l->a->ops->workspace_put(l->a, "ana", "empty", &l->err));
    assert_true(l->a->ops->template_put(l->a, "ana", "acme", &spare, &l->err));
    (void)at_work(l, MODE_SMTP);
    assert_int_equal(lab_send(l, 1, SEND_HELD), 1);
    assert_int_equal(lab_claim(l, 1), 1); /* in hand */
}

static void die_at(void *ctx, const char *name)
{
    if (str_equal(ctx, name))
        _exit(42);
}

/* Runs one command in a process of its own that dies at the point; true when it was reached. */
static bool die_in(struct record_lab *l, const struct command *c, const char *point)
{
    lab_close(l); /* a connection must not cross a fork */
    pid_t child = fork();
    if (child == 0) {
        lab_reopen(l);
        if (str_equal(c->name, "job_acquire") || str_equal(c->name, "job_acquire_one"))
            fake_clock_pass(&l->clock, LEASE_TTL_US + 1);
        fp_set_hook(die_at, (void *)point);
        c->run(l);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    lab_reopen(l);
    return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

static void a_command_that_dies_is_done_or_not_done(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(commands); i++) {
        for (int after = 0; after < 2; after++) {
            char point[64];
            void *scene;
            assert_int_equal(begin(&scene), 0);
            struct record_lab *l = scene;
            set_scene(l);
            uint64_t before = digest(l);
            (void)str_format(point, sizeof point, "authority_%s_%s", commands[i].name,
                             after ? "after" : "before");
            if (!die_in(l, &commands[i], point))
                fail_msg("%s was not reached", point);
            if ((digest(l) != before) != (after == 1))
                fail_msg("%s: the record is %s", point, after ? "unchanged" : "changed");
            assert_sound(l);
            (void)end(&scene);
        }
    }
}

static int search_past_the_limit(struct record_lab *l)
{
    struct rlimit limit = {1000000, 1000000};
    lab_reopen(l);
    (void)signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    for (int32_t round = 0;; round++) {
        struct lead_found found[100] = {0};
        struct search_page page = {.url = "corpus:p", .leads = found, .count = 100};
        struct search_result result = {l->group_no, l->term_no, 1000, &page, 1, {0}};
        for (int i = 0; i < 100; i++) {
            (void)str_format(found[i].address, sizeof found[i].address, "p%d@s%d.example", i,
                             round);
            (void)str_copy(found[i].shown, sizeof found[i].shown, found[i].address);
            found[i].site_at = (int32_t)(strchr(found[i].address, '@') - found[i].address) + 1;
        }
        if (l->a->ops->search_end(l->a, &l->lease, &result, NULL, &l->taken, NULL, &l->err))
            continue;
        int64_t rows = lab_number(l, "SELECT count(*) FROM sends WHERE address LIKE '%@s%'");
        if (l->err.kind != ERR_STOP || rows != round * 100 || round < 2)
            (void)fprintf(stderr, "round %d: %d rows, %s\n", round, (int)rows, l->err.text);
        return l->err.kind == ERR_STOP && rows == round * 100 && round >= 2 ? 0 : 2;
    }
}

static void a_disk_that_refuses_leaves_the_record_as_it_was(void **state)
{
    struct record_lab *l = *state;
    (void)at_work(l, MODE_SMTP);
    lab_close(l);
    pid_t child = fork();
    if (child == 0)
        _exit(search_past_the_limit(l));
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    lab_reopen(l);
    assert_sound(l);
}

/* --- several processes on one file -------------------------------------------------------------*/

/* An engine: takes jobs, finds, sends, gives them back, until all are complete. */
static int be_engine(struct record_lab *l, int number)
{
    char name[8];
    lab_reopen(l);
    (void)str_format(name, sizeof name, "e%d", number);
    l->engine = uuid_from_bytes(name, strlen(name));
    for (int turn = 0; turn < 2000; turn++) {
        bool found = false;
        fake_clock_pass(&l->clock, 1000);
        if (!l->a->ops->job_acquire(l->a, l->engine, MODE_DRYRUN, (struct uuid){0}, &l->lease,
                                    &found, &l->err))
            return 1;
        if (!found) {
            if (lab_number(l, "SELECT count(*) FROM automation_jobs WHERE status <> 'completed'") ==
                0)
                return 0;
            continue;
        }
        if (lab_work(l)) {
            char addresses[100];
            (void)str_format(addresses, sizeof addresses, "a%d@e%d.example b@shared.example", turn,
                             number);
            lab_find(l, addresses);
            (void)lab_send(l, 50, SEND_SIMULATED);
        }
        lab_release(l, JOB_RUNNING);
    }
    return 2;
}

static void engines_on_one_file_keep_the_limits_together(void **state)
{
    enum { ENGINES = 4, JOBS = 3 };
    struct record_lab *l = *state;
    pid_t children[ENGINES];
    for (int i = 0; i < JOBS; i++) {
        char name[8];
        (void)str_format(name, sizeof name, "job-%d", i);
        (void)lab_job(l, "acme", name, "g1:a,b g2:c", 5, 8);
        lab_control(l, "acme", name, CONTROL_START, MODE_DRYRUN);
    }
    lab_close(l);
    for (int i = 0; i < ENGINES; i++) {
        children[i] = fork();
        if (children[i] == 0)
            _exit(be_engine(l, i));
    }
    for (int i = 0; i < ENGINES; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    lab_reopen(l);
    assert_sound(l);
    /* g1: 8 letters of two terms with 5 each; g2: 5 of one term. */
    assert_int_equal(lab_number(l, "SELECT count(*) FROM sends WHERE state = 'simulated'"),
                     JOBS * 13);
}

static void authorities_share_a_record_in_memory(void **state)
{
    struct record_lab *l = *state;
    struct db *db = NULL;
    struct authority *a = NULL, *b = NULL;
    struct job_def *def;
    struct job_ref ref = {"w", "job"};
    int64_t rev;
    assert_true(db_open(":memory:", DB_CREATE, &db, &l->err));
    assert_true(authority_sqlite_open_on(db, &l->clock.port, &a, &l->err));
    assert_true(authority_sqlite_open_on(db, &l->clock.port, &b, &l->err));
    assert_string_equal(a->ops->kind, "sqlite");
    struct job_def empty = {.name = "job",
                            .workspace = "w",
                            .loop_interval = 1,
                            .max_emails_per_group = 1,
                            .provider = "local"};
    struct job_put_result result;
    assert_true(a->ops->workspace_put(a, "ana", "w", &l->err));
    assert_true(a->ops->job_put(a, "ana", &empty, -1, &result, &l->err));
    a->ops->free(a);
    assert_true(b->ops->job_get(b, &ref, &l->arena, &def, &rev, &l->err));
    b->ops->free(b);
    db_close(db);
}

static void a_record_that_can_not_be_opened_is_told(void **state)
{
    struct record_lab *l = *state;
    struct authority *a = NULL;
    assert_false(authority_sqlite_open("/proc/nowhere/a.db", &l->clock.port, &a, &l->err));
    assert_null(a);
    scratch_write(&l->scratch, "text.db", "no database, and long enough to be looked at twice");
    assert_false(
        authority_sqlite_open(scratch_path(&l->scratch, "text.db"), &l->clock.port, &a, &l->err));
    assert_int_equal(l->err.kind, ERR_STOP);
}

/* --- what is kept beside the ledger ------------------------------------------------------------*/

static void the_documents_columns_follow_the_work(void **state)
{
    struct record_lab *l = *state;
    static const char sql[] = "SELECT status || ' ' || coalesce(current_group, '-') || ' ' || "
                              "coalesce(current_position, '-') || ' ' || total_emails_sent || ' ' "
                              "|| group_emails_sent || ' ' || distribution_method || ' ' || "
                              "loop_interval || ' ' || max_emails_per_group || ' ' || "
                              "loop_automation FROM automation_jobs";
    (void)lab_job(l, "acme", "job", "g1:a,b", 2, 3);
    assert_string_equal(lab_text(l, sql), "idle - - 0 0 random 2 3 0");
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    assert_string_equal(lab_text(l, sql), "running g1 1 0 0 random 2 3 0");
    lab_find(l, "a@a.example b@b.example c@c.example");
    assert_int_equal(lab_send(l, 5, SEND_SIMULATED), 2);
    assert_string_equal(lab_text(l, sql), "running g1 1 2 2 random 2 3 0");
    assert_true(lab_work(l));
    assert_string_equal(lab_text(l, sql), "running g1 2 2 2 random 2 3 0");
    lab_find(l, "d@d.example");
    assert_int_equal(lab_send(l, 5, SEND_SIMULATED), 1);
    assert_false(lab_work(l));
    lab_release(l, JOB_RUNNING);
    assert_string_equal(lab_text(l, sql), "completed g1 2 3 3 random 2 3 0");
    int64_t updated = lab_number(l, "SELECT updated_at FROM automation_jobs");
    assert_int_equal(updated, l->clock.now);
    fake_clock_pass(&l->clock, US_PER_S);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    assert_true(lab_number(l, "SELECT updated_at FROM automation_jobs") > updated);
}

static void changing_the_mode_and_back_counts_each_by_itself(void **state)
{
    struct record_lab *l = *state;
    static const enum mail_mode modes[] = {MODE_DRYRUN, MODE_SMTP, MODE_DRYRUN, MODE_MAILDIR};
    static const int64_t totals[] = {0, 0, 2, 0};
    (void)lab_job(l, "acme", "job", "g1:a", 100, 100);
    for (size_t i = 0; i < CASES(modes); i++) {
        lab_control(l, "acme", "job", CONTROL_START, modes[i]);
        assert_int_equal(lab_number(l, "SELECT total_emails_sent FROM automation_jobs"), totals[i]);
        assert_sound(l);
        lab_take(l, modes[i]);
        lab_find(l, "a@a.example b@b.example c@c.example");
        (void)lab_send(l, 2, modes[i] == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT);
        assert_sound(l);
        lab_control(l, "acme", "job", CONTROL_STOP, modes[i]);
        lab_release(l, JOB_STOPPED);
    }
    /* The same person, once in each mode; the second dry run found nothing new and sent what was
     * left of the first. */
    assert_int_equal(lab_number(l, "SELECT count(*) FROM leads"), 3);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM sends"), 9);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM sends WHERE state = 'simulated'"), 3);
    assert_int_equal(lab_number(l, "SELECT cycle FROM automation_process_state"), 4);
}

static void counters_of_rates_do_not_pile_up(void **state)
{
    struct record_lab *l = *state;
    (void)lab_job(l, "acme", "job", "g1:a", 100000, 100000);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    for (int i = 0; i < 300; i++) {
        char address[40];
        struct progress p;
        for (int half = 0; half < 2; half++) {
            fake_clock_pass(&l->clock, 10 * US_PER_S);
            assert_true(l->a->ops->lease_renew(l->a, &l->lease, &p, &l->err));
        }
        (void)str_format(address, sizeof address, "a%d@x%d.example", i, i);
        lab_find(l, address);
        assert_int_equal(lab_send(l, 1, SEND_SIMULATED), 1);
    }
    assert_in_range(lab_number(l, "SELECT count(*) FROM send_rates WHERE span = 10"), 1, 62);
    assert_in_range(lab_number(l, "SELECT count(*) FROM send_rates WHERE span = 60"), 1, 92);
    assert_int_equal(lab_number(l, "SELECT sum(n) FROM send_rates WHERE span = 300"), 300);
}

static void meeting_an_address_again_is_told_once_for_each_place(void **state)
{
    struct record_lab *l = *state;
    (void)at_work(l, MODE_SMTP);
    lab_find(l, "a@a.example"); /* another page */
    assert_int_equal(lab_number(l, "SELECT count(*) FROM events WHERE kind = 'duplicate'"), 1);
    l->pages--; /* the same page again, as the next cycle walks it */
    lab_find(l, "a@a.example");
    assert_int_equal(l->taken.duplicates, 1);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM events WHERE kind = 'duplicate'"), 1);
    assert_int_equal(lab_number(l, "SELECT duplicates FROM automation_process_state"), 2);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM lead_sources WHERE lead = 1"), 2);
}

static void one_lead_of_a_domain_counts_what_was_found_before(void **state)
{
    struct record_lab *l = *state;
    struct job_def *def;
    struct job_put_result result;
    int64_t rev;
    const struct job_ref ref = {"acme", "job"};
    (void)at_work(l, MODE_SMTP);
    lab_find(l, "other@a.example"); /* the option is off */
    assert_int_equal(l->taken.queued, 1);
    assert_true(l->a->ops->job_get(l->a, &ref, &l->arena, &def, &rev, &l->err));
    def->one_lead_per_domain = true;
    assert_true(l->a->ops->job_put(l->a, "ana", def, rev, &result, &l->err));
    lab_find(l, "third@a.example first@z.example second@z.example");
    assert_int_equal(l->taken.queued, 1);
    assert_int_equal(l->taken.skipped, 2);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM leads WHERE address LIKE 'third%'"), 0);
}

static void variations_are_made_when_the_job_is_put(void **state)
{
    struct record_lab *l = *state;
    struct job_def *def;
    struct job_put_result result;
    int64_t rev;
    char text[TERM_MAX_BYTES + 1] = "";
    const struct job_ref ref = {"acme", "job"};
    struct uuid job = lab_job(l, "acme", "job", "g:alpha-beta,gamma", 5, 5);
    int64_t stored = lab_number(l, "SELECT count(*) FROM term_variations");
    assert_int_equal(stored, 4);
    assert_true(l->a->ops->variation_load(l->a, job, 1, 1, text, &l->err));
    assert_non_null(strstr(text, "alpha-beta"));
    assert_true(l->a->ops->variation_load(l->a, job, 1, 3, text, &l->err));
    assert_string_equal(text, "");
    assert_true(l->a->ops->job_get(l->a, &ref, &l->arena, &def, &rev, &l->err));
    def->variations = 3;
    assert_true(l->a->ops->job_put(l->a, "ana", def, rev, &result, &l->err));
    assert_int_equal(lab_number(l, "SELECT count(*) FROM term_variations"), 6);
    const char *before = lab_text(l, "SELECT group_concat(text, '|') FROM term_variations");
    def->seed++;
    assert_true(l->a->ops->job_put(l->a, "ana", def, -1, &result, &l->err));
    assert_string_not_equal(lab_text(l, "SELECT group_concat(text, '|') FROM term_variations"),
                            before);
    def->variations = 0;
    assert_true(l->a->ops->job_put(l->a, "ana", def, -1, &result, &l->err));
    assert_int_equal(lab_number(l, "SELECT count(*) FROM term_variations"), 0);
}

static void a_job_of_many_groups_and_terms_is_put_and_changed(void **state)
{
    enum { GROUPS = 40, TERMS = 30 };
    struct record_lab *l = *state;
    static char names[GROUPS][16], words[GROUPS][TERMS][16];
    struct group_def groups[GROUPS];
    struct term_def terms[GROUPS][TERMS];
    const struct template_def letter = {"letter", "S", "T", NULL};
    struct job_put_result r;
    for (int g = 0; g < GROUPS; g++) {
        (void)str_format(names[g], sizeof names[g], "group %d", g);
        for (int t = 0; t < TERMS; t++) {
            (void)str_format(words[g][t], sizeof words[g][t], "term %d", (t * 7 + g) % TERMS);
            terms[g][t].text = words[g][t];
        }
        groups[g] = (struct group_def){names[g], "letter", terms[g], TERMS};
    }
    struct job_def def = {.name = "big",
                          .workspace = "acme",
                          .loop_interval = 1,
                          .max_emails_per_group = 1,
                          .provider = "local",
                          .has_seed = true,
                          .groups = groups,
                          .group_count = GROUPS,
                          .templates = &letter,
                          .template_count = 1};
    assert_true(l->a->ops->workspace_put(l->a, "ana", "acme", &l->err));
    assert_true(l->a->ops->job_put(l->a, "ana", &def, -1, &r, &l->err));
    assert_true(r.created && r.changed);
    assert_int_equal(r.terms, GROUPS * TERMS);
    assert_true(l->a->ops->job_put(l->a, "ana", &def, -1, &r, &l->err));
    assert_false(r.changed);
    /* Turned round: everything keeps its number, only places change. */
    for (int g = 0; g < GROUPS / 2; g++) {
        struct group_def group = groups[g];
        groups[g] = groups[GROUPS - 1 - g];
        groups[GROUPS - 1 - g] = group;
    }
    assert_true(l->a->ops->job_put(l->a, "ana", &def, -1, &r, &l->err));
    assert_true(r.changed);
    assert_int_equal(r.groups_removed + r.terms_removed, 0);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM search_terms"), GROUPS * TERMS);
    assert_int_equal(lab_number(l, "SELECT group_no FROM search_groups WHERE place = 1"), GROUPS);
    /* Half of each group goes. */
    for (int g = 0; g < GROUPS; g++)
        groups[g].term_count = TERMS / 2;
    assert_true(l->a->ops->job_put(l->a, "ana", &def, -1, &r, &l->err));
    assert_int_equal(r.terms_removed, GROUPS * TERMS / 2);
    assert_int_equal(lab_number(l, "SELECT count(*) FROM search_terms WHERE removed = 0"),
                     GROUPS * TERMS / 2);
}

static void names_may_hold_anything_that_is_a_name(void **state)
{
    struct record_lab *l = *state;
    static const char evil[] = "Robert'); DROP TABLE sends;--";
    static const char long_name[] = "äöüß äöüß äöüß äöüß äöüß äöüß äöüß äöüß äöüß äöüß äöüß x";
    (void)lab_job(l, evil, long_name, "g%s:t%d,\"q\"", 5, 5);
    lab_control(l, evil, long_name, CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "o'brien@a.example \"x\"@b.example");
    assert_int_equal(lab_send(l, 5, SEND_SIMULATED), 2);
    assert_string_equal(lab_text(l, "SELECT address FROM sends WHERE seq = 1"),
                        "o'brien@a.example");
    assert_string_equal(lab_text(l, "SELECT name FROM automation_jobs"), long_name);
    assert_sound(l);
}

static void a_workspace_that_is_made_again_remembers(void **state)
{
    struct record_lab *l = *state;
    bool changed;
    const struct job_ref ref = {"acme", "job"};
    (void)lab_job(l, "acme", "job", "g1:a", 5, 5);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example");
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    assert_true(
        l->a->ops->suppress(l->a, "ana", "acme", "b@b.example", "", true, &changed, &l->err));
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_SMTP);
    lab_release(l, JOB_STOPPED);
    assert_true(l->a->ops->job_delete(l->a, "ana", &ref, &l->err));
    assert_true(l->a->ops->workspace_delete(l->a, "ana", "acme", &l->err));
    (void)lab_job(l, "acme", "job", "g1:a", 5, 5);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example");
    assert_int_equal(l->taken.duplicates, 1); /* was written to */
    assert_int_equal(lab_send(l, 5, SEND_SENT), 0);
    assert_int_equal(l->grant.suppressed, 1);
}

static void a_dry_run_in_doubt_keeps_nobody_from_being_written_to(void **state)
{
    struct record_lab *l = *state;
    (void)lab_job(l, "acme", "trial", "g1:a", 5, 5);
    lab_control(l, "acme", "trial", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    lab_find(l, "a@a.example");
    assert_int_equal(lab_send(l, 1, SEND_IN_DOUBT), 1);
    lab_release(l, JOB_RUNNING);
    (void)lab_job(l, "acme", "real", "g1:a", 5, 5);
    lab_control(l, "acme", "real", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example");
    assert_int_equal(l->taken.queued, 1);
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
}

static void a_move_of_an_older_draw_does_not_fit(void **state)
{
    struct record_lab *l = *state;
    struct move move = {.kind = MOVE_GROUP, .group = 1, .draw = 1};
    (void)lab_job(l, "acme", "job", "g1:a g2:b", 5, 5);
    lab_control(l, "acme", "job", CONTROL_START, MODE_DRYRUN);
    lab_take(l, MODE_DRYRUN);
    l->plan->draws = 0; /* the plan is from before the first group */
    move.group = l->plan->groups[0].state == GROUP_WAITING ? 0 : 1;
    assert_false(l->a->ops->job_move(l->a, &l->lease, l->plan, &move, 0, &l->err));
    assert_int_equal(l->err.kind, ERR_RETRY);
}

/* --- engines -----------------------------------------------------------------------------------*/

static void a_journal_from_a_copy_is_refused(void **state)
{
    struct record_lab *l = *state;
    struct engine_card card = {l->engine, 5, "eu-1", 1, "0.1"};
    assert_true(l->a->ops->hello(l->a, &card, &l->err));
    assert_true(l->a->ops->hello(l->a, &card, &l->err)); /* its other threads */
    card.journal_gen = 4;
    assert_false(l->a->ops->hello(l->a, &card, &l->err));
    assert_int_equal(l->err.kind, ERR_STOP);
    assert_non_null(strstr(l->err.text, "restored from a copy"));
    assert_int_equal(lab_number(l, "SELECT journal_gen FROM engines"), 5);
}

static void a_new_start_brings_to_rest_what_its_predecessor_left(void **state)
{
    struct record_lab *l = *state;
    struct engine_card card = {l->engine, 2, "eu-1", 900, "0.1"};
    (void)at_work(l, MODE_SMTP);
    lab_control(l, "acme", "job", CONTROL_PAUSE, MODE_SMTP);
    assert_string_equal(lab_text(l, "SELECT status FROM automation_jobs"), "running");
    assert_true(l->a->ops->hello(l->a, &card, &l->err)); /* the old process is dead */
    assert_string_equal(lab_text(l, "SELECT status FROM automation_jobs"), "paused");
    lab_control(l, "acme", "job", CONTROL_RESUME, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    assert_int_equal(l->lease.epoch, 2);
}

static void a_job_taken_by_hand_sends_whatever_the_operator_wants(void **state)
{
    struct record_lab *l = *state;
    struct progress p;
    const struct job_ref ref = {"acme", "job"};
    (void)at_work(l, MODE_SMTP);
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_SMTP);
    assert_int_equal(lab_claim(l, 1), 0);
    assert_int_equal(l->grant.reason, GRANT_STOP);
    lab_release(l, JOB_STOPPED);
    assert_true(l->a->ops->job_acquire_one(l->a, l->engine, MODE_SMTP, &ref, &l->lease, &l->err));
    assert_true(l->a->ops->job_desired(l->a, l->lease.job, &p, &l->err));
    assert_int_equal(p.desired, DESIRED_RUN);
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    assert_int_equal(l->grant.progress.desired, DESIRED_RUN);
    lab_release(l, JOB_RUNNING);
    assert_string_equal(lab_text(l, "SELECT status || desired FROM automation_jobs"),
                        "stoppedstop");
}

static void a_doubt_that_its_engine_confirmed_is_not_asked_again(void **state)
{
    struct record_lab *l = *state;
    struct send_open open[5];
    struct lease lease;
    int32_t n = -1;
    bool found;
    struct uuid other = uuid_from_bytes("other", 5);
    (void)at_work(l, MODE_SMTP);
    assert_int_equal(lab_claim(l, 2), 2);
    fake_clock_pass(&l->clock, LEASE_TTL_US + 1);
    assert_true(
        l->a->ops->job_acquire(l->a, other, MODE_SMTP, (struct uuid){0}, &lease, &found, &l->err));
    assert_true(l->a->ops->sends_open(l->a, l->engine, NULL, open, 5, &n, &l->err));
    assert_int_equal(n, 2);
    assert_int_equal(open[0].state, SEND_IN_DOUBT);
    struct send_verdict v = {.id = open[0].id, .state = SEND_IN_DOUBT};
    assert_true(l->a->ops->sends_end(l->a, l->engine, &v, 1, &l->err));
    assert_true(l->a->ops->sends_open(l->a, l->engine, NULL, open, 5, &n, &l->err));
    assert_int_equal(n, 1);
    assert_false(uuid_equal(open[0].id, v.id));
    /* The other engine never had them: its word is no fact. */
    v = (struct send_verdict){.id = open[0].id, .state = SEND_SENT};
    assert_true(l->a->ops->sends_end(l->a, other, &v, 1, &l->err));
    assert_int_equal(lab_number(l, "SELECT count(*) FROM sends WHERE state = 'sent'"), 0);
    assert_true(l->a->ops->sends_end(l->a, l->engine, &v, 1, &l->err));
    assert_int_equal(lab_number(l, "SELECT count(*) FROM sends WHERE state = 'sent'"), 1);
    assert_sound(l);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_that_dies_is_done_or_not_done),
        TEST(a_disk_that_refuses_leaves_the_record_as_it_was),
        TEST(engines_on_one_file_keep_the_limits_together),
        TEST(authorities_share_a_record_in_memory),
        TEST(a_record_that_can_not_be_opened_is_told),
        TEST(the_documents_columns_follow_the_work),
        TEST(changing_the_mode_and_back_counts_each_by_itself),
        TEST(counters_of_rates_do_not_pile_up),
        TEST(meeting_an_address_again_is_told_once_for_each_place),
        TEST(one_lead_of_a_domain_counts_what_was_found_before),
        TEST(variations_are_made_when_the_job_is_put),
        TEST(a_job_of_many_groups_and_terms_is_put_and_changed),
        TEST(names_may_hold_anything_that_is_a_name),
        TEST(a_workspace_that_is_made_again_remembers),
        TEST(a_dry_run_in_doubt_keeps_nobody_from_being_written_to),
        TEST(a_move_of_an_older_draw_does_not_fit),
        TEST(a_journal_from_a_copy_is_refused),
        TEST(a_new_start_brings_to_rest_what_its_predecessor_left),
        TEST(a_job_taken_by_hand_sends_whatever_the_operator_wants),
        TEST(a_doubt_that_its_engine_confirmed_is_not_asked_again),
    };
    return cmocka_run_group_tests_name("authority_sqlite", tests, NULL, NULL);
}
