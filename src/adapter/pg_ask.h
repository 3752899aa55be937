/* pg_ask.h - one command of the schema `ap`: a JSON object goes in, a JSON value comes out.
 *
 * The question is made by json_pack and given away; what can't be packed (no memory) is NULL and
 * fails here, so that callers need not look. The answer is read by json_unpack, whose failure means
 * that the schema is of another version: pg_ask_odd() says so. */
#ifndef PG_ASK_H
#define PG_ASK_H

#include "adapter/pg_link.h"
#include "port/clock.h"

#include <jansson.h>

/* Who asks: the link, and the clock that says how long to wait for an answer. Both borrowed. */
struct pg_asker {
    struct pg_link *link;
    struct clock_port *clock;
};

/* command: "hello" for ap.hello. q is consumed. *ret: to be freed by the caller; NULL ret: the
 * answer does not matter. Failures as in pg_link.h. */
bool pg_ask(const struct pg_asker *a, const char *command, json_t *q, json_t **ret,
            struct err *err);
/* The same with bytes as a second argument, which is what ap.run_end wants. */
bool pg_ask_with(const struct pg_asker *a, const char *command, json_t *q, const void *bytes,
                 size_t len, json_t **ret, struct err *err);
/* The answer was not what this program knows; always false. answer is freed. */
bool pg_ask_odd(const char *command, json_t *answer, struct err *err);
/* Did the last command fail because what it named is not there? */
bool pg_ask_is_missing(const struct pg_asker *a);
/* Nothing of this name is there (*err says which, from the server): adds the nearest one of `of`
 * ("job", "workspace", "template"). Always false. */
bool pg_ask_near(const struct pg_asker *a, const char *of, const char *workspace, const char *name,
                 struct err *err);

/* What a command names: of as in pg_ask_near(). Borrowed. */
struct pg_thing {
    const char *of;
    const char *workspace;
    const char *name;
};
/* pg_ask() for a command that names something: when that (or its workspace) is not there, the
 * sentence gives the nearest name. */
bool pg_ask_named(const struct pg_asker *a, const char *command, json_t *q, json_t **ret,
                  const struct pg_thing *thing, struct err *err);

/* Text as JSON, whatever its bytes: what is no UTF-8 is screened; NULL is "". */
json_t *pg_words(const char *text);
json_t *pg_words_or_null(const char *text);
/* A name as JSON; the text form. */
json_t *pg_name(struct uuid id);
/* Fields of an object: false when absent or of another type. Texts are borrowed from it. */
bool pg_get_uuid(const json_t *object, const char *key, struct uuid *ret);
/* An instant or number that may be null: then `none`. */
int64_t pg_get_or(const json_t *object, const char *key, int64_t none);
const char *pg_get_text(const json_t *object, const char *key);
/* Numbers, and yes or no, as json_unpack's; 0 and false where there is none. */
int64_t pg_get_int(const json_t *object, const char *key);
bool pg_get_bool(const json_t *object, const char *key);

#endif
