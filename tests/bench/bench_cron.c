/* bench_cron.c - nanoseconds for one next run, over the expressions of tests/data/schedules, and
 * milliseconds for the next ten runs of 1,000 schedules.
 *
 * usage: bench_cron [FILE]   default: tests/data/schedules/vectors.tsv
 *
 * Expressions and zones are read once; each question begins at the row's start. The best of the
 * rounds counts. They should stay below 200 ns in UTC, 250 ns in other zones, and 1 ms. */
#include "adapter/zone_file.h"
#include "base/str.h"
#include "domain/calendar.h"
#include "domain/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROWS_MAX = 10000, ROUNDS = 30, SCHEDULES = 1000, RUNS = 10 };

struct row {
    struct cron cron;
    const struct zone *zone;
    int64_t start;
};

struct mix {
    struct row rows[ROWS_MAX];
    int count;
};

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Rows with escapes, or that have no run, are left out. */
static void add_row(struct mix *mix, struct zone_files *zones, char *line)
{
    struct cron_fault fault;
    struct err err;
    char *zone = strchr(line, '\t'), *start = zone != NULL ? strchr(zone + 1, '\t') : NULL;
    char *end = start != NULL ? strchr(start + 1, '\t') : NULL;
    if (end == NULL || strchr(line, '\\') != NULL || mix->count == ROWS_MAX)
        return;
    *zone++ = *start++ = *end = '\0';
    struct row *row = &mix->rows[mix->count];
    if (cron_parse(line, strlen(line), &row->cron, &fault) && !row->cron.never &&
        zone_files_get(zones, zone, strlen(zone), &row->zone, &err) &&
        calendar_parse(start, &row->start))
        mix->count++;
}

static double best_ns(const struct mix *mix, int64_t *sum)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double began = now_ns();
        for (int i = 0; i < mix->count; i++) {
            const struct row *row = &mix->rows[i];
            struct zone_hint hint = {0};
            struct cron_hit hit = {.at = row->start};
            for (int n = 0; n < 5; n++)
                if (cron_next(&row->cron, row->zone, &hint, hit.at, &hit))
                    *sum += hit.at;
        }
        double took = (now_ns() - began) / mix->count / 5;
        best = took < best ? took : best;
    }
    return best;
}

static double thousand_ms(const struct mix *mix, int64_t *sum)
{
    double best = 1e18;
    for (int round = 0; round < ROUNDS; round++) {
        double began = now_ns();
        for (int i = 0; i < SCHEDULES; i++) {
            const struct row *row = &mix->rows[i % mix->count];
            struct zone_hint hint = {0};
            struct cron_hit hit = {.at = 1795000000};
            for (int n = 0; n < RUNS; n++)
                if (cron_next(&row->cron, row->zone, &hint, hit.at, &hit))
                    *sum += hit.at;
        }
        double took = (now_ns() - began) / 1e6;
        best = took < best ? took : best;
    }
    return best;
}

int main(int argc, char **argv)
{
    static struct mix utc, other;
    static char line[4096];
    struct zone_files *zones;
    struct err err = {0};
    int64_t sum = 0;
    FILE *f = fopen(argc > 1 ? argv[1] : "tests/data/schedules/vectors.tsv", "r");
    if (f == NULL || !zone_files_new(&zones, ZONE_FILES_DIR, &err)) {
        fprintf(stderr, "bench_cron: no rows: %s\n", f == NULL ? "no such file" : err.text);
        return 1;
    }
    while (fgets(line, sizeof line, f) != NULL)
        if (line[0] != '#')
            add_row(strstr(line, "\tUTC\t") != NULL ? &utc : &other, zones, line);
    fclose(f);
    double in_utc = best_ns(&utc, &sum), in_zones = best_ns(&other, &sum);
    double thousand = thousand_ms(&other, &sum);
    printf("UTC mix      %6.1f ns a next (%d expressions)\n", in_utc, utc.count);
    printf("zones mix    %6.1f ns a next (%d expressions)\n", in_zones, other.count);
    printf("1000 x 10    %6.3f ms\n", thousand);
    printf("(sum %lld)\n", (long long)sum);
    zone_files_free(zones);
    return 0;
}
