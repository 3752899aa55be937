/* job_json.c - a job row and its detail as JSON objects. */
#include "job_json.h"

#include "base/clock.h"

#include "output.h"

static json_t *terms_json(const struct plan *plan, const struct plan_group *g)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < g->terms; i++) {
        const struct plan_term *t = &plan->terms[g->first_term + i];
        json_t *term = json_pack("{s:o, s:i, s:s, s:i, s:i}", "text", json_text(t->text),
                                 "counted_leads", t->counted, "state", term_state_name(t->state),
                                 "queued", t->queued, "deferred", t->deferred);
        json_array_append_new(list, term);
    }
    return list;
}

static json_t *groups_json(const struct plan *plan)
{
    json_t *list = json_array();
    for (int32_t i = 0; i < plan->group_count; i++) {
        const struct plan_group *g = &plan->groups[i];
        json_t *group =
            json_pack("{s:o, s:i, s:s, s:o, s:o}", "name", json_text(g->name), "emails_sent",
                      g->counted, "state", group_state_name(g->state), "template",
                      json_text(g->template_name), "terms", terms_json(plan, g));
        json_array_append_new(list, group);
    }
    return list;
}

json_t *job_row_json(const struct job_row *j)
{
    json_t *o = json_pack(
        "{s:o, s:o, s:o, s:s, s:s, s:s, s:s, s:i, s:i, s:b, s:i}", "id", json_uuid(j->id), "name",
        json_text(j->name), "workspace", json_text(j->workspace), "status",
        job_state_name(j->state), "desired", desired_name(j->desired), "distribution",
        distribution_name(j->distribution), "mode", mail_mode_name(j->mode), "loop_interval",
        j->loop_interval, "max_emails_per_group", j->max_emails_per_group, "loop_automation",
        j->loop_automation, "cycle", j->cycle);
    if (o == NULL)
        return NULL;
    json_object_set_new(o, "cycle_emails_sent", json_integer(j->cycle_sent));
    json_object_set_new(o, "cycle_goal", json_integer(j->cycle_goal));
    json_object_set_new(o, "total_emails_sent", json_integer(j->total_sent));
    json_object_set_new(o, "per_minute", json_integer(j->per_minute));
    json_object_set_new(o, "eta_s",
                        j->eta_us < 0 ? json_null() : json_integer(j->eta_us / 1000000));
    json_object_set_new(o, "current_group", j->group[0] ? json_text(j->group) : json_null());
    json_object_set_new(o, "current_term", j->term[0] ? json_text(j->term) : json_null());
    json_object_set_new(o, "queued", json_integer(j->queued));
    json_object_set_new(o, "deferred", json_integer(j->deferred));
    json_object_set_new(o, "held", json_integer(j->held));
    json_object_set_new(o, "in_doubt", json_integer(j->in_doubt));
    json_object_set_new(o, "started_at", json_instant(j->started_at_us));
    json_object_set_new(o, "wait_until", json_instant(j->wait_until_us));
    bool held = j->lease_until_us > clock_now_us();
    json_object_set_new(o, "held_by", held ? json_text(j->lease_host) : json_null());
    json_object_set_new(o, "lease_until", held ? json_instant(j->lease_until_us) : json_null());
    json_object_set_new(o, "taken_over", j->over_us != 0 ? json_text(j->over) : json_null());
    json_object_set_new(o, "taken_over_at",
                        j->over_us != 0 ? json_instant(j->over_us) : json_null());
    json_object_set_new(o, "error", j->error[0] ? json_text(j->error) : json_null());
    return o;
}

json_t *job_detail_json(const struct job_row *j, const struct job_detail *d)
{
    json_t *o = job_row_json(j);
    if (o == NULL)
        return NULL;
    json_object_set_new(o, "provider", json_text(d->plan->provider));
    json_object_set_new(o, "variations", json_integer(d->plan->variations));
    json_object_set_new(o, "duplicates", json_integer(d->duplicates));
    json_object_set_new(o, "suppressed", json_integer(d->suppressed));
    json_object_set_new(o, "rejected", json_integer(d->rejected));
    json_object_set_new(o, "position_saved_at", json_instant(d->saved_at_us));
    json_object_set_new(o, "groups", groups_json(d->plan));
    return o;
}
