/* wire_mail.c - the mail port's adapters. */
#include "wire_mail.h"

#include "adapter/mail_maildir.h"
#include "adapter/mail_smtp.h"
#include "base/clock.h"
#include "place.h"

/* RFC 5321 section 4.5.3.2.6: a relay may take 10 minutes to answer the final dot; whoever gives up
 * earlier makes letters of which nobody knows. */
enum { RELAY_ANSWER_S = 600 };

static struct mail_smtp_options smtp(const struct app *app, const struct settings *s)
{
    /* A trial's one address is the operator's own: the relay knows it, the DNS need not. */
    bool check = s->mail_mx_check && s->mail_redirect_to[0] == '\0';
    return (struct mail_smtp_options){
        .url = s->mail_url,
        .from = s->mail_from,
        .hello = app->host,
        .ca_file = s->mail_ca,
        .no_tls = !s->mail_tls,
        .connections = s->mail_connections,
        .letters = s->mail_per_connection,
        .answer_s = RELAY_ANSWER_S,
        .dns_wait_ms = check ? (int32_t)(s->mail_dns_wait_us / US_PER_MS) : 0,
        .dns_servers = s->mail_dns_server,
    };
}

bool wire_mail_probe(const struct app *app, const struct settings *settings,
                     char answer[MAIL_ANSWER_MAX + 1], struct err *err)
{
    const struct mail_smtp_options options = smtp(app, settings);
    return mail_smtp_probe(&options, answer, err);
}

bool wire_mail(const struct app *app, const struct settings *settings, struct mail **ret,
               struct err *err)
{
    char dir[FILE_PATH_MAX];
    if (settings->mail_mode == MODE_SMTP) {
        const struct mail_smtp_options options = smtp(app, settings);
        *ret = mail_smtp_new(&options, err);
        return *ret != NULL;
    }
    const char *name = settings->mail_mode == MODE_DRYRUN ? "outbox" : "maildir";
    if (settings->mail_dir[0] != '\0')
        name = settings->mail_dir;
    if (!place_file(app, name, dir, err))
        return false;
    *ret = mail_maildir_new(dir, settings->mail_mode, err);
    return *ret != NULL;
}
