/* test_config.c - the config file is read as a whole or not at all, and says where it is wrong.
 *
 * If these fail, a mistyped option is ignored in silence, or a half-read file takes effect. */
#include "unit/cases.h"

#include "../../../src/app/config.h"
#include "base/file.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char dir[64];
    char path[128];
};

static int make_place(void **state)
{
    struct place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    (void)str_copy(p->dir, sizeof p->dir, "/tmp/autopilot-config-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    (void)str_format(p->path, sizeof p->path, "%s/autopilot.ini", p->dir);
    *state = p;
    return 0;
}

static int remove_place(void **state)
{
    struct place *p = *state;
    (void)unlink(p->path);
    (void)rmdir(p->dir);
    free(p);
    return 0;
}

static void write_text(const struct place *p, const char *text)
{
    struct err err = {0};
    assert_true(file_replace(p->path, text, strlen(text), 0600, &err));
}

static void defaults_without_a_file(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct err err = {0};
    struct settings s;
    settings_defaults(&s);
    assert_true(config_read(p->path, false, &c, &err));
    assert_false(c.file_there);
    assert_int_equal(c.settings.mail_mode, MODE_DRYRUN);
    assert_int_equal(c.settings.mail_batch, s.mail_batch);
    assert_int_equal(c.origin[0], ORIGIN_DEFAULT);
    assert_false(config_read(p->path, true, &c, &err));
    assert_non_null(strstr(err.text, "autopilot init"));
}

static void file_over_default_environment_over_file(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct err err = {0};
    int32_t count;
    const struct setting_row *row = settings_find("mail", "per_minute");
    long at = row - settings_rows(&count);
    write_text(p, "\xEF\xBB\xBF; a comment\n[mail]\n  per_minute = 17\r\nmode=maildir\n"
                  "[search web]\nkind = worker\nurl = https://search.example\n");
    assert_true(config_read(p->path, true, &c, &err));
    assert_int_equal(c.settings.mail_per_minute, 17);
    assert_int_equal(c.settings.mail_mode, MODE_MAILDIR);
    assert_int_equal(c.origin[at], ORIGIN_FILE);
    assert_int_equal(c.line[at], 3);
    assert_int_equal(c.searches, 1);
    assert_string_equal(c.search[0].name, "web");
    assert_string_equal(c.search[0].kind, "worker");
    assert_int_equal(setenv("AUTOPILOT_MAIL_PER_MINUTE", "23", 1), 0);
    bool ok = config_read(p->path, true, &c, &err);
    assert_int_equal(unsetenv("AUTOPILOT_MAIL_PER_MINUTE"), 0);
    assert_true(ok);
    assert_int_equal(c.settings.mail_per_minute, 23);
    assert_int_equal(c.origin[at], ORIGIN_ENVIRONMENT);
}

static void mistakes(void **state)
{
    static const struct {
        int line;
        const char *text;
        const char *where;
        const char *says;
    } rows[] = {
        {__LINE__, "[mail]\nper_minut = 1\n", ":2:", "did you mean [mail] per_minute"},
        {__LINE__, "[engin]\njob_lanes = 1\n", ":2:", "[engin]"},
        {__LINE__, "[mail]\nbatch = 0\n", ":2:", "0"},
        {__LINE__, "[mail]\nbatch = x\n", ":2:", "x"},
        {__LINE__, "[mail]\nmode = fax\n", ":2:", "dryrun"},
        {__LINE__, "[mail]\nbatch = 3\nbatch = 4\n", ":3:", "first in line 2"},
        {__LINE__, "[search]\nkind = local\n", ":1:", "needs a name"},
        {__LINE__, "[search a]\nkind = gopher\n", ":2:", "local, worker, searxng, static"},
        {__LINE__, "[search a]\nkind = local\nkind = local\n", ":3:", "twice"},
        {__LINE__, "[search a]\ncolour = red\n", ":2:", "colour"},
        {__LINE__, "[mail x]\nbatch = 3\n", ":1:", "[mail x]"},
        {__LINE__, "nonsense\n", ":1:", ""},
        {__LINE__, "[mail]\nmode = smtp\n", "autopilot.ini", "needs"},
    };
    const struct place *p = *state;
    for (size_t i = 0; i < CASES(rows); i++) {
        struct config c = {.searches = 12345};
        struct err err = {0};
        write_text(p, rows[i].text);
        CHECK_AT(rows[i].line, !config_read(p->path, true, &c, &err), "was taken");
        CHECK_AT(rows[i].line, strstr(err.text, rows[i].where) != NULL, "where: %s", err.text);
        CHECK_AT(rows[i].line, strstr(err.text, rows[i].says) != NULL, "says: %s", err.text);
        CHECK_AT(rows[i].line, err.kind == ERR_REFUSED, "kind");
        CHECK_AT(rows[i].line, c.searches == 12345, "the old settings were touched");
    }
}

static void wrong_environment(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct err err = {0};
    assert_int_equal(setenv("AUTOPILOT_ENGINE_JOB_LANES", "many", 1), 0);
    bool ok = config_read(p->path, false, &c, &err);
    assert_int_equal(unsetenv("AUTOPILOT_ENGINE_JOB_LANES"), 0);
    assert_false(ok);
    assert_non_null(strstr(err.text, "AUTOPILOT_ENGINE_JOB_LANES"));
}

/* Every secret of the table, once: with one, the file must be closed to others. */
static void secrets_need_mode_600(void **state)
{
    const struct place *p = *state;
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    for (int32_t i = 0; i < count; i++) {
        struct config c;
        struct err err = {0};
        char text[200];
        if (!rows[i].secret)
            continue;
        (void)str_format(text, sizeof text, "[%s]\n%s = postgresql://u:p@h/d\n", rows[i].section,
                         rows[i].key);
        write_text(p, text);
        assert_int_equal(chmod(p->path, 0644), 0);
        CHECK_AT(i, !config_read(p->path, true, &c, &err), "%s was read", rows[i].key);
        CHECK_AT(i, strstr(err.text, "chmod 600") != NULL, "says: %s", err.text);
        assert_int_equal(chmod(p->path, 0600), 0);
    }
}

/* The template that init writes reads back to the defaults. */
static void template_is_the_defaults(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct err err = {0};
    struct settings s;
    struct buf text = buf_init(1 << 20);
    settings_defaults(&s);
    settings_template(&text);
    write_text(p, buf_text(&text));
    assert_true(config_read(p->path, true, &c, &err));
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    assert_true(count <= CONFIG_ROWS_MAX);
    for (int32_t i = 0; i < count; i++) {
        struct buf got = buf_init(4096);
        settings_value(&c.settings, &rows[i], &got);
        CHECK_AT(i, str_equal(buf_text(&got), rows[i].default_value), "[%s] %s = %s, not %s",
                 rows[i].section, rows[i].key, buf_text(&got), rows[i].default_value);
        buf_done(&got);
    }
    buf_done(&text);
}

/* A file that is gone or empty must not put defaults in the place of the limits in force. */
static void reading_again_never_lifts_the_limits(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct config fresh = {0};
    struct err err = {0};
    write_text(p, "[mail]\nper_minute = 3\n");
    assert_true(config_read_again(p->path, &(struct config){0}, &c, &err));
    assert_int_equal(c.entries, 1);
    write_text(p, "; nothing is left\n[mail]\n");
    assert_false(config_read_again(p->path, &c, &fresh, &err));
    assert_non_null(strstr(err.text, "is empty"));
    assert_int_equal(unlink(p->path), 0);
    assert_false(config_read_again(p->path, &c, &fresh, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_non_null(strstr(err.text, "is gone; put it back"));
    assert_int_equal(fresh.entries, 0);
    write_text(p, "[mail]\nper_minute = 4\n");
    assert_true(config_read_again(p->path, &c, &fresh, &err));
    assert_int_equal(fresh.settings.mail_per_minute, 4);
}

/* Who never had a file, or one of comments only, may go on without. */
static void what_never_was_is_not_missed(void **state)
{
    const struct place *p = *state;
    struct config c;
    struct config fresh;
    struct err err = {0};
    assert_true(config_read(p->path, false, &c, &err));
    assert_true(config_read_again(p->path, &c, &fresh, &err));
    write_text(p, "; comments only\n");
    assert_true(config_read_again(p->path, &c, &fresh, &err));
    write_text(p, "");
    assert_true(config_read_again(p->path, &fresh, &c, &err));
}

int main(void)
{
#define PLACED(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        PLACED(defaults_without_a_file),
        PLACED(file_over_default_environment_over_file),
        PLACED(mistakes),
        PLACED(wrong_environment),
        PLACED(secrets_need_mode_600),
        PLACED(template_is_the_defaults),
        PLACED(reading_again_never_lifts_the_limits),
        PLACED(what_never_was_is_not_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
