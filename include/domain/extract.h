/* extract.h - finds e-mail addresses in text, as a person who reads the text would.
 *
 * The idea: nothing is searched for but the sign between local part and domain ('@', "[at]", " AT "
 * and their like). Around each such sign a bounded window is read, backwards for the local part and
 * forwards for the domain, so time is linear in the text whatever it holds. Nothing is allocated;
 * what is found is handed to the sink, in the order in which it stands in the text.
 *
 * The text is UTF-8 with white space already collapsed to single spaces and with neither zero-width
 * characters nor soft hyphens (adapter/page does that while it decodes). Pure; any thread. */
#ifndef DOMAIN_EXTRACT_H
#define DOMAIN_EXTRACT_H

#include "domain/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An address as it was read: not yet folded, its domain not yet in A-labels, but with a top-level
 * domain that the sink knows. */
struct extract_found {
    size_t at; /* where it begins in the text; 0 for exact values */
    size_t local_len, domain_len;
    char local[ADDRESS_LOCAL_MAX + 1];
    char domain[ADDRESS_DOMAIN_MAX + 1];
};

/* Where the answers go, and who knows the top-level domains. */
struct extract_sink {
    void *owner;
    /* label: any case, any script, without dots. */
    bool (*tld_known)(void *owner, const char *label, size_t len);
    /* False: enough, stop. *found is borrowed until the return. */
    bool (*found)(void *owner, const struct extract_found *found);
};

/* A place where one text node of a page ends and the next begins. Where a whole address stands
 * between two of them, a strong edge (between two neighbouring elements, at a link) ends the
 * address; a weak one (<b> inside a word, a comment) joins what stands around it. */
struct extract_edge {
    uint32_t at; /* offset in the text */
    bool strong;
};

/* The text of one block of a page. */
struct extract_run {
    const char *text;
    size_t len;
    const struct extract_edge *edges; /* ascending, each offset once */
    size_t edge_count;
    size_t from, to; /* only signs in [from, to) are looked at; the rest is context */
};

/* How far around a sign the matcher looks: a caller that cuts a long text into pieces repeats so
 * many bytes of the piece before, and holds back so many at the end. */
enum { EXTRACT_BEHIND = 512, EXTRACT_AHEAD = 768 };

/* Addresses in running text, plain or written out. Returns the offset behind the last one that was
 * found (0: none): where it is past `to`, the next piece begins its signs there. */
size_t extract_text(const struct extract_run *run, const struct extract_sink *sink);

/* An exact value: an address, or a list of them with , or ; between and names allowed ("Jo <a@b>").
 * Local parts may be any of RFC 5322. An item that is no address is read as running text. Returns
 * false when the sink had enough. */
bool extract_list(const char *text, size_t len, const struct extract_sink *sink);

/* The recipients of a mailto: link (to, cc, bcc), %xx decoded once. False when the value is none.
 * */
bool extract_mailto(const char *value, size_t len, const struct extract_sink *sink);

/* The hexadecimal form that one large proxy puts in the place of addresses: the first byte is the
 * key, the rest is XORed with it. False when the text is not such a form. */
bool extract_masked(const char *hex, size_t len, const struct extract_sink *sink);

/* The strings of a JSON text, whether the text is valid JSON or not. */
struct extract_json {
    void *owner;
    /* value: decoded, UTF-8. key: the member's name, also for the items of an array that is its
     * value. depth: how many objects stand around it, from 1. */
    void (*string)(void *owner, int depth, const char *key, const char *value, size_t len);
    /* The object at this depth is closed. */
    void (*closed)(void *owner, int depth);
};

/* Strings longer than EXTRACT_JSON_STRING bytes are cut, objects deeper than EXTRACT_JSON_DEPTH are
 * not reported. */
enum { EXTRACT_JSON_STRING = 1023, EXTRACT_JSON_KEY = 63, EXTRACT_JSON_DEPTH = 30 };
void extract_json(const char *text, size_t len, const struct extract_json *sink);

#endif
