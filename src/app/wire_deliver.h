/* wire_deliver.h - who brings reports, and what the letters with them say. */
#ifndef APP_WIRE_DELIVER_H
#define APP_WIRE_DELIVER_H

#include "adapter/message.h"
#include "cli.h"
#include "domain/settings.h"
#include "port/courier.h"

bool wire_courier(const struct app *app, const struct settings *settings, const char *agent,
                  struct courier **ret, struct err *err);

/* The key of [delivery] secret_file, made when it is first needed. */
bool wire_webhook_key(const struct app *app, const struct settings *settings, uint8_t ret[32],
                      struct err *err);

/* The bytes of a letter with a report, or with a notice (html and text ""). */
bool wire_report_letter(const struct settings *settings, const struct delivery_work *work,
                        const char *html, const char *text, struct buf *out, struct err *err);

#endif
