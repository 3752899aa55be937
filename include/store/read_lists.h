/* read_lists.h - the lists that sub-commands print: sends, leads, suppressions, templates,
 * workspaces, audit. Each row is handed to a callback while the read transaction is open (so that a
 * million rows need no memory); the callback returns false to end the list. Read only. */
#ifndef STORE_READ_LISTS_H
#define STORE_READ_LISTS_H

#include "base/err.h"
#include "domain/types.h"
#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

struct send_line {
    int64_t seq;
    struct uuid id;
    const char *workspace, *job, *group, *term, *address, *reason;
    int32_t cycle;
    int32_t attempt;
    enum mail_mode mode;
    enum send_state state;
    int32_t code;
    int64_t at_us;         /* when it was queued */
    int64_t decided_at_us; /* 0 not yet */
};
/* In the order of queueing. job, state filters: NULL / -1 = all. */
bool read_sends(struct db *db, const char *workspace, const char *job, int state,
                bool (*row)(void *ctx, const struct send_line *line), void *ctx, struct err *err);

struct lead_line {
    const char *workspace, *address, *name, *company, *title, *url, *job, *group, *term;
    int64_t found_at_us;
    int32_t sources;
};
bool read_leads(struct db *db, const char *workspace, const char *job,
                bool (*row)(void *ctx, const struct lead_line *line), void *ctx, struct err *err);

struct suppression_line {
    const char *workspace, *subject, *reason, *actor;
    int64_t at_us;
};
bool read_suppressions(struct db *db, const char *workspace,
                       bool (*row)(void *ctx, const struct suppression_line *line), void *ctx,
                       struct err *err);

struct template_line {
    const char *workspace, *name, *subject, *text, *html;
    int32_t version;
    int32_t used_by; /* groups */
};
bool read_templates(struct db *db, const char *workspace,
                    bool (*row)(void *ctx, const struct template_line *line), void *ctx,
                    struct err *err);

struct workspace_line {
    const char *name;
    int32_t jobs;
    int64_t created_at_us;
};
bool read_workspaces(struct db *db, bool (*row)(void *ctx, const struct workspace_line *line),
                     void *ctx, struct err *err);

struct audit_line {
    int64_t seq;
    int64_t at_us;
    const char *actor, *action, *target, *detail, *hash; /* hash: 64 hex digits */
};
bool read_audit(struct db *db, bool (*row)(void *ctx, const struct audit_line *line), void *ctx,
                struct err *err);

struct member_line {
    const char *workspace, *member, *role; /* member or owner */
    int64_t added_at_us;
};
/* Owners first. workspace NULL: of all. */
bool read_members(struct db *db, const char *workspace,
                  bool (*row)(void *ctx, const struct member_line *line), void *ctx,
                  struct err *err);

#endif
