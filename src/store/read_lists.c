/* read_lists.c - lists that may be long, a row at a time to a callback.
 *
 * The idea: one loop for all of them; a list is its statement and a function that turns the current
 * row into its struct and hands it on. */
#include "store/read_lists.h"

/* A list under way: the callback of the caller behind a function of ours. */
struct list {
    struct stmt *st;
    bool (*hand)(struct list *l);
    union {
        bool (*send)(void *ctx, const struct send_line *line);
        bool (*lead)(void *ctx, const struct lead_line *line);
        bool (*suppression)(void *ctx, const struct suppression_line *line);
        bool (*template)(void *ctx, const struct template_line *line);
        bool (*workspace)(void *ctx, const struct workspace_line *line);
        bool (*audit)(void *ctx, const struct audit_line *line);
        bool (*member)(void *ctx, const struct member_line *line);
    } row;
    void *ctx;
};

static bool run_list(struct list *l, struct err *err)
{
    for (;;) {
        bool row;
        if (!db_step(l->st, &row, err))
            return false;
        if (!row)
            return true;
        if (!l->hand(l)) {
            stmt_end(l->st);
            return true;
        }
    }
}

static bool hand_send(struct list *l)
{
    struct stmt *st = l->st;
    struct send_line line = {
        .seq = col_int(st, 0),
        .id = col_uuid(st, 1),
        .workspace = col_text(st, 2),
        .job = col_text(st, 3),
        .group = col_text(st, 4),
        .term = col_text(st, 5),
        .address = col_text(st, 6),
        .reason = col_text(st, 7),
        .cycle = (int32_t)col_int(st, 8),
        .attempt = (int32_t)col_int(st, 9),
        .code = (int32_t)col_int(st, 12),
        .at_us = col_int(st, 13),
        .decided_at_us = col_int(st, 14),
    };
    (void)mail_mode_parse(col_text(st, 10), &line.mode);   /* the schema checks it */
    (void)send_state_parse(col_text(st, 11), &line.state); /* the schema checks it */
    return l->row.send(l->ctx, &line);
}

bool read_sends(struct db *db, const char *workspace, const char *job, int state,
                bool (*row)(void *ctx, const struct send_line *line), void *ctx, struct err *err)
{
    struct list l = {db_stmt(db, SQL_LIST_SENDS), hand_send, {.send = row}, ctx};
    stmt_text(l.st, "$workspace", workspace);
    stmt_text(l.st, "$job", job);
    stmt_text(l.st, "$state", state >= 0 ? send_state_name((enum send_state)state) : NULL);
    return run_list(&l, err);
}

static bool hand_lead(struct list *l)
{
    struct stmt *st = l->st;
    struct lead_line line = {
        .workspace = col_text(st, 0),
        .address = col_text(st, 1),
        .name = col_text(st, 2),
        .company = col_text(st, 3),
        .title = col_text(st, 4),
        .url = col_text(st, 5),
        .job = col_text(st, 6),
        .group = col_text(st, 7),
        .term = col_text(st, 8),
        .found_at_us = col_int(st, 9),
        .sources = (int32_t)col_int(st, 10),
    };
    return l->row.lead(l->ctx, &line);
}

bool read_leads(struct db *db, const char *workspace, const char *job,
                bool (*row)(void *ctx, const struct lead_line *line), void *ctx, struct err *err)
{
    struct list l = {db_stmt(db, SQL_LIST_LEADS), hand_lead, {.lead = row}, ctx};
    stmt_text(l.st, "$workspace", workspace);
    stmt_text(l.st, "$job", job);
    return run_list(&l, err);
}

static bool hand_suppression(struct list *l)
{
    struct suppression_line line = {
        .workspace = col_text(l->st, 0),
        .subject = col_text(l->st, 1),
        .reason = col_text(l->st, 2),
        .actor = col_text(l->st, 3),
        .at_us = col_int(l->st, 4),
    };
    return l->row.suppression(l->ctx, &line);
}

bool read_suppressions(struct db *db, const char *workspace,
                       bool (*row)(void *ctx, const struct suppression_line *line), void *ctx,
                       struct err *err)
{
    struct list l = {
        db_stmt(db, SQL_LIST_SUPPRESSIONS), hand_suppression, {.suppression = row}, ctx};
    stmt_text(l.st, "$workspace", workspace);
    return run_list(&l, err);
}

static bool hand_template(struct list *l)
{
    struct template_line line = {
        .workspace = col_text(l->st, 0),
        .name = col_text(l->st, 1),
        .subject = col_text(l->st, 2),
        .text = col_text(l->st, 3),
        .html = col_text(l->st, 4),
        .version = (int32_t)col_int(l->st, 5),
        .used_by = (int32_t)col_int(l->st, 6),
    };
    return l->row.template(l->ctx, &line);
}

bool read_templates(struct db *db, const char *workspace,
                    bool (*row)(void *ctx, const struct template_line *line), void *ctx,
                    struct err *err)
{
    struct list l = {db_stmt(db, SQL_LIST_TEMPLATES), hand_template, {.template = row}, ctx};
    stmt_text(l.st, "$workspace", workspace);
    return run_list(&l, err);
}

static bool hand_workspace(struct list *l)
{
    struct workspace_line line = {
        .name = col_text(l->st, 0),
        .jobs = (int32_t)col_int(l->st, 1),
        .created_at_us = col_int(l->st, 2),
    };
    return l->row.workspace(l->ctx, &line);
}

bool read_workspaces(struct db *db, bool (*row)(void *ctx, const struct workspace_line *line),
                     void *ctx, struct err *err)
{
    struct list l = {db_stmt(db, SQL_LIST_WORKSPACES), hand_workspace, {.workspace = row}, ctx};
    return run_list(&l, err);
}

static bool hand_audit(struct list *l)
{
    struct audit_line line = {
        .seq = col_int(l->st, 0),
        .at_us = col_int(l->st, 1),
        .actor = col_text(l->st, 2),
        .action = col_text(l->st, 3),
        .target = col_text(l->st, 4),
        .detail = col_text(l->st, 5),
        .hash = col_text(l->st, 6),
    };
    return l->row.audit(l->ctx, &line);
}

bool read_audit(struct db *db, bool (*row)(void *ctx, const struct audit_line *line), void *ctx,
                struct err *err)
{
    struct list l = {db_stmt(db, SQL_LIST_AUDIT), hand_audit, {.audit = row}, ctx};
    return run_list(&l, err);
}

static bool hand_member(struct list *l)
{
    struct member_line line = {.workspace = col_text(l->st, 0),
                               .member = col_text(l->st, 1),
                               .role = col_text(l->st, 2),
                               .added_at_us = col_int(l->st, 3)};
    return l->row.member(l->ctx, &line);
}

bool read_members(struct db *db, const char *workspace,
                  bool (*row)(void *ctx, const struct member_line *line), void *ctx,
                  struct err *err)
{
    struct list l = {
        .st = db_stmt(db, SQL_LIST_MEMBERS), .hand = hand_member, .row.member = row, .ctx = ctx};
    stmt_text(l.st, "$workspace", workspace);
    return run_list(&l, err);
}
