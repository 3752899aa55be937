/* read_leads.c - leads are looked through by their ids, newest first, with the few columns that a
 * filter needs; only those that are shown are read whole. */
#include "store/read_leads.h"

#include "base/str.h"

struct scan {
    const struct lead_filter *filter;
    struct arena *arena;
    int64_t *id;
    struct lead_page *page;
};

static bool no_memory(struct err *err)
{
    return err_set(err, ERR_STOP, "record: there is no memory for the list of leads");
}

static bool wanted(const struct lead_filter *f, struct stmt *st)
{
    char line[3 * FACT_MAX];
    if (f->job != NULL && !uuid_equal(col_uuid(st, 4), *f->job))
        return false;
    if (f->group_no != 0 && col_int(st, 5) != f->group_no)
        return false;
    if (f->takes == NULL)
        return true;
    (void)str_format(line, sizeof line, "%s %s %s", col_text(st, 1), col_text(st, 2),
                     col_text(st, 3)); /* a cut is fine */
    return f->takes(f->ctx, line);
}

/* The ids of the page, and where the next one begins. */
static bool look_through(struct db *db, struct scan *s, struct err *err)
{
    bool row = true;
    struct lead_page *p = s->page;
    struct stmt *st = db_stmt(db, SQL_SHOW_LEADS_SCAN);
    stmt_text(st, "$workspace", s->filter->workspace);
    stmt_int(st, "$before", s->filter->before);
    while (row && p->count < s->filter->max && p->looked < LEADS_SCAN_MAX) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            break;
        p->looked++;
        p->next = col_int(st, 0);
        if (wanted(s->filter, st))
            s->id[p->count++] = p->next;
    }
    if (row && !db_step(st, &row, err))
        return false;
    if (row)
        stmt_end(st);
    else
        p->next = 0;
    return true;
}

static const char *keep(struct arena *arena, const char *text, bool *full)
{
    const char *copy = arena_text(arena, text);
    *full = *full || copy == NULL;
    return copy;
}

static bool fill(struct stmt *st, struct arena *arena, struct lead_row *r)
{
    bool full = false;
    r->workspace = keep(arena, col_text(st, 0), &full);
    r->address = keep(arena, col_text(st, 1), &full);
    r->shown = keep(arena, col_text(st, 2), &full);
    r->name = keep(arena, col_text(st, 3), &full);
    r->company = keep(arena, col_text(st, 4), &full);
    r->title = keep(arena, col_text(st, 5), &full);
    r->url = keep(arena, col_text(st, 6), &full);
    r->language = keep(arena, col_text(st, 7), &full);
    if (!col_null(st, 8))
        r->job_id = col_uuid(st, 8);
    r->job = keep(arena, col_text(st, 9), &full);
    r->group = keep(arena, col_text(st, 10), &full);
    r->term = keep(arena, col_text(st, 11), &full);
    r->group_no = (int32_t)col_int(st, 12);
    r->flags = (unsigned)col_int(st, 13);
    r->found_at_us = col_int(st, 14);
    r->pages = (int32_t)col_int(st, 15);
    r->state = SEND_STATES;
    (void)send_state_parse(col_text(st, 16), &r->state); /* "": there is no letter */
    (void)mail_mode_parse(col_text(st, 17), &r->mode);   /* likewise */
    r->reason = keep(arena, col_text(st, 18), &full);
    r->state_at_us = col_int(st, 19);
    return !full;
}

static bool read_one(struct db *db, const struct scan *s, int64_t id, struct lead_row *ret,
                     struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_SHOW_LEAD);
    stmt_int(st, "$lead", id);
    if (s->filter->job != NULL)
        stmt_uuid(st, "$job", *s->filter->job);
    if (!db_step(st, &row, err))
        return false;
    ret->id = id;
    bool ok = !row || fill(st, s->arena, ret);
    if (row)
        stmt_end(st);
    return ok || no_memory(err);
}

bool read_lead_page(struct db *db, const struct lead_filter *filter, struct arena *arena,
                    struct lead_page *ret, struct err *err)
{
    size_t max = (size_t)filter->max;
    struct scan s = {filter, arena, arena_array(arena, max, sizeof *s.id), ret};
    *ret = (struct lead_page){.row = arena_array(arena, max, sizeof *ret->row)};
    if (s.id == NULL || ret->row == NULL)
        return no_memory(err);
    if (!db_begin_read(db, err))
        return false;
    bool ok = look_through(db, &s, err);
    for (int32_t i = 0; ok && i < ret->count; i++)
        ok = read_one(db, &s, s.id[i], &ret->row[i], err);
    db_end_read(db);
    return ok;
}

bool read_lead_template(struct db *db, const struct lead_row *lead, struct arena *arena,
                        struct template_def **ret, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(db, SQL_TEMPLATE_LOAD);
    stmt_uuid(st, "$job", lead->job_id);
    stmt_int(st, "$group", lead->group_no);
    *ret = NULL;
    if (!db_step(st, &row, err))
        return false;
    if (!row)
        return true;
    bool full = false;
    struct template_def *t = arena_alloc(arena, sizeof *t);
    if (t != NULL)
        *t = (struct template_def){.name = keep(arena, col_text(st, 0), &full),
                                   .subject = keep(arena, col_text(st, 1), &full),
                                   .text = keep(arena, col_text(st, 2), &full),
                                   .html = keep(arena, col_text(st, 3), &full)};
    stmt_end(st);
    if (t == NULL || full)
        return no_memory(err);
    *ret = t;
    return true;
}
