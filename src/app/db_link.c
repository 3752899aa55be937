/* db_link.c - from the config to a link. */
#include "db_link.h"

#include "config.h"

bool db_link_open(const struct app *app, bool needed, struct pg_link **ret, struct err *err)
{
    struct config config;
    *ret = NULL;
    if (!config_read(app->config_path, cli_given(app, "config"), &config, err))
        return false;
    if (config.settings.record_url[0] == '\0')
        return !needed ||
               err_set(err, ERR_REFUSED,
                       "the record of %.200s is embedded; to name a shared one write into %.200s: "
                       "[record] url = postgresql://USER@HOST:5432/DATABASE?sslrootcert=FILE",
                       app->data_dir, app->config_path);
    struct pg_link_options options = {.url = config.settings.record_url};
    return pg_link_new(&options, ret, err);
}
