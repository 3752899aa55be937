/* Broken if this fails: a record with wrong counters, lost lines, a passed limit or a changed audit
 * log would be called sound, or a sound one would raise a false alarm. */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "base/buf.h"
#include "base/str.h"
#include "store/verify.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct finding {
    struct buf names; /* of what is broken, a blank behind each */
    char example[400];
    int32_t lines;
};

static void take(void *ctx, const struct verify_line *v)
{
    struct finding *f = ctx;
    f->lines++;
    assert_true(v->name[0] != '\0' && v->sentence[0] != '\0');
    if (v->broken == 0)
        return;
    buf_addf(&f->names, "%s ", v->name);
    if (f->example[0] == '\0')
        (void)str_copy(f->example, sizeof f->example, v->example);
}

static struct finding verify(struct record_lab *l, bool at_rest, int32_t *ret_broken)
{
    struct finding f = {.names = buf_init(4096)};
    if (!verify_run(l->db, at_rest, take, &f, ret_broken, &l->err))
        fail_msg("%s", l->err.text);
    return f;
}

/* A record in which most things have happened. */
static void live(struct record_lab *l)
{
    bool changed;
    lab_job(l, "acme", "job", "g1:a,b g2:c", 3, 4);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "a@a.example b@b.example c@c.example d@d.example e@e.example f@f.example");
    assert_int_equal(lab_send(l, 1, SEND_REJECTED), 1);
    assert_int_equal(lab_send(l, 1, SEND_DEFERRED), 1);
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    assert_int_equal(lab_send(l, 1, SEND_IN_DOUBT), 1);
    assert_int_equal(lab_send(l, 1, SEND_QUEUED), 1);
    assert_true(
        l->a->ops->suppress(l->a, "ana", "acme", "e@e.example", "", true, &changed, &l->err));
    assert_int_equal(lab_send(l, 1, SEND_HELD), 1);
    struct uuid held = l->grant.rows[0].id;
    assert_true(l->a->ops->send_settle(l->a, "ana", held, SETTLE_DROP, &l->err));
    lab_find(l, "g@g.example h@h.example a@a.example");
    assert_int_equal(lab_claim(l, 1), 1); /* in hand */
}

static int begin(void **state)
{
    struct record_lab *l = calloc(1, sizeof *l);
    if (l == NULL)
        return -1;
    lab_init(l);
    live(l);
    *state = l;
    return 0;
}

static int end(void **state)
{
    lab_done(*state);
    free(*state);
    return 0;
}

static void a_sound_record_is_called_sound(void **state)
{
    struct record_lab *l = *state;
    int32_t broken = -1;
    struct finding f = verify(l, false, &broken);
    if (broken != 0)
        fail_msg("%s: %s", buf_text(&f.names), f.example);
    assert_true(f.lines >= 25);
    buf_done(&f.names);
    /* One letter is in hand. */
    f = verify(l, true, &broken);
    assert_int_equal(broken, 1);
    assert_string_equal(buf_text(&f.names), "rest ");
    assert_string_equal(f.example, "g@g.example");
    buf_done(&f.names);
}

static void an_empty_record_is_sound(void **state)
{
    (void)state;
    struct record_lab *l = calloc(1, sizeof *l);
    int32_t broken = -1;
    lab_init(l);
    struct finding f = verify(l, true, &broken);
    assert_int_equal(broken, 0);
    buf_done(&f.names);
    lab_done(l);
    free(l);
}

static void each_kind_of_harm_is_found(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *harm;
        const char *found; /* one of the names */
    } cases[] = {
        {__LINE__, "UPDATE search_terms SET counted = counted + 1 WHERE text = 'a'", "term"},
        {__LINE__, "UPDATE search_groups SET counted = 9 WHERE name = 'g2'", "group"},
        {__LINE__, "UPDATE search_terms SET queued = 7 WHERE text = 'b'", "waiting"},
        {__LINE__, "UPDATE search_terms SET deferred = 0", "waiting"},
        {__LINE__, "UPDATE automation_jobs SET total_emails_sent = 0", "total"},
        {__LINE__, "UPDATE send_counts SET n = n + 1 WHERE state = 'queued'", "states"},
        {__LINE__, "DELETE FROM send_counts WHERE state = 'sent'", "states"},
        {__LINE__, "UPDATE search_groups SET leads = 0", "leads"},
        {__LINE__, "UPDATE sends SET state = 'queued' WHERE state = 'sent'", "final"},
        {__LINE__, "UPDATE sends SET state = 'sent', decided_at = 1 WHERE state = 'queued'",
         "line-end"},
        {__LINE__, "UPDATE sends SET attempt = attempt + 1 WHERE state = 'sent'", "attempts"},
        {__LINE__, "UPDATE sends SET address = 'x@x.example' WHERE state = 'sent'", "key"},
        {__LINE__, "UPDATE sends SET id = zeroblob(16) WHERE state = 'sent'", "key"},
        {__LINE__,
         "UPDATE sends SET source = (SELECT max(id) FROM lead_sources WHERE lead = 2) "
         "WHERE seq = 1",
         "lead"},
        {__LINE__, "UPDATE leads SET workspace = 99 WHERE id = 1", "lead"},
        {__LINE__, "UPDATE sends SET lead = 999 WHERE seq = 1", "reference"},
        {__LINE__, "DELETE FROM lead_sources WHERE lead = 1", "source"},
        {__LINE__, "UPDATE sends SET epoch = 99 WHERE state = 'sent'", "epoch"},
        {__LINE__, "UPDATE sends SET owner = zeroblob(16) WHERE state = 'sent'", "engine"},
        {__LINE__, "UPDATE sends SET owner = NULL WHERE state = 'claimed'", "claim"},
        {__LINE__, "UPDATE sends SET decided_at = NULL WHERE state = 'rejected'", "claim"},
        {__LINE__, "UPDATE automation_process_state SET most_per_term = 1", "limit-term"},
        {__LINE__, "UPDATE automation_process_state SET most_per_group = 1", "limit-group"},
        {__LINE__, "DELETE FROM events WHERE kind = 'lead' AND send = 2", "line-lead"},
        {__LINE__, "DELETE FROM events WHERE seq = 5", "line-gap"},
        {__LINE__,
         "INSERT INTO events (at, kind, level, send) SELECT at, kind, level, send "
         "FROM events WHERE kind = 'sent'",
         "line-once"},
        {__LINE__, "UPDATE search_groups SET state = 'running'", "standing"},
        {__LINE__, "UPDATE search_terms SET state = 'running'", "standing"},
        {__LINE__, "UPDATE search_groups SET draw_no = 1", "draws"},
        {__LINE__, "UPDATE search_groups SET draw_no = 9 WHERE draw_no > 0", "draws"},
        {__LINE__, "UPDATE search_terms SET address = -1 WHERE text = 'b'", "cursor"},
        {__LINE__, "UPDATE automation_jobs SET status = 'completed'", "completed"},
        {__LINE__, "UPDATE audit_log SET actor = 'nobody' WHERE seq = 2", "audit"},
        {__LINE__, "UPDATE audit_log SET hash = zeroblob(32) WHERE seq = 3", "audit"},
        {__LINE__, "DELETE FROM audit_log WHERE seq = 2", "audit"},
        {__LINE__, "DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)", "audited"},
        {__LINE__, "DELETE FROM events WHERE kind = 'job_created'", "audited"},
        {__LINE__, "UPDATE events SET kind = 'cycle' WHERE kind = 'job_start'", "audited"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        void *scene;
        int32_t broken = 0;
        char wanted[40];
        assert_int_equal(begin(&scene), 0);
        struct record_lab *l = scene;
        lab_sql(l, cases[i].harm);
        struct finding f = verify(l, false, &broken);
        (void)str_format(wanted, sizeof wanted, "%s ", cases[i].found);
        const char *at = strstr(buf_text(&f.names), wanted);
        CHECK_AT(cases[i].line, broken > 0, "nothing was found");
        CHECK_AT(cases[i].line, at != NULL, "found only: %s", buf_text(&f.names));
        buf_done(&f.names);
        (void)end(&scene);
    }
}

/* With the unique indexes gone, as in a file that was mended by hand. */
static void an_address_with_two_letters_is_found(void **state)
{
    struct record_lab *l = *state;
    int32_t broken = 0;
    lab_sql(
        l,
        "PRAGMA writable_schema = ON; CREATE TABLE copy AS SELECT * FROM sends; "
        "UPDATE copy SET seq = 100 WHERE seq = 1; "
        "PRAGMA foreign_keys = OFF; DROP TABLE sends; ALTER TABLE copy RENAME TO sends; "
        "INSERT INTO sends SELECT 101, randomblob(16), job, mode, lead, source, address, "
        "site, group_no, term_no, cycle, state, attempt, owner, epoch, queued_at, "
        "claimed_at, decided_at, retry_at, code, reason, sha256, heard FROM sends WHERE seq = 100");
    struct finding f = verify(l, false, &broken);
    assert_non_null(strstr(buf_text(&f.names), "address "));
    buf_done(&f.names);
}

static void every_changed_audit_row_is_found(void **state)
{
    struct record_lab *l = *state;
    int64_t rows = lab_number(l, "SELECT count(*) FROM audit_log");
    static const char *const columns[] = {"at = at + 1", "actor = actor || 'x'", "action = 'other'",
                                          "target = target || ' '", "detail = detail || '.'"};
    assert_true(rows >= 5);
    for (int64_t seq = 1; seq <= rows; seq++) {
        char sql[200], want[40];
        int32_t broken = 0;
        (void)str_format(sql, sizeof sql,
                         "CREATE TABLE kept AS SELECT * FROM audit_log; UPDATE audit_log SET %s "
                         "WHERE seq = %d",
                         columns[(size_t)seq % CASES(columns)], (int)seq);
        lab_sql(l, sql);
        struct finding f = verify(l, false, &broken);
        assert_non_null(strstr(buf_text(&f.names), "audit "));
        (void)str_format(want, sizeof want, "row %d", (int)seq);
        if (strstr(buf_text(&f.names), "audited") == NULL) /* the chain's is the first finding */
            assert_string_equal(f.example, want);
        buf_done(&f.names);
        lab_sql(l, "DELETE FROM audit_log; INSERT INTO audit_log SELECT * FROM kept; "
                   "DROP TABLE kept");
    }
}

static void damaged_pages_are_told_and_nothing_else_is_asked(void **state)
{
    struct record_lab *l = *state;
    char junk[4096];
    int32_t broken = 0;
    lab_close(l);
    lab_sql(l, "PRAGMA wal_checkpoint(TRUNCATE)");
    int64_t page = lab_number(l, "SELECT rootpage FROM sqlite_schema WHERE name = 'sends'");
    int fd = open(l->path, O_WRONLY);
    memset(junk, 0x3C, sizeof junk);
    assert_int_equal(pwrite(fd, junk, sizeof junk, (page - 1) * 4096), 4096);
    (void)close(fd);
    assert_true(db_open(l->path, DB_READ, &l->db, &l->err));
    struct finding f = verify(l, false, &broken);
    assert_int_equal(broken, 1);
    assert_string_equal(buf_text(&f.names), "file ");
    assert_true(f.example[0] != '\0');
    buf_done(&f.names);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_sound_record_is_called_sound),
        cmocka_unit_test(an_empty_record_is_sound),
        cmocka_unit_test(each_kind_of_harm_is_found),
        TEST(an_address_with_two_letters_is_found),
        TEST(every_changed_audit_row_is_found),
        TEST(damaged_pages_are_told_and_nothing_else_is_asked),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
