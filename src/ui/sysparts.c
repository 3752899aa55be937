/* sysparts.c - connection, machine, services and config in words. The idea: a line is a label, a
 * sign with a word, and the facts; the sign alone never carries the meaning. */
#include "sysparts.h"

#include "base/str.h"

#include <string.h>

/* A lease is renewed each 5 s and lasts 15 s: who was silent for longer than both holds none. */
#define SILENT_US (20 * US_PER_S)

enum {
    SIGN_AT = 12,
    FACTS_AT = 27,
    RECORD_ROWS = 6,
    CONFIG_ROWS = 2,
    REST_ROWS = 3 + 3 + CONFIG_ROWS
};

bool system_is_here(const struct ui *ui, const struct engine_seen *e)
{
    return ui->has_desk && ui->standing.where != ENGINE_NOWHERE && ui->standing.pid == e->pid &&
           str_equal(e->host, ui->host);
}

struct system_look system_look(const struct ui *ui, const struct engine_seen *e)
{
    bool silent = ui->now_us - e->last_seen_us > SILENT_US;
    if (system_is_here(ui, e) || !silent)
        return (struct system_look){"●", ROLE_OK};
    if (e->leases + e->reports > 0)
        return (struct system_look){"▲", ROLE_WARN};
    return (struct system_look){"·", ROLE_DIM};
}

const char *system_ago(const struct ui *ui, int64_t at_us, char dst[FIT_TEXT])
{
    return fit_span(ui->now_us > at_us ? ui->now_us - at_us : 0, dst);
}

int64_t system_as_of(const struct ui *ui, const struct system_seen *s)
{
    return ui->standing.seen_us > s->pulled_us ? ui->standing.seen_us : s->pulled_us;
}

/* "  Server    ● ok           db1 port 5432" */
static int line(struct pane p, int y, const char *label, enum role role, const char *sign,
                const char *facts)
{
    if (y >= p.rows)
        return y;
    pane_put(p, y, 1, ROLE_TEXT, label);
    pane_put_cut(p, y, SIGN_AT, FACTS_AT - SIGN_AT - 1, (int)role, sign);
    pane_put_cut(p, y, FACTS_AT, p.cols - FACTS_AT - 1, ROLE_TEXT, facts);
    return y + 1;
}

/* --- the record ------------------------------------------------------------------------------- */

int system_rows(const struct system_seen *s)
{
    return (s->copy ? RECORD_ROWS : 2) + REST_ROWS;
}

static int draw_trouble(struct ui *ui, struct pane p, int y)
{
    char when[FIT_TEXT], sign[FIT_TEXT + 16];
    const struct engine_standing *s = &ui->standing;
    bool away = ui_away(ui);
    if (s->trouble[0] == '\0')
        return line(p, y, "Last error", ROLE_DIM, "· none", "since this console was opened");
    (void)str_format(sign, sizeof sign, "%s %s", away ? "× since" : "▲ at",
                     fit_when(away ? s->away_us : s->trouble_us, ui->now_us, when)); /* it fits */
    return line(p, y, "Last error", away ? ROLE_ERROR : ROLE_WARN, sign, s->trouble);
}

/* What holds here and is not known there. */
static int draw_unsynced(struct ui *ui, struct pane p, int y)
{
    char sign[FIT_TEXT + 8], n[FIT_TEXT];
    int64_t untold = ui->standing.untold;
    (void)str_format(sign, sizeof sign, "%s %s", untold > 0 ? "▲" : "●",
                     fit_count(untold, n)); /* it fits */
    return line(p, y, "Unsynced", untold > 0 ? ROLE_WARN : ROLE_OK, sign,
                untold > 0 ? "letters and stops that it may not know of; told as soon as it answers"
                           : "it knows all that was done on this machine");
}

/* "direct, from here; hears changes at once" */
static void way(const struct ui *ui, const struct system_seen *s, char *dst, size_t size)
{
    if (s->place[0] == '\0')
        (void)str_copy(dst, size, "not known yet"); /* it fits */
    else
        (void)str_format(dst, size, "%s, from here; %s", s->pooled ? "through a pooler" : "direct",
                         ui->standing.hears ? "hears changes at once"
                                            : "looks each second"); /* it fits */
}

static int draw_shared(struct ui *ui, struct pane p, int y, const struct system_seen *s)
{
    char text[300], age[FIT_TEXT], clock[24];
    bool away = ui_away(ui), asked = ui->has_desk && ui->standing.reached;
    const char *sign = away ? "× DOWN" : asked ? "● ok" : "… asking";
    (void)str_format(text, sizeof text, "%s%s%s", s->place[0] != '\0' ? s->place : "not known yet",
                     s->version[0] != '\0' ? ", PostgreSQL " : "", s->version); /* a cut is fine */
    y = line(p, y, "Server", away ? ROLE_ERROR : asked ? ROLE_OK : ROLE_DIM, sign, text);
    way(ui, s, text, sizeof text);
    y = line(p, y, "Login", ROLE_TEXT, s->login[0] != '\0' ? s->login : "-", text);
    time_text_clock(system_as_of(ui, s), clock, sizeof clock);
    (void)str_format(text, sizeof text, "as of %s, %s ago%s", clock,
                     system_ago(ui, system_as_of(ui, s), age),
                     away ? "; nothing newer is known here" : ""); /* it fits */
    y = line(p, y, "Shown", away ? ROLE_WARN : ROLE_OK, away ? "▲ old" : "● the copy", text);
    y = draw_unsynced(ui, p, y);
    return draw_trouble(ui, p, y);
}

int system_draw_record(struct ui *ui, struct pane p, int y, const struct system_seen *s)
{
    if (y + 1 >= p.rows)
        return y;
    pane_rule(p, y++, "Record", s->copy ? "shared" : "embedded");
    if (s->copy)
        return draw_shared(ui, p, y, s);
    return line(p, y, "File", ui->trouble.kind == ERR_NONE ? ROLE_OK : ROLE_ERROR,
                ui->trouble.kind == ERR_NONE ? "● ok" : "× unread", ui->record_path);
}

/* --- this machine ----------------------------------------------------------------------------- */

static const char *size_text(int64_t bytes, char dst[FIT_TEXT])
{
    if (bytes < 0)
        (void)str_copy(dst, FIT_TEXT, "none");
    else if (bytes < 1 << 20)
        (void)str_format(dst, FIT_TEXT, "%.0f KiB", (double)bytes / 1024); /* it fits */
    else
        (void)str_format(dst, FIT_TEXT, "%.1f MiB", (double)bytes / (1 << 20)); /* it fits */
    return dst;
}

int system_draw_machine(struct ui *ui, struct pane p, int y, const struct machine_files *files)
{
    static const char *const signs[] = {"● here", "● beside", "▲ nobody"};
    char text[300], a[FIT_TEXT], b[FIT_TEXT], c[FIT_TEXT];
    const struct engine_standing *s = &ui->standing;
    enum engine_where where = ui->has_desk ? s->where : ENGINE_NOWHERE;
    if (y + 1 >= p.rows)
        return y;
    pane_rule(p, y++, "This machine", ui->host);
    if (where == ENGINE_NOWHERE)
        (void)str_copy(text, sizeof text, "no engine serves this data directory"); /* it fits */
    else
        (void)str_format(text, sizeof text, "pid %ld%s, %d of %d + %d lanes busy%s%s", s->pid,
                         where == ENGINE_HERE ? ", in this console" : "", (int)s->lanes_busy,
                         (int)ui->settings.job_lanes, (int)ui->settings.report_lanes,
                         s->problem[0] != '\0' ? "; " : "", s->problem); /* a cut is fine */
    y = line(p, y, "Engine", where == ENGINE_NOWHERE ? ROLE_WARN : ROLE_OK, signs[where], text);
    (void)str_format(text, sizeof text, "%s journal %s, record %s, log %s", files->dir,
                     size_text(files->journal, a), size_text(files->record, b),
                     size_text(files->log, c)); /* a cut is fine */
    bool there = files->journal >= 0;
    return line(p, y, "Journal", there ? ROLE_OK : ROLE_DIM, there ? "● there" : "· none yet",
                text);
}

/* --- services and config ---------------------------------------------------------------------- */

/* "41 a minute, 2 000 a day"; a limit of 0 is none. */
static void limits(const struct settings *s, char dst[2 * FIT_TEXT + 40])
{
    char minute[FIT_TEXT], day[FIT_TEXT];
    (void)str_format(dst, 2 * FIT_TEXT + 40, "%s a minute, %s a day",
                     s->mail_per_minute > 0 ? fit_count(s->mail_per_minute, minute) : "any number",
                     s->mail_daily_cap > 0 ? fit_count(s->mail_daily_cap, day)
                                           : "any number"); /* it fits */
}

/* Letters leave, or are kept. The address may hold a password: what stands behind it is shown. */
static void mail_facts(const struct settings *s, char *dst, size_t size)
{
    const char *at = strrchr(s->mail_url, '@'), *scheme = strstr(s->mail_url, "://");
    const char *host = at != NULL ? at + 1 : scheme != NULL ? scheme + 3 : s->mail_url;
    char most[2 * FIT_TEXT + 40];
    limits(s, most);
    if (s->mail_mode == MODE_SMTP)
        (void)str_format(dst, size, "%s, from %s, %s", host, s->mail_from,
                         most); /* a cut is fine */
    else
        (void)str_format(dst, size, "no letter leaves: into %s, %s",
                         s->mail_dir[0] != '\0' ? s->mail_dir : "the data directory",
                         most); /* a cut is fine */
}

/* The reason without the words that the line begins with anyway: "search: NAME: ". */
static const char *reason(const struct health *h, const char *name)
{
    const char *why = h->why;
    size_t len = strlen(name);
    if (!str_starts(h->name, HEALTH_SEARCH) || !str_starts(why, "search: "))
        return why;
    why += strlen("search: ");
    return str_starts(why, name) && str_starts(why + len, ": ") ? why + len + 2 : why;
}

/* "Search  × failed 3  web: 31s ago, well 12m ago: the service answered 502" */
static int draw_service(const struct ui *ui, struct pane p, int y, const struct health *h)
{
    static const char *const signs[] = {"· not asked", "● answers"};
    static const enum role roles[] = {ROLE_DIM, ROLE_OK, ROLE_ERROR};
    char text[HEALTH_NAME_MAX + HEALTH_WHY_MAX + 120], a[FIT_TEXT], b[FIT_TEXT], sign[40];
    enum health_state state = health_state_of(h);
    bool search = str_starts(h->name, HEALTH_SEARCH), mail = str_equal(h->name, HEALTH_MAIL);
    const char *label = search ? "Search" : mail ? "Relay" : "Model";
    const char *name = search ? h->name + strlen(HEALTH_SEARCH) : "", *mark = search ? ": " : "";
    const char *ok = system_ago(ui, h->ok_us, a), *failed = system_ago(ui, h->failed_us, b);
    (void)str_copy(sign, sizeof sign, signs[state == HEALTH_OK]); /* it fits */
    if (state == HEALTH_FAILING) {
        (void)str_format(sign, sizeof sign, "× failed %d", (int)h->failures); /* it fits */
        (void)str_format(text, sizeof text, "%s%s%s ago, %s%s: %s", name, mark, failed,
                         h->ok_us != 0 ? "well " : "never well", h->ok_us != 0 ? ok : "",
                         reason(h, name)); /* a cut is fine */
    } else if (state == HEALTH_UNASKED) {
        (void)str_format(text, sizeof text, "%s%snothing was asked of it yet", name,
                         mark); /* it fits */
    } else if (h->failed_us == 0) {
        (void)str_format(text, sizeof text, "%s%s%s ago", name, mark, ok); /* it fits */
    } else {
        (void)str_format(text, sizeof text, "%s%s%s ago; failed %s ago: %s", name, mark, ok, failed,
                         reason(h, name)); /* a cut is fine */
    }
    return line(p, y, label, roles[state], sign, text);
}

static int32_t failing(const struct machine_files *files)
{
    int32_t count = 0;
    for (int32_t i = 0; i < files->services; i++)
        count += health_state_of(&files->service[i]) == HEALTH_FAILING;
    return count;
}

/* Who fails comes first; the config's rows stay theirs. */
static int draw_health(const struct ui *ui, struct pane p, int y, const struct machine_files *files)
{
    for (int pass = 0; pass < 2; pass++)
        for (int32_t i = 0; i < files->services && y < p.rows - CONFIG_ROWS; i++)
            if ((health_state_of(&files->service[i]) == HEALTH_FAILING) == (pass == 0))
                y = draw_service(ui, p, y, &files->service[i]);
    return y;
}

int system_draw_services(struct ui *ui, struct pane p, int y, const struct machine_files *files)
{
    char text[SETTING_TEXT_MAX * 2 + 200], sign[40], size[FIT_TEXT];
    bool corpus = files->corpus >= 0;
    const struct settings *s = &ui->settings;
    if (y + 1 >= p.rows)
        return y;
    pane_rule(p, y++, "Services", "as the settings in force say");
    mail_facts(s, text, sizeof text);
    (void)str_format(sign, sizeof sign, "● %s", mail_mode_name(s->mail_mode)); /* it fits */
    y = line(p, y, "Mail", ROLE_INFO, sign, text);
    if (corpus)
        (void)str_format(text, sizeof text, "%s/corpus.db, %s", files->dir,
                         size_text(files->corpus, size)); /* a cut is fine */
    else
        (void)str_copy(text, sizeof text, "autopilot corpus add DIR makes it"); /* it fits */
    if (p.rows - y - CONFIG_ROWS <= failing(files) && failing(files) > 0)
        return draw_health(ui, p, y, files); /* that matters more than the corpus */
    y = line(p, y, "Search", corpus ? ROLE_INFO : ROLE_DIM, corpus ? "● corpus" : "· no corpus",
             text);
    return draw_health(ui, p, y, files);
}

int system_draw_config(struct ui *ui, struct pane p, int y)
{
    bool refused = ui->has_desk && ui->standing.config[0] != '\0';
    if (y + 1 >= p.rows)
        return y;
    pane_rule(p, y++, "Configuration", ":reload");
    return line(p, y, "File", refused ? ROLE_WARN : ROLE_OK, refused ? "▲ refused" : "● in force",
                refused                   ? ui->standing.config
                : ui->config_path != NULL ? ui->config_path
                                          : "the defaults");
}
