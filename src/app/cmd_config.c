/* cmd_config.c - autopilot config: check, show, diff, edit, reload, template. */
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "config.h"
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

enum { CONFIG_TEXT_MAX = 1 << 20 };

bool cmd_config_check(struct app *app, struct err *err)
{
    struct config c;
    if (!config_read(app->config_path, true, &c, err))
        return false;
    if (app->json)
        return out_json(json_pack("{s:o, s:b}", "file", json_text(app->config_path), "ok", true),
                        false, err);
    out_print("%s can be read\n", app->config_path);
    return true;
}

static void origin_text(const struct app *app, const struct config *c, int32_t i, char *dst,
                        size_t size)
{
    switch (c->origin[i]) {
    case ORIGIN_DEFAULT:
        (void)str_copy(dst, size, "default"); /* it fits */
        break;
    case ORIGIN_FILE:
        str_format(dst, size, "%s:%d", app->config_path, c->line[i]);
        break;
    case ORIGIN_ENVIRONMENT:
        (void)str_copy(dst, size, "environment"); /* it fits */
        break;
    }
}

static bool show_row(struct app *app, const struct config *c, const struct setting_row *row,
                     int32_t i, struct err *err)
{
    struct out_text t = {0};
    struct buf value = buf_init(4096);
    char origin[FILE_PATH_MAX + 16];
    settings_value(&c->settings, row, &value);
    const char *text = row->secret && value.len > 0 ? "(secret)" : buf_text(&value);
    origin_text(app, c, i, origin, sizeof origin);
    bool ok = true;
    if (app->json)
        ok = out_json(json_pack("{s:s, s:s, s:o, s:s, s:o, s:s}", "section", row->section, "key",
                                row->key, "value", json_text(text), "default", row->default_value,
                                "origin", json_text(origin), "help", row->sentence),
                      true, err);
    else
        out_print("[%s] %s = %s\n    %s (default %s; from %s)\n", row->section, row->key,
                  out_safe(&t, text), row->sentence,
                  row->default_value[0] ? row->default_value : "empty", out_safe(&t, origin));
    buf_done(&value);
    return ok;
}

static bool show_rows(struct app *app, bool only_changed, struct err *err)
{
    struct config c;
    if (!config_read(app->config_path, false, &c, err))
        return false;
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    bool ok = true;
    for (int32_t i = 0; ok && i < count; i++) {
        if (!only_changed || c.origin[i] != ORIGIN_DEFAULT)
            ok = show_row(app, &c, &rows[i], i, err);
    }
    return ok;
}

bool cmd_config_show(struct app *app, struct err *err)
{
    return show_rows(app, false, err);
}

bool cmd_config_diff(struct app *app, struct err *err)
{
    return show_rows(app, true, err);
}

bool cmd_config_template(struct app *app, struct err *err)
{
    (void)app; /* every handler has the same form */
    struct buf text = buf_init(CONFIG_TEXT_MAX);
    settings_template(&text);
    bool ok = buf_ok(&text) || err_set(err, ERR_STOP, "config: out of memory");
    if (ok)
        out_print("%s", buf_text(&text));
    buf_done(&text);
    return ok;
}

/* Runs the operator's editor on a file and waits. The editor is a program with arguments, as git
 * takes it; it goes through the shell for that, the file name as an argument. */
static bool run_editor(const char *path, struct err *err)
{
    const char *editor = getenv("VISUAL");
    editor = editor != NULL && editor[0] != '\0' ? editor : getenv("EDITOR");
    editor = editor != NULL && editor[0] != '\0' ? editor : "vi";
    char script[1024];
    if (!str_format(script, sizeof script, "%s \"$1\"", editor))
        return err_set(err, ERR_REFUSED, "config: $EDITOR is too long");
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, ERR_STOP, "config: cannot start %s: %s", editor, strerror(errno));
    if (pid == 0) {
        (void)execl("/bin/sh", "sh", "-c", script, "sh", path, (char *)NULL); /* back: failed */
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return err_set(err, ERR_STOP, "config: waiting for %s: %s", editor, strerror(errno));
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return err_set(err, ERR_REFUSED, "config: %s failed; the file was left as it was", editor);
    return true;
}

/* The draft is the file as it is, or the template; a draft that is there goes on. */
static bool make_draft(const struct app *app, const char *draft, struct err *err)
{
    struct buf text = buf_init(CONFIG_TEXT_MAX);
    bool ok = true;
    if (file_exists(app->config_path))
        ok = file_read(app->config_path, &text, err);
    else
        settings_template(&text);
    ok = ok && file_replace(draft, buf_text(&text), text.len, 0600, err);
    buf_done(&text);
    return ok;
}

/* Puts the draft in the place of the file. */
static bool take_draft(const struct app *app, const char *draft, struct err *err)
{
    struct buf text = buf_init(CONFIG_TEXT_MAX);
    bool ok = file_read(draft, &text, err) &&
              file_replace(app->config_path, buf_text(&text), text.len, 0600, err);
    buf_done(&text);
    if (ok && unlink(draft) != 0)
        return err_set(err, ERR_STOP, "config: %s cannot be removed: %s", draft, strerror(errno));
    return ok;
}

/* An edited text that can't be read stays in the draft, so that nothing typed is lost. */
bool cmd_config_edit(struct app *app, struct err *err)
{
    char draft[FILE_PATH_MAX];
    struct config c;
    struct err why = {0};
    if (app->read_only)
        return err_set(err, ERR_REFUSED, "config: nothing is changed with --read-only");
    if (!str_format(draft, sizeof draft, "%s.draft", app->config_path))
        return err_set(err, ERR_REFUSED, "config: the path is too long");
    if (!file_exists(draft) && !make_draft(app, draft, err))
        return false;
    if (!run_editor(draft, err))
        return false;
    if (!config_read(draft, true, &c, &why))
        return err_set(err, ERR_REFUSED,
                       "%s; your text is kept in %s: `autopilot config edit` goes on", why.text,
                       draft);
    if (!take_draft(app, draft, err))
        return false;
    return out_done(app, "config", app->config_path, "is changed; running engines read it now",
                    err);
}

/* Running engines and consoles watch the file; a new time stamp makes them read it. */
bool cmd_config_reload(struct app *app, struct err *err)
{
    struct config c;
    if (!config_read(app->config_path, true, &c, err))
        return false;
    if (utime(app->config_path, NULL) != 0)
        return err_set(err, ERR_REFUSED, "config: %s cannot be touched: %s", app->config_path,
                       strerror(errno));
    return out_done(app, "config", app->config_path, "can be read; running engines read it now",
                    err);
}
