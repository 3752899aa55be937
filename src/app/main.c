/* main.c - reads the command line, finds its places, runs one handler, gives its exit status. */
#include "base/file.h"
#include "base/str.h"
#include "cli.h"
#include "commands.h"
#include "demo.h"
#include "output.h"
#include "place.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef AUTOPILOT_VERSION
#define AUTOPILOT_VERSION "0.0.0"
#endif

enum { READER_GONE = 128 + SIGPIPE }; /* as a shell tells it of others */

/* A locale that names something missing must not turn every letter into '?': C.UTF-8 is part of
 * the C library. LC_ALL=C stays C. */
static void use_locale(void)
{
    if (setlocale(LC_ALL, "") == NULL && setlocale(LC_CTYPE, "C.UTF-8") == NULL)
        (void)setlocale(LC_ALL, "C"); /* the C locale always exists */
}

static bool print_help(const struct app *app, struct err *err)
{
    struct buf text = buf_init(1 << 20);
    cli_help(app, &text);
    bool ok = buf_ok(&text) || err_set(err, ERR_STOP, "help: out of memory");
    if (ok)
        out_print("%s", buf_text(&text));
    buf_done(&text);
    return ok;
}

static bool run(struct app *app, struct err *err)
{
    if (app->help)
        return print_help(app, err);
    if (app->version && app->json)
        return out_json(json_pack("{s:s}", "version", AUTOPILOT_VERSION), true, err);
    if (app->version) {
        out_print("autopilot %s\n", AUTOPILOT_VERSION);
        return true;
    }
    if (!place_find(app, err))
        return false;
    bool demo = app->demo;
    if (demo && !demo_make(app, err))
        return false;
    bool ok = app->row != NULL ? app->row->run(app, err) : cmd_console(app, err);
    if (demo)
        demo_remove(app);
    return ok;
}

/* Whoever read our output has read enough (`autopilot log | head -1`). */
static bool reader_is_gone(void)
{
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return ferror(stdout) && poll(&fd, 1, 0) == 1 && (fd.revents & POLLERR) != 0;
}

int main(int argc, char **argv)
{
    struct app app = {0};
    struct err err = {0};
    use_locale();
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, looked at below */
    bool ok = cli_parse(&app, argc, argv, &err) && run(&app, &err);
    if (ok && (fflush(stdout) != 0 || ferror(stdout)))
        ok = err_set(&err, ERR_STOP, "output: stdout can't be written (is the disk full?)");
    if (!ok && err.kind == ERR_STOP && reader_is_gone())
        return READER_GONE;
    if (!ok) {
        struct out_text safe = {0};
        (void)fprintf(stderr, "autopilot: %s\n",
                      out_safe(&safe, err.text)); /* nowhere else to say */
        return err_exit_status(err.kind);
    }
    return app.exit_status;
}
