/* prog_console_demo.c - the console on invented data, for measuring and photographing it without an
 * engine. Each command is answered at once.
 *
 * usage: prog_console_demo [--busy LINES_PER_SECOND] [--dir DIR] [--read-only] [--empty]
 *                          [--idle] */
#include "fake_console.h"

#include "../../src/ui/loop.h"

#include "base/clock.h"
#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct demo {
    struct fake_console fake;
    struct source plain;
    struct wake wake;
    char wal[300];
    int rate;
};

static bool demo_submit(void *ctx, const struct command *command)
{
    struct demo *d = ctx;
    bool ok = d->plain.submit(&d->fake, command);
    fake_console_carry_out(&d->fake);
    wake_up(&d->wake);
    return ok;
}

/* Lets the log grow and touches the file that the console watches. */
static void *write_lines(void *arg)
{
    struct demo *d = arg;
    int fd = open(d->wal, O_WRONLY | O_CREAT, 0600);
    int64_t start = clock_boot_us();
    int32_t before = d->fake.log_lines;
    for (;;) {
        usleep(d->rate > 100 ? 10000 : (useconds_t)(1000000 / d->rate));
        d->fake.log_lines = before + (int32_t)((clock_boot_us() - start) * d->rate / US_PER_S);
        atomic_fetch_add(&d->fake.version, 1);
        if (pwrite(fd, "x", 1, 0) < 0)
            return NULL;
    }
}

static void read_options(struct demo *d, struct console_options *o, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (str_equal(argv[i], "--busy") && i + 1 < argc)
            d->rate = (int)strtol(argv[++i], NULL, 10);
        else if (str_equal(argv[i], "--dir") && i + 1 < argc)
            o->data_dir = argv[++i];
        else if (str_equal(argv[i], "--read-only"))
            o->read_only = true;
        else if (str_equal(argv[i], "--empty"))
            d->fake.job_count = d->fake.schedules.count = 0;
        else if (str_equal(argv[i], "--idle"))
            for (int k = 0; k < FAKE_JOBS; k++)
                d->fake.jobs[k].state =
                    d->fake.jobs[k].state == JOB_RUNNING ? JOB_STOPPED : d->fake.jobs[k].state;
    }
}

int main(int argc, char **argv)
{
    static struct demo d;
    struct console_options o = {.workspace = "acme",
                                .actor = "ana",
                                .host = "eu-1",
                                .wake = &d.wake,
                                .config_path = "~/.config/autopilot/autopilot.ini",
                                .data_dir = "/tmp"};
    char record[256];
    enum console_end end = CONSOLE_QUIT;
    struct err err = {0};
    pthread_t writer;
    console_block_signals();
    fake_console_init(&d.fake);
    read_options(&d, &o, argc, argv);
    if (d.rate > 0)
        d.fake.step_us = US_PER_S / d.rate;
    d.fake.first_us = clock_now_us() - d.fake.log_lines * d.fake.step_us;
    (void)snprintf(record, sizeof record, "%s/demo-%ld.db", o.data_dir, (long)getpid());
    (void)snprintf(d.wal, sizeof d.wal, "%s-wal", record);
    o.record_path = o.log_path = record;
    d.plain = fake_console_source(&d.fake);
    struct source source = d.plain;
    source.submit = demo_submit;
    if (!wake_init(&d.wake, &err))
        return 1;
    if (d.rate > 0)
        (void)pthread_create(&writer, NULL, write_lines, &d);
    bool ok = console_loop(&o, source, NULL, NULL, &end, &err);
    (void)unlink(d.wal);
    if (!ok) {
        fprintf(stderr, "autopilot: %s\n", err.text);
        return err_exit_status(err.kind);
    }
    return end == CONSOLE_SIGNAL ? 1 : 0;
}
