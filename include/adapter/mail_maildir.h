/* mail_maildir.h - the mail port that writes letters into a Maildir: dry runs, and maildir mode.
 *
 * A letter's file is DIR/new/<uuid of its ledger row>, made by link(2) from a file in DIR/tmp that
 * was fsynced: it is there whole or not at all, and a second attempt finds it there. No verdict is
 * given before the directory was fsynced too, once for all letters of a batch. Mail readers may
 * move a file to DIR/cur and add ":2,S"; find() looks there as well. */
#ifndef ADAPTER_MAIL_MAILDIR_H
#define ADAPTER_MAIL_MAILDIR_H

#include "base/err.h"
#include "port/mail.h"

/* A sink for MODE_DRYRUN (verdict SIMULATED) or MODE_MAILDIR (verdict SENT). dir is copied; it and
 * its tmp, new and cur are made (mode 0700) when the first letter is submitted. NULL with err for
 * another mode, a dir that is too long, or without memory. Freed by ops->free. */
struct mail *mail_maildir_new(const char *dir, enum mail_mode mode, struct err *err);

#endif
