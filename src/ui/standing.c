/* standing.c - who works on the record, as far as it is known here. The idea: the engine of this
 * process may stand still for a reason of its own (a login that may not hold jobs, no search set
 * up) while another one works; then nothing is wrong with the work. */
#include "state.h"

#include "base/str.h"

/* An engine that was seen longer ago is not taken for running: idle ones say little. */
#define BEAT_US (60 * US_PER_S)

static bool is_this(const struct ui *ui, const char *host, int64_t pid)
{
    return str_equal(host, ui->host) && pid == ui->standing.pid;
}

const char *ui_works_elsewhere(const struct ui *ui)
{
    const struct model *m = &ui->model;
    for (int32_t i = 0; i < m->job_count; i++) {
        const struct job_row *j = &m->jobs[i];
        if (j->state == JOB_RUNNING && j->lease_until_us > ui->now_us &&
            !is_this(ui, j->lease_host, j->lease_pid))
            return j->lease_host;
    }
    bool seen = m->engine_found && ui->now_us - m->engine.last_seen_us < BEAT_US;
    return seen && !is_this(ui, m->engine.host, m->engine.pid) ? m->engine.host : NULL;
}

bool ui_stands_alone(const struct ui *ui)
{
    const struct engine_standing *s = &ui->standing;
    return ui->has_desk && s->shared && s->reached && s->problem[0] != '\0' && s->lanes_busy == 0 &&
           (ui_works_elsewhere(ui) != NULL || ui->model.totals.running == 0);
}

bool ui_awaits_confirmation(const struct ui *ui, const struct job_row *job)
{
    int32_t first = ui->settings.mail_confirm_first;
    return job->mode == MODE_SMTP && !job->confirmed && first > 0 && job->total_sent >= first &&
           (job->state == JOB_PAUSED || job->desired == DESIRED_PAUSE);
}
