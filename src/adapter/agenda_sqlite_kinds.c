/* agenda_sqlite_kinds.c - what a schedule has besides its first specification: more of them, or
 * another schedule that it follows.
 *
 * The idea: all names are looked up and found good before anything is written. Whom a schedule
 * follows is a chain; one that would come back to itself is refused with the chain. */
#include "agenda_sqlite.h"

#include "base/str.h"
#include "base/utf8.h"
#include "store/names.h"

/* --- specifications --------------------------------------------------------------------------- */

bool agenda_parts(struct auth *a, struct uuid schedule, struct part ret[SCHEDULE_SPECS_MAX],
                  int32_t *ret_count, struct err *err)
{
    bool row = true;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_PARTS);
    stmt_uuid(st, "$schedule", schedule);
    *ret_count = 0;
    while (*ret_count < SCHEDULE_SPECS_MAX) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        struct part *p = &ret[(*ret_count)++];
        p->specification = col_uuid(st, 1);
        col_text_to(st, 2, p->name, sizeof p->name);
        col_text_to(st, 3, p->frequency, sizeof p->frequency);
        p->active = col_int(st, 4) != 0;
    }
    stmt_end(st);
    return true;
}

bool agenda_part_must(struct auth *a, const struct agenda_ref *schedule, struct uuid id,
                      const char *name, struct uuid *ret, struct err *err)
{
    char shown[NAME_MAX_BYTES + 1];
    struct part parts[SCHEDULE_SPECS_MAX];
    int32_t count;
    if (!agenda_parts(a, id, parts, &count, err))
        return false;
    for (int32_t i = 0; i < count; i++) {
        if (name != NULL && !str_equal(parts[i].name, name))
            continue;
        *ret = parts[i].specification;
        return true;
    }
    text_screen_to(shown, sizeof shown, name != NULL ? name : "");
    return err_set(err, ERR_REFUSED, "schedule: \"%s\" has no specification \"%s\"", schedule->name,
                   shown);
}

static bool has(const struct kinds *k, struct uuid first, struct uuid spec)
{
    for (int32_t i = 0; i < k->count; i++)
        if (uuid_equal(k->further[i], spec))
            return true;
    return uuid_equal(first, spec);
}

static bool find_further(struct auth *a, const struct schedule_def *def, struct uuid first,
                         struct kinds *ret, struct err *err)
{
    char name[NAME_MAX_BYTES + 1];
    const char *at = def->further != NULL ? def->further : "";
    while (*at != '\0') {
        struct uuid spec;
        struct agenda_ref ref = {def->workspace, name};
        if (!schedule_next_name(&at, name))
            return err_set(err, ERR_REFUSED, "schedule: the name of a specification is too long");
        if (!agenda_spec_must(a, &ref, &spec, err))
            return false;
        if (has(ret, first, spec))
            return err_set(err, ERR_REFUSED, "schedule: the specification \"%s\" is named twice",
                           name);
        if (ret->count + 1 == SCHEDULE_SPECS_MAX)
            return err_set(err, ERR_REFUSED, "schedule: more than %d specifications; make another",
                           SCHEDULE_SPECS_MAX);
        ret->further[ret->count++] = spec;
    }
    return true;
}

/* --- the one it follows ----------------------------------------------------------------------- */

/* Adds one name of a chain, screened: names come from files of others. */
static void add_link(char *dst, size_t size, const char *name)
{
    char shown[NAME_MAX_BYTES + 1], chain[ERR_TEXT_MAX];
    text_screen_to(shown, sizeof shown, name);
    (void)str_copy(chain, sizeof chain, dst); /* a cut is fine, here and below */
    (void)str_format(dst, size, "%s%s%s", chain, chain[0] != '\0' ? " -> " : "", shown);
}

/* Does whoever it is to follow follow it? The chain is named. */
static bool no_circle(struct auth *a, const char *name, struct uuid id, struct uuid after,
                      struct err *err)
{
    bool row = true, circle = false;
    char chain[ERR_TEXT_MAX - 80] = "";
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_CHAIN);
    stmt_uuid(st, "$id", after);
    add_link(chain, sizeof chain, name);
    while (!circle) {
        if (!db_step(st, &row, err))
            return false;
        if (!row)
            return true;
        add_link(chain, sizeof chain, col_text(st, 1));
        circle = uuid_equal(col_uuid(st, 0), id);
    }
    stmt_end(st);
    return err_set(err, ERR_REFUSED, "schedule: it would follow itself: %s", chain);
}

static bool find_after(struct auth *a, const struct schedule_def *def, struct uuid id,
                       struct uuid *ret, struct err *err)
{
    struct agenda_ref ref = {def->workspace, def->after};
    struct schedule_found found = {0};
    if (!agenda_schedule_must(a, &ref, &found, err))
        return false;
    *ret = found.id;
    return uuid_is_zero(id) || no_circle(a, def->name, id, found.id, err);
}

bool agenda_kinds_find(struct auth *a, const struct schedule_def *def, struct uuid first,
                       struct uuid id, struct kinds *ret, struct err *err)
{
    *ret = (struct kinds){0};
    bool after = def->after != NULL && def->after[0] != '\0';
    if (after != str_equal(def->type, "after"))
        return err_set(err, ERR_REFUSED,
                       "schedule: it either has times or follows another schedule (type after)");
    return find_further(a, def, first, ret, err) &&
           (!after || find_after(a, def, id, &ret->after, err));
}

bool agenda_kinds_write(struct auth *a, struct uuid schedule, const struct kinds *kinds,
                        struct err *err)
{
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_PART_CLEAR);
    stmt_uuid(st, "$schedule", schedule);
    bool ok = db_run(st, NULL, err);
    for (int32_t i = 0; ok && i < kinds->count; i++) {
        st = db_stmt(a->db, SQL_SCHEDULE_PART_ADD);
        stmt_uuid(st, "$schedule", schedule);
        stmt_int(st, "$place", i + 1);
        stmt_uuid(st, "$specification", kinds->further[i]);
        ok = db_run(st, NULL, err);
    }
    return ok;
}

bool agenda_no_followers(struct auth *a, struct uuid schedule, const char *name, struct err *err)
{
    bool row;
    struct stmt *st = db_stmt(a->db, SQL_SCHEDULE_FOLLOWERS);
    stmt_uuid(st, "$id", schedule);
    if (!db_step(st, &row, err))
        return false;
    int64_t count = row ? col_int(st, 0) : 0;
    if (count > 0)
        (void)err_set(err, ERR_REFUSED,
                      "schedule: \"%s\" is followed by %lld (\"%s\"); delete them first, or give "
                      "them times",
                      name, (long long)count, col_text(st, 1)); /* refused */
    stmt_end(st);
    return count == 0;
}
