/* extract.c - the matcher over running text: from sign to sign, reading a domain forwards and a
 * local part backwards around each. The rules of what is an address are in the rooms beside it
 * (extract_sign, extract_domain, extract_context); here is the order in which they are asked. */
#include "domain/extract.h"

#include "base/utf8.h"

#include "extract_parts.h"

#include <string.h>

enum { LOCAL_PIECES = 4 }; /* "a dot b dot c at ..." */

struct scan {
    const struct extract_run *run;
    const struct extract_sink *sink;
    size_t floor; /* behind the last address found: nothing before it is read again */
};

struct local {
    char text[ADDRESS_LOCAL_MAX + 1];
    size_t len;
    size_t start; /* offset in the run */
};

/* Reads a local part backwards from `end`: where it begins. More than ADDRESS_LOCAL_MAX bytes are
 * read up to one more, which the caller sees by the length. */
static size_t atom_back(const struct scan *scan, size_t end)
{
    const char *text = scan->run->text;
    enum extract_script script = SCRIPT_ANY;
    size_t at = end;
    while (at > scan->floor && end - at <= ADDRESS_LOCAL_MAX) {
        size_t before = extract_step_back(text, scan->floor, at);
        uint32_t point = (unsigned char)text[before];
        if (at - before > 1)
            utf8_next(text + before, at - before, &point);
        else if (!extract_is(text[before], CLASS_LOCAL))
            break;
        enum extract_script here = extract_script_of(point);
        if (here == SCRIPT_NONE && point >= 0x80)
            break;
        /* Text without spaces before a Latin local part, as in Chinese or Japanese. */
        if (here >= SCRIPT_LATIN && script >= SCRIPT_LATIN && here != script)
            break;
        if (point == '.' && at < end && text[at] == '.')
            break;
        if (here >= SCRIPT_LATIN)
            script = here;
        at = before;
    }
    return at;
}

/* Where a quoted local part begins whose closing quote is text[end - 1]; end when none. */
static size_t quoted_back(const struct scan *scan, size_t end)
{
    const char *text = scan->run->text;
    for (size_t at = end - 1; at > scan->floor && end - at < ADDRESS_LOCAL_MAX; at--) {
        if (text[at - 1] != '"')
            continue;
        bool apart = at - 1 == scan->floor || !extract_is(text[at - 2], CLASS_LOCAL);
        return apart && address_local_valid(text + at - 1, end - at + 1) ? at - 1 : end;
    }
    return end;
}

static size_t strip_front(const char *text, size_t start, size_t end)
{
    while (start < end && extract_is(text[start], CLASS_STRIP))
        start++;
    return start;
}

static bool is_number(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] > '9')
            return false;
    return true;
}

/* What stands before the last edge inside the local part belongs to it, unless the address is whole
 * behind that edge and the edge is a strong one, or a label or a number stands before it. */
static size_t join(const struct extract_run *run, size_t start, size_t at, size_t domain_end)
{
    size_t i = run->edge_count;
    if (i == 0)
        return start;
    size_t low = 0;
    while (low < i) {
        size_t mid = low + (i - low) / 2;
        if (run->edges[mid].at < at)
            low = mid + 1;
        else
            i = mid;
    }
    /* i: the first edge at or behind the sign. */
    if (i == 0 || run->edges[i - 1].at <= start)
        return start;
    const struct extract_edge *edge = &run->edges[i - 1];
    if (i < run->edge_count && run->edges[i].at < domain_end)
        return start;
    size_t before = edge->at - start;
    if (edge->strong || before + (at - edge->at) > ADDRESS_LOCAL_MAX ||
        is_number(run->text + start, before) || extract_is_label(run->text + start, before))
        return edge->at;
    return start;
}

static bool take_local(const struct extract_run *run, size_t start, size_t end, struct local *ret)
{
    if (start >= end || end - start > ADDRESS_LOCAL_MAX || run->text[end - 1] == '.')
        return false;
    ret->start = start;
    ret->len = end - start;
    memcpy(ret->text, run->text + start, ret->len);
    return true;
}

/* Puts a piece and a dot in front of what was read. */
static bool prepend(struct local *ret, const char *piece, size_t len)
{
    size_t dot = ret->len > 0 ? 1 : 0;
    if (ret->len + len + dot > ADDRESS_LOCAL_MAX)
        return false;
    memmove(ret->text + len + dot, ret->text, ret->len);
    memcpy(ret->text, piece, len);
    if (dot)
        ret->text[len] = '.';
    ret->len += len + dot;
    return true;
}

/* The local part before a written-out sign: words with written-out dots between them. */
static bool local_written(const struct scan *scan, const struct extract_sign *sign,
                          struct local *ret)
{
    const char *text = scan->run->text;
    size_t end = sign->start;
    ret->len = 0;
    for (int pieces = 0; pieces < LOCAL_PIECES; pieces++) {
        size_t start = end > scan->floor ? atom_back(scan, end) : end;
        if (end - start > ADDRESS_LOCAL_MAX)
            break;
        start = strip_front(text, start, end);
        if (start >= end || text[end - 1] == '.' || !prepend(ret, text + start, end - start))
            break;
        ret->start = start;
        end = extract_dot_back(scan->run, scan->floor, start, sign->mode);
        if (end == start)
            break;
    }
    return ret->len > 0;
}

/* The local part of a plain address: what stands directly before the '@'. */
static bool local_plain(const struct scan *scan, const struct extract_sign *sign, size_t domain_end,
                        struct local *ret)
{
    const struct extract_run *run = scan->run;
    size_t at = sign->start;
    if (at <= scan->floor)
        return false;
    if (run->text[at - 1] == '"') {
        size_t open = quoted_back(scan, at);
        return open < at && take_local(run, open, at, ret);
    }
    size_t atom = atom_back(scan, at), start = join(run, atom, at, domain_end);
    if (start == atom && at - atom > ADDRESS_LOCAL_MAX)
        return false; /* too long a word, not one with a sign in front */
    start = strip_front(run->text, start, at);
    if (start > scan->floor && start < at &&
        extract_dot_back(run, scan->floor, start, MODE_PLAIN) != start)
        return local_written(scan, sign, ret);
    return take_local(run, start, at, ret);
}

/* What the kind of sign asks for besides a local part and a domain. */
static bool sign_believable(const struct scan *scan, const struct extract_sign *sign,
                            const struct local *local, const struct extract_domain *domain)
{
    if (sign->mode == MODE_PLAIN || sign->mode == MODE_BRACKET)
        return true;
    bool stop = extract_is_stopword(local->text, local->len);
    switch (sign->mode) {
    case MODE_UPPER: {
        /* "MEET US AT STORE.COM" is a headline; "jane AT store.com" contrasts. */
        bool small = false;
        for (size_t i = 0; i < local->len; i++)
            small = small || (local->text[i] >= 'a' && local->text[i] <= 'z');
        return domain->written || (small && !stop);
    }
    case MODE_WORD:
        return (domain->written || sign->arroba) && !stop &&
               extract_labelled(scan->run->text, local->start);
    case MODE_SPACED:
    default:
        return !stop && extract_labelled(scan->run->text, local->start);
    }
}

/* Quick answers for the many signs that can't have anything around them. */
static bool worth_reading(const struct extract_run *run, const struct extract_sign *sign)
{
    if (sign->start == 0 || !extract_label_starts(run->text, sign->end, run->len))
        return false;
    char before = run->text[sign->start - 1];
    return (before & 0x80) != 0 || extract_is(before, CLASS_LOCAL) || before == '"';
}

/* Reads around one sign; false when the sink had enough. */
static bool match(struct scan *scan, const struct extract_sign *sign)
{
    struct extract_domain domain;
    struct local local;
    const struct extract_run *run = scan->run;
    if (!worth_reading(run, sign) ||
        !extract_domain_read(run, scan->sink, sign->end, sign->mode, &domain))
        return true;
    bool plain = sign->mode == MODE_PLAIN;
    if (plain ? !local_plain(scan, sign, domain.end, &local) : !local_written(scan, sign, &local))
        return true;
    if (!sign_believable(scan, sign, &local, &domain) ||
        !extract_context_ok(run, local.start, &domain))
        return true;
    struct extract_found found;
    found.at = local.start;
    found.local_len = local.len;
    found.domain_len = domain.len;
    memcpy(found.local, local.text, local.len);
    memcpy(found.domain, domain.text, domain.len);
    scan->floor = domain.end;
    return scan->sink->found(scan->sink->owner, &found);
}

size_t extract_text(const struct extract_run *run, const struct extract_sink *sink)
{
    struct scan scan = {.run = run, .sink = sink};
    size_t to = run->to < run->len ? run->to : run->len;
    for (size_t at = run->from; at < to; at++) {
        struct extract_sign sign;
        if (!extract_is(run->text[at], CLASS_SIGN) || at < scan.floor)
            continue;
        if (extract_sign_read(run, at, &sign) && !match(&scan, &sign))
            break;
    }
    return scan.floor;
}
