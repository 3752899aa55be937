/* gate.c - what may be changed from this console just now. The idea: keys, `:`, footer, help and
 * whatever is handed in ask here, so nobody finds out after having typed. */
#include "state.h"

#include "base/str.h"

bool ui_away(const struct ui *ui)
{
    const struct engine_standing *s = &ui->standing;
    return ui->has_desk && s->shared && !s->reached && s->away_us > 0;
}

/* What is held here until the record answers, and what never gets to it. */
static bool works_alone(enum command_kind kind)
{
    return kind == COMMAND_JOB_STOP || kind == COMMAND_JOB_PAUSE || kind == COMMAND_CONFIG_RELOAD;
}

bool ui_offers(const struct ui *ui, const struct action *a)
{
    return !a->writes || (!ui->read_only && (!ui_away(ui) || works_alone(a->command)));
}

bool ui_may(struct ui *ui, const struct action *a)
{
    if (ui_offers(ui, a))
        return true;
    if (ui->read_only)
        ui_say(ui, MESSAGE_WARN, "%s: this console is read-only; nothing was changed", a->name);
    else
        ui_say_away(ui, a->name, a->kinds == IN_FORM ? ", and the form keeps its text" : "");
    return false;
}

bool ui_may_submit(struct ui *ui, const struct command *c)
{
    char what[DIALOG_TEXT];
    if (!ui_away(ui) || works_alone(c->kind))
        return true;
    (void)str_format(what, sizeof what, "%s %s", command_name(c->kind),
                     c->target); /* a cut is fine */
    ui_say_away(ui, what, "");
    return false;
}

void ui_say_away(struct ui *ui, const char *what, const char *rest)
{
    char since[FIT_TEXT];
    ui_say(ui, MESSAGE_WARN,
           "%s: not now, the record does not answer since %s%s; stopping a job works, it is held "
           "here",
           what, fit_when(ui->standing.away_us, ui->now_us, since), rest);
}
