/* desk_commands.c - what each command does, as a table: the console's desk and the sub-commands
 * come here, so both say the same sentence for the same thing. */
#include "desk_work.h"

#include "base/arena.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/settings.h"
#include "port/authority.h"

#include <inttypes.h>
#include <string.h>

#define JOB_MEMORY ((size_t)64 * 1024 * 1024)

struct work {
    struct authority *authority;
    const struct settings *settings;
    const struct command *command;
    struct job_ref job;
    struct reply *reply;
};

struct command_row {
    bool (*carry_out)(const struct work *w, struct err *err);
    enum control control;
    const char *done;      /* {} is the job's name */
    const char *unchanged; /* it was so already */
};

static bool control_job(const struct work *w, struct err *err);
static bool start_job(const struct work *w, struct err *err);
static bool delete_job(const struct work *w, struct err *err);
static bool settle_letter(const struct work *w, struct err *err);

static const struct command_row rows[COMMAND_KINDS] = {
    [COMMAND_JOB_START] = {start_job, CONTROL_START, NULL, "%s is running already."},
    [COMMAND_JOB_PAUSE] = {control_job, CONTROL_PAUSE, "Pausing %s: finishing the letters in hand.",
                           "%s is paused already."},
    [COMMAND_JOB_STOP] = {control_job, CONTROL_STOP, "Stopping %s: finishing the letters in hand.",
                          "%s is stopped already."},
    [COMMAND_JOB_RESUME] = {control_job, CONTROL_RESUME, "Resumed %s at the same point.",
                            "%s is running already."},
    [COMMAND_JOB_CONFIRM] = {control_job, CONTROL_CONFIRM,
                             "Confirmed %s: all its letters may go out.",
                             "%s is confirmed already."},
    [COMMAND_JOB_DELETE] = {delete_job, CONTROLS, NULL, NULL},
    [COMMAND_LETTER_SENT] = {settle_letter, CONTROLS, "A letter of %s counts as sent.", NULL},
    [COMMAND_LETTER_AGAIN] = {settle_letter, CONTROLS,
                              "A letter of %s is written again when its term has room.", NULL},
    [COMMAND_LETTER_DROP] = {settle_letter, CONTROLS, "A letter of %s is dropped.", NULL},
};

/* Fills in a sentence with the job's name, screened: names come from files of others. */
static void say(const struct work *w, const char *format, const char *rest)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = strstr(format, "%s");
    text_screen_to(name, sizeof name, w->command->target);
    if (at == NULL)
        at = format;
    (void)str_format(w->reply->text, sizeof w->reply->text, "%.*s%s%s%s", (int)(at - format),
                     format, name, at + 2, rest); /* a cut is fine */
}

static bool control_with(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    return w->authority->ops->job_control(w->authority, w->command->actor, &w->job, row->control,
                                          w->settings->mail_mode, &w->reply->changed, err);
}

static bool control_job(const struct work *w, struct err *err)
{
    const struct command_row *row = &rows[w->command->kind];
    if (!control_with(w, err))
        return false;
    say(w, w->reply->changed ? row->done : row->unchanged, "");
    return true;
}

/* "(equitable, 3 groups)", and in which mode when letters really leave. */
static void say_started(const struct work *w, const struct job_def *def)
{
    char more[120] = ".";
    if (def != NULL)
        (void)str_format(more, sizeof more, " (%s, %" PRId32 " group%s%s).",
                         distribution_name(def->distribution), def->group_count,
                         def->group_count == 1 ? "" : "s",
                         w->settings->mail_mode == MODE_SMTP ? ", sending mail" : ""); /* it fits */
    say(w, w->reply->changed ? "Started %s" : rows[COMMAND_JOB_START].unchanged,
        w->reply->changed ? more : "");
}

static bool start_job(const struct work *w, struct err *err)
{
    struct arena memory = arena_init(JOB_MEMORY);
    struct job_def *def = NULL;
    char name[NAME_MAX_BYTES + 1];
    int64_t rev;
    bool ok = true;
    text_screen_to(name, sizeof name, w->command->target);
    /* That it can't be read is told by the start itself. */
    if (!w->authority->ops->job_get(w->authority, &w->job, &memory, &def, &rev, NULL))
        def = NULL;
    if (def != NULL && def->group_count == 0)
        ok = err_set(err, ERR_REFUSED,
                     "job: \"%s\" has no groups, so there is nothing to do; `autopilot group add` "
                     "adds one, `autopilot job import` brings them from a file",
                     name);
    ok = ok && control_with(w, err);
    if (ok)
        say_started(w, def);
    arena_done(&memory);
    return ok;
}

static bool delete_job(const struct work *w, struct err *err)
{
    if (!w->authority->ops->job_delete(w->authority, w->command->actor, &w->job, err))
        return false;
    w->reply->changed = true;
    say(w, "Deleted %s.", "");
    return true;
}

static bool settle_letter(const struct work *w, struct err *err)
{
    const struct command *c = w->command;
    enum settle_how how = c->kind == COMMAND_LETTER_SENT    ? SETTLE_SENT
                          : c->kind == COMMAND_LETTER_AGAIN ? SETTLE_AGAIN
                                                            : SETTLE_DROP;
    if (!w->authority->ops->send_settle(w->authority, c->actor, c->letter, how, err))
        return false;
    w->reply->changed = true;
    say(w, rows[c->kind].done, "");
    return true;
}

bool desk_accept(const struct command *command, bool known, const char *what, struct reply *ret,
                 struct err *err)
{
    *ret = (struct reply){.ticket = command->ticket, .kind = command->kind};
    (void)str_copy(ret->target, sizeof ret->target, command->target); /* same size */
    if (!known)
        return err_set(err, ERR_REFUSED, "desk: \"%s\" %s", command_name(command->kind), what);
    return command->actor[0] != '\0' ||
           err_set(err, ERR_REFUSED, "desk: \"%s\" needs to know who asks",
                   command_name(command->kind));
}

void desk_answer(struct reply *reply, const struct err *err)
{
    if (reply->ok)
        return;
    reply->changed = false;
    reply->untold = err->kind == ERR_UNREACHABLE || err->kind == ERR_RETRY;
    (void)str_copy(reply->text, sizeof reply->text, err->text); /* same size */
}

void desk_carry_out(struct authority *authority, const struct settings *settings,
                    const struct command *command, struct reply *ret)
{
    struct work w = {authority, settings, command, {command->workspace, command->target}, ret};
    struct err err = {0};
    bool known = (unsigned)command->kind < COMMAND_KINDS && rows[command->kind].carry_out != NULL;
    if (desk_accept(command, known, "is not carried out here", ret, &err))
        ret->ok = rows[command->kind].carry_out(&w, &err);
    desk_answer(ret, &err);
}
