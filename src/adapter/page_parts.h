/* page_parts.h - the steps from the bytes of a page to its addresses, one room each:
 *
 *   bytes -> page_gunzip -> page_decode (UTF-8) -> page_sieve (what can hold an address)
 *         -> page_walk (SAX events) -> page_run (text of a block) -> domain/extract -> page_collect
 *
 * The reader owns one of each and reuses their memory. */
#ifndef ADAPTER_PAGE_PARTS_H
#define ADAPTER_PAGE_PARTS_H

#include "adapter/page.h"
#include "domain/extract.h"

#include <libpsl.h>

struct page_span {
    const char *text;
    size_t len;
};

/* --- page_gunzip.c --- */
bool page_is_gzip(struct page_span bytes);
/* Unpacks at most PAGE_BYTES_MAX bytes into out; damaged input gives what could be read. *ret_cut:
 * there was more. False only without memory. */
bool page_gunzip(struct page_span bytes, struct buf *out, bool *ret_cut);

/* --- page_decode.c, page_charset.c --- */
/* The name iconv knows for a label of the web's encodings; NULL for an unknown one. */
const char *page_charset(const char *label, size_t len);
/* The label that the page's own <meta> states within its first bytes; len 0 when none does. */
struct page_span page_meta_charset(struct page_span bytes);
bool page_is_binary(struct page_span bytes);
/* The encoding that was used last: opening one loads a part of the C library. Zeroed: none. */
struct page_converter {
    const char *charset;
    void *descriptor; /* an iconv_t; open while charset is not NULL */
};
void page_converter_done(struct page_converter *converter);
/* The page as UTF-8 without NUL: the bytes themselves where they are that already, else in
 * scratch. Sets *ret_cut when scratch was too small for all of it. */
void page_decode(struct page_converter *converter, struct page_span bytes, const char *content_type,
                 struct buf *scratch, struct page_span *ret_text, bool *ret_cut);
/* HTML or plain text, by the header, else by how the text looks. */
enum page_kind page_sniff(struct page_span text, const char *content_type);

/* --- page_names.c: elements and attributes --- */
enum page_element {
    ELEMENT_BLOCK = 1u << 0,  /* what stands before and behind it is apart */
    ELEMENT_STRONG = 1u << 1, /* inline, but its edges part whole addresses: links */
    ELEMENT_DROP = 1u << 2,   /* its content is not for readers: script, style */
    ELEMENT_PLAIN = 1u << 3,  /* its content is text, not markup: title, textarea */
    ELEMENT_VOID = 1u << 4    /* has neither content nor end tag */
};
/* Bits of enum page_element; 0: an inline element. name: lower case. */
unsigned page_element(const char *name, size_t len);

enum page_attribute {
    ATTRIBUTE_NONE,
    ATTRIBUTE_LINK,   /* href, action: addresses in mailto: only */
    ATTRIBUTE_READ,   /* alt, title: read out to people */
    ATTRIBUTE_VALUE,  /* value: of what a form shows */
    ATTRIBUTE_DATA,   /* data-...mail...: an exact value */
    ATTRIBUTE_MASKED, /* data-cfemail */
    ATTRIBUTE_CONTENT,
    ATTRIBUTE_NAME, /* name, property, itemprop, http-equiv: says what content is */
    ATTRIBUTE_LANGUAGE,
    ATTRIBUTE_TYPE
};
enum page_attribute page_attribute(const char *name, size_t len);

/* --- page_entity.c --- */
/* The character reference at text[0] == '&', as HTML5 reads it: its code point into *ret_point and
 * the bytes it takes; 0 when there is none that is known here. in_attribute: names without their
 * semicolon are not references before = or a letter. */
size_t page_entity(const char *text, size_t len, bool in_attribute, uint32_t *ret_point);

/* --- page_signs.c --- */
/* False when nothing in the text (plain, or as the sieve writes it) can be an address. */
bool page_promising(struct page_span text);

/* --- page_sieve.c --- */
enum { PAGE_JSON_MAX = 256 * 1024 }; /* structured data behind this is not read */
/* Appends to out what of the page can hold text or an address, as simple HTML: no comments (their
 * places are kept), no scripts but JSON-LD, no attributes but those of page_attribute, references
 * decoded. With for_addresses, blocks are left out that are not promising and state nothing about
 * the page, and *ret_promising says whether any was. False: out reached its ceiling. */
bool page_sieve(struct page_span html, bool for_addresses, struct buf *out, bool *ret_promising);

/* --- page_link.c --- */
/* See page_contact(). */
bool page_link(struct page_span html, const char *url, char ret[URL_MAX + 1]);

/* --- page_run.c --- */
enum { RUN_MAX = 32 * 1024, RUN_EDGES = 2048 };
/* The text of the block that is being read, in the form that domain/extract wants. */
struct page_run {
    size_t len;
    size_t edge_count;
    size_t from;   /* signs before this were looked at */
    uint64_t base; /* bytes of text before this run: places on the page */
    bool space;    /* the last character was white space */
    bool element_ended;
    char text[RUN_MAX];
    struct extract_edge edges[RUN_EDGES];
};
void page_run_clear(struct page_run *run);
/* Appends as much of the text as there is room for; returns the bytes of it that were used. White
 * space is collapsed, zero-width characters vanish, a full-width @ becomes @. */
size_t page_run_add(struct page_run *run, struct page_span text);
bool page_run_full(const struct page_run *run);
/* A node ends and the next begins here. An element that begins where another ended makes the edge a
 * strong one. */
enum page_edge { EDGE_START, EDGE_END, EDGE_COMMENT };
void page_run_edge(struct page_run *run, enum page_edge kind, bool strong);
/* Looks at the text; whole: it is complete. Otherwise its end is kept for what follows. */
void page_run_match(struct page_run *run, const struct extract_sink *sink, bool whole);
/* The same form for a short text of its own: an attribute's value. Returns the bytes in dst. */
size_t page_plain(struct page_span text, char *dst, size_t size);

/* --- page_collect.c --- */
enum { TLD_CACHE = 256 };
struct page_tld {
    char label[30];
    uint8_t len; /* 0: empty */
    bool known;
};
/* The addresses of one page, checked and folded. */
struct page_collect {
    const psl_ctx_t *psl;
    struct lead_found *leads; /* PAGE_ADDRESSES_MAX of them */
    uint64_t *places;         /* where on the page each stands */
    int32_t *slots;           /* hash table: index + 1 */
    int32_t count;
    int32_t conversions, look_ups; /* for this page: both have a ceiling */
    bool cut;
    uint64_t place; /* of the text being looked at */
    struct page_tld tlds[TLD_CACHE];
};
bool page_collect_init(struct page_collect *c);
void page_collect_done(struct page_collect *c);
void page_collect_clear(struct page_collect *c);
bool page_collect_tld(void *owner, const char *label, size_t len);
bool page_collect_found(void *owner, const struct extract_found *found);
/* Puts the addresses into the order in which they stand on the page. */
void page_collect_sort(struct page_collect *c);
/* Folds local@domain; false when it is no address. */
bool page_collect_fold(struct page_collect *c, const struct extract_found *found,
                       struct lead_found *ret);

/* --- page_words.c --- */
/* What the page says about itself, until it is clear what of it to use. */
struct page_said {
    char title[FACT_MAX + 1];
    char site[FACT_MAX + 1];         /* og:site_name */
    char organization[FACT_MAX + 1]; /* JSON-LD */
    char language[16];
};
void page_words(const struct page_said *said, struct page_words *ret);
/* Screens and cuts. */
void page_fact(char dst[FACT_MAX + 1], const char *text, size_t len);
void page_language(char dst[16], const char *text, size_t len);

/* --- page_jsonld.c --- */
/* Email members go to the sink, the first organisation's name into said. */
void page_jsonld(struct page_span json, const struct extract_sink *sink, struct page_said *said);

/* --- page_walk.c --- */
struct page_walk {
    struct page_run run;
    struct page_collect *collect;
    struct extract_sink sink;
    struct page_said said;
    struct buf *out_title; /* page_text: not NULL */
    struct buf *out_text;
    struct buf json;
    bool in_json;
    int depth;
    uint64_t work; /* of the parser, in steps that are not reading: it is stopped past a bound */
    char value[8192];
};
/* Feeds what the sieve let through to the parser, and its events into the run. False only without
 * memory. */
bool page_walk_html(struct page_walk *w, struct page_span html);
void page_walk_text(struct page_walk *w, struct page_span text);

#endif
