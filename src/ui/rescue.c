/* rescue.c - gives the terminal back. The idea: what undoes our settings is one string of bytes,
 * made in advance, so the handler of a crash has nothing to do but to write it. */
#include "rescue.h"

#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define FIRST_WAIT_US (100 * US_PER_MS)
#define NEXT_WAIT_US (50 * US_PER_MS)
enum { TRIES = 8, CRASH_STACK = 65536, CRASHES = 5 };

struct rescue_state {
    struct rescue_plan plan;
    char sentence[256];
    atomic_bool ours; /* the terminal has our settings */
    atomic_int ask;   /* enum rescue_ask */
    atomic_int sig;   /* the signal that asked for the end */
    bool begun;
    pthread_t console, thread;
    struct wake stop;
    int signals; /* signalfd */
    struct sigaction before[CRASHES];
    char stack[CRASH_STACK];
};

/* The one piece of writable memory outside of a struct that is passed in: a signal handler is given
 * nothing but a number, so what it needs has to be where it can find it. One console a process. */
static struct rescue_state rescue;

static const int crashes[CRASHES] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

static sigset_t asked_signals(void)
{
    static const int asked[] = {SIGHUP, SIGTERM, SIGINT, SIGQUIT, SIGTSTP};
    sigset_t set;
    (void)sigemptyset(&set); /* can't fail with a set of our own */
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        (void)sigaddset(&set, asked[i]); /* nor for a signal that exists */
    return set;
}

void console_block_signals(void)
{
    sigset_t set = asked_signals();
    (void)sigaddset(&set, SIGWINCH);              /* a signal that exists */
    (void)sigaddset(&set, SIGCONT);               /* a signal that exists */
    (void)sigaddset(&set, SIGPIPE);               /* a signal that exists */
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* fails for a bad `how` only */
}

/* Async-signal-safe: only write, tcflush, tcsetattr and atomics. */
void rescue_restore(void)
{
    if (!atomic_exchange(&rescue.ours, false))
        return;
    int saved = errno;
    (void)tcflush(STDOUT_FILENO, TCOFLUSH); /* a stalled link must not hold us */
    ssize_t n = write(STDOUT_FILENO, rescue.plan.restore, rescue.plan.restore_len);
    (void)n; /* the terminal is gone: then there is nothing to restore */
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &rescue.plan.saved); /* then it is gone */
    errno = saved;
}

static void on_crash(int sig)
{
    bool told = atomic_load(&rescue.ours);
    rescue_restore();
    if (told) {
        ssize_t n = write(rescue.plan.error_fd, rescue.sentence, strlen(rescue.sentence));
        (void)n; /* nobody is left to be told */
    }
    (void)raise(sig); /* SA_RESETHAND: now with the default action, a core dump included */
}

/* Its only work is to break a write(2) that waits for a stalled terminal. */
static void on_nudge(int sig)
{
    (void)sig;
}

/* The console did not end by itself: it is blocked in a write. Flushing makes room, the signal
 * breaks the wait (a pty does not wake its writer on TCOFLUSH alone); curses then writes on.
 * True when it ended. */
static bool free_console(void)
{
    for (int i = 0; i < TRIES; i++) {
        int64_t wait_us = i == 0 ? FIRST_WAIT_US : NEXT_WAIT_US;
        if (wake_wait(&rescue.stop, clock_boot_us() + wait_us))
            return true;
        (void)tcflush(STDOUT_FILENO, TCOFLUSH);      /* gone: the write ends by itself */
        (void)pthread_kill(rescue.console, SIGUSR2); /* it lives as long as this thread */
    }
    return wake_wait(&rescue.stop, clock_boot_us() + NEXT_WAIT_US);
}

/* Never block on the terminal's write lock, which the stuck writer holds. The flag is shared with
 * the shell, so it is put back. */
static void end_by_force(int sig)
{
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    (void)fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK); /* the next line is tried anyway */
    rescue_restore();
    (void)fcntl(STDOUT_FILENO, F_SETFL, flags); /* it worked a line ago */
    if (rescue.plan.last_resort != NULL)
        rescue.plan.last_resort(rescue.plan.ctx, sig == SIGHUP ? CONSOLE_HANGUP : CONSOLE_SIGNAL);
    _exit(128 + sig);
}

static void *wait_for_signals(void *arg)
{
    (void)arg;
    struct pollfd fd[] = {{.fd = rescue.signals, .events = POLLIN},
                          {.fd = rescue.stop.fd, .events = POLLIN}};
    for (;;) {
        struct signalfd_siginfo info;
        if (poll(fd, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (fd[1].revents != 0)
            return NULL;
        if (read(rescue.signals, &info, sizeof info) != (ssize_t)sizeof info)
            continue;
        int sig = (int)info.ssi_signo;
        if (sig == SIGTSTP) {
            int nothing = ASK_NOTHING;
            (void)atomic_compare_exchange_strong(&rescue.ask, &nothing, ASK_SUSPEND); /* or more */
            wake_up(rescue.plan.wake);
            continue;
        }
        atomic_store(&rescue.sig, sig);
        atomic_store(&rescue.ask, sig == SIGHUP ? ASK_HANGUP : ASK_END);
        wake_up(rescue.plan.wake);
        if (free_console())
            return NULL;
        end_by_force(sig);
    }
}

static void catch_crashes(void)
{
    stack_t stack = {.ss_sp = rescue.stack, .ss_size = sizeof rescue.stack};
    struct sigaction crash = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK | (int)SA_RESETHAND};
    struct sigaction nudge = {.sa_handler = on_nudge}; /* no SA_RESTART: it is to interrupt */
    (void)sigaltstack(&stack, NULL); /* without it a stack overflow is not restored, no more */
    for (int i = 0; i < CRASHES; i++)
        (void)sigaction(crashes[i], &crash, &rescue.before[i]); /* the signals exist */
    (void)sigaction(SIGUSR2, &nudge, NULL);                     /* the signal exists */
}

bool rescue_begin(const struct rescue_plan *plan, struct err *err)
{
    sigset_t set = asked_signals();
    rescue.plan = *plan;
    rescue.console = pthread_self();
    atomic_store(&rescue.ours, false);
    atomic_store(&rescue.ask, ASK_NOTHING);
    (void)str_format(rescue.sentence, sizeof rescue.sentence,
                     "autopilot: fatal signal; the terminal was restored%s%s\n",
                     plan->err_path[0] != '\0' ? "; more in " : "", plan->err_path);
    if (!wake_init(&rescue.stop, err))
        return false;
    rescue.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (rescue.signals < 0 || pthread_create(&rescue.thread, NULL, wait_for_signals, NULL) != 0) {
        if (rescue.signals >= 0)
            (void)close(rescue.signals); /* nothing is lost with it */
        wake_done(&rescue.stop);
        return err_set(err, ERR_STOP, "console: the thread for signals can't be started: %s",
                       strerror(errno));
    }
    catch_crashes();
    rescue.begun = true;
    return true;
}

void rescue_holds(bool ours)
{
    atomic_store(&rescue.ours, ours);
}

enum rescue_ask rescue_asked(void)
{
    int suspend = ASK_SUSPEND;
    if (atomic_compare_exchange_strong(&rescue.ask, &suspend, ASK_NOTHING))
        return ASK_SUSPEND;
    return (enum rescue_ask)atomic_load(&rescue.ask);
}

void rescue_end(void)
{
    if (!rescue.begun)
        return;
    wake_up(&rescue.stop);
    (void)pthread_join(rescue.thread, NULL); /* it looks at `stop` in every wait */
    for (int i = 0; i < CRASHES; i++)
        (void)sigaction(crashes[i], &rescue.before[i], NULL); /* the signals exist */
    stack_t none = {.ss_flags = SS_DISABLE};
    (void)sigaltstack(&none, NULL); /* we are not on it */
    (void)close(rescue.signals);    /* nothing is lost with it */
    wake_done(&rescue.stop);
    rescue.begun = false;
}
