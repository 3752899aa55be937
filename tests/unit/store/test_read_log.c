/* Broken if this fails: the log screen would lose its place, skip or repeat lines, mix up the order
 * of events and log lines, or show what the filter hides. */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/event.h"
#include "store/logdb.h"
#include "store/read_log.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

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

/* What is read in one go. */
struct piece {
    struct log_row *rows;
    int32_t count;
};

static struct piece read_some(struct record_lab *l, const struct log_filter *f,
                              const struct log_key *from, bool before, int32_t max)
{
    struct piece p = {NULL, -1};
    if (!read_log(l->db, f, from, before, max, &l->arena, &p.rows, &p.count, &l->err))
        fail_msg("%s", l->err.text);
    assert_in_range(p.count, 0, max);
    return p;
}

/* Puts a log with `count` lines beside the record and attaches it. */
static void add_log(struct record_lab *l, const char *sql)
{
    char path[SCRATCH_PATH_MAX];
    struct logdb *log = NULL;
    sqlite3 *c = NULL;
    bool there = false;
    (void)str_copy(path, sizeof path, scratch_path(&l->scratch, "log.db"));
    assert_true(logdb_open(path, 1000000, &log, &l->err));
    logdb_close(log);
    assert_int_equal(sqlite3_open(path, &c), SQLITE_OK);
    if (sqlite3_exec(c, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(c));
    (void)sqlite3_close(c);
    assert_true(db_attach_read(l->db, path, "log", &there, &l->err));
    assert_true(there);
}

static int compare(struct log_key a, struct log_key b)
{
    if (a.at_us != b.at_us)
        return a.at_us < b.at_us ? -1 : 1;
    if (a.source != b.source)
        return a.source - b.source;
    return a.seq < b.seq ? -1 : a.seq > b.seq;
}

/* Events with made-up instants, many of them equal, and lines between them. */
static void fill(struct record_lab *l, int events, int lines)
{
    char sql[600];
    lab_sql(l, "DELETE FROM events");
    (void)str_format(sql, sizeof sql,
                     "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
                     "WHERE i < %d) INSERT INTO events (at, kind, level, text, n1) "
                     "SELECT i / 5 * 10, "
                     "CASE WHEN i %% 7 = 0 THEN 'search_failed' ELSE 'searched' END, "
                     "CASE WHEN i %% 7 = 0 THEN 1 ELSE 2 END, 'reason ' || i, i FROM n",
                     events);
    lab_sql(l, sql);
    (void)str_format(sql, sizeof sql,
                     "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
                     "WHERE i < %d) INSERT INTO lines (at, level, area, text) "
                     "SELECT i / 3 * 5, i %% 4, 'engine', 'line ' || i FROM n",
                     lines);
    add_log(l, sql);
}

static void everything_comes_in_the_order_of_time(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    fill(l, 300, 500);
    struct piece p = read_some(l, &all, NULL, false, 5000);
    assert_int_equal(p.count, 800);
    for (int32_t i = 1; i < p.count; i++)
        assert_true(compare(p.rows[i - 1].key, p.rows[i].key) < 0);
    struct piece newest = read_some(l, &all, NULL, true, 5000);
    assert_int_equal(newest.count, 800);
    for (int32_t i = 0; i < 800; i++)
        assert_int_equal(compare(p.rows[i].key, newest.rows[i].key), 0);
}

static void a_view_keeps_its_place_whatever_the_size_of_its_window(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    fill(l, 300, 500);
    struct piece whole = read_some(l, &all, NULL, false, 5000);
    for (int32_t max = 1; max < 450; max = max * 3 + 1) {
        int32_t at = 0;
        const struct log_key *from = NULL;
        for (;;) { /* down */
            struct piece p = read_some(l, &all, from, false, max);
            if (p.count == 0)
                break;
            for (int32_t i = 0; i < p.count; i++, at++)
                assert_int_equal(compare(p.rows[i].key, whole.rows[at].key), 0);
            from = &p.rows[p.count - 1].key;
        }
        assert_int_equal(at, whole.count);
        from = NULL;
        for (;;) { /* and up */
            struct piece p = read_some(l, &all, from, true, max);
            if (p.count == 0)
                break;
            for (int32_t i = p.count - 1; i >= 0; i--)
                assert_int_equal(compare(p.rows[i].key, whole.rows[--at].key), 0);
            from = &p.rows[0].key;
        }
        assert_int_equal(at, 0);
    }
}

static void a_key_between_two_rows_of_one_instant_is_found_again(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    fill(l, 100, 100);
    struct piece whole = read_some(l, &all, NULL, false, 5000);
    for (int32_t i = 0; i < whole.count; i++) {
        struct piece after = read_some(l, &all, &whole.rows[i].key, false, 1);
        struct piece before = read_some(l, &all, &whole.rows[i].key, true, 1);
        assert_int_equal(after.count, i + 1 < whole.count);
        assert_int_equal(before.count, i > 0);
        if (after.count == 1)
            assert_int_equal(compare(after.rows[0].key, whole.rows[i + 1].key), 0);
        if (before.count == 1)
            assert_int_equal(compare(before.rows[0].key, whole.rows[i - 1].key), 0);
        int64_t n = -1;
        assert_true(read_log_count_after(l->db, &all, &whole.rows[i].key, &n, &l->err));
        assert_int_equal(n, whole.count - i - 1);
    }
}

static void the_filter_decides_what_is_shown(void **state)
{
    struct record_lab *l = *state;
    fill(l, 300, 500);
    /* Events: 42 warnings, 258 infos. Lines: 125 of each level. */
    static const struct {
        int line;
        struct log_filter filter;
        int32_t count;
        int64_t counted; /* without the match */
    } cases[] = {
        {__LINE__, {.level = LOG_DEBUG}, 800, 800},
        {__LINE__, {.level = LOG_INFO}, 300 + 375, 675},
        {__LINE__, {.level = LOG_WARN}, 42 + 250, 292},
        {__LINE__, {.level = LOG_ERROR}, 125, 125},
        {__LINE__, {.level = LOG_DEBUG, .match = "line 4[0-9]{2}$"}, 100, 800},
        {__LINE__, {.level = LOG_DEBUG, .match = "LINE 4.*"}, 111, 800},
        {__LINE__, {.level = LOG_DEBUG, .match = "^search "}, 300, 800},
        {__LINE__, {.level = LOG_DEBUG, .match = "failed"}, 42, 800},
        {__LINE__, {.level = LOG_DEBUG, .match = "nowhere"}, 0, 800},
        {__LINE__, {.level = LOG_DEBUG, .since_us = 600}, 1 + 141, 800},
        {__LINE__, {.level = LOG_WARN, .since_us = 500, .match = "line"}, 101, 292},
        {__LINE__, {.level = LOG_DEBUG, .job = "nobody"}, 0, 0},
    };
    const struct log_key start = {-1, 0, 0};
    for (size_t i = 0; i < CASES(cases); i++) {
        for (int before = 0; before < 2; before++) {
            struct piece p = read_some(l, &cases[i].filter, NULL, before == 1, 5000);
            CHECK_AT(cases[i].line, p.count == cases[i].count, "%d rows", p.count);
        }
        int64_t n = -1;
        assert_true(read_log_count_after(l->db, &cases[i].filter, &start, &n, &l->err));
        CHECK_AT(cases[i].line, n == cases[i].counted, "%d counted", (int)n);
    }
    int64_t none = -1;
    assert_true(read_log_count_after(l->db, &cases[0].filter, NULL, &none, &l->err));
    assert_int_equal(none, 0);
}

static void a_bad_pattern_is_refused_with_its_reason(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter bad = {.level = LOG_DEBUG, .match = "(unclosed"};
    struct log_row *rows = NULL;
    int32_t n = -1;
    assert_false(read_log(l->db, &bad, NULL, true, 10, &l->arena, &rows, &n, &l->err));
    assert_int_equal(l->err.kind, ERR_REFUSED);
    assert_non_null(strstr(l->err.text, "(unclosed"));
    assert_int_equal(n, -1);
    assert_null(rows);
}

/* What really happens, read back. */
static void events_are_sentences_with_the_names_of_their_time(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter of_job = {.level = LOG_DEBUG, .job = "job"};
    const struct log_filter masked = {.level = LOG_INFO, .job = "job", .mask = true};
    lab_job(l, "acme", "other", "g:a", 10, 10);
    lab_job(l, "acme", "job", "Madrid:fontanero", 10, 10);
    lab_control(l, "acme", "job", CONTROL_START, MODE_SMTP);
    lab_take(l, MODE_SMTP);
    lab_find(l, "maria@acme.example");
    assert_int_equal(lab_send(l, 1, SEND_SENT), 1);
    struct piece p = read_some(l, &of_job, NULL, true, 1);
    assert_int_equal(p.count, 1);
    assert_string_equal(p.rows[0].text, "job: sent to maria@acme.example (Madrid)");
    assert_string_equal(p.rows[0].job, "job");
    assert_string_equal(p.rows[0].area, "mail");
    assert_int_equal(p.rows[0].level, LOG_INFO);
    assert_int_equal(p.rows[0].key.source, 0);
    assert_int_equal(p.rows[0].key.at_us, l->clock.now);
    p = read_some(l, &masked, NULL, true, 50);
    for (int32_t i = 0; i < p.count; i++) {
        assert_null(strstr(p.rows[i].text, "maria"));
        assert_string_equal(p.rows[i].job, "job");
    }
    assert_string_equal(p.rows[p.count - 1].text, "job: sent to m***@acme.example (Madrid)");
    assert_string_equal(p.rows[p.count - 2].text,
                        "job: \"fontanero\" gave 1 new addresses, 0 known ones");
    assert_string_equal(p.rows[0].text, "job: made by ana: 1 groups, 1 terms");
    /* A job of the same name, made after this one was deleted, is shown with it. */
    lab_control(l, "acme", "job", CONTROL_STOP, MODE_SMTP);
    lab_release(l, JOB_STOPPED);
    struct job_ref ref = {"acme", "job"};
    assert_true(l->a->ops->job_delete(l->a, "ana", &ref, &l->err));
    lab_job(l, "acme", "job", "Leeds:plumber", 10, 10);
    int32_t before = p.count;
    p = read_some(l, &masked, NULL, true, 50);
    assert_int_equal(p.count, before + 4); /* stop, stopped, deleted, made */
    assert_string_equal(p.rows[p.count - 1].text, "job: made by ana: 1 groups, 1 terms");
    assert_string_equal(p.rows[p.count - 2].text, "job: deleted by ana");
}

static void lines_of_the_log_are_screened_and_masked(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter open = {.level = LOG_DEBUG};
    const struct log_filter masked = {.level = LOG_DEBUG, .mask = true};
    lab_sql(l, "DELETE FROM events");
    add_log(l, "INSERT INTO lines (at, level, area, text) "
               "VALUES (5, 2, 'mail', 'to jo@b.example' || char(27) || '[2J')");
    struct piece p = read_some(l, &open, NULL, true, 5);
    assert_int_equal(p.count, 1);
    assert_non_null(strstr(p.rows[0].text, "jo@b.example"));
    assert_null(strchr(p.rows[0].text, '\033'));
    assert_string_equal(p.rows[0].job, "");
    assert_string_equal(p.rows[0].area, "mail");
    assert_int_equal(p.rows[0].key.source, 1);
    p = read_some(l, &masked, NULL, true, 5);
    assert_non_null(strstr(p.rows[0].text, "j***@b.example"));
}

static void without_a_log_the_events_are_shown(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    lab_job(l, "acme", "job", "g:a", 10, 10);
    struct piece p = read_some(l, &all, NULL, false, 50);
    assert_true(p.count >= 3); /* workspace, template, job */
    for (int32_t i = 0; i < p.count; i++)
        assert_int_equal(p.rows[i].key.source, 0);
    p = read_some(l, &all, NULL, false, 0);
    assert_int_equal(p.count, 0);
}

static void lines_that_arrive_or_go_do_not_move_the_view(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    fill(l, 300, 500);
    struct piece window = read_some(l, &all, NULL, true, 40);
    struct log_key top = window.rows[0].key;
    lab_sql(l, "INSERT INTO events (at, kind, level) VALUES (99999, 'cycle', 2)");
    lab_sql(l, "DELETE FROM events WHERE seq < 100");
    struct piece again = read_some(l, &all, &top, false, 39);
    for (int32_t i = 0; i < 39; i++)
        assert_int_equal(compare(again.rows[i].key, window.rows[i + 1].key), 0);
    int64_t below = 0;
    assert_true(read_log_count_after(l->db, &all, &window.rows[39].key, &below, &l->err));
    assert_int_equal(below, 1);
}

static void a_kind_of_a_newer_version_is_not_fatal(void **state)
{
    struct record_lab *l = *state;
    const struct log_filter all = {.level = LOG_DEBUG};
    lab_sql(l, "INSERT INTO events (at, kind, level) VALUES (99999999999999999, 'teleported', 2)");
    struct piece p = read_some(l, &all, NULL, true, 1);
    assert_int_equal(p.count, 1);
    assert_non_null(strstr(p.rows[0].text, "newer"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everything_comes_in_the_order_of_time),
        TEST(a_view_keeps_its_place_whatever_the_size_of_its_window),
        TEST(a_key_between_two_rows_of_one_instant_is_found_again),
        TEST(the_filter_decides_what_is_shown),
        TEST(a_bad_pattern_is_refused_with_its_reason),
        TEST(events_are_sentences_with_the_names_of_their_time),
        TEST(lines_of_the_log_are_screened_and_masked),
        TEST(without_a_log_the_events_are_shown),
        TEST(lines_that_arrive_or_go_do_not_move_the_view),
        TEST(a_kind_of_a_newer_version_is_not_fatal),
    };
    return cmocka_run_group_tests_name("read_log", tests, NULL, NULL);
}
