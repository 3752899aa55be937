/* address.c - the grammar of an address, and the short lists of names that say what kind of
 * mailbox stands behind it. Every list is a sorted-by-eye table; they are small, and are asked only
 * once for each address found. */
#include "domain/address.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/lead.h"

#include <stdint.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alnum(unsigned char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* RFC 5322 section 3.2.3, and any part of a UTF-8 character (RFC 6531 section 3.3). */
static bool is_atext(unsigned char c)
{
    return is_alnum(c) || c >= 0x80 || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

static bool dot_atom(const char *text, size_t len)
{
    bool dot = true; /* as if one stood before: none may lead, and none may follow another */
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '.' ? dot : !is_atext((unsigned char)text[i]))
            return false;
        dot = text[i] == '.';
    }
    return !dot;
}

/* Quoted-string of RFC 5321: qtext, spaces, and \ before a printable character. */
static bool quoted(const char *text, size_t len)
{
    if (len < 3 || text[0] != '"' || text[len - 1] != '"')
        return false;
    for (size_t i = 1; i < len - 1; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '\\') {
            c = (unsigned char)text[++i];
            if (i >= len - 1)
                return false;
        } else if (c == '"') {
            return false;
        }
        if (c < 0x20 || c == 0x7F)
            return false;
    }
    return true;
}

/* C1 controls and broken UTF-8 are neither letters nor punctuation of any kind. */
static bool clean_utf8(const char *text, size_t len)
{
    uint32_t point;
    for (size_t i = 0; i < len; i += utf8_next(text + i, len - i, &point))
        if (utf8_next(text + i, len - i, &point) == 1 ? (text[i] & 0x80) != 0 : point < 0xA0)
            return false;
    return true;
}

bool address_local_valid(const char *local, size_t len)
{
    if (len == 0 || len > ADDRESS_LOCAL_MAX || !clean_utf8(local, len))
        return false;
    return local[0] == '"' ? quoted(local, len) : dot_atom(local, len);
}

static bool label_valid(const char *label, size_t len)
{
    if (len == 0 || len > ADDRESS_LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!is_alnum((unsigned char)label[i]) && label[i] != '-')
            return false;
    return true;
}

bool address_domain_valid(const char *domain, size_t len)
{
    if (len == 0 || len > ADDRESS_DOMAIN_MAX)
        return false;
    const char *label = domain, *end = domain + len;
    for (int labels = 1;; labels++) {
        const char *dot = memchr(label, '.', (size_t)(end - label));
        if (!label_valid(label, (size_t)((dot != NULL ? dot : end) - label)))
            return false;
        if (dot == NULL) /* RFC 3696 section 2: the last label is not all digits */
            return labels >= 2 && strspn(label, "0123456789") < (size_t)(end - label);
        label = dot + 1;
    }
}

bool address_valid(const char *address)
{
    const char *at = strrchr(address, '@');
    return at != NULL && address_local_valid(address, (size_t)(at - address)) &&
           address_domain_valid(at + 1, strlen(at + 1));
}

/* Rows where the small letter stands a fixed step behind the capital, or next to it (step 1: the
 * capitals are the code points with the parity of the first). */
struct fold {
    uint32_t first, last, step;
};

static const struct fold folds[] = {
    {0xC0, 0xD6, 32},    {0xD8, 0xDE, 32},     {0x100, 0x12F, 1},  {0x132, 0x137, 1},
    {0x139, 0x148, 1},   {0x14A, 0x177, 1},    {0x179, 0x17E, 1},  {0x386, 0x386, 38},
    {0x388, 0x38A, 37},  {0x38C, 0x38C, 64},   {0x38E, 0x38F, 63}, {0x391, 0x3A1, 32},
    {0x3A3, 0x3AB, 32},  {0x400, 0x40F, 80},   {0x410, 0x42F, 32}, {0x460, 0x481, 1},
    {0x48A, 0x4BF, 1},   {0x4D0, 0x52F, 1},    {0x531, 0x556, 48}, {0x1E00, 0x1E95, 1},
    {0x1EA0, 0x1EFF, 1}, {0xFF21, 0xFF3A, 32},
};

static uint32_t lower(uint32_t point)
{
    for (size_t i = 0; i < COUNT(folds); i++) {
        const struct fold *f = &folds[i];
        if (point < f->first || point > f->last)
            continue;
        return f->step > 1 || (point - f->first) % 2 == 0 ? point + f->step : point;
    }
    return point;
}

void address_fold_local(char *local, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t point;
        size_t used = utf8_next(local + i, len - i, &point);
        char small[4];
        if (used == 1 && local[i] >= 'A' && local[i] <= 'Z')
            local[i] = (char)(local[i] + 32);
        else if (used > 1 && utf8_put(lower(point), small) == used)
            memcpy(local + i, small, used);
        i += used;
    }
}

/* True when domain is the name, or lies below it. */
static bool is_under(const char *domain, const char *name)
{
    size_t len = strlen(domain), n = strlen(name);
    return len >= n && memcmp(domain + len - n, name, n) == 0 &&
           (len == n || domain[len - n - 1] == '.');
}

static bool is_under_any(const char *domain, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_under(domain, names[i]))
            return true;
    return false;
}

bool address_is_placeholder(const char *domain)
{
    static const char *const names[] = {
        "example",
        "test",
        "invalid",
        "localhost",
        "example.com",
        "example.net",
        "example.org",
        /* what forms and templates really say */
        "domain.com",
        "yourdomain.com",
        "yourcompany.com",
    };
    return is_under_any(domain, names, COUNT(names));
}

/* Error trackers take their key as user name: https://KEY@o1.ingest.sentry.io/1 */
bool address_is_machine(const char *address)
{
    const char *at = strrchr(address, '@');
    if (at == NULL)
        return false;
    const char *domain = at + 1;
    size_t hex = strspn(address, "0123456789abcdef");
    if (is_under(domain, "ingest.sentry.io") ||
        (is_under(domain, "sentry.io") && str_starts(domain, "o") && strstr(domain, ".ingest.")))
        return true;
    bool tracker = is_under(domain, "sentry.io") ||
                   (str_starts(domain, "sentry") && is_under(domain, "wixpress.com"));
    return tracker && hex >= 16 && address + hex == at;
}

/* RFC 2142, and what offices call their mailboxes. */
static const char *const role_names[] = {
    "abuse",        "accounting",   "accounts",       "admin",       "administration",
    "anfrage",      "anfragen",     "atencion",       "ayuda",       "billing",
    "bookings",     "booking",      "bestellung",     "buchhaltung", "buero",
    "bureau",       "careers",      "comercial",      "commercial",  "compliance",
    "contact",      "contacto",     "contatto",       "contatti",    "customerservice",
    "datenschutz",  "desk",         "editor",         "email",       "empfang",
    "enquiries",    "enquiry",      "events",         "feedback",    "finance",
    "frontdesk",    "hallo",        "hello",          "help",        "helpdesk",
    "hi",           "hola",         "hostmaster",     "hr",          "info",
    "information",  "informacion",  "inquiries",      "inquiry",     "it",
    "jobs",         "karriere",     "klantenservice", "kontakt",     "kundenservice",
    "legal",        "mail",         "marketing",      "media",       "newsletter",
    "office",       "orders",       "order",          "ops",         "post",
    "postmaster",   "praxis",       "presse",         "press",       "privacy",
    "recepcion",    "reception",    "redaktion",      "rezeption",   "reservas",
    "reservations", "reservierung", "root",           "sales",       "secretaria",
    "security",     "sekretariat",  "service",        "shop",        "staff",
    "studio",       "support",      "team",           "tickets",     "ventas",
    "verkauf",      "vertrieb",     "verwaltung",     "webmaster",   "welcome",
};

/* The local part begins with one of these once dots, hyphens and underscores are left out. */
static const char *const noreply_names[] = {
    "noreply",        "donotreply", "dontreply",    "nepasrepondre", "noresponder",
    "nichtantworten", "noresponse", "mailerdaemon", "bounce",        "unattended",
};

static const char *const disposable_domains[] = {
    "10minutemail.com",
    "20minutemail.com",
    "33mail.com",
    "anonbox.net",
    "discard.email",
    "dispostable.com",
    "emailondeck.com",
    "fakeinbox.com",
    "getairmail.com",
    "getnada.com",
    "grr.la",
    "guerrillamail.biz",
    "guerrillamail.com",
    "guerrillamail.de",
    "guerrillamail.net",
    "guerrillamail.org",
    "guerrillamailblock.com",
    "inboxkitten.com",
    "jetable.org",
    "mail-temp.com",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailinator.net",
    "mailnesia.com",
    "mailnull.com",
    "mailsac.com",
    "mintemail.com",
    "moakt.com",
    "mohmal.com",
    "mytemp.email",
    "nada.email",
    "sharklasers.com",
    "spam4.me",
    "spamgourmet.com",
    "temp-mail.io",
    "temp-mail.org",
    "tempail.com",
    "tempmail.com",
    "tempmailo.com",
    "tempr.email",
    "throwawaymail.com",
    "trash-mail.com",
    "trashmail.com",
    "trashmail.de",
    "wegwerfmail.de",
    "yopmail.com",
    "yopmail.fr",
    "yopmail.net",
};

unsigned address_flags(const char *address)
{
    const char *at = strrchr(address, '@');
    char bare[ADDRESS_LOCAL_MAX + 1];
    size_t n = 0;
    if (at == NULL)
        return 0;
    /* A tag after + names no other mailbox. */
    for (const char *c = address; c < at && *c != '+' && n < ADDRESS_LOCAL_MAX; c++)
        if (strchr(".-_", *c) == NULL)
            bare[n++] = *c;
    bare[n] = '\0';
    unsigned flags = 0;
    for (size_t i = 0; i < COUNT(role_names); i++)
        if (bare[0] == role_names[i][0] && strcmp(bare, role_names[i]) == 0)
            flags |= LEAD_ROLE;
    for (size_t i = 0; i < COUNT(noreply_names); i++)
        if (str_starts(bare, noreply_names[i]))
            flags |= LEAD_NOREPLY;
    if (is_under_any(at + 1, disposable_domains, COUNT(disposable_domains)))
        flags |= LEAD_DISPOSABLE;
    return flags;
}
