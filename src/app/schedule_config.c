/* schedule_config.c - the table of options and keys. */
#include "schedule_config.h"

#include "base/str.h"
#include "domain/address.h"
#include "domain/delivery.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum form { FORM_TEXT, FORM_NUMBER, FORM_SWITCH, FORM_LIST };

struct option_row {
    const char *option;
    const char *key;
    enum form form;
    bool after; /* also of a schedule that follows another */
};

static const struct option_row rows[] = {
    {"time", "time", FORM_TEXT, false},
    {"cron", "cron_expression", FORM_TEXT, false},
    {"zone", "timezone", FORM_TEXT, true},
    {"catchup", "catchup", FORM_TEXT, false},
    {"catchup-window", "catchup_window", FORM_TEXT, false},
    {"overlap", "overlap", FORM_TEXT, true},
    {"jitter", "jitter", FORM_NUMBER, false},
    {"start", "start_at", FORM_TEXT, false},
    {"end", "end_at", FORM_TEXT, true},
    {"exclude", "exclude", FORM_LIST, false},
    {"on-excluded", "on_excluded", FORM_TEXT, false},
    {"workdays", "workdays_only", FORM_SWITCH, false},
    {"max-runs", "max_runs", FORM_NUMBER, true},
    {"only-if-new", "only_if_new", FORM_SWITCH, true},
    {"webhook", "webhook", FORM_TEXT, true},
    {"mail-to", "mail_to", FORM_LIST, true},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static json_t *list_of(const struct app *app, const char *option)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < app->values; i++)
        if (str_equal(app->value[i].option->name, option))
            (void)json_array_append_new(list, json_string(app->value[i].text)); /* asked below */
    return list;
}

static json_t *value_of(const struct app *app, const char *option, enum form form)
{
    const char *text = cli_value(app, option);
    int64_t number;
    switch (form) {
    case FORM_NUMBER:
        return str_int(text, INT32_MIN, INT32_MAX, &number) ? json_integer(number)
                                                            : json_string(text);
    case FORM_SWITCH:
        return str_equal(text, "yes")  ? json_true()
               : str_equal(text, "no") ? json_false()
                                       : json_string(text);
    case FORM_LIST:
        return list_of(app, option);
    default:
        return json_string(text);
    }
}

/* --day: a weekday's name or number (0 = Monday), or a day of the month. */
static bool apply_day(const char *text, const char *type, json_t *config, struct err *err)
{
    static const char names[7][4] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    bool weekly = str_equal(type, "weekly");
    int64_t day = -1;
    for (int i = 0; weekly && i < 7; i++)
        if (strncasecmp(text, names[i], 3) == 0)
            day = i;
    if (day < 0 && !str_int(text, 0, 31, &day))
        return err_set(
            err, ERR_USAGE,
            "--day %s: write mon to sun for a weekly schedule, 1 to 28 for a monthly one", text);
    return json_object_set_new(config, weekly ? "day_of_week" : "day_of_month",
                               json_integer(day)) == 0 ||
           err_set(err, ERR_STOP, "schedule: out of memory");
}

/* What the options say about the type, when --type does not. */
static const char *type_of(const struct app *app, const char *type)
{
    const char *day = cli_value(app, "day");
    int64_t number;
    if (cli_given(app, "type"))
        return cli_value(app, "type");
    if (cli_given(app, "cron"))
        return "custom";
    if (cli_given(app, "after"))
        return "after";
    if (type != NULL && str_equal(type, "after") && (cli_given(app, "time") || day != NULL))
        type = NULL; /* it gets times */
    if (type != NULL && (day == NULL || !str_equal(type, "daily")))
        return type;
    if (day != NULL)
        return str_int(day, 1, 31, &number) ? "monthly" : "weekly";
    return "daily";
}

/* What belongs to another type goes, so that the stored text says what is. */
static void forget_others(const char *type, json_t *config)
{
    static const struct {
        const char *type, *key;
    } own[] = {
        {"weekly", "day_of_week"}, {"monthly", "day_of_month"}, {"custom", "cron_expression"}};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (!str_equal(own[i].type, type))
            (void)json_object_del(config, own[i].key); /* absent is fine */
    bool after = str_equal(type, "after");
    if (after || str_equal(type, "custom"))
        (void)json_object_del(config, "time"); /* as above */
    for (int i = 0; after && i < ROWS; i++)
        if (!rows[i].after)
            (void)json_object_del(config, rows[i].key); /* as above */
}

/* Times, or the success of another: not both. */
static bool check_after(const struct app *app, const char *type, struct err *err)
{
    bool after = str_equal(type, "after");
    if (cli_given(app, "after") && !after)
        return err_set(err, ERR_USAGE,
                       "--after: a schedule that follows another has no times of its own");
    for (int i = 0; after && i < ROWS; i++)
        if (!rows[i].after && cli_given(app, rows[i].option))
            return err_set(err, ERR_USAGE,
                           "--%s: it is not for a schedule that follows another and has no times",
                           rows[i].option);
    return !after || !cli_given(app, "day") ||
           err_set(err, ERR_USAGE, "--day: a schedule that follows another has no times");
}

static bool check_receivers(const struct app *app, struct err *err)
{
    for (int32_t i = 0; i < app->values; i++) {
        const char *text = app->value[i].text;
        bool post = str_equal(app->value[i].option->name, "webhook");
        if (text == NULL || text[0] == '\0')
            continue;
        if (post && (strlen(text) > DELIVERY_TARGET_MAX || strncmp(text, "http", 4) != 0))
            return err_set(err, ERR_USAGE, "--webhook %s: write https://...", text);
        if (str_equal(app->value[i].option->name, "mail-to") && !address_valid(text))
            return err_set(err, ERR_USAGE, "--mail-to %s: that is no address", text);
    }
    return true;
}

bool schedule_config_apply(const struct app *app, const char **type, json_t *config,
                           struct err *err)
{
    *type = type_of(app, *type);
    if (!check_after(app, *type, err) || !check_receivers(app, err))
        return false;
    for (int i = 0; i < ROWS; i++) {
        if (!cli_given(app, rows[i].option))
            continue;
        const char *text = cli_value(app, rows[i].option);
        if (rows[i].form == FORM_SWITCH && !str_equal(text, "yes") && !str_equal(text, "no"))
            return err_set(err, ERR_USAGE, "--%s %s: write yes or no", rows[i].option, text);
        json_t *value = value_of(app, rows[i].option, rows[i].form);
        if (value == NULL || json_object_set_new(config, rows[i].key, value) != 0)
            return err_set(err, ERR_USAGE, "--%s: its value is no text in UTF-8", rows[i].option);
    }
    if (cli_given(app, "day") && !apply_day(cli_value(app, "day"), *type, config, err))
        return false;
    forget_others(*type, config);
    return true;
}

char *schedule_config_list(const struct app *app, const char *option)
{
    if (!cli_given(app, option))
        return NULL;
    json_t *list = list_of(app, option);
    bool all =
        json_array_size(list) == 1 && str_equal(json_string_value(json_array_get(list, 0)), "all");
    char *text = all ? strdup("") : json_dumps(list, JSON_COMPACT);
    json_decref(list);
    return text;
}
