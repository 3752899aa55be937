/* csv.c - rows of a CSV text. The idea: a row is looked through before it is cut, so that one that
 * can't be read is left as it is. */
#include "base/csv.h"

#include <string.h>

struct csv csv_begin(char *text)
{
    struct csv c = {.at = text, .line = 1, .separator = ','};
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
        c.at += 3;
    size_t first = strcspn(c.at, ",;\t\r\n");
    if (c.at[first] == ';' || c.at[first] == '\t')
        c.separator = c.at[first];
    return c;
}

static bool ends_field(const struct csv *c, const char *at)
{
    return *at == c->separator || *at == '\n' || *at == '\0' || (*at == '\r' && at[1] == '\n');
}

/* The quote that ends a quoted field; NULL when none does. */
static char *closing(char *at, const char *limit)
{
    for (at++; *at != '\0' && at < limit; at++) {
        if (*at != '"')
            continue;
        if (at[1] != '"')
            return at;
        at++;
    }
    return NULL;
}

/* Why the row at c->at can't be read; NULL: it can. */
static const char *look_through(const struct csv *c)
{
    const char *limit = c->at + CSV_ROW_MAX;
    int32_t fields = 1;
    for (char *at = c->at; at < limit; at++) {
        if (*at == '"') {
            at = closing(at, limit);
            if (at == NULL)
                return "a quote is not closed";
            if (!ends_field(c, ++at))
                return "there is something behind a closing quote";
        }
        while (at < limit && !ends_field(c, at))
            at++;
        if (at >= limit)
            break;
        if (*at != c->separator)
            return NULL;
        if (++fields > CSV_FIELDS_MAX)
            return "it has more than 64 fields";
    }
    return "it is longer than 64 KiB";
}

/* Cuts the field at c->at; *ret_last: no other one follows in this row. */
static char *take_field(struct csv *c, bool *ret_last)
{
    char *field = c->at, *to = field, *from = field;
    if (*from == '"') {
        for (from++; *from != '"' || from[1] == '"'; from++) {
            c->line += *from == '\n';
            from += *from == '"';
            *to++ = *from;
        }
        from++;
    } else {
        while (!ends_field(c, from))
            from++;
        to = from;
    }
    from += *from == '\r';
    *ret_last = *from != c->separator;
    c->line += *from == '\n';
    c->at = from + (*from != '\0');
    *to = '\0';
    return field;
}

static void skip_line(struct csv *c)
{
    c->at += strcspn(c->at, "\n");
    if (*c->at == '\n') {
        c->at++;
        c->line++;
    }
}

bool csv_next(struct csv *c, struct csv_row *ret)
{
    while (*c->at == '\n' || (*c->at == '\r' && c->at[1] == '\n'))
        skip_line(c);
    if (*c->at == '\0')
        return false;
    ret->line = c->line;
    ret->count = 0;
    ret->odd = look_through(c);
    if (ret->odd != NULL) {
        skip_line(c);
        return true;
    }
    for (bool last = false; !last;)
        ret->field[ret->count++] = take_field(c, &last);
    return true;
}
