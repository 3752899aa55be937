/* prog_smtp.c - hands letters to a relay through the mail port and says what became of each.
 *
 * usage: prog_smtp URL CONNECTIONS LETTERS [key=value...]
 *   ca=FILE  tls=no  answer=SECONDS  letters=PER_CONNECTION  size=BYTES  allow=no  quiet=yes
 *   dns=SERVER  dns_wait=MS (asks for domains)
 *   to=ADDRESS (of every letter)  batch=N
 *   plain=yes: no port, no table, no threads: one libcurl handle that is used again (for a bench)
 *
 * A line a letter, "INDEX STATE CODE ANSWER", then one for the sink, "sink ok" or "sink KIND TEXT".
 * allow=no never allows the dot. quiet=yes prints only how many of each state, and the seconds. */
#include "adapter/mail_smtp.h"
#include "base/clock.h"
#include "base/str.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LETTER_SIZE = 2000 };

struct task {
    struct mail_smtp_options options;
    int32_t letters, batch;
    size_t size;
    const char *to;
    bool allow, quiet, plain;
    struct mail *mail;
    char *body;
    char address[MAIL_BATCH_MAX][64];
    int32_t tally[32];
};

static bool take_option(struct task *t, const char *arg)
{
    const char *value = strchr(arg, '=');
    if (value == NULL)
        return false;
    value++;
    if (str_starts(arg, "ca="))
        t->options.ca_file = value;
    else if (str_starts(arg, "tls="))
        t->options.no_tls = str_equal(value, "no");
    else if (str_starts(arg, "answer="))
        t->options.answer_s = atoi(value);
    else if (str_starts(arg, "letters="))
        t->options.letters = atoi(value);
    else if (str_starts(arg, "size="))
        t->size = (size_t)atoi(value);
    else if (str_starts(arg, "batch="))
        t->batch = atoi(value);
    else if (str_starts(arg, "allow="))
        t->allow = !str_equal(value, "no");
    else if (str_starts(arg, "quiet="))
        t->quiet = str_equal(value, "yes");
    else if (str_starts(arg, "plain="))
        t->plain = str_equal(value, "yes");
    else if (str_starts(arg, "dns="))
        t->options.dns_servers = value;
    else if (str_starts(arg, "dns_wait="))
        t->options.dns_wait_ms = atoi(value);
    else if (str_starts(arg, "to="))
        t->to = value;
    else
        return false;
    return true;
}

static int index_of(struct uuid id)
{
    int index;
    memcpy(&index, id.byte, sizeof index);
    return index;
}

static void show(struct task *t, const struct mail_event *event)
{
    t->tally[event->verdict]++;
    if (!t->quiet)
        printf("%d %s %d %s\n", index_of(event->ids[0]), send_state_name(event->verdict),
               (int)event->code, event->answer);
}

/* One batch, from its first letter's index on; false: the sink can't go on. */
static bool send_batch(struct task *t, int first, int count, struct err *err)
{
    struct mail_letter letters[MAIL_BATCH_MAX];
    struct mail_event event;
    for (int i = 0; i < count; i++) {
        int index = first + i;
        letters[i] = (struct mail_letter){.bytes = t->body, .size_bytes = t->size};
        memcpy(letters[i].id.byte, &index, sizeof index);
        (void)str_format(t->address[i], sizeof t->address[i], "a%d@host%d.example", index,
                         index % 7); /* it fits */
        letters[i].to = t->to != NULL ? t->to : t->address[i];
    }
    if (!t->mail->ops->submit(t->mail, letters, count, err))
        return false;
    for (int done = 0; done < count;) {
        if (!t->mail->ops->next(t->mail, clock_boot_us() + US_PER_S, &event, err))
            return false;
        if (event.kind == MAIL_ASK && !t->allow) {
            t->mail->ops->drop(t->mail);
            printf("dropped\n");
            return true;
        }
        if (event.kind == MAIL_ASK && !t->mail->ops->allow(t->mail, event.ids, event.count, err))
            return false;
        if (event.kind == MAIL_VERDICT) {
            show(t, &event);
            done++;
        }
    }
    return true;
}

struct plain {
    const struct task *t;
    size_t given;
};

static size_t plain_read(char *dst, size_t size, size_t count, void *user)
{
    struct plain *p = user;
    size_t left = p->t->size - p->given, n = left < size * count ? left : size * count;
    memcpy(dst, p->t->body + p->given, n);
    p->given += n;
    return n;
}

/* What libcurl alone can do. */
static bool send_plain(struct task *t)
{
    CURL *e = curl_easy_init();
    struct plain p = {.t = t};
    struct curl_slist *to = curl_slist_append(NULL, "<a@host.example>");
    bool ok = e != NULL && to != NULL &&
              curl_easy_setopt(e, CURLOPT_URL, t->options.url) == CURLE_OK &&
              curl_easy_setopt(e, CURLOPT_MAIL_FROM, t->options.from) == CURLE_OK &&
              curl_easy_setopt(e, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
              curl_easy_setopt(e, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
              curl_easy_setopt(e, CURLOPT_READFUNCTION, plain_read) == CURLE_OK &&
              curl_easy_setopt(e, CURLOPT_READDATA, &p) == CURLE_OK;
    for (int i = 0; ok && i < t->letters; i++) {
        p.given = 0;
        ok = curl_easy_perform(e) == CURLE_OK;
        t->tally[SEND_SENT] += ok;
    }
    curl_easy_cleanup(e);
    curl_slist_free_all(to);
    return ok;
}

static int run(struct task *t)
{
    struct err err = {0};
    t->body = malloc(t->size + 1);
    if (t->body == NULL)
        return 1;
    for (size_t i = 0; i < t->size; i++)
        t->body[i] = i % 70 == 68 ? '\r' : i % 70 == 69 ? '\n' : 'x';
    t->mail = mail_smtp_new(&t->options, &err);
    bool ok = t->mail != NULL;
    int64_t began_us = clock_boot_us();
    if (ok && t->plain)
        ok = send_plain(t);
    for (int at = 0; ok && !t->plain && at < t->letters; at += t->batch)
        ok = send_batch(t, at, t->letters - at < t->batch ? t->letters - at : t->batch, &err);
    double seconds = (double)(clock_boot_us() - began_us) / 1e6;
    if (t->mail != NULL)
        t->mail->ops->free(t->mail);
    for (int i = 0; t->quiet && i < 32; i++)
        if (t->tally[i] > 0)
            printf("%s %d\n", send_state_name((enum send_state)i), (int)t->tally[i]);
    if (t->quiet)
        printf("seconds %.3f\n", seconds);
    if (ok)
        printf("sink ok\n");
    else
        printf("sink %s %s\n", err_kind_name(err.kind), err.text);
    free(t->body);
    return 0;
}

int main(int argc, char **argv)
{
    struct task *t = calloc(1, sizeof *t);
    if (t == NULL || argc < 4) {
        fprintf(stderr, "usage: prog_smtp URL CONNECTIONS LETTERS [key=value...]\n");
        return 2;
    }
    t->options = (struct mail_smtp_options){.url = argv[1],
                                            .from = "sender@example.org",
                                            .hello = "here.example.org",
                                            .ca_file = "",
                                            .connections = atoi(argv[2]),
                                            .letters = 100,
                                            .answer_s = 5};
    t->letters = atoi(argv[3]);
    t->batch = MAIL_BATCH_MAX;
    t->size = LETTER_SIZE;
    t->allow = true;
    bool ok = true;
    for (int i = 4; i < argc; i++)
        ok = take_option(t, argv[i]) && ok;
    int status = ok ? run(t) : 2;
    free(t);
    return status;
}
