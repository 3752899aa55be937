/* feed.c - the door of the feed reader: which encoding, which kind, and what becomes of it. */
#include "adapter/feed.h"

#include "feed_parts.h"

#include "base/str.h"
#include "base/utf8.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

enum {
    DECODED_MAX = 3 * FEED_BYTES_MAX, /* other encodings take up to three times as much */
    ARENA_MAX = 48 * 1024 * 1024,
    REDUCED_MAX = 16 * 1024, /* of one text; more than any text of an item keeps */
};

bool feed_reader_new(struct feed_reader **ret, struct err *err)
{
    struct feed_reader *r = calloc(1, sizeof *r);
    if (r == NULL)
        return err_set(err, ERR_STOP, "feed: no memory for a reader");
    xmlInitParser(); /* does its work once; a lock inside makes it safe from any thread */
    r->arena = arena_init(ARENA_MAX);
    r->decoded = buf_init(DECODED_MAX);
    r->mended = buf_init(DECODED_MAX + DECODED_MAX / 4);
    r->reduced = buf_init(REDUCED_MAX);
    r->reduced_title = buf_init(REDUCED_MAX);
    r->line = buf_init(REDUCED_MAX);
    feed_entry_init(&r->entry);
    if (!page_reader_new(&r->page, err)) {
        feed_reader_free(r);
        return false;
    }
    *ret = r;
    return true;
}

void feed_reader_free(struct feed_reader *r)
{
    if (r == NULL)
        return;
    page_reader_free(r->page);
    page_converter_done(&r->converter);
    feed_entry_done(&r->entry);
    buf_done(&r->decoded);
    buf_done(&r->mended);
    buf_done(&r->reduced);
    buf_done(&r->reduced_title);
    buf_done(&r->line);
    arena_done(&r->arena);
    free(r);
}

/* --- encoding --------------------------------------------------------------------------------- */

/* The label in <?xml ... encoding="..."?>; "" when there is none. */
static void declared_charset(struct page_span bytes, char *dst, size_t size)
{
    struct page_span head = {bytes.text, bytes.len < 200 ? bytes.len : 200};
    const char *end = memmem(head.text, head.len, "?>", 2);
    const char *word = memmem(head.text, head.len, "encoding", 8);
    dst[0] = '\0';
    if (end == NULL || word == NULL || word > end)
        return;
    word += 8;
    while (word < end && strchr(" \t\r\n=", *word) != NULL)
        word++;
    char quote = *word;
    const char *close =
        quote == '"' || quote == '\'' ? memchr(word + 1, quote, (size_t)(end - word - 1)) : NULL;
    if (close != NULL)
        (void)str_copy_n(dst, size, word + 1, (size_t)(close - word - 1)); /* cut: no such label */
}

static bool has_wide(struct page_span text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.text[i] >= 0x80)
            return true;
    return false;
}

/* What page_decode shall believe. Servers and first lines are wrong more often than bytes that are
 * UTF-8 by chance; so those come first, then the first line, then the server. */
static const char *charset_claim(const struct feed_input *in, struct page_span bytes, char *line,
                                 size_t size)
{
    char label[60];
    bool nul = memchr(bytes.text, '\0', bytes.len) != NULL;
    struct page_span whole = {bytes.text, utf8_whole(bytes.text, bytes.len)};
    if (!nul && has_wide(whole) && utf8_valid(whole.text, whole.len))
        return "text/xml; charset=utf-8";
    if (nul && bytes.len >= 2 && (bytes.text[0] == '<' || bytes.text[0] == '{'))
        return "text/xml; charset=utf-16le"; /* without a mark */
    if (nul && bytes.len >= 2 && bytes.text[0] == '\0')
        return "text/xml; charset=utf-16be";
    declared_charset(bytes, label, sizeof label);
    if (page_charset(label, strlen(label)) == NULL)
        return in->content_type;
    (void)str_format(line, size, "text/xml; charset=%s", label); /* fits */
    return line;
}

static struct page_span decode(struct feed_reader *r)
{
    char line[100];
    const struct feed_input *in = r->input;
    struct page_span bytes = {in->bytes, in->len < FEED_BYTES_MAX ? in->len : FEED_BYTES_MAX};
    struct page_span text = bytes;
    bool cut = false;
    r->cut = in->cut || in->len > FEED_BYTES_MAX;
    buf_clear(&r->decoded);
    page_decode(&r->converter, bytes, charset_claim(in, bytes, line, sizeof line), &r->decoded,
                &text, &cut);
    r->cut = r->cut || cut;
    while (text.len > 0 && (unsigned char)text.text[0] <= ' ') { /* XML allows none before <?xml */
        text.text++;
        text.len--;
    }
    return text;
}

/* --- door ------------------------------------------------------------------------------------- */

static void begin(struct feed_reader *r, const struct feed_input *input)
{
    arena_done(&r->arena);
    feed_entry_clear(&r->entry);
    r->input = input;
    r->count = r->odd = 0;
    r->cut = false;
    r->language[0] = r->note[0] = '\0';
    r->why = (struct err){.kind = ERR_NONE};
    if (!str_copy(r->base, sizeof r->base, input->base))
        r->base[0] = '\0';
}

static bool read_feed(struct feed_reader *r)
{
    struct page_span text = decode(r);
    if (text.len == 0)
        return err_set(&r->why, ERR_REFUSED, "it is empty");
    bool cut = r->cut;
    r->cut = false; /* from here on: too many items */
    bool ok = text.text[0] == '{' ? feed_json(r, text)
              : text.text[0] == '<'
                  ? feed_xml(r, text)
                  : err_set(&r->why, ERR_REFUSED, "this is no feed: neither XML nor JSON");
    r->cut = r->cut || cut;
    return ok;
}

bool feed_read(struct feed_reader *r, const struct feed_input *input, struct content_view *ret,
               struct err *err)
{
    begin(r, input);
    r->items = arena_array(&r->arena, CONTENT_ITEMS_MAX, sizeof *r->items);
    if (r->items == NULL)
        return err_set(err, ERR_STOP, "there is no memory for its items");
    if (!read_feed(r)) {
        if (err != NULL)
            *err = r->why;
        return false;
    }
    ret->items = r->items;
    ret->count = r->count;
    ret->cut = r->cut;
    ret->odd = r->odd;
    (void)str_copy(ret->note, sizeof ret->note, r->note); /* the same size */
    return true;
}
