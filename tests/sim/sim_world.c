/* sim_world.c - clock, search, pages and mail as a lane sees them: they take time, they answer "not
 * yet", they fail now and then. What they answer in the end is the world's. */
#include "sim/sim_inside.h"

/* --- clock -------------------------------------------------------------------------------------*/

static struct sim_task *clock_task(struct clock_port *port)
{
    return ((struct sim_clock *)port)->task;
}

static int64_t now_us(struct clock_port *port)
{
    return clock_task(port)->sim->now + clock_task(port)->engine->skew;
}

static int64_t boot_us(struct clock_port *port)
{
    return clock_task(port)->sim->now - clock_task(port)->engine->boot_zero;
}

static bool wait_until(struct clock_port *port, int64_t deadline_us, struct err *err)
{
    struct sim_task *t = clock_task(port);
    int64_t left = deadline_us - boot_us(port);
    if (!t->engine->shutting)
        sim_sleep(t, left < 0 ? 0 : left < 5 * SIM_SECOND ? left : 5 * SIM_SECOND);
    if (t->engine->shutting)
        return err_set(err, ERR_CANCELLED, "clock: the engine was asked to end");
    return true;
}

static bool cancelled(struct clock_port *port)
{
    return clock_task(port)->engine->shutting;
}

static const struct clock_ops clock_ops = {now_us, boot_us, wait_until, cancelled};

/* --- search ------------------------------------------------------------------------------------*/

static struct sim_search *search_self(struct search *port)
{
    return (struct sim_search *)port;
}

static bool search_start(struct search *port, const struct search_request *request, struct err *err)
{
    struct sim_search *s = search_self(port);
    return s->fake.port.ops->start(&s->fake.port, request, err);
}

static enum search_answer search_next(struct search *port, int64_t deadline_us,
                                      struct search_hit *ret_hit, struct err *err)
{
    struct sim_search *s = search_self(port);
    struct sim *sim = s->task->sim;
    sim->result->calls++;
    sim_sleep(s->task, sim_between(sim, 100, 20000));
    if (sim_percent(sim, 3))
        return SEARCH_WAIT;
    if (sim_accident(sim, sim->rates.search))
        s->fake.fail_next = 1;
    return s->fake.port.ops->next(&s->fake.port, deadline_us, ret_hit, err);
}

static void search_end(struct search *port)
{
    struct sim_search *s = search_self(port);
    s->fake.port.ops->end(&s->fake.port);
}

static const struct search_ops search_ops = {
    .kind = "sim", .start = search_start, .next = search_next, .end = search_end};

/* --- pages -------------------------------------------------------------------------------------*/

static struct sim_pages *pages_self(struct pages *port)
{
    return (struct sim_pages *)port;
}

static bool pages_start(struct pages *port, const char *url, struct err *err)
{
    struct sim_pages *p = pages_self(port);
    return p->fake.port.ops->start(&p->fake.port, url, err);
}

static enum page_answer pages_next(struct pages *port, int64_t deadline_us, struct page_view *ret,
                                   struct err *err)
{
    struct sim_pages *p = pages_self(port);
    struct sim *sim = p->task->sim;
    sim->result->calls++;
    sim_sleep(p->task, sim_between(sim, 1000, 300000));
    if (sim_percent(sim, 3))
        return PAGE_WAIT;
    return p->fake.port.ops->next(&p->fake.port, deadline_us, ret, err);
}

static void pages_end(struct pages *port)
{
    struct sim_pages *p = pages_self(port);
    p->fake.port.ops->end(&p->fake.port);
}

static const struct pages_ops pages_ops = {
    .start = pages_start, .next = pages_next, .end = pages_end};

/* --- mail --------------------------------------------------------------------------------------*/

static struct sim_mail *mail_self(struct mail *port)
{
    return (struct sim_mail *)port;
}

static bool mail_submit(struct mail *port, const struct mail_letter *letters, int32_t count,
                        struct err *err)
{
    struct sim_mail *m = mail_self(port);
    struct sim *sim = m->task->sim;
    sim->result->calls++;
    sim_sleep(m->task, sim_between(sim, 100, 50000));
    if (sim_accident(sim, sim->rates.mail))
        return err_set(err, ERR_RETRY, "mail: the server can't be reached");
    return m->fake.port.ops->submit(&m->fake.port, letters, count, err);
}

static void tell_event(struct sim_mail *m, const struct mail_event *event)
{
    struct sim_task *t = m->task;
    if (!t->sim->options.tell || event->kind != MAIL_VERDICT)
        return;
    for (int32_t i = 0; i < m->fake.count; i++)
        if (uuid_equal(m->fake.batch[i].id, event->ids[0]))
            sim_tell(t->sim, "engine %d lane %d: %s is %s", t->engine->number, t->number,
                     m->fake.batch[i].to, send_state_name(event->verdict));
}

static bool mail_next(struct mail *port, int64_t deadline_us, struct mail_event *ret,
                      struct err *err)
{
    struct sim_mail *m = mail_self(port);
    struct sim *sim = m->task->sim;
    sim->result->calls++;
    sim_sleep(m->task, sim_between(sim, 1000, 200000));
    ret->kind = MAIL_NOTHING;
    if (sim_percent(sim, 3))
        return true;
    if (sim_accident(sim, sim->rates.mail)) {
        /* Of those that were allowed some arrived; nothing arrives any more. */
        fake_mail_finish(&m->fake, (int32_t)sim_between(sim, 0, MAIL_BATCH_MAX));
        m->fake.port.ops->drop(&m->fake.port);
        return err_set(err, sim_percent(sim, 50) ? ERR_RETRY : ERR_STOP,
                       "mail: the connection is gone");
    }
    if (sim_accident(sim, sim->rates.mail))
        m->fake.release_next = 1;
    else if (m->ops.mode == MODE_SMTP && sim_accident(sim, sim->rates.mail))
        m->fake.doubt_next = 1;
    bool ok = m->fake.port.ops->next(&m->fake.port, deadline_us, ret, err);
    m->fake.release_next = m->fake.doubt_next = 0;
    if (ret->kind == MAIL_VERDICT)
        sim_trace(sim, 3, (uint64_t)ret->verdict);
    tell_event(m, ret);
#ifdef PLANTED_BUGS
    if (sim->options.bug == SIM_BUG_LOST_IS_NOT && ret->kind == MAIL_VERDICT &&
        ret->verdict == SEND_IN_DOUBT)
        ret->verdict = SEND_QUEUED;
#endif
    return ok;
}

static bool mail_allow(struct mail *port, const struct uuid *ids, int32_t count, struct err *err)
{
    struct sim_mail *m = mail_self(port);
    return m->fake.port.ops->allow(&m->fake.port, ids, count, err);
}

static void mail_drop(struct mail *port)
{
    struct sim_mail *m = mail_self(port);
    m->fake.port.ops->drop(&m->fake.port);
}

static bool mail_find(struct mail *port, struct uuid id, bool *ret_known, bool *ret_there,
                      struct err *err)
{
    struct sim_mail *m = mail_self(port);
    struct sim *sim = m->task->sim;
    sim->result->calls++;
    sim_sleep(m->task, sim_between(sim, 100, 5000));
    if (sim_accident(sim, sim->rates.mail))
        return err_set(err, ERR_RETRY, "mail: the directory can't be read");
    bool ok = m->fake.port.ops->find(&m->fake.port, id, ret_known, ret_there, err);
#ifdef PLANTED_BUGS
    if (sim->options.bug == SIM_BUG_RESEND && !*ret_known) {
        *ret_known = true;
        *ret_there = false;
    }
#endif
    return ok;
}

void sim_world_init(struct sim_task *t)
{
    struct sim *s = t->sim;
    enum mail_mode mode = s->settings.mail_mode;
    t->clock = (struct sim_clock){{&clock_ops}, t};
    t->search.port.ops = &search_ops;
    t->search.task = t;
    fake_search_init(&t->search.fake, &s->world);
    t->pages.port.ops = &pages_ops;
    t->pages.task = t;
    fake_pages_init(&t->pages.fake, &s->world);
    t->mail.ops = (struct mail_ops){.mode = mode,
                                    .submit = mail_submit,
                                    .next = mail_next,
                                    .allow = mail_allow,
                                    .drop = mail_drop,
                                    .find = mail_find};
    t->mail.port.ops = &t->mail.ops;
    t->mail.task = t;
    fake_mail_init(&t->mail.fake, mode, &s->sink, &s->world);
    t->mail.fake.give_in = true;
}
