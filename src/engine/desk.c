/* desk.c - the thread that carries out operator commands, one by one, on its own authority
 * handle.
 *
 * The idea: the console never waits for a database. It puts a command into a queue and finds a
 * reply in another; both are short, bounded, and guarded by one mutex that is never held over
 * I/O. */
#include "desk_work.h"

#include "base/clock.h"
#include "base/str.h"

#include <string.h>

#define OWED_EVERY_US (1 * US_PER_S)

/* The mutex is a normal one that its holder never takes twice: neither call can fail. */
static void hold(struct desk *d)
{
    (void)pthread_mutex_lock(&d->lock); /* see above */
}

static void let_go(struct desk *d)
{
    (void)pthread_mutex_unlock(&d->lock); /* see above */
}

bool desk_submit(struct desk *d, const struct command *command)
{
    hold(d);
    bool room = d->commands < DESK_COMMANDS_MAX;
    if (room)
        d->command[(d->first_command + d->commands++) % DESK_COMMANDS_MAX] = *command;
    let_go(d);
    if (room)
        wake_up(&d->wake);
    return room;
}

static bool take_command(struct desk *d, struct command *ret)
{
    hold(d);
    bool any = d->commands > 0;
    if (any) {
        *ret = d->command[d->first_command];
        d->first_command = (d->first_command + 1) % DESK_COMMANDS_MAX;
        d->commands--;
    }
    let_go(d);
    return any;
}

bool desk_reply(struct desk *d, struct reply *ret)
{
    hold(d);
    bool any = d->replies > 0;
    if (any) {
        *ret = d->reply[d->first_reply];
        d->first_reply = (d->first_reply + 1) % DESK_REPLIES_MAX;
        d->replies--;
    }
    let_go(d);
    return any;
}

/* Nobody may fetch replies for long: the oldest goes then. */
static void put_reply(struct desk *d, const struct reply *reply)
{
    hold(d);
    if (d->replies == DESK_REPLIES_MAX) {
        d->first_reply = (d->first_reply + 1) % DESK_REPLIES_MAX;
        d->replies--;
    }
    d->reply[(d->first_reply + d->replies++) % DESK_REPLIES_MAX] = *reply;
    let_go(d);
    if (d->console != NULL)
        wake_up(d->console);
}

void desk_standing(struct desk *d, struct engine_standing *ret)
{
    struct settings settings;
    d->plugs->settings(d->plugs->ctx, &settings);
    hold(d);
    *ret = d->standing;
    let_go(d);
    (void)str_copy(ret->trial, sizeof ret->trial, settings.mail_redirect_to); /* it fits */
}

static bool same_standing(const struct engine_standing *a, const struct engine_standing *b)
{
    return a->where == b->where && a->shared == b->shared && a->reached == b->reached &&
           a->pid == b->pid && a->untold == b->untold && a->away_us == b->away_us &&
           a->lanes_busy == b->lanes_busy && str_equal(a->config, b->config) &&
           str_equal(a->problem, b->problem);
}

void desk_stand(struct desk *d, const struct engine_standing *standing)
{
    hold(d);
    bool news = !same_standing(&d->standing, standing);
    d->standing = *standing;
    let_go(d);
    if (news && d->console != NULL)
        wake_up(d->console);
}

/* --- the thread ----------------------------------------------------------------------------- */

struct helper {
    struct desk *desk;
    struct clock_port *clock;
    struct authority *authority;
    struct agenda *agenda;
    struct zones *zones;
    struct settings settings;
};

static bool open_authority(struct helper *h, struct err *err)
{
    const struct engine_plugs *p = h->desk->plugs;
    if (h->authority != NULL)
        return true;
    if (h->clock == NULL && !p->clock(p->ctx, &h->desk->wake, &h->clock, err))
        return false;
    return p->authority(p->ctx, h->clock, &h->authority, err);
}

/* What schedules need, when the first command about one comes. */
static bool open_agenda(struct helper *h, struct err *err)
{
    const struct engine_plugs *p = h->desk->plugs;
    if (p->agenda == NULL || p->zones == NULL)
        return err_set(err, ERR_REFUSED, "desk: no schedules are kept here");
    if (h->clock == NULL && !p->clock(p->ctx, &h->desk->wake, &h->clock, err))
        return false;
    return (h->agenda != NULL || p->agenda(p->ctx, h->clock, &h->agenda, err)) &&
           (h->zones != NULL || p->zones(p->ctx, &h->zones, err));
}

/* What the config in force says about operators; the names stay in the helper's settings. */
static void set_rules(struct helper *h)
{
    const struct engine_plugs *p = h->desk->plugs;
    p->settings(p->ctx, &h->settings);
    struct agenda_rules rules = {.admins = h->settings.engine_admins,
                                 .create_per_hour = h->settings.create_per_hour,
                                 .run_per_hour = h->settings.run_per_hour};
    h->agenda->ops->rules(h->agenda, &rules);
}

/* False: there is no record to carry it out on. */
static bool carry_out_on_record(struct helper *h, const struct command *command,
                                struct reply *reply, struct err *err)
{
    const struct engine_plugs *p = h->desk->plugs;
    enum command_about about = command_about(command->kind);
    if (about == ABOUT_SCHEDULE || about == ABOUT_RUN) {
        if (!open_agenda(h, err))
            return false;
        set_rules(h);
        desk_carry_out_schedule(h->agenda, h->zones, h->clock->ops->now_us(h->clock), command,
                                reply);
        return true;
    }
    if (!open_authority(h, err))
        return false;
    p->settings(p->ctx, &h->settings);
    desk_carry_out(h->authority, &h->settings, command, reply);
    return true;
}

static void reload(struct helper *h, struct reply *reply)
{
    struct desk *d = h->desk;
    struct err err = {0};
    bool ok = d->plugs->reload(d->plugs->ctx, &err);
    d->reloaded(d->ctx, ok ? NULL : &err);
    reply->ok = reply->changed = ok;
    (void)str_copy(reply->text, sizeof reply->text,
                   ok ? "The config file was read again." : err.text); /* a cut is fine */
}

/* A stop on a shared record counts here before the record is asked, which may take a while. */
static bool owe(struct helper *h, const struct command *c)
{
    struct desk *d = h->desk;
    bool stops = c->kind == COMMAND_JOB_STOP || c->kind == COMMAND_JOB_PAUSE;
    return stops && d->owe != NULL && d->owe(d->ctx, c);
}

/* What became of it: told, or still to be told. */
static void pay(struct helper *h, const struct command *c, struct reply *reply)
{
    if (!reply->untold) {
        h->desk->paid(h->desk->ctx, c);
        return;
    }
    reply->ok = reply->changed = true;
    (void)str_copy(reply->text, sizeof reply->text,
                   c->kind == COMMAND_JOB_STOP
                       ? "Stopped here; the record is told as soon as it answers."
                       : "Paused here; the record is told as soon as it answers."); /* they fit */
}

/* Tries once more to tell what is owed. */
static void pay_owed(struct helper *h)
{
    struct command c;
    struct desk *d = h->desk;
    while (d->owes != NULL && d->owes(d->ctx, &c)) {
        struct reply reply = {.kind = c.kind};
        struct err err = {0};
        if (!carry_out_on_record(h, &c, &reply, &err) || reply.untold)
            return;
        d->paid(d->ctx, &c);
        d->changed(d->ctx);
    }
}

static void carry_out(struct helper *h, const struct command *command)
{
    bool owed = owe(h, command);
    struct reply reply = {.ticket = command->ticket, .kind = command->kind};
    struct err err = {0};
    (void)str_copy(reply.target, sizeof reply.target, command->target); /* same size */
    if (command->kind == COMMAND_CONFIG_RELOAD) {
        reload(h, &reply);
    } else if (!carry_out_on_record(h, command, &reply, &err)) {
        (void)str_copy(reply.text, sizeof reply.text, err.text); /* a cut is fine */
        reply.untold = err.kind == ERR_UNREACHABLE || err.kind == ERR_RETRY;
    } else if (reply.ok && reply.changed) {
        h->desk->changed(h->desk->ctx);
    }
    if (owed)
        pay(h, command, &reply);
    put_reply(h->desk, &reply);
}

/* Until a command comes; while something is owed, for a second. */
static void sleep_a_while(struct helper *h)
{
    struct command c;
    struct desk *d = h->desk;
    bool owed = d->owes != NULL && d->owes(d->ctx, &c);
    (void)wake_wait(&d->wake, owed ? clock_boot_us() + OWED_EVERY_US : INT64_MAX); /* loop looks */
}

static void *run(void *arg)
{
    struct helper h = {.desk = arg};
    struct command command;
    (void)open_authority(&h, NULL); /* so that the first command is quick; it tells what failed */
    bool last = false;
    do {
        last = wake_cancelled(&h.desk->wake);
        while (take_command(h.desk, &command))
            carry_out(&h, &command);
        pay_owed(&h);
        if (!last)
            sleep_a_while(&h);
    } while (!last);
    if (h.authority != NULL)
        h.authority->ops->free(h.authority);
    if (h.agenda != NULL)
        h.agenda->ops->free(h.agenda);
    if (h.zones != NULL)
        h.zones->ops->free(h.zones);
    h.desk->plugs->clock_free(h.desk->plugs->ctx, h.clock);
    return NULL;
}

bool desk_start(struct desk *d, struct err *err)
{
    if (!wake_init(&d->wake, err))
        return false;
    if (pthread_mutex_init(&d->lock, NULL) != 0)
        return err_set(err, ERR_STOP, "engine: out of memory for the desk");
    d->made = true;
    int failed = pthread_create(&d->thread, NULL, run, d);
    d->running = failed == 0;
    return d->running || err_set(err, ERR_STOP, "engine: starting the desk's thread failed: %s",
                                 strerror(failed));
}

void desk_stop(struct desk *d)
{
    if (!d->running)
        return;
    d->running = false;
    wake_cancel(&d->wake);
    (void)pthread_join(d->thread, NULL); /* it was started and is joined once */
}

void desk_done(struct desk *d)
{
    wake_done(&d->wake);
    if (d->made)
        (void)pthread_mutex_destroy(&d->lock); /* nobody holds it any more */
    d->made = false;
}
