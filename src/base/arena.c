/* arena.c - blocks in a list, each twice the one before, freed together. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_FIRST = 4096, ARENA_BIGGEST = 1 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char bytes[];
};

struct arena arena_init(size_t ceiling)
{
    return (struct arena){.ceiling = ceiling};
}

void arena_done(struct arena *a)
{
    if (a == NULL)
        return;
    for (struct arena_block *b = a->head; b != NULL;) {
        struct arena_block *next = b->next;
        free(b);
        b = next;
    }
    a->head = NULL;
    a->used = 0;
}

static struct arena_block *add_block(struct arena *a, size_t need)
{
    size_t size = a->head != NULL ? a->head->size * 2 : ARENA_FIRST;
    if (size > ARENA_BIGGEST)
        size = ARENA_BIGGEST;
    if (size < need)
        size = need;
    struct arena_block *b = calloc(1, sizeof *b + size);
    if (b == NULL)
        return NULL;
    b->size = size;
    b->next = a->head;
    a->head = b;
    return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t unit = alignof(max_align_t);
    if (size == 0)
        size = 1;
    if (size > a->ceiling || a->used > a->ceiling - size || size > SIZE_MAX - unit)
        return NULL;
    size = (size + unit - 1) / unit * unit;
    struct arena_block *b = a->head;
    if (b == NULL || b->size - b->used < size)
        b = add_block(a, size);
    if (b == NULL)
        return NULL;
    void *p = b->bytes + b->used;
    b->used += size;
    a->used += size;
    return p;
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(a, count * size);
}

char *arena_text(struct arena *a, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;
    char *copy = arena_alloc(a, len + 1);
    if (copy != NULL && len > 0)
        memcpy(copy, text, len);
    return copy;
}
