/* corpus_read.c - one file's words. The one idea: whatever a file holds, the answer is a value: its
 * words, or the reason why it is no page; only a lack of memory is a failure. */
#include "corpus_read.h"

enum {
    TITLE_MAX = 1000,
    BODY_MAX = 3 * CORPUS_FILE_MAX, /* a byte of an old encoding becomes at most three */
    KEEP_MAX = 256 << 10,           /* memory that is kept from one file to the next */
};

bool corpus_reader_init(struct corpus_reader *r, struct err *err)
{
    r->page = NULL;
    corpus_file_init(&r->file);
    return page_reader_new(&r->page, err);
}

void corpus_reader_done(struct corpus_reader *r)
{
    page_reader_free(r->page);
    r->page = NULL;
    corpus_file_done(&r->file);
}

void corpus_found_init(struct corpus_found *found)
{
    *found = (struct corpus_found){.title = buf_init(TITLE_MAX), .body = buf_init(BODY_MAX)};
}

void corpus_found_done(struct corpus_found *found)
{
    buf_done(&found->title);
    buf_done(&found->body);
}

static void empty(struct buf *b)
{
    if (b->cap > KEEP_MAX)
        buf_done(b);
    buf_clear(b);
}

void corpus_found_clear(struct corpus_found *found)
{
    empty(&found->title);
    empty(&found->body);
}

/* A letter or digit of any script: what the index makes words of. */
static bool has_word(const struct buf *text)
{
    for (size_t i = 0; i < text->len; i++) {
        const unsigned char c = (unsigned char)text->data[i];
        if (c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
            return true;
    }
    return false;
}

static enum corpus_skip judge(enum page_kind kind, const struct corpus_found *found)
{
    if (kind == PAGE_BINARY)
        return CORPUS_BINARY;
    return has_word(&found->title) || has_word(&found->body) ? CORPUS_PAGE : CORPUS_NO_WORDS;
}

static void set_words(struct corpus_found *found)
{
    found->words.title = buf_text(&found->title);
    found->words.title_len = found->title.len;
    found->words.body = buf_text(&found->body);
    found->words.body_len = found->body.len;
    found->hash = found->skip == CORPUS_PAGE ? corpus_words_hash(&found->words) : 0;
}

bool corpus_read(struct corpus_reader *r, const char *path, struct corpus_found *ret,
                 struct err *err)
{
    enum page_kind kind = PAGE_EMPTY;
    corpus_found_clear(ret);
    empty(&r->file.bytes);
    ret->skip = corpus_file_read(&r->file, path);
    ret->mark = r->file.mark;
    ret->cut = r->file.cut;
    ret->bytes_read = (int64_t)r->file.bytes.len;
    if (ret->skip == CORPUS_PAGE) {
        if (!page_text(r->page, buf_text(&r->file.bytes), r->file.bytes.len, r->file.type,
                       &ret->title, &ret->body, &kind, err))
            return false;
        ret->skip = judge(kind, ret);
    }
    set_words(ret);
    return true;
}
