/* page_gunzip.c - unpacks a gzip file of any number of members into a buf, up to a ceiling. Memory
 * is the ceiling, whatever size the file claims. */
#include "page_parts.h"

#include <string.h>
#include <zlib.h>

bool page_is_gzip(struct page_span bytes)
{
    return bytes.len > 10 && memcmp(bytes.text, "\x1F\x8B\x08", 3) == 0;
}

/* One step of inflate into out; what zlib says. */
static int unpack_piece(z_stream *z, struct buf *out, bool *ret_full)
{
    unsigned char piece[16 * 1024];
    z->next_out = piece;
    z->avail_out = sizeof piece;
    int rc = inflate(z, Z_NO_FLUSH);
    size_t made = sizeof piece - z->avail_out, room = PAGE_BYTES_MAX - out->len;
    *ret_full = made > room;
    if (!buf_add(out, piece, made < room ? made : room))
        return Z_MEM_ERROR;
    return rc;
}

bool page_gunzip(struct page_span bytes, struct buf *out, bool *ret_cut)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes.text, .avail_in = (uInt)bytes.len};
    int rc = inflateInit2(&z, 15 + 16); /* 32 KiB window; a gzip header is asked for */
    bool full = false;
    if (rc != Z_OK)
        return false;
    while (!full) {
        rc = unpack_piece(&z, out, &full);
        if (rc == Z_STREAM_END && z.avail_in > 0)
            rc = inflateReset(&z); /* the next member */
        if (rc != Z_OK)
            break; /* the end, or damage: what came before it counts */
    }
    *ret_cut = full;
    (void)inflateEnd(&z); /* nothing is written, so nothing can be lost */
    return rc != Z_MEM_ERROR;
}
