/* page.c - the doors of the page reader: from bytes to facts or to text, step by step (page_parts.h
 * shows the steps). Each step is skipped where it can't change the answer. */
#include "adapter/page.h"

#include "base/utf8.h"
#include "page_tag.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

enum {
    DECODED_MAX = 2 * PAGE_BYTES_MAX, /* other encodings take up to three times as much in UTF-8 */
    SIEVED_MAX = PAGE_BYTES_MAX + PAGE_BYTES_MAX / 2 + 4096,
};

struct page_reader {
    struct page_walk walk;
    struct page_collect collect;
    struct page_converter converter;
    struct buf unpacked, decoded, sieved;
};

bool page_reader_new(struct page_reader **ret_reader, struct err *err)
{
    struct page_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_STOP, "page: no memory for a reader");
    xmlInitParser(); /* does its work once; a lock inside makes it safe from any thread */
    r->unpacked = buf_init(PAGE_BYTES_MAX);
    r->decoded = buf_init(DECODED_MAX);
    r->sieved = buf_init(SIEVED_MAX);
    r->walk.json = buf_init(PAGE_JSON_MAX);
    r->walk.collect = &r->collect;
    r->walk.sink = (struct extract_sink){
        .owner = &r->collect, .tld_known = page_collect_tld, .found = page_collect_found};
    if (!page_collect_init(&r->collect) || r->collect.psl == NULL) {
        bool listed = r->collect.psl != NULL;
        page_reader_free(r);
        return err_set(err, ERR_STOP, "page: %s",
                       listed ? "no memory for a reader"
                              : "libpsl has no list of public suffixes built in");
    }
    *ret_reader = r;
    return true;
}

void page_reader_free(struct page_reader *reader)
{
    if (reader == NULL)
        return;
    page_collect_done(&reader->collect);
    page_converter_done(&reader->converter);
    buf_done(&reader->unpacked);
    buf_done(&reader->decoded);
    buf_done(&reader->sieved);
    buf_done(&reader->walk.json);
    free(reader);
}

/* --- steps ------------------------------------------------------------------------------------ */

/* A page on its way. */
struct page {
    struct page_span text; /* UTF-8 */
    enum page_kind kind;
    bool cut;
};

static bool prepare(struct page_reader *r, struct page_span bytes, const char *content_type,
                    struct page *ret, struct err *err)
{
    struct page page = {.text = bytes, .cut = bytes.len > PAGE_BYTES_MAX};
    if (page.cut)
        bytes.len = PAGE_BYTES_MAX;
    buf_clear(&r->unpacked);
    buf_clear(&r->decoded);
    buf_clear(&r->sieved);
    if (page_is_gzip(bytes)) {
        if (!page_gunzip(bytes, &r->unpacked, &page.cut))
            return err_set(err, ERR_STOP, "page: no memory to unpack a page");
        bytes = (struct page_span){buf_text(&r->unpacked), r->unpacked.len};
    }
    if (bytes.len == 0) {
        page.kind = PAGE_EMPTY;
    } else if (page_is_binary(bytes)) {
        page.kind = PAGE_BINARY;
    } else {
        page_decode(&r->converter, bytes, content_type, &r->decoded, &page.text, &page.cut);
        page.kind = page_sniff(page.text, content_type);
    }
    *ret = page;
    return true;
}

static void begin(struct page_reader *r)
{
    struct page_walk *w = &r->walk;
    page_run_clear(&w->run);
    page_collect_clear(&r->collect);
    w->said = (struct page_said){.title = ""};
    w->out_title = w->out_text = NULL;
    w->in_json = false;
    w->depth = 0;
    w->work = 0;
}

/* Reads the page; with `promise`, only if there may be an address in it. */
static bool walk(struct page_reader *r, struct page *page, bool promise, struct err *err)
{
    if (page->kind == PAGE_TEXT) {
        if (!promise || page_promising(page->text))
            page_walk_text(&r->walk, page->text);
        return true;
    }
    if (page->kind != PAGE_HTML)
        return true;
    bool promising = false;
    page->cut = !page_sieve(page->text, promise, &r->sieved, &promising) || page->cut;
    if (promise && !promising)
        return true;
    struct page_span html = {buf_text(&r->sieved), r->sieved.len};
    if (!page_walk_html(&r->walk, html))
        return err_set(err, ERR_STOP, "page: no memory for the parser");
    return true;
}

/* --- doors ------------------------------------------------------------------------------------ */

bool page_extract(struct page_reader *reader, const void *bytes, size_t len,
                  const char *content_type, struct page_facts *ret_facts, struct err *err)
{
    struct page page;
    begin(reader);
    if (!prepare(reader, (struct page_span){bytes, len}, content_type, &page, err) ||
        !walk(reader, &page, true, err))
        return false;
    page_collect_sort(&reader->collect);
    *ret_facts = (struct page_facts){
        .kind = page.kind,
        .cut = page.cut || reader->collect.cut,
        .leads = reader->collect.leads,
        .lead_count = reader->collect.count,
    };
    if (ret_facts->lead_count > 0)
        page_words(&reader->walk.said, &ret_facts->words);
    return true;
}

bool page_contact(struct page_reader *reader, const void *bytes, size_t len,
                  const char *content_type, const char *url, char ret[URL_MAX + 1])
{
    struct page page;
    return prepare(reader, (struct page_span){bytes, len}, content_type, &page, NULL) &&
           page.kind == PAGE_HTML && page_link(page.text, url, ret);
}

bool page_text(struct page_reader *reader, const void *bytes, size_t len, const char *content_type,
               struct buf *out_title, struct buf *out_text, enum page_kind *ret_kind,
               struct err *err)
{
    struct page page;
    begin(reader);
    reader->walk.out_title = out_title;
    reader->walk.out_text = out_text;
    if (!prepare(reader, (struct page_span){bytes, len}, content_type, &page, err) ||
        !walk(reader, &page, false, err))
        return false;
    if (ret_kind != NULL)
        *ret_kind = page.kind;
    return true;
}

/* Takes the first address that an exact value gives. */
struct folding {
    struct page_collect *collect;
    struct lead_found *ret;
    bool done;
};

static bool folding_tld(void *owner, const char *label, size_t len)
{
    struct folding *f = owner;
    return page_collect_tld(f->collect, label, len);
}

static bool folding_found(void *owner, const struct extract_found *found)
{
    struct folding *f = owner;
    f->done = page_collect_fold(f->collect, found, f->ret);
    return false;
}

bool page_fold_address(struct page_reader *reader, const char *address,
                       struct lead_found *ret_found, struct err *err)
{
    struct lead_found lead = {0};
    struct folding f = {.collect = &reader->collect, .ret = &lead};
    struct extract_sink sink = {.owner = &f, .tld_known = folding_tld, .found = folding_found};
    char plain[ADDRESS_MAX + 1], shown[ADDRESS_MAX + 1];
    struct page_span text = page_span_trim((struct page_span){address, strlen(address)});
    size_t n = page_plain(text, plain, sizeof plain - 1);
    plain[n] = '\0';
    page_collect_clear(&reader->collect);
    if (n < ADDRESS_MAX)
        (void)extract_list(plain, n, &sink); /* f.done tells */
    /* It must be the address and nothing else. */
    if (!f.done || strcasecmp(lead.shown, plain) != 0) {
        text_screen_to(shown, sizeof shown, address);
        return err_set(err, ERR_REFUSED, "address: \"%s\" is not an e-mail address", shown);
    }
    *ret_found = lead;
    return true;
}
