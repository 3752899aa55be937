/* term.c - the terminal. The idea: curses is told only which rows changed and makes the shortest
 * bytes of it; everything that could wait (a stalled link, a lone ESC) is asked for with poll
 * first. The terminal's file is never made non-blocking: that flag is shared with the shell, and
 * curses spins on it. */
#include "term.h"

#include "rescue.h"
#include "term_keys.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>

enum {
    SYNC_CELLS = 250, /* frames that change more are sent as one (DEC mode 2026) */
    ERR_FILE_MAX = 1 << 20,
    ERR_TAIL = 2000
};

struct terminal {
    SCREEN *screen;
    struct canvas shown; /* what curses was told last */
    enum theme theme;
    bool colour, redraw;
    bool modern; /* knows modes 2026 and 2004 and titles */
    bool cursor_on, paste_on;
    char title[128];
    enum glyphs glyphs;
    int events;   /* signalfd of WINCH and CONT */
    int error_fd; /* the real fd 2; -1: it was not redirected */
    off_t error_from;
    char err_path[512];
    struct term_keys keys;
    cchar_t *row; /* one row for curses */
    int row_size;
};

/* --- beginning and end ------------------------------------------------------------------------ */

static bool refuse(struct err *err, const char *why, const char *what)
{
    return err_set(err, ERR_USAGE, "console: %s%s; the sub-commands need none (autopilot help)",
                   why, what);
}

/* Looks at the terminal's description without touching the terminal. */
static bool check_type(struct err *err)
{
    const char *type = getenv("TERM");
    char clean[64];
    int found = 0;
    text_screen_to(clean, sizeof clean, type != NULL ? type : "");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return refuse(err, "needs a terminal", "");
    if (type == NULL || *type == '\0' || setupterm(NULL, STDOUT_FILENO, &found) != OK)
        return refuse(err, "unknown terminal type, TERM=", clean);
    bool moves = cursor_address != NULL;
    (void)del_curterm(cur_term); /* newterm reads it again */
    return moves || refuse(err, "this terminal can't move its cursor, TERM=", clean);
}

static bool starts_with_any(const char *text, const char *const *list)
{
    for (; *list != NULL; list++)
        if (str_starts(text, *list))
            return true;
    return false;
}

static void choose_glyphs(struct terminal *t)
{
    static const char *const modern[] = {"xterm",     "tmux",    "screen",       "foot", "kitty",
                                         "alacritty", "wezterm", "rxvt-unicode", NULL};
    const char *type = getenv("TERM");
    /* A locale that is named but not installed leaves "C": ask for plain UTF-8 instead. */
    if (setlocale(LC_CTYPE, "") == NULL)
        (void)setlocale(LC_CTYPE, "C.UTF-8"); /* then it stays ASCII */
    t->glyphs = GLYPHS_ASCII;
    if (str_equal(nl_langinfo(CODESET), "UTF-8") && canvas_glyphs_known())
        t->glyphs = str_starts(type, "linux") ? GLYPHS_CONSOLE : GLYPHS_FULL;
    t->modern = starts_with_any(type, modern);
}

static void choose_colour(struct terminal *t, bool allowed)
{
    const char *no = getenv("NO_COLOR");
    t->colour = allowed && has_colors() && !(no != NULL && *no != '\0') &&
                !str_ends(getenv("TERM"), "-mono") && start_color() == OK && COLORS >= 8;
    if (!t->colour)
        return;
    short back = use_default_colors() == OK ? -1 : COLOR_BLACK;
    for (short i = COLOR_RED; i <= COLOR_CYAN; i++)
        (void)init_pair(i, i, back); /* else the text stays in its own colour */
}

static void add_bytes(struct rescue_plan *plan, const char *bytes)
{
    for (const char *at = bytes; *at != '\0' && plan->restore_len < RESTORE_MAX - 1; at++) {
        if (at[0] == '$' && at[1] == '<') { /* terminfo's padding */
            at += strcspn(at, ">");
            if (*at == '\0')
                return;
            continue;
        }
        plan->restore[plan->restore_len++] = *at;
    }
}

static void add_capability(struct rescue_plan *plan, const char *name)
{
    const char *bytes = tigetstr(name);
    if (bytes != NULL && (intptr_t)bytes != -1)
        add_bytes(plan, bytes);
}

static void plan_restore(const struct terminal *t, struct rescue_plan *plan)
{
    if (t->modern)
        add_bytes(plan, "\033[?2026l\033[?2004l");
    add_capability(plan, "sgr0");
    if (t->colour)
        add_capability(plan, "op");
    add_capability(plan, "cnorm");
    add_capability(plan, "rmkx");
    add_capability(plan, "rmcup");
    if (t->modern)
        add_bytes(plan, "\033[23;0t");
    add_bytes(plan, "\r");
}

/* Nothing but curses may write to the terminal while the screen is up: what libraries and aborts
 * say goes to a file. */
static void redirect_errors(struct terminal *t, const char *path)
{
    t->error_fd = -1;
    if (!isatty(STDERR_FILENO))
        return;
    int fd = -1;
    struct stat st;
    if (path != NULL && str_copy(t->err_path, sizeof t->err_path, path))
        fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0 && fstat(fd, &st) == 0) {
        if (st.st_size > ERR_FILE_MAX && ftruncate(fd, 0) == 0)
            st.st_size = 0;
        t->error_from = st.st_size;
    }
    if (fd < 0) {
        t->err_path[0] = '\0';
        fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return;
    t->error_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (t->error_fd >= 0)
        (void)dup2(fd, STDERR_FILENO); /* then they stay on the terminal */
    (void)close(fd);                   /* nothing was written through it */
}

/* Back to the real fd 2, and the end of what was said meanwhile. */
static void return_errors(struct terminal *t)
{
    char tail[ERR_TAIL];
    if (t->error_fd < 0)
        return;
    (void)dup2(t->error_fd, STDERR_FILENO); /* both are open */
    (void)close(t->error_fd);               /* its copy stays */
    int fd = t->err_path[0] != '\0' ? open(t->err_path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    off_t end = lseek(fd, 0, SEEK_END);
    off_t from = end - t->error_from > ERR_TAIL ? end - ERR_TAIL : t->error_from;
    ssize_t n = end > from ? pread(fd, tail, sizeof tail, from) : 0;
    (void)close(fd); /* it was only read */
    if (n <= 0)
        return;
    struct buf clean = buf_init(4 * ERR_TAIL);
    for (ssize_t i = 0, line = 0; i <= n; i++)
        if (i == n || tail[i] == '\n') {
            text_screen(&clean, tail + line, (size_t)(i - line));
            if (i < n)
                (void)buf_addc(&clean, '\n');
            line = i + 1;
        }
    fprintf(stderr, "%s", buf_text(&clean));
    buf_done(&clean);
}

static void set_modes(void)
{
    (void)raw();                 /* ^S and ^Q reach us, no key becomes a signal; */
    (void)noecho();              /* these fail only without a screen */
    (void)nonl();                /* Enter is a carriage return */
    (void)keypad(stdscr, TRUE);  /* fails only without a screen */
    (void)nodelay(stdscr, TRUE); /* we wait in poll */
    (void)meta(stdscr, TRUE);    /* fails only without a screen */
    (void)curs_set(0);           /* a terminal that can't keeps it */
    term_keys_define();
}

static bool start_screen(struct terminal *t, const struct term_setup *setup,
                         struct rescue_plan *plan, struct err *err)
{
    /* Signals are blocked before newterm: curses would put handlers on INT and TERM. */
    console_block_signals();
    if (getenv("ESCDELAY") == NULL)
        (void)set_escdelay(25); /* never 0: arrow keys come in pieces over slow links */
    t->screen = newterm(NULL, stdout, stdin);
    if (t->screen == NULL)
        return refuse(err, "the screen can't be started", "");
    set_modes();
    choose_colour(t, setup->colour);
    plan_restore(t, plan);
    return true;
}

bool term_open(const struct term_setup *setup, struct terminal **ret, struct err *err)
{
    struct rescue_plan plan = {
        .wake = setup->wake, .last_resort = setup->last_resort, .ctx = setup->ctx};
    if (!check_type(err))
        return false;
    struct terminal *t = calloc(1, sizeof *t);
    if (t == NULL || tcgetattr(STDIN_FILENO, &plan.saved) != 0) {
        free(t);
        return err_set(err, ERR_STOP, "console: the terminal's settings can't be read: %s",
                       strerror(errno));
    }
    choose_glyphs(t);
    t->redraw = true;
    t->events = -1;
    redirect_errors(t, setup->err_path);
    if (!start_screen(t, setup, &plan, err)) {
        term_close(t);
        return false;
    }
    sigset_t set;
    (void)sigemptyset(&set);         /* a set of our own */
    (void)sigaddset(&set, SIGWINCH); /* they exist */
    (void)sigaddset(&set, SIGCONT);  /* it exists */
    t->events = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    plan.error_fd = t->error_fd >= 0 ? t->error_fd : STDERR_FILENO;
    plan.err_path = t->err_path;
    if (!rescue_begin(&plan, err)) {
        term_close(t);
        return false;
    }
    rescue_holds(true);
    *ret = t;
    return true;
}

void term_close(struct terminal *t)
{
    if (t == NULL)
        return;
    if (t->screen != NULL) {
        (void)endwin();   /* a terminal that is gone needs nothing */
        rescue_restore(); /* what curses does not know of */
        rescue_end();
        delscreen(t->screen);
    }
    return_errors(t);
    if (t->events >= 0)
        (void)close(t->events); /* nothing is lost with it */
    canvas_done(&t->shown);
    free(t->row);
    free(t);
}

/* --- what it is ------------------------------------------------------------------------------- */

void term_size(const struct terminal *t, int *ret_rows, int *ret_cols)
{
    (void)t;
    *ret_rows = LINES;
    *ret_cols = COLS;
}

enum glyphs term_glyphs(const struct terminal *t)
{
    return t->glyphs;
}

bool term_has_colour(const struct terminal *t)
{
    return t->colour;
}

void term_describe(const struct terminal *t, char *dst, size_t size)
{
    char colours[32] = "no colour";
    if (t->colour)
        (void)str_format(colours, sizeof colours, "%d colours", COLORS > 256 ? 256 : COLORS);
    (void)str_format(dst, size, "%s · %s · no mouse grab",
                     t->glyphs == GLYPHS_ASCII ? "ASCII" : "UTF-8", colours);
}

int term_events_fd(const struct terminal *t)
{
    return t->events;
}

bool term_events(struct terminal *t)
{
    struct signalfd_siginfo info;
    struct winsize size;
    bool any = false;
    while (read(t->events, &info, sizeof info) == (ssize_t)sizeof info)
        any = true;
    if (!any)
        return false;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        (void)resizeterm(size.ws_row, size.ws_col); /* without memory the old size stays */
    term_redraw(t);
    return true;
}

/* --- output ----------------------------------------------------------------------------------- */

bool term_writable(struct terminal *t, bool *ret_gone)
{
    (void)t;
    struct pollfd fd = {.fd = STDOUT_FILENO, .events = POLLOUT};
    int n = poll(&fd, 1, 0);
    *ret_gone = n > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
    return n > 0 && (fd.revents & POLLOUT) != 0 && !*ret_gone;
}

/* Short sequences that curses does not know. */
static void send(const char *bytes)
{
    size_t len = strlen(bytes);
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);
        if (n < 0 && errno == EINTR && rescue_asked() == ASK_NOTHING)
            continue;
        if (n <= 0)
            return; /* gone, or about to be left */
        bytes += n;
        len -= (size_t)n;
    }
}

static void to_curses(const struct terminal *t, const struct cell *cell, cchar_t *ret)
{
    struct style s = theme_style(t->colour ? t->theme : THEME_MONO, (int)cell->look);
    attr_t attr = A_NORMAL;
    wchar_t text[3] = {(wchar_t)cell->point, (wchar_t)cell->mark, 0};
    attr |= s.bold ? A_BOLD : 0;
    attr |= s.dim ? A_DIM : 0;
    attr |= s.reverse ? A_REVERSE : 0;
    attr |= s.underline ? A_UNDERLINE : 0;
    if (setcchar(ret, text, attr, (short)(t->colour ? s.colour : 0), NULL) != OK) {
        text[0] = L'?';
        text[1] = 0;
        (void)setcchar(ret, text, attr, 0, NULL); /* ASCII always can be */
    }
}

static bool same_row(const struct canvas *a, const struct canvas *b, int y)
{
    const struct cell *left = a->cells + y * a->cols, *right = b->cells + y * b->cols;
    return memcmp(left, right, (size_t)a->cols * sizeof *left) == 0;
}

static void put_row(struct terminal *t, const struct canvas *c, int y)
{
    const struct cell *row = c->cells + y * c->cols;
    int n = 0;
    for (int x = 0; x < c->cols; x++)
        if (row[x].point != 0) /* curses makes the right half of a wide character itself */
            to_curses(t, &row[x], &t->row[n++]);
    if (n > 0)
        (void)mvadd_wchnstr(y, 0, t->row, n); /* a row that is off the screen is not there */
}

static bool room_for_row(struct terminal *t, int cols)
{
    if (cols <= t->row_size)
        return true;
    cchar_t *row = realloc(t->row, (size_t)cols * sizeof *row);
    if (row == NULL)
        return false;
    t->row = row;
    t->row_size = cols;
    return true;
}

bool term_shows(const struct terminal *t, const struct canvas *c)
{
    return !t->redraw && canvas_changed(&t->shown, c) == 0;
}

static void put_rows(struct terminal *t, const struct canvas *c)
{
    bool all = t->redraw || t->shown.rows != c->rows || t->shown.cols != c->cols;
    if (all) {
        (void)erase();               /* fails only without a screen */
        (void)clearok(curscr, TRUE); /* fails only without a screen */
    }
    for (int y = 0; y < c->rows; y++)
        if (all || !same_row(&t->shown, c, y))
            put_row(t, c, y);
    if (all && !canvas_size(&t->shown, c->rows, c->cols))
        return; /* without memory every frame is a whole one */
    canvas_copy(&t->shown, c);
    t->redraw = false;
}

static void put_cursor(struct terminal *t, const struct canvas *c)
{
    bool on = c->cursor_y >= 0;
    if (on != t->cursor_on)
        (void)curs_set(on); /* a terminal that can't keeps it */
    t->cursor_on = on;
    if (on)
        (void)move(c->cursor_y, c->cursor_x); /* it is on the canvas */
}

int64_t term_show(struct terminal *t, const struct canvas *c, enum theme theme)
{
    int64_t from = clock_boot_us();
    if (!room_for_row(t, c->cols))
        return 0;
    if (theme != t->theme)
        t->redraw = true;
    t->theme = theme;
    bool sync = t->modern && (t->redraw || canvas_changed(&t->shown, c) > SYNC_CELLS);
    put_rows(t, c);
    put_cursor(t, c);
    if (sync)
        send("\033[?2026h");
    (void)wnoutrefresh(stdscr); /* fails only without a screen */
    (void)doupdate();           /* fails only without a screen */
    if (sync)
        send("\033[?2026l");
    return clock_boot_us() - from;
}

void term_redraw(struct terminal *t)
{
    t->redraw = true;
}

void term_paste_mode(struct terminal *t, bool on)
{
    if (on == t->paste_on || !t->modern)
        return;
    t->paste_on = on;
    send(on ? "\033[?2004h" : "\033[?2004l");
}

bool term_copy(struct terminal *t, const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buf out = buf_init(8192);
    size_t len = strlen(text);
    if (!t->modern)
        return false;
    (void)buf_adds(&out, "\033]52;c;");
    for (size_t i = 0; i < len; i += 3) {
        unsigned char b[3] = {0};
        size_t n = len - i < 3 ? len - i : 3;
        memcpy(b, text + i, n);
        (void)buf_addc(&out, digits[b[0] >> 2]);
        (void)buf_addc(&out, digits[(b[0] & 3) << 4 | b[1] >> 4]);
        (void)buf_addc(&out, n > 1 ? digits[(b[1] & 15) << 2 | b[2] >> 6] : '=');
        (void)buf_addc(&out, n > 2 ? digits[b[2] & 63] : '=');
    }
    (void)buf_addc(&out, '\a');
    bool ok = buf_ok(&out);
    if (ok)
        send(buf_text(&out));
    buf_done(&out);
    return ok;
}

void term_title(struct terminal *t, const char *text)
{
    char clean[sizeof t->title], bytes[sizeof t->title + 32];
    text_screen_to(clean, sizeof clean, text);
    if (!t->modern || str_equal(clean, t->title))
        return;
    /* The first time the old title is kept on the terminal's own stack. */
    (void)str_format(bytes, sizeof bytes, "%s\033]0;%s\a", t->title[0] == '\0' ? "\033[22;0t" : "",
                     clean);
    (void)str_copy(t->title, sizeof t->title, clean);
    send(bytes);
}

void term_bell(struct terminal *t)
{
    (void)t;
    (void)beep(); /* a terminal without one stays silent */
}

bool term_suspend(struct terminal *t)
{
    /* Without a shell that does job control nobody would continue us. */
    if (getsid(0) == getpgrp())
        return false;
    term_paste_mode(t, false);
    (void)curs_set(1); /* a terminal that can't keeps it */
    t->cursor_on = true;
    (void)endwin(); /* gives the modes back too */
    rescue_restore();
    (void)kill(0, SIGSTOP); /* the whole job, as the terminal itself would */
    /* Continued: */
    rescue_holds(true);
    t->title[0] = '\0';
    (void)reset_prog_mode(); /* a terminal that is gone is noticed in poll */
    (void)term_events(t);    /* it may have another size; it is drawn anew in any case */
    term_redraw(t);
    return true;
}

bool term_key(struct terminal *t, uint32_t *ret)
{
    return term_keys_next(&t->keys, ret);
}
