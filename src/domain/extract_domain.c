/* extract_domain.c - reads a domain forwards from a sign.
 *
 * The idea: read on as long as it could be a domain, and remember on the way the places where it
 * could also have ended (a text node's end, a change of script, a new sentence without a space).
 * Then take the longest of these whose top-level domain is known. */
#include "base/utf8.h"

#include "extract_parts.h"

#include <string.h>

struct cut {
    size_t len; /* of the text up to here */
    size_t at;  /* offset in the run */
};

struct reading {
    const struct extract_run *run;
    struct extract_domain *domain;
    enum extract_mode mode;
    size_t at;    /* offset in the run of what is read next */
    size_t label; /* offset in the text of the current label */
    size_t edge;  /* the next edge at or behind `at` */
    size_t cut_count;
    bool broken; /* what was read to its end is no domain, whatever its last label */
    struct cut cuts[EXTRACT_CUTS];
};

static void cut_here(struct reading *r)
{
    if (r->cut_count < EXTRACT_CUTS && r->domain->len > 0)
        r->cuts[r->cut_count++] = (struct cut){r->domain->len, r->at};
}

/* The first edge behind `at`. */
static size_t edge_behind(const struct extract_run *run, size_t at)
{
    size_t low = 0, high = run->edge_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (run->edges[mid].at <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void note_edges(struct reading *r)
{
    while (r->edge < r->run->edge_count && r->run->edges[r->edge].at <= r->at) {
        if (r->run->edges[r->edge].at == r->at)
            cut_here(r);
        r->edge++;
    }
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* A capital behind a small letter, or another script behind ASCII: text may have been glued on. */
static void note_change(struct reading *r)
{
    const struct extract_domain *d = r->domain;
    if (d->len == r->label)
        return;
    char before = d->text[d->len - 1], here = r->run->text[r->at];
    if (is_lower(before) && is_upper(here))
        cut_here(r);
    else if ((before & 0x80) == 0 && (here & 0x80) != 0)
        cut_here(r);
}

/* Takes the character at r->at into the label; false when it can't stand in one. */
static bool take_character(struct reading *r)
{
    const char *text = r->run->text;
    size_t used = 1;
    if (r->at >= r->run->len)
        return false;
    if ((unsigned char)text[r->at] >= 0x80) {
        uint32_t point;
        used = utf8_next(text + r->at, r->run->len - r->at, &point);
        if (extract_script_of(point) == SCRIPT_NONE)
            return false;
    } else if (!extract_is(text[r->at], CLASS_LABEL)) {
        return false;
    }
    note_edges(r);
    note_change(r);
    if (r->domain->len + used > ADDRESS_DOMAIN_MAX) {
        r->broken = true;
        return false;
    }
    memcpy(r->domain->text + r->domain->len, text + r->at, used);
    r->domain->len += used;
    r->at += used;
    return true;
}

static bool new_label(struct reading *r, size_t next)
{
    if (r->domain->len >= ADDRESS_DOMAIN_MAX) {
        r->broken = true;
        return false;
    }
    r->domain->text[r->domain->len++] = '.';
    r->label = r->domain->len;
    r->at = next;
    return true;
}

/* Takes a dot, a real or a written-out one, when a label follows it. */
static bool take_dot(struct reading *r)
{
    const struct extract_run *run = r->run;
    struct extract_domain *d = r->domain;
    if (r->at < run->len && run->text[r->at] == '.' &&
        extract_label_starts(run->text, r->at + 1, run->len)) {
        char next = run->text[r->at + 1];
        note_edges(r);
        /* "x.com.Next": a sentence begins without a space. */
        if ((is_upper(next) && !is_upper(d->text[r->label])) || (next & 0x80) != 0)
            cut_here(r);
        d->dotted = true;
        return new_label(r, r->at + 1);
    }
    bool word = false;
    size_t next = extract_dot_read(run, r->at, r->mode, &word);
    if (next == 0 || !extract_label_starts(run->text, next, run->len))
        return false;
    /* Behind "x.com" the word "dot" belongs to the sentence. */
    if (word && r->mode == MODE_PLAIN && d->dotted)
        return false;
    note_edges(r);
    cut_here(r);
    d->written = true;
    return new_label(r, next);
}

/* Labels may not begin or end with a hyphen, nor be too long where that can be told from their
 * U-label form. */
static bool labels_ok(const char *text, size_t len)
{
    size_t label = 0;
    bool ascii = true;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] != '.') {
            ascii = ascii && (text[i] & 0x80) == 0;
            continue;
        }
        if (i == label || text[label] == '-' || text[i - 1] == '-' ||
            (ascii && i - label > ADDRESS_LABEL_MAX))
            return false;
        label = i + 1;
        ascii = true;
    }
    return true;
}

/* True when the first len bytes of what was read are a domain; hyphens at the end are left out. */
static bool ends_here(const struct extract_sink *sink, struct extract_domain *d, size_t len,
                      size_t at)
{
    size_t trimmed = len;
    while (trimmed > 0 && (d->text[trimmed - 1] == '-' || d->text[trimmed - 1] == '.'))
        trimmed--;
    const char *dot = memrchr(d->text, '.', trimmed);
    if (dot == NULL || !labels_ok(d->text, trimmed))
        return false;
    size_t label = (size_t)(dot + 1 - d->text);
    if (!sink->tld_known(sink->owner, d->text + label, trimmed - label))
        return false;
    d->len = trimmed;
    d->end = at - (len - trimmed);
    d->text[trimmed] = '\0';
    return true;
}

/* An underscore, or nothing but more of the same, behind the last label: not a host's name. */
static bool goes_on_badly(const struct extract_run *run, size_t at)
{
    return at + 1 < run->len && run->text[at] == '_' && extract_is(run->text[at + 1], CLASS_ALNUM);
}

bool extract_domain_read(const struct extract_run *run, const struct extract_sink *sink, size_t at,
                         enum extract_mode mode, struct extract_domain *ret)
{
    struct reading r;
    r.run = run;
    r.domain = ret;
    r.mode = mode;
    r.at = at;
    r.label = 0;
    r.edge = edge_behind(run, at);
    r.cut_count = 0;
    r.broken = false;
    ret->len = 0;
    ret->written = ret->dotted = false;
    if (!extract_label_starts(run->text, at, run->len))
        return false;
    do {
        while (take_character(&r))
            ;
    } while (!r.broken && r.domain->len > r.label && take_dot(&r));
    ret->whole = true;
    if (!r.broken && !goes_on_badly(run, r.at) && ends_here(sink, ret, ret->len, r.at))
        return true;
    ret->whole = false;
    size_t read = ret->len;
    while (r.cut_count > 0) {
        const struct cut *cut = &r.cuts[--r.cut_count];
        if (cut->len <= read && ends_here(sink, ret, cut->len, cut->at))
            return true;
    }
    return false;
}
