/* cmd_token.c - autopilot token: who may use the control API. */
#include "adapter/api_tokens.h"
#include "base/clock.h"
#include "commands.h"
#include "output.h"
#include "place.h"

#include <stdio.h>

static bool token_create(struct app *app, const char *path, struct err *err)
{
    char token[API_TOKEN_SIZE];
    enum api_scope scope = API_READ;
    const char *name = app->argument[0], *asked = cli_value(app, "scope");
    if (asked != NULL && !api_scope_parse(asked, &scope))
        return err_set(err, ERR_USAGE, "--scope %s: read or control", asked);
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    if (!file_make_dirs(app->data_dir, 0700, err) ||
        !api_tokens_create(path, name, scope, clock_now_us(), token, err))
        return false;
    if (app->json)
        return out_json(json_pack("{s:s, s:s, s:s, s:s+}", "name", name, "scope",
                                  api_scope_name(scope), "token", token, "identity", "api:", name),
                        false, err);
    out_print("%s\n", token);
    if (!app->quiet)
        (void)fprintf(stderr,
                      "It is shown this once. What is done with it is recorded as api:%s.\n",
                      name); /* only a hint */
    return true;
}

bool cmd_token_create(struct app *app, struct err *err)
{
    char path[FILE_PATH_MAX];
    return place_file(app, PLACE_TOKENS, path, err) && token_create(app, path, err);
}

bool cmd_token_list(struct app *app, struct err *err)
{
    struct api_tokens t;
    char path[FILE_PATH_MAX], at[TIME_TEXT_MAX];
    bool ok = place_file(app, PLACE_TOKENS, path, err) && api_tokens_read(&t, path, err);
    for (int32_t i = 0; ok && i < t.count; i++) {
        const struct api_token *row = &t.row[i];
        time_text_utc(row->created_us, at);
        if (app->json)
            ok = out_json(json_pack("{s:s, s:s, s:s}", "name", row->name, "scope",
                                    api_scope_name(row->scope), "created_at", at),
                          true, err);
        else
            out_print("%-40s %-8s %s\n", row->name, api_scope_name(row->scope), at);
    }
    if (ok && t.count == 0 && !app->json && !app->quiet)
        out_print("no tokens; autopilot token create NAME makes one\n");
    return ok;
}

bool cmd_token_revoke(struct app *app, struct err *err)
{
    char path[FILE_PATH_MAX];
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "nothing is changed with --read-only");
    return place_file(app, PLACE_TOKENS, path, err) &&
           api_tokens_revoke(path, app->argument[0], err) &&
           out_done(app, "token", app->argument[0], "is revoked", err);
}
