/* message.c - puts a message together. The idea: check every value first, then only append, so
 * that a refused message leaves nothing behind. */
#include "adapter/message.h"

#include "message_address.h"
#include "message_encode.h"

#include "base/clock.h"
#include "base/str.h"
#include "domain/letter.h"
#include "domain/plain.h"

#include <string.h>

enum { FOOTER_MAX = 16 * 1024 }; /* bytes: postal address and one unsubscribe address, escaped */

static bool absent(const char *text)
{
    return text == NULL || text[0] == '\0';
}

static bool sized_check(const char *what, const char *value, size_t max, struct err *err)
{
    size_t len = strlen(value);
    if (len <= max)
        return true;
    return err_set(err, ERR_REFUSED, "message: the value for %s has %zu bytes; %zu are allowed",
                   what, len, max);
}

static bool body_check(const char *what, const char *text, size_t max, struct err *err)
{
    size_t at = 0;
    const char *fault = plain_fault(text, strlen(text), true, &at);
    if (fault != NULL)
        return err_set(err, ERR_REFUSED, "message: the %s %s (byte 0x%02x at %zu)", what, fault,
                       (unsigned)(unsigned char)text[at], at + 1);
    return sized_check(what, text, max, err);
}

static bool sender_check(const struct message_sender *s, struct err *err)
{
    const char *name = s->from_name != NULL ? s->from_name : "";
    const char *postal = s->postal_address != NULL ? s->postal_address : "";
    return header_check("From", name, err) && sized_check("From", name, MESSAGE_NAME_MAX, err) &&
           address_check("From", s->from_address, err) &&
           (absent(s->reply_to) || address_check("Reply-To", s->reply_to, err)) &&
           body_check("postal address", postal, MESSAGE_POSTAL_MAX, err);
}

bool message_check_sender(const struct message_sender *sender, struct err *err)
{
    struct uri_list uris;
    struct uri_words words = {.to = "a@b", .token = "t"};
    return sender_check(sender, err) && uri_list_read(sender->unsubscribe, &words, &uris, err);
}

static bool letter_check(const struct message *m, struct err *err)
{
    const char *subject = m->subject != NULL ? m->subject : "";
    if (!address_check("To", m->to, err) || !header_check("Subject", subject, err) ||
        !sized_check("Subject", subject, LETTER_SUBJECT_MAX, err))
        return false;
    if (absent(m->text) && absent(m->html))
        return err_set(err, ERR_REFUSED, "message: there is neither a text nor an HTML part");
    return (absent(m->text) || body_check("text part", m->text, LETTER_BODY_MAX, err)) &&
           (absent(m->html) || body_check("HTML part", m->html, LETTER_BODY_MAX, err));
}

/* "Header: " and returns the column behind it. */
static size_t put_name(struct buf *out, const char *header)
{
    (void)buf_adds(out, header);
    (void)buf_adds(out, ": ");
    return strlen(header) + 2;
}

static void put_address_line(struct buf *out, const char *header, const char *address)
{
    (void)put_name(out, header); /* an address can't be folded: its column does not matter */
    address_put(out, address);
    (void)buf_adds(out, "\r\n");
}

static void put_from(struct buf *out, const struct message_sender *s)
{
    if (absent(s->from_name)) {
        put_address_line(out, "From", s->from_address);
        return;
    }
    size_t column = encode_phrase(out, s->from_name, put_name(out, "From"));
    bool fits = column + 3 + strlen(s->from_address) <= HEADER_LINE;
    (void)buf_adds(out, fits ? " <" : "\r\n <");
    address_put(out, s->from_address);
    (void)buf_adds(out, ">\r\n");
}

static void put_id(struct buf *out, struct uuid id, const char *from_address)
{
    char text[UUID_TEXT_SIZE];
    uuid_text(id, text);
    (void)buf_addf(out, "<%s@%s>", text, address_domain(from_address));
}

bool message_id(struct uuid id, const char *from_address, struct buf *out, struct err *err)
{
    if (!address_check("From", from_address, err))
        return false;
    put_id(out, id, from_address);
    return buf_ok(out) || err_set(err, ERR_STOP, "message: there is no room for a Message-ID");
}

static void put_unsubscribe(struct buf *out, const struct uri_list *uris)
{
    for (int i = 0; i < uris->count; i++)
        (void)buf_addf(out, "%s<%s>", i == 0 ? "List-Unsubscribe: " : ",\r\n ", uris->text[i]);
    if (uris->count > 0)
        (void)buf_adds(out, "\r\n");
    if (uris->https)
        (void)buf_adds(out, "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n");
}

static void put_headers(struct buf *out, const struct message_sender *s, const struct message *m,
                        const struct uri_list *uris)
{
    char date[TIME_TEXT_MAX];
    time_text_mail(m->date_us, date);
    (void)buf_addf(out, "Date: %s\r\n", date);
    put_from(out, s);
    if (!absent(s->reply_to))
        put_address_line(out, "Reply-To", s->reply_to);
    put_address_line(out, "To", m->to);
    size_t column = put_name(out, "Subject");
    encode_unstructured(out, m->subject != NULL ? m->subject : "", column);
    (void)buf_adds(out, "\r\n");
    (void)put_name(out, "Message-ID"); /* not folded: some readers take only one line */
    put_id(out, m->id, s->from_address);
    (void)buf_adds(out, "\r\n");
    put_unsubscribe(out, uris);
    (void)buf_adds(out, "MIME-Version: 1.0\r\n");
}

/* The address that the footer shows: the first one for a browser, else the first. */
static const char *shown_uri(const struct uri_list *uris)
{
    for (int i = 0; i < uris->count; i++) {
        if (strncasecmp(uris->text[i], "http", 4) == 0)
            return uris->text[i];
    }
    return uris->count > 0 ? uris->text[0] : "";
}

/* The text part with its footer. "-- " begins a signature (RFC 3676 section 4.3). */
static void make_text(struct buf *out, const char *text, const char *postal, const char *uri)
{
    size_t len = strlen(text);
    (void)buf_add(out, text, len);
    if (absent(postal) && uri[0] == '\0')
        return;
    if (len > 0 && text[len - 1] != '\n')
        (void)buf_addc(out, '\n');
    (void)buf_adds(out, "\n-- \n");
    if (!absent(postal))
        (void)buf_addf(out, "%s\n", postal);
    if (uri[0] != '\0')
        (void)buf_addf(out, "Unsubscribe: %s\n", uri);
}

/* Where the HTML footer goes: before the last </body>, else at the end. */
static size_t footer_place(const char *html)
{
    const char *place = NULL;
    for (const char *p = html; (p = strcasestr(p, "</body>")) != NULL; p++)
        place = p;
    return place != NULL ? (size_t)(place - html) : strlen(html);
}

static void put_lines_html(struct buf *out, const char *lines)
{
    for (;;) {
        size_t len = strcspn(lines, "\r\n");
        letter_escape_html(out, lines, len);
        lines += len;
        lines += strspn(lines, "\r\n");
        if (*lines == '\0')
            return;
        (void)buf_adds(out, "<br>");
    }
}

static void make_html(struct buf *out, const char *html, const char *postal, const char *uri)
{
    size_t place = footer_place(html);
    (void)buf_add(out, html, place);
    if (!absent(postal) || uri[0] != '\0') {
        (void)buf_adds(out, "\n<hr><p>");
        if (!absent(postal))
            put_lines_html(out, postal);
        if (!absent(postal) && uri[0] != '\0')
            (void)buf_adds(out, "<br>");
        if (uri[0] != '\0') {
            (void)buf_adds(out, "Unsubscribe: <a href=\"");
            letter_escape_html(out, uri, strlen(uri));
            (void)buf_adds(out, "\">");
            letter_escape_html(out, uri, strlen(uri));
            (void)buf_adds(out, "</a>");
        }
        (void)buf_adds(out, "</p>\n");
    }
    (void)buf_adds(out, html + place);
}

/* The headers of one part, the empty line, and its encoded text. */
static void put_part(struct buf *out, const char *type, const struct buf *text)
{
    (void)buf_addf(out, "Content-Type: text/%s; charset=utf-8\r\n", type);
    (void)buf_adds(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    encode_body(out, buf_text(text), text->len);
}

/* One part is the whole body; of two, readers show the last they can (RFC 2046 section 5.1.4).
 * "=_" can't stand in quoted-printable text, so the boundary never occurs in a part. */
static void put_parts(struct buf *out, struct uuid id, const struct buf *text,
                      const struct buf *html)
{
    char name[UUID_TEXT_SIZE];
    if (text->len == 0 || html->len == 0) {
        put_part(out, html->len == 0 ? "plain" : "html", html->len == 0 ? text : html);
        if (!str_ends(buf_text(out), "\r\n"))
            (void)buf_adds(out, "\r\n");
        return;
    }
    uuid_text(id, name);
    (void)buf_addf(out, "Content-Type: multipart/alternative;\r\n boundary=\"=_%s\"\r\n", name);
    (void)buf_addf(out, "\r\n--=_%s\r\n", name);
    put_part(out, "plain", text);
    (void)buf_addf(out, "\r\n--=_%s\r\n", name);
    put_part(out, "html", html);
    (void)buf_addf(out, "\r\n--=_%s--\r\n", name);
}

bool message_build(const struct message_sender *sender, const struct message *message,
                   struct buf *out, struct err *err)
{
    struct uri_list uris;
    struct buf text = buf_init(LETTER_BODY_MAX + FOOTER_MAX);
    struct buf html = buf_init(LETTER_BODY_MAX + FOOTER_MAX);
    size_t start = out->len;
    struct uri_words words = {message->id, message->to, message->token};
    bool was_ok = buf_ok(out), ok = false;
    if (!sender_check(sender, err) || !letter_check(message, err) ||
        !uri_list_read(sender->unsubscribe, &words, &uris, err))
        goto out;
    if (!absent(message->text))
        make_text(&text, message->text, sender->postal_address, shown_uri(&uris));
    if (!absent(message->html))
        make_html(&html, message->html, sender->postal_address, shown_uri(&uris));
    put_headers(out, sender, message, &uris);
    put_parts(out, message->id, &text, &html);
    ok = buf_ok(out) && buf_ok(&text) && buf_ok(&html);
    if (!ok)
        (void)err_set(err, ERR_STOP, "message: there is no room or no memory for a message");
out:
    if (!ok) {
        buf_cut(out, start);
        out->failed = !was_ok;
    }
    buf_done(&text);
    buf_done(&html);
    return ok;
}
