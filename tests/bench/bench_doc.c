/* bench_doc.c - extraction over real files: the documentation of this machine, in whatever
 * encodings and formats it is, packed files too.
 *
 * usage: bench_doc [DIRECTORY...]      default: /usr/share/doc
 * Prints files and MB a second (as they lie on disk; time in the reader only), the slowest file and
 * the most memory used. Ends with status 1 when a file fails or memory passes 64 MiB. */
#include "adapter/page.h"

#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MEMORY_MAX_KIB = 64 * 1024 };

struct totals {
    long files, kinds[PAGE_KINDS], found, cut, failed;
    double bytes, seconds, slowest;
    char slowest_path[4096];
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void extract(struct totals *t, struct page_reader *reader, const char *path,
                    const void *bytes, size_t len)
{
    struct page_facts facts;
    struct err err = {0};
    double begin = now();
    if (!page_extract(reader, bytes, len, NULL, &facts, &err)) {
        fprintf(stderr, "bench_doc: %s: %s\n", path, err.text);
        t->failed++;
        return;
    }
    double seconds = now() - begin;
    t->files++;
    t->kinds[facts.kind]++;
    t->cut += facts.cut;
    t->found += facts.lead_count;
    t->bytes += (double)len;
    t->seconds += seconds;
    if (seconds > t->slowest) {
        t->slowest = seconds;
        snprintf(t->slowest_path, sizeof t->slowest_path, "%s", path);
    }
}

static void read_file(struct totals *t, struct page_reader *reader, const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return; /* not ours to read */
    if (fstat(fd, &st) == 0 && st.st_size > 0) {
        size_t len = (size_t)st.st_size;
        void *bytes = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
        if (bytes != MAP_FAILED) {
            extract(t, reader, path, bytes, len);
            munmap(bytes, len);
        }
    }
    close(fd);
}

int main(int argc, char **argv)
{
    static char *const usual[] = {(char *)"/usr/share/doc", NULL};
    static struct totals t;
    struct page_reader *reader = NULL;
    struct err err = {0};
    struct rusage used;
    if (!page_reader_new(&reader, &err)) {
        fprintf(stderr, "bench_doc: %s\n", err.text);
        return 1;
    }
    FTS *walk = fts_open(argc > 1 ? argv + 1 : usual, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *at; walk != NULL && (at = fts_read(walk)) != NULL;)
        if (at->fts_info == FTS_F)
            read_file(&t, reader, at->fts_accpath);
    if (walk != NULL)
        fts_close(walk);
    page_reader_free(reader);
    getrusage(RUSAGE_SELF, &used);
    double seconds = t.seconds > 0 ? t.seconds : 1;
    printf("files %ld: html %ld, text %ld, binary %ld; cut %ld; addresses %ld\n", t.files,
           t.kinds[PAGE_HTML], t.kinds[PAGE_TEXT], t.kinds[PAGE_BINARY], t.cut, t.found);
    printf("%.1f MB in %.2f s: %.0f files/s, %.1f MB/s; slowest %.1f ms (%s)\n", t.bytes / 1e6,
           t.seconds, (double)t.files / seconds, t.bytes / 1e6 / seconds, t.slowest * 1e3,
           t.slowest_path);
    printf("peak RSS %.1f MiB\n", (double)used.ru_maxrss / 1024);
    return t.failed > 0 || used.ru_maxrss > MEMORY_MAX_KIB;
}
