/* test_message.c - if this fails, letters arrive garbled or cut, a value adds a header of its own,
 * or the same letter is two different messages at two attempts. */
#include "adapter/message.h"

#include "base/str.h"
#include "base/utf8.h"
#include "domain/letter.h"

#include "../cases.h"

#include <stdlib.h>
#include <string.h>

static const struct uuid letter_id = {{0x01, 0x93, 0x54, 0x8c, 0xf1, 0x32, 0x70, 0x01, 0x80, 0x02,
                                       0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc}};
#define ID_TEXT "0193548c-f132-7001-8002-123456789abc"
#define DATE_US INT64_C(1795426380123456) /* 2026-11-23 09:33:00 UTC */

static const struct message_sender plain_sender = {.from_address = "ana@acme-zq.es"};

static struct message simple(void)
{
    return (struct message){.id = letter_id,
                            .date_us = DATE_US,
                            .to = "maria@clinica-zq.es",
                            .subject = "Hola",
                            .text = "Hola María,\n"};
}

/* Builds a message that must be accepted; the caller frees. */
static struct buf built(const struct message_sender *sender, const struct message *m)
{
    struct buf out = buf_init(MESSAGE_MAX);
    struct err err = {0};
    if (!message_build(sender, m, &out, &err))
        fail_msg("refused: %s", err.text);
    return out;
}

static void test_golden_text(void **state)
{
    (void)state;
    struct message m = simple();
    struct buf out = built(&plain_sender, &m);
    assert_string_equal(buf_text(&out), "Date: Mon, 23 Nov 2026 09:33:00 +0000\r\n"
                                        "From: ana@acme-zq.es\r\n"
                                        "To: maria@clinica-zq.es\r\n"
                                        "Subject: Hola\r\n"
                                        "Message-ID: <" ID_TEXT "@acme-zq.es>\r\n"
                                        "MIME-Version: 1.0\r\n"
                                        "Content-Type: text/plain; charset=utf-8\r\n"
                                        "Content-Transfer-Encoding: quoted-printable\r\n"
                                        "\r\n"
                                        "Hola Mar=C3=ADa,\r\n");
    buf_done(&out);
}

static void test_golden_full(void **state)
{
    (void)state;
    const struct message_sender sender = {
        .from_name = "Ana García",
        .from_address = "ana@acme-zq.es",
        .reply_to = "\"sales desk\"@acme-zq.es",
        .postal_address = "Acme & Co\nCalle Mayor 1, Madrid",
        .unsubscribe = "https://acme-zq.es/u?l={{id}}&a={{email}}, mailto:out+{{id}}@acme-zq.es",
    };
    struct message m = simple();
    m.subject = "Una pregunta para Clínica Sol";
    m.text = "Hola";
    m.html = "<html><body><p>Hola</p></body></html>";
    struct buf out = built(&sender, &m);
    static const char want[] =
        "Date: Mon, 23 Nov 2026 09:33:00 +0000\r\n"
        "From: =?UTF-8?Q?Ana_Garc=C3=ADa?= <ana@acme-zq.es>\r\n"
        "Reply-To: \"sales desk\"@acme-zq.es\r\n"
        "To: maria@clinica-zq.es\r\n"
        "Subject: =?UTF-8?Q?Una_pregunta_para_Cl=C3=ADnica_Sol?=\r\n"
        "Message-ID: <" ID_TEXT "@acme-zq.es>\r\n"
        "List-Unsubscribe: <https://acme-zq.es/u?l=" ID_TEXT "&a=maria%40clinica-zq.es>,\r\n"
        " <mailto:out+" ID_TEXT "@acme-zq.es>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative;\r\n"
        " boundary=\"=_" ID_TEXT "\"\r\n"
        "\r\n"
        "--=_" ID_TEXT "\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Hola\r\n"
        "\r\n"
        "--=20\r\n"
        "Acme & Co\r\n"
        "Calle Mayor 1, Madrid\r\n"
        "Unsubscribe: https://acme-zq.es/u?l=3D0193548c-f132-7001-8002-123456789abc&=\r\n"
        "a=3Dmaria%40clinica-zq.es\r\n"
        "\r\n"
        "--=_" ID_TEXT "\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "<html><body><p>Hola</p>\r\n"
        "<hr><p>Acme &amp; Co<br>Calle Mayor 1, Madrid<br>Unsubscribe: <a href=3D\"ht=\r\n"
        "tps://acme-zq.es/u?l=3D0193548c-f132-7001-8002-123456789abc&amp;a=3Dmaria%4=\r\n"
        "0clinica-zq.es\">https://acme-zq.es/u?l=3D0193548c-f132-7001-8002-123456789a=\r\n"
        "bc&amp;a=3Dmaria%40clinica-zq.es</a></p>\r\n"
        "</body></html>\r\n"
        "--=_" ID_TEXT "--\r\n";
    assert_string_equal(buf_text(&out), want);
    buf_done(&out);
}

/* The whole header with that name, unfolded as RFC 5322 section 2.2.3 says, without its name. */
static void header_of(const struct buf *message, const char *name, char *dst, size_t size)
{
    char key[60];
    size_t n = 0;
    (void)str_format(key, sizeof key, "\r\n%s: ", name);
    const char *p = strstr(buf_text(message), key);
    if (p == NULL)
        fail_msg("there is no %s", name);
    for (p += strlen(key); *p != '\0'; p++) {
        if (p[0] == '\r' && p[1] == '\n' && p[2] != ' ')
            break;
        if (p[0] == '\r' && p[1] == '\n')
            p += 2;
        if (n + 1 < size)
            dst[n++] = *p;
    }
    dst[n] = '\0';
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void decode_q(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '_') {
            buf_addc(out, ' ');
        } else if (text[i] == '=') {
            assert_true(i + 2 < len);
            int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
            assert_true(high >= 0 && low >= 0);
            buf_addc(out, (char)(high << 4 | low));
            i += 2;
        } else {
            buf_addc(out, text[i]);
        }
    }
}

static void decode_b(struct buf *out, const char *text, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    assert_int_equal(len % 4, 0);
    unsigned bits = 0, count = 0;
    for (size_t i = 0; i < len && text[i] != '='; i++) {
        const char *digit = strchr(digits, text[i]);
        assert_non_null(digit);
        bits = bits << 6 | (unsigned)(digit - digits);
        count += 6;
        if (count >= 8) {
            count -= 8;
            buf_addc(out, (char)(bits >> count & 0xFF));
        }
    }
}

/* Decodes encoded words, each of which must be whole UTF-8 and at most 75 columns wide; blanks
 * between two of them vanish (RFC 2047 section 6.2). */
static void decode_words(struct buf *out, const char *text)
{
    while (*text != '\0') {
        if (!str_starts(text, "=?UTF-8?")) {
            buf_addc(out, *text++);
            continue;
        }
        const char *body = text + 10, *end = strstr(body, "?=");
        assert_non_null(end);
        assert_in_range((uintmax_t)(end + 2 - text), 13, 75);
        struct buf word = buf_init(200);
        (text[8] == 'Q' ? decode_q : decode_b)(&word, body, (size_t)(end - body));
        if (!utf8_valid(buf_text(&word), word.len))
            fail_msg("a character was cut: %s", text);
        buf_add(out, word.data, word.len);
        buf_done(&word);
        text = end + 2;
        if (str_starts(text, " =?UTF-8?"))
            text++;
    }
}

static void check_lines(const struct buf *out, int row, const char *what)
{
    const char *line = buf_text(out), *end;
    for (; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
        size_t len = (size_t)(end - line);
        bool long_allowed = str_starts(line, "To: ") || str_starts(line, "Message-ID: ") ||
                            str_starts(line, "From: ") || str_starts(line, " <") ||
                            str_starts(line, "List-Unsubscribe: ");
        CHECK_AT(row, len <= 78 || (long_allowed && len <= 998), "%s: a line of %zu", what, len);
        CHECK_AT(row, len == 0 || (line[len - 1] != ' ' && line[len - 1] != '\t'),
                 "%s: a line ends in a blank", what);
        for (size_t i = 0; i < len; i++)
            CHECK_AT(row, line[i] != '\r' && line[i] != '\n', "%s: a bare line end", what);
    }
    CHECK_AT(row, *line == '\0', "%s: the last line is not ended", what);
}

struct subject_case {
    int line;
    const char *text;
    const char *raw; /* the exact value, or NULL: only what it decodes to is asked */
};

#define S10(s) s s s s s s s s s s
static const struct subject_case subject_cases[] = {
    {__LINE__, "Hola", "Hola"},
    {__LINE__, "a b c: d; e? (f) <g> \"h\"", "a b c: d; e? (f) <g> \"h\""},
    {__LINE__, "José", "=?UTF-8?Q?Jos=C3=A9?="},
    {__LINE__, "日本", "=?UTF-8?B?5pel5pys?="},
    {__LINE__, "=?UTF-8?Q?x?=", "=?UTF-8?Q?=3D=3FUTF-8=3FQ=3Fx=3F=3D?="},
    {__LINE__, "a  b", "=?UTF-8?Q?a__b?="},
    {__LINE__, " a", "=?UTF-8?Q?_a?="},
    {__LINE__, "a ", "=?UTF-8?Q?a_?="},
    /* folded where it is plain: the text comes back as it was */
    {__LINE__,
     S10("word "
         "wordword ") "end",
     S10("word wordword ") "end"},
    {__LINE__, S10("0123456") "012345678", NULL}, /* 79 columns with its name */
    {__LINE__, S10("0123456") "01234567890123456789 x", NULL},
    {__LINE__, S10("é"), NULL},
    {__LINE__, S10("añadir más ") S10("ñ"), NULL},
    {__LINE__, S10("東京都の歯科医院"), NULL},
    {__LINE__, S10("😀😀😀"), NULL},
    {__LINE__, "a" S10("😀😀😀"), NULL},
    {__LINE__, "ab" S10("😀😀😀"), NULL},
    {__LINE__, S10(S10("=?")), NULL},
    {__LINE__, S10(S10("?=_ ")) ".", NULL},
    {__LINE__, S10(S10("e\xCC\x81")), NULL},
    {__LINE__, S10(S10("123456789")), NULL}, /* 900 bytes: the most */
    {__LINE__, S10(S10("éé日é")), NULL},
};

static void test_subjects(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(subject_cases); i++) {
        const struct subject_case *c = &subject_cases[i];
        struct message m = simple();
        char value[6000];
        struct buf decoded = buf_init(6000);
        m.subject = c->text;
        struct buf out = built(&plain_sender, &m);
        header_of(&out, "Subject", value, sizeof value);
        CHECK_AT(c->line, c->raw == NULL || str_equal(value, c->raw), "wrote %s", value);
        decode_words(&decoded, value);
        CHECK_AT(c->line, str_equal(buf_text(&decoded), c->text), "reads %s", buf_text(&decoded));
        check_lines(&out, c->line, "subject");
        buf_done(&decoded);
        buf_done(&out);
    }
}

/* Every length of every width of character: the folding has no bad spot. */
static void test_subject_lengths(void **state)
{
    (void)state;
    static const char *const characters[] = {"x", "é", "日", "😀", "x ", "é ", "?"};
    for (size_t k = 0; k < CASES(characters); k++) {
        struct buf text = buf_init(1000);
        for (int n = 0; n < 220; n++) {
            struct message m = simple();
            char value[4000];
            struct buf decoded = buf_init(4000);
            buf_adds(&text, characters[k]);
            if (text.len > LETTER_SUBJECT_MAX)
                break;
            m.subject = buf_text(&text);
            struct buf out = built(&plain_sender, &m);
            header_of(&out, "Subject", value, sizeof value);
            decode_words(&decoded, value);
            CHECK_AT(n, str_equal(buf_text(&decoded), m.subject), "reads %s", buf_text(&decoded));
            check_lines(&out, n, characters[k]);
            buf_done(&decoded);
            buf_done(&out);
        }
        buf_done(&text);
    }
}

static void test_from_names(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *name, *want;
    } cases[] = {
        {__LINE__, NULL, "ana@acme-zq.es"},
        {__LINE__, "", "ana@acme-zq.es"},
        {__LINE__, "Ana", "Ana <ana@acme-zq.es>"},
        {__LINE__, "Ana Lopez", "Ana Lopez <ana@acme-zq.es>"},
        {__LINE__, "Ana, Acme S.L.", "\"Ana, Acme S.L.\" <ana@acme-zq.es>"},
        {__LINE__, "a  b", "\"a  b\" <ana@acme-zq.es>"},
        {__LINE__, " a", "\" a\" <ana@acme-zq.es>"},
        {__LINE__, "\"A\" \\ <x@y>", "\"\\\"A\\\" \\\\ <x@y>\" <ana@acme-zq.es>"},
        {__LINE__, "=?x?=", "=?UTF-8?B?PT94Pz0=?= <ana@acme-zq.es>"},
        {__LINE__, "Łódź, Sp. z o.o.",
         "=?UTF-8?Q?=C5=81=C3=B3d=C5=BA=2C_Sp=2E_z_o=2Eo=2E?= "
         "<ana@acme-zq.es>"},
        {__LINE__, "東京", "=?UTF-8?B?5p2x5Lqs?= <ana@acme-zq.es>"},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct message_sender sender = {.from_name = cases[i].name,
                                        .from_address = "ana@acme-zq.es"};
        struct message m = simple();
        char value[1000];
        struct buf out = built(&sender, &m);
        header_of(&out, "From", value, sizeof value);
        CHECK_AT(cases[i].line, str_equal(value, cases[i].want), "wrote %s", value);
        check_lines(&out, cases[i].line, "from");
        buf_done(&out);
    }
}

/* Long names are folded, so that no line passes 78 columns however long the address is. */
static void test_long_from(void **state)
{
    (void)state;
    char name[MESSAGE_NAME_MAX + 2], address[120];
    memset(name, 'n', sizeof name);
    for (size_t len = 1; len <= MESSAGE_NAME_MAX; len++) {
        struct message_sender sender = {.from_name = name, .from_address = "ana@acme-zq.es"};
        struct message m = simple();
        char value[1000], want[MESSAGE_NAME_MAX + 40];
        struct buf decoded = buf_init(1000);
        name[len] = '\0';
        if (len > 2 && len % 3 == 0)
            name[len - 2] = '.';
        struct buf out = built(&sender, &m);
        header_of(&out, "From", value, sizeof value);
        decode_words(&decoded, value);
        bool quoted = value[0] == '"';
        (void)str_format(want, sizeof want,
                         quoted ? "\"%s\" <ana@acme-zq.es>" : "%s <ana@acme-zq.es>", name);
        CHECK_AT(len, str_equal(buf_text(&decoded), want), "reads %s", buf_text(&decoded));
        check_lines(&out, (int)len, "from");
        buf_done(&decoded);
        buf_done(&out);
        name[len] = 'n';
    }
    (void)str_format(address, sizeof address, "%s", "a@" S10("abcdefgh.") "es");
    struct message_sender sender = {.from_name = "Ana", .from_address = address};
    struct message m = simple();
    struct buf out = built(&sender, &m);
    assert_non_null(strstr(buf_text(&out), "From: Ana\r\n <a@abcdefgh."));
    buf_done(&out);
    name[MESSAGE_NAME_MAX + 1] = '\0';
    sender.from_name = name;
    struct err err = {0};
    assert_false(message_check_sender(&sender, &err));
    assert_string_equal(err.text, "message: the value for From has 201 bytes; 200 are allowed");
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *to, *want; /* what the header holds, or a part of the refusal */
        bool ok;
    } cases[] = {
        {__LINE__, "a@b", "a@b", true},
        {__LINE__, "a.b+c_d@x-y.zq-1.es", "a.b+c_d@x-y.zq-1.es", true},
        {__LINE__, "maría@xn--mlaga-xqa.es", "maría@xn--mlaga-xqa.es", true},
        {__LINE__, "\"x y\"@zq.es", "\"x y\"@zq.es", true},
        {__LINE__, "\"x\\\"y\"@zq.es", "\"x\\\"y\"@zq.es", true},
        {__LINE__, "x y@zq.es", "\"x y\"@zq.es", true},
        {__LINE__, "a..b@zq.es", "\"a..b\"@zq.es", true},
        {__LINE__, ".a@zq.es", "\".a\"@zq.es", true},
        {__LINE__, "a.@zq.es", "\"a.\"@zq.es", true},
        {__LINE__, "a@b@zq.es", "\"a@b\"@zq.es", true},
        {__LINE__, "a,c@zq.es", "\"a,c\"@zq.es", true},
        {__LINE__, "<a>@zq.es", "\"<a>\"@zq.es", true},
        {__LINE__, "a\"b@zq.es", "\"a\\\"b\"@zq.es", true},
        {__LINE__, "\"a\\\"@zq.es", "\"\\\"a\\\\\\\"\"@zq.es", true}, /* its quote never closes */
        {__LINE__, NULL, "there is no address for To", false},
        {__LINE__, "", "there is no address for To", false},
        {__LINE__, "maria", "To: \"maria\" is not an address", false},
        {__LINE__, "@zq.es", "is not an address", false},
        {__LINE__, "a@", "the domain of \"a@\" must be", false},
        {__LINE__, "a@-b.es", "the domain of", false},
        {__LINE__, "a@b-.es", "the domain of", false},
        {__LINE__, "a@b..es", "the domain of", false},
        {__LINE__, "a@b.es.", "the domain of", false},
        {__LINE__, "a@.b.es", "the domain of", false},
        {__LINE__, "a@b c", "the domain of", false},
        {__LINE__, "a@málaga.es", "an international one as xn--", false},
        {__LINE__, "a@zq.es>", "the domain of", false},
        {__LINE__, "a@zq.es,b@zq", "\"a@zq.es,b\"@zq", true}, /* never two recipients */
        {__LINE__, S10("1234567") "@zq.es", "more than 64 bytes before the @", false},
        {__LINE__, "a@" S10("1234567890123456789012345.") "es", "the domain of", false},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct message m = simple();
        struct buf out = buf_init(MESSAGE_MAX);
        struct err err = {0};
        char value[1000];
        m.to = cases[i].to;
        bool ok = message_build(&plain_sender, &m, &out, &err);
        CHECK_AT(cases[i].line, ok == cases[i].ok, "%d: %s", ok, err.text);
        if (ok) {
            header_of(&out, "To", value, sizeof value);
            CHECK_AT(cases[i].line, str_equal(value, cases[i].want), "wrote %s", value);
        } else {
            CHECK_AT(cases[i].line, strstr(err.text, cases[i].want) != NULL, "%s", err.text);
        }
        buf_done(&out);
    }
}

/* Where each value goes; none may hold a control character. */
enum slot { SLOT_NAME, SLOT_FROM, SLOT_REPLY, SLOT_TO, SLOT_SUBJECT, SLOT_UNSUBSCRIBE, SLOTS };

static void set_slot(enum slot slot, const char *value, struct message_sender *sender,
                     struct message *m)
{
    const char **where[SLOTS] = {&sender->from_name, &sender->from_address,
                                 &sender->reply_to,  &m->to,
                                 &m->subject,        &sender->unsubscribe};
    *where[slot] = value;
}

static void test_injection(void **state)
{
    (void)state;
    static const char *const names[SLOTS] = {"From", "From",    "Reply-To",
                                             "To",   "Subject", "List-Unsubscribe"};
    static const char *const attacks[] = {
        "a@b.es\r\nBcc: all@b.es",
        "a@b.es\nBcc: all@b.es",
        "a@b.es\rBcc: x",
        "a\r\n\r\nbody@b.es",
        "a\tb@b.es",
        "a@b.es\x1b[2J",
        "\x01@b.es",
        "a@b.es\x7F",
        "a\xC2\x85@b.es",
        "a\xFF@b.es",
        "a@b.es\r\n",
        "a@b.es\n b",
    };
    for (int slot = 0; slot < SLOTS; slot++) {
        for (size_t i = 0; i < CASES(attacks); i++) {
            char value[80];
            struct message_sender sender = plain_sender;
            struct message m = simple();
            struct buf out = buf_init(MESSAGE_MAX);
            struct err err = {0};
            (void)str_format(value, sizeof value, "%s%s", slot == SLOT_UNSUBSCRIBE ? "mailto:" : "",
                             attacks[i]);
            set_slot((enum slot)slot, value, &sender, &m);
            buf_adds(&out, "kept");
            CHECK_AT(i, !message_build(&sender, &m, &out, &err), "%s took it", names[slot]);
            CHECK_AT(i, err.kind == ERR_REFUSED && strstr(err.text, names[slot]) != NULL, "%s",
                     err.text);
            CHECK_AT(i, str_equal(buf_text(&out), "kept"), "%s", buf_text(&out));
            buf_done(&out);
        }
    }
}

static void test_unsubscribe(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *spec, *want; /* the header, NULL: none; or a part of the refusal */
        bool ok, post;
    } cases[] = {
        {__LINE__, NULL, NULL, true, false},
        {__LINE__, " , ", NULL, true, false},
        {__LINE__, "mailto:out@zq.es", "<mailto:out@zq.es>", true, false},
        {__LINE__, "http://zq.es/u", "<http://zq.es/u>", true, false},
        {__LINE__, "https://zq.es/u", "<https://zq.es/u>", true, true},
        {__LINE__, "HTTPS://zq.es/{{id}}", "<HTTPS://zq.es/" ID_TEXT ">", true, true},
        {__LINE__, "mailto:o@zq.es?subject={{email}} https://zq.es/u",
         "<mailto:o@zq.es?subject=maria%40clinica-zq.es>, <https://zq.es/u>", true, true},
        {__LINE__, "ftp://zq.es", "\"ftp://zq.es\" must begin with https://", false, false},
        {__LINE__, "https://", "must begin with", false, false},
        {__LINE__, "zq.es/u", "must begin with", false, false},
        {__LINE__, "https://zq.es/{{name}}", "may hold {{id}}, {{email}} and {token}", false,
         false},
        {__LINE__, "https://zq.es/u/{token}?x={token}", "<https://zq.es/u/tok-1?x=tok-1>", true,
         true},
        {__LINE__, "https://zq.es/u/{token", "no other braces", false, false},
        {__LINE__, "https://zq.es/{id}", "no other braces", false, false},
        {__LINE__, "https://zq.es/<x>", "printable ASCII", false, false},
        {__LINE__, "https://zq.es/é", "printable ASCII", false, false},
        {__LINE__, "mailto:a@b mailto:a@b mailto:a@b mailto:a@b mailto:a@b", "one address too many",
         false, false},
        {__LINE__, "https://zq.es/" S10(S10("123456789")), "longer than 900 bytes", false, false},
    };
    for (size_t i = 0; i < CASES(cases); i++) {
        struct message_sender sender = plain_sender;
        struct message m = simple();
        struct buf out = buf_init(MESSAGE_MAX);
        struct err err = {0};
        char value[4000];
        sender.unsubscribe = cases[i].spec;
        m.token = "tok-1";
        bool ok = message_build(&sender, &m, &out, &err);
        CHECK_AT(cases[i].line, ok == cases[i].ok, "%d: %s", ok, err.text);
        CHECK_AT(cases[i].line, message_check_sender(&sender, &err) == ok, "the two doors differ");
        if (!ok) {
            CHECK_AT(cases[i].line, strstr(err.text, cases[i].want) != NULL, "%s", err.text);
        } else if (cases[i].want == NULL) {
            assert_null(strstr(buf_text(&out), "List-"));
        } else {
            header_of(&out, "List-Unsubscribe", value, sizeof value);
            CHECK_AT(cases[i].line, str_equal(value, cases[i].want), "wrote %s", value);
            bool post = strstr(buf_text(&out),
                               "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") != NULL;
            CHECK_AT(cases[i].line, post == cases[i].post, "post %d", post);
        }
        buf_done(&out);
    }
    /* No token, no letter: a link that leads nowhere is worse than none. */
    struct message_sender sender = plain_sender;
    struct message m = simple();
    struct buf out = buf_init(MESSAGE_MAX);
    sender.unsubscribe = "https://zq.es/u/{token}";
    assert_false(message_build(&sender, &m, &out, NULL));
    buf_done(&out);
}

/* Decodes quoted-printable strictly; line ends become LF. */
static void decode_body(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (text[0] == '=' && text[1] == '\r' && text[2] == '\n') {
            text += 2;
        } else if (text[0] == '=') {
            int high = hex_value(text[1]), low = high < 0 ? -1 : hex_value(text[2]);
            assert_true(high >= 0 && low >= 0);
            buf_addc(out, (char)(high << 4 | low));
            text += 2;
        } else if (text[0] == '\r' && text[1] == '\n') {
            buf_addc(out, '\n');
            text++;
        } else {
            assert_in_range(*text, 0x09, 0x7E);
            buf_addc(out, *text);
        }
    }
}

static void check_body(int row, const char *text, const char *want)
{
    struct message m = simple();
    struct buf decoded = buf_init(MESSAGE_MAX);
    m.text = text;
    struct buf out = built(&plain_sender, &m);
    const char *body = strstr(buf_text(&out), "\r\n\r\n") + 4;
    const char *end;
    for (const char *line = body; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
        CHECK_AT(row, end - line <= 76, "a line of %d", (int)(end - line));
        CHECK_AT(row, line[0] != '.' && !str_starts(line, "From "), "an unsafe line");
        CHECK_AT(row, end == line || (end[-1] != ' ' && end[-1] != '\t'), "a blank at the end");
    }
    decode_body(&decoded, body);
    CHECK_AT(row, str_equal(buf_text(&decoded), want), "reads \"%s\"", buf_text(&decoded));
    buf_done(&decoded);
    buf_done(&out);
}

static void test_bodies(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text, *want;
    } cases[] = {
        {__LINE__, "a\n", "a\n"},
        {__LINE__, "a", "a\n"}, /* the last line is ended */
        {__LINE__, "a\r\nb\rc\n\n\r\n\rd\n", "a\nb\nc\n\n\n\nd\n"},
        {__LINE__, " \n\t\n \t \nx \n", " \n\t\n \t \nx \n"},
        {__LINE__, ".\n..\nFrom me\n From\nFrom\n", ".\n..\nFrom me\n From\nFrom\n"},
        {__LINE__, "a=b =3D =\n", "a=b =3D =\n"},
        {__LINE__, "trailing ", "trailing \n"},
        {__LINE__, S10("1234567") "12345\n", S10("1234567") "12345\n"},
        {__LINE__, S10("1234567") "123456\n", S10("1234567") "123456\n"},
        {__LINE__, S10("1234567") "12345.x\n", S10("1234567") "12345.x\n"},
        {__LINE__, S10("1234567") "12345From x\n", S10("1234567") "12345From x\n"},
        {__LINE__, S10("1234567") "1234 \n", S10("1234567") "1234 \n"},
        {__LINE__, S10("1234567") "12345 \n", S10("1234567") "12345 \n"},
        {__LINE__, S10(S10("日本😀 ")) "\n", S10(S10("日本😀 ")) "\n"},
        {__LINE__, S10(S10("From .")), S10(S10("From .")) "\n"},
    };
    for (size_t i = 0; i < CASES(cases); i++)
        check_body(cases[i].line, cases[i].text, cases[i].want);
    /* A dangerous start at every column. */
    char text[300];
    for (int at = 0; at < 200; at++) {
        (void)str_format(text, sizeof text, "%*s.From \t.= é\n", at, "");
        check_body(at, text, text);
        memset(text, '.', (size_t)at);
        check_body(at, text, text);
    }
}

static void test_footer(void **state)
{
    (void)state;
    struct message_sender sender = plain_sender;
    struct message m = simple();
    sender.postal_address = "Acme <1>\r\nMadrid";
    m.text = NULL;
    m.html = "<BODY>x</body><!-- </Body> --></BODY></html>";
    struct buf out = built(&sender, &m);
    assert_non_null(strstr(buf_text(&out), "Content-Type: text/html; charset=utf-8\r\n"));
    assert_null(strstr(buf_text(&out), "text/plain"));
    assert_non_null(strstr(buf_text(&out), "\r\n\r\n<BODY>x</body><!-- </Body> -->\r\n"
                                           "<hr><p>Acme &lt;1&gt;<br>Madrid</p>\r\n"
                                           "</BODY></html>\r\n"));
    buf_done(&out);
    m.html = "<p>x";
    sender.postal_address = NULL;
    sender.unsubscribe = "mailto:o@zq.es";
    out = built(&sender, &m);
    assert_non_null(strstr(buf_text(&out), "<p>x\r\n<hr><p>Unsubscribe: <a href=3D\"mailto:o@zq.es"
                                           "\">mailto:o@zq.es</a></p>\r\n"));
    buf_done(&out);
    sender.postal_address = "a\x1b";
    struct err err = {0};
    assert_false(message_check_sender(&sender, &err));
    assert_non_null(strstr(err.text, "postal address holds a control character"));
}

static void test_refused(void **state)
{
    (void)state;
    struct message m = simple();
    struct buf out = buf_init(MESSAGE_MAX);
    struct err err = {0};
    m.text = "";
    assert_false(message_build(&plain_sender, &m, &out, &err));
    assert_string_equal(err.text, "message: there is neither a text nor an HTML part");
    m.text = "caf\xE9";
    assert_false(message_build(&plain_sender, &m, &out, &err));
    assert_non_null(strstr(err.text, "the text part is not UTF-8 (byte 0xe9 at 4)"));
    m.text = "a";
    m.html = "\x01";
    assert_false(message_build(&plain_sender, &m, &out, &err));
    assert_non_null(strstr(err.text, "the HTML part holds a control character"));
    m.html = NULL;
    m.subject = S10(S10("123456789")) "1";
    assert_false(message_build(&plain_sender, &m, &out, &err));
    assert_non_null(strstr(err.text, "Subject has 901 bytes; 900 are allowed"));
    m.subject = NULL;
    assert_true(message_build(&plain_sender, &m, &out, &err));
    assert_non_null(strstr(buf_text(&out), "Subject: \r\n"));
    const struct message_sender nobody = {.from_address = ""};
    assert_false(message_check_sender(&nobody, &err));
    assert_string_equal(err.text, "message: there is no address for From");
    buf_done(&out);
    struct buf small = buf_init(100);
    buf_adds(&small, "12");
    assert_false(message_build(&plain_sender, &m, &small, &err));
    assert_int_equal(err.kind, ERR_STOP);
    assert_true(buf_ok(&small));
    assert_string_equal(buf_text(&small), "12");
    buf_done(&small);
}

/* The largest letter fits the ceiling that the header promises. */
static void test_largest(void **state)
{
    (void)state;
    char *text = malloc(LETTER_BODY_MAX + 1);
    assert_non_null(text);
    memset(text, '=', LETTER_BODY_MAX);
    text[LETTER_BODY_MAX] = '\0';
    struct message_sender sender = plain_sender;
    struct message m = simple();
    char postal[MESSAGE_POSTAL_MAX + 1];
    memset(postal, '"', MESSAGE_POSTAL_MAX);
    postal[MESSAGE_POSTAL_MAX] = '\0';
    sender.postal_address = postal;
    m.text = m.html = text;
    struct buf out = built(&sender, &m);
    assert_in_range(out.len, 6 * LETTER_BODY_MAX, MESSAGE_MAX);
    buf_done(&out);
    free(text);
}

static void test_deterministic(void **state)
{
    (void)state;
    struct message m = simple();
    m.html = "<p>";
    struct buf one = built(&plain_sender, &m), two = built(&plain_sender, &m);
    assert_string_equal(buf_text(&one), buf_text(&two));
    struct buf id = buf_init(200);
    assert_true(message_id(letter_id, "ana@acme-zq.es", &id, NULL));
    assert_string_equal(buf_text(&id), "<" ID_TEXT "@acme-zq.es>");
    assert_non_null(strstr(buf_text(&one), buf_text(&id)));
    assert_false(message_id(letter_id, "ana", &id, NULL));
    buf_done(&id);
    buf_done(&one);
    buf_done(&two);
    struct buf small = buf_init(10);
    struct err err = {0};
    assert_false(message_id(letter_id, "a@b", &small, &err));
    assert_int_equal(err.kind, ERR_STOP);
    buf_done(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden_text), cmocka_unit_test(test_golden_full),
        cmocka_unit_test(test_subjects),    cmocka_unit_test(test_subject_lengths),
        cmocka_unit_test(test_from_names),  cmocka_unit_test(test_long_from),
        cmocka_unit_test(test_addresses),   cmocka_unit_test(test_injection),
        cmocka_unit_test(test_unsubscribe), cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_footer),      cmocka_unit_test(test_refused),
        cmocka_unit_test(test_largest),     cmocka_unit_test(test_deterministic),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
