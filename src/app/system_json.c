/* system_json.c - engines and the way to the record, as objects and as lines. */
#include "system_json.h"

#include "base/clock.h"
#include "base/str.h"
#include "output.h"

static json_t *jobs_of(const struct system_seen *s, const struct engine_seen *e)
{
    json_t *jobs = json_array();
    for (int32_t i = 0; i < s->lease_count; i++) {
        const struct lease_seen *l = &s->lease[i];
        if (uuid_equal(l->engine, e->id))
            json_array_append_new(
                jobs, json_pack("{s:o, s:o, s:o, s:I, s:b}", "workspace", json_text(l->workspace),
                                "name", json_text(l->job), "lease_until", json_instant(l->until_us),
                                "epoch", (json_int_t)l->epoch, "by_hand", l->manual));
    }
    return jobs;
}

json_t *system_engines_json(const struct system_seen *s)
{
    json_t *engines = json_array();
    for (int32_t i = 0; i < s->engine_count; i++) {
        const struct engine_seen *e = &s->engine[i];
        json_array_append_new(
            engines, json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:I}", "id", json_uuid(e->id),
                               "host", json_text(e->host), "pid", (json_int_t)e->pid, "version",
                               json_text(e->version), "first_seen", json_instant(e->first_seen_us),
                               "last_seen", json_instant(e->last_seen_us), "jobs", jobs_of(s, e),
                               "reports", (json_int_t)e->reports));
    }
    return engines;
}

void system_link_json(const struct system_seen *s, json_t *record)
{
    bool known = s->copy && s->place[0] != '\0';
    json_object_set_new(record, "server", known ? json_text(s->place) : json_null());
    json_object_set_new(record, "server_version", known ? json_text(s->version) : json_null());
    json_object_set_new(record, "login", known ? json_text(s->login) : json_null());
    json_object_set_new(record, "pooler", known ? json_boolean(s->pooled) : json_null());
}

void system_link_text(const struct system_seen *s)
{
    struct out_text place = {0}, login = {0};
    if (s->copy && s->place[0] != '\0')
        out_print("  %s, %s, login %s\n", out_safe(&place, s->place),
                  s->pooled ? "through a pooler" : "direct", out_safe(&login, s->login));
}

static void job_text(const struct lease_seen *l)
{
    struct out_text job = {0};
    char until[TIME_TEXT_MAX];
    time_text_utc(l->until_us, until);
    out_print("    holds %s until %s%s\n", out_safe(&job, l->job), until,
              l->manual ? ", by hand" : "");
}

void system_engines_text(const struct system_seen *s)
{
    for (int32_t i = 0; i < s->engine_count; i++) {
        struct out_text host = {0};
        char seen[TIME_TEXT_MAX];
        const struct engine_seen *e = &s->engine[i];
        if (e->leases + e->reports == 0)
            continue; /* idle, or gone: --json has them all */
        time_text_utc(e->last_seen_us, seen);
        out_print("  engine on %s, pid %lld, seen %s\n", out_safe(&host, e->host),
                  (long long)e->pid, seen);
        for (int32_t k = 0; k < s->lease_count; k++)
            if (uuid_equal(s->lease[k].engine, e->id))
                job_text(&s->lease[k]);
        if (e->reports > 0)
            out_print("    makes %lld reports\n", (long long)e->reports);
    }
}
