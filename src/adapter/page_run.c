/* page_run.c - gathers the text of one block, in the form in which the matcher reads it, and hands
 * it over when the block ends or the buffer is full. A full buffer keeps its last bytes, so an
 * address that lies across the border is found once. */
#include "page_parts.h"

#include <string.h>

enum byte_kind { BYTE_PLAIN, BYTE_BLANK, BYTE_WIDE };

/* Lead bytes behind which a character may stand that is not copied as it is. */
static const unsigned char byte_kinds[256] = {
    ['\t'] = BYTE_BLANK, ['\n'] = BYTE_BLANK, ['\v'] = BYTE_BLANK, ['\f'] = BYTE_BLANK,
    ['\r'] = BYTE_BLANK, [' '] = BYTE_BLANK,  [0] = BYTE_BLANK,    [0xC2] = BYTE_WIDE,
    [0xCD] = BYTE_WIDE,  [0xD8] = BYTE_WIDE,  [0xE1] = BYTE_WIDE,  [0xE2] = BYTE_WIDE,
    [0xE3] = BYTE_WIDE,  [0xEF] = BYTE_WIDE,
};

/* A range of characters, and what each becomes: '\0' nothing, else one ASCII character. */
struct wide {
    char first[4], last[4]; /* UTF-8, both of the same length */
    char becomes;
};

static const struct wide wides[] = {
    {"\xC2\x80", "\xC2\xA0", ' '},          /* C1, no-break space */
    {"\xC2\xAD", "\xC2\xAD", '\0'},         /* soft hyphen */
    {"\xCD\x8F", "\xCD\x8F", '\0'},         /* combining grapheme joiner */
    {"\xD8\x9C", "\xD8\x9C", '\0'},         /* Arabic letter mark */
    {"\xE1\x9A\x80", "\xE1\x9A\x80", ' '},  /* Ogham space */
    {"\xE1\xA0\x8E", "\xE1\xA0\x8E", '\0'}, /* Mongolian vowel separator */
    {"\xE2\x80\x80", "\xE2\x80\x8A", ' '},  /* spaces of many widths */
    {"\xE2\x80\x8B", "\xE2\x80\x8F", '\0'}, /* zero width, direction marks */
    {"\xE2\x80\x90", "\xE2\x80\x91", '-'},  /* hyphens */
    {"\xE2\x80\xA8", "\xE2\x80\xA9", ' '},  /* line and paragraph separator */
    {"\xE2\x80\xAA", "\xE2\x80\xAE", '\0'}, /* embeddings and overrides */
    {"\xE2\x80\xAF", "\xE2\x80\xAF", ' '},  /* narrow no-break space */
    {"\xE2\x81\x9F", "\xE2\x81\x9F", ' '},  /* mathematical space */
    {"\xE2\x81\xA0", "\xE2\x81\xAF", '\0'}, /* word joiner, isolates */
    {"\xE3\x80\x80", "\xE3\x80\x80", ' '},  /* ideographic space */
    {"\xEF\xB8\x80", "\xEF\xB8\x8F", '\0'}, /* variation selectors */
    {"\xEF\xBB\xBF", "\xEF\xBB\xBF", '\0'}, /* byte order mark */
    {"\xEF\xBC\x8E", "\xEF\xBC\x8E", '.'},  /* full width */
    {"\xEF\xBC\xA0", "\xEF\xBC\xA0", '@'},
};

static const struct wide *find_wide(const char *text, size_t len)
{
    for (size_t i = 0; i < sizeof wides / sizeof wides[0]; i++) {
        if (wides[i].first[0] != text[0])
            continue;
        size_t n = strlen(wides[i].first);
        if (len >= n && memcmp(text, wides[i].first, n) >= 0 && memcmp(text, wides[i].last, n) <= 0)
            return &wides[i];
    }
    return NULL;
}

/* Where text goes, and whether white space stood last. */
struct target {
    char *text;
    size_t len, size;
    bool space;
};

static void put_blank(struct target *t)
{
    if (!t->space)
        t->text[t->len++] = ' ';
    t->space = true;
}

/* The character at text, whose lead byte is BYTE_WIDE; returns its bytes. */
static size_t put_wide(struct target *t, const char *text, size_t len)
{
    const struct wide *w = find_wide(text, len);
    if (w == NULL) {
        t->text[t->len++] = text[0];
        t->space = false;
        return 1;
    }
    if (w->becomes == ' ') {
        put_blank(t);
    } else if (w->becomes != '\0') {
        t->text[t->len++] = w->becomes;
        t->space = false;
    }
    return strlen(w->first);
}

/* Returns the bytes of the text that were used: all, unless the target is full. */
static size_t put(struct target *t, struct page_span text)
{
    size_t i = 0;
    while (i < text.len && t->len < t->size) {
        size_t room = t->size - t->len, from = i;
        while (i < text.len && i - from < room &&
               byte_kinds[(unsigned char)text.text[i]] == BYTE_PLAIN) {
            t->text[t->len + (i - from)] = text.text[i];
            i++;
        }
        if (i > from) {
            t->len += i - from;
            t->space = false;
            continue;
        }
        if (byte_kinds[(unsigned char)text.text[i]] == BYTE_BLANK) {
            put_blank(t);
            i++;
        } else {
            i += put_wide(t, text.text + i, text.len - i);
        }
    }
    return i;
}

size_t page_plain(struct page_span text, char *dst, size_t size)
{
    struct target t = {.text = dst, .size = size, .space = true};
    put(&t, text);
    return t.len;
}

void page_run_clear(struct page_run *run)
{
    run->len = run->edge_count = run->from = 0;
    run->base = 0;
    run->space = true;
    run->element_ended = false;
}

size_t page_run_add(struct page_run *run, struct page_span text)
{
    struct target t = {run->text, run->len, RUN_MAX, run->space};
    size_t used = put(&t, text);
    run->len = t.len;
    run->space = t.space;
    return used;
}

bool page_run_full(const struct page_run *run)
{
    return run->len == RUN_MAX || run->edge_count == RUN_EDGES;
}

void page_run_edge(struct page_run *run, enum page_edge kind, bool strong)
{
    bool neighbours = run->element_ended && kind == EDGE_START;
    if (kind != EDGE_COMMENT)
        run->element_ended = kind == EDGE_END;
    if (run->len == 0 || run->edge_count == RUN_EDGES)
        return;
    struct extract_edge *last = run->edge_count > 0 ? &run->edges[run->edge_count - 1] : NULL;
    if (last != NULL && last->at == run->len)
        last->strong = last->strong || strong || neighbours;
    else
        run->edges[run->edge_count++] = (struct extract_edge){(uint32_t)run->len, strong};
}

/* Drops what the matcher will not look back at any more, up to a character's beginning. */
static void keep_tail(struct page_run *run, size_t from)
{
    size_t drop = from > EXTRACT_BEHIND ? from - EXTRACT_BEHIND : 0;
    while (drop < run->len && ((unsigned char)run->text[drop] & 0xC0) == 0x80)
        drop++;
    memmove(run->text, run->text + drop, run->len - drop);
    size_t kept = 0;
    for (size_t i = 0; i < run->edge_count; i++)
        if (run->edges[i].at > drop)
            run->edges[kept++] =
                (struct extract_edge){(uint32_t)(run->edges[i].at - drop), run->edges[i].strong};
    run->edge_count = kept;
    run->len -= drop;
    run->from = from > drop ? from - drop : 0;
    run->base += drop;
}

void page_run_match(struct page_run *run, const struct extract_sink *sink, bool whole)
{
    struct extract_run text = {
        .text = run->text,
        .len = run->len,
        .edges = run->edges,
        .edge_count = run->edge_count,
        .from = run->from,
        .to = whole                      ? run->len
              : run->len > EXTRACT_AHEAD ? run->len - EXTRACT_AHEAD
                                         : 0,
    };
    size_t found_to = extract_text(&text, sink);
    if (!whole) {
        size_t from = text.to > run->from ? text.to : run->from;
        keep_tail(run, found_to > from ? found_to : from);
        if (!page_run_full(run))
            return;
        text = (struct extract_run){.text = run->text,
                                    .len = run->len,
                                    .edges = run->edges,
                                    .edge_count = run->edge_count,
                                    .from = run->from,
                                    .to = run->len};
        extract_text(&text, sink); /* nothing but edges: it is matched as it stands */
    }
    uint64_t base = run->base + run->len;
    page_run_clear(run);
    run->base = base;
}
