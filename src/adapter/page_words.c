/* page_words.c - what to call the page's owner in a letter: the site name that the page states,
 * else the organisation of its structured data, else the part of its title that is no page's name.
 * */
#include "base/utf8.h"
#include "page_tag.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

void page_fact(char dst[FACT_MAX + 1], const char *text, size_t len)
{
    char plain[4 * FACT_MAX];
    struct page_span span = {text, len};
    size_t n = page_plain(span, plain, sizeof plain - 1);
    n = utf8_whole(plain, n);
    while (n > 0 && plain[n - 1] == ' ')
        n--;
    plain[n] = '\0';
    text_screen_to(dst, FACT_MAX + 1, plain);
}

/* A language tag (BCP 47): letters, digits and hyphens; anything else says nothing. */
void page_language(char dst[16], const char *text, size_t len)
{
    struct page_span tag = page_span_trim((struct page_span){text, len});
    if (tag.len < 2 || tag.len > 15 || !page_is_letter(tag.text[0]))
        return;
    for (size_t i = 0; i < tag.len; i++) {
        char c = tag.text[i];
        dst[i] = c == '_' ? '-' : c;
        if (!page_is_letter(c) && !(c >= '0' && c <= '9') && c != '-' && c != '_') {
            dst[0] = '\0';
            return;
        }
    }
    dst[tag.len] = '\0';
}

/* Titles that say which page it is and not whose. */
static bool is_page_name(struct page_span part)
{
    static const char *const names[] = {
        "home",      "homepage",       "home page",      "startseite",        "start",
        "index",     "welcome",        "willkommen",     "bienvenidos",       "bienvenue",
        "benvenuti", "inicio",         "accueil",        "contact",           "contact us",
        "contacts",  "contacto",       "contactos",      "contatti",          "contato",
        "kontakt",   "kontakte",       "contactez-nous", "nous contacter",    "impressum",
        "imprint",   "legal notice",   "legal",          "aviso legal",       "mentions légales",
        "about",     "about us",       "über uns",       "ueber uns",         "a propos",
        "à propos",  "sobre nosotros", "nosotros",       "quienes somos",     "quiénes somos",
        "chi siamo", "team",           "our team",       "das team",          "equipo",
        "equipe",    "news",           "blog",           "services",          "leistungen",
        "servicios", "products",       "produkte",       "productos",         "visit us",
        "find us",   "anfahrt",        "jobs",           "careers",           "privacy policy",
        "privacy",   "datenschutz",    "untitled",       "untitled document", "page",
    };
    for (size_t i = 0; i < COUNT(names); i++)
        if (page_span_is(part, names[i]))
            return true;
    return part.len < 2;
}

/* The length of the title's first part, and in *ret_sign how long the sign behind it is. */
static size_t part_len(struct page_span title, size_t *ret_sign)
{
    static const char *const signs[] = {" | ", " - ", " – ", " — ", " :: ", " · ",
                                        " • ", " » ", " « ", " / ", ": "};
    for (size_t i = 0; i < title.len; i++) {
        for (size_t k = 0; k < COUNT(signs); k++) {
            size_t n = strlen(signs[k]);
            if (title.len - i >= n && memcmp(title.text + i, signs[k], n) == 0) {
                *ret_sign = n;
                return i;
            }
        }
    }
    *ret_sign = 0;
    return title.len;
}

/* The last part that is no page's name: owners stand last more often than first. */
static struct page_span best_part(const char *title)
{
    struct page_span rest = {title, strlen(title)}, best = {title, 0};
    while (rest.len > 0) {
        size_t sign, n = part_len(rest, &sign);
        struct page_span part = page_span_trim((struct page_span){rest.text, n});
        if (!is_page_name(part))
            best = part;
        rest = (struct page_span){rest.text + n + sign, rest.len - n - sign};
    }
    return best;
}

void page_words(const struct page_said *said, struct page_words *ret)
{
    memcpy(ret->title, said->title, sizeof ret->title);
    memcpy(ret->language, said->language, sizeof ret->language);
    if (said->site[0] != '\0') {
        memcpy(ret->company, said->site, sizeof ret->company);
    } else if (said->organization[0] != '\0') {
        memcpy(ret->company, said->organization, sizeof ret->company);
    } else {
        struct page_span part = best_part(said->title);
        page_fact(ret->company, part.text, part.len);
    }
}
