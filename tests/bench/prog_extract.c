/* prog_extract.c - reads files through the page reader and prints "FILE<TAB>address" lines, for the
 * scripts that score, measure and compare extraction.
 *
 * usage: prog_extract [-q] [-t] FILE...   or file names on standard input
 *   -q  prints no addresses    -t  prints for each file its time instead: "FILE<TAB>ms<TAB>found"
 * At the end, on standard error: files, bytes, addresses, time, and the most memory used. */
#include "adapter/page.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct totals {
    long files, kinds[PAGE_KINDS], found, cut;
    double bytes, seconds, slowest;
    bool quiet, timed;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void print_found(const struct totals *t, const char *path, const struct page_facts *facts,
                        double seconds)
{
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    if (t->timed)
        printf("%s\t%.3f\t%d\n", name, seconds * 1e3, facts->lead_count);
    for (int32_t i = 0; i < facts->lead_count && !t->quiet && !t->timed; i++)
        printf("%s\t%s\n", name, facts->leads[i].shown);
}

static void read_one(struct totals *t, struct page_reader *reader, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    size_t len = (size_t)st.st_size;
    void *bytes = len > 0 ? mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    close(fd);
    if (bytes == MAP_FAILED)
        return;
    struct page_facts facts;
    struct err err = {0};
    double begin = now();
    if (page_extract(reader, bytes != NULL ? bytes : "", len, NULL, &facts, &err)) {
        double seconds = now() - begin;
        t->files++;
        t->kinds[facts.kind]++;
        t->cut += facts.cut;
        t->found += facts.lead_count;
        t->bytes += (double)len;
        t->seconds += seconds;
        t->slowest = seconds > t->slowest ? seconds : t->slowest;
        print_found(t, path, &facts, seconds);
    } else {
        fprintf(stderr, "%s: %s\n", path, err.text);
    }
    if (bytes != NULL)
        munmap(bytes, len);
}

int main(int argc, char **argv)
{
    struct totals t = {0};
    struct page_reader *reader;
    struct err err = {0};
    int opt;
    while ((opt = getopt(argc, argv, "qt")) != -1) {
        t.quiet = t.quiet || opt == 'q';
        t.timed = t.timed || opt == 't';
    }
    if (!page_reader_new(&reader, &err)) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (int i = optind; i < argc; i++)
        read_one(&t, reader, argv[i]);
    char line[4096];
    while (optind == argc && fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        read_one(&t, reader, line);
    }
    page_reader_free(reader);
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    fprintf(stderr,
            "files %ld (html %ld, text %ld, binary %ld, empty %ld, cut %ld)  MB %.1f  found %ld  "
            "s %.2f  files/s %.0f  MB/s %.1f  slowest ms %.1f  peak RSS MB %.1f\n",
            t.files, t.kinds[PAGE_HTML], t.kinds[PAGE_TEXT], t.kinds[PAGE_BINARY],
            t.kinds[PAGE_EMPTY], t.cut, t.bytes / 1e6, t.found, t.seconds,
            (double)t.files / (t.seconds > 0 ? t.seconds : 1),
            t.bytes / 1e6 / (t.seconds > 0 ? t.seconds : 1), t.slowest * 1e3,
            (double)used.ru_maxrss / 1024);
    return 0;
}
