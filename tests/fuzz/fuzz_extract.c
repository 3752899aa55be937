/* Broken if this finds something: a page from the web crashes the program, makes it slow, or puts
 * into the leads what no mail server may be given: control characters, no address at all, the same
 * one twice. The first byte chooses the way in, the rest is the page. */
#include "adapter/page.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/address.h"
#include "domain/extract.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* Neither controls nor broken UTF-8: it goes to a screen, a letter, a file. */
static void check_plain(const char *text)
{
    require(utf8_valid(text, strlen(text)));
    for (const char *c = text; *c != '\0'; c++)
        require((unsigned char)*c >= 0x20 && *c != 0x7F);
}

static void check_lead(const struct lead_found *lead)
{
    const char *sign = strrchr(lead->address, '@');
    require(address_valid(lead->address) && strlen(lead->address) <= ADDRESS_MAX);
    require(strlen(lead->shown) <= ADDRESS_MAX);
    check_plain(lead->shown);
    check_plain(lead->address);
    for (const char *c = sign; *c != '\0'; c++)
        require((*c & 0x80) == 0 && !(*c >= 'A' && *c <= 'Z'));
    require(!address_is_placeholder(sign + 1));
    require(lead->site_at > sign - lead->address && lead->site_at < (int32_t)strlen(lead->address));
}

static void check_facts(const struct page_facts *facts)
{
    require(facts->kind < PAGE_KINDS && facts->lead_count <= PAGE_ADDRESSES_MAX);
    for (int32_t i = 0; i < facts->lead_count; i++) {
        check_lead(&facts->leads[i]);
        for (int32_t k = 0; k < i && i < 50; k++)
            require(!str_equal(facts->leads[i].address, facts->leads[k].address));
    }
    check_plain(facts->words.title);
    check_plain(facts->words.company);
    check_plain(facts->words.language);
}

static void check_text(struct page_reader *reader, const void *bytes, size_t len, const char *type)
{
    struct buf title = buf_init(300), text = buf_init(5000);
    struct err err = {0};
    require(page_text(reader, bytes, len, type, &title, &text, NULL, &err));
    require(utf8_valid(buf_text(&title), title.len) && utf8_valid(buf_text(&text), text.len));
    require(strlen(buf_text(&text)) == text.len);
    buf_done(&title);
    buf_done(&text);
}

/* --- the matcher by itself, with edges anywhere --- */

static bool any_tld(void *owner, const char *label, size_t len)
{
    (void)owner;
    return len >= 2 && label[0] != '0';
}

static bool take(void *owner, const struct extract_found *found)
{
    const size_t *len = owner;
    require(found->at <= *len && found->local_len > 0 && found->local_len <= ADDRESS_LOCAL_MAX);
    require(found->domain_len > 2 && found->domain_len <= ADDRESS_DOMAIN_MAX);
    require(memchr(found->domain, '.', found->domain_len) != NULL);
    return found->local[0] != 'Q';
}

static void check_matcher(const uint8_t *data, size_t size)
{
    struct extract_edge edges[40];
    size_t count = 0, at = 0;
    while (size > 0 && count < 40 && data[0] < 0x20) {
        at += 1 + data[0];
        edges[count++] = (struct extract_edge){(uint32_t)at, (data[0] & 1) != 0};
        data++;
        size--;
    }
    /* Bytes of their own, so that reading past them is seen. */
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    struct extract_sink sink = {.owner = &size, .tld_known = any_tld, .found = take};
    struct extract_run run = {.text = text, .len = size, .edges = edges, .to = size};
    while (run.edge_count < count && edges[run.edge_count].at < size)
        run.edge_count++;
    require(extract_text(&run, &sink) <= size);
    run.from = size / 3;
    run.to = size / 2;
    extract_text(&run, &sink);
    (void)extract_list(text, size, &sink);
    (void)extract_mailto(text, size, &sink);
    (void)extract_masked(text, size, &sink);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {
        NULL,
        NULL,
        "text/html",
        "text/plain; charset=iso-8859-15",
        "text/html; charset=shift_jis",
        "application/rss+xml",
        "text/html; charset=\"gbk\"",
    };
    static struct page_reader *reader; /* kept: a page must not see the one before it */
    struct page_facts facts;
    struct err err = {0};
    if (size == 0)
        return 0;
    if (reader == NULL)
        require(page_reader_new(&reader, &err));
    if (data[0] % 8 == 7) {
        check_matcher(data + 1, size - 1);
        return 0;
    }
    const char *type = types[data[0] % 8];
    require(page_extract(reader, data + 1, size - 1, type, &facts, &err));
    check_facts(&facts);
    if (data[0] >= 0x80)
        check_text(reader, data + 1, size - 1, type);
    return 0;
}
