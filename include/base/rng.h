/* rng.h - dice that can be stored: draw k is a function of the seed, so a position is a number.
 *
 * rng_draw(seed, a, b) is counter based: the same three numbers give the same draw on every
 * machine and after every crash. Not for secrets. Pure; any thread.
 * Source: SplitMix64's finaliser, Steele, Lea, Flood 2014 (OOPSLA). */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

uint64_t rng_draw(uint64_t seed, uint64_t a, uint64_t b);
/* A draw in [0, n), n >= 1, without modulo bias that matters (128-bit multiply). */
uint64_t rng_below(uint64_t draw, uint64_t n);

/* A running generator for tests and simulations. */
struct rng {
    uint64_t state;
};
uint64_t rng_next(struct rng *r);

/* Bytes from the kernel (getrandom); for identities. Never fails after boot. */
void rng_secure(void *dst, size_t len);

#endif
