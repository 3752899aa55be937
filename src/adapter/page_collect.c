/* page_collect.c - from what was read on the page to addresses that mail can be sent to: domains
 * become A-labels (libidn2), top-level domains are looked up in the public suffix list (libpsl),
 * examples and machines' names are left out, and each identity is kept once. */
#include "base/str.h"
#include "page_parts.h"

#include <idn2.h>
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS = 2048, /* twice PAGE_ADDRESSES_MAX, a power of two */
    /* For one page. Each conversion takes microseconds, each look-up one; more than this many means
     * that the page was made to be slow. */
    CONVERSIONS_MAX = 30 * 1000,
    LOOK_UPS_MAX = 100 * 1000,
};

bool page_collect_init(struct page_collect *c)
{
    c->psl = psl_builtin();
    c->leads = calloc(PAGE_ADDRESSES_MAX, sizeof *c->leads);
    c->places = calloc(PAGE_ADDRESSES_MAX, sizeof *c->places);
    c->slots = calloc(SLOTS, sizeof *c->slots);
    memset(c->tlds, 0, sizeof c->tlds);
    page_collect_clear(c);
    return c->leads != NULL && c->places != NULL && c->slots != NULL;
}

void page_collect_done(struct page_collect *c)
{
    free(c->leads);
    free(c->places);
    free(c->slots);
}

void page_collect_clear(struct page_collect *c)
{
    if (c->slots != NULL && c->count > 0)
        memset(c->slots, 0, SLOTS * sizeof *c->slots);
    c->count = 0;
    c->conversions = c->look_ups = 0;
    c->cut = false;
    c->place = 0;
}

/* --- domains ---------------------------------------------------------------------------------- */

static bool is_plain_ascii(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((text[i] & 0x80) != 0)
            return false;
    return true;
}

/* Counts what takes long; false when the page has had its share. */
static bool may_work(struct page_collect *c, int32_t *done, int32_t most)
{
    bool may = *done < most;
    *done += may;
    c->cut = c->cut || !may;
    return may;
}

/* The domain in A-labels, lower case; false when it has none. */
static bool to_ascii(struct page_collect *c, const char *domain, size_t len,
                     char ret[ADDRESS_DOMAIN_MAX + 1])
{
    char text[ADDRESS_DOMAIN_MAX + 1], *made = NULL;
    if (len > ADDRESS_DOMAIN_MAX)
        return false;
    memcpy(text, domain, len);
    text[len] = '\0';
    str_lower(text);
    /* Names in ASCII are left as they are: some in use break rules of IDNA ("--" in the third
     * place). Those that claim to be A-labels are checked. */
    if (is_plain_ascii(text, len) && strstr(text, "xn--") == NULL) {
        memcpy(ret, text, len + 1);
        return true;
    }
    if (!may_work(c, &c->conversions, CONVERSIONS_MAX))
        return false;
    int rc = idn2_lookup_u8((const uint8_t *)text, (uint8_t **)&made,
                            IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
    bool ok = rc == IDN2_OK && str_copy(ret, ADDRESS_DOMAIN_MAX + 1, made);
    idn2_free(made);
    return ok;
}

/* The ICANN part of the list has the label itself, or names directly below it: *.label (np, ck, mm
 * and others), or only co.label and its like (za). */
static bool look_up(struct page_collect *c, const char *label, size_t len)
{
    static const char *const below[] = {"", "x.", "co.", "com.", "org."};
    const int type = PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE;
    char ascii[ADDRESS_DOMAIN_MAX + 1], name[ADDRESS_DOMAIN_MAX + 8];
    if (!to_ascii(c, label, len, ascii))
        return false;
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
        if (str_format(name, sizeof name, "%s%s", below[i], ascii) &&
            psl_is_public_suffix2(c->psl, name, type))
            return true;
    return false;
}

bool page_collect_tld(void *owner, const char *label, size_t len)
{
    struct page_collect *c = owner;
    if (len == 0 || len > ADDRESS_LABEL_MAX || (label[0] >= '0' && label[0] <= '9'))
        return false;
    if (len > sizeof c->tlds[0].label)
        return may_work(c, &c->look_ups, LOOK_UPS_MAX) && look_up(c, label, len);
    char small[sizeof c->tlds[0].label];
    for (size_t i = 0; i < len; i++)
        small[i] = label[i] >= 'A' && label[i] <= 'Z' ? (char)(label[i] + 32) : label[i];
    struct page_tld *slot = &c->tlds[str_hash(small, len, 0) % TLD_CACHE];
    if (slot->len != len || memcmp(slot->label, small, len) != 0) {
        if (!may_work(
                c, &c->look_ups,
                LOOK_UPS_MAX)) /* which says nothing about the label, so it is not remembered */
            return false;
        memcpy(slot->label, small, len);
        slot->len = (uint8_t)len;
        slot->known = look_up(c, small, len);
    }
    return slot->known;
}

/* --- addresses -------------------------------------------------------------------------------- */

/* Only what tells identities apart; the rest is asked for once each. */
static bool fold_identity(struct page_collect *c, const struct extract_found *found,
                          struct lead_found *ret)
{
    char domain[ADDRESS_DOMAIN_MAX + 1];
    size_t n = found->local_len;
    if (!to_ascii(c, found->domain, found->domain_len, domain) ||
        !address_local_valid(found->local, n))
        return false;
    memcpy(ret->address, found->local, n);
    address_fold_local(ret->address, n);
    ret->address[n] = '@';
    memcpy(ret->address + n + 1, domain, strlen(domain) + 1);
    memcpy(ret->shown, found->local, n);
    ret->shown[n] = '@';
    memcpy(ret->shown + n + 1, found->domain, found->domain_len);
    ret->shown[n + 1 + found->domain_len] = '\0';
    return true;
}

/* What is to be known of an identity; false when no mail goes there. */
static bool complete(const struct page_collect *c, struct lead_found *lead)
{
    char *domain = strrchr(lead->address, '@') + 1;
    if (!address_domain_valid(domain, strlen(domain)) || address_is_placeholder(domain) ||
        address_is_machine(lead->address))
        return false;
    lead->flags = address_flags(lead->address);
    const char *site = psl_registrable_domain(c->psl, domain);
    lead->site_at = (int32_t)((site != NULL ? site : domain) - lead->address);
    return true;
}

bool page_collect_fold(struct page_collect *c, const struct extract_found *found,
                       struct lead_found *ret)
{
    return fold_identity(c, found, ret) && complete(c, ret);
}

/* The slot of an identity: the one that holds it, or an empty one. */
static int32_t *slot_of(const struct page_collect *c, const char *address)
{
    size_t i = (size_t)str_hash(address, strlen(address), 0);
    for (;; i++) {
        int32_t *slot = &c->slots[i % SLOTS];
        if (*slot == 0 || strcmp(c->leads[*slot - 1].address, address) == 0)
            return slot;
    }
}

bool page_collect_found(void *owner, const struct extract_found *found)
{
    struct page_collect *c = owner;
    struct lead_found lead; /* filled in by the two halves of folding */
    uint64_t place = c->place + found->at;
    if (!fold_identity(c, found, &lead))
        return true;
    int32_t *slot = slot_of(c, lead.address);
    if (*slot != 0) {
        /* A link inside a paragraph is read before the paragraph's text. */
        if (place < c->places[*slot - 1]) {
            c->places[*slot - 1] = place;
            memcpy(c->leads[*slot - 1].shown, lead.shown, sizeof lead.shown);
        }
        return true;
    }
    if (!complete(c, &lead))
        return true;
    if (c->count == PAGE_ADDRESSES_MAX) {
        c->cut = true;
        return false;
    }
    c->places[c->count] = place;
    c->leads[c->count] = lead;
    *slot = ++c->count;
    return true;
}

struct placed {
    uint64_t place;
    int32_t index;
};

static int by_place(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    if (a->place != b->place)
        return a->place < b->place ? -1 : 1;
    return a->index - b->index;
}

void page_collect_sort(struct page_collect *c)
{
    struct placed order[PAGE_ADDRESSES_MAX];
    bool sorted = true;
    for (int32_t i = 0; i < c->count; i++) {
        order[i] = (struct placed){c->places[i], i};
        sorted = sorted && (i == 0 || c->places[i - 1] <= c->places[i]);
    }
    if (sorted)
        return;
    qsort(order, (size_t)c->count, sizeof order[0], by_place);
    /* Puts each where it belongs, along the cycles of the permutation. */
    for (int32_t i = 0; i < c->count; i++) {
        struct lead_found moved = c->leads[i];
        int32_t to = i;
        for (int32_t from = order[to].index; from != i && from >= 0; from = order[to].index) {
            c->leads[to] = c->leads[from];
            order[to].index = -1;
            to = from;
        }
        if (order[to].index >= 0)
            c->leads[to] = moved;
        order[to].index = -1;
    }
}
