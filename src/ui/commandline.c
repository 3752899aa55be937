/* commandline.c - the `:` line. The idea: it has no commands of its own; a word is the name of an
 * action, of a screen, or the beginning of one, and what stands behind it goes to the handler. */
#include "state.h"

#include "base/str.h"

#include <string.h>

/* Splits "stop  spain*" into word and argument. */
static void split(const char *text, char *word, size_t size, char *arg, size_t arg_size)
{
    text += strspn(text, " ");
    size_t len = strcspn(text, " ");
    (void)str_copy_n(word, size, text, len);
    (void)str_copy(arg, arg_size, text + len + strspn(text + len, " "));
    for (size_t end = strlen(arg); end > 0 && arg[end - 1] == ' '; end--)
        arg[end - 1] = '\0';
}

static bool run_action(struct ui *ui, const char *word, const char *arg)
{
    const struct action *a = actions_find(word);
    if (a == NULL)
        return false;
    if ((a->kinds & ui_screen(ui)->kinds) == 0 && a->run != act_command && a->run != act_log_of)
        ui_say(ui, MESSAGE_WARN, ":%s does nothing on this view", a->name);
    else if (ui_may(ui, a))
        a->run(ui, a, 0, arg);
    return true;
}

/* A screen by the beginning of its name; -1. */
static int screen_of(const char *word)
{
    int found = screens_find(word);
    for (int i = 0; found < 0 && *word != '\0' && i < screens_count(); i++)
        if (str_starts(screens_at(i)->name, word))
            found = i;
    return found;
}

void ui_command_line(struct ui *ui, const char *text)
{
    char word[64], arg[PROMPT_MAX];
    split(text, word, sizeof word, arg, sizeof arg);
    if (word[0] == '\0')
        return;
    int screen = screens_find(word);
    if (screen < 0 && run_action(ui, word, arg))
        return;
    if (screen < 0)
        screen = screen_of(word);
    if (screen >= 0) {
        char before[sizeof ui->filter];
        bool filters = (screens_at(screen)->kinds & IN_FILTER) != 0;
        ui_show(ui, screen, filters ? "" : arg, true);
        (void)str_copy(before, sizeof before, ui->filter); /* same size */
        if (filters && arg[0] != '\0') /* now: showing another list drops a filter */
            ui_filter(ui, arg, before);
        return;
    }
    const char *near = actions_nearest(word);
    ui_say(ui, MESSAGE_WARN, ":%s is no command%s%s; ? lists them", word,
           near != NULL ? ", did you mean :" : "", near != NULL ? near : "");
}

/* The candidate with this number for the word being typed; NULL at the end of the list. */
static const char *candidate(const struct ui *ui, bool is_command, int i)
{
    const struct action *a = action_at(i);
    if (!is_command)
        return i < ui->model.job_count ? ui->model.jobs[i].name : NULL;
    if (a != NULL)
        return a->name;
    i -= actions_count();
    return i < screens_count() ? screens_at(i)->name : NULL;
}

/* How far the candidates that begin with `word` agree; ret_count says how many there are. */
static size_t agreed(const struct ui *ui, bool is_command, const char *word, const char **ret,
                     int *ret_count)
{
    size_t same = 0;
    const char *name;
    *ret_count = 0;
    for (int i = 0; (name = candidate(ui, is_command, i)) != NULL; i++) {
        if (!str_starts(name, word))
            continue;
        size_t len = strlen(name);
        if ((*ret_count)++ == 0) {
            *ret = name;
            same = len;
        }
        size_t k = 0;
        while (k < same && k < len && name[k] == (*ret)[k])
            k++;
        same = k;
    }
    return same;
}

void ui_complete(struct ui *ui, struct prompt *p)
{
    char word[PROMPT_MAX], text[PROMPT_MAX];
    const char *space = strrchr(p->text, ' ');
    const char *last = space != NULL ? space + 1 : p->text;
    const char *found = NULL;
    int count;
    (void)str_copy(word, sizeof word, last);
    size_t same = agreed(ui, space == NULL, word, &found, &count);
    if (count == 0)
        return;
    (void)str_format(text, sizeof text, "%.*s%.*s%s", (int)(last - p->text), p->text, (int)same,
                     found, count == 1 ? " " : "");
    prompt_set(p, text);
}
