/* demo.c - a temporary data directory with the sample workspace. */
#include "demo.h"

#include "base/str.h"
#include "init.h"
#include "place.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool demo_make(struct app *app, struct err *err)
{
    const char *tmp = getenv("TMPDIR");
    char dir[FILE_PATH_MAX];
    if (!str_format(dir, sizeof dir, "%s/autopilot-demo-XXXXXX",
                    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp") ||
        mkdtemp(dir) == NULL)
        return err_set(err, ERR_REFUSED, "demo: no directory can be made in %s: %s",
                       tmp != NULL ? tmp : "/tmp", strerror(errno));
    (void)str_copy(app->data_dir, sizeof app->data_dir, dir); /* same size */
    if (place_file(app, PLACE_CONFIG, app->config_path, err) && init_make(app, true, err))
        return true;
    demo_remove(app);
    return false;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    (void)remove(path); /* what can't be removed stays in $TMPDIR, which is swept anyway */
    return 0;
}

void demo_remove(const struct app *app)
{
    /* Only ever below the name that mkdtemp gave. */
    if (strstr(app->data_dir, "/autopilot-demo-") != NULL)
        (void)nftw(app->data_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* as above */
}
