/* test_mail_maildir.c - if this fails, a letter is written twice or not at all after a crash, is
 * called delivered before it is, or half a letter is found in the Maildir. */
#include "adapter/mail_maildir.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/fp.h"
#include "base/str.h"

#include "../cases.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define DIR_NAME "data/outbox"

/* Each test works in a directory of its own, which is also the current one. */
static int enter_dir(void **state)
{
    char template[] = "/tmp/test_maildir.XXXXXX";
    if (mkdtemp(template) == NULL || chdir(template) != 0)
        return -1;
    *state = strdup(template);
    return *state == NULL ? -1 : 0;
}

static int leave_dir(void **state)
{
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("rm", "rm", "-rf", (char *)*state, (char *)NULL);
        _exit(127);
    }
    (void)waitpid(child, NULL, 0);
    free(*state);
    return chdir("/");
}

static struct uuid id_of(int n)
{
    char text[20];
    (void)snprintf(text, sizeof text, "letter %d", n);
    return uuid_from_bytes(text, strlen(text));
}

static const char *path_of(const char *folder, int n, const char *suffix)
{
    static char path[200];
    char name[UUID_TEXT_SIZE];
    uuid_text(id_of(n), name);
    (void)snprintf(path, sizeof path, DIR_NAME "/%s/%s%s", folder, name, suffix);
    return path;
}

enum { TEXT_MAX = 200 };

/* Letter n of an attempt. */
static struct mail_letter letter_of(int n, char text[TEXT_MAX])
{
    (void)snprintf(text, TEXT_MAX, "To: %d@zq.es\r\n\r\nLetter %d\r\n", n, n);
    return (struct mail_letter){
        .id = id_of(n), .to = "x@zq.es", .bytes = text, .size_bytes = strlen(text)};
}

struct batch {
    char text[MAIL_BATCH_MAX][TEXT_MAX];
    struct mail_letter letters[MAIL_BATCH_MAX];
    struct uuid ids[MAIL_BATCH_MAX];
};

static void fill(struct batch *b, int first, int count)
{
    for (int i = 0; i < count; i++) {
        b->letters[i] = letter_of(first + i, b->text[i]);
        b->ids[i] = b->letters[i].id;
    }
}

static struct mail *new_sink(enum mail_mode mode)
{
    struct err err = {0};
    struct mail *m = mail_maildir_new(DIR_NAME, mode, &err);
    if (m == NULL)
        fail_msg("%s", err.text);
    return m;
}

static struct mail_event next_of(struct mail *m)
{
    struct mail_event event;
    struct err err = {0};
    memset(&event, 0xAA, sizeof event);
    if (!m->ops->next(m, INT64_MAX, &event, &err))
        fail_msg("%s", err.text);
    return event;
}

/* Submits letters and lets them all be written; the verdicts must come in order. */
static void deliver(struct mail *m, const struct batch *b, int count)
{
    struct err err = {0};
    if (!m->ops->submit(m, b->letters, count, &err))
        fail_msg("%s", err.text);
    struct mail_event event = next_of(m);
    assert_int_equal(event.kind, MAIL_ASK);
    assert_int_equal(event.count, count);
    assert_true(m->ops->allow(m, event.ids, event.count, &err));
    for (int i = 0; i < count; i++) {
        event = next_of(m);
        assert_int_equal(event.kind, MAIL_VERDICT);
        assert_true(uuid_equal(event.ids[0], b->letters[i].id));
    }
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
}

static int files_in(const char *folder)
{
    char path[100];
    int n = 0;
    (void)snprintf(path, sizeof path, DIR_NAME "/%s", folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;)
        n += e->d_name[0] != '.';
    (void)closedir(dir);
    return n;
}

static void assert_letter(const char *folder, int n, const char *suffix)
{
    char text[TEXT_MAX];
    struct mail_letter want = letter_of(n, text);
    struct buf got = buf_init(10000);
    struct err err = {0};
    if (!file_read(path_of(folder, n, suffix), &got, &err))
        fail_msg("letter %d: %s", n, err.text);
    assert_int_equal(got.len, want.size_bytes);
    assert_memory_equal(got.data, want.bytes, got.len);
    buf_done(&got);
}

static bool found(struct mail *m, int n)
{
    bool known = false, there = false;
    struct err err = {0};
    if (!m->ops->find(m, id_of(n), &known, &there, &err))
        fail_msg("%s", err.text);
    assert_true(known);
    return there;
}

static void test_flow(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    char name[UUID_TEXT_SIZE], answer[60];
    fill(&b, 0, 3);
    assert_int_equal(m->ops->mode, MODE_DRYRUN);
    assert_false(file_exists("data")); /* nothing is made before there is a letter */
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    assert_true(m->ops->submit(m, b.letters, 3, &err));
    struct mail_event event = next_of(m);
    assert_int_equal(event.kind, MAIL_ASK);
    assert_int_equal(event.count, 3);
    assert_memory_equal(event.ids, b.ids, sizeof event.ids[0] * 3);
    assert_int_equal(next_of(m).kind, MAIL_NOTHING); /* asked once */
    assert_int_equal(files_in("new"), 0);            /* and not written without leave */
    assert_int_equal(files_in("tmp"), 0);
    assert_true(m->ops->allow(m, b.ids, 3, &err));
    for (int i = 0; i < 3; i++) {
        event = next_of(m);
        assert_int_equal(event.kind, MAIL_VERDICT);
        assert_int_equal(event.count, 1);
        assert_true(uuid_equal(event.ids[0], id_of(i)));
        assert_int_equal(event.verdict, SEND_SIMULATED);
        assert_int_equal(event.code, 0);
        uuid_text(id_of(i), name);
        (void)snprintf(answer, sizeof answer, "new/%s", name);
        assert_string_equal(event.answer, answer);
        assert_letter("new", i, "");
    }
    assert_int_equal(files_in("tmp"), 0);
    assert_int_equal(files_in("new"), 3);
    struct stat st;
    assert_int_equal(stat(path_of("new", 1, ""), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(st.st_nlink, 1);
    assert_int_equal(stat(DIR_NAME, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    fill(&b, 3, MAIL_BATCH_MAX); /* the largest batch, into the same Maildir */
    deliver(m, &b, MAIL_BATCH_MAX);
    assert_int_equal(files_in("new"), 3 + MAIL_BATCH_MAX);
    const struct mail_ops *ops = m->ops;
    ops->free(m);
    ops->free(NULL);
}

static void test_maildir_mode(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_MAILDIR);
    struct batch b;
    struct err err = {0};
    fill(&b, 0, 1);
    assert_int_equal(m->ops->mode, MODE_MAILDIR);
    assert_true(m->ops->submit(m, b.letters, 1, &err));
    (void)next_of(m);
    assert_true(m->ops->allow(m, b.ids, 1, &err));
    assert_int_equal(next_of(m).verdict, SEND_SENT);
    m->ops->free(m);
}

static void put_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_true(file_write_all(fd, text, strlen(text), path, NULL));
    assert_int_equal(close(fd), 0);
}

/* A second attempt succeeds and changes nothing: the file name is the ledger's key. */
static void test_again(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    fill(&b, 0, 2);
    deliver(m, &b, 2);
    (void)str_copy(b.text[0], TEXT_MAX, "To: other@zq.es\r\n\r\nrendered differently\r\n");
    b.letters[0].size_bytes = strlen(b.text[0]);
    deliver(m, &b, 2);
    assert_letter("new", 0, "");
    assert_letter("new", 1, "");
    assert_int_equal(files_in("new"), 2);
    assert_int_equal(files_in("tmp"), 0);
    m->ops->free(m);
}

/* What a crash leaves in tmp: half a letter, or a second name of a letter that was delivered. */
static void test_leftovers(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    fill(&b, 0, 3);
    deliver(m, &b, 1);
    char tmp[200];
    (void)str_copy(tmp, sizeof tmp, path_of("tmp", 0, ""));
    assert_int_equal(link(path_of("new", 0, ""), tmp), 0); /* killed between link and unlink */
    put_file(path_of("tmp", 1, ""), "half a let");
    (void)str_copy(b.text[0], TEXT_MAX, "never written into the delivered file\r\n");
    b.letters[0].size_bytes = strlen(b.text[0]);
    deliver(m, &b, 3);
    for (int i = 0; i < 3; i++)
        assert_letter("new", i, "");
    assert_int_equal(files_in("tmp"), 0);
    m->ops->free(m);
}

/* Letters that are not allowed are never written, whatever happens to the others. */
static void test_partly_allowed(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    fill(&b, 0, 4);
    assert_true(m->ops->submit(m, b.letters, 4, &err));
    (void)next_of(m);
    const struct uuid some[] = {id_of(3), id_of(1)};
    assert_true(m->ops->allow(m, some, 2, &err));
    struct mail_event event = next_of(m);
    assert_true(event.kind == MAIL_VERDICT && uuid_equal(event.ids[0], id_of(1)));
    event = next_of(m);
    assert_true(event.kind == MAIL_VERDICT && uuid_equal(event.ids[0], id_of(3)));
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    assert_false(m->ops->submit(m, b.letters, 1, &err)); /* two letters are still with it */
    assert_non_null(strstr(err.text, "a batch is under way"));
    const struct uuid later[] = {id_of(0)};
    assert_true(m->ops->allow(m, later, 1, &err));
    m->ops->drop(m); /* forgets letter 2, keeps the one that was allowed */
    event = next_of(m);
    assert_true(event.kind == MAIL_VERDICT && uuid_equal(event.ids[0], id_of(0)));
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    assert_int_equal(files_in("new"), 3);
    assert_false(file_exists(path_of("new", 2, "")));
    deliver(m, &b, 4); /* the batch is over: the next one is taken */
    m->ops->drop(m);
    assert_true(m->ops->submit(m, b.letters, 4, &err));
    m->ops->drop(m);
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    assert_true(m->ops->submit(m, b.letters, 4, &err));
    m->ops->free(m); /* with letters that were never asked about */
}

static void test_refused(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    fill(&b, 0, 2);
    assert_false(m->ops->submit(m, b.letters, 0, &err));
    assert_false(m->ops->submit(m, b.letters, MAIL_BATCH_MAX + 1, &err));
    assert_non_null(strstr(err.text, "a batch has 1 to 50 letters, not 51"));
    assert_false(m->ops->allow(m, b.ids, 1, &err));
    assert_true(m->ops->submit(m, b.letters, 2, &err));
    assert_false(m->ops->allow(m, b.ids, 1, &err)); /* not asked yet */
    (void)next_of(m);
    const struct uuid mixed[] = {id_of(0), id_of(7)};
    assert_false(m->ops->allow(m, mixed, 2, &err)); /* as a whole or not at all */
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    assert_int_equal(err.kind, ERR_REFUSED);
    const struct uuid twice[] = {id_of(0), id_of(0)};
    assert_true(m->ops->allow(m, twice, 2, &err));
    assert_int_equal(next_of(m).kind, MAIL_VERDICT);
    assert_int_equal(next_of(m).kind, MAIL_NOTHING);
    m->ops->free(m);

    char path[FILE_PATH_MAX + 10];
    memset(path, 'x', sizeof path);
    path[sizeof path - 1] = '\0';
    assert_null(mail_maildir_new(DIR_NAME, MODE_SMTP, &err));
    assert_string_equal(err.text, "mail: a Maildir is no sink for mode smtp");
    assert_null(mail_maildir_new("", MODE_DRYRUN, &err));
    assert_null(mail_maildir_new(path, MODE_DRYRUN, &err));
    assert_non_null(strstr(err.text, "too long"));
}

static void test_find(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    assert_false(found(m, 0)); /* no Maildir is no letter, and makes none */
    assert_false(file_exists("data"));
    fill(&b, 0, 6);
    deliver(m, &b, 6);
    char from[200];
    static const char *const moved[] = {"", ":2,S", ":2,", ",S=31:2,RS"};
    for (int i = 0; i < 4; i++) { /* as mail readers do it */
        (void)str_copy(from, sizeof from, path_of("new", i, ""));
        assert_int_equal(rename(from, path_of("cur", i, moved[i])), 0);
    }
    (void)str_copy(from, sizeof from, path_of("new", 5, ""));
    assert_int_equal(rename(from, path_of("cur", 5, "0")), 0); /* another letter's name */
    for (int i = 0; i < 5; i++)
        assert_true(found(m, i));
    assert_false(found(m, 5));
    assert_false(found(m, 6));
    put_file(path_of("tmp", 6, ""), "half a let");
    assert_false(found(m, 6));            /* tmp is not delivered */
    assert_int_equal(files_in("tmp"), 0); /* and the leftover is gone */
    m->ops->free(m);
    m = new_sink(MODE_DRYRUN); /* another process */
    assert_true(found(m, 4));
    assert_true(found(m, 1));
    assert_false(found(m, 6));
    /* A Maildir that was put elsewhere meanwhile is looked at where it is now. */
    assert_int_equal(rename(DIR_NAME, "data/elsewhere"), 0);
    assert_false(found(m, 4));
    assert_int_equal(rename("data/elsewhere", DIR_NAME), 0);
    assert_true(found(m, 4));
    m->ops->free(m);
    put_file("file", "x");
    struct err err = {0};
    bool known = false, there = false;
    m = mail_maildir_new("file", MODE_DRYRUN, &err);
    assert_false(m->ops->find(m, id_of(0), &known, &there, &err));
    assert_false(known);
    m->ops->free(m);
}

/* Out of time: each call does one thing, and all is done in the end, in order. */
static void test_slices(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    struct mail_event event;
    int calls = 0, verdicts = 0;
    fill(&b, 0, 5);
    assert_true(m->ops->submit(m, b.letters, 5, &err));
    (void)next_of(m);
    assert_true(m->ops->allow(m, b.ids, 5, &err));
    for (; verdicts < 5 && calls < 100; calls++) {
        assert_true(m->ops->next(m, 0, &event, &err));
        assert_int_not_equal(event.kind, MAIL_ASK);
        if (event.kind == MAIL_VERDICT)
            assert_true(uuid_equal(event.ids[0], id_of(verdicts++)));
        else if (verdicts == 0)
            m->ops->drop(m); /* what was allowed is not forgotten */
    }
    assert_int_equal(verdicts, 5);
    assert_true(calls > 15); /* stored, fsynced and linked one by one */
    assert_true(m->ops->submit(m, b.letters, 5, &err));
    (void)next_of(m);
    assert_true(m->ops->allow(m, b.ids, 5, &err));
    assert_true(m->ops->next(m, 0, &event, &err));
    assert_int_equal(files_in("tmp"), 1);
    m->ops->free(m); /* in the middle: tmp is cleaned */
    assert_int_equal(files_in("tmp"), 0);
}

/* A letter can't be written: the sink says so, and nothing of the batch is there. */
static void test_write_fails(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    struct mail_event event;
    const struct rlimit small = {150000, RLIM_INFINITY};
    struct rlimit before;
    char *big = malloc(200000);
    assert_non_null(big);
    memset(big, 'x', 200000);
    fill(&b, 0, 4);
    b.letters[2].bytes = big;
    b.letters[2].size_bytes = 200000;
    assert_true(m->ops->submit(m, b.letters, 4, &err));
    (void)next_of(m);
    assert_true(m->ops->allow(m, b.ids, 4, &err));
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    bool ok = m->ops->next(m, INT64_MAX, &event, &err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_false(ok);
    assert_int_equal(err.kind, ERR_STOP);
    assert_true(str_starts(err.text, "mail: writing " DIR_NAME "/tmp/"));
    assert_non_null(strstr(err.text, "File too large"));
    assert_int_equal(files_in("tmp"), 0);
    assert_int_equal(files_in("new"), 0);
    for (int i = 0; i < 4; i++)
        assert_false(found(m, i));
    b.letters[2] = letter_of(2, b.text[2]); /* there is room again: the same sink goes on */
    deliver(m, &b, 4);
    assert_int_equal(files_in("new"), 4);
    m->ops->free(m);
    free(big);
}

/* The directory goes away, or is none. */
static void test_gone(void **state)
{
    (void)state;
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    struct err err = {0};
    struct mail_event event;
    fill(&b, 0, 2);
    deliver(m, &b, 1);
    static const char *const folders[] = {"tmp", "new"};
    for (int i = 0; i < 2; i++) {
        char from[60], to[60];
        assert_true(m->ops->submit(m, b.letters, 2, &err));
        (void)next_of(m);
        assert_true(m->ops->allow(m, b.ids, 2, &err));
        (void)snprintf(from, sizeof from, DIR_NAME "/%s", folders[i]);
        (void)snprintf(to, sizeof to, "data/was-%s", folders[i]);
        if (i == 1)
            assert_int_equal(unlink(path_of("new", 0, "")), 0);
        assert_int_equal(rmdir(from), 0);
        assert_false(m->ops->next(m, INT64_MAX, &event, &err));
        CHECK_AT(i, err.kind == ERR_STOP && strstr(err.text, from) != NULL, "%s", err.text);
        CHECK_AT(i, strstr(err.text, "; the directory is gone or replaced") != NULL, "%s",
                 err.text);
    }
    deliver(m, &b, 2); /* made anew */
    m->ops->free(m);

    put_file("file", "x");
    static const char *const nowhere[] = {"file", "file/outbox", "/proc/outbox", "/dev/null/x"};
    for (size_t i = 0; i < CASES(nowhere); i++) {
        m = mail_maildir_new(nowhere[i], MODE_DRYRUN, &err);
        assert_non_null(m);
        err = (struct err){0};
        CHECK_AT(i, !m->ops->submit(m, b.letters, 2, &err), "%s was taken", nowhere[i]);
        CHECK_AT(i, err.kind == ERR_STOP && err.text[0] != '\0', "%s", err.text);
        assert_int_equal(next_of(m).kind, MAIL_NOTHING); /* none was taken */
        m->ops->free(m);
    }
    /* One of the three folders is a file. */
    assert_true(file_make_dirs("odd", 0700, NULL));
    put_file("odd/new", "x");
    m = mail_maildir_new("odd", MODE_DRYRUN, &err);
    assert_false(m->ops->submit(m, b.letters, 2, &err));
    assert_non_null(strstr(err.text, "mail: opening odd/new failed: Not a directory; "));
    m->ops->free(m);
}

#ifdef FAILPOINTS
struct killer {
    char points[16][40]; /* those that were passed, each once */
    int hits[16];
    int count;
    const char *at; /* the point to die at, NULL: none */
    int hit;
};

static void pass_point(void *ctx, const char *name)
{
    struct killer *k = ctx;
    int i = 0;
    if (!str_starts(name, "maildir_"))
        return;
    while (i < k->count && !str_equal(k->points[i], name))
        i++;
    if (i == k->count) {
        assert_in_range(i, 0, 15);
        (void)str_copy(k->points[k->count++], sizeof k->points[0], name);
    }
    k->hits[i]++;
    if (k->at != NULL && str_equal(k->at, name) && k->hits[i] == k->hit)
        (void)raise(SIGKILL);
}

/* Three batches, as a process that may be killed in them would write them. */
static void write_all(struct killer *k)
{
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    fp_set_hook(pass_point, k);
    for (int i = 0; i < 3; i++) {
        fill(&b, i * 4, 4);
        deliver(m, &b, 4);
    }
    fp_set_hook(NULL, NULL);
    m->ops->free(m);
}

/* What the next process does: asks for each letter, and writes again what is not there. */
static void settle(void)
{
    struct mail *m = new_sink(MODE_DRYRUN);
    struct batch b;
    for (int i = 0; i < 12; i++) {
        if (!found(m, i)) {
            fill(&b, i, 1);
            deliver(m, &b, 1);
        }
    }
    for (int i = 0; i < 12; i++)
        assert_letter("new", i, "");
    assert_int_equal(files_in("new"), 12);
    m->ops->free(m);
}

static void kill_at(const char *point, int hit)
{
    char old[60];
    (void)snprintf(old, sizeof old, "run-%s-%d", point, hit);
    assert_int_equal(mkdir(old, 0700), 0);
    assert_int_equal(chdir(old), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct killer k = {.at = point, .hit = hit};
        write_all(&k);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("%s hit %d was not reached", point, hit);
    settle();
    assert_int_equal(chdir(".."), 0);
}

/* Killed at every point, every time it is reached: each letter is there once and whole. */
static void test_kills(void **state)
{
    (void)state;
    struct killer seen = {.at = NULL};
    write_all(&seen);
    assert_int_equal(seen.count, 8);
    for (int i = 0; i < seen.count; i++) {
        for (int hit = 1; hit <= seen.hits[i]; hit++)
            kill_at(seen.points[i], hit);
    }
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_flow, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_maildir_mode, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_again, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_leftovers, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_partly_allowed, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_refused, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_find, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_slices, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_write_fails, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_gone, enter_dir, leave_dir),
#ifdef FAILPOINTS
        cmocka_unit_test_setup_teardown(test_kills, enter_dir, leave_dir),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
