/* wire.c - which adapter stands behind which port, by the config. */
#include "wire.h"

#include "adapter/clock_real.h"
#include "adapter/content_any.h"
#include "adapter/key_file.h"
#include "adapter/message.h"
#include "adapter/pages_any.h"
#include "adapter/pages_corpus.h"
#include "adapter/pages_web.h"
#include "adapter/reports_html.h"
#include "adapter/zone_file.h"
#include "adapter/zones_tzdata.h"
#include "base/log.h"
#include "base/str.h"
#include "domain/letter.h"
#include "domain/outbound.h"
#include "domain/unsubscribe.h"
#include "place.h"
#include "shared.h"
#include "watched.h"
#include "wire_deliver.h"
#include "wire_llm.h"
#include "wire_mail.h"
#include "wire_search.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct wire {
    struct app app; /* a copy: places and names */
    struct engine_plugs plugs;
    struct web_gate *gate; /* of all lanes: a host meets one visitor */
    pthread_mutex_t mutex; /* guards config */
    struct config config;
};

static bool plug_clock(void *ctx, struct wake *wake, struct clock_port **ret, struct err *err)
{
    (void)ctx; /* every thread's clock is the same kind */
    return clock_real_new(wake, ret, err);
}

static void plug_clock_free(void *ctx, struct clock_port *clock)
{
    (void)ctx; /* as above */
    clock_real_free(clock);
}

static void plug_settings(void *ctx, struct settings *ret)
{
    struct wire *w = ctx;
    pthread_mutex_lock(&w->mutex);
    *ret = w->config.settings;
    pthread_mutex_unlock(&w->mutex);
}

static bool plug_authority(void *ctx, struct clock_port *clock, struct authority **ret,
                           struct err *err)
{
    struct wire *w = ctx;
    struct settings s;
    plug_settings(w, &s);
    return shared_authority(&w->app, &s, clock, ret, err);
}

static bool plug_mirror(void *ctx, struct mirror_port **ret, struct err *err)
{
    struct wire *w = ctx;
    struct settings s;
    plug_settings(w, &s);
    return shared_mirror(&w->app, &s, ret, err);
}

static bool plug_agenda(void *ctx, struct clock_port *clock, struct agenda **ret, struct err *err)
{
    struct wire *w = ctx;
    struct settings s;
    plug_settings(w, &s);
    return shared_agenda(&w->app, &s, clock, ret, err);
}

static bool plug_zones(void *ctx, struct zones **ret, struct err *err)
{
    (void)ctx; /* the same for all */
    return zones_tzdata_new(ZONE_FILES_DIR, ret, err);
}

static bool plug_journal(void *ctx, struct journal **ret, struct err *err)
{
    struct wire *w = ctx;
    char path[FILE_PATH_MAX];
    return place_file(&w->app, PLACE_JOURNAL, path, err) && journal_open(path, ret, err);
}

bool wire_search(struct wire *w, const char *provider, struct search **ret, struct err *err)
{
    pthread_mutex_lock(&w->mutex);
    struct config config = w->config;
    pthread_mutex_unlock(&w->mutex);
    if (wire_search_new(&w->app, &config, provider, ret, err)) {
        watched_search(&w->app, provider, ret);
        return true;
    }
    return false;
}

static bool plug_search(void *ctx, const char *provider, struct search **ret, struct err *err)
{
    return wire_search(ctx, provider, ret, err);
}

static bool plug_pages(void *ctx, struct pages **ret, struct err *err)
{
    struct wire *w = ctx;
    char agent[WIRE_AGENT_MAX];
    struct settings s;
    struct pages *corpus = NULL, *web = NULL;
    plug_settings(w, &s);
    wire_agent(&s, agent);
    struct pages_web_options options = {
        .agent = agent,
        .contact = s.fetch_contact[0] != '\0',
        .allow_private = s.fetch_allow_private,
        .host_interval_us = s.fetch_per_host_interval_us,
        .contact_hop = s.fetch_contact_hop,
        .data_dir = w->app.data_dir,
    };
    if (!pages_corpus_new(w->app.data_dir, &corpus, err))
        return false;
    if (!pages_web_new(&options, w->gate, &web, err)) {
        corpus->ops->free(corpus);
        return false;
    }
    return pages_any_new(corpus, web, ret, err);
}

static bool plug_mail(void *ctx, const struct settings *settings, struct mail **ret,
                      struct err *err)
{
    struct wire *w = ctx;
    if (!wire_mail(&w->app, settings, ret, err))
        return false;
    if (settings->mail_mode == MODE_SMTP)
        watched_mail(&w->app, ret);
    return true;
}

static void letter_facts_of(const struct send_row *row, const char *group, const char *term,
                            struct letter_facts *ret)
{
    const char *at = strrchr(row->address, '@');
    *ret = (struct letter_facts){
        .email = row->address,
        .domain = at != NULL ? at + 1 : "",
        .name = row->name,
        .company = row->company,
        .title = row->title,
        .url = row->url,
        .term = term,
        .group = group,
        .language = row->language,
    };
}

static void sender_of(const struct settings *s, struct message_sender *ret)
{
    *ret = (struct message_sender){
        .from_name = s->mail_from_name,
        .from_address = s->mail_from[0] != '\0' ? s->mail_from : "autopilot@localhost.invalid",
        .reply_to = s->mail_reply_to,
        .postal_address = s->mail_postal_address,
        .unsubscribe = s->mail_unsubscribe,
    };
}

/* A redirected letter says for whom it was, where there is room. */
static const char *subject_of(const struct settings *s, const struct send_row *row,
                              const char *subject, char marked[LETTER_SUBJECT_MAX + 1])
{
    bool redirected = s->mail_redirect_to[0] != '\0';
    return redirected &&
                   str_format(marked, LETTER_SUBJECT_MAX + 1, "[for %s] %s", row->address, subject)
               ? marked
               : subject;
}

bool wire_unsubscribe_key(const struct app *app, const struct settings *s, bool make,
                          uint8_t ret[UNSUBSCRIBE_KEY], struct err *err)
{
    char path[FILE_PATH_MAX];
    const char *name =
        s->mail_unsubscribe_key[0] != '\0' ? s->mail_unsubscribe_key : PLACE_UNSUBSCRIBE;
    return place_file(app, name, path, err) && key_file_read(path, make, ret, err);
}

/* The word in the letter's link; "" when the config asks for none. One that a redirected letter
 * has names nobody: whoever tries the link must not take the true reader off the list. */
static bool letter_token(const struct app *app, const struct settings *s, struct uuid id,
                         char dst[UNSUBSCRIBE_TOKEN_SIZE], struct err *err)
{
    uint8_t key[UNSUBSCRIBE_KEY] = {0};
    dst[0] = '\0';
    if (strstr(s->mail_unsubscribe, UNSUBSCRIBE_MARK) == NULL)
        return true;
    bool preview = app == NULL || s->mail_redirect_to[0] != '\0';
    bool ok = preview || wire_unsubscribe_key(app, s, true, key, err);
    if (ok)
        unsubscribe_token(key, id, dst);
    return ok;
}

bool wire_letter(const struct app *app, const struct settings *settings,
                 const struct template_def *template, const struct send_row *row, const char *group,
                 const char *term, struct buf *out, struct err *err)
{
    char token[UNSUBSCRIBE_TOKEN_SIZE];
    struct letter letter;
    struct letter_facts facts;
    struct message_sender sender;
    letter_init(&letter);
    letter_facts_of(row, group, term, &facts);
    sender_of(settings, &sender);
    bool ok = letter_token(app, settings, row->id, token, err) &&
              letter_write(&letter, template, &facts, NULL, err) == LETTER_READY;
    if (ok) {
        char marked[LETTER_SUBJECT_MAX + 1];
        struct message m = {
            .id = row->id,
            .date_us = row->claimed_at_us,
            .to = outbound_recipient(settings, row->address),
            .subject = subject_of(settings, row, buf_text(&letter.part[LETTER_SUBJECT]), marked),
            .text = buf_text(&letter.part[LETTER_TEXT]),
            .html = buf_text(&letter.part[LETTER_HTML]),
            .token = token[0] != '\0' ? token : NULL,
        };
        ok = message_build(&sender, &m, out, err);
    }
    letter_done(&letter);
    return ok;
}

static bool plug_letter(void *ctx, const struct settings *settings,
                        const struct template_def *template, const struct send_row *row,
                        const char *group, const char *term, struct buf *out, struct err *err)
{
    struct wire *w = ctx; /* the settings that count are handed in */
    return wire_letter(&w->app, settings, template, row, group, term, out, err);
}

void wire_agent(const struct settings *s, char dst[WIRE_AGENT_MAX])
{
    const char *contact = s->fetch_contact;
    (void)str_format(dst, WIRE_AGENT_MAX, "%s%s%s%s", WIRE_PROGRAM, contact[0] != '\0' ? " (+" : "",
                     contact, contact[0] != '\0' ? ")" : ""); /* it fits */
}

static void tell_summaries(void *ctx, const char *text)
{
    const struct wire *w = ctx;
    log_line(w->plugs.log, LOG_WARN, "reports", "%s", text);
}

static bool plug_reports(void *ctx, struct clock_port *clock, struct reports **ret, struct err *err)
{
    struct wire *w = ctx;
    char dir[FILE_PATH_MAX];
    char agent[WIRE_AGENT_MAX];
    struct settings s;
    struct err why = {0};
    struct content *content = NULL;
    struct reports_html_options made = {.dir = dir, .tell = tell_summaries, .ctx = w};
    plug_settings(w, &s);
    wire_agent(&s, agent);
    struct content_http_options options = {.agent = agent, .allow_private = s.fetch_allow_private};
    bool ok = s.reports_dir[0] == '\0' ? place_file(&w->app, PLACE_REPORTS, dir, err)
                                       : str_copy(dir, sizeof dir, s.reports_dir);
    if (!ok || !content_any_new(w->app.data_dir, &options, &content, err))
        return false;
    if (!wire_llm(&w->app, &s, &made.llm, &why)) /* reports are made all the same */
        log_line(w->plugs.log, LOG_WARN, "reports", "no summaries: %s", why.text);
    return reports_html_new(content, clock, &made, ret, err);
}

static bool plug_courier(void *ctx, const struct settings *settings, struct courier **ret,
                         struct err *err)
{
    struct wire *w = ctx;
    char agent[WIRE_AGENT_MAX];
    wire_agent(settings, agent);
    return wire_courier(&w->app, settings, agent, ret, err);
}

static bool plug_report_letter(void *ctx, const struct settings *settings,
                               const struct delivery_work *work, const char *html, const char *text,
                               struct buf *out, struct err *err)
{
    (void)ctx; /* all that counts is handed in */
    return wire_report_letter(settings, work, html, text, out, err);
}

/* Options that only count at a start keep the value they had. */
static bool keep_restart_rows(const struct settings *old, struct settings *fresh, struct err *err)
{
    int32_t count;
    const struct setting_row *rows = settings_rows(&count);
    bool ok = true;
    for (int32_t i = 0; ok && i < count; i++) {
        struct buf value = buf_init(4096);
        if (rows[i].restart) {
            settings_value(old, &rows[i], &value);
            ok = settings_set(fresh, &rows[i], buf_text(&value), err);
        }
        buf_done(&value);
    }
    return ok;
}

static bool plug_reload(void *ctx, struct err *err)
{
    struct wire *w = ctx;
    struct config *both = calloc(2, sizeof *both);
    if (both == NULL)
        return err_set(err, ERR_STOP, "config: out of memory");
    struct config *old = &both[0], *fresh = &both[1];
    pthread_mutex_lock(&w->mutex);
    *old = w->config;
    pthread_mutex_unlock(&w->mutex);
    bool ok = config_read_again(w->app.config_path, old, fresh, err) &&
              keep_restart_rows(&old->settings, &fresh->settings, err);
    pthread_mutex_lock(&w->mutex);
    if (ok)
        w->config = *fresh;
    pthread_mutex_unlock(&w->mutex);
    if (ok)
        watched_keep(&w->app, fresh);
    free(both);
    return ok;
}

bool wire_new(const struct app *app, const struct config *config, const struct log_sink *log,
              struct wire **ret, struct err *err)
{
    struct wire *w = calloc(1, sizeof *w);
    if (w == NULL)
        return err_set(err, ERR_STOP, "start: out of memory");
    w->app = *app;
    w->config = *config;
    if (!web_gate_new(&w->gate, err)) {
        free(w);
        return false;
    }
    if (pthread_mutex_init(&w->mutex, NULL) != 0) {
        web_gate_free(w->gate);
        free(w);
        return err_set(err, ERR_STOP, "start: no mutex can be made");
    }
    w->plugs = (struct engine_plugs){
        .ctx = w,
        .clock = plug_clock,
        .clock_free = plug_clock_free,
        .authority = plug_authority,
        .journal = plug_journal,
        .search = plug_search,
        .pages = plug_pages,
        .mail = plug_mail,
        .letter = plug_letter,
        .agenda = plug_agenda,
        .zones = plug_zones,
        .reports = plug_reports,
        .courier = plug_courier,
        .report_letter = plug_report_letter,
        .mirror = shared_is(&config->settings) ? plug_mirror : NULL,
        .record_file = shared_file(&config->settings),
        .settings = plug_settings,
        .reload = plug_reload,
        .data_dir = w->app.data_dir,
        .config_path = w->app.config_path,
        .host = w->app.host,
        .version = AUTOPILOT_VERSION,
        .log = log,
    };
    *ret = w;
    return true;
}

void wire_free(struct wire *w)
{
    if (w == NULL)
        return;
    pthread_mutex_destroy(&w->mutex);
    web_gate_free(w->gate);
    free(w);
}

void wire_keep(struct wire *w)
{
    watched_keep(&w->app, &w->config);
}

const struct engine_plugs *wire_plugs(struct wire *w)
{
    return &w->plugs;
}
