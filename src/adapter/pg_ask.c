/* pg_ask.c - one command of the schema `ap`.
 *
 * The idea: every command has the same shape (one jsonb in, one jsonb out), so that it is one
 * statement without a name, which any pooler takes, and can be called by whoever speaks SQL. */
#include "pg_ask.h"

#include "adapter/pg_fault.h"
#include "base/clock.h"
#include "base/fp.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/types.h"

#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 80, NEAR = 3 };

#define ANSWER_WITHIN_US (15 * US_PER_S) /* longer, and its outcome counts as unknown */

static bool parse(const char *command, struct pg_answer *answer, json_t **ret, struct err *err)
{
    json_error_t why;
    const char *text = pg_answer_text(answer, 0, 0);
    if (!pg_answer_ok(answer, err))
        return false;
    *ret = json_loads(text, JSON_DECODE_ANY, &why);
    return *ret != NULL || pg_ask_odd(command, NULL, err);
}

/* args: the command, and what goes with it. */
static bool call(const struct pg_asker *a, const char *command, const char *sql,
                 const struct pg_args *args, json_t **ret, struct err *err)
{
    struct pg_answer answer = {0};
    int64_t until_us = a->clock->ops->boot_us(a->clock) + ANSWER_WITHIN_US;
    FP("pg_ask_before");
    bool ok = pg_link_call(a->link, sql, args, until_us, &answer, err);
    FP("pg_ask_after");
    if (ok && ret != NULL)
        ok = parse(command, &answer, ret, err);
    pg_answer_done(&answer);
    return ok;
}

/* The command as text, to be freed; q is consumed. */
static char *dump(const char *command, json_t *q, struct err *err)
{
    char *text = q != NULL ? json_dumps(q, JSON_COMPACT) : NULL;
    json_decref(q);
    if (text == NULL)
        (void)err_set(err, ERR_STOP, "record: there is no memory for the command %s", command);
    return text;
}

bool pg_ask(const struct pg_asker *a, const char *command, json_t *q, json_t **ret, struct err *err)
{
    char sql[COMMAND_MAX];
    struct pg_args args = pg_args_init();
    char *text = dump(command, q, err);
    if (text == NULL)
        return false;
    (void)str_format(sql, sizeof sql, "SELECT ap.%s($1::jsonb)", command); /* ours: it fits */
    pg_args_text(&args, text);
    bool ok = call(a, command, sql, &args, ret, err);
    pg_args_done(&args);
    free(text);
    return ok;
}

bool pg_ask_with(const struct pg_asker *a, const char *command, json_t *q, const void *bytes,
                 size_t len, json_t **ret, struct err *err)
{
    char sql[COMMAND_MAX];
    struct pg_args args = pg_args_init();
    char *text = dump(command, q, err);
    if (text == NULL)
        return false;
    (void)str_format(sql, sizeof sql, "SELECT ap.%s($1::jsonb, $2)", command); /* likewise */
    pg_args_text(&args, text);
    pg_args_bytes(&args, bytes, len);
    bool ok = call(a, command, sql, &args, ret, err);
    pg_args_done(&args);
    free(text);
    return ok;
}

bool pg_ask_odd(const char *command, json_t *answer, struct err *err)
{
    json_decref(answer);
    return err_set(err, ERR_STOP,
                   "record: the database answers %s in a form that this program does not know; its "
                   "schema is of another version: run autopilot db status",
                   command);
}

bool pg_ask_is_missing(const struct pg_asker *a)
{
    return str_equal(pg_link_state(a->link), PG_STATE_GONE);
}

static void nearest(const json_t *names, const char *name, char *ret, size_t size)
{
    size_t i;
    json_t *one;
    int best = NEAR + 1;
    ret[0] = '\0';
    json_array_foreach(names, i, one)
    {
        const char *text = json_string_value(one);
        int distance = text != NULL ? str_distance(name, text, NEAR) : best;
        if (distance < best) {
            best = distance;
            text_screen_to(ret, size, text);
        }
    }
}

bool pg_ask_near(const struct pg_asker *a, const char *of, const char *workspace, const char *name,
                 struct err *err)
{
    json_t *names = NULL;
    char near[NAME_MAX_BYTES + 1] = "";
    struct err first = *err;
    json_t *q = json_pack("{s:s,s:o}", "of", of, "workspace", pg_words(workspace));
    if (pg_ask(a, "names", q, &names, NULL))
        nearest(names, name, near, sizeof near);
    json_decref(names);
    if (near[0] == '\0')
        return err_set(err, ERR_REFUSED, "%s", first.text);
    return err_set(err, ERR_REFUSED, "%s; did you mean \"%s\"?", first.text, near);
}

bool pg_ask_named(const struct pg_asker *a, const char *command, json_t *q, json_t **ret,
                  const struct pg_thing *thing, struct err *err)
{
    struct err why = {0};
    if (pg_ask(a, command, q, ret, &why))
        return true;
    bool workspace = str_starts(why.text, "workspace:");
    if (pg_ask_is_missing(a))
        (void)pg_ask_near(a, workspace ? "workspace" : thing->of, thing->workspace,
                          workspace ? thing->workspace : thing->name, &why); /* always false */
    return err_set(err, why.kind, "%s", why.text);
}

json_t *pg_words(const char *text)
{
    if (text == NULL)
        text = "";
    json_t *ret = json_string(text);
    if (ret != NULL)
        return ret;
    struct buf clean = buf_init(2 * strlen(text) + 64);
    text_screen(&clean, text, strlen(text));
    ret = buf_ok(&clean) ? json_string(buf_text(&clean)) : NULL;
    buf_done(&clean);
    return ret;
}

json_t *pg_words_or_null(const char *text)
{
    return text != NULL ? pg_words(text) : json_null();
}

json_t *pg_name(struct uuid id)
{
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    return json_string(text);
}

bool pg_get_uuid(const json_t *object, const char *key, struct uuid *ret)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL && uuid_parse(text, ret);
}

int64_t pg_get_or(const json_t *object, const char *key, int64_t none)
{
    const json_t *v = json_object_get(object, key);
    return json_is_integer(v) ? json_integer_value(v) : none;
}

int64_t pg_get_int(const json_t *object, const char *key)
{
    return pg_get_or(object, key, 0);
}

bool pg_get_bool(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

const char *pg_get_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}
