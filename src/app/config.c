/* config.c - the settings table applied to a file and to the environment. */
#include "config.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"
#include "inilines.h"

#include <ctype.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct reading {
    char path[INI_SHOWN_MAX]; /* as sentences have it */
    struct config *config;
    char section[SETTING_TEXT_MAX]; /* "mail", "search" */
    char name[NAME_MAX_BYTES + 1];  /* of a [search NAME] */
    bool secret;                    /* a value was read that others must not see */
};

struct entry {
    int32_t line;
    const char *key;
    const char *value;
};

struct search_key {
    const char *key;
    size_t offset, size;
};

static const struct search_key search_keys[] = {
    {"kind", offsetof(struct config_search, kind), sizeof((struct config_search *)0)->kind},
    {"url", offsetof(struct config_search, url), sizeof((struct config_search *)0)->url},
    {"token_file", offsetof(struct config_search, token_file),
     sizeof((struct config_search *)0)->token_file},
};

static struct config_search *search_named(struct config *c, const char *name)
{
    for (int32_t i = 0; i < c->searches; i++) {
        if (str_equal(c->search[i].name, name))
            return &c->search[i];
    }
    if (c->searches == CONFIG_SEARCHES_MAX)
        return NULL;
    struct config_search *s = &c->search[c->searches++];
    *s = (struct config_search){0};
    (void)str_copy(s->name, sizeof s->name, name); /* one_section saw that it fits */
    return s;
}

static bool search_entry(struct reading *r, const struct entry *e, struct err *err)
{
    struct config_search *s = search_named(r->config, r->name);
    if (s == NULL)
        return err_set(err, ERR_REFUSED, "%s:%d: more than %d [search] sections", r->path, e->line,
                       CONFIG_SEARCHES_MAX);
    for (size_t i = 0; i < sizeof search_keys / sizeof *search_keys; i++) {
        if (!str_equal(search_keys[i].key, e->key))
            continue;
        char *field = (char *)s + search_keys[i].offset;
        if (field[0] != '\0')
            return err_set(err, ERR_REFUSED, "%s:%d: [search %s] %s is given twice", r->path,
                           e->line, r->name, e->key);
        if (str_equal(e->key, "kind") && !str_equal(e->value, "local") &&
            !str_equal(e->value, "worker") && !str_equal(e->value, "searxng") &&
            !str_equal(e->value, "static"))
            return err_set(err, ERR_REFUSED,
                           "%s:%d: kind = %s: allowed are local, worker, searxng, static", r->path,
                           e->line, e->value);
        if (!str_copy(field, search_keys[i].size, e->value))
            return err_set(err, ERR_REFUSED, "%s:%d: %s is too long", r->path, e->line, e->key);
        return true;
    }
    return err_set(err, ERR_REFUSED,
                   "%s:%d: a [search] section has no key \"%s\"; known are kind, url, token_file",
                   r->path, e->line, e->key);
}

static bool is_web(const char *url)
{
    return str_starts(url, "https://") || str_starts(url, "http://");
}

/* Each section has what its kind needs. Where its url leads is seen when it is asked. */
static bool check_searches(const char *path, const struct config *c, struct err *err)
{
    for (int32_t i = 0; i < c->searches; i++) {
        const struct config_search *s = &c->search[i];
        bool local = str_equal(s->kind, "local"), list = str_equal(s->kind, "static");
        if (s->kind[0] == '\0')
            return err_set(err, ERR_REFUSED,
                           "%s: [search %s] needs kind = local, worker, searxng or static", path,
                           s->name);
        if (list && s->url[0] == '\0')
            return err_set(err, ERR_REFUSED, "%s: [search %s] needs url = the path of its list",
                           path, s->name);
        if (!local && !list && !is_web(s->url))
            return err_set(err, ERR_REFUSED,
                           "%s: [search %s] needs url = https://..., or http:// to this machine",
                           path, s->name);
    }
    return true;
}

static bool unknown_entry(const struct reading *r, const struct entry *e, struct err *err)
{
    const struct setting_row *near = settings_nearest(r->section, e->key);
    if (near != NULL)
        return err_set(err, ERR_REFUSED,
                       "%s:%d: there is no option [%.60s] %.60s; did you mean [%s] %s?", r->path,
                       e->line, r->section, e->key, near->section, near->key);
    return err_set(err, ERR_REFUSED,
                   "%s:%d: there is no option [%.60s] %.60s; `autopilot config template` shows all",
                   r->path, e->line, r->section, e->key);
}

static bool one_section(void *ctx, int32_t line, const char *kind, const char *name,
                        struct err *err)
{
    struct reading *r = ctx;
    bool search = str_equal(kind, "search");
    if (!str_copy(r->section, sizeof r->section, kind) || !str_copy(r->name, sizeof r->name, name))
        return err_set(err, ERR_REFUSED, "%s:%d: the section's name is too long", r->path, line);
    if (search && name[0] == '\0')
        return err_set(err, ERR_REFUSED, "%s:%d: a [search NAME] section needs a name", r->path,
                       line);
    if (!search && name[0] != '\0')
        return err_set(err, ERR_REFUSED, "%s:%d: a section [%s %s] is not known; [%s] has no name",
                       r->path, line, kind, name, kind);
    return true;
}

static bool one_entry(void *ctx, int32_t line, const char *key, const char *value, struct err *err)
{
    struct reading *r = ctx;
    struct entry e = {line, key, value};
    r->config->entries++;
    if (str_equal(r->section, "search"))
        return search_entry(r, &e, err);
    const struct setting_row *row = settings_find(r->section, key);
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    if (row == NULL)
        return unknown_entry(r, &e, err);
    long at = row - rows;
    if (r->config->origin[at] == ORIGIN_FILE)
        return err_set(err, ERR_REFUSED, "%s:%d: [%s] %s is given twice, first in line %d", r->path,
                       line, r->section, key, r->config->line[at]);
    struct err why = {0};
    if (!settings_set(&r->config->settings, row, value, &why))
        return err_set(err, ERR_REFUSED, "%s:%d: %s", r->path, line, why.text);
    r->config->origin[at] = ORIGIN_FILE;
    r->config->line[at] = line;
    r->secret = r->secret || (row->secret && value[0] != '\0');
    return true;
}

/* A file with secrets is ours (or root's) and nobody else may read it. */
static bool check_mode(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) != 0 ||
        ((st.st_mode & 077) == 0 && (st.st_uid == geteuid() || st.st_uid == 0)))
        return true;
    return err_set(err, ERR_REFUSED,
                   "%s: holds secrets but others can read it (mode %03o); chmod 600 it", path,
                   (unsigned)(st.st_mode & 0777));
}

/* [mail] per_minute -> AUTOPILOT_MAIL_PER_MINUTE */
static void env_name(const struct setting_row *row, char *dst, size_t size)
{
    str_format(dst, size, "AUTOPILOT_%s_%s", row->section, row->key);
    for (char *c = dst; *c != '\0'; c++)
        *c = *c == '-' || *c == ' ' ? '_' : (char)toupper((unsigned char)*c);
}

static bool read_environment(struct config *c, struct err *err)
{
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    for (int32_t i = 0; i < count; i++) {
        char name[128];
        struct err why = {0};
        env_name(&rows[i], name, sizeof name);
        const char *value = getenv(name);
        if (value == NULL)
            continue;
        if (!settings_set(&c->settings, &rows[i], value, &why))
            return err_set(err, ERR_REFUSED, "environment %s: %s", name, why.text);
        c->origin[i] = ORIGIN_ENVIRONMENT;
    }
    return true;
}

bool config_read(const char *path, bool must_exist, struct config *ret, struct err *err)
{
    struct config fresh = {0};
    struct reading r = {.config = &fresh};
    struct ini_events events = {one_section, one_entry, &r};
    inilines_shown(path, r.path);
    settings_defaults(&fresh.settings);
    fresh.file_there = file_exists(path);
    if (must_exist && !fresh.file_there)
        return err_set(err, ERR_REFUSED, "config: %s is not there; `autopilot init` makes one",
                       path);
    if (fresh.file_there && !inilines_read(path, &events, err))
        return false;
    if (r.secret && !check_mode(path, err))
        return false;
    if (!read_environment(&fresh, err))
        return false;
    struct err why = {0};
    if (!settings_check(&fresh.settings, &why))
        return err_set(err, ERR_REFUSED, "%s: %s", path, why.text);
    if (!check_searches(path, &fresh, err))
        return false;
    *ret = fresh;
    return true;
}

bool config_read_again(const char *path, const struct config *in_force, struct config *ret,
                       struct err *err)
{
    struct config fresh;
    char shown[INI_SHOWN_MAX];
    inilines_shown(path, shown);
    if (!config_read(path, false, &fresh, err))
        return false;
    if (in_force->file_there && !fresh.file_there)
        return err_set(err, ERR_REFUSED,
                       "config: %s is gone; put it back (`autopilot config template` prints one)",
                       shown);
    if (in_force->entries > 0 && fresh.entries == 0)
        return err_set(err, ERR_REFUSED,
                       "config: %s is empty, and had %d options; write back those that shall count",
                       shown, in_force->entries);
    *ret = fresh;
    return true;
}

bool config_provider_known(const struct config *config, const char *name, struct err *err)
{
    if (str_equal(name, "local"))
        return true;
    for (int32_t i = 0; i < config->searches; i++) {
        if (str_equal(config->search[i].name, name))
            return true;
    }
    return err_set(err, ERR_REFUSED,
                   "there is no search provider \"%s\"; `local` is built in, others are [search "
                   "NAME] sections of the config file",
                   name);
}
