/* Broken if this fails: a damaged, foreign or newer file could be changed or crash the program, a
 * full disk could leave half a change, or two processes that start at once could make two records.
 * */
#include "unit/cases.h"
#include "unit/store/record_lab.h"

#include "../../../src/store/db_inside.h"
#include "base/fp.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct scene {
    struct scratch s;
    struct err err;
    char path[SCRATCH_PATH_MAX];
};

static int begin(void **state)
{
    struct scene *c = calloc(1, sizeof *c);
    if (c == NULL)
        return -1;
    scratch_init(&c->s);
    (void)str_copy(c->path, sizeof c->path, scratch_path(&c->s, "data/autopilot.db"));
    *state = c;
    return 0;
}

static int end(void **state)
{
    struct scene *c = *state;
    scratch_done(&c->s);
    free(c);
    return 0;
}

static struct db *open_ok(struct scene *c, enum db_mode mode)
{
    struct db *db = NULL;
    if (!db_open(c->path, mode, &db, &c->err))
        fail_msg("%s", c->err.text);
    return db;
}

/* Runs SQL on a file with a plain connection. */
static void raw(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    (void)sqlite3_close(db);
}

static int64_t raw_number(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *st = NULL;
    if (sqlite3_open(path, &db) != SQLITE_OK ||
        sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK || sqlite3_step(st) != SQLITE_ROW)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    int64_t n = sqlite3_column_int64(st, 0);
    (void)sqlite3_finalize(st);
    (void)sqlite3_close(db);
    return n;
}

/* What tells whether a file was touched: its bytes. */
static void hash_file(const char *path, char hash[65])
{
    struct buf bytes = buf_init((size_t)64 << 20);
    assert_true(file_read(path, &bytes, NULL));
    str_sha256_hex(buf_text(&bytes), bytes.len, hash);
    buf_done(&bytes);
}

/* --- making and opening ------------------------------------------------------------------------*/

static void a_new_record_is_made_whole_and_for_its_owner_only(void **state)
{
    struct scene *c = *state;
    struct stat st;
    db_close(open_ok(c, DB_CREATE));
    assert_int_equal(stat(c->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(scratch_path(&c->s, "data"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(raw_number(c->path, "PRAGMA application_id"), 0x61705243);
    assert_int_equal(raw_number(c->path, "PRAGMA user_version"), sql_migration_count);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM schema_migrations "
                                         "WHERE length(sha256) = 64"),
                     sql_migration_count);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM record"), 1);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM pragma_journal_mode "
                                         "WHERE journal_mode = 'wal'"),
                     1);
}

static void opening_again_changes_nothing(void **state)
{
    struct scene *c = *state;
    char before[65], after[65];
    db_close(open_ok(c, DB_CREATE));
    hash_file(c->path, before);
    db_close(open_ok(c, DB_WRITE));
    db_close(open_ok(c, DB_CREATE));
    db_close(open_ok(c, DB_READ));
    hash_file(c->path, after);
    assert_string_equal(before, after);
}

static void every_statement_can_be_prepared(void **state)
{
    struct scene *c = *state;
    struct db *db = open_ok(c, DB_CREATE);
    assert_true(db_run(db_stmt(db, SQL_MIRROR_MAKE), NULL, NULL)); /* a copy has two more tables */
    assert_true(db_run(db_stmt(db, SQL_MIRROR_MAKE_LINK), NULL, NULL));
    for (int id = 0; id < SQL_COUNT; id++) {
        const char *name = sql_name((enum sql_id)id);
        /* The log's, the journal's, the corpus' and the pages' are for other files. */
        if (str_starts(name, "journal_") || str_starts(name, "fetch_") ||
            strstr(name, "log_lines") != NULL || str_starts(name, "corpus_") ||
            str_starts(name, "log_make_") || str_equal(name, "log_add") ||
            str_equal(name, "log_trim") || str_equal(name, "db_data_version_log"))
            continue;
        struct stmt *st = db_stmt(db, (enum sql_id)id);
        if (st->rc != SQLITE_OK)
            fail_msg("%s: %s", name, sqlite3_errmsg(db->c));
    }
    db_close(db);
}

static void a_record_in_memory_is_one_too(void **state)
{
    static const char *const paths[] = {":memory:", "file:db-test?mode=memory&cache=shared"};
    struct scene *c = *state;
    for (size_t i = 0; i < CASES(paths); i++) {
        struct db *db = NULL, *second = NULL;
        assert_true(db_open(paths[i], DB_CREATE, &db, &c->err));
        assert_true(db_begin(db, &c->err));
        assert_true(db_commit(db, &c->err));
        assert_string_equal(db_path(db), paths[i]);
        if (i == 1) { /* the second handle finds what the first made */
            assert_true(db_open(paths[i], DB_WRITE, &second, &c->err));
            db_close(second);
        }
        db_close(db);
    }
    assert_false(file_exists(":memory:"));
}

static void a_shared_handle_lives_as_long_as_its_last_holder(void **state)
{
    struct scene *c = *state;
    struct db *db = open_ok(c, DB_CREATE);
    struct db *same = db_share(db);
    db_close(db);
    assert_true(db_begin(same, &c->err));
    assert_true(db_commit(same, &c->err));
    db_close(same);
    db_close(NULL);
}

/* --- refusing ----------------------------------------------------------------------------------*/

enum file_kind {
    NO_FILE,
    EMPTY,
    TEXT,
    CUT,
    SCRAMBLED,
    FOREIGN,
    NEWER,
    OURS_WITHOUT_SCHEMA,
    DIRECTORY
};

static void make(struct scene *c, enum file_kind kind)
{
    char bytes[4096];
    scratch_mkdir(&c->s, "data");
    if (kind == EMPTY)
        scratch_write(&c->s, "data/autopilot.db", "");
    if (kind == TEXT)
        scratch_write(&c->s, "data/autopilot.db", "This is a shopping list, and not a short one.");
    if (kind == DIRECTORY)
        scratch_mkdir(&c->s, "data/autopilot.db");
    if (kind == FOREIGN)
        raw(c->path, "CREATE TABLE recipes (name TEXT); PRAGMA application_id = 17");
    if (kind == OURS_WITHOUT_SCHEMA)
        raw(c->path, "CREATE TABLE recipes (name TEXT); PRAGMA application_id = 0x61705243");
    if (kind == NEWER || kind == CUT || kind == SCRAMBLED)
        db_close(open_ok(c, DB_CREATE));
    if (kind == NEWER)
        raw(c->path, "PRAGMA user_version = 999");
    if (kind == CUT)
        assert_int_equal(truncate(c->path, 5000), 0);
    if (kind == SCRAMBLED) {
        int fd = open(c->path, O_WRONLY);
        memset(bytes, 0x5A, sizeof bytes);
        assert_int_equal(pwrite(fd, bytes, 3900, 100), 3900); /* the list of tables */
        (void)close(fd);
    }
}

static void what_is_not_a_record_is_refused_and_left_as_it_is(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum file_kind kind;
        enum db_mode mode;
        enum err_kind err;
        const char *says; /* all of it, cut at | */
    } cases[] = {
        {__LINE__, NO_FILE, DB_READ, ERR_REFUSED, "there is no|autopilot init"},
        {__LINE__, NO_FILE, DB_WRITE, ERR_REFUSED, "there is no|autopilot init"},
        {__LINE__, EMPTY, DB_READ, ERR_REFUSED, "schema 0|autopilot db migrate"},
        {__LINE__, TEXT, DB_CREATE, ERR_STOP, "not a database|restore a backup"},
        {__LINE__, TEXT, DB_READ, ERR_STOP, "not a database|restore a backup"},
        {__LINE__, CUT, DB_WRITE, ERR_STOP, "damaged|restore a backup"},
        {__LINE__, SCRAMBLED, DB_WRITE, ERR_STOP, "damaged|restore a backup"},
        {__LINE__, SCRAMBLED, DB_READ, ERR_STOP, "damaged|restore a backup"},
        {__LINE__, FOREIGN, DB_CREATE, ERR_REFUSED, "something else|--data"},
        {__LINE__, FOREIGN, DB_READ, ERR_REFUSED, "something else|--data"},
        {__LINE__, OURS_WITHOUT_SCHEMA, DB_CREATE, ERR_REFUSED, "something else|--data"},
        {__LINE__, NEWER, DB_CREATE, ERR_REFUSED, "newer autopilot|schema 999"},
        {__LINE__, NEWER, DB_READ, ERR_REFUSED, "newer autopilot|schema 999"},
        {__LINE__, DIRECTORY, DB_CREATE, ERR_REFUSED, "is not a file"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        void *scene;
        char before[65] = "", after[65] = "", says[100], *part, *rest = says;
        assert_int_equal(begin(&scene), 0);
        struct scene *c = scene;
        struct db *db = NULL;
        bool file = cases[i].kind != NO_FILE && cases[i].kind != DIRECTORY;
        make(c, cases[i].kind);
        if (file)
            hash_file(c->path, before);
        bool ok = db_open(c->path, cases[i].mode, &db, &c->err);
        CHECK_AT(cases[i].line, !ok && db == NULL, "it was opened");
        CHECK_AT(cases[i].line, c->err.kind == cases[i].err, "%s: %s", err_kind_name(c->err.kind),
                 c->err.text);
        CHECK_AT(cases[i].line, strstr(c->err.text, c->path) != NULL, "no path in: %s",
                 c->err.text);
        (void)str_copy(says, sizeof says, cases[i].says);
        while ((part = strsep(&rest, "|")) != NULL)
            CHECK_AT(cases[i].line, strstr(c->err.text, part) != NULL, "\"%s\" is not in: %s", part,
                     c->err.text);
        if (file)
            hash_file(c->path, after);
        CHECK_AT(cases[i].line, str_equal(before, after), "the file was changed");
        CHECK_AT(cases[i].line, cases[i].kind != NO_FILE || !file_exists(c->path), "it was made");
        (void)end(&scene);
    }
}

static void a_directory_that_can_not_be_made_is_named(void **state)
{
    struct scene *c = *state;
    struct db *db = NULL;
    assert_false(db_open("/proc/nowhere/autopilot.db", DB_CREATE, &db, &c->err));
    assert_non_null(strstr(c->err.text, "/proc/nowhere"));
    char path[SCRATCH_PATH_MAX + 100];
    memset(path, 'x', sizeof path - 1);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_false(db_open(path, DB_CREATE, &db, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    assert_non_null(strstr(c->err.text, "too long"));
}

/* Runs a step as a user without rights; returns its exit status. */
static int as_nobody(struct scene *c, int (*step)(struct scene *c))
{
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(77);
        if (access(c->s.dir, X_OK) != 0)
            _exit(77); /* that user does not even get here */
        _exit(step(c));
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_without_rights(struct scene *c)
{
    struct db *db = NULL;
    if (db_open(c->path, DB_CREATE, &db, &c->err))
        return 1;
    if (strstr(c->err.text, "permissions") == NULL || strstr(c->err.text, c->path) == NULL) {
        (void)fprintf(stderr, "%s\n", c->err.text);
        return 2;
    }
    return 0;
}

static int write_read_only(struct scene *c)
{
    struct db *db = NULL;
    bool ok = db_open(c->path, DB_WRITE, &db, &c->err) && db_begin(db, &c->err) &&
              db_run(db_stmt(db, SQL_WORKSPACE_ADD), NULL, &c->err);
    if (ok || c->err.kind != ERR_STOP || strstr(c->err.text, "permissions") == NULL) {
        (void)fprintf(stderr, "%d %s\n", ok, c->err.text);
        return 1;
    }
    return 0;
}

static void files_without_permission_are_told_with_the_cure(void **state)
{
    struct scene *c = *state;
    scratch_mkdir(&c->s, "data");
    assert_int_equal(chmod(c->s.dir, 0755), 0);
    assert_int_equal(chmod(scratch_path(&c->s, "data"), 0555), 0);
    int status = as_nobody(c, open_without_rights);
    assert_int_equal(chmod(scratch_path(&c->s, "data"), 0755), 0);
    if (status == 77)
        skip();
    assert_int_equal(status, 0);
    db_close(open_ok(c, DB_CREATE));
    assert_int_equal(chmod(c->path, 0444), 0);
    assert_int_equal(as_nobody(c, write_read_only), 0);
}

/* --- statements and transactions ---------------------------------------------------------------*/

static bool add_workspace(struct db *db, const char *name, struct err *err)
{
    struct stmt *st = db_stmt(db, SQL_WORKSPACE_ADD);
    stmt_text(st, "$name", name);
    stmt_int(st, "$now", 5);
    return db_run(st, NULL, err);
}

static int64_t workspaces(struct db *db)
{
    bool row;
    int64_t n = 0;
    struct stmt *st = db_stmt(db, SQL_NAMES_WORKSPACES);
    for (; db_step(st, &row, NULL) && row; n++)
        continue;
    return n;
}

static void a_transaction_is_kept_or_taken_back_as_a_whole(void **state)
{
    struct scene *c = *state;
    struct db *db = open_ok(c, DB_CREATE);
    assert_true(db_begin(db, &c->err));
    assert_true(add_workspace(db, "one", &c->err));
    assert_true(db_last_id(db) > 0);
    assert_true(db_commit(db, &c->err));
    assert_true(db_begin(db, &c->err));
    assert_true(add_workspace(db, "two", &c->err));
    assert_int_equal(workspaces(db), 2);
    db_rollback(db);
    assert_int_equal(workspaces(db), 1);
    db_rollback(db); /* nothing to take back is fine */
    assert_true(db_begin(db, &c->err));
    assert_false(db_begin(db, &c->err)); /* one at a time */
    assert_int_equal(c->err.kind, ERR_STOP);
    db_rollback(db);
    assert_false(db_commit(db, &c->err));
    assert_true(db_begin_read(db, &c->err));
    assert_int_equal(workspaces(db), 1);
    db_end_read(db);
    db_close(db);
}

static void mistakes_of_the_program_come_out_of_the_next_step(void **state)
{
    struct scene *c = *state;
    bool row;
    struct db *db = open_ok(c, DB_CREATE);
    struct stmt *st = db_stmt(db, SQL_WORKSPACE_ADD);
    stmt_text(st, "$nme", "x");
    stmt_int(st, "$now", 1);
    assert_false(db_run(st, NULL, &c->err));
    assert_non_null(strstr(c->err.text, "no parameter $nme"));
    st = db_stmt(db, SQL_LOG_ADD); /* a statement of another file */
    assert_false(db_step(st, &row, &c->err));
    assert_false(row);
    assert_non_null(strstr(c->err.text, "log_add"));
    st = db_stmt(db, SQL_WORKSPACE_ADD); /* the name may not be NULL */
    stmt_text(st, "$name", NULL);
    stmt_int(st, "$now", 1);
    assert_false(db_run(st, NULL, &c->err));
    assert_int_equal(c->err.kind, ERR_STOP);
    assert_non_null(strstr(c->err.text, "NOT NULL"));
    assert_true(add_workspace(db, "fine", &c->err)); /* the statement is as good as before */
    db_close(db);
}

static void values_come_back_as_they_were_given(void **state)
{
    struct scene *c = *state;
    const struct uuid id = {{1, 2, 3, 0, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}};
    bool row;
    uint8_t bytes[16] = {9};
    char small[4];
    int64_t changed = -1;
    struct db *db = open_ok(c, DB_CREATE);
    struct stmt *st = db_stmt(db, SQL_ENGINE_HELLO);
    stmt_uuid(st, "$engine", id);
    stmt_int(st, "$gen", INT64_MIN);
    stmt_text_n(st, "$host", "hostname", 4);
    stmt_int(st, "$pid", INT64_MAX);
    stmt_text(st, "$version", "naïve'; DROP TABLE engines; --");
    stmt_int(st, "$now", 0);
    assert_true(db_run(st, &changed, &c->err));
    assert_int_equal(changed, 1);
    st = db_stmt(db, SQL_SHOW_ENGINE);
    assert_true(db_step(st, &row, &c->err) && row);
    assert_true(uuid_equal(col_uuid(st, 0), id));
    assert_string_equal(col_text(st, 1), "host");
    assert_string_equal(col_text(st, 2), "naïve'; DROP TABLE engines; --");
    assert_true(col_int(st, 3) == INT64_MAX);
    assert_true(col_blob_to(st, 0, bytes, sizeof bytes));
    assert_memory_equal(bytes, id.byte, 16);
    assert_false(col_blob_to(st, 0, bytes, 15));
    col_text_to(st, 2, small, sizeof small);
    assert_string_equal(small, "na"); /* cut before the ï, not inside it */
    assert_false(col_null(st, 0));
    assert_true(uuid_is_zero(col_uuid(st, 1))); /* no 16 bytes */
    stmt_end(st);
    st = db_stmt(db, SQL_JOB_NEXT_DUE); /* an aggregate of nothing */
    stmt_text(st, "$mode", "smtp");
    stmt_int(st, "$now", 0);
    assert_true(db_step(st, &row, &c->err) && row);
    assert_true(col_null(st, 0));
    assert_string_equal(col_text(st, 0), "");
    stmt_end(st);
    db_close(db);
}

static void a_record_that_stays_locked_is_tried_again_later(void **state)
{
    struct scene *c = *state;
    sqlite3 *other = NULL;
    struct db *db = open_ok(c, DB_CREATE);
    assert_int_equal(sqlite3_open(c->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_busy_timeout(db->c, 20), SQLITE_OK); /* the test does not wait 3 s */
    assert_false(db_begin(db, &c->err));
    assert_int_equal(c->err.kind, ERR_RETRY);
    assert_non_null(strstr(c->err.text, "locked"));
    assert_int_equal(workspaces(db), 0); /* reading goes on */
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_true(db_begin(db, &c->err));
    db_rollback(db);
    (void)sqlite3_close(other);
    db_close(db);
}

static void data_version_tells_of_others_changes(void **state)
{
    struct scene *c = *state;
    struct db *writer = open_ok(c, DB_CREATE);
    struct db *reader = open_ok(c, DB_READ);
    int64_t first = db_data_version(reader);
    assert_true(first >= 0);
    assert_true(db_data_version(reader) == first);
    assert_true(add_workspace(writer, "one", &c->err));
    int64_t second = db_data_version(reader);
    assert_true(second != first);
    assert_true(db_data_version(reader) == second);
    assert_false(add_workspace(reader, "two", &c->err)); /* it only reads */
    db_close(reader);
    db_close(writer);
}

/* --- attaching the log -------------------------------------------------------------------------*/

static void the_log_is_attached_when_it_is_there(void **state)
{
    struct scene *c = *state;
    bool there = true;
    char log[SCRATCH_PATH_MAX];
    db_close(open_ok(c, DB_CREATE));
    struct db *db = open_ok(c, DB_READ);
    /* What an URI takes for its own must not change the name. */
    (void)str_copy(log, sizeof log, scratch_path(&c->s, "data/a 100%?x=#1.db"));
    assert_true(db_attach_read(db, log, "log", &there, &c->err));
    assert_false(there);
    raw(log, "CREATE TABLE lines (seq INTEGER PRIMARY KEY, at INTEGER)");
    there = true;
    assert_true(db_attach_read(db, log, "log", &there, &c->err)); /* its writer has just begun */
    assert_false(there);
    raw(log, "PRAGMA user_version = 7");
    assert_false(db_attach_read(db, log, "log", &there, &c->err));
    assert_int_equal(c->err.kind, ERR_REFUSED);
    raw(log, "PRAGMA user_version = 1");
    assert_true(db_attach_read(db, log, "log", &there, &c->err));
    assert_true(there);
    there = false;
    assert_true(db_attach_read(db, log, "log", &there, &c->err));
    assert_true(there);
    int64_t before = db_data_version(db);
    raw(log, "INSERT INTO lines (at) VALUES (1)");
    assert_true(db_data_version(db) != before); /* a new line is a change too */
    assert_false(db_attach_read(db, log, "other", &there, &c->err));
    db_close(db);
}

/* --- migrations --------------------------------------------------------------------------------*/

static const struct sql_migration two_steps[] = {
    {1, "0001_first",
     "PRAGMA application_id = 4711; PRAGMA user_version = 1; CREATE TABLE schema_migrations "
     "(version INTEGER PRIMARY KEY, name TEXT, sha256 TEXT, applied_at INTEGER); CREATE TABLE "
     "record (one INTEGER PRIMARY KEY, id BLOB, created_at INTEGER); CREATE TABLE things (n)"},
    {2, "0002_second", "ALTER TABLE things ADD COLUMN colour TEXT; PRAGMA user_version = 2"},
    {3, "0003_broken", "ALTER TABLE things ADD COLUMN size TEXT; ALTER TABLE nothing DROP x"},
};

static bool open_version(struct scene *c, int version, enum db_mode mode)
{
    const struct db_kind kind = {.area = "record",
                                 .missing = "make it",
                                 .damaged = "restore it",
                                 .application_id = 4711,
                                 .synchronous = "PRAGMA synchronous = FULL",
                                 .version = version,
                                 .migrations = two_steps};
    struct db *db = NULL;
    bool ok = db_open_kind(c->path, &kind, mode, &db, NULL, &c->err);
    db_close(db);
    return ok;
}

static void an_older_record_is_backed_up_and_brought_up_to_date(void **state)
{
    struct scene *c = *state;
    char backup[SCRATCH_PATH_MAX + 16];
    (void)str_format(backup, sizeof backup, "%s.before-2", c->path);
    assert_true(open_version(c, 1, DB_CREATE));
    raw(c->path, "INSERT INTO things VALUES (1)");
    assert_false(open_version(c, 2, DB_READ)); /* reading does not change it */
    assert_non_null(strstr(c->err.text, "autopilot db migrate"));
    assert_true(open_version(c, 2, DB_WRITE));
    assert_int_equal(raw_number(c->path, "SELECT count(colour IS NULL) FROM things"), 1);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM schema_migrations"), 2);
    assert_int_equal(raw_number(backup, "PRAGMA user_version"), 1);
    assert_int_equal(raw_number(backup, "SELECT count(*) FROM things"), 1);
    assert_false(open_version(c, 1, DB_WRITE)); /* forward only */
    assert_non_null(strstr(c->err.text, "newer"));
}

static void a_migration_that_fails_leaves_the_old_schema(void **state)
{
    struct scene *c = *state;
    assert_true(open_version(c, 2, DB_CREATE));
    assert_false(open_version(c, 3, DB_WRITE));
    assert_int_equal(c->err.kind, ERR_STOP);
    assert_int_equal(raw_number(c->path, "PRAGMA user_version"), 2);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM pragma_table_info('things') "
                                         "WHERE name = 'size'"),
                     0);
    assert_true(open_version(c, 2, DB_WRITE));
}

static void processes_that_start_at_once_make_one_record(void **state)
{
    struct scene *c = *state;
    enum { PROCESSES = 8 };
    pid_t children[PROCESSES];
    int go[2];
    char nothing;
    assert_int_equal(pipe(go), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            struct db *db = NULL;
            (void)close(go[1]);
            (void)!read(go[0], &nothing, 1); /* until the other end is closed */
            bool ok = db_open(c->path, DB_CREATE, &db, &c->err);
            if (!ok)
                (void)fprintf(stderr, "%s\n", c->err.text);
            db_close(db);
            _exit(ok ? 0 : 1);
        }
    }
    (void)close(go[0]);
    (void)close(go[1]);
    for (int i = 0; i < PROCESSES; i++) {
        int status = -1;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM record"), 1);
    assert_int_equal(raw_number(c->path, "SELECT count(*) FROM schema_migrations"),
                     sql_migration_count);
}

static void die_at(void *ctx, const char *name)
{
    if (str_equal(ctx, name))
        _exit(42);
}

static void a_record_that_was_being_made_at_a_crash_is_made_again(void **state)
{
    (void)state;
    static char points[][32] = {"db_migrate_before", "db_before_commit", "db_after_commit",
                                "db_migrate_after"};
    for (size_t i = 0; i < CASES(points); i++) {
        void *scene;
        assert_int_equal(begin(&scene), 0);
        struct scene *c = scene;
        pid_t child = fork();
        if (child == 0) {
            struct db *db = NULL;
            fp_set_hook(die_at, points[i]);
            (void)db_open(c->path, DB_CREATE, &db, &c->err);
            _exit(0);
        }
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WEXITSTATUS(status), 42); /* the point was reached */
        db_close(open_ok(c, DB_CREATE));
        assert_int_equal(raw_number(c->path, "SELECT count(*) FROM record"), 1);
        (void)end(&scene);
    }
}

/* --- a full disk -------------------------------------------------------------------------------*/

/* On a file system of one megabyte, in a mount namespace of our own. Exit: 0 as promised. */
static int fill_the_disk(struct scene *c)
{
    char name[2000];
    struct db *db = NULL;
    int64_t added = 0;
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("small", scratch_path(&c->s, "data"), "tmpfs", 0, "size=1m") != 0)
        return 77;
    if (!db_open(c->path, DB_CREATE, &db, &c->err))
        return 1;
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    for (;; added++) {
        (void)snprintf(name, 20, "%08d-----------", (int)added);
        name[19] = 'x';
        if (!db_begin(db, &c->err))
            break;
        if (!add_workspace(db, name, &c->err)) {
            db_rollback(db);
            break;
        }
        /* A commit that fails takes everything back by itself. */
        if (!db_commit(db, &c->err))
            break;
    }
    if (sqlite3_get_autocommit(db->c) == 0)
        return 5;
    if (c->err.kind != ERR_STOP || strstr(c->err.text, "disk is full") == NULL ||
        strstr(c->err.text, "free some space") == NULL) {
        (void)fprintf(stderr, "after %d: %s\n", (int)added, c->err.text);
        return 2;
    }
    if (workspaces(db) != added || added < 10)
        return 3;
    db_close(db);
    if (!db_open(c->path, DB_READ, &db, &c->err) || workspaces(db) != added)
        return 4;
    db_close(db);
    return 0;
}

static void a_full_disk_stops_and_changes_nothing(void **state)
{
    struct scene *c = *state;
    scratch_mkdir(&c->s, "data");
    pid_t child = fork();
    if (child == 0)
        _exit(fill_the_disk(c));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip(); /* no right to mount here */
    assert_int_equal(status, 0);
}

/* The same for a write that the system refuses for another reason. */
static int write_past_the_limit(struct scene *c)
{
    struct db *db = NULL;
    struct rlimit limit = {300000, 300000};
    (void)signal(SIGXFSZ, SIG_IGN);
    if (!db_open(c->path, DB_CREATE, &db, &c->err) || setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    char name[1000];
    int64_t added = 0;
    memset(name, 'y', sizeof name);
    name[sizeof name - 1] = '\0';
    for (bool ok = true; ok && added < 5000;) {
        (void)snprintf(name, 20, "%08d-----------", (int)added);
        name[19] = 'y';
        ok = db_begin(db, &c->err) && add_workspace(db, name, &c->err) && db_commit(db, &c->err);
        if (ok)
            added++;
        else
            db_rollback(db);
    }
    if (c->err.kind != ERR_STOP || workspaces(db) != added)
        return 2;
    return added < 5000 ? 0 : 3;
}

static void a_refused_write_stops_and_changes_nothing(void **state)
{
    struct scene *c = *state;
    pid_t child = fork();
    if (child == 0)
        _exit(write_past_the_limit(c));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_record_is_made_whole_and_for_its_owner_only, begin,
                                        end),
        cmocka_unit_test_setup_teardown(opening_again_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(every_statement_can_be_prepared, begin, end),
        cmocka_unit_test_setup_teardown(a_record_in_memory_is_one_too, begin, end),
        cmocka_unit_test_setup_teardown(a_shared_handle_lives_as_long_as_its_last_holder, begin,
                                        end),
        cmocka_unit_test(what_is_not_a_record_is_refused_and_left_as_it_is),
        cmocka_unit_test_setup_teardown(a_directory_that_can_not_be_made_is_named, begin, end),
        cmocka_unit_test_setup_teardown(files_without_permission_are_told_with_the_cure, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_transaction_is_kept_or_taken_back_as_a_whole, begin, end),
        cmocka_unit_test_setup_teardown(mistakes_of_the_program_come_out_of_the_next_step, begin,
                                        end),
        cmocka_unit_test_setup_teardown(values_come_back_as_they_were_given, begin, end),
        cmocka_unit_test_setup_teardown(a_record_that_stays_locked_is_tried_again_later, begin,
                                        end),
        cmocka_unit_test_setup_teardown(data_version_tells_of_others_changes, begin, end),
        cmocka_unit_test_setup_teardown(the_log_is_attached_when_it_is_there, begin, end),
        cmocka_unit_test_setup_teardown(an_older_record_is_backed_up_and_brought_up_to_date, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_migration_that_fails_leaves_the_old_schema, begin, end),
        cmocka_unit_test_setup_teardown(processes_that_start_at_once_make_one_record, begin, end),
        cmocka_unit_test(a_record_that_was_being_made_at_a_crash_is_made_again),
        cmocka_unit_test_setup_teardown(a_full_disk_stops_and_changes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_refused_write_stops_and_changes_nothing, begin, end),
    };
    return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
