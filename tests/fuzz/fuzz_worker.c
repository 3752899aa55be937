/* Broken if this finds something: what a search worker says, or what is asked of ours, crashes its
 * reader, or an address, cursor or text gets through that nothing behind it expects. The first byte
 * chooses the side. */
#include "../../src/adapter/search_asked.h"
#include "../../src/adapter/worker_answer.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/weblink.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check_plain(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
        require(*p >= ' ' && *p <= '~');
}

static void check_screened(const char *text)
{
    struct buf again = buf_init(8192);
    text_screen(&again, text, strlen(text));
    require(buf_ok(&again) && str_equal(buf_text(&again), text));
    buf_done(&again);
}

static void check_hit(const struct search_hit *hit)
{
    char again[URL_MAX + 1];
    check_plain(hit->url);
    check_plain(hit->cursor);
    check_screened(hit->title);
    require(hit->cursor[0] != '\0' && strchr(hit->url, ' ') == NULL);
    require(str_starts(hit->url, "corpus:/") ||
            (weblink_clean(hit->url, again) && str_equal(again, hit->url)));
}

static void check_answer(const char *line, size_t len)
{
    struct worker_word w;
    switch (worker_line(line, len, &w)) {
    case WORKER_HIT:
        check_hit(&w.hit);
        break;
    case WORKER_ERROR:
        require(w.kind == ERR_RETRY || w.kind == ERR_REFUSED);
        require(w.retry_after_s >= 0 && w.retry_after_s <= 86400);
        break;
    case WORKER_END:
        check_plain(w.cursor);
        break;
    case WORKER_NOTHING:
    case WORKER_LOG:
    case WORKER_BAD:
        break;
    }
    check_screened(w.words);
}

static void check_question(const char *body, size_t len)
{
    struct search_asked asked;
    struct err err = {0};
    char accept[200];
    int status = search_asked_read(body, len, &asked, &err);
    require(status == 200 || (err.kind == ERR_REFUSED && err.text[0] != '\0'));
    if (status == 200) {
        require(search_asked_id(asked.id) && asked.query[0] != '\0');
        require(asked.request.limit >= 1 && asked.request.limit <= ASKED_LIMIT_MAX);
        require(asked.request.variation >= 0 && asked.deadline_us > 0);
        check_plain(asked.cursor);
    }
    (void)str_copy_n(accept, sizeof accept, body, len); /* a cut is fine */
    require(search_asked_form(accept) <= FORM_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] & 1)
        check_answer((const char *)data + 1, size - 1);
    else
        check_question((const char *)data + 1, size - 1);
    return 0;
}
