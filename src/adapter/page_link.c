/* page_link.c - the link of a page that leads to how its owner can be reached. The idea: each link
 * has two names, its text and the last part of its path; the best name of the page wins, the first
 * of equals. Links are made absolute by libcurl, by which they are fetched. */
#include "base/str.h"
#include "base/utf8.h"
#include "domain/contact.h"
#include "domain/weblink.h"
#include "page_tag.h"

#include <curl/curl.h>
#include <string.h>

enum {
    TEXT_MAX = 200,    /* bytes of a link's text that are looked at */
    INSIDE_MAX = 2000, /* its end is not looked for behind so many */
    LINKS_MAX = 5000   /* further ones of a page are not looked at */
};

struct looking {
    struct page_cursor in;
    const char *url;
    char base[URL_MAX + 1]; /* what links are relative to */
    int32_t rank;           /* of the best one so far */
    int32_t links;
    char *ret;
};

/* The value with its references decoded. */
static bool decode(struct page_span from, char *dst, size_t size)
{
    size_t n = 0;
    while (from.len > 0) {
        uint32_t point = 0;
        size_t used = from.text[0] == '&' ? page_entity(from.text, from.len, true, &point) : 0;
        if (n + 5 > size)
            return false;
        if (used > 0)
            n += utf8_put(point, dst + n);
        else
            dst[n++] = from.text[0];
        used = used > 0 ? used : 1;
        from = (struct page_span){from.text + used, from.len - used};
    }
    dst[n] = '\0';
    return true;
}

/* href as an address of its own; false for what is none of the web. */
static bool resolve(const char *base, const char *href, char ret[URL_MAX + 1])
{
    char *whole = NULL;
    CURLU *u = curl_url();
    bool ok = u != NULL && curl_url_set(u, CURLUPART_URL, base, 0) == CURLUE_OK &&
              curl_url_set(u, CURLUPART_URL, href, CURLU_URLENCODE) == CURLUE_OK &&
              curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
              curl_url_get(u, CURLUPART_URL, &whole, 0) == CURLUE_OK;
    ok = ok && weblink_clean(whole, ret);
    curl_free(whole);
    curl_url_cleanup(u);
    return ok;
}

/* "mailto:x" and the like: a scheme that is not the web's. */
static bool is_other_scheme(struct page_span href)
{
    for (size_t i = 0; i < href.len; i++)
        if (strchr(":/?#", href.text[i]) != NULL)
            return href.text[i] == ':' && !page_span_starts(href, "http");
    return false;
}

static bool other_page(const char *a, const char *b)
{
    char one[URL_MAX + 1], other[URL_MAX + 1];
    weblink_canonical(a, one);
    weblink_canonical(b, other);
    return !str_equal(one, other);
}

/* The rank of the last part of the path, without its extension. */
static int32_t path_rank(struct page_span href)
{
    char name[TEXT_MAX + 1];
    size_t n = 0, end = 0;
    while (end < href.len && href.text[end] != '?' && href.text[end] != '#')
        end++;
    while (end > 0 && href.text[end - 1] == '/')
        end--;
    size_t from = end;
    while (from > 0 && href.text[from - 1] != '/')
        from--;
    const char *dot = memrchr(href.text + from, '.', end - from);
    end = dot != NULL ? (size_t)(dot - href.text) : end;
    int len = 0;
    if (end - from > TEXT_MAX)
        return 0;
    char *plain = curl_easy_unescape(NULL, href.text + from, (int)(end - from), &len);
    for (; plain != NULL && n < (size_t)len; n++)
        name[n] = plain[n];
    curl_free(plain);
    return contact_rank(name, n);
}

/* The rank of the text between here and the link's end, without the tags in it. */
static int32_t text_rank(struct page_cursor c)
{
    char raw[TEXT_MAX + 1], name[4 * TEXT_MAX];
    size_t n = 0;
    if (c.end - c.at > INSIDE_MAX)
        c.end = c.at + INSIDE_MAX;
    while (c.at < c.end && n < TEXT_MAX) {
        if (*c.at != '<') {
            raw[n++] = *c.at++;
            continue;
        }
        struct page_span rest = {c.at, (size_t)(c.end - c.at)};
        if (page_span_starts(rest, "</a") ||
            (page_span_starts(rest, "<a") && rest.len > 2 && !page_is_letter(rest.text[2])))
            break;
        raw[n++] = ' ';
        page_tag_skip(&c);
    }
    if (n == TEXT_MAX || !decode((struct page_span){raw, n}, name, sizeof name))
        return 0;
    return contact_rank(name, strlen(name));
}

static void take_link(struct looking *l, struct page_span href)
{
    char value[URL_MAX + 1], whole[URL_MAX + 1];
    href = page_span_trim(href);
    if (href.len == 0 || href.text[0] == '#' || /* libcurl makes another page of that */
        href.len > URL_MAX || is_other_scheme(href) || l->links == LINKS_MAX)
        return;
    l->links++;
    int32_t rank = path_rank(href), said = text_rank(l->in);
    rank = said > rank ? said : rank;
    if (rank <= l->rank || !decode(href, value, sizeof value) || !resolve(l->base, value, whole) ||
        !weblink_same_site(whole, l->url) || !other_page(whole, l->url))
        return;
    l->rank = rank;
    (void)str_copy(l->ret, URL_MAX + 1, whole); /* same size */
}

/* <base href>: the first counts. */
static void take_base(struct looking *l, struct page_span href)
{
    char value[URL_MAX + 1], whole[URL_MAX + 1];
    if (str_equal(l->base, l->url) && decode(page_span_trim(href), value, sizeof value) &&
        resolve(l->url, value, whole))
        (void)str_copy(l->base, sizeof l->base, whole); /* same size */
}

/* What stands in them is no markup. The cursor is moved behind. */
static void skip_plain(struct page_cursor *c, const char *end_tag)
{
    while (c->at < c->end) {
        const char *open = memchr(c->at, '<', (size_t)(c->end - c->at));
        c->at = open != NULL ? open : c->end;
        if (page_span_starts((struct page_span){c->at, (size_t)(c->end - c->at)}, end_tag))
            return;
        if (c->at < c->end)
            c->at++;
    }
}

/* The cursor stands behind '<'. */
static void read_tag(struct looking *l)
{
    struct page_span attribute, value, href = {"", 0};
    struct page_span element = page_tag_name(&l->in);
    while (page_tag_attribute(&l->in, &attribute, &value))
        if (href.len == 0 && page_span_is(attribute, "href"))
            href = value;
    if (page_span_is(element, "a"))
        take_link(l, href);
    else if (page_span_is(element, "base") && href.len > 0)
        take_base(l, href);
    else if (page_span_is(element, "script"))
        skip_plain(&l->in, "</script");
    else if (page_span_is(element, "style"))
        skip_plain(&l->in, "</style");
}

bool page_link(struct page_span html, const char *url, char ret[URL_MAX + 1])
{
    struct looking l = {.in = {html.text, html.text + html.len}, .url = url, .ret = ret};
    ret[0] = '\0';
    if (!str_copy(l.base, sizeof l.base, url))
        return false;
    while (l.in.at < l.in.end) {
        const char *open = memchr(l.in.at, '<', (size_t)(l.in.end - l.in.at));
        if (open == NULL)
            break;
        l.in.at = open + 1;
        size_t left = (size_t)(l.in.end - l.in.at);
        if (left >= 3 && memcmp(l.in.at, "!--", 3) == 0) {
            l.in.at += 3;
            page_tag_comment(&l.in);
        } else if (left > 0 && page_is_letter(*l.in.at)) {
            read_tag(&l);
        }
    }
    return ret[0] != '\0';
}
