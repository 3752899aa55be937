/* feed_entry.c - makes an item of the raw fields of an entry. The idea: XML and JSON fill the same
 * fields, so everything that is decided about an item is decided here, once. */
#include "feed_parts.h"

#include "base/str.h"
#include "base/utf8.h"

#include <string.h>

void feed_entry_init(struct feed_entry *e)
{
    *e = (struct feed_entry){.tag_count = 0};
    for (int i = 0; i < FIELDS; i++)
        e->text[i] = buf_init(FEED_FIELD_MAX);
}

void feed_entry_done(struct feed_entry *e)
{
    for (int i = 0; i < FIELDS; i++)
        buf_done(&e->text[i]);
}

void feed_entry_clear(struct feed_entry *e)
{
    for (int i = 0; i < FIELDS; i++) {
        buf_clear(&e->text[i]);
        e->plain[i] = false;
    }
    e->tag_count = 0;
}

void feed_entry_add(struct feed_entry *e, enum feed_field field, const char *text, size_t len)
{
    struct buf *b = &e->text[field];
    size_t room = b->ceiling - b->len;
    (void)buf_add(b, text, len <= room ? len : utf8_whole(text, room)); /* the rest is dropped */
}

void feed_note(struct feed_reader *r, const char *text)
{
    if (r->note[0] == '\0')
        text_screen_to(r->note, sizeof r->note, text);
}

static bool no_memory(struct feed_reader *r)
{
    return err_set(&r->why, ERR_STOP, "there is no memory for a feed this large");
}

static const char *field(const struct feed_entry *e, enum feed_field f)
{
    return buf_text(&e->text[f]);
}

static const char *text_of(struct feed_reader *r, enum feed_field f, size_t max)
{
    const struct buf *b = &r->entry.text[f];
    return feed_text(r, buf_text(b), b->len, r->entry.plain[f], max);
}

void feed_entry_tag(struct feed_reader *r)
{
    struct feed_entry *e = &r->entry;
    const char *tag = text_of(r, FIELD_TAG, ITEM_TAG_MAX);
    if (tag != NULL && tag[0] != '\0' && e->tag_count < ITEM_TAGS_MAX)
        e->tags[e->tag_count++] = tag; /* without memory it is only a tag less */
    buf_clear(&e->text[FIELD_TAG]);
}

static bool take_texts(struct feed_reader *r, struct content_item *item)
{
    struct feed_entry *e = &r->entry;
    enum feed_field said = e->text[FIELD_SUMMARY].len > 0 ? FIELD_SUMMARY : FIELD_CONTENT;
    item->title = text_of(r, FIELD_TITLE, ITEM_TITLE_MAX);
    item->summary = text_of(r, said, ITEM_SUMMARY_MAX);
    item->author = text_of(r, FIELD_AUTHOR, ITEM_AUTHOR_MAX);
    if (item->summary != NULL && item->summary[0] == '\0' && said == FIELD_SUMMARY)
        item->summary = text_of(r, FIELD_CONTENT, ITEM_SUMMARY_MAX); /* it was a picture */
    if (item->title != NULL && item->title[0] == '\0' && item->summary != NULL)
        item->title = feed_text(r, item->summary, strlen(item->summary), true, 100);
    return item->title != NULL && item->summary != NULL && item->author != NULL;
}

static bool take_link(struct feed_reader *r, struct content_item *item, bool *ret_odd)
{
    char url[URL_MAX + 1] = "";
    const struct feed_entry *e = &r->entry;
    if (!feed_link(r->base, field(e, FIELD_LINK), url)) {
        *ret_odd = e->text[FIELD_LINK].len > 0;
        if (!feed_link("", field(e, FIELD_ID), url))
            url[0] = '\0';
    }
    item->url = arena_text(&r->arena, url);
    return item->url != NULL;
}

static void take_date(struct feed_reader *r, struct content_item *item, bool *ret_odd)
{
    const struct feed_entry *e = &r->entry;
    if (feed_date(field(e, FIELD_PUBLISHED), &item->published_us) ||
        feed_date(field(e, FIELD_UPDATED), &item->published_us))
        return;
    item->published_us = 0;
    *ret_odd = *ret_odd || e->text[FIELD_PUBLISHED].len > 0 || e->text[FIELD_UPDATED].len > 0;
}

static bool take_rest(struct feed_reader *r, struct content_item *item)
{
    const struct feed_entry *e = &r->entry;
    char language[16] = "";
    page_language(language, field(e, FIELD_LANGUAGE), e->text[FIELD_LANGUAGE].len);
    item->language = arena_text(&r->arena, language[0] != '\0' ? language : r->language);
    const char **tags = arena_array(&r->arena, (size_t)e->tag_count, sizeof *tags);
    if (item->language == NULL || tags == NULL)
        return false;
    for (int32_t i = 0; i < e->tag_count; i++)
        tags[i] = e->tags[i];
    item->tags = tags;
    item->tag_count = e->tag_count;
    item->source = r->input->source;
    return true;
}

bool feed_entry_take(struct feed_reader *r)
{
    struct content_item item = {0};
    bool odd = false;
    if (r->count == CONTENT_ITEMS_MAX) {
        r->cut = true;
        return false;
    }
    if (!take_texts(r, &item) || !take_link(r, &item, &odd) || !take_rest(r, &item))
        return no_memory(r);
    take_date(r, &item, &odd);
    if (item.title[0] == '\0') { /* neither title nor text: there is nothing to tell */
        r->odd++;
        return true;
    }
    r->odd += odd;
    r->items[r->count++] = item;
    return true;
}
