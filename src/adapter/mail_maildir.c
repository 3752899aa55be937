/* mail_maildir.c - letters as files. The idea: a batch goes through its steps together (store all,
 * fsync all, link all, fsync the directory once), so that the disk writes the files while we hand
 * it the next; each letter carries its own step, and a call that is out of time goes on later. */
#include "adapter/mail_maildir.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order in which a letter passes them. */
enum step {
    STEP_TAKEN,   /* nobody was asked yet */
    STEP_ASKED,   /* its last step needs leave */
    STEP_ALLOWED, /* the intent is durable */
    STEP_STORED,  /* in tmp, open, perhaps only in memory */
    STEP_SYNCED,  /* in tmp, on the disk */
    STEP_LINKED,  /* in new, its name perhaps only in memory */
    STEP_WRITTEN, /* on the disk for good; its verdict is due */
    STEP_DONE,
};

struct slot {
    struct uuid id;
    const char *bytes; /* borrowed until the verdict */
    size_t size_bytes;
    enum step step;
    int fd; /* STEP_STORED: the open file; else -1 */
};

enum folder { FOLDER_TMP, FOLDER_NEW, FOLDER_CUR, FOLDERS };
static const char *const folder_names[FOLDERS] = {"tmp", "new", "cur"};

struct maildir {
    struct mail mail;
    char dir[FILE_PATH_MAX];
    int fd[FOLDERS]; /* -1: not open */
    struct slot slots[MAIL_BATCH_MAX];
    int32_t count; /* letters of the batch, also those that are done */
};

static struct maildir *maildir_of(struct mail *m)
{
    return (struct maildir *)m;
}

/* What the operator can do about it. */
static const char *cure_of(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
        return "; make room there and start the job again";
    case EROFS:
    case EACCES:
        return "; make it writable, or choose another place with [mail] dir";
    case ENOENT:
    case ENOTDIR:
        return "; the directory is gone or replaced: put it back, or choose another";
    case EPERM:
    case EMLINK:
    case EOPNOTSUPP:
        return "; the file system must allow hard links: choose another place with [mail] dir";
    default:
        return "";
    }
}

/* "mail: linking DIR/new/ID failed: No space left on device; make room ..."; from errno. The sink
 * can't go on. */
static bool fail(const struct maildir *m, const char *doing, enum folder folder, const char *name,
                 struct err *err)
{
    int number = errno;
    return err_set(err, ERR_STOP, "mail: %s %s/%s%s%s failed: %s%s", doing, m->dir,
                   folder_names[folder], name[0] != '\0' ? "/" : "", name, strerror(number),
                   cure_of(number));
}

/* A failure of base/file, which can't know that the sink can't go on. */
static bool stop(struct err *err)
{
    if (err != NULL)
        err->kind = ERR_STOP;
    return false;
}

/* --- directories ------------------------------------------------------------------------------ */

static void close_folders(struct maildir *m)
{
    for (int i = 0; i < FOLDERS; i++) {
        if (m->fd[i] >= 0)
            (void)close(m->fd[i]); /* a directory: nothing is lost */
        m->fd[i] = -1;
    }
}

/* The names of what was just made survive a power cut. */
static bool sync_made(const struct maildir *m, struct err *err)
{
    char parent[FILE_PATH_MAX];
    file_dir_of(parent, m->dir);
    FP("maildir_make_before");
    bool ok = file_sync_dir(m->dir, err) && file_sync_dir(parent, err);
    FP("maildir_make_after");
    return ok || stop(err);
}

static bool make_folders(const struct maildir *m, int dir_fd, struct err *err)
{
    bool made = false;
    for (int i = 0; i < FOLDERS; i++) {
        if (mkdirat(dir_fd, folder_names[i], 0700) == 0)
            made = true;
        else if (errno != EEXIST)
            return fail(m, "making", (enum folder)i, "", err);
    }
    return !made || sync_made(m, err);
}

/* Opens the three folders; make: they are made when they are not there. Without make, a Maildir
 * that is not there leaves them closed, and that is fine. */
static bool open_folders(struct maildir *m, bool make, struct err *err)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
    bool ok = false;
    if (m->fd[FOLDER_NEW] >= 0)
        return true;
    if (make && !file_make_dirs(m->dir, 0700, err))
        return stop(err);
    int dir_fd = open(m->dir, flags);
    if (dir_fd < 0)
        return (!make && errno == ENOENT) || err_set(err, ERR_STOP, "mail: opening %s failed: %s%s",
                                                     m->dir, strerror(errno), cure_of(errno));
    if (make && !make_folders(m, dir_fd, err))
        goto out;
    for (int i = 0; i < FOLDERS; i++) {
        m->fd[i] = openat(dir_fd, folder_names[i], flags);
        if (m->fd[i] >= 0)
            continue;
        ok = (!make && errno == ENOENT) || fail(m, "opening", (enum folder)i, "", err);
        close_folders(m);
        goto out;
    }
    ok = true;
out:
    (void)close(dir_fd); /* a directory: nothing is lost */
    return ok;
}

/* --- the steps of a letter -------------------------------------------------------------------- */

/* A new file in tmp. What a crash left there under this name must be removed, not emptied: it may
 * be the same file as the letter that was linked to new just before the crash. */
static int make_file(const struct maildir *m, const char *name)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    int fd = openat(m->fd[FOLDER_TMP], name, flags, 0600);
    if (fd < 0 && errno == EEXIST && unlinkat(m->fd[FOLDER_TMP], name, 0) == 0)
        fd = openat(m->fd[FOLDER_TMP], name, flags, 0600);
    return fd;
}

static bool store(struct maildir *m, struct slot *s, const char *name, struct err *err)
{
    s->fd = make_file(m, name);
    if (s->fd < 0)
        return fail(m, "making", FOLDER_TMP, name, err);
    for (size_t done = 0; done < s->size_bytes;) {
        ssize_t n = write(s->fd, s->bytes + done, s->size_bytes - done);
        if (n == 0)
            errno = ENOSPC;
        if (n <= 0 && errno != EINTR)
            return fail(m, "writing", FOLDER_TMP, name, err);
        done += n > 0 ? (size_t)n : 0;
    }
    /* Starts the writing; the fsync that waits for it comes when all letters are on their way. */
    (void)sync_file_range(s->fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* only a hint */
    return true;
}

static bool sync_file(struct maildir *m, struct slot *s, const char *name, struct err *err)
{
    FP("maildir_fsync_before");
    if (fsync(s->fd) != 0)
        return fail(m, "writing", FOLDER_TMP, name, err);
    FP("maildir_fsync_after");
    int fd = s->fd;
    s->fd = -1;
    return close(fd) == 0 || fail(m, "closing", FOLDER_TMP, name, err);
}

/* EEXIST: an earlier attempt delivered it. */
static bool link_file(struct maildir *m, struct slot *s, const char *name, struct err *err)
{
    (void)s; /* the name says all */
    FP("maildir_link_before");
    if (linkat(m->fd[FOLDER_TMP], name, m->fd[FOLDER_NEW], name, 0) != 0 && errno != EEXIST)
        return fail(m, "linking", FOLDER_NEW, name, err);
    FP("maildir_link_after");
    (void)unlinkat(m->fd[FOLDER_TMP], name, 0); /* a leftover does no harm */
    return true;
}

/* Some file systems have nothing to sync for a directory and say EINVAL. */
static bool sync_fd(int dir_fd)
{
    return fsync(dir_fd) == 0 || errno == EINVAL;
}

static bool sync_folder(struct maildir *m, struct err *err)
{
    FP("maildir_dirsync_before");
    if (!sync_fd(m->fd[FOLDER_NEW]))
        return fail(m, "writing", FOLDER_NEW, "", err);
    FP("maildir_dirsync_after");
    for (int32_t i = 0; i < m->count; i++) {
        if (m->slots[i].step == STEP_LINKED)
            m->slots[i].step = STEP_WRITTEN;
    }
    return true;
}

struct phase {
    enum step from; /* each phase takes a letter to the next step */
    bool (*run)(struct maildir *m, struct slot *s, const char *name, struct err *err);
};
static const struct phase phases[] = {
    {STEP_ALLOWED, store}, {STEP_STORED, sync_file}, {STEP_SYNCED, link_file}};

static int32_t count_at(const struct maildir *m, enum step step)
{
    int32_t n = 0;
    for (int32_t i = 0; i < m->count; i++)
        n += m->slots[i].step == step;
    return n;
}

/* Takes the allowed letters on, until all are written or the time is up (never without having done
 * one thing). */
static bool advance(struct maildir *m, int64_t deadline_us, struct err *err)
{
    char name[UUID_TEXT_SIZE];
    for (size_t p = 0; p < sizeof phases / sizeof phases[0]; p++) {
        for (int32_t i = 0; i < m->count; i++) {
            struct slot *s = &m->slots[i];
            if (s->step != phases[p].from)
                continue;
            uuid_text(s->id, name);
            if (!phases[p].run(m, s, name, err))
                return false;
            s->step++;
            if (clock_boot_us() >= deadline_us)
                return true;
        }
    }
    return count_at(m, STEP_LINKED) == 0 || sync_folder(m, err);
}

/* Forgets the batch. What is in tmp goes; what was linked stays, and find() tells. */
static void abandon(struct maildir *m)
{
    char name[UUID_TEXT_SIZE];
    for (int32_t i = 0; i < m->count; i++) {
        struct slot *s = &m->slots[i];
        if (s->fd >= 0)
            (void)close(s->fd); /* it is thrown away */
        if (s->step < STEP_ALLOWED || s->step > STEP_SYNCED)
            continue;
        uuid_text(s->id, name);
        (void)unlinkat(m->fd[FOLDER_TMP], name, 0); /* a leftover does no harm */
    }
    m->count = 0;
    close_folders(m); /* opened afresh: the operator may put another directory there */
}

/* --- the port --------------------------------------------------------------------------------- */

static bool maildir_submit(struct mail *mail, const struct mail_letter *letters, int32_t count,
                           struct err *err)
{
    struct maildir *m = maildir_of(mail);
    if (count < 1 || count > MAIL_BATCH_MAX)
        return err_set(err, ERR_REFUSED, "mail: a batch has 1 to %d letters, not %d",
                       (int)MAIL_BATCH_MAX, (int)count);
    if (m->count > 0)
        return err_set(err, ERR_REFUSED, "mail: a batch is under way");
    if (!open_folders(m, true, err))
        return false;
    for (int32_t i = 0; i < count; i++)
        m->slots[i] = (struct slot){.id = letters[i].id,
                                    .bytes = letters[i].bytes,
                                    .size_bytes = letters[i].size_bytes,
                                    .fd = -1};
    m->count = count;
    return true;
}

static void ask(struct maildir *m, struct mail_event *ret)
{
    ret->kind = MAIL_ASK;
    for (int32_t i = 0; i < m->count; i++) {
        if (m->slots[i].step == STEP_TAKEN) {
            m->slots[i].step = STEP_ASKED;
            ret->ids[ret->count++] = m->slots[i].id;
        }
    }
}

/* The verdict of the first letter that has one due; false when there is none. */
static bool give_verdict(struct maildir *m, struct mail_event *ret)
{
    char name[UUID_TEXT_SIZE];
    for (int32_t i = 0; i < m->count; i++) {
        struct slot *s = &m->slots[i];
        if (s->step != STEP_WRITTEN)
            continue;
        s->step = STEP_DONE;
        uuid_text(s->id, name);
        ret->kind = MAIL_VERDICT;
        ret->ids[0] = s->id;
        ret->count = 1;
        ret->verdict = m->mail.ops->mode == MODE_DRYRUN ? SEND_SIMULATED : SEND_SENT;
        (void)str_format(ret->answer, sizeof ret->answer, "new/%s", name); /* fits */
        if (count_at(m, STEP_DONE) == m->count)
            m->count = 0;
        return true;
    }
    return false;
}

static bool maildir_next(struct mail *mail, int64_t deadline_us, struct mail_event *ret,
                         struct err *err)
{
    struct maildir *m = maildir_of(mail);
    *ret = (struct mail_event){.kind = MAIL_NOTHING};
    if (give_verdict(m, ret))
        return true;
    if (!advance(m, deadline_us, err)) {
        abandon(m);
        return false;
    }
    if (!give_verdict(m, ret) && count_at(m, STEP_TAKEN) > 0)
        ask(m, ret);
    return true;
}

static struct slot *asked_slot(struct maildir *m, struct uuid id)
{
    for (int32_t i = 0; i < m->count; i++) {
        if (m->slots[i].step == STEP_ASKED && uuid_equal(m->slots[i].id, id))
            return &m->slots[i];
    }
    return NULL;
}

static bool maildir_allow(struct mail *mail, const struct uuid *ids, int32_t count, struct err *err)
{
    struct maildir *m = maildir_of(mail);
    for (int32_t i = 0; i < count; i++) {
        if (asked_slot(m, ids[i]) == NULL)
            return err_set(err, ERR_REFUSED, "mail: a letter was allowed that was not asked about");
    }
    for (int32_t i = 0; i < count; i++) {
        struct slot *s = asked_slot(m, ids[i]);
        if (s != NULL) /* not named twice */
            s->step = STEP_ALLOWED;
    }
    return true;
}

static void maildir_drop(struct mail *mail)
{
    struct maildir *m = maildir_of(mail);
    int32_t kept = 0;
    for (int32_t i = 0; i < m->count; i++) {
        if (m->slots[i].step > STEP_ASKED)
            m->slots[kept++] = m->slots[i];
    }
    m->count = kept;
    if (count_at(m, STEP_DONE) == kept)
        m->count = 0;
}

/* Looks for the letter among what a mail reader moved to cur: ID, or ID with ":2,S" and the like
 * behind it. */
static bool find_in_cur(const struct maildir *m, const char *name, bool *ret_there, struct err *err)
{
    const struct dirent *entry;
    size_t len = strlen(name);
    int fd = openat(m->fd[FOLDER_CUR], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        (void)fail(m, "opening", FOLDER_CUR, "", err);
        if (fd >= 0)
            (void)close(fd); /* a directory: nothing is lost */
        return false;
    }
    for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {
        const char *rest = str_starts(entry->d_name, name) ? entry->d_name + len : NULL;
        *ret_there = rest != NULL && (rest[0] == '\0' || rest[0] == ':' || rest[0] == ',');
        if (*ret_there)
            break;
    }
    bool ok = entry != NULL || errno == 0 || fail(m, "reading", FOLDER_CUR, "", err);
    (void)closedir(dir); /* it was only read */
    return ok;
}

static bool find_in(const struct maildir *m, struct uuid id, bool *ret_there, struct err *err)
{
    char name[UUID_TEXT_SIZE];
    struct stat st;
    enum folder where = FOLDER_NEW;
    uuid_text(id, name);
    *ret_there = fstatat(m->fd[FOLDER_NEW], name, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (!*ret_there && errno != ENOENT)
        return fail(m, "looking for", FOLDER_NEW, name, err);
    if (!*ret_there) {
        where = FOLDER_CUR;
        if (!find_in_cur(m, name, ret_there, err))
            return false;
    }
    /* A crash between link and unlink leaves the name in tmp; nobody comes back to it but us. */
    (void)unlinkat(m->fd[FOLDER_TMP], name, 0); /* mostly there is none */
    /* The crash that brought us here may have come before the directory was fsynced: what is
     * called delivered must be there after a power cut too. */
    return !*ret_there || sync_fd(m->fd[where]) || fail(m, "writing", where, "", err);
}

static bool maildir_find(struct mail *mail, struct uuid id, bool *ret_known, bool *ret_there,
                         struct err *err)
{
    struct maildir *m = maildir_of(mail);
    bool there = false;
    if (m->count == 0)
        close_folders(m); /* look at what is there now, not at a directory that was moved away */
    if (!open_folders(m, false, err) || (m->fd[FOLDER_NEW] >= 0 && !find_in(m, id, &there, err)))
        return false;
    *ret_known = true;
    *ret_there = there;
    return true;
}

static void maildir_free(struct mail *mail)
{
    if (mail == NULL)
        return;
    struct maildir *m = maildir_of(mail);
    abandon(m);
    free(m);
}

#define MAILDIR_OPS(of_mode)                                                                       \
    {                                                                                              \
        .mode = (of_mode), .submit = maildir_submit, .next = maildir_next, .allow = maildir_allow, \
        .drop = maildir_drop, .find = maildir_find, .free = maildir_free                           \
    }
static const struct mail_ops dryrun_ops = MAILDIR_OPS(MODE_DRYRUN);
static const struct mail_ops maildir_ops = MAILDIR_OPS(MODE_MAILDIR);

struct mail *mail_maildir_new(const char *dir, enum mail_mode mode, struct err *err)
{
    if (mode != MODE_DRYRUN && mode != MODE_MAILDIR) {
        (void)err_set(err, ERR_REFUSED, "mail: a Maildir is no sink for mode %s",
                      mail_mode_name(mode));
        return NULL;
    }
    struct maildir *m = calloc(1, sizeof *m);
    if (m == NULL) {
        (void)err_set(err, ERR_STOP, "mail: there is no memory for a Maildir");
        return NULL;
    }
    m->mail.ops = mode == MODE_DRYRUN ? &dryrun_ops : &maildir_ops;
    m->fd[FOLDER_TMP] = m->fd[FOLDER_NEW] = m->fd[FOLDER_CUR] = -1;
    if (dir[0] == '\0' || !str_copy(m->dir, sizeof m->dir - 64, dir)) {
        (void)err_set(err, ERR_REFUSED, "mail: the Maildir's path is %s",
                      dir[0] == '\0' ? "empty" : "too long");
        free(m);
        return NULL;
    }
    return &m->mail;
}
