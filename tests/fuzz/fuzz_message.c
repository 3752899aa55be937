/* Broken if this finds something: a name, a subject or a body could add a header to a letter, end
 * its text early, or make lines that relays change. Fields are taken from the bytes, separated by
 * NUL; what comes out is checked line by line. */
#include "adapter/message.h"

#include "base/str.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 9 };

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool known_header(const char *line)
{
    static const char *const names[] = {
        "Date: ",
        "From: ",
        "Reply-To: ",
        "To: ",
        "Subject: ",
        "Message-ID: <",
        "List-Unsubscribe: <",
        "MIME-Version: 1.0\r\n",
        "Content-Type: ",
        "Content-Transfer-Encoding: quoted-printable\r\n",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (str_starts(line, names[i]))
            return true;
    }
    return false;
}

static void check_header_line(const char *line, const char *end, bool first)
{
    require(end - line <= 998);
    require(line[0] == ' ' ? !first && line[1] != ' ' : known_header(line));
    for (const char *p = line; p < end; p++)
        require((unsigned char)*p >= 0x20 && *p != 0x7F);
}

static void check_body_line(const char *line, const char *end)
{
    require(end - line <= 76 && line[0] != '.' && !str_starts(line, "From "));
    require(end == line || (end[-1] != ' ' && end[-1] != '\t'));
    for (const char *p = line; p < end; p++)
        require((*p >= 0x20 && *p < 0x7F) || *p == '\t');
}

static void check_message(const struct buf *m)
{
    const char *line = buf_text(m), *end;
    bool body = false;
    require(strlen(line) == m->len);
    for (; (end = strpbrk(line, "\r\n")) != NULL; line = end + 2) {
        require(end[0] == '\r' && end[1] == '\n');
        if (body)
            check_body_line(line, end);
        else if (end > line)
            check_header_line(line, end, line == buf_text(m));
        body = body || end == line;
    }
    require(body && *line == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf copy = buf_init(size), one = buf_init(MESSAGE_MAX), two = buf_init(MESSAGE_MAX);
    struct err err = {0};
    const char *field[FIELDS];
    (void)buf_add(&copy, data, size);
    const char *at = buf_text(&copy), *end = at + copy.len;
    for (int i = 0; i < FIELDS; i++) {
        field[i] = at < end ? at : "";
        at += at < end ? strlen(at) + 1 : 0;
    }
    struct message_sender s = {field[0], field[1], field[2], field[3], field[4]};
    struct message m = {.id = uuid_from_bytes(data, size),
                        .date_us = (int64_t)size,
                        .to = field[5],
                        .subject = field[6],
                        .text = field[7],
                        .html = field[8]};
    if (message_build(&s, &m, &one, &err)) {
        check_message(&one);
        require(message_check_sender(&s, &err));
        require(message_build(&s, &m, &two, &err));
        require(one.len == two.len && memcmp(one.data, two.data, one.len) == 0);
    } else {
        require(one.len == 0 && err.kind != ERR_NONE && err.text[0] != '\0');
        require(utf8_valid(err.text, strlen(err.text)));
    }
    buf_done(&copy);
    buf_done(&one);
    buf_done(&two);
    return 0;
}
