/* test_settings.c - if this fails, an option can't be set as its sentence says, a bad value gets
 * through or is refused without saying what is allowed, or the template of the config file lies
 * about names and defaults. */
#include "domain/settings.h"

#include "base/str.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>

#define S INT64_C(1000000)

static const struct {
    int line;
    const char *section, *key, *value;
    bool ok;
    const char *shown; /* ok: as it is written back; else: a part of the sentence */
} values[] = {
    {__LINE__, "engine", "job_lanes", "1", true, "1"},
    {__LINE__, "engine", "job_lanes", "16", true, "16"},
    {__LINE__, "engine", "job_lanes", "0", false, "a whole number from 1 to 16"},
    {__LINE__, "engine", "job_lanes", "17", false, "[engine] job_lanes = 17"},
    {__LINE__, "engine", "job_lanes", "two", false, "[engine] job_lanes = two"},
    {__LINE__, "engine", "job_lanes", "", false, "a whole number"},
    {__LINE__, "engine", "job_lanes", "2 ", false, "a whole number"},
    {__LINE__, "engine", "job_lanes", "99999999999999999999", false, "a whole number"},
    {__LINE__, "engine", "poll_interval", "30s", true, "30s"},
    {__LINE__, "engine", "poll_interval", "90s", true, "1m30s"},
    {__LINE__, "engine", "poll_interval", "500ms", false, "a span from 1s to 1h"},
    {__LINE__, "engine", "poll_interval", "2h", false, "a span from 1s to 1h"},
    {__LINE__, "engine", "poll_interval", "30", false, "units ms, s, m, h, d"},
    {__LINE__, "engine", "loop_rest", "7d", true, "1w"},
    {__LINE__, "engine", "on_hangup", "stop", true, "stop"},
    {__LINE__, "engine", "on_hangup", "Stop", false, "allowed is one of continue|stop"},
    {__LINE__, "engine", "on_hangup", "cont", false, "continue|stop"},
    {__LINE__, "engine", "on_hangup", "", false, "continue|stop"},
    {__LINE__, "mail", "mode", "dryrun", true, "dryrun"},
    {__LINE__, "mail", "mode", "maildir", true, "maildir"},
    {__LINE__, "mail", "mode", "smtp", true, "smtp"},
    {__LINE__, "mail", "mode", "dryrun|maildir", false, "dryrun|maildir|smtp"},
    {__LINE__, "mail", "batch", "50", true, "50"},
    {__LINE__, "mail", "batch", "51", false, "from 1 to 50"},
    {__LINE__, "mail", "per_minute", "0", true, "0"},
    {__LINE__, "mail", "per_minute", "-1", false, "from 0 to 100000"},
    {__LINE__, "mail", "retry_2", "10m", true, "10m"},
    {__LINE__, "mail", "retry_4", "0", false, "a span from 1s"},
    {__LINE__, "mail", "from_name", "Ana Gómez", true, "Ana Gómez"},
    {__LINE__, "mail", "from_name", "", true, ""},
    {__LINE__, "mail", "from_name", "Ana\r\nBcc: x@y.es", false, "control characters"},
    {__LINE__, "mail", "from_name", "Ana\x7f", false, "control characters"},
    {__LINE__, "mail", "from_name", "Ana \xff", false, "control characters"},
    {__LINE__, "fetch", "allow_private", "yes", true, "yes"},
    {__LINE__, "fetch", "allow_private", "off", true, "no"},
    {__LINE__, "fetch", "allow_private", "TRUE", true, "yes"},
    {__LINE__, "fetch", "allow_private", "maybe", false, "yes or no"},
    {__LINE__, "fetch", "per_host_interval", "0", true, "0"},
    {__LINE__, "log", "level", "debug", true, "debug"},
    {__LINE__, "log", "level", "loud", false, "error|warn|info|debug"},
    {__LINE__, "console", "theme", "cvd", true, "cvd"},
    {__LINE__, "console", "theme", "a theme with a name that is much too long for it", false,
     "default|cvd"},
    {__LINE__, "console", "colour", "never", true, "never"},
    {__LINE__, "console", "keys", "stop=X start=S", true, "stop=X start=S"},
};

/* All options as text. */
static bool same(const struct settings *a, const struct settings *b)
{
    int count;
    const struct setting_row *rows = settings_rows(&count);
    bool equal = true;
    for (int i = 0; i < count; i++) {
        struct buf x = buf_init(4096), y = buf_init(4096);
        settings_value(a, &rows[i], &x);
        settings_value(b, &rows[i], &y);
        equal = equal && str_equal(buf_text(&x), buf_text(&y));
        buf_done(&x);
        buf_done(&y);
    }
    return equal;
}

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(values); i++) {
        struct settings s, before;
        struct err err = {0};
        struct buf out = buf_init(4096);
        settings_defaults(&s);
        before = s;
        const struct setting_row *row = settings_find(values[i].section, values[i].key);
        CHECK_AT(values[i].line, row != NULL, "no such option");
        bool ok = settings_set(&s, row, values[i].value, &err);
        CHECK_AT(values[i].line, ok == values[i].ok, "%s", err.text);
        if (ok) {
            settings_value(&s, row, &out);
            CHECK_AT(values[i].line, str_equal(buf_text(&out), values[i].shown), "shown as %s",
                     buf_text(&out));
        } else {
            CHECK_AT(values[i].line, err.kind == ERR_REFUSED, "kind %s", err_kind_name(err.kind));
            CHECK_AT(values[i].line, strstr(err.text, values[i].shown) != NULL, "said %s",
                     err.text);
            CHECK_AT(values[i].line, same(&s, &before), "changed all the same");
        }
        buf_done(&out);
    }
}

static void test_text_length(void **state)
{
    (void)state;
    char text[SETTING_TEXT_MAX + 2];
    struct settings s;
    const struct setting_row *row = settings_find("mail", "postal_address");
    memset(text, 'a', sizeof text);
    settings_defaults(&s);
    text[SETTING_TEXT_MAX + 1] = '\0';
    assert_false(settings_set(&s, row, text, NULL));
    assert_string_equal(s.mail_postal_address, "");
    text[SETTING_TEXT_MAX] = '\0';
    assert_true(settings_set(&s, row, text, NULL));
    assert_string_equal(s.mail_postal_address, text);
}

/* A secret never shows up in a sentence. */
static void test_secret(void **state)
{
    (void)state;
    struct settings s;
    struct err err = {0};
    settings_defaults(&s);
    const struct setting_row *row = settings_find("mail", "url");
    assert_true(row->secret);
    assert_false(settings_set(&s, row, "smtp://user:hunter2@host\n", &err));
    assert_null(strstr(err.text, "hunter2"));
}

static void test_defaults(void **state)
{
    (void)state;
    struct settings s;
    int count;
    const struct setting_row *rows = settings_rows(&count);
    settings_defaults(&s);
    assert_int_equal(s.job_lanes, 2);
    assert_int_equal(s.poll_interval_us, 30 * S);
    assert_int_equal(s.mail_mode, MODE_DRYRUN);
    assert_int_equal(s.mail_batch, 20);
    assert_int_equal(s.mail_per_minute, 0);
    assert_int_equal(s.on_hangup, HANGUP_CONTINUE);
    assert_int_equal(s.search_failures, 5);
    assert_int_equal(s.mail_retry_us[0], 60 * S);
    assert_int_equal(s.mail_retry_us[1], 300 * S);
    assert_int_equal(s.mail_retry_us[2], 900 * S);
    assert_int_equal(s.mail_retry_us[3], 3600 * S);
    assert_true(s.console_mask_addresses);
    assert_false(s.fetch_allow_private);
    assert_string_equal(s.log_level, "info");
    assert_true(settings_check(&s, NULL));
    for (int i = 0; i < count; i++) {
        struct buf out = buf_init(4096);
        struct settings again = s;
        assert_true(settings_set(&again, &rows[i], rows[i].default_value, NULL));
        settings_value(&again, &rows[i], &out);
        assert_string_equal(buf_text(&out), rows[i].default_value);
        assert_true(same(&again, &s));
        buf_done(&out);
    }
}

/* Each row stands for itself: found by its names, once, with its own field and a sentence. */
static void test_rows(void **state)
{
    (void)state;
    int count;
    const struct setting_row *rows = settings_rows(&count);
    assert_true(count >= 30 && count <= 96);
    for (int i = 0; i < count; i++) {
        assert_ptr_equal(settings_find(rows[i].section, rows[i].key), &rows[i]);
        assert_ptr_equal(settings_nearest(rows[i].section, rows[i].key), &rows[i]);
        assert_true(rows[i].offset + rows[i].size <= sizeof(struct settings));
        assert_true(str_ends(rows[i].sentence, "."));
        for (int k = 0; k < i; k++)
            assert_true(rows[k].offset + rows[k].size <= rows[i].offset ||
                        rows[i].offset + rows[i].size <= rows[k].offset);
    }
    assert_null(settings_find("mail", "per_year"));
    assert_null(settings_find("", ""));
}

/* The order of the words is the order of the enum, whose names the rest of the program uses. */
static void test_choices(void **state)
{
    (void)state;
    for (int mode = 0; mode < MODES; mode++) {
        struct settings s;
        settings_defaults(&s);
        assert_true(settings_set(&s, settings_find("mail", "mode"),
                                 mail_mode_name((enum mail_mode)mode), NULL));
        assert_int_equal(s.mail_mode, mode);
    }
    struct settings s;
    settings_defaults(&s);
    assert_true(settings_set(&s, settings_find("engine", "on_hangup"), "stop", NULL));
    assert_int_equal(s.on_hangup, HANGUP_STOP);
    assert_true(settings_set(&s, settings_find("console", "colour"), "never", NULL));
    assert_int_equal(s.console_colour, COLOUR_NEVER);
}

static const struct {
    int line;
    const char *section, *key, *near; /* NULL: nothing is near */
} slips[] = {
    {__LINE__, "mail", "per_minut", "mail.per_minute"},
    {__LINE__, "mail", "perminute", "mail.per_minute"},
    {__LINE__, "mial", "batch", "mail.batch"},
    {__LINE__, "engine", "per_minute", "mail.per_minute"},
    {__LINE__, "engin", "job_lane", "engine.job_lanes"},
    {__LINE__, "console", "mask_adresses", "console.mask_addresses"},
    {__LINE__, "", "daily_cap", "mail.daily_cap"},
    {__LINE__, "weather", "temperature", NULL},
    {__LINE__, "", "", NULL},
};

static void test_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(slips); i++) {
        char name[64] = "nothing";
        const struct setting_row *row = settings_nearest(slips[i].section, slips[i].key);
        if (row != NULL)
            (void)str_format(name, sizeof name, "%s.%s", row->section, row->key); /* it fits */
        CHECK_AT(slips[i].line, str_equal(name, slips[i].near != NULL ? slips[i].near : "nothing"),
                 "nearest is %s", name);
    }
}

/* Each case: what is set over the defaults, and a part of the refusal ("": it is fine). */
static const struct {
    int line;
    const char *set[6]; /* "section.key=value" */
    const char *said;
} checks[] = {
    {__LINE__, {NULL}, ""},
    {__LINE__, {"engine.retry_min=10m"}, "retry_max must be at least retry_min (10m)"},
    {__LINE__, {"engine.retry_min=10m", "engine.retry_max=10m"}, ""},
    {__LINE__, {"record.url=mysql://x"}, "begin with postgresql://"},
    {__LINE__, {"record.url=postgresql://x"}, ""},
    {__LINE__, {"mail.from=ana@acme.es"}, ""},
    {__LINE__, {"mail.from=ana"}, "one plain address"},
    {__LINE__, {"mail.from=Ana <ana@acme.es>"}, "one plain address"},
    {__LINE__, {"mail.from=@acme.es"}, "one plain address"},
    {__LINE__, {"mail.from=ana@"}, "one plain address"},
    {__LINE__, {"mail.unsubscribe=http://acme.es/u"}, "https: or a mailto:"},
    {__LINE__, {"mail.unsubscribe=mailto:u@acme.es"}, ""},
    {__LINE__, {"mail.mode=maildir"}, ""},
    {__LINE__, {"mail.mode=smtp"}, "needs url"},
    {__LINE__, {"mail.mode=smtp", "mail.url=smtp://h"}, "needs from"},
    {__LINE__, {"mail.mode=smtp", "mail.url=smtp://h", "mail.from=a@b.es"}, "needs postal_address"},
    {__LINE__,
     {"mail.mode=smtp", "mail.url=smtp://h", "mail.from=a@b.es", "mail.postal_address=Calle 1"},
     "needs unsubscribe"},
    {__LINE__,
     {"mail.mode=smtp", "mail.url=smtp://h", "mail.from=a@b.es", "mail.postal_address=Calle 1",
      "mail.unsubscribe=https://b.es/u"},
     "needs daily_cap"},
    {__LINE__,
     {"mail.mode=smtp", "mail.url=http://h", "mail.from=a@b.es", "mail.postal_address=Calle 1",
      "mail.unsubscribe=https://b.es/u", "mail.daily_cap=100"},
     "begin with smtp://"},
    {__LINE__,
     {"mail.mode=smtp", "mail.url=smtps://h", "mail.from=a@b.es", "mail.postal_address=Calle 1",
      "mail.unsubscribe=https://b.es/u", "mail.daily_cap=100"},
     ""},
};

static void set_one(int line, struct settings *s, const char *text)
{
    char copy[200];
    (void)str_copy(copy, sizeof copy, text); /* it fits */
    char *dot = strchr(copy, '.'), *equals = strchr(copy, '=');
    *dot = *equals = '\0';
    const struct setting_row *row = settings_find(copy, dot + 1);
    CHECK_AT(line, row != NULL && settings_set(s, row, equals + 1, NULL), "can't set %s", text);
}

static void test_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(checks); i++) {
        struct settings s;
        struct err err = {0};
        settings_defaults(&s);
        for (size_t k = 0; k < 6 && checks[i].set[k] != NULL; k++)
            set_one(checks[i].line, &s, checks[i].set[k]);
        bool ok = settings_check(&s, &err);
        CHECK_AT(checks[i].line, ok == (checks[i].said[0] == '\0'), "said %s", err.text);
        CHECK_AT(checks[i].line, strstr(err.text, checks[i].said) != NULL, "said %s", err.text);
    }
}

/* One line of the template: a section, or an option with its default. */
static void template_line(const char *line, const char **section, int *found)
{
    if (line[0] == '[') {
        int count;
        const struct setting_row *rows = settings_rows(&count);
        for (int i = 0; i < count; i++)
            if (strncmp(line + 1, rows[i].section, strlen(rows[i].section)) == 0 &&
                line[1 + strlen(rows[i].section)] == ']')
                *section = rows[i].section;
        return;
    }
    char key[64];
    size_t n = strcspn(line, " ");
    if (line[0] != ';' || line[1] == ' ' || line[n] != ' ')
        return;
    (void)str_copy_n(key, sizeof key, line + 1, n - 1); /* it fits */
    const struct setting_row *row = settings_find(*section, key);
    if (row == NULL) /* the example of a [search NAME] section */
        return;
    const char *value = line + n + strlen(" =");
    assert_string_equal(*value == ' ' ? value + 1 : value, row->default_value);
    ++*found;
}

static void test_template(void **state)
{
    (void)state;
    struct buf out = buf_init((size_t)1 << 20);
    const char *section = "";
    int count, found = 0;
    settings_template(&out);
    assert_true(buf_ok(&out));
    (void)settings_rows(&count);
    char *text = buf_take(&out), *rest = text, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        assert_true(strlen(line) < 120); /* inih reads 199 bytes of a line */
        assert_true(line[0] == '\0' || line[0] == ';' || line[0] == '[');
        template_line(line, &section, &found);
    }
    assert_int_equal(found, count);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),   cmocka_unit_test(test_text_length),
        cmocka_unit_test(test_secret),   cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_rows),     cmocka_unit_test(test_choices),
        cmocka_unit_test(test_nearest),  cmocka_unit_test(test_check),
        cmocka_unit_test(test_template),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
