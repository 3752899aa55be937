/* arena.h - memory that is freed all at once: for things that are read whole, used, and dropped
 * (a job's plan, a parsed job file). One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
    size_t used;    /* bytes handed out */
    size_t ceiling; /* bytes that may be handed out in all */
};

/* An empty arena that hands out at most ceiling bytes. Allocates nothing. */
struct arena arena_init(size_t ceiling);
/* Frees everything that came from the arena. Accepts NULL or a zeroed struct; usable again. */
void arena_done(struct arena *a);
/* Zeroed bytes, aligned for any type; NULL at the ceiling or without memory. */
void *arena_alloc(struct arena *a, size_t size);
/* count * size zeroed bytes; NULL also when the product overflows. count may be 0. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* A copy of the text; NULL as arena_alloc. text == NULL gives an empty text. */
char *arena_text(struct arena *a, const char *text);

#endif
