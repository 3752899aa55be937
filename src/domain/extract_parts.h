/* extract_parts.h - what the rooms of the matcher share: classes of characters, and the readings of
 * a local part and of a domain around a sign. */
#ifndef DOMAIN_EXTRACT_PARTS_H
#define DOMAIN_EXTRACT_PARTS_H

#include "domain/extract.h"

/* --- characters (extract_chars.c) --- */
enum {
    CLASS_LABEL = 1u << 0, /* ASCII letter, digit or hyphen: inside a label */
    CLASS_LOCAL = 1u << 1, /* ASCII, inside a local part in running text */
    CLASS_STRIP = 1u << 2, /* ... but not at its beginning */
    CLASS_SIGN = 1u << 3,  /* an '@', or the first byte of a written-out one */
    CLASS_ALNUM = 1u << 4,
};
extern const unsigned char extract_class[256];

static inline bool extract_is(char c, unsigned class)
{
    return (extract_class[(unsigned char)c] & class) != 0;
}

/* Which script a character belongs to, as far as it matters for where a word ends. */
enum extract_script {
    SCRIPT_NONE,  /* not a letter: ends a word */
    SCRIPT_ANY,   /* digits, marks: goes with everything */
    SCRIPT_LATIN, /* ASCII letters too */
    SCRIPT_OTHER
};
enum extract_script extract_script_of(uint32_t point);
/* The character that ends at `end` (> from): its first byte's offset. */
size_t extract_step_back(const char *text, size_t from, size_t end);
/* True when a label of a domain can begin here. */
bool extract_label_starts(const char *text, size_t at, size_t len);

/* --- signs (extract_sign.c) --- */
enum extract_mode {
    MODE_PLAIN,   /* a@b.c */
    MODE_BRACKET, /* a [at] b */
    MODE_UPPER,   /* a AT b DOT c */
    MODE_WORD,    /* a at b dot c: only behind a label such as "mail:" */
    MODE_SPACED   /* a @ b.c: likewise */
};

/* What stands between local part and domain. */
struct extract_sign {
    size_t start, end; /* the sign's bytes, spaces around a written-out one included */
    enum extract_mode mode;
    bool arroba; /* MODE_WORD: the Spanish word, which means nothing else */
};
/* The sign that begins at `at`; false when there is none. */
bool extract_sign_read(const struct extract_run *run, size_t at, struct extract_sign *ret);
/* A written-out dot with the spaces around it, at `at`: the offset behind it, 0 when there is none.
 * *ret_word is set when it was a bare word between spaces. */
size_t extract_dot_read(const struct extract_run *run, size_t at, enum extract_mode mode,
                        bool *ret_word);
/* The same, backwards: the offset where a written-out dot begins that ends at `end`; end when there
 * is none. */
size_t extract_dot_back(const struct extract_run *run, size_t floor, size_t end,
                        enum extract_mode mode);
/* True when a label (mail, e-mail, correo, write me) stands within 30 characters before `at`; the
 * label must end at or before it. */
bool extract_labelled(const char *text, size_t at);
/* A word that is no local part in "x AT y.com" or "x at y dot com". */
bool extract_is_stopword(const char *text, size_t len);
/* A word that stands before an address: it does not join it over an edge. */
bool extract_is_label(const char *text, size_t len);

/* --- domain (extract_domain.c) --- */
enum { EXTRACT_CUTS = 24 };
struct extract_domain {
    char text[ADDRESS_DOMAIN_MAX + 1];
    size_t len;
    size_t end;   /* offset in the run behind it */
    bool whole;   /* it ends where the reading ended, not at an earlier cut */
    bool written; /* a dot was written out */
    bool dotted;  /* a dot was a real one */
};
/* Reads the domain that begins at `at`; false when there is none with a known top-level domain. */
bool extract_domain_read(const struct extract_run *run, const struct extract_sink *sink, size_t at,
                         enum extract_mode mode, struct extract_domain *ret);

/* --- context (extract_context.c) --- */
/* What stands before and behind says that this is no address but a part of a URL, of a shell
 * prompt, of a file name or a version. */
bool extract_context_ok(const struct extract_run *run, size_t start,
                        const struct extract_domain *domain);

#endif
