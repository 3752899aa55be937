/* search_asked.h - reads what an engine asks a search worker, and decides in what form it wants to
 * be answered. Everything in it is foreign. Pure but for memory; any thread. */
#ifndef ADAPTER_SEARCH_ASKED_H
#define ADAPTER_SEARCH_ASKED_H

#include "base/err.h"
#include "port/search.h"

#include <stdbool.h>
#include <stddef.h>

enum { ASKED_BODY_MAX = 64 * 1024, ASKED_ID_MAX = 64, ASKED_LIMIT_MAX = 1000 };

struct search_asked {
    char id[ASKED_ID_MAX + 1];
    char term[TERM_MAX_BYTES + 1], query[TERM_MAX_BYTES + 1], cursor[CURSOR_MAX + 1];
    struct search_request request; /* its texts are the ones above */
    int64_t deadline_us;           /* a span */
};

/* The HTTP status that the body deserves: 200, 400 (no JSON object), 422 (an object that asks
 * nothing that can be answered); err (REFUSED) says what is wrong. A limit above ASKED_LIMIT_MAX
 * becomes that: the engine asks again. ret must stay where it is. */
int search_asked_read(const char *body, size_t len, struct search_asked *ret, struct err *err);

enum search_form { FORM_STREAM, FORM_PAGE, FORM_NONE };
/* accept: the header, NULL when there is none. A stream when it is welcome at all. */
enum search_form search_asked_form(const char *accept);

/* Letters, digits and -._~: what an id in a path may be made of. */
bool search_asked_id(const char *id);

#endif
