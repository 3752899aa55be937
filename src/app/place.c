/* place.c - paths from options, environment and XDG, in this order. */
#include "place.h"

#include "base/str.h"
#include "base/utf8.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef AUTOPILOT_SHARE
#define AUTOPILOT_SHARE "/usr/local/share/autopilot"
#endif

static const char *env_text(const char *name)
{
    const char *text = getenv(name);
    return text != NULL && text[0] != '\0' ? text : NULL;
}

/* $NAME/rest, or ~/fallback/rest. */
static bool xdg_path(const char *name, const char *fallback, const char *rest,
                     char ret[FILE_PATH_MAX], struct err *err)
{
    const char *base = env_text(name);
    char below_home[FILE_PATH_MAX];
    if (base == NULL || base[0] != '/') {
        const char *home = env_text("HOME");
        const struct passwd *user = home == NULL ? getpwuid(getuid()) : NULL;
        home = home != NULL ? home : user != NULL ? user->pw_dir : NULL;
        if (home == NULL)
            return err_set(err, ERR_USAGE,
                           "there is no home directory; give a place with --data DIR");
        if (!file_join(below_home, home, fallback, err))
            return false;
        base = below_home;
    }
    return file_join(ret, base, rest, err);
}

static bool find_data(struct app *app, struct err *err)
{
    const char *given = cli_value(app, "data");
    given = given != NULL ? given : env_text("AUTOPILOT_DATA");
    if (given == NULL)
        return xdg_path("XDG_DATA_HOME", ".local/share", "autopilot", app->data_dir, err);
    char here[FILE_PATH_MAX];
    if (given[0] == '\0')
        return err_set(err, ERR_USAGE, "--data: the directory's name is empty");
    if (given[0] != '/' && getcwd(here, sizeof here) == NULL)
        return err_set(err, ERR_USAGE, "--data %s: the current directory is gone", given);
    return file_join(app->data_dir, given[0] == '/' ? "/" : here, given, err);
}

static bool find_config(struct app *app, struct err *err)
{
    const char *given = cli_value(app, "config");
    given = given != NULL ? given : env_text("AUTOPILOT_CONFIG");
    char here[FILE_PATH_MAX];
    if (given != NULL && given[0] != '/' && getcwd(here, sizeof here) == NULL)
        return err_set(err, ERR_USAGE, "--config %s: the current directory is gone", given);
    if (given != NULL)
        return file_join(app->config_path, given[0] == '/' ? "/" : here, given, err);
    char user[FILE_PATH_MAX];
    if (!file_join(app->config_path, app->data_dir, PLACE_CONFIG, err))
        return false;
    if (!file_exists(app->config_path) &&
        xdg_path("XDG_CONFIG_HOME", ".config", "autopilot/" PLACE_CONFIG, user, NULL) &&
        file_exists(user))
        return str_copy(app->config_path, sizeof app->config_path, user);
    return true;
}

bool place_find(struct app *app, struct err *err)
{
    if (!find_data(app, err) || !find_config(app, err))
        return false;
    const struct passwd *user = getpwuid(getuid());
    char number[32];
    str_format(number, sizeof number, "uid %ld", (long)getuid());
    text_screen_to(app->actor, sizeof app->actor, user != NULL ? user->pw_name : number);
    if (gethostname(app->host, sizeof app->host - 1) != 0)
        (void)str_copy(app->host, sizeof app->host, "localhost"); /* only a label */
    return true;
}

bool place_file(const struct app *app, const char *name, char ret[FILE_PATH_MAX], struct err *err)
{
    return file_join(ret, app->data_dir, name, err);
}

bool place_sample(char ret[FILE_PATH_MAX], struct err *err)
{
    char self[FILE_PATH_MAX];
    char dir[FILE_PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    /* build/autopilot and build/<variant>/autopilot stand one or two folders below the source. */
    static const char *const from_program[] = {"../conf/sample", "../../conf/sample",
                                               "../share/autopilot/sample"};
    if (n > 0) {
        self[n] = '\0';
        file_dir_of(dir, self);
        for (size_t i = 0; i < sizeof from_program / sizeof *from_program; i++) {
            if (file_join(ret, dir, from_program[i], err) && file_exists(ret))
                return true;
        }
    }
    if (file_join(ret, AUTOPILOT_SHARE, "sample", err) && file_exists(ret))
        return true;
    return err_set(err, ERR_REFUSED,
                   "init: the sample is not installed: neither beside the program nor in %s",
                   AUTOPILOT_SHARE "/sample");
}
