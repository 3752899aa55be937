/* db_link.c - from the config to a link. */
#include "db_link.h"

#include "config.h"
#include "shared.h"

bool db_link_open(const struct app *app, bool needed, struct pg_link **ret, struct err *err)
{
    struct config config;
    *ret = NULL;
    if (!config_read(app->config_path, cli_given(app, "config"), &config, err))
        return false;
    if (!shared_is(&config.settings))
        return !needed ||
               err_set(err, ERR_REFUSED,
                       "the record of %.200s is embedded; to name a shared one write into %.200s: "
                       "[record] url = postgresql://USER@HOST:5432/DATABASE?sslrootcert=FILE",
                       app->data_dir, app->config_path);
    return shared_link(&config.settings, NULL, ret, err);
}
