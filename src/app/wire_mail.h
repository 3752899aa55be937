/* wire_mail.h - which sink stands behind the mail port, by the config. */
#ifndef APP_WIRE_MAIL_H
#define APP_WIRE_MAIL_H

#include "cli.h"
#include "domain/settings.h"
#include "port/mail.h"

/* dryrun and maildir: a Maildir in the data directory or where [mail] dir says; smtp: the relay of
 * [mail] url, which is first spoken to when there is a letter. The caller frees *ret. */
bool wire_mail(const struct app *app, const struct settings *settings, struct mail **ret,
               struct err *err);

/* Whether the relay of mode smtp would take letters, as mail_smtp_probe() has it; nothing is
 * sent. */
bool wire_mail_probe(const struct app *app, const struct settings *settings,
                     char answer[MAIL_ANSWER_MAX + 1], struct err *err);

#endif
