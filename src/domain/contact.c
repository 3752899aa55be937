/* contact.c - a table of words. The idea: a name is brought into one form (small letters, one blank
 * for all that stands between words), so that "Contact-Us", "contact_us" and "CONTACT US" are one
 * row. */
#include "domain/contact.h"

#include "base/utf8.h"

#include <stdbool.h>
#include <string.h>

enum { NAME_BYTES = 64 }; /* what is longer is a sentence, not a name */

enum { RANK_ABOUT = 1, RANK_CONTACT, RANK_IMPRINT, RANK_ALONE = RANK_IMPRINT };

struct row {
    const char *words;
    int32_t rank;
};

static const struct row names[] = {
    {"impressum", RANK_IMPRINT},
    {"imprint", RANK_IMPRINT},
    {"colofon", RANK_IMPRINT},
    {"legal notice", RANK_IMPRINT},
    {"aviso legal", RANK_IMPRINT},
    {"note legali", RANK_IMPRINT},
    {"mentions legales", RANK_IMPRINT},
    {"mentions l\u00E9gales", RANK_IMPRINT},
    {"contact", RANK_CONTACT},
    {"contacts", RANK_CONTACT},
    {"contactus", RANK_CONTACT},
    {"contacter", RANK_CONTACT},
    {"contactez", RANK_CONTACT},
    {"contacto", RANK_CONTACT},
    {"contactos", RANK_CONTACT},
    {"contatto", RANK_CONTACT},
    {"contatti", RANK_CONTACT},
    {"contattaci", RANK_CONTACT},
    {"contato", RANK_CONTACT},
    {"contacte", RANK_CONTACT},
    {"kontakt", RANK_CONTACT},
    {"kontakte", RANK_CONTACT},
    {"kontakty", RANK_CONTACT},
    {"kontaktai", RANK_CONTACT},
    {"kapcsolat", RANK_CONTACT},
    {"yhteystiedot", RANK_CONTACT},
    {"iletisim", RANK_CONTACT},
    {"ileti\u015Fim", RANK_CONTACT},
    {"\u03B5\u03C0\u03B9\u03BA\u03BF\u03B9\u03BD\u03C9\u03BD\u03AF\u03B1", RANK_CONTACT},
    {"\u043A\u043E\u043D\u0442\u0430\u043A\u0442\u044B", RANK_CONTACT},
    {"\u043A\u043E\u043D\u0442\u0430\u043A\u0442\u0438", RANK_CONTACT},
    {"\u8054\u7CFB\u6211\u4EEC", RANK_CONTACT},
    {"\u304A\u554F\u3044\u5408\u308F\u305B", RANK_CONTACT},
    {"about", RANK_ABOUT},
    {"about us", RANK_ABOUT},
    {"aboutus", RANK_ABOUT},
    {"\u00FCber uns", RANK_ABOUT},
    {"ueber uns", RANK_ABOUT},
    {"uber uns", RANK_ABOUT},
    {"\u00E0 propos", RANK_ABOUT},
    {"a propos", RANK_ABOUT},
    {"qui sommes nous", RANK_ABOUT},
    {"chi siamo", RANK_ABOUT},
    {"sobre nosotros", RANK_ABOUT},
    {"quienes somos", RANK_ABOUT},
    {"qui\u00E9nes somos", RANK_ABOUT},
    {"sobre nos", RANK_ABOUT},
    {"sobre n\u00F3s", RANK_ABOUT},
    {"over ons", RANK_ABOUT},
    {"om oss", RANK_ABOUT},
    {"om os", RANK_ABOUT},
    {"o nas", RANK_ABOUT},
    {"o n\u00E1s", RANK_ABOUT},
    {"\u043E \u043D\u0430\u0441", RANK_ABOUT},
};

/* Capitals of the alphabets that the table is written in. */
static uint32_t small(uint32_t c)
{
    const bool latin = c >= 0xC0 && c <= 0xDE && c != 0xD7;
    const bool greek = c >= 0x391 && c <= 0x3A9, cyrillic = c >= 0x410 && c <= 0x42F;
    if (c == 0x130) /* Turkish I with a dot */
        return 'i';
    return (c >= 'A' && c <= 'Z') || latin || greek || cyrillic ? c + 32 : c;
}

/* Letters and digits; arrows, quotes and dashes of all kinds are not. */
static bool is_in_word(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    return c >= 0xC0 && (c < 0x2000 || c >= 0x3040) && c != UTF8_BAD;
}

/* The name in the one form, with a blank at both ends; false when it is none. */
static bool one_form(const char *name, size_t len, char ret[NAME_BYTES])
{
    size_t n = 0;
    ret[n++] = ' ';
    while (len > 0) {
        uint32_t c;
        size_t used = utf8_next(name, len, &c);
        c = small(c);
        name += used;
        len -= used;
        if (n + 6 > NAME_BYTES)
            return false;
        if (is_in_word(c))
            n += utf8_put(c, ret + n);
        else if (ret[n - 1] != ' ')
            ret[n++] = ' ';
    }
    if (ret[n - 1] != ' ')
        ret[n++] = ' ';
    ret[n] = '\0';
    return n > 1;
}

int32_t contact_rank(const char *name, size_t len)
{
    char form[NAME_BYTES];
    int32_t best = 0;
    if (!one_form(name, len, form))
        return 0;
    const size_t whole = strlen(form);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t n = strlen(names[i].words);
        const char *at = strstr(form, names[i].words);
        while (at != NULL && (at[-1] != ' ' || at[n] != ' '))
            at = strstr(at + 1, names[i].words);
        if (at == NULL)
            continue;
        const bool alone = whole == n + 2;
        int32_t rank = names[i].rank + (alone ? RANK_ALONE : 0);
        if (!alone && names[i].rank == RANK_ABOUT) /* "about cats" */
            rank = 0;
        best = rank > best ? rank : best;
    }
    return best;
}
