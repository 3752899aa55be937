/* spec_json.c - specifications to JSON and back, by jansson. The idea: reading asks for members by
 * name and type through three small questions, which note the first that has no answer. */
#include "store/spec_json.h"

#include "base/str.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* --- writing ---------------------------------------------------------------------------------- */

static json_t *texts_json(const char *const *texts, int32_t count)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < count; i++)
        if (json_array_append_new(list, json_string(texts[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

/* NULL members make json_pack fail, so a lack of memory anywhere is seen at the end. */
static json_t *topics_json(const struct spec_topic *topics, int32_t count)
{
    json_t *list = json_array();
    for (int32_t i = 0; list != NULL && i < count; i++) {
        const struct spec_topic *t = &topics[i];
        json_t *topic = json_pack("{s:s, s:s, s:o, s:o}", "id", t->id, "title", t->title, "words",
                                  texts_json(t->words, t->word_count), "without",
                                  texts_json(t->without, t->without_count));
        if (t->summary && json_object_set_new(topic, "summary", json_true()) != 0) {
            json_decref(topic);
            topic = NULL;
        }
        if (json_array_append_new(list, topic) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

static json_t *sources_json(const struct spec_def *def)
{
    json_t *list = json_array();
    for (int32_t i = 0; list != NULL && i < def->source_count; i++) {
        const struct spec_source *s = &def->sources[i];
        json_t *source = json_pack("{s:s, s:s, s:s, s:s, s:s}", "name", s->name, "kind",
                                   source_kind_name(s->kind), "address", s->address, "category",
                                   s->category, "region", s->region);
        if (json_array_append_new(list, source) != 0) {
            json_decref(list);
            list = NULL;
        }
    }
    return list;
}

bool spec_json_write(const struct spec_def *def, struct buf *out, struct err *err)
{
    json_t *o =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s, s:i, s:i, s:o, s:o, s:o}", "name", def->name,
                  "workspace", def->workspace, "title", def->title, "description", def->description,
                  "language", def->language, "active", (int)def->active, "frequency",
                  frequency_name(def->frequency), "items_per_section", (int)def->items_per_section,
                  "items_max", (int)def->items_max, "categories",
                  topics_json(def->categories, def->category_count), "regions",
                  topics_json(def->regions, def->region_count), "sources", sources_json(def));
    char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
    bool ok = text != NULL && buf_adds(out, text);
    free(text);
    json_decref(o);
    return ok || err_set(err, ERR_STOP, "specification: there is no memory to write it as JSON");
}

/* --- reading ---------------------------------------------------------------------------------- */

struct reading {
    struct arena *arena;
    const char *missing; /* the first member that is not as it must be */
    bool full;           /* the arena */
};

static void miss(struct reading *r, const char *member)
{
    if (r->missing == NULL)
        r->missing = member;
}

static const char *keep(struct reading *r, const char *text)
{
    const char *copy = arena_text(r->arena, text);
    if (copy != NULL)
        return copy;
    r->full = true;
    return "";
}

static const char *text_of(struct reading *r, const json_t *o, const char *member)
{
    const char *text = json_string_value(json_object_get(o, member));
    if (text != NULL)
        return keep(r, text);
    miss(r, member);
    return "";
}

static int32_t number_of(struct reading *r, const json_t *o, const char *member)
{
    const json_t *value = json_object_get(o, member);
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && number <= INT32_MAX)
        return (int32_t)number;
    miss(r, member);
    return 0;
}

static const json_t *list_of(struct reading *r, const json_t *o, const char *member, int32_t most,
                             int32_t *ret_count)
{
    const json_t *list = json_object_get(o, member);
    size_t count = json_array_size(list);
    if (!json_is_array(list) || count > (size_t)most)
        miss(r, member);
    *ret_count = r->missing == NULL ? (int32_t)count : 0;
    return list;
}

static const char *const *texts_of(struct reading *r, const json_t *o, const char *member,
                                   int32_t *ret_count)
{
    const json_t *list = list_of(r, o, member, SPEC_PHRASES_MAX, ret_count);
    const char **texts = arena_array(r->arena, (size_t)*ret_count, sizeof *texts);
    r->full = r->full || texts == NULL;
    for (int32_t i = 0; texts != NULL && i < *ret_count; i++) {
        const char *text = json_string_value(json_array_get(list, (size_t)i));
        if (text == NULL)
            miss(r, member);
        texts[i] = keep(r, text != NULL ? text : "");
    }
    return texts;
}

static const struct spec_topic *topics_of(struct reading *r, const json_t *o, const char *member,
                                          int32_t *ret_count)
{
    const json_t *list = list_of(r, o, member, SPEC_TOPICS_MAX, ret_count);
    struct spec_topic *topics = arena_array(r->arena, (size_t)*ret_count, sizeof *topics);
    r->full = r->full || topics == NULL;
    for (int32_t i = 0; topics != NULL && i < *ret_count; i++) {
        const json_t *t = json_array_get(list, (size_t)i);
        topics[i].id = text_of(r, t, "id");
        topics[i].title = text_of(r, t, "title");
        topics[i].words = texts_of(r, t, "words", &topics[i].word_count);
        topics[i].without = texts_of(r, t, "without", &topics[i].without_count);
        topics[i].summary = json_is_true(json_object_get(t, "summary")); /* absent: no */
    }
    return topics;
}

static const struct spec_source *sources_of(struct reading *r, const json_t *o, int32_t *ret_count)
{
    const json_t *list = list_of(r, o, "sources", SPEC_SOURCES_MAX, ret_count);
    struct spec_source *sources = arena_array(r->arena, (size_t)*ret_count, sizeof *sources);
    r->full = r->full || sources == NULL;
    for (int32_t i = 0; sources != NULL && i < *ret_count; i++) {
        const json_t *s = json_array_get(list, (size_t)i);
        sources[i].name = text_of(r, s, "name");
        sources[i].address = text_of(r, s, "address");
        sources[i].category = text_of(r, s, "category");
        sources[i].region = text_of(r, s, "region");
        if (!source_kind_parse(text_of(r, s, "kind"), &sources[i].kind))
            miss(r, "kind");
    }
    return sources;
}

static void read_members(struct reading *r, const json_t *o, struct spec_def *def)
{
    def->name = text_of(r, o, "name");
    def->workspace = text_of(r, o, "workspace");
    def->title = text_of(r, o, "title");
    def->description = text_of(r, o, "description");
    def->language = text_of(r, o, "language");
    if (!json_is_boolean(json_object_get(o, "active")))
        miss(r, "active");
    def->active = json_is_true(json_object_get(o, "active"));
    if (!frequency_parse(text_of(r, o, "frequency"), &def->frequency))
        miss(r, "frequency");
    def->items_per_section = number_of(r, o, "items_per_section");
    def->items_max = number_of(r, o, "items_max");
    def->categories = topics_of(r, o, "categories", &def->category_count);
    def->regions = topics_of(r, o, "regions", &def->region_count);
    def->sources = sources_of(r, o, &def->source_count);
}

bool spec_json_read(const char *text, struct arena *arena, struct spec_def *ret, struct err *err)
{
    struct reading r = {.arena = arena};
    struct spec_def def = {.name = ""};
    json_error_t where;
    json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &where);
    if (o == NULL)
        return err_set(err, ERR_REFUSED, "specification: its JSON is damaged at byte %d",
                       where.position);
    read_members(&r, o, &def);
    json_decref(o);
    if (r.full)
        return err_set(err, ERR_STOP, "specification: there is no memory to read it");
    if (r.missing != NULL)
        return err_set(err, ERR_REFUSED,
                       "specification: its JSON has no \"%s\" that can be read; write it anew",
                       r.missing);
    if (!spec_check(&def, err))
        return false;
    *ret = def;
    return true;
}
