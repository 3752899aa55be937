/* config_json.h - members of a schedule's config, and its lists of categories and regions, as the
 * texts that a form shows and takes.
 *
 * A text is what a person writes: "09:00", "12", "yes", "2026-12-24 2026-12-31/2027-01-02". What
 * the values may be is timing_json_read()'s to say: a text that is no number stays a text, so that
 * it is refused there with its reason. Pure but for memory; any thread. */
#ifndef STORE_CONFIG_JSON_H
#define STORE_CONFIG_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

enum config_form {
    CONFIG_TEXT,
    CONFIG_NUMBER,
    CONFIG_SWITCH, /* yes, no */
    CONFIG_LIST    /* texts with blanks or commas between */
};

struct config_value {
    const char *key;
    enum config_form form;
    const char *text; /* "": the member goes */
};

/* The member as text; "" when it is not there. False, and dst "", when it does not fit or is none
 * that a form could show: whoever edits then leaves it alone. */
bool config_json_get(const char *config, const char *key, char *dst, size_t size);
/* Appends `config` with these members set; every other member stays as it is. ERR_REFUSED when
 * config is no JSON object or a text is no UTF-8, ERR_STOP without room. */
bool config_json_set(const char *config, const struct config_value *values, int count,
                     struct buf *out, struct err *err);

/* The same for a JSON array of names, which have commas between them as text; NULL is "". A name
 * with a comma in it is none that a form could show. */
bool config_list_get(const char *list, char *dst, size_t size);
/* Appends the array; nothing for a text without a name in it. */
bool config_list_set(const char *text, struct buf *out, struct err *err);

#endif
