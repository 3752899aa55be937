/* disk.c - files as byte arrays, locks as marks on handles. The idea of a power cut: each write
 * since the last sync leaves a note of what it overwrote, and the notes are read backwards. */
#include "sim/disk.h"

#include "base/str.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64, NAME_BYTES = 64, SHM_REGIONS = 16, SHM_BYTES = 32768, SHM_LOCKS = 8 };

/* What a write overwrote: old bytes, and how long the file was. */
struct undo {
    struct undo *before;
    int64_t at, size_before;
    int32_t bytes;
    uint8_t old[];
};

struct file {
    char name[NAME_BYTES]; /* "": the slot is free */
    uint8_t *data;
    int64_t size, cap;
    struct undo *undo;
    uint8_t *shm[SHM_REGIONS];
    struct handle *handles;
};

struct handle {
    sqlite3_file base; /* first */
    struct disk *disk;
    struct file *file;
    struct handle *next; /* of the same file */
    int engine;
    uint32_t life; /* of the engine when it was opened */
    int lock;
    unsigned shm_shared, shm_exclusive;
    bool temporary;
};

struct disk {
    sqlite3_vfs vfs;
    struct file files[FILES_MAX];
    uint32_t life[DISK_ENGINES];
    int64_t fail_every[DISK_ENGINES];
    int64_t writes[DISK_ENGINES];
    uint64_t random;
};

static struct handle *self(sqlite3_file *base)
{
    return (struct handle *)base;
}

static bool dead(const struct handle *h)
{
    return h->life != h->disk->life[h->engine];
}

/* A write or sync that the disk refuses. */
static bool fails(struct handle *h)
{
    struct disk *d = h->disk;
    int64_t every = d->fail_every[h->engine];
    return dead(h) || (every > 0 && ++d->writes[h->engine] % every == 0);
}

/* --- one file ----------------------------------------------------------------------------------*/

static bool grow(struct file *f, int64_t size)
{
    if (size <= f->cap)
        return true;
    int64_t cap = f->cap > 0 ? f->cap * 2 : 65536;
    cap = cap < size ? size : cap;
    uint8_t *data = realloc(f->data, (size_t)cap);
    if (data == NULL)
        return false;
    memset(data + f->cap, 0, (size_t)(cap - f->cap));
    f->data = data;
    f->cap = cap;
    return true;
}

static bool note_undo(struct file *f, int64_t at, int32_t bytes)
{
    int64_t kept = f->size - at;
    kept = kept < 0 ? 0 : kept < bytes ? kept : bytes;
    struct undo *u = malloc(sizeof *u + (size_t)kept);
    if (u == NULL)
        return false;
    *u = (struct undo){.before = f->undo, .at = at, .size_before = f->size, .bytes = (int32_t)kept};
    if (kept > 0)
        memcpy(u->old, f->data + at, (size_t)kept);
    f->undo = u;
    return true;
}

static void forget_undo(struct file *f)
{
    while (f->undo != NULL) {
        struct undo *u = f->undo;
        f->undo = u->before;
        free(u);
    }
}

static void lose_unsynced(struct file *f)
{
    for (struct undo *u = f->undo; u != NULL; u = u->before) {
        if (u->bytes > 0)
            memcpy(f->data + u->at, u->old, (size_t)u->bytes);
        if (u->size_before < f->size)
            memset(f->data + u->size_before, 0, (size_t)(f->size - u->size_before));
        f->size = u->size_before;
    }
    forget_undo(f);
}

static void drop_shm(struct file *f)
{
    for (int i = 0; i < SHM_REGIONS; i++) {
        free(f->shm[i]);
        f->shm[i] = NULL;
    }
}

static void drop_file(struct file *f)
{
    forget_undo(f);
    drop_shm(f);
    free(f->data);
    *f = (struct file){0};
}

static struct file *find_file(struct disk *d, const char *name)
{
    for (int i = 0; i < FILES_MAX; i++)
        if (d->files[i].name[0] != '\0' && str_equal(d->files[i].name, name))
            return &d->files[i];
    return NULL;
}

static struct file *make_file(struct disk *d, const char *name)
{
    for (int i = 0; i < FILES_MAX; i++) {
        if (d->files[i].name[0] == '\0') {
            (void)str_copy(d->files[i].name, NAME_BYTES, name); /* short names only */
            return &d->files[i];
        }
    }
    return NULL;
}

/* --- handles -----------------------------------------------------------------------------------*/

static int x_close(sqlite3_file *base)
{
    struct handle *h = self(base);
    struct handle **at = &h->file->handles;
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    if (h->temporary)
        drop_file(h->file);
    return SQLITE_OK;
}

static int x_read(sqlite3_file *base, void *dst, int bytes, sqlite3_int64 at)
{
    struct handle *h = self(base);
    if (dead(h))
        return SQLITE_IOERR_READ;
    int64_t there = h->file->size - at;
    there = there < 0 ? 0 : there < bytes ? there : bytes;
    if (there > 0)
        memcpy(dst, h->file->data + at, (size_t)there);
    if (there == bytes)
        return SQLITE_OK;
    memset((char *)dst + there, 0, (size_t)(bytes - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int x_write(sqlite3_file *base, const void *src, int bytes, sqlite3_int64 at)
{
    struct handle *h = self(base);
    if (fails(h))
        return SQLITE_IOERR_WRITE;
    if (!grow(h->file, at + bytes) || !note_undo(h->file, at, bytes))
        return SQLITE_NOMEM;
    memcpy(h->file->data + at, src, (size_t)bytes);
    if (at + bytes > h->file->size)
        h->file->size = at + bytes;
    return SQLITE_OK;
}

static int x_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct handle *h = self(base);
    if (fails(h))
        return SQLITE_IOERR_TRUNCATE;
    if (size >= h->file->size)
        return SQLITE_OK;
    if (!note_undo(h->file, size, (int32_t)(h->file->size - size)))
        return SQLITE_NOMEM;
    memset(h->file->data + size, 0, (size_t)(h->file->size - size));
    h->file->size = size;
    return SQLITE_OK;
}

static int x_sync(sqlite3_file *base, int flags)
{
    struct handle *h = self(base);
    (void)flags;
    if (fails(h))
        return SQLITE_IOERR_FSYNC;
    forget_undo(h->file);
    return SQLITE_OK;
}

static int x_size(sqlite3_file *base, sqlite3_int64 *ret)
{
    struct handle *h = self(base);
    *ret = h->file->size;
    return dead(h) ? SQLITE_IOERR_FSTAT : SQLITE_OK;
}

/* May this handle hold the lock beside the others of the file? */
static bool lock_free(const struct handle *h, int level)
{
    for (const struct handle *other = h->file->handles; other != NULL; other = other->next) {
        if (other == h || dead(other))
            continue;
        if (other->lock >= SQLITE_LOCK_PENDING ||
            (level >= SQLITE_LOCK_RESERVED && other->lock >= SQLITE_LOCK_RESERVED) ||
            (level == SQLITE_LOCK_EXCLUSIVE && other->lock >= SQLITE_LOCK_SHARED))
            return false;
    }
    return true;
}

static int x_lock(sqlite3_file *base, int level)
{
    struct handle *h = self(base);
    if (dead(h))
        return SQLITE_IOERR_LOCK;
    if (h->lock >= level)
        return SQLITE_OK;
    if (!lock_free(h, level))
        return SQLITE_BUSY;
    h->lock = level;
    return SQLITE_OK;
}

static int x_unlock(sqlite3_file *base, int level)
{
    if (self(base)->lock > level)
        self(base)->lock = level;
    return SQLITE_OK;
}

static int x_reserved(sqlite3_file *base, int *ret)
{
    *ret = !lock_free(self(base), SQLITE_LOCK_RESERVED);
    return SQLITE_OK;
}

static int x_control(sqlite3_file *base, int op, void *arg)
{
    (void)base;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int x_sector(sqlite3_file *base)
{
    (void)base;
    return 4096;
}

static int x_traits(sqlite3_file *base)
{
    (void)base;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int x_shm_map(sqlite3_file *base, int region, int bytes, int extend, void volatile **ret)
{
    struct handle *h = self(base);
    *ret = NULL;
    if (dead(h) || region >= SHM_REGIONS || bytes != SHM_BYTES)
        return SQLITE_IOERR_SHMMAP;
    uint8_t **at = &h->file->shm[region];
    if (*at == NULL && extend != 0)
        *at = calloc(1, SHM_BYTES);
    *ret = *at;
    return *at != NULL || extend == 0 ? SQLITE_OK : SQLITE_NOMEM;
}

static int x_shm_lock(sqlite3_file *base, int first, int n, int flags)
{
    struct handle *h = self(base);
    unsigned mask = ((1u << n) - 1u) << first;
    if (dead(h))
        return SQLITE_IOERR_SHMLOCK;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        h->shm_shared &= ~mask;
        h->shm_exclusive &= ~mask;
        return SQLITE_OK;
    }
    for (const struct handle *other = h->file->handles; other != NULL; other = other->next) {
        if (other == h || dead(other))
            continue;
        if ((other->shm_exclusive & mask) != 0 ||
            ((flags & SQLITE_SHM_EXCLUSIVE) != 0 && (other->shm_shared & mask) != 0))
            return SQLITE_BUSY;
    }
    if ((flags & SQLITE_SHM_EXCLUSIVE) != 0)
        h->shm_exclusive |= mask;
    else
        h->shm_shared |= mask;
    return SQLITE_OK;
}

static void x_shm_barrier(sqlite3_file *base)
{
    (void)base; /* one thread */
}

static int x_shm_unmap(sqlite3_file *base, int drop)
{
    struct handle *h = self(base);
    h->shm_shared = h->shm_exclusive = 0;
    if (drop != 0 && !dead(h))
        drop_shm(h->file);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = x_close,
    .xRead = x_read,
    .xWrite = x_write,
    .xTruncate = x_truncate,
    .xSync = x_sync,
    .xFileSize = x_size,
    .xLock = x_lock,
    .xUnlock = x_unlock,
    .xCheckReservedLock = x_reserved,
    .xFileControl = x_control,
    .xSectorSize = x_sector,
    .xDeviceCharacteristics = x_traits,
    .xShmMap = x_shm_map,
    .xShmLock = x_shm_lock,
    .xShmBarrier = x_shm_barrier,
    .xShmUnmap = x_shm_unmap,
};

/* --- the file system ---------------------------------------------------------------------------*/

static struct disk *disk_of(sqlite3_vfs *vfs)
{
    return vfs->pAppData;
}

static int x_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *ret_flags)
{
    struct disk *d = disk_of(vfs);
    struct handle *h = self(base);
    char temporary[NAME_BYTES];
    memset(h, 0, sizeof *h);
    if (name == NULL)
        (void)str_format(temporary, sizeof temporary, "e0-temporary-%llu",
                         (unsigned long long)d->random++); /* it fits */
    const char *wanted = name != NULL ? name : temporary;
    struct file *f = find_file(d, wanted);
    if (f == NULL && (flags & SQLITE_OPEN_CREATE) != 0)
        f = make_file(d, wanted);
    if (f == NULL || wanted[0] != 'e' || wanted[1] < '0' || wanted[1] >= '0' + DISK_ENGINES)
        return SQLITE_CANTOPEN;
    h->disk = d;
    h->file = f;
    h->engine = wanted[1] - '0';
    h->life = d->life[h->engine];
    h->temporary = name == NULL;
    h->next = f->handles;
    f->handles = h;
    h->base.pMethods = &methods;
    if (ret_flags != NULL)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int x_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    struct file *f = find_file(disk_of(vfs), name);
    (void)sync;
    if (f == NULL)
        return SQLITE_IOERR_DELETE_NOENT;
    forget_undo(f);
    f->size = 0; /* the slot stays while handles are on it */
    if (f->handles == NULL)
        drop_file(f);
    return SQLITE_OK;
}

static int x_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret)
{
    const struct file *f = find_file(disk_of(vfs), name);
    (void)flags;
    *ret = f != NULL && (f->size > 0 || strstr(name, "-wal") == NULL);
    return SQLITE_OK;
}

static int x_full_path(sqlite3_vfs *vfs, const char *name, int size, char *dst)
{
    (void)vfs;
    return str_copy(dst, (size_t)size, name) ? SQLITE_OK : SQLITE_CANTOPEN;
}

static int x_randomness(sqlite3_vfs *vfs, int bytes, char *dst)
{
    struct disk *d = disk_of(vfs);
    for (int i = 0; i < bytes; i++)
        dst[i] = (char)str_hash(&(uint64_t){d->random++}, 8, 0);
    return bytes;
}

static int x_sleep(sqlite3_vfs *vfs, int us)
{
    (void)vfs;
    return us;
}

static int x_time(sqlite3_vfs *vfs, sqlite3_int64 *ret_ms)
{
    (void)vfs;
    *ret_ms = INT64_C(212000000000000);
    return SQLITE_OK;
}

static int x_last_error(sqlite3_vfs *vfs, int size, char *dst)
{
    (void)vfs;
    (void)size;
    (void)dst;
    return 0;
}

struct disk *disk_new(void)
{
    struct disk *d = calloc(1, sizeof *d);
    if (d == NULL)
        return NULL;
    d->vfs = (sqlite3_vfs){
        .iVersion = 2,
        .szOsFile = sizeof(struct handle),
        .mxPathname = NAME_BYTES - 8,
        .zName = "simdisk",
        .pAppData = d,
        .xOpen = x_open,
        .xDelete = x_delete,
        .xAccess = x_access,
        .xFullPathname = x_full_path,
        .xRandomness = x_randomness,
        .xSleep = x_sleep,
        .xGetLastError = x_last_error,
        .xCurrentTimeInt64 = x_time,
    };
    if (sqlite3_vfs_register(&d->vfs, 0) == SQLITE_OK)
        return d;
    free(d);
    return NULL;
}

void disk_free(struct disk *d)
{
    (void)sqlite3_vfs_unregister(&d->vfs); /* it is registered */
    for (int i = 0; i < FILES_MAX; i++)
        drop_file(&d->files[i]);
    free(d);
}

void disk_path(int e, char *dst, size_t size)
{
    /* The name says to store/db that there is no directory to make for this file. */
    (void)str_format(dst, size, "file:e%d-mode=memory?vfs=simdisk", e); /* it fits */
}

void disk_kill(struct disk *d, int e)
{
    d->life[e]++;
}

void disk_bury(struct disk *d, int e, bool power)
{
    for (int i = 0; i < FILES_MAX; i++) {
        struct file *f = &d->files[i];
        if (f->name[0] != 'e' || f->name[1] != '0' + e || f->handles != NULL)
            continue;
        drop_shm(f);
        if (power)
            lose_unsynced(f);
    }
}

void disk_fail_every(struct disk *d, int e, int64_t n)
{
    d->fail_every[e] = n;
}
