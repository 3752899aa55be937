/* cmd_deliveries.c - autopilot deliveries: list, retry, key. */
#include "agendas.h"
#include "base/clock.h"
#include "base/secret.h"
#include "base/str.h"
#include "commands.h"
#include "config.h"
#include "delivery_json.h"
#include "output.h"
#include "schedule_json.h"
#include "wire_deliver.h"

json_t *delivery_json(const struct delivery_row *d)
{
    return json_pack(
        "{s:I, s:o, s:o, s:o, s:o, s:s, s:o, s:s, s:i, s:i, s:o, s:o, s:o, s:o}", "id",
        (json_int_t)d->seq, "run", uuid_is_zero(d->run) ? json_null() : json_uuid(d->run),
        "workspace", json_text(d->workspace), "schedule",
        d->schedule[0] != '\0' ? json_text(d->schedule) : json_null(), "about",
        d->about[0] != '\0' ? json_text(d->about) : json_null(), "kind",
        delivery_kind_name(d->kind), "target", json_text(d->target), "state",
        delivery_state_name(d->state), "attempt", (int)d->attempt, "code", (int)d->code, "answer",
        d->answer[0] != '\0' ? json_text(d->answer) : json_null(), "next_attempt",
        d->state == DELIVERY_WAITING ? json_instant(d->not_before_us) : json_null(), "created_at",
        json_instant(d->created_us), "finished_at", json_instant(d->finished_us));
}

void delivery_line(const struct delivery_row *d)
{
    struct out_text t = {0};
    char at[TIME_TEXT_MAX];
    time_text_utc(d->created_us, at);
    out_print("%5lld  %s  %-16s ", (long long)d->seq, at,
              out_safe(&t, d->about[0] != '\0' ? d->about : d->schedule));
    out_print("%-7s %-9s %d  %s", delivery_kind_name(d->kind), delivery_state_name(d->state),
              (int)d->attempt, out_safe(&t, d->target));
    out_print("%s%s\n", d->answer[0] != '\0' ? "  " : "", out_safe(&t, d->answer));
}

bool cmd_deliveries_list(struct app *app, struct err *err)
{
    struct agendas a;
    struct delivery_row *rows;
    int32_t count = 0;
    int64_t max = 0;
    enum delivery_state state;
    const char *word = cli_value(app, "state");
    if (word != NULL && !delivery_state_parse(word, &state))
        return err_set(err, ERR_USAGE,
                       "--state %s: it is waiting, going, delivered, simulated, failed, in_doubt "
                       "or held",
                       word);
    if (!cli_number(app, "count", 1, READ_DELIVERIES_MAX, 200, &max, err))
        return false;
    struct delivery_filter filter = {
        .workspace = app->workspace, .state = word, .max = (int32_t)max};
    bool ok = agendas_open(app, false, &a, err) &&
              read_deliveries(a.db, &filter, &a.arena, &rows, &count, err);
    if (ok && count == 0 && !app->json && !app->quiet)
        out_print("no deliveries\n");
    for (int32_t i = 0; ok && i < count; i++) {
        if (app->json)
            ok = out_json(delivery_json(&rows[i]), true, err);
        else
            delivery_line(&rows[i]);
    }
    agendas_close(&a);
    return ok;
}

bool cmd_deliveries_retry(struct app *app, struct err *err)
{
    struct agendas a;
    int64_t seq;
    if (!str_int(app->argument[0], 1, INT64_MAX, &seq))
        return err_set(err, ERR_USAGE,
                       "delivery: \"%s\" is no number; `autopilot deliveries list` has them",
                       app->argument[0]);
    bool ok = agendas_open(app, true, &a, err) &&
              a.agenda->ops->delivery_again(a.agenda, app->actor, seq, err);
    if (ok && app->json)
        ok = out_json(json_pack("{s:I, s:s}", "id", (json_int_t)seq, "result", "waiting"), true,
                      err);
    else if (ok && !app->quiet)
        out_print("waiting\n");
    agendas_close(&a);
    return ok;
}

bool cmd_deliveries_key(struct app *app, struct err *err)
{
    struct config config;
    uint8_t key[SECRET_HASH];
    char text[SECRET_TEXT_SIZE];
    if (!config_read(app->config_path, cli_given(app, "config"), &config, err) ||
        !wire_webhook_key(app, &config.settings, key, err))
        return false;
    secret_text(key, sizeof key, text);
    for (char *p = text; *p != '\0'; p++) /* base64url to base64 */
        *p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
    if (app->json)
        return out_json(json_pack("{s:s++}", "secret", "whsec_", text, "="), false, err);
    out_print("whsec_%s=\n", text);
    return true;
}
