/* prog_mail.c - the relay of bench_mail, and libcurl alone as its nearest peer.
 *
 * usage: prog_mail sink [DOT_MS]
 *   prints its port; when stdin ends: "LETTERS RECIPIENTS FAULTS CPU_US FAULT".
 * usage: prog_mail curl URL CONNECTIONS LETTERS SIZE
 *   one libcurl easy handle a thread, used again and again, as its manual says; and nothing else */
#include "base/clock.h"
#include "base/str.h"
#include "fake/smtp_sink.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int sink(int64_t dot_us)
{
    struct smtp_sink s = {.dot_us = dot_us};
    struct rusage use;
    char byte;
    smtp_sink_begin(&s);
    printf("%d\n", s.port);
    fflush(stdout);
    while (read(0, &byte, 1) > 0)
        continue;
    smtp_sink_end(&s);
    (void)getrusage(RUSAGE_SELF, &use); /* it can't fail */
    printf("%lld %lld %lld %lld %s\n", (long long)s.letters, (long long)s.recipients,
           (long long)s.faults,
           (long long)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000000 + use.ru_utime.tv_usec +
               use.ru_stime.tv_usec,
           s.fault);
    return 0;
}

struct plain {
    const char *url, *body;
    size_t size, given;
    int letters;
    pthread_t thread;
    bool ok;
};

static size_t on_read(char *dst, size_t size, size_t count, void *user)
{
    struct plain *p = user;
    size_t left = p->size - p->given, n = left < size * count ? left : size * count;
    memcpy(dst, p->body + p->given, n);
    p->given += n;
    return n;
}

static void *run(void *arg)
{
    struct plain *p = arg;
    CURL *e = curl_easy_init();
    struct curl_slist *to = curl_slist_append(NULL, "<a@host.example>");
    p->ok = e != NULL && to != NULL && curl_easy_setopt(e, CURLOPT_URL, p->url) == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_MAIL_FROM, "sender@example.org") == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_MAIL_RCPT, to) == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_READFUNCTION, on_read) == CURLE_OK &&
            curl_easy_setopt(e, CURLOPT_READDATA, p) == CURLE_OK;
    for (int i = 0; p->ok && i < p->letters; i++) {
        p->given = 0;
        p->ok = curl_easy_perform(e) == CURLE_OK;
    }
    curl_easy_cleanup(e);
    curl_slist_free_all(to);
    return NULL;
}

static int curl(const char *url, int connections, int letters, size_t size)
{
    struct plain *all = calloc((size_t)connections, sizeof *all);
    char *body = malloc(size + 1);
    bool ok = all != NULL && body != NULL && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    for (size_t i = 0; ok && i < size; i++)
        body[i] = i % 70 == 68 ? '\r' : i % 70 == 69 ? '\n' : 'x';
    int64_t began_us = clock_boot_us();
    for (int i = 0; ok && i < connections; i++) {
        int mine = letters / connections + (i < letters % connections);
        all[i] = (struct plain){.url = url, .body = body, .size = size, .letters = mine};
        ok = pthread_create(&all[i].thread, NULL, run, &all[i]) == 0;
    }
    for (int i = 0; ok && i < connections; i++)
        ok = pthread_join(all[i].thread, NULL) == 0 && all[i].ok;
    printf("seconds %.3f\n", (double)(clock_boot_us() - began_us) / 1e6);
    free(all);
    free(body);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc >= 2 && str_equal(argv[1], "sink"))
        return sink(argc > 2 ? (int64_t)atoi(argv[2]) * 1000 : 0);
    if (argc == 6 && str_equal(argv[1], "curl") && atoi(argv[3]) > 0 && atoi(argv[5]) > 0)
        return curl(argv[2], atoi(argv[3]), atoi(argv[4]), (size_t)atoi(argv[5]));
    fprintf(stderr, "usage: prog_mail sink [DOT_MS] | curl URL CONNECTIONS LETTERS SIZE\n");
    return 2;
}
