/* authority_model_record.c - arrays, hash tables and look-ups of the in-memory authority.
 *
 * The one idea: a row is never moved out of its place and never freed before the record, so an
 * index is a name for as long as the record lives. */
#include "authority_model_record.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define TEXTS_MOST ((size_t)16 << 30)

void *model_row_add(struct model_record *r, struct model_rows *rows, size_t size)
{
    if (rows->count == rows->cap) {
        int64_t cap = rows->cap > 0 ? rows->cap * 2 : 16;
        void *data = cap <= INT32_MAX ? realloc(rows->data, (size_t)cap * size) : NULL;
        if (data == NULL) {
            r->spent = true;
            return NULL;
        }
        rows->data = data;
        rows->cap = cap;
    }
    void *row = (char *)rows->data + (size_t)rows->count++ * size;
    memset(row, 0, size);
    return row;
}

const char *model_text(struct model_record *r, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return "";
    const char *copy = arena_text(&r->texts, text);
    if (copy == NULL)
        r->spent = true;
    return copy != NULL ? copy : "";
}

bool model_whole(const struct model_record *r, struct err *err)
{
    return !r->spent || err_set(err, ERR_STOP, "model: the record is out of memory and spent");
}

/* --- hash tables -------------------------------------------------------------------------------*/

static void put_slot(struct model_index *index, uint64_t hash, int32_t row)
{
    uint64_t at = hash & (uint64_t)(index->cap - 1);
    while (index->slots[at].row >= 0)
        at = (at + 1) & (uint64_t)(index->cap - 1);
    index->slots[at] = (struct model_slot){hash, row};
}

static bool grow(struct model_index *index)
{
    struct model_index bigger = {.cap = index->cap > 0 ? index->cap * 2 : 64};
    bigger.slots = malloc((size_t)bigger.cap * sizeof *bigger.slots);
    if (bigger.slots == NULL)
        return false;
    memset(bigger.slots, 0xff, (size_t)bigger.cap * sizeof *bigger.slots); /* row = -1 */
    for (int64_t i = 0; i < index->cap; i++)
        if (index->slots[i].row >= 0)
            put_slot(&bigger, index->slots[i].hash, index->slots[i].row);
    bigger.count = index->count;
    free(index->slots);
    *index = bigger;
    return true;
}

void model_index_add(struct model_record *r, struct model_index *index, uint64_t hash, int32_t row)
{
    if (index->count * 2 >= index->cap && !grow(index)) {
        r->spent = true;
        return;
    }
    put_slot(index, hash, row);
    index->count++;
}

int32_t model_find(const struct model_record *r, const struct model_index *index, uint64_t hash,
                   bool (*same)(const struct model_record *r, int32_t row, const void *key),
                   const void *key)
{
    if (index->cap == 0)
        return -1;
    for (uint64_t at = hash;; at++) {
        const struct model_slot *slot = &index->slots[at & (uint64_t)(index->cap - 1)];
        if (slot->row < 0)
            return -1;
        if (slot->hash == hash && same(r, slot->row, key))
            return slot->row;
    }
}

/* --- look-ups ----------------------------------------------------------------------------------*/

int32_t model_workspace(const struct model_record *r, const char *name)
{
    const char *const *names = r->workspaces.data;
    for (int32_t i = 0; i < r->workspaces.count; i++)
        if (names[i] != NULL && str_equal(names[i], name))
            return i;
    return -1;
}

int32_t model_job_of(const struct model_record *r, struct uuid id)
{
    for (int32_t i = 0; i < r->jobs.count; i++)
        if (!model_job_at(r, i)->deleted && uuid_equal(model_job_at(r, i)->plan.job, id))
            return i;
    return -1;
}

int32_t model_job_named(const struct model_record *r, const struct job_ref *ref)
{
    int32_t workspace = model_workspace(r, ref->workspace);
    for (int32_t i = 0; i < r->jobs.count; i++) {
        const struct model_job *job = model_job_at(r, i);
        if (!job->deleted && job->workspace == workspace &&
            str_equal(job->plan.job_name, ref->name))
            return i;
    }
    return -1;
}

static bool same_send(const struct model_record *r, int32_t row, const void *key)
{
    const struct uuid *id = key;
    return uuid_equal(model_send_row(r, row)->pub.id, *id);
}

int32_t model_send_of(const struct model_record *r, struct uuid id)
{
    uint64_t hash = str_hash(id.byte, sizeof id.byte, 0);
    return model_find(r, &r->send_of, hash, same_send, &id);
}

int32_t model_template_named(const struct model_record *r, int32_t workspace, const char *name)
{
    const struct model_template *rows = r->templates.data;
    for (int32_t i = 0; i < r->templates.count; i++)
        if (!rows[i].deleted && rows[i].workspace == workspace && str_equal(rows[i].def.name, name))
            return i;
    return -1;
}

static int32_t map_get(const struct model_rows *map, int32_t no)
{
    const int32_t *at = map->data;
    return no >= 0 && no < map->count ? at[no] : -1;
}

int32_t model_group_index(const struct model_job *job, int32_t group_no)
{
    return map_get(&job->group_of_no, group_no);
}

int32_t model_term_index(const struct model_job *job, int32_t term_no)
{
    return map_get(&job->term_of_no, term_no);
}

void model_map_set(struct model_record *r, struct model_rows *map, int32_t no, int32_t index)
{
    while (map->count <= no) {
        int32_t *at = model_row_add(r, map, sizeof *at);
        if (at == NULL)
            return;
        *at = -1;
    }
    ((int32_t *)map->data)[no] = index;
}

/* --- the record --------------------------------------------------------------------------------*/

struct model_record *model_record_new(void)
{
    struct model_record *r = calloc(1, sizeof *r);
    if (r != NULL)
        r->texts = arena_init(TEXTS_MOST);
    return r;
}

static void free_job(struct model_job *job)
{
    for (int32_t i = 0; i < job->plan.term_count; i++)
        free(job->rows[i].list.data);
    free(job->rows);
    free(job->plan.groups);
    free(job->plan.terms);
    free(job->term_of_no.data);
    free(job->group_of_no.data);
}

void model_record_free(struct model_record *r)
{
    if (r == NULL)
        return;
    for (int32_t i = 0; i < r->jobs.count; i++)
        free_job(model_job_at(r, i));
    struct model_rows *rows[] = {&r->workspaces,
                                 &r->templates,
                                 &r->jobs,
                                 &r->leads,
                                 &r->sources,
                                 &r->suppressions,
                                 &r->sends,
                                 &r->events,
                                 &r->open,
                                 &r->window[0].claims,
                                 &r->window[1].claims,
                                 &r->window[2].claims,
                                 &r->sites};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        free(rows[i]->data);
    struct model_index *indexes[] = {&r->lead_of, &r->source_of, &r->suppressed,
                                     &r->send_of, &r->site_of,   &r->claimed_site};
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes; i++)
        free(indexes[i]->slots);
    arena_done(&r->texts);
    free(r);
}

int64_t model_send_count(const struct model_record *r)
{
    return r->sends.count;
}

const struct model_send *model_send_at(const struct model_record *r, int64_t i)
{
    return &model_send_row(r, (int32_t)i)->pub;
}

int64_t model_event_count(const struct model_record *r)
{
    return r->events.count;
}

const struct model_event *model_event_at(const struct model_record *r, int64_t i)
{
    return (const struct model_event *)r->events.data + i;
}

int32_t model_job_count(const struct model_record *r)
{
    return (int32_t)r->jobs.count;
}

const struct plan *model_job_plan(const struct model_record *r, int32_t i)
{
    return model_job_at(r, i)->deleted ? NULL : &model_job_at(r, i)->plan;
}

struct model_job_facts model_job_facts(const struct model_record *r, int32_t i)
{
    const struct model_job *job = model_job_at(r, i);
    return (struct model_job_facts){
        .id = job->plan.job,
        .workspace = job->plan.workspace,
        .name = job->plan.job_name,
        .state = job->state,
        .desired = job->desired,
        .error = job->error,
        .wait_until_us = job->wait_until,
        .lease_owner = job->owner,
        .lease_epoch = job->epoch,
        .lease_until_us = job->lease_until,
    };
}

struct model_counts model_counts(const struct model_record *r)
{
    struct model_counts n = {.leads = r->leads.count, .sources = r->sources.count};
    const struct model_suppression *rows = r->suppressions.data;
    for (int64_t i = 0; i < r->suppressions.count; i++)
        n.suppressions += rows[i].active;
    n.audits = r->audits;
    return n;
}
