/* page_jsonld.c - structured data (JSON-LD, schema.org): the email members, and the name of the
 * organisation that the page belongs to. */
#include "page_tag.h"

#include <string.h>

enum about {
    ABOUT_ORGANIZATION = 1u << 0, /* by its type */
    ABOUT_REACHABLE = 1u << 1,    /* has an address or a telephone of its own */
    ABOUT_OTHER = 1u << 2         /* a person, a page, an article */
};

struct object {
    unsigned about;
    char name[FACT_MAX + 1];
};

struct reading {
    const struct extract_sink *sink;
    struct page_said *said;
    bool enough;
    struct object objects[EXTRACT_JSON_DEPTH + 1];
};

static unsigned about_type(struct page_span type)
{
    static const char *const organizations[] = {"Organization", "Organisation", "Business", "Store",
                                                "Corporation",  "Company",      "Shop",     "NGO"};
    static const char *const others[] = {"Person",       "Page",          "WebSite",  "Article",
                                         "Posting",      "List",          "ListItem", "Object",
                                         "Action",       "Offer",         "Product",  "Event",
                                         "ContactPoint", "PostalAddress", "Review"};
    for (size_t i = 0; i < sizeof organizations / sizeof organizations[0]; i++) {
        size_t n = strlen(organizations[i]);
        if (type.len >= n && memcmp(type.text + type.len - n, organizations[i], n) == 0)
            return ABOUT_ORGANIZATION;
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t n = strlen(others[i]);
        if (type.len >= n && memcmp(type.text + type.len - n, others[i], n) == 0)
            return ABOUT_OTHER;
    }
    return 0;
}

static void on_string(void *owner, int depth, const char *key, const char *value, size_t len)
{
    struct reading *r = owner;
    struct object *object = &r->objects[depth];
    struct page_span name = {key, strlen(key)};
    if (page_span_is(name, "email") || page_span_is(name, "e-mail")) {
        char plain[EXTRACT_JSON_STRING + 1];
        size_t n = page_plain((struct page_span){value, len}, plain, sizeof plain);
        if (!r->enough)
            r->enough = !extract_list(plain, n, r->sink);
        object->about |= ABOUT_REACHABLE;
    } else if (page_span_is(name, "telephone")) {
        object->about |= ABOUT_REACHABLE;
    } else if (page_span_is(name, "@type")) {
        object->about |= about_type((struct page_span){value, len});
    } else if (page_span_is(name, "name")) {
        page_fact(object->name, value, len);
    }
}

/* The object is read: its name is the owner's when it is an organisation, or can be reached and is
 * nothing else (there are hundreds of types of businesses). */
static void on_closed(void *owner, int depth)
{
    struct reading *r = owner;
    struct object *object = &r->objects[depth];
    bool is_owner = (object->about & ABOUT_ORGANIZATION) != 0 || object->about == ABOUT_REACHABLE;
    if (is_owner && object->name[0] != '\0' && r->said->organization[0] == '\0')
        memcpy(r->said->organization, object->name, sizeof object->name);
    *object = (struct object){0};
}

void page_jsonld(struct page_span json, const struct extract_sink *sink, struct page_said *said)
{
    struct reading r = {.sink = sink, .said = said};
    struct extract_json doors = {.owner = &r, .string = on_string, .closed = on_closed};
    extract_json(json.text, json.len, &doors);
}
