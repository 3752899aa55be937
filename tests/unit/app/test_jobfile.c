/* test_jobfile.c - if this fails, a mistake in a job file is taken in silence, or told without the
 * place and the cure, or a job that was written out reads back as another one. */
#include "../../../src/app/inilines.h"
#include "app/jobfile.h"

#include "base/file.h"
#include "base/str.h"
#include "domain/letter.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_MAX = 64 << 20 };

static void put_file(const char *name, const void *bytes, size_t len)
{
    assert_true(file_replace(name, bytes, len, 0600, NULL));
}

static void put_text(const char *name, const char *text)
{
    put_file(name, text, strlen(text));
}

/* Each test works in a directory of its own, which is also the current one. */
static int enter_dir(void **state)
{
    char template[] = "/tmp/test_jobfile.XXXXXX";
    if (mkdtemp(template) == NULL || chdir(template) != 0)
        return -1;
    *state = strdup(template);
    put_text("t.txt", "Hola {{name|amigos}},\n");
    put_text("t.html", "<p>Hola {{name|amigos}}</p>\n");
    return *state == NULL ? -1 : 0;
}

static int leave_dir(void **state)
{
    pid_t child = fork();
    if (child == 0) {
        (void)execlp("rm", "rm", "-rf", (char *)*state, (char *)NULL);
        _exit(127);
    }
    free(*state);
    return chdir("/");
}

static const char good_text[] =
    "\xEF\xBB\xBF; a comment\r\n"
    "# another\n"
    "[job spain-plumbers]\r\n"
    "workspace = acme\n"
    "distribution = random          ; or equitable\n"
    "\tloop_interval = 40\n"
    "max_emails_per_group: 300\n"
    "loop_automation = Yes\n"
    "provider = local\n"
    "variations=2\n"
    "seed = 18446744073709551615\n"
    "recontact = always\n"
    "one_lead_per_domain = on\n"
    "\n"
    "[group Madrid]\n"
    "template = es\n"
    "  term = fontanero urgente ; the main one\n"
    "  term = fontanería;24h\n"
    "  term = a \\; b \\\\ c\\d\n"
    "  ; term = not this one\n"
    "[ group   Las Palmas (de ; G.C. ]\n" /* the comment cuts it: a mistake, see below */;

static void test_good(void **state)
{
    (void)state;
    struct arena arena = arena_init(ARENA_MAX);
    struct buf text = buf_init(10000);
    struct err err = {0};
    struct job_def *jobs = NULL;
    int32_t count = 0;
    buf_add(&text, good_text, (size_t)(strstr(good_text, "[ group") - good_text));
    buf_adds(&text, "[ group   Las Palmas (de \\; G.C.) ]\ntemplate = es\nterm = x = y: [z]\n"
                    "[template es]\nsubject = Una pregunta para {{company|su empresa}}\n"
                    "text = t.txt\nhtml = ./t.html\n"
                    "[template unused]\nsubject = =?\ntext = t.txt\n"
                    "[job two]\nloop_interval = 1\nmax_emails_per_group = 1000000\n"
                    "[group Madrid]\nterm = dentista\ntemplate = en\n"
                    "[template en]\nsubject = Hi\nhtml = t.html"); /* no line end */
    put_file("jobs.ini", buf_text(&text), text.len);
    buf_done(&text);
    if (!jobfile_read("jobs.ini", &arena, &jobs, &count, &err))
        fail_msg("%s", err.text);
    assert_int_equal(count, 2);
    const struct job_def *a = &jobs[0], *b = &jobs[1];
    assert_string_equal(a->name, "spain-plumbers");
    assert_string_equal(a->workspace, "acme");
    assert_int_equal(a->distribution, DISTRIBUTION_RANDOM);
    assert_int_equal(a->loop_interval, 40);
    assert_int_equal(a->max_emails_per_group, 300);
    assert_true(a->loop_automation);
    assert_string_equal(a->provider, "local");
    assert_int_equal(a->variations, 2);
    assert_true(a->has_seed);
    assert_true(a->seed == UINT64_MAX);
    assert_int_equal(a->recontact, RECONTACT_ALWAYS);
    assert_true(a->one_lead_per_domain);
    assert_int_equal(a->group_count, 2);
    assert_string_equal(a->groups[0].name, "Madrid");
    assert_string_equal(a->groups[0].template_name, "es");
    assert_int_equal(a->groups[0].term_count, 3);
    assert_string_equal(a->groups[0].terms[0].text, "fontanero urgente");
    assert_string_equal(a->groups[0].terms[1].text, "fontanería;24h");
    assert_string_equal(a->groups[0].terms[2].text, "a ; b \\ c\\d");
    assert_string_equal(a->groups[1].name, "Las Palmas (de ; G.C.)");
    assert_string_equal(a->groups[1].terms[0].text, "x = y: [z]");
    assert_int_equal(a->template_count, 2);
    assert_string_equal(a->templates[0].subject, "Una pregunta para {{company|su empresa}}");
    assert_string_equal(a->templates[0].text, "Hola {{name|amigos}},\n");
    assert_string_equal(a->templates[0].html, "<p>Hola {{name|amigos}}</p>\n");
    assert_string_equal(a->templates[1].subject, "=?");
    assert_null(a->templates[1].html);
    /* What was not given has its default. */
    assert_string_equal(b->name, "two");
    assert_string_equal(b->workspace, "default");
    assert_string_equal(b->provider, "local");
    assert_int_equal(b->distribution, DISTRIBUTION_EQUITABLE);
    assert_int_equal(b->recontact, RECONTACT_NEVER);
    assert_false(b->loop_automation || b->has_seed || b->one_lead_per_domain);
    assert_int_equal(b->variations, 0);
    assert_int_equal(b->max_emails_per_group, 1000000);
    assert_null(b->templates[0].text);
    arena_done(&arena);
}

/* The parts of a right file, to be put around a mistake. */
#define JOB "[job a]\nloop_interval = 40\nmax_emails_per_group = 300\n" /* lines 1 to 3 */
#define GROUP "[group g]\ntemplate = t\nterm = one\n"                   /* 3 lines */
#define TEMPLATE "[template t]\nsubject = s\ntext = t.txt\n"            /* 3 lines */

struct mistake {
    int line; /* of this table */
    const char *text;
    int at;           /* the line in the job file that must be named */
    const char *want; /* what the rest of the sentence must hold */
};

static const struct mistake mistakes[] = {
    /* the file's form */
    {__LINE__, "", 0, "there is no section [job NAME] in it"},
    {__LINE__, "; nothing\n", 0, "there is no section [job NAME] in it"},
    {__LINE__, "workspace = x\n" JOB, 1, "workspace = \"x\": this stands before the first [job"},
    {__LINE__, GROUP, 1, "this stands before the first [job NAME]"},
    {__LINE__, JOB "what is this\n" GROUP TEMPLATE, 4, "neither [kind name] nor key = value"},
    {__LINE__, JOB GROUP TEMPLATE "the last line", 10, "neither [kind name] nor key = value"},
    {__LINE__, JOB "= x\n" GROUP TEMPLATE, 4, "[job] has no such key"},
    {__LINE__, JOB "[group g\n" GROUP TEMPLATE, 4, "the ] is missing"},
    {__LINE__, JOB "[group g] x\n" GROUP TEMPLATE, 4, "the ] is missing or not the last"},
    {__LINE__, JOB "[group a ; b]\n", 4, "the ] is missing"},
    {__LINE__, "[job a\xFF]\n", 1, "column 7 is not UTF-8"},
    {__LINE__, JOB "provider = caf\xE9\n", 4, "column 15 is not UTF-8"},
    {__LINE__, JOB "provider = \x1b[2J\n", 4, "column 12 holds a control character"},
    {__LINE__, "[job a]\rloop_interval = 40\r", 1, "column 8 holds a carriage return"},
    {__LINE__, "\xFF\xFE[\0j\0", 1, "column 1 is not UTF-8"}, /* UTF-16 */
    /* sections */
    {__LINE__, "[jobs a]\n", 1, "[jobs] is no section of a job file; did you mean job?"},
    {__LINE__, JOB "[gruop g]\n", 4, "[gruop] is no section of a job file; did you mean group?"},
    {__LINE__, JOB "[zzz]\n", 4, "there are job, group, template"},
    {__LINE__, "[]\n", 1, "[] is no section"},
    {__LINE__, "[job]\n", 1, "[job] needs a name: [job NAME]"},
    {__LINE__, JOB "[group  ]\n", 4, "[group] needs a name: [group NAME]"},
    {__LINE__, JOB GROUP TEMPLATE JOB GROUP TEMPLATE, 10,
     "[job a] stands twice; it began in line 1"},
    {__LINE__, JOB GROUP GROUP TEMPLATE, 7, "group \"g\" stands twice in the job"},
    {__LINE__, JOB GROUP TEMPLATE TEMPLATE, 10, "template \"t\" stands twice in the job"},
    {__LINE__, JOB TEMPLATE, 1, "this job has no group; add a section [group NAME]"},
    /* keys */
    {__LINE__, JOB "loopinterval = 40\n", 4,
     "loopinterval = \"40\": [job] has no such key; did you mean loop_interval?"},
    {__LINE__, JOB "terms = x\n", 4, "[job] has no such key; there are workspace, distribution,"},
    {__LINE__, JOB "[group g]\ntemplat = t\n", 5, "did you mean template?"},
    {__LINE__, JOB "[template t]\nbody = t\n", 5, "there are subject, text, html"},
    {__LINE__, JOB "Workspace = t\n", 4, "did you mean workspace?"},
    {__LINE__, JOB "loop_interval = 40\n", 4, "the key stands twice; it was given in line 2"},
    {__LINE__, JOB "[group g]\ntemplate = t\ntemplate = t\n", 6, "it was given in line 5"},
    {__LINE__, JOB "workspace =\n", 4, "workspace = \"\": the value is empty"},
    {__LINE__, JOB "[group g]\nterm = ; later\n", 5, "term = \"\": the value is empty"},
    {__LINE__, "[job a]\nmax_emails_per_group = 1\n" GROUP TEMPLATE, 1,
     "this [job] section has no loop_interval; add a line \"loop_interval = 40\""},
    {__LINE__, "[job a]\nloop_interval = 1\n", 1, "has no max_emails_per_group"},
    {__LINE__, JOB "[group g]\nterm = x\n" TEMPLATE, 4, "this [group] section has no template"},
    {__LINE__, JOB "[group g]\ntemplate = t\n" TEMPLATE, 4, "this [group] section has no term"},
    {__LINE__, JOB GROUP "[template t]\ntext = t.txt\n", 7, "section has no subject"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\n", 7, "has neither text nor html"},
    /* values */
    {__LINE__, JOB "distribution = fair\n", 4,
     "distribution = \"fair\": equitable or random is allowed"},
    {__LINE__, JOB "recontact = sometimes\n", 4, "never or always is allowed"},
    {__LINE__, JOB "loop_automation = maybe\n", 4,
     "loop_automation = \"maybe\": yes or no is allowed"},
    {__LINE__, JOB "one_lead_per_domain = 2\n", 4, "yes or no is allowed"},
    {__LINE__, "[job a]\nloop_interval = 0\n", 2,
     "loop_interval = \"0\": a whole number from 1 to 100000 is allowed"},
    {__LINE__, "[job a]\nloop_interval = 100001\n", 2, "from 1 to 100000"},
    {__LINE__, "[job a]\nloop_interval = 40x\n", 2, "loop_interval = \"40x\": a whole number"},
    {__LINE__, "[job a]\nloop_interval = 99999999999999999999\n", 2, "from 1 to 100000"},
    {__LINE__, "[job a]\nmax_emails_per_group = -1\n", 2, "from 1 to 1000000"},
    {__LINE__, JOB "variations = 21\n", 4, "a whole number from 0 to 20 is allowed"},
    {__LINE__, JOB "seed = -1\n", 4, "a whole number from 0 to 18446744073709551615 is allowed"},
    {__LINE__, JOB "seed = 18446744073709551616\n", 4, "seed = \"18446744073709551616\""},
    {__LINE__, JOB "seed = 1e3\n", 4, "seed = \"1e3\""},
    {__LINE__, JOB "[group g]\ntemplate = t\nterm = x\nterm = y\nterm = x\n" TEMPLATE, 8,
     "term \"x\" stands twice in group \"g\""},
    {__LINE__, JOB "[group g]\ntemplate = tt\nterm = x\n" TEMPLATE, 5,
     "there is no template \"tt\"; did you mean \"t\"?"},
    {__LINE__, JOB "[group g]\ntemplate = invoice\nterm = x\n" TEMPLATE, 5,
     "there is no template \"invoice\"; add a section [template invoice]"},
    /* templates */
    {__LINE__, JOB GROUP "[template t]\nsubject = Hi {{nmae}}\ntext = t.txt\n", 8,
     "line 1, column 4: there is no variable {{nmae}}; did you mean {{name}}?"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = gone.txt\n", 9,
     "text = \"gone.txt\": file: opening"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\nhtml = broken.html\n", 9,
     "html = \"broken.html\": line 2, column 3: the braces are not closed"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = latin1.txt\n", 9,
     "text = \"latin1.txt\": line 1, column 4: the text is not UTF-8 (byte 0xe9)"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = nul.txt\n", 9,
     "text = \"nul.txt\": the file holds a NUL byte"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = empty.txt\n", 9,
     "text = \"empty.txt\": the file is empty"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = bom.txt\n", 9, "the file is empty"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = big.txt\n", 9,
     "text = \"big.txt\": file: ./big.txt is larger than the 262147 bytes allowed"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = dir\n", 9, "dir is not a regular file"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = pipe\n", 9,
     "pipe is not a regular file"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = /etc/passwd\n", 9,
     "text = \"/etc/passwd\": the path must be relative to the job file"},
    {__LINE__, JOB GROUP "[template t]\nsubject = s\ntext = dir/../../x\n", 9,
     "the path may not leave the job file's directory (..)"},
    /* jobs together */
    {__LINE__,
     JOB GROUP TEMPLATE "[job b]\nloop_interval = 1\nmax_emails_per_group = 1\n" GROUP
                        "[template t]\nsubject = other\ntext = t.txt\n",
     16, "[template t] differs from the one in line 7, and both belong to workspace default"},
};

static void put_odd_files(void)
{
    char *big = malloc(300000);
    assert_non_null(big);
    memset(big, 'x', 300000);
    put_file("big.txt", big, 300000);
    free(big);
    put_text("broken.html", "<p>\na {{name\n}}</p>");
    put_text("latin1.txt", "caf\xE9");
    put_file("nul.txt", "a\0b", 3);
    put_text("empty.txt", "");
    put_text("bom.txt", "\xEF\xBB\xBF");
    assert_int_equal(mkdir("dir", 0700), 0);
    assert_int_equal(mkfifo("pipe", 0600), 0);
}

/* Reads a text as x.ini; a failure must have handed nothing out. */
static bool read_text(const char *text, size_t len, struct err *err)
{
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs = (struct job_def *)(uintptr_t)1;
    int32_t count = -7;
    put_file("x.ini", text, len);
    bool ok = jobfile_read("x.ini", &arena, &jobs, &count, err);
    if (!ok) {
        assert_int_equal(count, -7);
        assert_true(jobs == (struct job_def *)(uintptr_t)1);
    }
    arena_done(&arena);
    return ok;
}

static void test_mistakes(void **state)
{
    (void)state;
    put_odd_files();
    struct err err = {0};
    assert_true(read_text(JOB GROUP TEMPLATE, strlen(JOB GROUP TEMPLATE), &err));
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        const struct mistake *m = &mistakes[i];
        char place[40];
        err = (struct err){0};
        if (read_text(m->text, strlen(m->text), &err))
            fail_msg("line %d: the mistake was taken", m->line);
        (void)snprintf(place, sizeof place, m->at > 0 ? "x.ini:%d: " : "x.ini: ", m->at);
        if (!str_starts(err.text, place) || strstr(err.text, m->want) == NULL)
            fail_msg("line %d: said \"%s\"", m->line, err.text);
        if (err.kind != ERR_REFUSED)
            fail_msg("line %d: kind %s", m->line, err_kind_name(err.kind));
    }
}

/* Lines longer than inih takes are read whole; longer than we take are refused. */
static void test_long_lines(void **state)
{
    (void)state;
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    struct err err = {0};
    for (size_t term = 150; term <= TERM_MAX_BYTES + 1; term++) {
        struct buf text = buf_init(100000), want = buf_init(1000);
        for (size_t i = 0; i < term; i++)
            buf_addc(&want, i == 100 ? ' ' : i == 101 ? '=' : i == 102 ? ';' : 'x');
        buf_addf(&text, JOB "[group g]\ntemplate = t\nterm = %s ; %s\n" TEMPLATE, buf_text(&want),
                 buf_text(&want));
        put_text("long.ini", buf_text(&text));
        bool ok = jobfile_read("long.ini", &arena, &jobs, &count, &err);
        if (term > TERM_MAX_BYTES && (ok || strstr(err.text, "400 are allowed") == NULL))
            fail_msg("%zu bytes: %d, %s", term, ok, err.text);
        if (term <= TERM_MAX_BYTES && !ok)
            fail_msg("%zu bytes: %s", term, err.text);
        if (ok)
            assert_string_equal(jobs[0].groups[0].terms[0].text, buf_text(&want));
        buf_done(&text);
        buf_done(&want);
        arena_done(&arena);
    }
    char line[INI_LINE_MAX + 200];
    memset(line, 'k', sizeof line);
    memcpy(line, JOB, strlen(JOB));
    assert_false(read_text(line, sizeof line, &err));
    assert_non_null(strstr(err.text, "x.ini:4: the line has 2146 bytes; 2000 are allowed"));
    assert_false(read_text(line, 500, &err)); /* long, and no = in it */
    assert_non_null(strstr(err.text, "x.ini:4: this is neither"));
    line[300] = '=';
    assert_false(read_text(line, 500, &err)); /* a key nobody has */
    assert_non_null(strstr(err.text, "x.ini:4: kkkkk"));
    assert_non_null(strstr(err.text, "[job] has no such key"));
}

/* A section name of 120 bytes is not cut to inih's 49. */
static void test_long_names(void **state)
{
    (void)state;
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    struct err err = {0};
    char name[NAME_MAX_BYTES + 2], text[2000];
    memset(name, 'n', sizeof name);
    name[NAME_MAX_BYTES] = '\0';
    (void)str_format(text, sizeof text,
                     "[job %s]\nloop_interval = 1\nmax_emails_per_group = 1\n[group %sx]\n"
                     "template = t\nterm = x\n" TEMPLATE,
                     name, name + 1);
    put_text("x.ini", text);
    if (!jobfile_read("x.ini", &arena, &jobs, &count, &err))
        fail_msg("%s", err.text);
    assert_string_equal(jobs[0].name, name);
    assert_int_equal(strlen(jobs[0].groups[0].name), NAME_MAX_BYTES);
    arena_done(&arena);
    name[NAME_MAX_BYTES] = 'n';
    name[NAME_MAX_BYTES + 1] = '\0';
    (void)str_format(text, sizeof text, JOB "[group %s]\ntemplate = t\nterm = x\n" TEMPLATE, name);
    assert_false(read_text(text, strlen(text), &err));
    assert_non_null(strstr(err.text, "x.ini:4: the group's name \"nnn"));
    assert_non_null(strstr(err.text, "has 121 bytes; 120 are allowed"));
}

/* Files that are no job files at all, and places where none can be. */
static void test_hostile_files(void **state)
{
    (void)state;
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    struct err err = {0};
    assert_false(read_text("[job a]\0[job b]", 15, &err));
    assert_non_null(strstr(err.text, "x.ini:1: column 8 holds a control character"));
    assert_false(jobfile_read("gone.ini", &arena, &jobs, &count, &err));
    assert_non_null(strstr(err.text, "gone.ini"));
    assert_false(jobfile_read("/", &arena, &jobs, &count, &err));
    assert_false(jobfile_read("/dev/zero", &arena, &jobs, &count, &err));
    assert_non_null(strstr(err.text, "larger than the 8388608 bytes allowed"));
    /* A name with an escape sequence does not reach the terminal. */
    put_text("e\x1b[2J.ini", "[job]\n");
    assert_false(jobfile_read("e\x1b[2J.ini", &arena, &jobs, &count, &err));
    assert_string_equal(err.text, "e.[2J.ini:1: [job] needs a name: [job NAME]");
    /* A sparse file of 1 GB is refused by its size, at once. */
    int fd = open("huge.ini", O_CREAT | O_WRONLY, 0600);
    assert_int_equal(ftruncate(fd, 1 << 30), 0);
    assert_int_equal(close(fd), 0);
    assert_false(jobfile_read("huge.ini", &arena, &jobs, &count, &err));
    assert_non_null(strstr(err.text, "larger than"));
    arena_done(&arena);
    /* An arena that is too small: nothing is handed out, and the kind says stop. */
    for (size_t room = 0; room < 60000; room += 977) {
        struct arena small = arena_init(room);
        put_text("x.ini", JOB GROUP TEMPLATE);
        jobs = NULL;
        bool ok = jobfile_read("x.ini", &small, &jobs, &count, &err);
        if (!ok && (err.kind != ERR_STOP || jobs != NULL))
            fail_msg("%zu bytes: %s", room, err.text);
        arena_done(&small);
    }
}

/* The path in sentences: of a long one the end, at a character. */
static void test_long_path(void **state)
{
    (void)state;
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    struct err err = {0};
    char path[900] = "";
    for (int i = 0; i < 10; i++) {
        size_t len = strlen(path);
        (void)str_copy(path + len, sizeof path - len, "ééééééééééééééééééééé");
        assert_int_equal(mkdir(path, 0700), 0);
        len = strlen(path);
        (void)str_copy(path + len, sizeof path - len, "/");
    }
    size_t len = strlen(path);
    (void)str_copy(path + len, sizeof path - len, "x.ini");
    put_text(path, "[job]\n");
    assert_false(jobfile_read(path, &arena, &jobs, &count, &err));
    assert_true(str_starts(err.text, "...é") || str_starts(err.text, ".../"));
    assert_non_null(strstr(err.text, "/x.ini:1: [job] needs a name"));
    arena_done(&arena);
}

static void assert_same_job(const struct job_def *a, const struct job_def *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->workspace, b->workspace);
    assert_string_equal(a->provider, b->provider);
    assert_int_equal(a->distribution, b->distribution);
    assert_int_equal(a->recontact, b->recontact);
    assert_int_equal(a->loop_interval, b->loop_interval);
    assert_int_equal(a->max_emails_per_group, b->max_emails_per_group);
    assert_int_equal(a->loop_automation, b->loop_automation);
    assert_int_equal(a->one_lead_per_domain, b->one_lead_per_domain);
    assert_int_equal(a->variations, b->variations);
    assert_int_equal(a->has_seed, b->has_seed);
    assert_true(a->seed == b->seed);
    assert_int_equal(a->group_count, b->group_count);
    for (int32_t i = 0; i < a->group_count; i++) {
        assert_string_equal(a->groups[i].name, b->groups[i].name);
        assert_string_equal(a->groups[i].template_name, b->groups[i].template_name);
        assert_int_equal(a->groups[i].term_count, b->groups[i].term_count);
        for (int32_t k = 0; k < a->groups[i].term_count; k++)
            assert_string_equal(a->groups[i].terms[k].text, b->groups[i].terms[k].text);
    }
    assert_int_equal(a->template_count, b->template_count);
    for (int32_t i = 0; i < a->template_count; i++) {
        const struct template_def *s = &a->templates[i], *t = &b->templates[i];
        assert_string_equal(s->name, t->name);
        assert_string_equal(s->subject, t->subject);
        assert_string_equal(s->text != NULL ? s->text : "", t->text != NULL ? t->text : "");
        assert_string_equal(s->html != NULL ? s->html : "", t->html != NULL ? t->html : "");
    }
}

/* A definition with everything that the format could trip over. */
static void test_round_trip(void **state)
{
    (void)state;
    static char wide[TERM_MAX_BYTES + 1], tall[LETTER_BODY_MAX + 1];
    memset(wide, 'w', TERM_MAX_BYTES);
    memset(tall, '\n', sizeof tall - 1);
    const struct term_def odd[] = {{"; first"},   {"a ; b"}, {"a;b"},   {"\\"},        {"\\; x"},
                                   {"a \\\\ ;"},  {"= x"},   {"# 1"},   {"[group x]"}, {"\"q\" :"},
                                   {"東京 歯科"}, {wide},    {"key=v"}, {"a  b"},      {"x\\"}};
    const struct term_def plain[] = {{"one"}};
    const struct group_def groups[] = {
        {"a ; b]", "../etc/passwd", odd, 15}, {"]", "Übung 1", plain, 1}, {"#", "Übung 1", odd, 1}};
    const struct template_def templates[] = {
        {"../etc/passwd", "s ; {{name|a ; b}} \\", "line\r\n\r\n {{name|}}\n", NULL},
        {"Übung 1", "=?utf-8?q?x?=", "", "<p>\n"},
        {"Übung-1", ";", tall, "<!-- -->"},
    };
    const struct job_def def = {.name = "-rf /tmp/. ; job",
                                .workspace = "w ; x \\",
                                .distribution = DISTRIBUTION_RANDOM,
                                .loop_interval = 100000,
                                .max_emails_per_group = 1,
                                .loop_automation = true,
                                .provider = "local",
                                .variations = 20,
                                .has_seed = true,
                                .seed = UINT64_MAX,
                                .recontact = RECONTACT_ALWAYS,
                                .one_lead_per_domain = true,
                                .groups = groups,
                                .group_count = 3,
                                .templates = templates,
                                .template_count = 3};
    struct arena arena = arena_init(ARENA_MAX);
    struct job_def *jobs;
    int32_t count;
    struct err err = {0};
    char name[JOBFILE_NAME_MAX], path[FILE_PATH_MAX];
    jobfile_name(&def, name);
    assert_null(strchr(name, '/'));
    assert_int_not_equal(name[0], '-');
    assert_int_not_equal(name[0], '.');
    for (int twice = 0; twice < 2; twice++) {
        if (!jobfile_export(&def, "out", &err))
            fail_msg("%s", err.text);
        assert_true(file_join(path, "out", name, NULL));
        if (!jobfile_read(path, &arena, &jobs, &count, &err))
            fail_msg("%s", err.text);
        assert_int_equal(count, 1);
        assert_same_job(&def, &jobs[0]);
    }
    arena_done(&arena);
}

static void test_write(void **state)
{
    (void)state;
    const struct term_def terms[] = {{"fontanero urgente"}};
    struct group_def groups[] = {{"Madrid", "plumbers-es", terms, 1}};
    const struct template_def templates[] = {
        {"plumbers-es", "Una pregunta para {{company|su empresa}}", "Hola\n", "<p>Hola</p>\n"}};
    struct job_def def = {.name = "spain-plumbers",
                          .workspace = "acme",
                          .loop_interval = 40,
                          .max_emails_per_group = 300,
                          .provider = "local",
                          .groups = groups,
                          .group_count = 1,
                          .templates = templates,
                          .template_count = 1};
    struct buf out = buf_init(10000);
    struct err err = {0};
    char name[JOBFILE_NAME_MAX];
    jobfile_name(&def, name);
    assert_string_equal(name, "spain-plumbers.ini");
    assert_true(jobfile_write(&def, &out, &err));
    assert_string_equal(buf_text(&out), "[job spain-plumbers]\n"
                                        "workspace = acme\n"
                                        "distribution = equitable\n"
                                        "loop_interval = 40\n"
                                        "max_emails_per_group = 300\n"
                                        "loop_automation = no\n"
                                        "provider = local\n"
                                        "variations = 0\n"
                                        "recontact = never\n"
                                        "one_lead_per_domain = no\n"
                                        "\n[group Madrid]\n"
                                        "template = plumbers-es\n"
                                        "term = fontanero urgente\n"
                                        "\n[template plumbers-es]\n"
                                        "subject = Una pregunta para {{company|su empresa}}\n"
                                        "text = spain-plumbers.plumbers-es.txt\n"
                                        "html = spain-plumbers.plumbers-es.html\n");
    buf_done(&out);
    struct buf small = buf_init(20);
    assert_false(jobfile_write(&def, &small, &err));
    assert_int_equal(err.kind, ERR_STOP);
    buf_done(&small);
    /* What could not be read back is not written. */
    groups[0].term_count = 0;
    assert_false(jobfile_export(&def, "never", &err));
    assert_string_equal(err.text, "job: \"spain-plumbers\": group \"Madrid\" has no term");
    assert_false(file_exists("never"));
    def.group_count = 0;
    assert_false(jobfile_export(&def, "never", &err));
    assert_non_null(strstr(err.text, "has no group yet"));
}

static void test_export_names(void **state)
{
    (void)state;
    static const char *const names[] = {"a b", "a-b", "a.b", "a_b",    "A b", "é",
                                        "è",   "..",  "-",   "--help", "a/b"};
    char file[sizeof names / sizeof names[0]][JOBFILE_NAME_MAX];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct job_def def = {.name = names[i]};
        jobfile_name(&def, file[i]);
        assert_true(str_ends(file[i], ".ini"));
        for (const char *p = file[i]; p < file[i] + strlen(file[i]) - 4; p++) {
            if (strchr("./ ", *p) != NULL || (unsigned char)*p > 0x7E)
                fail_msg("%s: unsafe name %s", names[i], file[i]);
        }
        for (size_t k = 0; k < i; k++) {
            if (str_equal(file[i], file[k]))
                fail_msg("%s and %s share %s", names[i], names[k], file[i]);
        }
    }
}

static void test_export_refused(void **state)
{
    (void)state;
    const struct term_def terms[] = {{"x"}};
    const struct group_def groups[] = {{"g", "t", terms, 1}};
    const struct template_def templates[] = {{"t", "s", "b", NULL}};
    struct job_def def = {.name = "j",
                          .workspace = "w",
                          .loop_interval = 1,
                          .provider = "local",
                          .max_emails_per_group = 1,
                          .groups = groups,
                          .group_count = 1,
                          .templates = templates,
                          .template_count = 1};
    struct err err = {0};
    put_text("file", "x");
    assert_false(jobfile_export(&def, "file", &err)); /* a file is no directory */
    assert_true(err.text[0] != '\0');
    assert_true(jobfile_export(&def, ".", &err));
    assert_true(file_exists("j.ini") && file_exists("j.t.txt"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_mistakes, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_long_lines, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_long_names, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_hostile_files, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_long_path, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_round_trip, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_write, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_export_names, enter_dir, leave_dir),
        cmocka_unit_test_setup_teardown(test_export_refused, enter_dir, leave_dir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
