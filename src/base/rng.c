/* rng.c - dice that can be stored. The idea: a draw is a hash of its position, so there is no
 * state to lose; changing a constant here changes the order of work of every stored job. */
#include "base/rng.h"

#include <stdlib.h>

/* 2^64 divided by the golden ratio, odd: the step of SplitMix64. */
#define GAMMA UINT64_C(0x9e3779b97f4a7c15)

/* The finaliser of SplitMix64 (Stafford's variant 13): a bijection that spreads every bit. */
static uint64_t mix(uint64_t z)
{
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

uint64_t rng_draw(uint64_t seed, uint64_t a, uint64_t b)
{
    uint64_t z = mix(seed + GAMMA);
    z = mix((z ^ a) + GAMMA);
    return mix((z ^ b) + GAMMA);
}

/* Lemire 2019 without the rejection: the bias is below n / 2^64. */
uint64_t rng_below(uint64_t draw, uint64_t n)
{
    __extension__ unsigned __int128 wide = (unsigned __int128)draw * n;
    return (uint64_t)(wide >> 64);
}

uint64_t rng_next(struct rng *r)
{
    r->state += GAMMA;
    return mix(r->state);
}

/* glibc's arc4random_buf asks getrandom and ends the process if the kernel has no random bytes,
 * which does not happen after boot. */
void rng_secure(void *dst, size_t len)
{
    arc4random_buf(dst, len);
}
