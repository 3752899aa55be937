/* test_pg_link.c - the link to PostgreSQL against real servers. If it failed, an engine could wait
 * for ever on a silent network, believe that a command was done (or not done) when it is not known,
 * or send what it does to whoever answers in the server's place.
 *
 * needs: postgres
 * run: alone */
#include "adapter/pg_link.h"
#include "base/clock.h"
#include "base/str.h"
#include "contract/pg_stage.h"
#include "unit/cases.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_US (20 * US_PER_S)

struct scene {
    struct pg_stage stage;
    struct pg_link *link;
    struct wake wake;
    struct err err;
    struct pg_answer answer;
};

static struct scene *begin(void **state)
{
    struct scene *s = *state;
    pg_stage_init(&s->stage, NULL);
    return s;
}

static int set_up(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    *state = s;
    return s == NULL || !wake_init(&s->wake, &s->err) ? -1 : 0;
}

static int tear_down(void **state)
{
    struct scene *s = *state;
    pg_answer_done(&s->answer);
    pg_link_free(s->link);
    pg_stage_done(&s->stage);
    wake_done(&s->wake);
    free(s);
    return 0;
}

static void link_to(struct scene *s, const char *url)
{
    struct pg_link_options options = {.url = url, .wake = &s->wake, .host_us = 2 * US_PER_S};
    pg_link_free(s->link);
    s->link = NULL;
    if (!pg_link_new(&options, &s->link, &s->err))
        fail_msg("%s", s->err.text);
}

static bool call(struct scene *s, const char *sql, const struct pg_args *args, int64_t wait_us)
{
    s->err = (struct err){0};
    pg_answer_done(&s->answer);
    return pg_link_call(s->link, sql, args, clock_boot_us() + wait_us, &s->answer, &s->err);
}

static void must(struct scene *s, const char *sql)
{
    if (!call(s, sql, NULL, LONG_US))
        fail_msg("%s: %s", sql, s->err.text);
}

/* The call fails so, with these words in its sentence. */
static void refused(struct scene *s, const char *sql, int64_t wait_us, enum err_kind kind,
                    const char *words)
{
    assert_false(call(s, sql, NULL, wait_us));
    if (s->err.kind != kind || strstr(s->err.text, words) == NULL)
        fail_msg("%s: got %s: %s", sql, err_kind_name(s->err.kind), s->err.text);
}

/* --- values ----------------------------------------------------------------------------------- */

static void values_go_and_come_back(void **state)
{
    struct scene *s = begin(state);
    struct uuid id = uuid_from_bytes("x", 1);
    struct pg_args a = pg_args_init();
    link_to(s, s->stage.url);
    pg_args_int(&a, INT64_MIN);
    pg_args_bool(&a, true);
    pg_args_uuid(&a, id);
    pg_args_instant(&a, INT64_C(1700000000123456));
    pg_args_text(&a, "na\xc3\xafve '; DROP TABLE x; --");
    pg_args_bytes(&a, "a\0b", 3);
    pg_args_null(&a);
    pg_args_instant(&a, INT64_MAX);
    pg_args_text(&a, "12.50");
    assert_true(call(s,
                     "SELECT $1, $2, $3, $4, $5::text, $6, $7::text, $8, ($9::numeric * 2)::text,"
                     " 7::smallint, 8::int, '{\"a\": 1}'::jsonb, -1::int, $4 = to_timestamp("
                     "1700000000.123456), $1::text, '\\x'::bytea",
                     &a, LONG_US));
    struct pg_answer *r = &s->answer;
    size_t len = 0;
    assert_int_equal(r->rows, 1);
    assert_int_equal(r->columns, 16);
    assert_true(pg_answer_int(r, 0, 0) == INT64_MIN);
    assert_true(pg_answer_bool(r, 0, 1));
    assert_true(uuid_equal(pg_answer_uuid(r, 0, 2), id));
    assert_int_equal(pg_answer_instant(r, 0, 3), INT64_C(1700000000123456));
    assert_string_equal(pg_answer_text(r, 0, 4), "na\xc3\xafve '; DROP TABLE x; --");
    assert_memory_equal(pg_answer_bytes(r, 0, 5, &len), "a\0b", 3);
    assert_int_equal(len, 3);
    assert_true(pg_answer_null(r, 0, 6));
    assert_string_equal(pg_answer_text(r, 0, 6), "");
    assert_true(pg_answer_instant(r, 0, 7) == INT64_MAX);
    assert_string_equal(pg_answer_text(r, 0, 8), "25.00");
    assert_int_equal(pg_answer_int(r, 0, 9), 7);
    assert_int_equal(pg_answer_int(r, 0, 10), 8);
    assert_string_equal(pg_answer_text(r, 0, 11), "{\"a\": 1}");
    assert_int_equal(pg_answer_int(r, 0, 12), -1);
    assert_true(pg_answer_bool(r, 0, 13));
    assert_string_equal(pg_answer_text(r, 0, 14), "-9223372036854775808");
    (void)pg_answer_bytes(r, 0, 15, &len);
    assert_int_equal(len, 0);
    assert_true(pg_answer_ok(r, &s->err));
    char small[4];
    assert_false(pg_answer_text_to(r, 0, 4, small, sizeof small));
    assert_string_equal(small, "na"); /* not half of the third character */
    pg_args_done(&a);
}

static void arrays_go(void **state)
{
    struct scene *s = begin(state);
    struct pg_args a = pg_args_init();
    static const int64_t numbers[] = {3, -4};
    static const struct uuid ids[] = {{{1}}, {{2}}, {{3}}};
    static const bool truths[] = {true, false, true};
    static const char *const texts[] = {"a,b", NULL, "\"{}", ""};
    link_to(s, s->stage.url);
    pg_args_ints(&a, numbers, 2);
    pg_args_uuids(&a, ids, 3);
    pg_args_instants(&a, numbers, 2);
    pg_args_bools(&a, truths, 3);
    pg_args_texts(&a, texts, 4);
    pg_args_ints(&a, NULL, 0);
    assert_true(call(s,
                     "SELECT (SELECT sum(x)::bigint FROM unnest($1) x), ($2)[3],"
                     " extract(epoch from ($3)[2] - ($3)[1])::text, ($4)[3] AND NOT ($4)[2],"
                     " ($5)::text, cardinality($6)",
                     &a, LONG_US));
    struct pg_answer *r = &s->answer;
    assert_int_equal(pg_answer_int(r, 0, 0), -1);
    assert_true(uuid_equal(pg_answer_uuid(r, 0, 1), ids[2]));
    assert_string_equal(pg_answer_text(r, 0, 2), "-0.000007");
    assert_true(pg_answer_bool(r, 0, 3));
    assert_string_equal(pg_answer_text(r, 0, 4), "{\"a,b\",NULL,\"\\\"{}\",\"\"}");
    assert_int_equal(pg_answer_int(r, 0, 5), 0);
    assert_true(pg_answer_ok(r, &s->err));
    pg_args_done(&a);
}

static void wrong_kinds_are_told(void **state)
{
    struct scene *s = begin(state);
    static const char *const queries[] = {"SELECT 'x'::text", "SELECT NULL::bigint",
                                          "SELECT 1.5::float8", "SELECT 1 WHERE false", "SELECT"};
    link_to(s, s->stage.url);
    for (size_t i = 0; i < CASES(queries); i++) {
        must(s, queries[i]);
        assert_int_equal(pg_answer_int(&s->answer, 0, 0), 0);
        assert_false(pg_answer_ok(&s->answer, &s->err));
        assert_int_equal(s->err.kind, ERR_STOP);
        assert_non_null(strstr(s->err.text, "autopilot db migrate"));
    }
    must(s, "SELECT 1::bigint");
    assert_string_equal(pg_answer_text(&s->answer, 0, 0), "");
    assert_false(pg_answer_ok(&s->answer, &s->err));
}

static void too_many_parameters(void **state)
{
    struct scene *s = begin(state);
    struct pg_args a = pg_args_init();
    link_to(s, s->stage.url);
    for (int i = 0; i <= PG_ARGS_MAX; i++)
        pg_args_int(&a, i);
    assert_false(call(s, "SELECT 1", &a, LONG_US));
    assert_int_equal(s->err.kind, ERR_STOP);
    assert_false(pg_link_up(s->link)); /* nobody was asked */
    pg_args_clear(&a);
    assert_true(call(s, "SELECT 1", &a, LONG_US));
    pg_args_done(&a);
}

/* --- what the server says --------------------------------------------------------------------- */

static void faults_keep_the_link(void **state)
{
    struct scene *s = begin(state);
    static const struct {
        int line;
        const char *sql;
        enum err_kind kind;
        const char *words;
    } cases[] = {
        {__LINE__, "DO $$BEGIN RAISE 'lease: taken' USING ERRCODE = 'AP001'; END$$", ERR_FENCED,
         "lease: taken"},
        {__LINE__, "DO $$BEGIN RAISE 'x: by ana\033[1m' USING ERRCODE = 'AP002'; END$$",
         ERR_CONFLICT, "x: by ana.[1m"},
        {__LINE__, "SELECT * FROM nowhere", ERR_STOP, "autopilot db migrate"},
        {__LINE__, "SELECT ap.nothing()", ERR_STOP, "autopilot db migrate"},
        {__LINE__, "SELECT nothing()", ERR_STOP, "autopilot db migrate"},
        {__LINE__, "SELECT 1/0", ERR_STOP, "division by zero"},
        {__LINE__, "SELECT 1; SELECT 2", ERR_STOP, "multiple commands"},
        {__LINE__, "DO $$BEGIN RAISE SQLSTATE '40001'; END$$", ERR_RETRY, "try again"},
    };
    link_to(s, s->stage.url);
    for (size_t i = 0; i < CASES(cases); i++) {
        assert_false(call(s, cases[i].sql, NULL, LONG_US));
        CHECK_AT(cases[i].line,
                 s->err.kind == cases[i].kind && strstr(s->err.text, cases[i].words) != NULL,
                 "got %s: %s", err_kind_name(s->err.kind), s->err.text);
        must(s, "SELECT 1");
    }
    assert_int_equal(pg_link_generation(s->link), 1);
    refused(s, "COPY (SELECT 1) TO STDOUT", LONG_US, ERR_STOP, "COPY");
    must(s, "SELECT 1");
    refused(s, "", LONG_US, ERR_STOP, "empty");
}

static void a_script_is_one_transaction(void **state)
{
    struct scene *s = begin(state);
    link_to(s, s->stage.url);
    int64_t end_us = clock_boot_us() + LONG_US;
    assert_true(pg_link_script(s->link, "CREATE TABLE t (i int); INSERT INTO t VALUES (1), (2)",
                               end_us, &s->err));
    assert_false(
        pg_link_script(s->link, "INSERT INTO t VALUES (3); SELECT 1/0; SELECT 2", end_us, &s->err));
    assert_non_null(strstr(s->err.text, "division by zero"));
    assert_int_equal(pg_stage_int(&s->stage, NULL, "SELECT count(*) FROM t"), 2);
    must(s, "DELETE FROM t");
    assert_int_equal(s->answer.changed, 2);
}

/* --- time ------------------------------------------------------------------------------------- */

static void a_deadline_holds(void **state)
{
    struct scene *s = begin(state);
    link_to(s, s->stage.url);
    must(s, "SELECT 1");
    int64_t began_us = clock_boot_us();
    refused(s, "SELECT pg_sleep(60)", 300 * US_PER_MS, ERR_RETRY, "nothing was changed");
    int64_t took_us = clock_boot_us() - began_us;
    assert_in_range(took_us, 300 * US_PER_MS, 5 * US_PER_S);
    must(s, "SELECT 1"); /* the link is as good as before */
    assert_int_equal(pg_link_generation(s->link), 1);
}

struct caller {
    struct wake *wake;
    bool cancel;
};

static void *wake_soon(void *user)
{
    struct caller *c = user;
    struct timespec span = {.tv_nsec = 100 * 1000 * 1000};
    (void)nanosleep(&span, NULL);
    if (c->cancel)
        wake_cancel(c->wake);
    else
        wake_up(c->wake);
    return NULL;
}

static void a_cancelled_wake_ends_a_call(void **state)
{
    struct scene *s = begin(state);
    struct caller c = {&s->wake, false};
    pthread_t thread;
    link_to(s, s->stage.url);
    must(s, "SELECT 1");
    assert_int_equal(pthread_create(&thread, NULL, wake_soon, &c), 0);
    must(s, "SELECT pg_sleep(0.3)"); /* a wake-up alone is for others */
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(wake_wait(&s->wake, 0)); /* and is still there for them */
    c.cancel = true;
    int64_t began_us = clock_boot_us();
    assert_int_equal(pthread_create(&thread, NULL, wake_soon, &c), 0);
    refused(s, "SELECT pg_sleep(60)", LONG_US, ERR_CANCELLED, "nothing was changed");
    assert_in_range(clock_boot_us() - began_us, 0, 5 * US_PER_S);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void a_stalled_wire(void **state)
{
    struct scene *s = begin(state);
    (void)pg_stage_ask(&s->stage, "server a");
    link_to(s, pg_stage_ask(&s->stage, "wire w a"));
    must(s, "SELECT 1");
    (void)pg_stage_ask(&s->stage, "stall w");
    int64_t began_us = clock_boot_us();
    refused(s, "SELECT 2", 200 * US_PER_MS, ERR_RETRY, "look again");
    /* The request to cancel goes unanswered too. */
    assert_in_range(clock_boot_us() - began_us, 1200 * US_PER_MS, 5 * US_PER_S);
    assert_false(pg_link_up(s->link));
    assert_true(pg_link_next_try_us(s->link) > began_us);
    pg_link_try_now(s->link);
    refused(s, "SELECT 3", 200 * US_PER_MS, ERR_UNREACHABLE, "does not answer");
    (void)pg_stage_ask(&s->stage, "go w");
    pg_link_try_now(s->link);
    must(s, "SELECT 4");
}

/* --- losses ----------------------------------------------------------------------------------- */

static void an_idle_loss_is_no_loss(void **state)
{
    struct scene *s = begin(state);
    link_to(s, s->stage.url);
    must(s, "SELECT pg_backend_pid()");
    char sql[100];
    (void)str_format(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)::int",
                     (int)pg_answer_int(&s->answer, 0, 0));
    assert_int_equal(pg_stage_int(&s->stage, NULL, sql), 1);
    must(s, "SELECT 2");
    assert_int_equal(pg_link_generation(s->link), 2);
    struct pg_link_counts counts;
    pg_link_counts(s->link, &counts);
    assert_int_equal(counts.losses, 1);
    assert_int_equal(counts.statements, 2);
}

static void killed_in_mid_query(void **state)
{
    struct scene *s = begin(state);
    link_to(s, s->stage.url);
    refused(s, "SELECT pg_terminate_backend(pg_backend_pid())", LONG_US, ERR_RETRY, "not known");
    assert_false(pg_link_up(s->link));
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "the next try is in");
    pg_link_try_now(s->link);
    must(s, "SELECT 1");
}

struct crasher {
    struct pg_stage *stage;
};

static void *crash_soon(void *user)
{
    struct crasher *c = user;
    while (pg_stage_int(c->stage, NULL,
                        "SELECT count(*) FROM pg_stat_activity"
                        " WHERE query = 'SELECT pg_sleep(61)'") == 0)
        continue;
    (void)pg_stage_ask(c->stage, "crash a");
    return NULL;
}

static void the_server_dies_in_mid_query(void **state)
{
    struct scene *s = begin(state);
    struct pg_stage asking = s->stage; /* the thread's own view of the server that dies */
    pthread_t thread;
    (void)str_copy(asking.url, sizeof asking.url, pg_stage_ask(&s->stage, "server a"));
    asking.control = s->stage.control;
    link_to(s, asking.url);
    must(s, "SELECT 1");
    struct crasher c = {&asking};
    assert_int_equal(pthread_create(&thread, NULL, crash_soon, &c), 0);
    refused(s, "SELECT pg_sleep(61)", LONG_US, ERR_RETRY, "not known");
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_false(pg_link_up(s->link));
    for (int i = 1; i <= 4; i++) { /* 0.1 s was for the loss */
        int64_t began_us = clock_boot_us(), most_us = (100 * US_PER_MS) << i;
        pg_link_try_now(s->link);
        refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "can be reached");
        int64_t end_us = clock_boot_us(), next_us = pg_link_next_try_us(s->link);
        assert_in_range(next_us, began_us + most_us / 2, end_us + most_us);
    }
    (void)pg_stage_ask(&asking, "start a");
    pg_link_try_now(s->link);
    must(s, "SELECT 1");
}

static void an_answer_is_cut(void **state)
{
    struct scene *s = begin(state);
    char url[PG_STAGE_TEXT];
    (void)str_copy(url, sizeof url, pg_stage_ask(&s->stage, "server a"));
    pg_stage_sql(&s->stage, url, "CREATE TABLE t (i int)");
    link_to(s, pg_stage_ask(&s->stage, "wire w a"));
    must(s, "SELECT 1");
    (void)pg_stage_ask(&s->stage, "cut w 0");
    refused(s, "INSERT INTO t VALUES (1)", LONG_US, ERR_RETRY, "not known");
    assert_int_equal(pg_stage_int(&s->stage, url, "SELECT count(*) FROM t"), 1);
}

/* --- connecting ------------------------------------------------------------------------------- */

/* A port that takes connections and never says a word: its queue is never emptied. */
static int silent_port(int *ret_port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 10), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *ret_port = ntohs(at.sin_port);
    return fd;
}

static void a_silent_first_host(void **state)
{
    struct scene *s = begin(state);
    int port = 0, fd = silent_port(&port);
    char hosts[100], url[PG_STAGE_TEXT];
    (void)str_format(hosts, sizeof hosts, "@127.0.0.1:%d,localhost:", port);
    pg_stage_replace(url, s->stage.url, "@localhost:", hosts);
    link_to(s, url);
    int64_t began_us = clock_boot_us();
    assert_true(call(s, "SELECT 1", NULL, 2 * US_PER_S)); /* half of it for the first */
    assert_in_range(clock_boot_us() - began_us, 700 * US_PER_MS, 2 * US_PER_S);
    pg_link_drop(s->link);
    began_us = clock_boot_us();
    must(s, "SELECT 1"); /* the good one first now */
    assert_in_range(clock_boot_us() - began_us, 0, 1400 * US_PER_MS);
    assert_non_null(strstr(pg_link_where(s->link), "localhost port "));
    (void)close(fd);
}

static void the_primary_is_found(void **state)
{
    struct scene *s = begin(state);
    char primary[PG_STAGE_TEXT], standby[PG_STAGE_TEXT], url[PG_STAGE_TEXT], hosts[100];
    (void)str_copy(primary, sizeof primary, pg_stage_ask(&s->stage, "server a"));
    (void)str_copy(standby, sizeof standby, pg_stage_ask(&s->stage, "standby b a"));
    link_to(s, standby);
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "primary");
    const char *at = strstr(standby, "@localhost:");
    assert_non_null(at);
    (void)str_format(hosts, sizeof hosts, "%.*s,localhost:", (int)strcspn(at, "/"), at);
    pg_stage_replace(url, primary, "@localhost:", hosts);
    link_to(s, url);
    must(s, "SELECT pg_is_in_recovery()");
    assert_false(pg_answer_bool(&s->answer, 0, 0));
    (void)pg_stage_ask(&s->stage, "crash a");
    (void)pg_stage_ask(&s->stage, "promote b");
    must(s, "SELECT pg_is_in_recovery()");
    assert_false(pg_answer_bool(&s->answer, 0, 0));
    assert_int_equal(pg_link_generation(s->link), 2);
}

static void bad_addresses(void **state)
{
    struct scene *s = begin(state);
    char database[100];
    (void)str_format(database, sizeof database, "/%s?", s->stage.name);
    const struct {
        int line;
        const char *part, *other, *words;
    } cases[] = {
        {__LINE__, "tester:", "tester:x", "does not accept the password"},
        {__LINE__, "tester:", "nobody-there:", "does not accept the password"},
        {__LINE__, database, "/nowhere?", "no such database"},
        {__LINE__, "/ca.pem", "/other-ca.pem", "sslrootcert="},
        {__LINE__, "/ca.pem", "/no-ca.pem", "sslrootcert="},
        {__LINE__, "@localhost:", "@127.0.0.1:", "host name for which"},
        {__LINE__, "@localhost:", "@host.invalid:", "is not found"},
        {__LINE__, "@localhost:", "@localhost:1,localhost:", NULL}, /* the second is fine */
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        char url[PG_STAGE_TEXT];
        pg_stage_replace(url, s->stage.url, cases[i].part, cases[i].other);
        link_to(s, url);
        bool ok = call(s, "SELECT 1", NULL, LONG_US);
        CHECK_AT(cases[i].line, ok == (cases[i].words == NULL), "%s", s->err.text);
        if (ok)
            continue;
        CHECK_AT(cases[i].line, strstr(s->err.text, cases[i].words) != NULL, "%s", s->err.text);
        CHECK_AT(cases[i].line, s->err.kind == ERR_UNREACHABLE, "%s", err_kind_name(s->err.kind));
        if (getenv("AUTOPILOT_TEST_TELL") != NULL)
            print_message("%s\n", s->err.text);
    }
}

static void unreadable_addresses(void **state)
{
    struct scene *s = *state;
    static const char *const urls[] = {"postgresql://u:hunter2%zz@host/db",
                                       "postgresql://u:hunter2@host/db?nonsense=hunter2",
                                       "host='hunter2",
                                       "postgresql://u:hunter2@a,b,c,d,e,f,g,h,i/db",
                                       "host=a,b,c port=1,2 password=hunter2",
                                       "service=hunter2"};
    for (size_t i = 0; i < CASES(urls); i++) {
        struct pg_link_options options = {.url = urls[i]};
        assert_false(pg_link_new(&options, &s->link, &s->err));
        assert_int_equal(s->err.kind, ERR_REFUSED);
        CHECK_AT(i, strstr(s->err.text, "hunter2") == NULL, "%s", s->err.text);
    }
}

/* TLS is asked for where the address is silent about it. */
static void verified_by_default(void **state)
{
    struct scene *s = begin(state);
    char url[PG_STAGE_TEXT], other[PG_STAGE_TEXT];
    pg_stage_replace(url, s->stage.url, "sslmode=verify-full&", "");
    link_to(s, url);
    must(s, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    assert_true(pg_answer_bool(&s->answer, 0, 0));
    pg_stage_replace(other, url, "/ca.pem", "/other-ca.pem");
    link_to(s, other);
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "certificate");
    pg_stage_replace(url, s->stage.url, "verify-full", "disable");
    link_to(s, url);
    must(s, "SELECT current_setting('application_name'), current_setting('client_encoding')");
    assert_string_equal(pg_answer_text(&s->answer, 0, 0), "autopilot");
    assert_string_equal(pg_answer_text(&s->answer, 0, 1), "UTF8");
}

/* Files' rights guard it instead of TLS. */
static void a_local_socket(void **state)
{
    struct scene *s = begin(state);
    char url[PG_STAGE_TEXT], part[300];
    (void)str_format(part, sizeof part, "?host=%s/main&port=%d&", pg_stage_dir(),
                     atoi(strstr(s->stage.url, "localhost:") + 10));
    pg_stage_replace(url, s->stage.url, "?", part);
    char *at = strstr(url, "localhost:");
    memmove(at, at + strcspn(at, "/"), strlen(at + strcspn(at, "/")) + 1);
    link_to(s, url);
    must(s, "SELECT inet_server_addr() IS NULL");
    assert_true(pg_answer_bool(&s->answer, 0, 0));
    struct pg_link_counts counts;
    pg_link_counts(s->link, &counts);
    assert_int_equal(counts.received_bytes, 0);
}

/* PGHOST and its like are for psql. */
static void no_other_host_by_environment(void **state)
{
    struct scene *s = begin(state);
    struct pg_link_options options = {.url = "dbname=postgres user=tester password=x"};
    char port[8];
    (void)str_copy_n(port, sizeof port, strstr(s->stage.url, "localhost:") + 10, 5);
    assert_int_equal(setenv("PGHOST", "localhost", 1), 0);
    assert_int_equal(setenv("PGPORT", port, 1), 0);
    assert_true(pg_link_new(&options, &s->link, &s->err));
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "/var/run/postgresql port 5432");
    assert_int_equal(unsetenv("PGHOST"), 0);
    assert_int_equal(unsetenv("PGPORT"), 0);
}

static void a_password_file(void **state)
{
    struct scene *s = begin(state);
    char url[PG_STAGE_TEXT], path[300], password[100], part[120];
    const char *at = strstr(s->stage.url, "tester:");
    (void)str_copy_n(password, sizeof password, at + 7, strcspn(at, "@") - 7);
    (void)str_format(part, sizeof part, ":%s@", password);
    pg_stage_replace(url, s->stage.url, part, "@");
    (void)str_format(path, sizeof path, "%s/password", getenv("TMPDIR"));
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fprintf(f, "%s\n", password);
    assert_int_equal(fclose(f), 0);
    struct pg_link_options options = {.url = url, .password_file = path};
    assert_true(pg_link_new(&options, &s->link, &s->err));
    assert_int_equal(chmod(path, 0640), 0);
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "chmod 600");
    assert_int_equal(chmod(path, 0600), 0);
    pg_link_try_now(s->link);
    must(s, "SELECT 1");
    pg_link_drop(s->link);
    assert_int_equal(unlink(path), 0);
    refused(s, "SELECT 1", LONG_US, ERR_UNREACHABLE, "password");
    assert_null(strstr(s->err.text, password));
}

static void through_a_pooler(void **state)
{
    struct scene *s = begin(state);
    struct pg_args a = pg_args_init();
    link_to(s, s->stage.pooler);
    pg_args_int(&a, 20);
    for (int i = 0; i < 20; i++) {
        assert_true(call(s, "SELECT $1 + 22", &a, LONG_US));
        assert_int_equal(pg_answer_int(&s->answer, 0, 0), 42);
    }
    refused(s, "SELECT pg_sleep(60)", 300 * US_PER_MS, ERR_RETRY, "nothing was changed");
    must(s, "SELECT pg_backend_pid()");
    assert_int_equal(pg_link_generation(s->link), 1);
    char sql[100];
    (void)str_format(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)::int",
                     (int)pg_answer_int(&s->answer, 0, 0));
    assert_int_equal(pg_stage_int(&s->stage, NULL, sql), 1);
    must(s, "SELECT 1"); /* the pooler takes another server connection */
    refused(s, "SELECT pg_terminate_backend(pg_backend_pid())", LONG_US, ERR_RETRY, "not known");
    pg_link_try_now(s->link);
    must(s, "SELECT 1");
    pg_args_done(&a);
}

static void what_passed_is_counted(void **state)
{
    struct scene *s = begin(state);
    struct pg_link_counts before, after;
    link_to(s, s->stage.url);
    must(s, "SELECT 1");
    pg_link_counts(s->link, &before);
    must(s, "SELECT repeat(md5('x'), 10000)"); /* 320 kB */
    pg_link_counts(s->link, &after);
    assert_int_equal(after.statements - before.statements, 1);
    assert_int_equal(after.connections, 1);
    assert_in_range(after.received_bytes - before.received_bytes, 320000, 360000);
    pg_link_drop(s->link);
    pg_link_counts(s->link, &before);
    assert_true(before.received_bytes >= after.received_bytes);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(values_go_and_come_back), TEST(arrays_go),
        TEST(wrong_kinds_are_told),    TEST(too_many_parameters),
        TEST(faults_keep_the_link),    TEST(a_script_is_one_transaction),
        TEST(a_deadline_holds),        TEST(a_cancelled_wake_ends_a_call),
        TEST(a_stalled_wire),          TEST(an_idle_loss_is_no_loss),
        TEST(killed_in_mid_query),     TEST(the_server_dies_in_mid_query),
        TEST(an_answer_is_cut),        TEST(a_silent_first_host),
        TEST(the_primary_is_found),    TEST(bad_addresses),
        TEST(unreadable_addresses),    TEST(verified_by_default),
        TEST(a_local_socket),          TEST(no_other_host_by_environment),
        TEST(a_password_file),         TEST(through_a_pooler),
        TEST(what_passed_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
