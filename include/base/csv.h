/* csv.h - rows of a CSV text (RFC 4180), cut in place. Pure. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include <stdbool.h>
#include <stdint.h>

enum { CSV_FIELDS_MAX = 64, CSV_ROW_MAX = 64 << 10 };

/* Where a reader stands. */
struct csv {
    char *at;
    int32_t line; /* of `at`, from 1 */
    char separator;
};

struct csv_row {
    int32_t line; /* on which it begins */
    int32_t count;
    /* NULL, or why the row can't be read; count is 0 then, and the next row begins with the next
     * line, so that one stray quote does not swallow those behind it. */
    const char *odd;
    char *field[CSV_FIELDS_MAX]; /* into the text */
};

/* Begins to read a text that ends with a 0 and stays the caller's; it is changed. The separator is
 * what comes first in the first line of comma, semicolon and tab. A byte order mark is left out. */
struct csv csv_begin(char *text);
/* The next row that is not empty; false at the end. */
bool csv_next(struct csv *c, struct csv_row *ret);

#endif
