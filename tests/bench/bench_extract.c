/* bench_extract.c - extraction against a bare SAX pass of libxml2 over the same pages, and grep.
 *
 * usage: bench_extract [DIRECTORY]   default: tests/data/pages, and the large ones made in memory
 *
 * Ours decodes, parses, matches and checks; the bare pass only parses, with handlers that count.
 * Both run in turns in one process, the best of the rounds counts for each page. The ratio over
 * all pages should be 0.8 or more. grep -oE with the usual pattern runs as a process of its own
 * and is stopped after GREP_SECONDS. */
#include "adapter/page.h"
#include "fake/big_pages.h"

#include <dirent.h>
#include <fcntl.h>
#include <libxml/HTMLparser.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 7, PAGES_MAX = 400, GREP_SECONDS = 10 };

struct page {
    char name[64];
    char *bytes;
    size_t len;
    double ours, bare; /* seconds, best of the rounds */
};

struct pages {
    struct page at[PAGES_MAX];
    int count;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- pages --- */

static void add_page(struct pages *pages, const char *name, const char *bytes, size_t len)
{
    if (pages->count == PAGES_MAX)
        return;
    struct page *page = &pages->at[pages->count++];
    snprintf(page->name, sizeof page->name, "%s", name);
    page->bytes = malloc(len + 1);
    if (page->bytes == NULL)
        exit(1);
    memcpy(page->bytes, bytes, len);
    page->len = len;
    page->ours = page->bare = 1e9;
}

static void load(struct pages *pages, const char *directory)
{
    static char bytes[1 << 20];
    DIR *dir = opendir(directory);
    for (struct dirent *at; dir != NULL && (at = readdir(dir)) != NULL;) {
        char path[4096];
        if (strstr(at->d_name, ".html") == NULL)
            continue;
        snprintf(path, sizeof path, "%s/%s", directory, at->d_name);
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            continue;
        size_t len = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
        add_page(pages, at->d_name, bytes, len);
    }
    if (dir != NULL)
        closedir(dir);
    struct buf big = buf_init(8 << 20);
    for (size_t i = 0; i < BIG_DATA_PAGES; i++)
        if (big_page_make(big_page(i), SIZE_MAX, &big))
            add_page(pages, big_page(i)->name, buf_text(&big), big.len);
    buf_done(&big);
}

/* --- the bare pass --- */

static void on_start(void *user, const xmlChar *name, const xmlChar **atts)
{
    (void)name;
    (void)atts;
    ++*(long *)user;
}

static void on_end(void *user, const xmlChar *name)
{
    (void)name;
    ++*(long *)user;
}

static void on_text(void *user, const xmlChar *text, int len)
{
    (void)text;
    *(long *)user += len;
}

static void on_mistake(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

static long bare_pass(const struct page *page)
{
    htmlSAXHandler events = {
        .startElement = on_start,
        .endElement = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .serror = on_mistake,
        .initialized = XML_SAX2_MAGIC,
    };
    long count = 0;
    htmlParserCtxtPtr parser =
        htmlCreatePushParserCtxt(&events, &count, "", 0, NULL, XML_CHAR_ENCODING_NONE);
    htmlCtxtUseOptions(parser, HTML_PARSE_RECOVER | HTML_PARSE_NONET);
    for (size_t at = 0; at < page->len; at += 16384)
        htmlParseChunk(parser, page->bytes + at,
                       (int)(page->len - at < 16384 ? page->len - at : 16384), 0);
    htmlParseChunk(parser, "", 0, 1);
    htmlFreeParserCtxt(parser);
    return count;
}

/* --- grep --- */

static void write_all(const struct pages *pages, const char *path)
{
    FILE *file = fopen(path, "wb");
    for (int i = 0; file != NULL && i < pages->count; i++) {
        fwrite(pages->at[i].bytes, 1, pages->at[i].len, file);
        fputc('\n', file);
    }
    if (file != NULL)
        fclose(file);
}

/* Seconds; past GREP_SECONDS it was stopped; negative: there is none. */
static double run_grep(const char *path)
{
    double begin = now();
    pid_t child = fork();
    if (child == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        dup2(null, 2);
        execlp("grep", "grep", "-aoE", "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}", path,
               (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (now() - begin > GREP_SECONDS) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 127 ? -1 : now() - begin;
}

static void bench_grep(const struct pages *pages, double mb, double ours)
{
    char path[] = "/tmp/bench-extract-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return;
    close(fd);
    write_all(pages, path);
    double seconds = run_grep(path);
    unlink(path);
    if (seconds < 0)
        printf("grep -oE: not here\n");
    else if (seconds > GREP_SECONDS)
        printf("grep -oE: more than %d s for what we do in %.2f s (a page of \"a@a@a@...\")\n",
               GREP_SECONDS, ours);
    else
        printf("grep -oE: %.1f MB/s, ours %.1f MB/s\n", mb / seconds, mb / ours);
}

int main(int argc, char **argv)
{
    static struct pages pages;
    struct page_reader *reader = NULL;
    struct err err = {0};
    long found = 0;
    load(&pages, argc > 1 ? argv[1] : "tests/data/pages");
    if (!page_reader_new(&reader, &err)) {
        fprintf(stderr, "bench_extract: %s\n", err.text);
        return 1;
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < pages.count; i++) {
            struct page *page = &pages.at[i];
            struct page_facts facts;
            double begin = now();
            if (!page_extract(reader, page->bytes, page->len, NULL, &facts, &err))
                return 1;
            double middle = now();
            found += round == 0 ? facts.lead_count : 0;
            (void)bare_pass(page);
            double end = now();
            page->ours = middle - begin < page->ours ? middle - begin : page->ours;
            page->bare = end - middle < page->bare ? end - middle : page->bare;
        }
    }
    double mb = 0, ours = 0, bare = 0, small_mb = 0, small_ours = 0, small_bare = 0, slowest = 0;
    for (int i = 0; i < pages.count; i++) {
        const struct page *page = &pages.at[i];
        bool small = page->len < 100 * 1000;
        mb += (double)page->len / 1e6;
        ours += page->ours;
        bare += page->bare;
        small_mb += small ? (double)page->len / 1e6 : 0;
        small_ours += small ? page->ours : 0;
        small_bare += small ? page->bare : 0;
        slowest = page->ours > slowest ? page->ours : slowest;
        if (!small)
            printf("%-14s %7.1f MB/s, bare SAX %7.1f MB/s, ratio %.2f\n", page->name,
                   (double)page->len / 1e6 / page->ours, (double)page->len / 1e6 / page->bare,
                   page->bare / page->ours);
    }
    printf("small pages    %7.1f MB/s, bare SAX %7.1f MB/s, ratio %.2f\n", small_mb / small_ours,
           small_mb / small_bare, small_bare / small_ours);
    printf("all %d pages, %.1f MB, %ld addresses: %.1f MB/s, bare SAX %.1f MB/s, ratio %.2f "
           "(aim 0.8); slowest %.1f ms\n",
           pages.count, mb, found, mb / ours, mb / bare, bare / ours, slowest * 1e3);
    bench_grep(&pages, mb, ours);
    page_reader_free(reader);
    for (int i = 0; i < pages.count; i++)
        free(pages.at[i].bytes);
    return 0;
}
