/* prog_message.c - builds messages for a test that reads them with another program.
 *
 * usage: prog_message [MAILDIR] <FIELDS
 * stdin: letters of eleven fields, each ended by a NUL byte: id, date in microseconds, the five of
 * struct message_sender, to, subject, text, html. An empty field is one that is not given.
 * stdout, for each letter: "ok SIZE\n" and the message, or "refused SENTENCE\n".
 * With MAILDIR the messages are also delivered into it, in batches. */
#include "adapter/mail_maildir.h"
#include "adapter/message.h"

#include "base/file.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { INPUT_MAX = 256 << 20, FIELDS = 11, HELD_MAX = 20 };

/* Messages that wait for the batch to be full. */
struct held {
    struct mail *sink; /* NULL: nothing is delivered */
    struct buf message[HELD_MAX];
    struct mail_letter letters[HELD_MAX];
    int count;
};

static int fail(const char *why)
{
    (void)fprintf(stderr, "prog_message: %s\n", why);
    return 1;
}

/* Delivers what is held; false with err. */
static bool flush(struct held *h, struct err *err)
{
    struct mail_event event;
    bool ok = h->count == 0 || h->sink->ops->submit(h->sink, h->letters, h->count, err);
    for (int verdicts = 0; ok && verdicts < h->count;) {
        ok = h->sink->ops->next(h->sink, INT64_MAX, &event, err);
        if (ok && event.kind == MAIL_ASK)
            ok = h->sink->ops->allow(h->sink, event.ids, event.count, err);
        verdicts += ok && event.kind == MAIL_VERDICT;
    }
    for (int i = 0; i < h->count; i++)
        buf_done(&h->message[i]);
    h->count = 0;
    return ok;
}

/* Takes the message's bytes. */
static bool hold(struct held *h, struct uuid id, struct buf *message, struct err *err)
{
    if (h->sink == NULL) {
        buf_done(message);
        return true;
    }
    struct buf *kept = &h->message[h->count];
    *kept = *message;
    h->letters[h->count++] =
        (struct mail_letter){.id = id, .bytes = buf_text(kept), .size_bytes = kept->len};
    return h->count < HELD_MAX || flush(h, err);
}

static bool one_letter(struct held *h, const char *const field[FIELDS], struct err *err)
{
    struct message_sender sender = {field[2], field[3], field[4], field[5], field[6]};
    struct message m = {.to = field[7], .subject = field[8], .text = field[9], .html = field[10]};
    struct buf out = buf_init(MESSAGE_MAX);
    if (!uuid_parse(field[0], &m.id) || !str_int(field[1], INT64_MIN, INT64_MAX, &m.date_us))
        return err_set(err, ERR_USAGE, "an id or a date can't be read: %s %s", field[0], field[1]);
    if (!message_build(&sender, &m, &out, err)) {
        (void)printf("refused %s\n", err->text);
        return true;
    }
    (void)printf("ok %zu\n", out.len);
    (void)fwrite(out.data, 1, out.len, stdout);
    return hold(h, m.id, &out, err);
}

static bool all_letters(struct held *h, const struct buf *input, struct err *err)
{
    const char *field[FIELDS], *at = buf_text(input), *end = at + input->len;
    while (at < end) {
        for (int i = 0; i < FIELDS; i++) {
            if (at >= end)
                return err_set(err, ERR_USAGE, "the last letter has only %d fields", i);
            field[i] = at;
            at += strlen(at) + 1;
        }
        if (!one_letter(h, field, err))
            return false;
    }
    return h->sink == NULL || flush(h, err);
}

int main(int argc, char **argv)
{
    struct buf input = buf_init(INPUT_MAX);
    struct held held = {.sink = NULL};
    struct err err = {0};
    if (argc > 1) {
        held.sink = mail_maildir_new(argv[1], MODE_MAILDIR, &err);
        if (held.sink == NULL)
            return fail(err.text);
    }
    bool ok = file_read("/dev/stdin", &input, &err) && all_letters(&held, &input, &err);
    if (held.sink != NULL)
        held.sink->ops->free(held.sink);
    buf_done(&input);
    return ok && fflush(stdout) == 0 ? 0 : fail(err.text);
}
