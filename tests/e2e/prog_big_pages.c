/* prog_big_pages.c - writes the large and hostile pages of fake/big_pages into a directory.
 *
 * usage: prog_big_pages [-d] DIRECTORY      -d: only those that belong to tests/data/pages
 * Prints "FILE<TAB>ADDRESS" for each: the address that has to be found in it, or nothing. */
#include "fake/big_pages.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    bool data_only = argc == 3 && strcmp(argv[1], "-d") == 0;
    if (argc != 2 && !data_only) {
        fprintf(stderr, "usage: prog_big_pages [-d] DIRECTORY\n");
        return 2;
    }
    struct buf page = buf_init(8 << 20);
    const struct big_page *row;
    for (size_t i = 0; (row = big_page(i)) != NULL && (!data_only || i < BIG_DATA_PAGES); i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[argc - 1], row->name);
        FILE *file = fopen(path, "wb");
        bool ok = file != NULL && big_page_make(row, SIZE_MAX, &page) &&
                  fwrite(buf_text(&page), 1, page.len, file) == page.len;
        if (file == NULL || fclose(file) != 0 || !ok) {
            fprintf(stderr, "%s: cannot be written\n", path);
            return 1;
        }
        printf("%s\t%s\n", row->name, row->want != NULL ? row->want : "");
    }
    buf_done(&page);
    return 0;
}
