/* loop.c - the loop: wait, read what changed, draw what differs. The idea: every wait is one
 * poll() whose timeout is the next thing that changes by itself, so an idle console sleeps; keys
 * are drawn at once, data at most 25 times a second and less often over a slow link. */
#include "loop.h"

#include "rescue.h"
#include "starter.h"
#include "state.h"
#include "term.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/str.h"
#include "base/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_US (40 * US_PER_MS)      /* 25 frames a second */
#define SLOW_FRAME_US (50 * US_PER_MS) /* a frame that took longer: the link is slow */
#define FRAME_MAX_US (1 * US_PER_S)
#define POLL_US (1 * US_PER_S)    /* where inotify is missing, and while reading fails */
#define AGAIN_US (20 * US_PER_MS) /* from a file that was written to looking once more */
#define AGAIN_MAX_US (2 * US_PER_S)
#define AGE_US (5 * US_PER_S)      /* rates and ETA of running jobs, when nothing is written */
#define START_US (100 * US_PER_MS) /* from the first look at the record to starting the engine */
#define QUICK_US (2 * US_PER_MS)   /* reading that takes less is done before a key is drawn */

struct console {
    const struct console_options *options;
    struct source source;
    void (*begun)(void *ctx, struct desk *desk);
    void *begun_ctx;

    struct ui ui;
    struct terminal *term;
    struct canvas canvas;
    struct watch record, log;
    struct wake asked; /* woken by the rescue thread */
    int64_t version;
    int64_t again_us, again_after_us; /* when to look again, and how long that was; 0 */

    int64_t drawn_us, loaded_us; /* boot clock: the last frame and the last reading ended */
    int64_t frame_us, load_took_us;
    bool dirty, at_once, blocked; /* blocked: a frame waits for the terminal */
    bool window;                  /* the size may have changed */
    bool gone;
    bool started; /* options->begin was called */
    struct starter starter;
    int64_t opened_us;
    int64_t minute; /* that the clock in the corner showed last */
};

/* --- reading ---------------------------------------------------------------------------------- */

static int64_t load_due(const struct console *c)
{
    /* Reading never takes more than a fifth of the time, however large the record is. */
    int64_t pause = 4 * c->load_took_us > FRAME_US ? 4 * c->load_took_us : FRAME_US;
    return c->at_once && c->load_took_us < QUICK_US ? 0 : c->loaded_us + pause;
}

static void load(struct console *c)
{
    int64_t from = clock_boot_us();
    ui_load(&c->ui);
    c->version = c->source.version(c->source.ctx);
    c->loaded_us = clock_boot_us();
    c->load_took_us = c->loaded_us - from;
    c->dirty = true;
}

/* A file of the record is written before what was committed can be read (it is synced between), and
 * nothing tells of that moment: so it is looked for a few times, less and less often. */
static void look_again(struct console *c, int64_t after_us)
{
    c->again_after_us = after_us;
    c->again_us = after_us <= AGAIN_MAX_US ? clock_boot_us() + after_us : 0;
}

/* The next instant to look although nobody called. */
static int64_t look_due(const struct console *c)
{
    int64_t at = c->again_us > 0 ? c->again_us : INT64_MAX;
    int64_t late = ui_working(&c->ui) ? c->loaded_us + AGE_US : INT64_MAX;
    if (c->ui.trouble.kind != ERR_NONE || c->record.fd < 0)
        late = c->loaded_us + POLL_US;
    return late < at ? late : at;
}

static void look(struct console *c)
{
    int64_t version = c->source.version(c->source.ctx);
    bool again = c->again_us > 0 && version == c->version;
    if (version != c->version || version < 0 || c->record.fd < 0 || ui_working(&c->ui))
        c->ui.stale = true;
    look_again(c, again ? 4 * c->again_after_us : INT64_MAX);
    c->loaded_us = clock_boot_us(); /* looked at, at least */
}

static void take_settings(struct console *c)
{
    struct settings s;
    if (c->options->settings == NULL)
        return;
    c->options->settings(c->options->ctx, &s);
    ui_settings(&c->ui, &s);
}

static void take_news(struct console *c)
{
    wake_clear(c->options->wake);
    take_settings(c);
    c->dirty |= ui_news(&c->ui);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void set_title(struct console *c)
{
    char title[128], failed[32] = "";
    int32_t n = c->ui.model.totals.failed;
    if (n > 0)
        (void)str_format(failed, sizeof failed, " - %d failed", (int)n);
    (void)str_format(title, sizeof title, "autopilot%s%s%s", c->ui.workspace != NULL ? " " : "",
                     c->ui.workspace != NULL ? c->ui.workspace : "", failed);
    term_title(c->term, title);
}

/* A slow frame means a slow link: draw less often, and recover little by little. */
static void pace(struct console *c, int64_t took_us)
{
    if (took_us > SLOW_FRAME_US)
        c->frame_us = c->frame_us * 2 > FRAME_MAX_US ? FRAME_MAX_US : c->frame_us * 2;
    else if (c->frame_us > FRAME_US)
        c->frame_us =
            c->frame_us - c->frame_us / 8 < FRAME_US ? FRAME_US : c->frame_us - c->frame_us / 8;
}

/* The terminal that reads nothing any more must not hold us: only when it takes bytes is a frame
 * begun. */
static bool can_draw(struct console *c)
{
    bool gone = false;
    bool ok = term_writable(c->term, &gone);
    c->gone |= gone;
    c->blocked = !ok;
    return ok;
}

static void draw(struct console *c)
{
    int rows, cols;
    if (!can_draw(c))
        return;
    term_size(c->term, &rows, &cols);
    if ((rows != c->canvas.rows || cols != c->canvas.cols) && !canvas_size(&c->canvas, rows, cols))
        return;
    c->ui.now_us = clock_now_us();
    ui_draw(&c->ui, &c->canvas);
    c->dirty = c->at_once = false;
    if (!term_shows(c->term, &c->canvas))
        pace(c, term_show(c->term, &c->canvas, c->ui.theme));
    term_paste_mode(c->term, true); /* what is pasted must not be taken for keys */
    set_title(c);
    c->drawn_us = clock_boot_us();
}

static void grant_wishes(struct console *c)
{
    unsigned wishes = c->ui.wishes;
    if (wishes == 0 || !can_draw(c))
        return;
    c->ui.wishes = 0;
    if (wishes & WISH_BELL)
        term_bell(c->term);
    if (wishes & WISH_COPY && !term_copy(c->term, c->ui.copy))
        ui_say(&c->ui, MESSAGE_WARN, "copy: this terminal has no clipboard");
    if (wishes & WISH_SUSPEND && !term_suspend(c->term))
        ui_say(&c->ui, MESSAGE_WARN, "suspend: there is no shell to come back to");
    if (wishes & WISH_REDRAW)
        term_redraw(c->term);
    c->dirty = c->at_once = true;
}

/* The engine is started when the operator sees the first frame, not before, and a moment later:
 * what was typed ahead comes first, and the two do not fight for the disk. */
static int64_t start_due(const struct console *c)
{
    return c->started ? INT64_MAX : c->opened_us + START_US;
}

/* --- waiting ---------------------------------------------------------------------------------- */

enum { FD_KEYS, FD_WINDOW, FD_ASKED, FD_DESK, FD_RECORD, FD_LOG, FD_OUT, FDS };

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* When to go on although nothing happens. */
static int64_t due(struct console *c)
{
    int64_t at = ui_next_change(&c->ui);
    if (c->ui.stale)
        at = earlier(at, load_due(c));
    if ((c->dirty || c->window) && !c->blocked)
        at = earlier(at, c->at_once ? 0 : c->drawn_us + c->frame_us);
    return earlier(earlier(at, look_due(c)), start_due(c));
}

static void take_keys(struct console *c)
{
    uint32_t key;
    int waiting = 0;
    /* Readable and empty: the other side closed it, and nobody sent SIGHUP. */
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0) {
        c->gone = true;
        return;
    }
    while (!c->ui.ended && term_key(c->term, &key)) {
        c->ui.now_us = clock_now_us();
        c->ui.boot_us = clock_boot_us();
        ui_key(&c->ui, key);
    }
    c->dirty = c->at_once = true;
}

static void take_asks(struct console *c)
{
    enum rescue_ask ask = rescue_asked();
    if (ask == ASK_SUSPEND) {
        c->ui.wishes |= WISH_SUSPEND;
    } else if (ask != ASK_NOTHING) {
        c->ui.ended = true;
        c->ui.end = ask == ASK_HANGUP ? CONSOLE_HANGUP : CONSOLE_SIGNAL;
    }
}

static void take_events(struct console *c, struct pollfd *fd)
{
    if (fd[FD_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
        c->gone = true;
    else if (fd[FD_KEYS].revents & POLLIN)
        take_keys(c);
    if (fd[FD_WINDOW].revents & POLLIN)
        c->window = true;
    if (fd[FD_DESK].revents & POLLIN)
        take_news(c);
    if (fd[FD_RECORD].revents & POLLIN && watch_changed(&c->record)) {
        c->ui.stale |= c->version < 0 || c->source.version(c->source.ctx) != c->version;
        look_again(c, AGAIN_US);
    }
    if (fd[FD_LOG].revents & POLLIN && watch_changed(&c->log))
        c->ui.stale = true;
    if (fd[FD_OUT].revents & (POLLERR | POLLNVAL))
        c->gone = true;
    if (fd[FD_OUT].revents & POLLOUT)
        c->blocked = false;
}

static void wait_for_events(struct console *c)
{
    /* A negative fd is passed over by poll. What tells of changes is not asked while a change waits
     * to be read: however much is written, it wakes us once a frame. */
    bool news = !c->ui.stale;
    struct pollfd fd[FDS] = {
        [FD_KEYS] = {.fd = STDIN_FILENO, .events = POLLIN},
        [FD_WINDOW] = {.fd = c->window ? -1 : term_events_fd(c->term), .events = POLLIN},
        [FD_ASKED] = {.fd = c->asked.fd, .events = POLLIN},
        [FD_DESK] = {.fd = c->options->wake != NULL ? c->options->wake->fd : -1, .events = POLLIN},
        [FD_RECORD] = {.fd = news ? c->record.fd : -1, .events = POLLIN},
        [FD_LOG] = {.fd = news ? c->log.fd : -1, .events = POLLIN},
        [FD_OUT] = {.fd = c->blocked && (c->dirty || c->ui.wishes) ? STDOUT_FILENO : -1,
                    .events = POLLOUT},
    };
    int64_t at = due(c), now = clock_boot_us();
    int64_t left_ms = at <= now ? 0 : at == INT64_MAX ? -1 : (at - now + 999) / US_PER_MS;
    if (left_ms > INT32_MAX)
        left_ms = INT32_MAX;
    int n = poll(fd, FDS, (int)left_ms);
    if (fd[FD_ASKED].revents & POLLIN)
        wake_clear(&c->asked);
    if (n > 0)
        take_events(c, fd);
    take_asks(c);
}

/* --- the whole -------------------------------------------------------------------------------- */

/* The engine of this process is up, or says why not. */
static void take_engine(struct console *c)
{
    struct desk *desk;
    if (!starter_take(&c->starter, &desk, &c->ui.begin_trouble))
        return;
    if (desk != NULL && c->begun != NULL)
        c->begun(c->begun_ctx, desk);
    take_settings(c);
    c->ui.starting = false;
    c->dirty = true;
    if (ui_news(&c->ui))
        c->ui.stale = true;
}

static void step(struct console *c)
{
    c->ui.now_us = clock_now_us();
    c->ui.boot_us = clock_boot_us();
    if (c->ui.boot_us >= look_due(c))
        look(c);
    if (c->ui.stale && c->ui.boot_us >= load_due(c))
        load(c);
    bool frame = c->at_once || c->ui.boot_us >= c->drawn_us + c->frame_us;
    if (c->window && frame) {
        c->window = false;
        c->dirty |= term_events(c->term);
    }
    enum message_kind told = c->ui.message.kind;
    int64_t minute = c->ui.now_us / (60 * US_PER_S);
    if (ui_next_change(&c->ui) <= c->ui.boot_us || told != c->ui.message.kind ||
        minute != c->minute)
        c->dirty = true;
    c->minute = minute;
    if (c->dirty && frame)
        draw(c);
    grant_wishes(c);
    if (c->ui.boot_us >= start_due(c)) {
        c->started = true;
        starter_begin(&c->starter, c->options, &c->asked);
    }
    take_engine(c);
}

static void run(struct console *c)
{
    while (!c->ui.ended && !c->gone) {
        step(c);
        wait_for_events(c);
    }
    if (c->gone) {
        c->ui.end = CONSOLE_HANGUP;
        c->ui.ended = true;
    }
}

static void watch_file(struct watch *w, const char *path)
{
    char dir[FILE_PATH_MAX], wal[300];
    const char *slash = path != NULL ? strrchr(path, '/') : NULL;
    const char *name = slash != NULL ? slash + 1 : path;
    *w = (struct watch){.fd = -1};
    if (path == NULL || !str_format(wal, sizeof wal, "%s-wal", name))
        return;
    const char *const names[] = {name, wal};
    file_dir_of(dir, path);
    watch_init(w, dir, names, 2);
}

static bool begin(struct console *c, struct err *err)
{
    const struct console_options *o = c->options;
    char err_path[FILE_PATH_MAX];
    struct settings s;
    settings_defaults(&s);
    if (o->settings != NULL)
        o->settings(o->ctx, &s);
    struct ui_setup setup = {c->source, o, clock_now_us(), clock_boot_us()};
    bool has_path = o->data_dir != NULL && file_join(err_path, o->data_dir, "console.err", err);
    struct term_setup term = {
        .colour = s.console_colour != COLOUR_NEVER,
        .err_path = has_path ? err_path : NULL,
        .wake = &c->asked,
        .last_resort = o->last_resort,
        .ctx = o->ctx,
    };
    if (!wake_init(&c->asked, err) || !term_open(&term, &c->term, err) ||
        !ui_init(&c->ui, &setup, err))
        return false;
    c->canvas.glyphs = term_glyphs(c->term);
    term_describe(c->term, c->ui.terminal, sizeof c->ui.terminal);
    ui_settings(&c->ui, &s);
    c->ui.starting = o->begin != NULL;
    (void)ui_news(&c->ui); /* it is drawn in any case */
    watch_file(&c->record, o->record_path);
    watch_file(&c->log, o->log_path);
    c->dirty = c->at_once = true;
    c->frame_us = FRAME_US;
    c->opened_us = clock_boot_us();
    return true;
}

bool console_loop(const struct console_options *options, struct source source,
                  void (*begun)(void *ctx, struct desk *desk), void *ctx, enum console_end *ret_end,
                  struct err *err)
{
    struct console *c = calloc(1, sizeof *c);
    if (c == NULL)
        return err_set(err, ERR_STOP, "console: out of memory");
    c->options = options;
    c->source = source;
    c->begun = begun;
    c->begun_ctx = ctx;
    c->asked.fd = c->record.fd = c->log.fd = -1;
    bool ok = begin(c, err);
    if (ok) {
        run(c);
        *ret_end = c->ui.end;
    }
    term_close(c->term);
    starter_end(&c->starter);
    ui_done(&c->ui);
    canvas_done(&c->canvas);
    watch_done(&c->record);
    watch_done(&c->log);
    wake_done(&c->asked);
    free(c);
    return ok;
}
