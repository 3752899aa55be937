/* pg_stage.c - speaks libpq in its blocking form, apart from what is tested. */
#include "contract/pg_stage.h"

#include "base/str.h"
#include "base/uuid.h"
#include "unit/cases.h"

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

const char *pg_stage_dir(void)
{
    return getenv("AUTOPILOT_TEST_PG_DIR");
}

static void say_nothing(void *user, const PGresult *notice)
{
    (void)user;
    (void)notice;
}

static PGresult *run(const char *url, const char *sql)
{
    PGconn *conn = PQconnectdb(url);
    (void)PQsetNoticeReceiver(conn, say_nothing, NULL);
    PGresult *result = PQexec(conn, sql);
    ExecStatusType status = PQresultStatus(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        print_error("%s: %s\n", sql, PQerrorMessage(conn));
        fail();
    }
    PQfinish(conn);
    return result;
}

void pg_stage_sql(struct pg_stage *s, const char *url, const char *sql)
{
    PQclear(run(url != NULL ? url : s->url, sql));
}

int64_t pg_stage_int(struct pg_stage *s, const char *url, const char *sql)
{
    PGresult *result = run(url != NULL ? url : s->url, sql);
    assert_int_equal(PQntuples(result), 1);
    int64_t value = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
    return value;
}

void pg_stage_replace(char dst[PG_STAGE_TEXT], const char *url, const char *part, const char *other)
{
    const char *at = strstr(url, part);
    assert_non_null(at);
    assert_true(
        str_format(dst, PG_STAGE_TEXT, "%.*s%s%s", (int)(at - url), url, other, at + strlen(part)));
}

void pg_stage_init(struct pg_stage *s, const char *template)
{
    const char *url = getenv("AUTOPILOT_TEST_PG");
    char sql[300], database[80];
    struct uuid id = uuid_new_v7(0);
    *s = (struct pg_stage){.control = -1};
    if (url == NULL)
        skip();
    (void)str_format(s->name, sizeof s->name, "stage_%d_%02x%02x%02x%02x", (int)getpid(),
                     id.byte[12], id.byte[13], id.byte[14], id.byte[15]);
    (void)str_format(sql, sizeof sql, "CREATE DATABASE %s%s%s", s->name,
                     template != NULL ? " TEMPLATE " : "", template != NULL ? template : "");
    PQclear(run(url, sql));
    (void)str_format(database, sizeof database, "/%s?", s->name);
    pg_stage_replace(s->url, url, "/postgres?", database);
    pg_stage_replace(s->pooler, getenv("AUTOPILOT_TEST_PG_POOLER"), "/postgres?", database);
}

void pg_stage_done(struct pg_stage *s)
{
    char sql[200];
    if (s->name[0] != '\0') {
        (void)str_format(sql, sizeof sql, "DROP DATABASE IF EXISTS %s WITH (FORCE)", s->name);
        PQclear(run(getenv("AUTOPILOT_TEST_PG"), sql));
        if (s->control >= 0)
            (void)close(s->control);
    }
    *s = (struct pg_stage){.control = -1};
}

static void open_control(struct pg_stage *s)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    assert_true(str_format(where.sun_path, sizeof where.sun_path, "%s/control", pg_stage_dir()));
    s->control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(s->control, (struct sockaddr *)&where, sizeof where), 0);
}

const char *pg_stage_ask(struct pg_stage *s, const char *format, ...)
{
    char line[300];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    assert_in_range(len, 1, sizeof line - 2);
    line[len++] = '\n';
    if (s->control < 0)
        open_control(s);
    assert_int_equal(send(s->control, line, (size_t)len, MSG_NOSIGNAL), len);
    size_t got = 0;
    while (got == 0 || s->answer[got - 1] != '\n') {
        ssize_t n = recv(s->control, s->answer + got, sizeof s->answer - got - 1, 0);
        assert_true(n > 0);
        got += (size_t)n;
    }
    s->answer[got - 1] = '\0';
    if (!str_starts(s->answer, "ok")) {
        print_error("%.*s: %s\n", len - 1, line, s->answer);
        fail();
    }
    return s->answer + (s->answer[2] == ' ' ? 3 : 2);
}
