/* config_json.c - texts of a form to JSON and back, by jansson. */
#include "store/config_json.h"

#include "base/str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t";
static const char days[] = " \t,";
static const char names[] = ",";

/* --- reading ---------------------------------------------------------------------------------- */

/* Words, parted by one of `between`; false when one is none, or has such a character in it. */
static bool list_text(const json_t *list, const char *between, char *dst, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *word = json_string_value(json_array_get(list, i));
        if (word == NULL || *word == '\0' || strpbrk(word, between) != NULL ||
            !str_format(dst + at, size - at, "%s%s",
                        i == 0            ? ""
                        : between == days ? " "
                                          : ", ",
                        word))
            return false;
        at += strlen(dst + at);
    }
    return true;
}

static bool value_text(const json_t *value, char *dst, size_t size)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return strlen(json_string_value(value)) == json_string_length(value) &&
               str_copy(dst, size, json_string_value(value));
    case JSON_INTEGER:
        return str_format(dst, size, "%lld", (long long)json_integer_value(value));
    case JSON_TRUE:
        return str_copy(dst, size, "yes");
    case JSON_FALSE:
        return str_copy(dst, size, "no");
    case JSON_ARRAY:
        return list_text(value, days, dst, size);
    default:
        return false;
    }
}

static bool shown(const json_t *value, char *dst, size_t size)
{
    dst[0] = '\0';
    if (value == NULL || value_text(value, dst, size))
        return true;
    dst[0] = '\0';
    return false;
}

bool config_json_get(const char *config, const char *key, char *dst, size_t size)
{
    json_t *all = json_loads(config, JSON_ALLOW_NUL, NULL);
    bool ok = shown(json_object_get(all, key), dst, size);
    json_decref(all);
    return ok;
}

bool config_list_get(const char *list, char *dst, size_t size)
{
    dst[0] = '\0';
    if (list == NULL)
        return true;
    json_t *all = json_loads(list, 0, NULL);
    bool ok = json_is_array(all) && list_text(all, names, dst, size);
    json_decref(all);
    if (!ok)
        dst[0] = '\0';
    return ok;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* NULL: no UTF-8, or no memory. */
static json_t *list_of(const char *text, const char *between)
{
    json_t *list = json_array();
    bool ok = list != NULL;
    for (const char *at = text; ok && *at != '\0';) {
        at += strspn(at, blanks);
        size_t len = strcspn(at, between), next = len;
        while (len > 0 && strchr(blanks, at[len - 1]) != NULL)
            len--;
        if (len > 0)
            ok = json_array_append_new(list, json_stringn(at, len)) == 0;
        at += next + (at[next] != '\0');
    }
    if (ok)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *value_of(enum config_form form, const char *text)
{
    int64_t number;
    if (form == CONFIG_NUMBER && str_int(text, INT32_MIN, INT32_MAX, &number))
        return json_integer(number);
    if (form == CONFIG_SWITCH && (str_equal(text, "yes") || str_equal(text, "no")))
        return json_boolean(str_equal(text, "yes"));
    return form == CONFIG_LIST ? list_of(text, days) : json_string(text);
}

static bool set_value(json_t *all, const struct config_value *v, struct err *err)
{
    if (v->text[strspn(v->text, days)] == '\0') {
        (void)json_object_del(all, v->key); /* absent is fine */
        return true;
    }
    return json_object_set_new(all, v->key, value_of(v->form, v->text)) == 0 ||
           err_set(err, ERR_REFUSED, "%s: it is no text in UTF-8", v->key);
}

static bool append(const json_t *value, struct buf *out, struct err *err)
{
    char *text = json_dumps(value, JSON_COMPACT);
    bool ok = text != NULL && buf_adds(out, text);
    free(text);
    return ok || err_set(err, ERR_STOP, "schedule: there is no room for its config");
}

bool config_json_set(const char *config, const struct config_value *values, int count,
                     struct buf *out, struct err *err)
{
    json_t *all = json_loads(config, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    bool ok =
        json_is_object(all) || err_set(err, ERR_REFUSED, "schedule_config: it is no JSON object");
    for (int i = 0; ok && i < count; i++)
        ok = set_value(all, &values[i], err);
    ok = ok && append(all, out, err);
    json_decref(all);
    return ok;
}

bool config_list_set(const char *text, struct buf *out, struct err *err)
{
    if (text[strspn(text, days)] == '\0')
        return true;
    json_t *list = list_of(text, names);
    bool ok = list != NULL ? append(list, out, err)
                           : err_set(err, ERR_REFUSED, "schedule: a list is no text in UTF-8");
    json_decref(list);
    return ok;
}
