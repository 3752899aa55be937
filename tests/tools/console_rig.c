/* console_rig.c - drives the console's state without a terminal. */
#include "console_rig.h"

#include "base/clock.h"
#include "base/str.h"

#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void begin(struct console_rig *r, int rows, int cols)
{
    assert(setlocale(LC_CTYPE, "C.UTF-8") != NULL);
    setenv("TZ", "UTC", 1);
    tzset();
    fake_console_init(&r->fake);
    r->options.workspace = "acme";
    r->options.actor = "ana";
    r->options.host = "eu-1";
    r->options.record_path = "~/.local/share/autopilot/autopilot.db";
    r->options.config_path = "~/.config/autopilot/autopilot.ini";
    r->options.log_path = "~/.local/share/autopilot/log.db";
    struct ui_setup setup = {fake_console_source(&r->fake), &r->options, FAKE_NOW_US, US_PER_S};
    struct err err;
    assert(ui_init(&r->ui, &setup, &err));
    (void)str_copy(r->ui.terminal, sizeof r->ui.terminal, "UTF-8 · 256 colours · no mouse grab");
    (void)ui_news(&r->ui);
    assert(canvas_size(&r->canvas, rows, cols));
    r->text = buf_init(4 << 20);
}

void console_rig_init(struct console_rig *r, int rows, int cols)
{
    memset(r, 0, sizeof *r);
    begin(r, rows, cols);
}

void console_rig_read_only(struct console_rig *r, int rows, int cols)
{
    memset(r, 0, sizeof *r);
    r->options.read_only = true;
    begin(r, rows, cols);
}

void console_rig_done(struct console_rig *r)
{
    ui_done(&r->ui);
    fake_console_done(&r->fake);
    canvas_done(&r->canvas);
    buf_done(&r->text);
}

static void draw(struct console_rig *r)
{
    /* Drawing may find that there is room for more than was read: then it is read and drawn once
     * more, as the loop does. */
    for (int i = 0; i < 2; i++) {
        if (r->ui.stale)
            ui_load(&r->ui);
        (void)ui_next_change(&r->ui);
        ui_draw(&r->ui, &r->canvas);
    }
}

const char *console_rig_text(struct console_rig *r)
{
    draw(r);
    buf_clear(&r->text);
    canvas_text(&r->canvas, &r->text);
    return buf_text(&r->text);
}

const char *console_rig_looks(struct console_rig *r)
{
    draw(r);
    buf_clear(&r->text);
    canvas_looks(&r->canvas, &r->text);
    return buf_text(&r->text);
}

void console_rig_keys(struct console_rig *r, const char *keys)
{
    draw(r); /* nobody presses a key before there is a screen */
    for (const char *at = keys; *at != '\0';) {
        const char *end = *at == '<' ? strchr(at, '>') : NULL;
        size_t len = end != NULL ? (size_t)(end - at) - 1 : 1;
        uint32_t key = (uint32_t)(unsigned char)*at;
        if (end != NULL && strncmp(at, "<lt>", 4) == 0)
            key = '<';
        else if (end != NULL && !keymap_parse(at + 1, len, &key))
            assert(!"a key that is no key");
        ui_key(&r->ui, key);
        draw(r);
        at = end != NULL ? end + 1 : at + 1;
    }
}

const char *console_rig_line(struct console_rig *r, int line)
{
    static char copy[4096]; /* until the next call */
    const char *at = console_rig_text(r);
    if (line < 0)
        line += r->canvas.rows;
    for (; line > 0 && *at != '\0'; line--)
        at = strchr(at, '\n') + 1;
    (void)str_copy_n(copy, sizeof copy, at, strcspn(at, "\n"));
    return copy;
}

bool console_rig_shows(struct console_rig *r, const char *text)
{
    return strstr(console_rig_text(r), text) != NULL;
}

void console_rig_wait(struct console_rig *r, int64_t span_us)
{
    r->ui.now_us += span_us;
    r->ui.boot_us += span_us;
    draw(r);
}

void console_rig_answer(struct console_rig *r)
{
    fake_console_carry_out(&r->fake);
    (void)ui_news(&r->ui);
    draw(r);
}
