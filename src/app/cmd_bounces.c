/* cmd_bounces.c - autopilot bounces import: what came back, from a mailbox into the ledger. */
#include "adapter/returned.h"
#include "commands.h"
#include "mailbox.h"
#include "output.h"
#include "record.h"

#include <stdio.h>

enum { ODD_SHOWN_MAX = 20 };

struct importing {
    struct app *app;
    struct record record;
    struct out_text safe;
    bool dry;
    int64_t messages, foreign, known, suppressed, odd, unread, refused;
    int64_t kind[HEARD_KINDS]; /* that changed something */
};

static void say_odd(struct importing *in, const char *name, const char *what, int64_t *count)
{
    if ((*count)++ < ODD_SHOWN_MAX && !in->app->quiet)
        (void)fprintf(stderr, "%s: %s\n", out_safe(&in->safe, name),
                      out_safe(&in->safe, what)); /* it is counted, too */
}

/* A refusal is about this message alone (another's workspace): the others are read all the same. */
static bool tell(struct importing *in, const char *name, const struct heard *h, struct err *err)
{
    struct authority *a = in->record.authority;
    struct heard_result result;
    struct err why = {0};
    if (!a->ops->send_heard(a, in->app->actor, h, in->dry, &result, &why)) {
        if (why.kind != ERR_REFUSED)
            return err_set(err, why.kind, "%s", why.text);
        say_odd(in, name, why.text, &in->refused);
        return true;
    }
    in->foreign += !result.ours;
    in->known += result.ours && !result.changed;
    if (!result.ours || !result.changed)
        return true;
    in->kind[h->kind]++;
    in->suppressed += result.suppressed;
    return true;
}

static bool take_message(void *ctx, const char *name, const struct buf *bytes, struct err *err)
{
    struct importing *in = ctx;
    struct returned back;
    in->messages++;
    if (bytes == NULL) {
        say_odd(in, name, "too large, or it can't be read", &in->unread);
        return true;
    }
    switch (returned_read(buf_text(bytes), bytes->len, &back)) {
    case RETURNED_NONE:
        in->foreign++;
        return true;
    case RETURNED_ODD:
        say_odd(in, name, back.subject, &in->odd);
        return true;
    case RETURNED_READ:
        break;
    }
    return tell(in, name, &back.heard, err);
}

static bool print_sum(const struct importing *in, struct err *err)
{
    if (in->app->json)
        return out_json(json_pack("{s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "dry_run",
                                  in->dry, "messages", (json_int_t)in->messages, "bounced",
                                  (json_int_t)in->kind[HEARD_BOUNCED], "delayed",
                                  (json_int_t)in->kind[HEARD_DELAYED], "delivered",
                                  (json_int_t)in->kind[HEARD_DELIVERED], "answered",
                                  (json_int_t)in->kind[HEARD_ANSWERED], "suppressed",
                                  (json_int_t)in->suppressed, "known", (json_int_t)in->known,
                                  "foreign", (json_int_t)in->foreign, "not_understood",
                                  (json_int_t)in->odd, "not_read", (json_int_t)in->unread,
                                  "refused", (json_int_t)in->refused),
                        false, err);
    if (in->app->quiet)
        return true;
    out_print("%s%lld messages: %lld bounced, %lld delayed, %lld delivered, %lld answered; "
              "%lld addresses suppressed\n",
              in->dry ? "(nothing was changed) " : "", (long long)in->messages,
              (long long)in->kind[HEARD_BOUNCED], (long long)in->kind[HEARD_DELAYED],
              (long long)in->kind[HEARD_DELIVERED], (long long)in->kind[HEARD_ANSWERED],
              (long long)in->suppressed);
    out_print("%lld known already, %lld not about our letters, %lld reports not understood, "
              "%lld not read, %lld refused\n",
              (long long)in->known, (long long)in->foreign, (long long)in->odd,
              (long long)in->unread, (long long)in->refused);
    return true;
}

bool cmd_bounces_import(struct app *app, struct err *err)
{
    struct importing in = {.app = app, .dry = cli_given(app, "dry-run")};
    if (!record_open(app, &in.record, err))
        return false;
    bool ok =
        mailbox_walk(app->argument[0], RETURNED_MAX, take_message, &in, err) && print_sum(&in, err);
    if (ok && in.refused > 0)
        app->exit_status = 1;
    record_close(&in.record);
    return ok;
}
