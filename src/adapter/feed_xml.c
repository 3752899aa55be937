/* feed_xml.c - RSS and Atom through libxml2's SAX events. The idea: one table says which element
 * means which field of an entry; all that stands inside it is that field's text.
 *
 * The parser repairs what it can. It is stopped at entities that the feed declares (they can blow
 * up a thousand bytes into gigabytes), at a depth no feed has, and at a root that is no feed. */
#include "feed_parts.h"

#include "base/str.h"
#include "base/utf8.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

enum {
    DEPTH_MAX = 100,
    MISTAKES_MAX = 20 * 1000, /* each costs the parser a formatted message */
};

/* Namespaces, as far as they matter. */
enum space { SPACE_RSS, SPACE_ATOM, SPACE_DC, SPACE_CONTENT, SPACE_OTHER };

struct space_row {
    const char *uri;
    enum space space;
};
static const struct space_row spaces[] = {
    {"http://purl.org/rss/1.0/", SPACE_RSS},
    {"http://my.netscape.com/rdf/simple/0.9/", SPACE_RSS},
    {"http://channel.netscape.com/rdf/simple/0.9/", SPACE_RSS},
    {"http://backend.userland.com/rss2", SPACE_RSS},
    {"http://www.w3.org/2005/Atom", SPACE_ATOM},
    {"http://purl.org/atom/ns#", SPACE_ATOM}, /* Atom 0.3 */
    {"http://purl.org/dc/elements/1.1/", SPACE_DC},
    {"http://purl.org/dc/terms/", SPACE_DC},
    {"http://purl.org/rss/1.0/modules/content/", SPACE_CONTENT},
};

struct field_row {
    enum space space;
    const char *name;
    enum feed_field field;
};
static const struct field_row field_rows[] = {
    {SPACE_RSS, "title", FIELD_TITLE},         {SPACE_RSS, "link", FIELD_LINK},
    {SPACE_RSS, "description", FIELD_SUMMARY}, {SPACE_RSS, "guid", FIELD_ID},
    {SPACE_RSS, "pubDate", FIELD_PUBLISHED},   {SPACE_RSS, "pubdate", FIELD_PUBLISHED},
    {SPACE_RSS, "author", FIELD_AUTHOR},       {SPACE_RSS, "category", FIELD_TAG},
    {SPACE_ATOM, "title", FIELD_TITLE},        {SPACE_ATOM, "summary", FIELD_SUMMARY},
    {SPACE_ATOM, "content", FIELD_CONTENT},    {SPACE_ATOM, "published", FIELD_PUBLISHED},
    {SPACE_ATOM, "issued", FIELD_PUBLISHED},   {SPACE_ATOM, "updated", FIELD_UPDATED},
    {SPACE_ATOM, "modified", FIELD_UPDATED},   {SPACE_ATOM, "id", FIELD_ID},
    {SPACE_ATOM, "name", FIELD_AUTHOR},        {SPACE_DC, "date", FIELD_PUBLISHED},
    {SPACE_DC, "created", FIELD_PUBLISHED},    {SPACE_DC, "modified", FIELD_UPDATED},
    {SPACE_DC, "creator", FIELD_AUTHOR},       {SPACE_DC, "subject", FIELD_TAG},
    {SPACE_DC, "language", FIELD_LANGUAGE},    {SPACE_DC, "description", FIELD_SUMMARY},
    {SPACE_CONTENT, "encoded", FIELD_CONTENT},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct feed_walk {
    struct feed_reader *r;
    xmlParserCtxtPtr parser;
    int depth, entry_depth, author_depth; /* 0: not inside */
    enum feed_field field;
    int field_depth;
    bool field_again; /* the field was filled by an earlier element: this one is read past */
    int mistakes;
    bool feed_language; /* <language> of the channel is being read */
    struct buf text;    /* its text */
    xmlEntity entity;   /* the one that was asked for last */
    char entity_text[8];
};

/* --- names ------------------------------------------------------------------------------------ */

static enum space space_of(const char *uri)
{
    if (uri == NULL || uri[0] == '\0')
        return SPACE_RSS;
    for (size_t i = 0; i < COUNT(spaces); i++)
        if (str_equal(spaces[i].uri, uri))
            return spaces[i].space;
    return SPACE_OTHER;
}

static enum feed_field field_of(enum space space, const char *name)
{
    for (size_t i = 0; i < COUNT(field_rows); i++)
        if (field_rows[i].space == space && str_equal(field_rows[i].name, name))
            return field_rows[i].field;
    return FIELD_NONE;
}

/* The value of an attribute, cut to dst; libxml2 gives five pointers for each. */
static bool attribute(const xmlChar **atts, int count, const char *prefix, const char *name,
                      char *dst, size_t size)
{
    for (int i = 0; i < count; i++, atts += 5) {
        const char *att_prefix = atts[1] != NULL ? (const char *)atts[1] : "";
        if (!str_equal((const char *)atts[0], name) || !str_equal(att_prefix, prefix))
            continue;
        (void)str_copy_n(dst, size, (const char *)atts[3], (size_t)(atts[4] - atts[3]));
        return true;
    }
    dst[0] = '\0';
    return false;
}

/* After this what the event was given is gone: the event must return. */
static void stop(struct feed_walk *w, const char *why)
{
    if (w->r->why.kind == ERR_NONE)
        (void)err_set(&w->r->why, ERR_REFUSED, "%s", why);
    xmlStopParser(w->parser);
}

/* --- what an element begins ------------------------------------------------------------------- */

static bool is_entry(enum space space, const char *name)
{
    return (space == SPACE_RSS && str_equal(name, "item")) ||
           (space == SPACE_ATOM && str_equal(name, "entry"));
}

/* False: it is no feed, and the parser was stopped. */
static bool check_root(struct feed_walk *w, enum space space, const char *name)
{
    bool rss = str_equal(name, "rss") || str_equal(name, "RDF");
    bool atom = space == SPACE_ATOM && str_equal(name, "feed");
    enum source_kind kind = w->r->input->kind;
    if (!rss && !atom) {
        stop(w, strcasecmp(name, "html") == 0
                    ? "this is a web page and no feed; enter the address of its feed"
                    : "this is XML, but neither RSS nor Atom");
        return false;
    }
    if ((rss && (kind == SOURCE_ATOM || kind == SOURCE_JSON)) ||
        (atom && (kind == SOURCE_RSS || kind == SOURCE_JSON)))
        feed_note(w->r,
                  rss ? "it is RSS, whatever its kind says" : "it is Atom, whatever its kind says");
    return true;
}

static void begin_entry(struct feed_walk *w, const xmlChar **atts, int count)
{
    struct feed_entry *e = &w->r->entry;
    char language[40];
    feed_entry_clear(e);
    w->entry_depth = w->depth;
    if (attribute(atts, count, "xml", "lang", language, sizeof language))
        feed_entry_add(e, FIELD_LANGUAGE, language, strlen(language));
}

/* Atom's <link href rel>: the page is the alternate one, which is also meant without rel. */
static void take_atom_link(struct feed_walk *w, const xmlChar **atts, int count)
{
    struct feed_entry *e = &w->r->entry;
    char rel[40], href[URL_MAX + 1];
    bool related = attribute(atts, count, "", "rel", rel, sizeof rel);
    if (related && !str_equal(rel, "alternate"))
        return;
    if (attribute(atts, count, "", "href", href, sizeof href) && e->text[FIELD_LINK].len == 0)
        feed_entry_add(e, FIELD_LINK, href, strlen(href));
}

static void take_atom_category(struct feed_walk *w, const xmlChar **atts, int count)
{
    char term[400];
    if (!attribute(atts, count, "", "label", term, sizeof term))
        (void)attribute(atts, count, "", "term", term, sizeof term); /* "" when there is none */
    feed_entry_add(&w->r->entry, FIELD_TAG, term, strlen(term));
    feed_entry_tag(w->r);
}

/* Text is text and not markup only where Atom says so. */
static bool says_plain(enum space space, const xmlChar **atts, int count)
{
    char type[40];
    if (space != SPACE_ATOM)
        return false;
    bool typed = attribute(atts, count, "", "type", type, sizeof type);
    return !typed || str_equal(type, "text") || str_equal(type, "text/plain") ||
           str_equal(type, "xhtml"); /* of which only the text is taken */
}

/* An element of an entry that means something by its attributes or its children. */
static bool begin_atom(struct feed_walk *w, const char *name, const xmlChar **atts, int count)
{
    if (str_equal(name, "author"))
        w->author_depth = w->depth;
    else if (str_equal(name, "link"))
        take_atom_link(w, atts, count);
    else if (str_equal(name, "category"))
        take_atom_category(w, atts, count);
    else
        return false;
    return true;
}

/* True for an element whose text is read past: what it says was said, or it leads nowhere. */
static bool is_idle(const struct feed_entry *e, enum feed_field field, const xmlChar **atts,
                    int count)
{
    char permanent[8];
    return e->text[field].len > 0 ||
           (field == FIELD_ID &&
            attribute(atts, count, "", "isPermaLink", permanent, sizeof permanent) &&
            str_equal(permanent, "false"));
}

static void begin_field(struct feed_walk *w, enum space space, const char *name,
                        const xmlChar **atts, int count)
{
    struct feed_entry *e = &w->r->entry;
    bool in_author = w->author_depth > 0 && w->depth == w->author_depth + 1;
    if (w->depth != w->entry_depth + 1 && !in_author)
        return;
    if (space == SPACE_ATOM && !in_author && begin_atom(w, name, atts, count))
        return;
    enum feed_field field = field_of(space, name);
    if (field == FIELD_NONE || (space == SPACE_ATOM && in_author != (field == FIELD_AUTHOR)))
        return;
    w->field = field;
    w->field_depth = w->depth;
    if (field == FIELD_LANGUAGE)
        buf_clear(&e->text[field]); /* nearer than that of the entry's tag */
    w->field_again = is_idle(e, field, atts, count);
    if (!w->field_again)
        e->plain[field] = says_plain(space, atts, count);
}

/* What is said about the feed as a whole. */
static void note_feed(struct feed_walk *w, enum space space, const char *name, const xmlChar **atts,
                      int count)
{
    struct feed_reader *r = w->r;
    char value[URL_MAX + 1], base[URL_MAX + 1];
    if (w->depth == 1 && attribute(atts, count, "xml", "lang", value, sizeof value))
        page_language(r->language, value, strlen(value));
    if (w->depth == 1 && attribute(atts, count, "xml", "base", value, sizeof value) &&
        feed_link(r->base, value, base))
        (void)str_copy(r->base, sizeof r->base, base); /* the same size */
    if (w->depth <= 3 && (space == SPACE_RSS || space == SPACE_DC) && str_equal(name, "language")) {
        w->feed_language = true;
        buf_clear(&w->text);
    }
}

/* --- what its end ends ------------------------------------------------------------------------ */

static void end_field(struct feed_walk *w)
{
    if (w->field == FIELD_TAG)
        feed_entry_tag(w->r);
    w->field = FIELD_NONE;
    w->field_again = false;
}

/* False: there are enough entries, and the parser was stopped (see stop). */
static bool end_entry(struct feed_walk *w)
{
    end_field(w);
    w->entry_depth = w->author_depth = 0;
    if (feed_entry_take(w->r))
        return true;
    xmlStopParser(w->parser);
    return false;
}

/* --- events ----------------------------------------------------------------------------------- */

static void add_text(struct feed_walk *w, const char *text, size_t len)
{
    if (w->feed_language && w->text.len + len < 100)
        buf_add(&w->text, text, len);
    if (w->field != FIELD_NONE && !w->field_again)
        feed_entry_add(&w->r->entry, w->field, text, len);
}

static void on_start(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **namespace, int count, int defaulted,
                     const xmlChar **atts)
{
    struct feed_walk *w = user;
    const char *name = (const char *)local;
    enum space space = space_of((const char *)uri);
    (void)prefix, (void)namespaces, (void)namespace, (void)defaulted;
    if (++w->depth > DEPTH_MAX) {
        stop(w, "its elements are nested deeper than any feed's");
        return;
    }
    if (w->depth == 1 && !check_root(w, space, name))
        return;
    if (is_entry(space, name)) {
        if (w->entry_depth > 0 && !end_entry(w)) /* the one before was not closed */
            return;
        begin_entry(w, atts, count);
    } else if (w->field != FIELD_NONE && field_of(space, name) != FIELD_NONE) {
        end_field(w); /* likewise: what was left open takes the entry's place */
        w->entry_depth = w->depth - 1;
        begin_field(w, space, name, atts, count);
    } else if (w->field != FIELD_NONE) { /* markup inside a field: blocks part words */
        if ((page_element(name, strlen(name)) & ELEMENT_BLOCK) != 0 || str_equal(name, "br"))
            add_text(w, " ", 1);
    } else if (w->entry_depth > 0) {
        begin_field(w, space, name, atts, count);
    } else {
        note_feed(w, space, name, atts, count);
    }
}

static void on_end(void *user, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
    struct feed_walk *w = user;
    const char *name = (const char *)local;
    (void)prefix, (void)uri;
    if (w->feed_language) {
        page_language(w->r->language, buf_text(&w->text), w->text.len);
        w->feed_language = false;
    }
    if (w->field != FIELD_NONE && w->depth == w->field_depth)
        end_field(w);
    else if (w->field != FIELD_NONE && (page_element(name, strlen(name)) & ELEMENT_BLOCK) != 0)
        add_text(w, " ", 1);
    if (w->depth == w->author_depth)
        w->author_depth = 0;
    if (w->entry_depth > 0 && w->depth == w->entry_depth)
        (void)end_entry(w); /* nothing of the event is used below */
    w->depth--;
}

static void on_text(void *user, const xmlChar *text, int len)
{
    add_text(user, (const char *)text, (size_t)len);
}

/* Names of HTML (&nbsp;, &eacute;) that feeds use without declaring them. */
static xmlEntityPtr on_entity(void *user, const xmlChar *name)
{
    struct feed_walk *w = user;
    const htmlEntityDesc *known = htmlEntityLookup(name);
    if (known == NULL)
        return NULL;
    size_t len = utf8_put(known->value, w->entity_text);
    w->entity_text[len] = '\0';
    w->entity = (xmlEntity){
        .type = XML_ENTITY_DECL,
        .name = (const xmlChar *)known->name,
        .content = (xmlChar *)w->entity_text,
        .length = (int)len,
        .etype = XML_INTERNAL_PREDEFINED_ENTITY, /* its content is given as text, never parsed */
    };
    return &w->entity;
}

static void on_entity_declared(void *user, const xmlChar *name, int type, const xmlChar *public_id,
                               const xmlChar *system_id, xmlChar *content)
{
    (void)name, (void)type, (void)public_id, (void)system_id, (void)content;
    stop(user, "it declares entities of its own, which no feed needs: it is not read");
}

static void on_mistake(void *user, xmlErrorPtr error)
{
    struct feed_walk *w = user;
    char text[CONTENT_NOTE_MAX];
    if (w->mistakes++ == 0 && error->level >= XML_ERR_ERROR) {
        (void)str_format(text, sizeof text, "the feed is damaged (line %d); what is whole was read",
                         error->line);
        feed_note(w->r, text);
    }
    if (w->mistakes > MISTAKES_MAX)
        xmlStopParser(w->parser);
}

/* --- door ------------------------------------------------------------------------------------- */

bool feed_xml(struct feed_reader *r, struct page_span text)
{
    xmlSAXHandler events = {
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .getEntity = on_entity,
        .entityDecl = on_entity_declared,
        .serror = on_mistake,
        .initialized = XML_SAX2_MAGIC,
    };
    struct feed_walk w = {.r = r, .field = FIELD_NONE, .text = buf_init(200)};
    int32_t mended;
    text = feed_mend(r, text, &mended);
    w.parser = xmlCreateMemoryParserCtxt(text.text, (int)text.len);
    if (w.parser == NULL)
        return err_set(&r->why, ERR_STOP, "there is no memory for the parser");
    *w.parser->sax = events;
    w.parser->userData = &w;
    /* IGNORE_ENC: it is UTF-8 by now, whatever its first line says. */
    (void)xmlCtxtUseOptions(w.parser, XML_PARSE_RECOVER | XML_PARSE_NONET |
                                          XML_PARSE_IGNORE_ENC); /* all are known */
    (void)xmlParseDocument(w.parser);                            /* mistakes are noted */
    if (mended > 0)
        feed_note(r, "the feed is damaged; what could be mended was");
    if (w.depth == 0 && w.mistakes > 0 && r->count == 0 && r->why.kind == ERR_NONE &&
        r->note[0] == '\0')
        stop(&w, "this is no feed: neither XML nor JSON can be read from it");
    xmlFreeDoc(w.parser->myDoc); /* made for a DTD, even without a tree; NULL is fine */
    xmlFreeParserCtxt(w.parser);
    buf_done(&w.text);
    return r->why.kind == ERR_NONE;
}
