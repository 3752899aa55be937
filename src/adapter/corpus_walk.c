/* corpus_walk.c - walks a tree with fts(3). The one idea: physical walk, names sorted by their
 * bytes: no link is followed, so no loop of links exists, and two walks meet the same files in the
 * same order whatever the disk's own order is. */
#include "corpus_walk.h"

#include "base/utf8.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* What stands at an entry; false for a directory (which is not visited itself). */
static bool judge(const FTSENT *at, struct corpus_entry *ret)
{
    *ret = (struct corpus_entry){.path = at->fts_path, .skip = CORPUS_UNREADABLE};
    switch (at->fts_info) {
    case FTS_D:
    case FTS_DP:
        return false;
    case FTS_F:
        ret->skip = CORPUS_PAGE;
        ret->stat = at->fts_statp;
        return true;
    case FTS_SL:
    case FTS_SLNONE:
        ret->skip = CORPUS_LINK;
        return true;
    case FTS_DEFAULT:
        ret->skip = CORPUS_NOT_FILE;
        return true;
    default: /* no permission, gone, a loop (bind mounts can make one) */
        return true;
    }
}

static bool fail(const char *path, int number, struct err *err)
{
    char shown[256];
    text_screen_to(shown, sizeof shown, path);
    return err_set(err, ERR_RETRY, "corpus: looking through %s failed: %s", shown,
                   strerror(number));
}

bool corpus_walk(const char *path,
                 bool (*visit)(void *ctx, const struct corpus_entry *entry, struct err *err),
                 void *ctx, struct err *err)
{
    struct corpus_entry entry;
    bool ok = true;
    char *roots[] = {(char *)(uintptr_t)path, NULL}; /* fts does not change it */
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    if (!tree)
        return fail(path, errno, err);
    for (;;) {
        errno = 0;
        const FTSENT *at = fts_read(tree);
        if (!at) {
            ok = errno == 0 || fail(path, errno, err);
            break;
        }
        if (!judge(at, &entry))
            continue;
        ok = visit(ctx, &entry, err);
        if (!ok)
            break;
    }
    (void)fts_close(tree); /* only read from */
    return ok;
}
