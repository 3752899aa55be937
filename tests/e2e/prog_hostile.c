/* prog_hostile.c - leads that mean harm, on the way that letters go: template, message, SMTP.
 *
 * usage: prog_hostile COUNT [SAMPLE]
 * Names, companies, titles, page addresses and mail addresses are made of pieces that break
 * careless programs; the templates are a few ordinary ones, group and term stay the same. Each
 * letter is written by the engine's own function and handed to the SMTP port; a strict relay looks
 * at every byte. A letter is held, refused, or arrives as it was written, at the one address that
 * it is for. Prints "made N held N rejected N sent N wrong N" and the first wrong thing. SAMPLE:
 * each 50th subject and letter are put there, for another reader: lines "SIZE SIZE", then the bytes
 * of both. */
#include "../../src/app/wire.h"

#include "adapter/mail_smtp.h"
#include "base/clock.h"
#include "base/rng.h"
#include "base/str.h"
#include "domain/letter.h"
#include "fake/smtp_sink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 48, SUBJECT_KINDS = 4, SAMPLE_EVERY = 50 };

struct scene {
    struct smtp_sink sink;
    struct mail *mail;
    struct settings settings;
    struct rng dice;
    struct send_row row[BATCH];
    struct mail_letter letter[BATCH];
    struct buf bytes[BATCH];
    int arrived[BATCH]; /* the relay's thread; a verdict follows each */
    int64_t made, held, rejected, sent, wrong;
    char what[300];
    FILE *sample;
};

static const char *const pieces[] = {
    "\r\n",
    "\n",
    "\r",
    "\r\nBcc: all@victim.example",
    "\nRCPT TO:<evil@victim.example>\r\n",
    "\r\n.\r\n",
    "\r\n\r\n",
    "\r\n.\r\nMAIL FROM:<x@y.example>\r\n",
    ".",
    "\x01\x02",
    "\x1b[31m",
    "\x7f",
    "\xc2\x85",
    "\u2028",
    "\u2029",
    "\u202e",
    "\u2066\u2069",
    "\u200b",
    "\ufeff",
    "\xff\xfe",
    "\xc3",
    "\xed\xa0\x80",
    "=?utf-8?q?=0D=0ABcc:=20a=40b.example?=",
    "=?UTF-8?B?DQpCY2M6IGFAYi5leGFtcGxl?=",
    "=?x?",
    "\"",
    "\\",
    "\"<evil@victim.example>\"",
    "<",
    ">",
    ">, <evil@victim.example>",
    "{{email}}",
    "{{name|",
    "}}",
    "<script>",
    "&amp;",
    "%0d%0a",
    "%s%n",
    ",",
    ";",
    ":",
    "(",
    ")",
    "From ",
    "To: ",
    "Content-Type: text/html",
    "\t",
    "   ",
    "Ana",
    "Straße",
    "Łódź",
    "Ελλάδα",
    "привет",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "東京歯医者",
    "서울",
    "ไทย",
    "😀",
    "👩‍🔬",
    "e\u0301",
    "firm",
    "a b",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};
enum { PIECES = sizeof pieces / sizeof *pieces };

static int draw(struct scene *s, int n)
{
    return (int)(rng_next(&s->dice) % (uint64_t)n);
}

/* Up to `most` pieces, as much of them as fits; one in eight is one piece, very often. */
static void hostile(struct scene *s, char *dst, size_t size, int most)
{
    size_t len = 0;
    int n = draw(s, most + 1), same = draw(s, 8) == 0 ? draw(s, PIECES) : -1;
    for (int i = 0; i < (same >= 0 ? 40 * n : n); i++) {
        const char *piece = pieces[same >= 0 ? same : draw(s, PIECES)];
        size_t more = strlen(piece);
        if (len + more >= size)
            break;
        memcpy(dst + len, piece, more);
        len += more;
    }
    dst[len] = '\0';
}

/* Two of three addresses are good; the others have something in them. */
static void address(struct scene *s, char dst[ADDRESS_MAX + 1])
{
    char local[150], domain[150];
    int kind = draw(s, 9);
    hostile(s, local, sizeof local, kind == 0 ? 3 : 0);
    hostile(s, domain, sizeof domain, kind == 1 ? 2 : 0);
    const char *tail = kind == 2 ? pieces[draw(s, PIECES)] : "";
    const char *head = kind == 3 ? "o'brien+" : kind == 4 ? "a..b" : "a";
    (void)str_format(dst, ADDRESS_MAX + 1, "%s%s%d@%shost%d.example%s", head, local,
                     draw(s, 1000000), domain, draw(s, 1000), tail); /* it fits */
}

/* What the relay takes must be what was written, for whom it was written. */
static void look(void *ctx, const struct smtp_taken *one)
{
    struct scene *s = ctx;
    for (size_t i = 0; i < one->size; i++)
        s->wrong += one->bytes[i] < 0; /* only ASCII reaches a relay */
    for (int i = 0; i < BATCH; i++) {
        const struct mail_letter *l = &s->letter[i];
        if (l->bytes == NULL || s->arrived[i] != 0 || l->size_bytes > one->size ||
            !str_equal(l->to, one->to))
            continue;
        size_t at = 0, from = 0;
        bool start = true, same = true;
        for (; same && at < one->size; at++) {
            if (start && one->bytes[at] == '.' && ++at == one->size)
                break;
            start = one->bytes[at] == '\n';
            same = from < l->size_bytes && one->bytes[at] == l->bytes[from];
            from++;
        }
        if (same && from == l->size_bytes) {
            s->arrived[i] = 1;
            return;
        }
    }
    if (s->wrong++ == 0)
        (void)str_format(s->what, sizeof s->what, "what arrived for %s was not written",
                         one->to); /* a cut is fine */
}

static bool header_allowed(const char *line, unsigned *seen)
{
    static const char *const names[] = {"Date: ",
                                        "From: ",
                                        "Reply-To: ",
                                        "To: ",
                                        "Subject: ",
                                        "Message-ID: ",
                                        "List-Unsubscribe: ",
                                        "List-Unsubscribe-Post: ",
                                        "MIME-Version: ",
                                        "Content-Type: ",
                                        "Content-Transfer-Encoding: "};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (!str_starts(line, names[i]))
            continue;
        bool again = (*seen >> i & 1) != 0;
        *seen |= 1U << i;
        return !again;
    }
    return line[0] == ' ' && *seen != 0;
}

/* NULL, or what is wrong with a letter's form: headers each once and of the list, lines. */
static const char *wrong_form(const char *bytes, size_t size)
{
    unsigned seen = 0;
    bool body = false;
    const char *line = bytes, *end = bytes + size;
    if (memchr(bytes, '\0', size) != NULL)
        return "NUL";
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        if (stop == NULL || stop == line || stop[-1] != '\r')
            return "a bare line end";
        if (memchr(line, '\r', (size_t)(stop - line) - 1) != NULL)
            return "a bare CR";
        if (stop - 1 - line > 998)
            return "a line above 998";
        body = body || stop - line == 1;
        if (!body && !header_allowed(line, &seen))
            return "a header that is not allowed, or twice";
        line = stop + 1;
    }
    return body ? NULL : "no body";
}

static void complain(struct scene *s, const char *what, const char *whose)
{
    if (s->wrong++ == 0)
        (void)str_format(s->what, sizeof s->what, "%s: %s", what, whose); /* a cut is fine */
}

/* The subject as a reader must see it, beside the letter. */
static void keep_sample(struct scene *s, const struct template_def *t, const struct send_row *row,
                        const struct buf *bytes)
{
    struct letter l;
    const char *at = strrchr(row->address, '@');
    struct letter_facts facts = {.email = row->address,
                                 .domain = at != NULL ? at + 1 : "",
                                 .name = row->name,
                                 .company = row->company,
                                 .title = row->title,
                                 .url = row->url,
                                 .term = "term",
                                 .group = "group",
                                 .language = row->language};
    letter_init(&l);
    if (letter_write(&l, t, &facts, NULL, NULL) == LETTER_READY) {
        const struct buf *subject = &l.part[LETTER_SUBJECT];
        (void)fprintf(s->sample, "%zu %zu\n", subject->len, bytes->len);
        (void)fwrite(buf_text(subject), 1, subject->len, s->sample);
        (void)fwrite(buf_text(bytes), 1, bytes->len, s->sample);
    }
    letter_done(&l);
}

/* A letter to a UTF-8 local part is written (RFC 6532), and refused before it reaches a relay. */
static bool plain(const char *text)
{
    while (*text > 0)
        text++;
    return *text == '\0';
}

/* Fills place i; false: the letter is held. */
static bool make(struct scene *s, int i)
{
    static const char *const subjects[SUBJECT_KINDS] = {
        "A question for {{company|you}}", "{{title|page}}",
        "{{name|Ana}}: {{company|x}} 東京 {{title|y}}", "привет {{name|друг}}"};
    struct template_def t = {.name = "t",
                             .subject = subjects[draw(s, SUBJECT_KINDS)],
                             .text = "Hello {{name|you}},\n\n{{title|.}}\n.\n{{company|From }}\n",
                             .html = draw(s, 2) ? "<p>{{title|x}} {{name|y}}</p>\n" : NULL};
    struct send_row *row = &s->row[i];
    struct err err = {0};
    *row = (struct send_row){.claimed_at_us = 1700000000000000 + s->made};
    memcpy(row->id.byte, &s->made, sizeof s->made);
    address(s, row->address);
    hostile(s, row->name, sizeof row->name, 4);
    hostile(s, row->company, sizeof row->company, 4);
    hostile(s, row->title, sizeof row->title, 6);
    hostile(s, row->url, sizeof row->url, 3);
    buf_clear(&s->bytes[i]);
    s->made++;
    if (!wire_letter(NULL, &s->settings, &t, row, "group", "term", &s->bytes[i], &err)) {
        if (err.kind != ERR_REFUSED)
            complain(s, "not a refusal", err.text);
        return false;
    }
    const char *why = wrong_form(buf_text(&s->bytes[i]), s->bytes[i].len);
    if (why != NULL)
        complain(s, why, row->address);
    if (s->sample != NULL && s->made % SAMPLE_EVERY == 0 && plain(row->address))
        keep_sample(s, &t, row, &s->bytes[i]);
    s->letter[i] = (struct mail_letter){.id = row->id,
                                        .to = row->address,
                                        .bytes = buf_text(&s->bytes[i]),
                                        .size_bytes = s->bytes[i].len};
    return true;
}

static void take_verdict(struct scene *s, const struct mail_event *event, int count)
{
    for (int i = 0; i < count; i++) {
        if (!uuid_equal(s->letter[i].id, event->ids[0]))
            continue;
        bool sent = event->verdict == SEND_SENT;
        s->sent += sent;
        s->rejected += event->verdict == SEND_REJECTED;
        if (!sent && event->verdict != SEND_REJECTED)
            complain(s, event->answer, s->letter[i].to);
        if (sent != (s->arrived[i] == 1))
            complain(s, "verdict and relay differ", s->letter[i].to);
    }
}

static bool send_all(struct scene *s, int count, struct err *err)
{
    struct mail_event event;
    if (!s->mail->ops->submit(s->mail, s->letter, count, err))
        return false;
    for (int done = 0; done < count;) {
        if (!s->mail->ops->next(s->mail, clock_boot_us() + 60 * US_PER_S, &event, err) ||
            (event.kind == MAIL_ASK && !s->mail->ops->allow(s->mail, event.ids, event.count, err)))
            return false;
        if (event.kind == MAIL_VERDICT) {
            take_verdict(s, &event, count);
            done++;
        }
    }
    return true;
}

static bool run(struct scene *s, int64_t count, struct err *err)
{
    bool ok = true;
    for (int i = 0; i < BATCH; i++)
        s->bytes[i] = buf_init(4 * 1024 * 1024);
    while (ok && s->made < count) {
        int ready = 0;
        memset(s->arrived, 0, sizeof s->arrived);
        memset(s->letter, 0, sizeof s->letter);
        for (int i = 0; i < BATCH && s->made < count; i++) {
            bool written = make(s, ready);
            ready += written;
            s->held += !written;
        }
        ok = ready == 0 || send_all(s, ready, err);
    }
    for (int i = 0; i < BATCH; i++)
        buf_done(&s->bytes[i]);
    return ok;
}

int main(int argc, char **argv)
{
    struct scene *s = calloc(1, sizeof *s);
    struct err err = {0};
    char url[64];
    int64_t count;
    if (s == NULL || argc < 2 || !str_int(argv[1], 1, INT64_MAX, &count))
        return 2;
    s->dice.state = 20261123;
    s->sample = argc > 2 ? fopen(argv[2], "wb") : NULL;
    s->sink.look = look;
    s->sink.ctx = s;
    smtp_sink_begin(&s->sink);
    (void)str_format(url, sizeof url, "smtp://127.0.0.1:%d", s->sink.port); /* it fits */
    settings_defaults(&s->settings);
    (void)str_copy(s->settings.mail_from, sizeof s->settings.mail_from, "we@firm.example");
    (void)str_copy(s->settings.mail_from_name, sizeof s->settings.mail_from_name, "Ana, \"Übung\"");
    (void)str_copy(s->settings.mail_unsubscribe, sizeof s->settings.mail_unsubscribe,
                   "https://firm.example/u?l={{id}}&a={{email}}, mailto:out@firm.example");
    struct mail_smtp_options options = {.url = url,
                                        .from = "we@firm.example",
                                        .hello = "here.example",
                                        .ca_file = "",
                                        .no_tls = true,
                                        .connections = 4,
                                        .letters = 10000,
                                        .answer_s = 60};
    s->mail = mail_smtp_new(&options, &err);
    bool ok = s->mail != NULL && run(s, count, &err);
    if (s->mail != NULL)
        s->mail->ops->free(s->mail);
    smtp_sink_end(&s->sink);
    if (!ok)
        complain(s, "the port failed", err.text);
    if (s->sink.faults > 0)
        complain(s, "the relay", s->sink.fault);
    if (s->sink.recipients != s->sent || s->sink.letters != s->sent)
        complain(s, "the relay", "took another number of letters or recipients");
    printf("made %lld held %lld rejected %lld sent %lld wrong %lld %s\n", (long long)s->made,
           (long long)s->held, (long long)s->rejected, (long long)s->sent, (long long)s->wrong,
           s->what);
    bool good = s->wrong == 0 && (s->sample == NULL || fclose(s->sample) == 0);
    free(s);
    return good ? 0 : 1;
}
