/* made_job.c - draws a definition. */
#include "sim/made_job.h"

#include "base/str.h"

static int32_t draw(struct rng *dice, int32_t from, int32_t to)
{
    return from + (int32_t)rng_below(rng_next(dice), (uint64_t)(to - from + 1));
}

static void make_group(struct made_job *m, struct rng *dice, int32_t g)
{
    struct group_def *group = &m->groups[g];
    (void)str_format(m->group_names[g], sizeof m->group_names[g], "group %d", g); /* it fits */
    *group = (struct group_def){m->group_names[g], m->template.name, m->terms[g],
                                draw(dice, 1, MADE_TERMS)};
    for (int32_t t = 0; t < group->term_count; t++) {
        (void)str_format(m->texts[g][t], sizeof m->texts[g][t], "%s trade%d town%d", m->name, t,
                         g); /* it fits */
        m->terms[g][t].text = m->texts[g][t];
    }
}

void made_job(struct made_job *m, struct rng *dice, const char *workspace, const char *name,
              int32_t loop_interval, int32_t max_emails_per_group)
{
    (void)str_copy(m->name, sizeof m->name, name);                /* they fit */
    (void)str_copy(m->workspace, sizeof m->workspace, workspace); /* both */
    m->template = (struct template_def){"letter", "Hello", "Dear {{company|you}}", NULL};
    m->def = (struct job_def){
        .name = m->name,
        .workspace = m->workspace,
        .distribution = draw(dice, 0, 1) == 0 ? DISTRIBUTION_EQUITABLE : DISTRIBUTION_RANDOM,
        .loop_interval = loop_interval,
        .max_emails_per_group = max_emails_per_group,
        .provider = "local",
        .variations = draw(dice, 0, 3),
        .has_seed = true,
        .seed = rng_next(dice),
        .recontact = draw(dice, 0, 3) == 0 ? RECONTACT_ALWAYS : RECONTACT_NEVER,
        .one_lead_per_domain = draw(dice, 0, 4) == 0,
        .groups = m->groups,
        .group_count = draw(dice, 1, MADE_GROUPS),
        .templates = &m->template,
        .template_count = 1,
    };
    for (int32_t g = 0; g < m->def.group_count; g++)
        make_group(m, dice, g);
}
