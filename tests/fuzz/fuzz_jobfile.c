/* Broken if this finds something: some job file crashes the import, a definition gets past the
 * rules, or an exported job reads back as another one. The bytes are the job file; its templates
 * can be the files "t.txt" and "t.html" beside it. */
#include "app/jobfile.h"

#include "base/file.h"
#include "base/str.h"
#include "base/utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_MAX = 32 << 20 };

static char dir[200]; /* of this process: where x.ini and its templates are */

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void put_file(const char *name, const void *bytes, size_t len)
{
    char path[FILE_PATH_MAX];
    require(file_join(path, dir, name, NULL));
    FILE *f = fopen(path, "we");
    require(f != NULL && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const char *tmp = getenv("TMPDIR");
    (void)argc;
    (void)argv;
    (void)snprintf(dir, sizeof dir, "%s/fuzz_jobfile.XXXXXX", tmp != NULL ? tmp : "/tmp");
    require(mkdtemp(dir) != NULL);
    put_file("t.txt", "Hola {{name|amigos}}\n", 21);
    put_file("t.html", "<p>Hola</p>\n", 12);
    return 0;
}

/* Two definitions as text: equal texts are equal definitions but for the bodies. */
static void check_same(const struct job_def *a, const struct job_def *b)
{
    struct buf one = buf_init(ARENA_MAX), two = buf_init(ARENA_MAX);
    require(jobfile_write(a, &one, NULL) && jobfile_write(b, &two, NULL));
    require(str_equal(buf_text(&one), buf_text(&two)));
    require(a->template_count == b->template_count);
    for (int32_t i = 0; i < a->template_count; i++) {
        const struct template_def *s = &a->templates[i], *t = &b->templates[i];
        require(str_equal(s->text != NULL ? s->text : "", t->text != NULL ? t->text : ""));
        require(str_equal(s->html != NULL ? s->html : "", t->html != NULL ? t->html : ""));
    }
    buf_done(&one);
    buf_done(&two);
}

static void round_trip(const struct job_def *def)
{
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs = NULL;
    int32_t count = 0;
    char name[JOBFILE_NAME_MAX], path[FILE_PATH_MAX];
    struct err err = {0};
    jobfile_name(def, name);
    require(file_join(path, dir, "out", &err));
    require(jobfile_export(def, path, &err));
    size_t len = strlen(path);
    require(str_format(path + len, sizeof path - len, "/%s", name));
    require(jobfile_read(path, &arena, &jobs, &count, &err));
    require(count == 1);
    check_same(def, &jobs[0]);
    arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs = NULL;
    int32_t count = 0;
    struct err err = {0};
    char path[FILE_PATH_MAX];
    put_file("x.ini", data, size);
    require(file_join(path, dir, "x.ini", &err));
    if (jobfile_read(path, &arena, &jobs, &count, &err)) {
        require(count > 0 && count <= JOBFILE_JOBS_MAX);
        for (int32_t i = 0; i < count; i++) {
            require(job_check(&jobs[i], &err));
            if (str_hash(data, size, 0) % 32 == 0) /* an export fsyncs: not each time */
                round_trip(&jobs[i]);
        }
    } else {
        require(jobs == NULL && count == 0 && err.kind != ERR_NONE);
        require(strstr(err.text, "x.ini:") != NULL);
        require(utf8_valid(err.text, strlen(err.text)));
    }
    arena_done(&arena);
    return 0;
}
