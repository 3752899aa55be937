/* If this fails, the terminal does not show what the canvas says: cells that were not redrawn, a
 * wide character that pushed its row along, a colour or a cursor in the wrong place, or a terminal
 * that is not given back.
 *
 * A child draws canvases through the terminal module on a pseudo terminal; here an emulator reads
 * what comes out. Both make the same canvases from the same numbers, so every cell of every frame
 * is compared. */
#include "unit/cases.h"

#include "../../src/ui/canvas.h"
#include "../../src/ui/term.h"

#include "base/clock.h"
#include "base/rng.h"
#include "base/str.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <vterm.h>

enum { FRAMES = 150, RESIZE_AT = 20, SHRINK_AT = 90 };

static void size_at(int frame, int *ret_rows, int *ret_cols)
{
    *ret_rows = frame < RESIZE_AT ? 24 : frame < SHRINK_AT ? 40 : 10;
    *ret_cols = frame < RESIZE_AT ? 80 : frame < SHRINK_AT ? 120 : 33;
}

/* The canvas of a frame: what was there before, and some new text over it. */
static void paint(struct canvas *c, int frame, struct rng *rng)
{
    static const char *const words[] = {"spain-plumbers",
                                        "日本語テキスト",
                                        "▶ ━━━━╸──── 54%",
                                        "n\u0303andu\u0301",
                                        "·",
                                        "│",
                                        "1 288 of 2 400",
                                        "a.b.c",
                                        "語",
                                        "×"};
    int rows, cols;
    size_at(frame, &rows, &cols);
    if (rows != c->rows || cols != c->cols)
        assert_true(canvas_size(c, rows, cols));
    struct pane p = canvas_pane(c);
    int changes = frame % 5 == 0 ? 200 : (int)(rng_next(rng) % 12);
    for (int i = 0; i < changes; i++) {
        int look = (int)(rng_next(rng) % ROLES);
        look |= rng_next(rng) % 4 == 0 ? LOOK_REVERSE : 0;
        look |= rng_next(rng) % 4 == 0 ? LOOK_BOLD : 0;
        look |= rng_next(rng) % 9 == 0 ? LOOK_UNDER : 0;
        int y = (int)(rng_next(rng) % (uint64_t)rows);
        int x = (int)(rng_next(rng) % (uint64_t)(cols + 10)) - 5;
        struct pane part =
            pane_part(p, 0, (int)(rng_next(rng) % 3), rows, cols - (int)(rng_next(rng) % 40));
        if (rng_next(rng) % 8 == 0)
            pane_fill(part, y, x, (int)(rng_next(rng) % 40), look);
        else
            pane_put(part, y, x, look, words[rng_next(rng) % CASES(words)]);
    }
    c->cursor_y = c->cursor_x = -1;
    if (frame % 3 == 0)
        pane_cursor(p, frame % rows, frame % cols);
}

/* --- the child -------------------------------------------------------------------------------- */

static void await_ack(struct terminal *t)
{
    uint32_t key = 0;
    struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
    while (key != 'n' && poll(&fd, 1, 10000) > 0)
        while (term_key(t, &key) && key != 'n')
            ;
    if (key != 'n')
        _exit(3);
}

static void child(void)
{
    struct terminal *t;
    struct err err;
    struct wake wake;
    struct canvas c = {.cursor_y = -1};
    struct rng rng = {.state = 42};
    struct term_setup setup = {.colour = true, .wake = &wake};
    if (!wake_init(&wake, &err) || !term_open(&setup, &t, &err))
        _exit(2);
    for (int frame = 0; frame < FRAMES; frame++) {
        char title[32];
        paint(&c, frame, &rng);
        if (frame == RESIZE_AT || frame == SHRINK_AT) {
            struct pollfd fd = {.fd = term_events_fd(t), .events = POLLIN};
            if (poll(&fd, 1, 10000) != 1 || !term_events(t))
                _exit(4);
        }
        (void)term_show(t, &c, THEME_DEFAULT);
        if (!term_shows(t, &c))
            _exit(5);
        (void)snprintf(title, sizeof title, "frame %d\033\\", frame);
        term_title(t, title);
        await_ack(t);
    }
    term_paste_mode(t, true);
    if (!term_copy(t, "hi ñ"))
        _exit(6);
    term_title(t, "end");
    await_ack(t);
    term_close(t);
    canvas_done(&c);
    wake_done(&wake);
    _exit(0);
}

/* Tells each key in the title, until q. */
static void child_keys(void)
{
    struct terminal *t;
    struct err err;
    struct wake wake;
    struct term_setup setup = {.wake = &wake};
    char title[64];
    uint32_t key = 0;
    if (!wake_init(&wake, &err) || !term_open(&setup, &t, &err))
        _exit(2);
    term_title(t, "ready");
    for (int i = 1; key != 'q';) {
        struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&fd, 1, 10000) != 1)
            _exit(3);
        while (term_key(t, &key)) {
            (void)snprintf(title, sizeof title, "key %d is %x", i++, (unsigned)key);
            term_title(t, title);
        }
    }
    term_close(t);
    wake_done(&wake);
    _exit(0);
}

/* --- the terminal ----------------------------------------------------------------------------- */

struct emulator {
    int fd;
    pid_t pid;
    VTerm *vt;
    VTermScreen *screen;
    int cursor_visible, alt;
    struct buf bytes;
    struct termios before;
};

static int on_property(VTermProp prop, VTermValue *value, void *ctx)
{
    struct emulator *e = ctx;
    if (prop == VTERM_PROP_CURSORVISIBLE)
        e->cursor_visible = value->boolean;
    if (prop == VTERM_PROP_ALTSCREEN)
        e->alt = value->boolean;
    return 1;
}

static bool said(const struct emulator *e, const char *bytes)
{
    return e->bytes.len > 0 && memmem(e->bytes.data, e->bytes.len, bytes, strlen(bytes)) != NULL;
}

static void start(struct emulator *e, void (*run)(void))
{
    static const VTermScreenCallbacks callbacks = {.settermprop = on_property};
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    memset(e, 0, sizeof *e);
    e->cursor_visible = 1;
    e->bytes = buf_init(64 << 20);
    e->pid = forkpty(&e->fd, NULL, NULL, &size);
    assert_true(e->pid >= 0);
    if (e->pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        unsetenv("NO_COLOR");
        run();
    }
    assert_int_equal(tcgetattr(e->fd, &e->before), 0);
    e->vt = vterm_new(24, 80);
    vterm_set_utf8(e->vt, 1);
    e->screen = vterm_obtain_screen(e->vt);
    vterm_screen_enable_altscreen(e->screen, 1);
    vterm_screen_set_callbacks(e->screen, &callbacks, e);
    vterm_screen_reset(e->screen, 1);
}

/* Reads until these bytes came; false when the child ended or said nothing for too long. */
static bool read_until(struct emulator *e, const char *wanted)
{
    char bytes[65536];
    int64_t end = clock_boot_us() + 10 * US_PER_S;
    while (!said(e, wanted) && clock_boot_us() < end) {
        struct pollfd fd = {.fd = e->fd, .events = POLLIN};
        if (poll(&fd, 1, 100) <= 0)
            continue;
        ssize_t n = read(e->fd, bytes, sizeof bytes);
        if (n <= 0)
            return false;
        assert_true(buf_add(&e->bytes, bytes, (size_t)n));
        (void)vterm_input_write(e->vt, bytes, (size_t)n);
    }
    return said(e, wanted);
}

static void resize(struct emulator *e, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    vterm_set_size(e->vt, rows, cols);
    assert_int_equal(ioctl(e->fd, TIOCSWINSZ, &size), 0);
}

static void same_cell(const struct cell *want, const VTermScreenCell *got, int frame, int y, int x)
{
    uint32_t point = got->chars[0] == 0 ? ' ' : got->chars[0];
    struct style s = theme_style(THEME_DEFAULT, (int)want->look);
    CHECK_AT(frame, point == want->point, "frame %d, cell %d,%d: U+%04X, not U+%04X", frame, y, x,
             (unsigned)point, (unsigned)want->point);
    CHECK_AT(frame, want->mark == 0 || got->chars[1] == want->mark, "frame %d, cell %d,%d: mark",
             frame, y, x);
    CHECK_AT(frame, got->attrs.reverse == s.reverse, "frame %d, cell %d,%d: reverse %d", frame, y,
             x, (int)got->attrs.reverse);
    CHECK_AT(frame, (got->attrs.underline != 0) == s.underline, "frame %d, cell %d,%d: underline",
             frame, y, x);
    if (point == ' ' && !s.reverse)
        return; /* the colour of a blank can't be seen */
    int colour = VTERM_COLOR_IS_DEFAULT_FG(&got->fg) ? 0 : got->fg.indexed.idx;
    CHECK_AT(frame, colour == s.colour, "frame %d, cell %d,%d: colour %d, not %d", frame, y, x,
             colour, s.colour);
    CHECK_AT(frame, got->attrs.bold == s.bold, "frame %d, cell %d,%d: bold", frame, y, x);
}

static void same_screen(struct emulator *e, const struct canvas *c, int frame)
{
    for (int y = 0; y < c->rows; y++)
        for (int x = 0; x < c->cols; x++) {
            VTermScreenCell got;
            const struct cell *want = &c->cells[y * c->cols + x];
            if (want->point == 0)
                continue; /* the right half of a wide character */
            assert_true(vterm_screen_get_cell(e->screen, (VTermPos){y, x}, &got));
            same_cell(want, &got, frame, y, x);
        }
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(e->vt), &at);
    CHECK_AT(frame, e->cursor_visible == (c->cursor_y >= 0), "frame %d: cursor visible %d", frame,
             e->cursor_visible);
    CHECK_AT(frame, c->cursor_y < 0 || (at.row == c->cursor_y && at.col == c->cursor_x),
             "frame %d: cursor at %d,%d", frame, at.row, at.col);
}

static void test_frames(void **state)
{
    (void)state;
    struct emulator e;
    struct canvas c = {.cursor_y = -1};
    struct rng rng = {.state = 42};
    start(&e, child);
    for (int frame = 0; frame < FRAMES; frame++) {
        char title[32];
        paint(&c, frame, &rng);
        /* The escape in the title was screened: it did not end the sequence. */
        (void)snprintf(title, sizeof title, "\033]0;frame %d.\\\a", frame);
        CHECK_AT(frame, read_until(&e, title), "frame %d does not come", frame);
        same_screen(&e, &c, frame);
        if (frame + 1 == RESIZE_AT)
            resize(&e, 40, 120);
        if (frame + 1 == SHRINK_AT)
            resize(&e, 10, 33);
        assert_int_equal(write(e.fd, "n", 1), 1);
    }
    assert_true(read_until(&e, "\033]0;end\a"));
    assert_int_equal(e.alt, 1);
    assert_true(said(&e, "\033]52;c;aGkgw7E=\a")); /* "hi ñ" */
    assert_true(said(&e, "\033[?2004h"));
    assert_true(said(&e, "\033[?2026h") && said(&e, "\033[22;0t"));
    assert_false(said(&e, "\033[?1000h") || said(&e, "\033[?1002h")); /* the mouse is left alone */

    assert_int_equal(write(e.fd, "n", 1), 1);
    (void)read_until(&e, "nothing more"); /* to the end of the child */
    int status = 0;
    assert_int_equal(waitpid(e.pid, &status, 0), e.pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(e.alt, 0);
    assert_int_equal(e.cursor_visible, 1);
    assert_true(said(&e, "\033[?2004l") && said(&e, "\033[23;0t"));
    vterm_free(e.vt);
    close(e.fd);
    buf_done(&e.bytes);
    canvas_done(&c);
}

/* If Alt with a letter is that letter's key, a shell habit stops a job. */
static void test_keys(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *bytes, *title; /* "" none */
    } rows[] = {
        {__LINE__, "a", "key 1 is 61\a"},
        {__LINE__, "\033xb", "key 2 is 62\a"},
        {__LINE__, "\033", "key 3 is 1b\a"},
        {__LINE__, "\033[9;9xc", "key 4 is 63\a"}, /* a sequence that nobody knows */
        {__LINE__, "\033OXd", "key 5 is 64\a"},
        {__LINE__, "\033\033", "key 7 is 1b\a"},
        {__LINE__, "\033OA", "key 8 is 110000\a"},
        {__LINE__, "\033[200~\033x\033[201~", "key 10 is 11000d\a"},
    };
    struct emulator e;
    int status = 0;
    start(&e, child_keys);
    assert_true(read_until(&e, "ready\a"));
    for (size_t i = 0; i < CASES(rows); i++) {
        ssize_t len = (ssize_t)strlen(rows[i].bytes);
        assert_int_equal(write(e.fd, rows[i].bytes, (size_t)len), len);
        CHECK_AT(rows[i].line, read_until(&e, rows[i].title), "another key came: %s",
                 buf_text(&e.bytes) + (e.bytes.len > 200 ? e.bytes.len - 200 : 0));
    }
    assert_int_equal(write(e.fd, "q", 1), 1); /* its end: the last title may be lost with it */
    (void)read_until(&e, "nothing more");     /* to the end of the child */
    assert_int_equal(waitpid(e.pid, &status, 0), e.pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    vterm_free(e.vt);
    close(e.fd);
    buf_done(&e.bytes);
}

static void test_refusals(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *term, *says;
    } rows[] = {
        {__LINE__, "dumb", "can't move its cursor, TERM=dumb"},
        {__LINE__, "no-such-terminal", "unknown terminal type, TERM=no-such-terminal"},
        {__LINE__, "", "unknown terminal type, TERM="},
        {__LINE__, "evil\033[2J", "unknown terminal type, TERM=evil.[2J"},
    };
    for (size_t i = 0; i < CASES(rows); i++) {
        int fd, status = 0;
        pid_t pid = forkpty(&fd, NULL, NULL, NULL);
        assert_true(pid >= 0);
        if (pid == 0) {
            struct terminal *t;
            struct err err = {0};
            struct term_setup setup = {0};
            setenv("TERM", rows[i].term, 1);
            bool refused = !term_open(&setup, &t, &err) && err.kind == ERR_USAGE &&
                           strstr(err.text, rows[i].says) != NULL;
            _exit(refused ? 0 : 1);
        }
        char byte;
        /* Nothing was written: the first read finds the end. */
        CHECK_AT(rows[i].line, read(fd, &byte, 1) <= 0, "it wrote something");
        assert_int_equal(waitpid(pid, &status, 0), pid);
        CHECK_AT(rows[i].line, WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_refusals),
    };
    if (setlocale(LC_ALL, "C.UTF-8") == NULL)
        return 1;
    setenv("LC_ALL", "C.UTF-8", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
