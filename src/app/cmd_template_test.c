/* cmd_template_test.c - autopilot template test: one letter to the operator, really sent.
 *
 * It goes the way of every letter (the template, the checks, the sink of the config) but past the
 * ledger: it is to nobody's lead, counts nowhere, and is never tried a second time. */
#include "base/clock.h"
#include "base/str.h"
#include "cmd_template.h"
#include "commands.h"
#include "domain/address.h"
#include "output.h"
#include "port/mail.h"
#include "wire.h"
#include "wire_mail.h"

#include <string.h>

/* A relay that takes longer to answer is not one that a person waits for. */
#define TEST_PATIENCE_US (INT64_C(120) * 1000000)

enum { TEST_MESSAGE_MAX = 2 << 20 };

/* The operator's address, as a relay takes it. It may be at a host of one's own, so it is not asked
 * whether the world knows its domain. */
static bool test_reader(struct app *app, struct settings *s, struct err *err)
{
    const char *to = cli_value(app, "to");
    char *dst = s->mail_redirect_to;
    if (to == NULL)
        return dst[0] != '\0' ||
               err_set(err, ERR_REFUSED, "template test: to whom? say --to YOUR-ADDRESS");
    bool fits = str_copy(dst, sizeof s->mail_redirect_to, to);
    char *at = strrchr(dst, '@');
    if (at != NULL) {
        address_fold_local(dst, (size_t)(at - dst));
        str_lower(at);
    }
    return (fits && address_valid(dst)) ||
           err_set(err, ERR_REFUSED, "template test: --to \"%.80s\" is not an address", to);
}

/* From letter to verdict. There is no intent to make durable: nobody tries it again. */
static bool test_send(struct mail *m, const struct mail_letter *letter, struct mail_event *ret,
                      struct err *err)
{
    int64_t until_us = clock_boot_us() + TEST_PATIENCE_US;
    bool ok = m->ops->submit(m, letter, 1, err);
    ret->kind = MAIL_NOTHING;
    while (ok && ret->kind != MAIL_VERDICT) {
        ok = m->ops->next(m, until_us, ret, err);
        if (ok && ret->kind == MAIL_ASK)
            ok = m->ops->allow(m, ret->ids, ret->count, err);
        if (ok && ret->kind == MAIL_NOTHING && clock_boot_us() >= until_us)
            return err_set(err, ERR_RETRY,
                           "template test: no answer for two minutes; the letter may have left or "
                           "not. autopilot doctor says what is wrong with the relay");
    }
    return ok;
}

static bool test_say(const struct app *app, const struct settings *s, const char *name,
                     const struct mail_event *v, struct err *err)
{
    struct out_text safe[3] = {0};
    const char *state = send_state_name(v->verdict), *to = s->mail_redirect_to;
    bool gone = v->verdict == SEND_SENT || v->verdict == SEND_SIMULATED;
    if (app->json) {
        if (!out_json(json_pack("{s:o, s:o, s:s, s:i, s:o}", "template", json_text(name), "to",
                                json_text(to), "state", state, "code", (int)v->code, "answer",
                                json_text(v->answer)),
                      false, err))
            return false;
    } else if (gone && !app->quiet) {
        out_print("template %s: %s to %s%s%s\n", out_safe(&safe[0], name),
                  v->verdict == SEND_SENT ? "one letter went" : "one letter was written, not sent,",
                  out_safe(&safe[1], to), v->answer[0] != '\0' ? ": " : "",
                  out_safe(&safe[2], v->answer));
    }
    return gone || err_set(err, ERR_REFUSED, "template test: %s did not get it (%s): %s", to, state,
                           v->answer[0] != '\0' ? v->answer : "the relay gave no reason");
}

bool cmd_template_test(struct app *app, struct err *err)
{
    struct template_found f = {0};
    struct config config;
    struct buf message = buf_init(TEST_MESSAGE_MAX);
    struct send_row row;
    struct mail *mail = NULL;
    struct mail_event verdict = {0};
    bool ok = config_read(app->config_path, false, &config, err) &&
              test_reader(app, &config.settings, err) && template_need(app, &f, err) &&
              template_lead(app, &row, err);
    if (ok) {
        row.claimed_at_us = clock_now_us();
        row.id = uuid_new_v7(row.claimed_at_us);
        ok = wire_letter(app, &config.settings, &f.def, &row, "group", "term", &message, err) &&
             wire_mail(app, &config.settings, &mail, err);
    }
    if (ok) {
        struct mail_letter letter = {.id = row.id,
                                     .to = config.settings.mail_redirect_to,
                                     .bytes = buf_text(&message),
                                     .size_bytes = message.len};
        ok = test_send(mail, &letter, &verdict, err) &&
             test_say(app, &config.settings, f.name, &verdict, err);
    }
    if (mail != NULL)
        mail->ops->free(mail);
    buf_done(&message);
    arena_done(&f.arena);
    return ok;
}
