/* page_names.c - the elements and attributes of HTML that matter here. What is not in these tables
 * is an inline element without meaning, or an attribute that nobody reads. */
#include "page_tag.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define BLOCK ELEMENT_BLOCK
#define STRONG ELEMENT_STRONG
#define DROP ELEMENT_DROP
#define PLAIN ELEMENT_PLAIN
#define VOID ELEMENT_VOID

struct element {
    char name[11];
    unsigned char flags;
};

/* In the order of strcmp. Blocks are what browsers draw apart: also cells, form controls, pictures
 * and the texts of a drawing. */
static const struct element elements[] = {
    {"a", STRONG},           {"address", BLOCK},
    {"area", VOID},          {"article", BLOCK},
    {"aside", BLOCK},        {"audio", BLOCK},
    {"base", VOID},          {"basefont", VOID},
    {"blockquote", BLOCK},   {"body", BLOCK},
    {"br", BLOCK | VOID},    {"button", BLOCK},
    {"canvas", BLOCK},       {"caption", BLOCK},
    {"center", BLOCK},       {"col", BLOCK | VOID},
    {"colgroup", BLOCK},     {"dd", BLOCK},
    {"details", BLOCK},      {"dialog", BLOCK},
    {"dir", BLOCK},          {"div", BLOCK},
    {"dl", BLOCK},           {"dt", BLOCK},
    {"embed", BLOCK | VOID}, {"fieldset", BLOCK},
    {"figcaption", BLOCK},   {"figure", BLOCK},
    {"footer", BLOCK},       {"form", BLOCK},
    {"frame", BLOCK | VOID}, {"frameset", BLOCK},
    {"h1", BLOCK},           {"h2", BLOCK},
    {"h3", BLOCK},           {"h4", BLOCK},
    {"h5", BLOCK},           {"h6", BLOCK},
    {"head", BLOCK},         {"header", BLOCK},
    {"hgroup", BLOCK},       {"hr", BLOCK | VOID},
    {"html", BLOCK},         {"iframe", BLOCK | DROP},
    {"img", BLOCK | VOID},   {"input", BLOCK | VOID},
    {"label", STRONG},       {"legend", BLOCK},
    {"li", BLOCK},           {"link", VOID},
    {"listing", BLOCK},      {"main", BLOCK},
    {"map", STRONG},         {"menu", BLOCK},
    {"meta", VOID},          {"nav", BLOCK},
    {"noembed", BLOCK},      {"noframes", BLOCK},
    {"noscript", BLOCK},     {"object", BLOCK},
    {"ol", BLOCK},           {"optgroup", BLOCK},
    {"option", BLOCK},       {"p", BLOCK},
    {"param", VOID},         {"picture", BLOCK},
    {"pre", BLOCK},          {"script", DROP},
    {"search", BLOCK},       {"section", BLOCK},
    {"select", BLOCK},       {"source", VOID},
    {"style", DROP},         {"summary", BLOCK},
    {"svg", BLOCK},          {"table", BLOCK},
    {"tbody", BLOCK},        {"td", BLOCK},
    {"text", BLOCK},         {"textarea", BLOCK | PLAIN},
    {"tfoot", BLOCK},        {"th", BLOCK},
    {"thead", BLOCK},        {"title", BLOCK | PLAIN},
    {"tr", BLOCK},           {"track", VOID},
    {"ul", BLOCK},           {"video", BLOCK},
    {"wbr", VOID},           {"xmp", BLOCK | PLAIN},
};

unsigned page_element(const char *name, size_t len)
{
    if (len == 1) /* most elements of most pages */
        return name[0] == 'p' ? BLOCK : name[0] == 'a' ? STRONG : 0;
    if (len >= sizeof elements[0].name)
        return 0;
    size_t low = 0, high = COUNT(elements);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = strncmp(elements[mid].name, name, len);
        if (order == 0 && elements[mid].name[len] == '\0')
            return elements[mid].flags;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return 0;
}

struct attribute {
    const char *name;
    enum page_attribute kind;
};

static const struct attribute attributes[] = {
    {"href", ATTRIBUTE_LINK},       {"title", ATTRIBUTE_READ},
    {"alt", ATTRIBUTE_READ},        {"aria-label", ATTRIBUTE_READ},
    {"content", ATTRIBUTE_CONTENT}, {"name", ATTRIBUTE_NAME},
    {"property", ATTRIBUTE_NAME},   {"itemprop", ATTRIBUTE_NAME},
    {"http-equiv", ATTRIBUTE_NAME}, {"type", ATTRIBUTE_TYPE},
    {"value", ATTRIBUTE_VALUE},     {"data-cfemail", ATTRIBUTE_MASKED},
    {"lang", ATTRIBUTE_LANGUAGE},   {"xml:lang", ATTRIBUTE_LANGUAGE},
    {"action", ATTRIBUTE_LINK},     {"formaction", ATTRIBUTE_LINK},
    {"xlink:href", ATTRIBUTE_LINK},
};

enum page_attribute page_attribute(const char *name, size_t len)
{
    struct page_span span = {name, len};
    for (size_t i = 0; len > 0 && i < COUNT(attributes); i++)
        if ((name[0] | 0x20) == attributes[i].name[0] && page_span_is(span, attributes[i].name))
            return attributes[i].kind;
    if (!page_span_starts(span, "data-"))
        return ATTRIBUTE_NONE;
    for (size_t i = 5; i + 4 <= len; i++)
        if (page_span_starts((struct page_span){name + i, len - i}, "mail"))
            return ATTRIBUTE_DATA;
    return ATTRIBUTE_NONE;
}
