/* coro.c - makecontext once, then _setjmp and _longjmp: swapcontext makes two system calls a
 * switch,
 * which is most of the time of a simulation. Built with AddressSanitizer, which must be told of
 * each change of stack, it is swapcontext all the same. */
/* glibc's checked longjmp refuses to jump to another stack. */
#undef _FORTIFY_SOURCE

#include "sim/coro.h"

#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

enum { STACK_BYTES = 512 * 1024, GUARD_BYTES = 4096 };

struct coro {
    ucontext_t inside, outside;
    jmp_buf in, out;
    char *stack;
    void (*body)(void *arg);
    void *arg;
    bool begun, ended;
    const void *outer_stack; /* for AddressSanitizer */
    size_t outer_bytes;
    void *fake_in, *fake_out;
};

static void arrived_inside(struct coro *c)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(c->fake_in, &c->outer_stack, &c->outer_bytes);
#else
    (void)c;
#endif
}

static void leave(struct coro *c)
{
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(c->ended ? NULL : &c->fake_in, c->outer_stack, c->outer_bytes);
    (void)swapcontext(&c->inside, &c->outside); /* comes back at the next coro_enter */
    arrived_inside(c);
#else
    if (_setjmp(c->in) == 0)
        _longjmp(c->out, 1);
#endif
}

/* makecontext passes ints only: a pointer takes two. */
static void run(unsigned high, unsigned low)
{
    struct coro *c = (struct coro *)((uintptr_t)high << 32 | low);
    arrived_inside(c);
    c->body(c->arg);
    c->ended = true;
    leave(c);
}

/* Apart, because getcontext comes back twice as far as the compiler knows. */
static bool prepare(struct coro *c)
{
    if (getcontext(&c->inside) != 0)
        return false;
    c->inside.uc_stack.ss_sp = c->stack + GUARD_BYTES;
    c->inside.uc_stack.ss_size = STACK_BYTES;
    uintptr_t self = (uintptr_t)c;
    makecontext(&c->inside, (void (*)(void))run, 2, (unsigned)(self >> 32), (unsigned)self);
    return true;
}

struct coro *coro_new(void (*body)(void *arg), void *arg)
{
    struct coro *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->body = body;
    c->arg = arg;
    c->stack = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (c->stack == MAP_FAILED) {
        free(c);
        return NULL;
    }
    (void)mprotect(c->stack, GUARD_BYTES, PROT_NONE); /* without it an overflow is found later */
    if (prepare(c))
        return c;
    coro_free(c);
    return NULL;
}

void coro_free(struct coro *c)
{
    if (c == NULL)
        return;
    (void)munmap(c->stack, GUARD_BYTES + STACK_BYTES); /* ours, so it can't fail */
    free(c);
}

#ifdef __SANITIZE_ADDRESS__
void coro_enter(struct coro *c)
{
    __sanitizer_start_switch_fiber(&c->fake_out, c->stack + GUARD_BYTES, STACK_BYTES);
    (void)swapcontext(&c->outside, &c->inside); /* comes back when it yields or ends */
    __sanitizer_finish_switch_fiber(c->fake_out, NULL, NULL);
}
#else
void coro_enter(struct coro *c)
{
    if (_setjmp(c->out) != 0)
        return;
    if (c->begun)
        _longjmp(c->in, 1);
    c->begun = true;
    (void)setcontext(&c->inside); /* does not come back here */
}
#endif

void coro_yield(struct coro *c)
{
    leave(c);
}

bool coro_ended(const struct coro *c)
{
    return c->ended;
}
