/* api_leave.c - /u/TOKEN: a reader of a letter does not want more of them (RFC 8058).
 *
 * POST with List-Unsubscribe=One-Click does it, without a question and without a redirect: the
 * reader's mail program sends it. GET only shows a page with a button: programs that look at every
 * link in a letter must not unsubscribe anybody. What is wrong with a token is not told. */
#include "api_work.h"
#include "base/str.h"
#include "base/utf8.h"
#include "domain/letter.h"
#include "domain/unsubscribe.h"
#include "store/read_events.h"
#include "wire.h"

#include <string.h>

static void page(struct api_call *c, int status, const char *title, const char *text,
                 const char *address, bool button)
{
    struct buf *out = &c->answer->body;
    char masked[ADDRESS_MAX + 8] = "";
    if (address != NULL)
        text_mask_address(masked, sizeof masked, address);
    buf_clear(out);
    c->answer->status = status;
    c->answer->type = "text/html; charset=utf-8";
    http_header_add(c->answer, "Content-Security-Policy",
                    "default-src 'none'; form-action 'self'; frame-ancestors 'none'");
    http_header_add(c->answer, "Referrer-Policy", "no-referrer");
    (void)buf_addf(out,
                   "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                   "<meta name=\"viewport\" content=\"width=device-width\">"
                   "<meta name=\"robots\" content=\"noindex\">"
                   "<title>%s</title></head>\n<body><h1>%s</h1>\n<p>%s ",
                   title, title, text);
    letter_escape_html(out, masked, strlen(masked));
    (void)buf_adds(out, "</p>\n");
    if (button)
        (void)buf_adds(out, "<form method=\"post\"><input type=\"hidden\" "
                            "name=\"List-Unsubscribe\" value=\"One-Click\">"
                            "<button type=\"submit\">Unsubscribe</button></form>\n");
    (void)buf_adds(out, "</body></html>\n");
}

static void sorry(struct api_call *c, const struct err *err)
{
    log_line(c->api->log, LOG_ERROR, "api", "unsubscribe: %s", err->text);
    http_header_add(c->answer, "Retry-After", "60");
    page(c, 503, "Not now", "This does not work at the moment. Please try again in a few minutes.",
         NULL, false);
}

/* Whose token it is; false: the answer is given. */
static bool find_reader(struct api_call *c, struct recipient *ret)
{
    struct err err = {0};
    struct settings settings;
    struct api *a = c->api;
    struct uuid id;
    uint8_t key[UNSUBSCRIBE_KEY];
    bool found = false;
    a->plugs->settings(a->plugs->ctx, &settings);
    if (!wire_unsubscribe_key(&a->app, &settings, true, key, &err)) {
        sorry(c, &err);
        return false;
    }
    bool true_one = unsubscribe_token_read(key, c->name, &id);
    if (true_one && !api_db(c)) /* its answer is JSON: this one is for people */
        (void)err_set(&err, ERR_RETRY, "unsubscribe: the record can't be read");
    else if (true_one)
        (void)read_recipient(a->db, id, ret, &found, &err); /* err tells */
    if (err.kind != ERR_NONE)
        sorry(c, &err);
    else if (!found)
        page(c, 404, "Unknown link", "This link is not known. Was it copied whole?", NULL, false);
    return found && err.kind == ERR_NONE;
}

void api_leave(struct api_call *c)
{
    struct err err = {0};
    struct recipient reader;
    struct api *a = c->api;
    bool changed;
    if (!find_reader(c, &reader))
        return;
    if (str_equal(c->verb, "show")) {
        page(c, 200, "Unsubscribe", "No more letters to", reader.address, true);
        return;
    }
    if (!http_form_has(c->asked->request, "List-Unsubscribe", "One-Click")) {
        page(c, 400, "Unsubscribe", "Press the button, please, to get no more letters to",
             reader.address, true);
        return;
    }
    if (api_authority(a, &err) &&
        a->authority->ops->suppress(a->authority, "api:unsubscribe", reader.workspace,
                                    reader.address, "unsubscribed by the link in a letter", true,
                                    &changed, &err))
        page(c, 200, "Unsubscribed", "There will be no more letters to", reader.address, false);
    else
        sorry(c, &err);
}
