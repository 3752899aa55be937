/* wire_deliver.c - see wire_deliver.h. */
#include "wire_deliver.h"

#include "adapter/courier_http.h"
#include "adapter/key_file.h"
#include "base/str.h"
#include "domain/letter.h"
#include "domain/outbound.h"
#include "place.h"

#include <string.h>

bool wire_webhook_key(const struct app *app, const struct settings *s, uint8_t ret[32],
                      struct err *err)
{
    char path[FILE_PATH_MAX];
    const char *name = s->delivery_secret[0] != '\0' ? s->delivery_secret : PLACE_WEBHOOK;
    return place_file(app, name, path, err) && key_file_read(path, true, ret, err);
}

bool wire_courier(const struct app *app, const struct settings *s, const char *agent,
                  struct courier **ret, struct err *err)
{
    struct courier_http_options options = {
        .agent = agent, .allow_private = s->delivery_allow_private, .with_html = s->delivery_html};
    return wire_webhook_key(app, s, options.key, err) && courier_http_new(&options, ret, err);
}

/* One line that a header can hold. */
static void subject_of(const struct settings *s, const struct delivery_work *w,
                       char dst[LETTER_SUBJECT_MAX + 1])
{
    bool redirected = s->mail_redirect_to[0] != '\0';
    (void)str_format(dst, LETTER_SUBJECT_MAX + 1, "%s%s%s%s", redirected ? "[for " : "",
                     redirected ? w->target : "", redirected ? "] " : "",
                     w->about[0] != '\0' ? w->about : w->text); /* a cut is fine */
    for (char *p = dst; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = ' ';
}

bool wire_report_letter(const struct settings *s, const struct delivery_work *w, const char *html,
                        const char *text, struct buf *out, struct err *err)
{
    char subject[LETTER_SUBJECT_MAX + 1];
    struct message_sender sender = {
        .from_name = s->mail_from_name,
        .from_address = s->mail_from[0] != '\0' ? s->mail_from : "autopilot@localhost.invalid",
        .reply_to = s->mail_reply_to,
        .postal_address = s->mail_postal_address,
    };
    subject_of(s, w, subject);
    bool small = strlen(html) <= LETTER_BODY_MAX;
    struct message m = {.id = w->id,
                        .date_us = w->created_us,
                        .to = outbound_recipient(s, w->target),
                        .subject = subject,
                        .text = uuid_is_zero(w->run) ? w->text : text,
                        .html = small ? html : ""};
    if (strlen(m.text) > LETTER_BODY_MAX)
        return err_set(err, ERR_REFUSED, "the report is too long for a letter (%zu bytes of text)",
                       strlen(m.text));
    return message_build(&sender, &m, out, err);
}
