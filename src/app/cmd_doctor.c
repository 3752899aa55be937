/* cmd_doctor.c - autopilot doctor: one look at everything a start depends on, each with its cure.
 * */
#include "adapter/corpus.h"
#include "adapter/mx.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "commands.h"
#include "config.h"
#include "output.h"
#include "place.h"
#include "record.h"
#include "wire_llm.h"
#include "wire_mail.h"
#include "wire_search.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum finding { FINE, WARN, BAD };

struct checkup {
    struct app *app;
    struct err *err;
    struct out_text safe;
    bool failed;
    int32_t bad;
};

static void report(struct checkup *c, enum finding f, const char *what, const char *text)
{
    static const char *const words[] = {"ok", "warn", "bad"};
    c->bad += f == BAD;
    if (c->app->json)
        c->failed = !out_json(json_pack("{s:s, s:s, s:o}", "check", what, "result", words[f],
                                        "text", json_text(text)),
                              true, c->err) ||
                    c->failed;
    else
        out_print("%-5s %-10s %s\n", words[f], what, out_safe(&c->safe, text));
}

static void check_config(struct checkup *c)
{
    static const char fine[] = "can be read";
    struct config config;
    struct err why = {0};
    char text[FILE_PATH_MAX + 64];
    if (!config_read(c->app->config_path, false, &config, &why)) {
        report(c, BAD, "config", why.text);
        return;
    }
    str_format(text, sizeof text, "%s %s; mail mode is %s", c->app->config_path,
               config.file_there ? fine : "is not there, defaults count",
               mail_mode_name(config.settings.mail_mode));
    report(c, FINE, "config", text);
}

static void check_data(struct checkup *c)
{
    const char *dir = c->app->data_dir;
    struct stat st;
    struct statvfs fs;
    char text[FILE_PATH_MAX + 128];
    if (stat(dir, &st) != 0) {
        str_format(text, sizeof text, "%s is not there; `autopilot init` makes it", dir);
        report(c, WARN, "data", text);
        return;
    }
    if (access(dir, W_OK | X_OK) != 0) {
        str_format(text, sizeof text, "%s cannot be written: %s; change its owner or use --data",
                   dir, strerror(errno));
        report(c, BAD, "data", text);
        return;
    }
    if ((st.st_mode & 077) != 0) {
        str_format(text, sizeof text, "%s can be read by others (mode %03o); chmod 700 it", dir,
                   (unsigned)(st.st_mode & 0777));
        report(c, WARN, "data", text);
    }
    if (statvfs(dir, &fs) == 0) {
        unsigned long long free_mb = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
        str_format(text, sizeof text, "%s, %llu MB free%s", dir, free_mb,
                   free_mb < 100 ? ": make room, letters and the record need it" : "");
        report(c, free_mb < 100 ? BAD : FINE, "data", text);
    }
}

static void check_record(struct checkup *c)
{
    struct db *db = NULL;
    struct err why = {0};
    if (record_read(c->app, &db, &why))
        report(c, c->app->record_shared && !c->app->record_reached ? WARN : FINE, "record",
               c->app->record_shared ? "the shared record's copy can be read"
                                     : "the embedded record can be read");
    else
        report(c, WARN, "record", why.text);
    db_close(db);
}

static void check_corpus(struct checkup *c)
{
    struct corpus *corpus = NULL;
    struct corpus_count count = {0};
    struct err why = {0};
    char text[128];
    if (corpus_open(c->app->data_dir, CORPUS_READ, &corpus, &why) &&
        corpus_count(corpus, &count, &why)) {
        str_format(text, sizeof text, "%lld pages for the local provider", (long long)count.pages);
        report(c, FINE, "corpus", text);
    } else {
        report(c, WARN, "corpus", why.text);
    }
    corpus_close(corpus);
}

/* What can be seen of a provider without asking it. */
static void check_searches(struct checkup *c)
{
    struct config config;
    struct err why = {0};
    char text[ERR_TEXT_MAX + NAME_MAX_BYTES];
    if (!config_read(c->app->config_path, false, &config, &why))
        return; /* said already */
    for (int32_t i = 0; i < config.searches; i++) {
        const struct config_search *s = &config.search[i];
        bool fine = wire_search_check(c->app, &config, s->name, &why);
        str_format(text, sizeof text, "%s: %s %s", s->name, fine ? s->kind : "",
                   fine ? s->url : why.text);
        report(c, fine ? FINE : BAD, "search", text);
    }
}

/* Asks for the sender's own domain: besides the resolver that shows whether answers can come back.
 */
static void check_dns(struct checkup *c)
{
    static const char *const words[] = {
        [MX_NOT_KNOWN] =
            "no answer for %s: letters go unchecked; see [mail] dns_server, /etc/resolv.conf",
        [MX_TAKES] = "the resolver answers; %s takes mail",
        [MX_NO_DOMAIN] = "%s of [mail] from does not exist: no answer can come back",
        [MX_NO_SERVER] = "%s of [mail] from has no mail server: no answer can come back",
        [MX_NULL] = "%s of [mail] from says that it takes no mail: no answer can come back",
    };
    struct config config;
    struct err why = {0};
    char text[SETTING_TEXT_MAX + 160];
    if (!config_read(c->app->config_path, false, &config, &why))
        return; /* said already */
    const struct settings *s = &config.settings;
    const char *at = strrchr(s->mail_from, '@');
    if (s->mail_mode != MODE_SMTP || !s->mail_mx_check || at == NULL)
        return;
    struct mx *mx = mx_new(s->mail_dns_server, (int32_t)(s->mail_dns_wait_us / US_PER_MS), &why);
    if (mx == NULL) {
        report(c, BAD, "dns", why.text);
        return;
    }
    enum mx_answer answer = mx_ask(mx, at + 1, NULL);
    mx_free(mx);
    str_format(text, sizeof text, words[answer], at + 1);
    report(c, answer == MX_TAKES ? FINE : WARN, "dns", text);
}

/* As far as a letter would go, without one. */
static void check_relay(struct checkup *c)
{
    struct config config;
    struct err why = {0};
    char answer[MAIL_ANSWER_MAX + 1], text[MAIL_ANSWER_MAX + ERR_TEXT_MAX];
    if (!config_read(c->app->config_path, false, &config, &why))
        return; /* said already */
    if (config.settings.mail_mode != MODE_SMTP)
        return;
    bool fine = wire_mail_probe(c->app, &config.settings, answer, &why);
    str_format(text, sizeof text, "%s%s", fine ? "the relay would take letters: " : why.text,
               fine ? answer : "; see [mail] url, tls, ca");
    report(c, fine ? FINE : BAD, "relay", text);
}

/* What can be seen of the language model without asking it, which costs. */
static void check_llm(struct checkup *c)
{
    struct config config;
    struct err why = {0};
    struct llm *llm = NULL;
    char text[SETTING_TEXT_MAX * 2 + ERR_TEXT_MAX];
    if (!config_read(c->app->config_path, false, &config, &why))
        return; /* said already */
    const struct settings *s = &config.settings;
    if (s->llm_url[0] == '\0')
        return;
    bool fine = wire_llm(c->app, s, &llm, &why);
    llm_free(llm);
    str_format(text, sizeof text, "%s%s%s%s", fine ? s->llm_model : why.text, fine ? " at " : "",
               fine ? s->llm_url : "", fine ? "" : "; reports are made without summaries");
    report(c, fine ? FINE : WARN, "llm", text);
}

static void check_terminal(struct checkup *c)
{
    const char *term = getenv("TERM");
    char text[160];
    bool utf8 = str_equal(nl_langinfo(CODESET), "UTF-8");
    if (!isatty(STDOUT_FILENO)) {
        report(c, FINE, "terminal", "stdout is none; the console needs one, everything else not");
        return;
    }
    str_format(text, sizeof text, "TERM=%s, %s", term != NULL ? term : "",
               utf8 ? "UTF-8" : "no UTF-8 locale: the console draws in ASCII");
    report(c, term == NULL || str_equal(term, "dumb") ? WARN : FINE, "terminal", text);
}

bool cmd_doctor(struct app *app, struct err *err)
{
    struct checkup c = {.app = app, .err = err};
    check_config(&c);
    check_data(&c);
    check_record(&c);
    check_corpus(&c);
    check_searches(&c);
    check_relay(&c);
    check_dns(&c);
    check_llm(&c);
    check_terminal(&c);
    if (c.bad > 0)
        app->exit_status = 1;
    return !c.failed;
}
