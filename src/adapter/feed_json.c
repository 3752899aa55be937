/* feed_json.c - JSON Feed (jsonfeed.org, versions 1 and 1.1) by jansson. */
#include "feed_parts.h"

#include "base/str.h"

#include <jansson.h>
#include <string.h>

struct member_row {
    const char *name;
    enum feed_field field;
    bool plain;
};
/* Of two rows for a field the first that is there counts. */
static const struct member_row members[] = {
    {"title", FIELD_TITLE, true},
    {"summary", FIELD_SUMMARY, true},
    {"content_text", FIELD_CONTENT, true},
    {"content_html", FIELD_CONTENT, false},
    {"url", FIELD_LINK, true},
    {"external_url", FIELD_LINK, true},
    {"id", FIELD_ID, true},
    {"date_published", FIELD_PUBLISHED, true},
    {"date_modified", FIELD_UPDATED, true},
    {"language", FIELD_LANGUAGE, true},
};

static void take_member(struct feed_entry *e, const struct member_row *m, const json_t *value)
{
    const char *text = json_string_value(value); /* NULL for what is no string */
    if (text == NULL || text[0] == '\0' || e->text[m->field].len > 0)
        return;
    feed_entry_add(e, m->field, text, strlen(text));
    e->plain[m->field] = m->plain;
}

static void take_author(struct feed_entry *e, const json_t *item)
{
    static const struct member_row row = {"name", FIELD_AUTHOR, true};
    const json_t *list = json_object_get(item, "authors");
    const json_t *author =
        json_is_array(list) ? json_array_get(list, 0) : json_object_get(item, "author");
    take_member(e, &row, json_object_get(author, "name"));
}

static void take_tags(struct feed_reader *r, const json_t *item)
{
    const json_t *tags = json_object_get(item, "tags");
    for (size_t i = 0; i < json_array_size(tags) && i < ITEM_TAGS_MAX; i++) {
        const char *tag = json_string_value(json_array_get(tags, i));
        if (tag == NULL)
            continue;
        feed_entry_add(&r->entry, FIELD_TAG, tag, strlen(tag));
        r->entry.plain[FIELD_TAG] = true;
        feed_entry_tag(r);
    }
}

static bool take_item(struct feed_reader *r, const json_t *item)
{
    feed_entry_clear(&r->entry);
    if (!json_is_object(item)) {
        r->odd++;
        return true;
    }
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        take_member(&r->entry, &members[i], json_object_get(item, members[i].name));
    take_author(&r->entry, item);
    take_tags(r, item);
    return feed_entry_take(r);
}

static bool take_feed(struct feed_reader *r, const json_t *feed)
{
    const char *version = json_string_value(json_object_get(feed, "version"));
    const json_t *items = json_object_get(feed, "items");
    const char *language = json_string_value(json_object_get(feed, "language"));
    if (version == NULL || strstr(version, "jsonfeed.org/version/") == NULL ||
        !json_is_array(items))
        return err_set(&r->why, ERR_REFUSED, "this is JSON, but no JSON Feed");
    if (language != NULL)
        page_language(r->language, language, strlen(language));
    if (r->input->kind == SOURCE_RSS || r->input->kind == SOURCE_ATOM)
        feed_note(r, "it is a JSON Feed, whatever its kind says");
    for (size_t i = 0; i < json_array_size(items); i++)
        if (!take_item(r, json_array_get(items, i)))
            return r->why.kind == ERR_NONE; /* enough of them */
    return true;
}

bool feed_json(struct feed_reader *r, struct page_span text)
{
    json_error_t where;
    /* NUL is allowed because one in one item should not cost the rest; a text then ends there. */
    json_t *feed = json_loadb(text.text, text.len, JSON_ALLOW_NUL, &where);
    if (feed == NULL)
        return err_set(&r->why, ERR_REFUSED,
                       "this begins like JSON but is none (line %d, column %d)%s", where.line,
                       where.column, r->input->cut ? "; it was cut for its size" : "");
    bool ok = take_feed(r, feed);
    json_decref(feed);
    return ok;
}
