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

json_t *system_services_json(const struct health *rows, int32_t count)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < count; i++) {
        const struct health *h = &rows[i];
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:o, s:i, s:o}", "service", json_text(h->name),
                            "state", health_state_name(health_state_of(h)), "last_ok_at",
                            json_instant(h->ok_us), "last_failure_at", json_instant(h->failed_us),
                            "failures_in_a_row", (int)h->failures, "last_failure",
                            h->why[0] != '\0' ? json_text(h->why) : json_null()));
    }
    return list;
}

/* ", last answered 12m ago"; "" never. */
static void ago_text(const char *what, int64_t at_us, int64_t now_us, char *dst, size_t size)
{
    char span[32];
    dst[0] = '\0';
    if (at_us == 0)
        return;
    int64_t seconds = at_us < now_us ? (now_us - at_us) / US_PER_S : 0;
    str_span_text(seconds * US_PER_S, span, sizeof span);
    (void)str_format(dst, size, ", %s %s%s ago", what, span, seconds == 0 ? "s" : ""); /* it fits */
}

void system_services_text(const struct health *rows, int32_t count, int64_t now_us)
{
    struct out_text name = {0}, why = {0};
    char ok[80], failed[80];
    for (int32_t i = 0; i < count; i++) {
        const struct health *h = &rows[i];
        ago_text("answered", h->ok_us, now_us, ok, sizeof ok);
        ago_text("failed", h->failed_us, now_us, failed, sizeof failed);
        out_print("service %-24s %s%s%s%s%s\n", out_safe(&name, h->name),
                  health_state_name(health_state_of(h)), ok, failed, h->why[0] != '\0' ? ": " : "",
                  out_safe(&why, h->why));
    }
}
