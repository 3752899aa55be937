/* test_search_local.c - if this fails, a search finds other pages than it should, finds them in an
 * order that changes, loses or repeats results when it goes on from a cursor, or a search term
 * becomes FTS5 syntax. */
#include "adapter/search_local.h"

#include "adapter/corpus.h"
#include "base/str.h"
#include "fake/scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(a) ((int)(sizeof(a) / sizeof(a)[0]))

struct scene {
    struct scratch files, data;
    struct search *search;
    struct search_hit hit; /* the last one */
    struct err err;
};

static int set_scene(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    scratch_init(&s->files);
    scratch_init(&s->data);
    assert_true(search_local_new(s->data.dir, &s->search, &s->err));
    *state = s;
    return 0;
}

static int end_scene(void **state)
{
    struct scene *s = *state;
    s->search->ops->free(s->search);
    scratch_done(&s->files);
    scratch_done(&s->data);
    free(s);
    return 0;
}

static void add_path(struct scene *s, const char *path)
{
    struct corpus *c = NULL;
    struct corpus_stats stats;
    if (!corpus_open(s->data.dir, CORPUS_WRITE, &c, &s->err) ||
        !corpus_add(c, &path, 1, NULL, &stats, &s->err))
        fail_msg("%s", s->err.text);
    corpus_close(c);
}

static void add(struct scene *s)
{
    add_path(s, s->files.dir);
}

static void start(struct scene *s, const char *query, const char *cursor)
{
    const struct search_request request = {
        .term = query, .query = query, .cursor = cursor, .limit = 10};
    if (!s->search->ops->start(s->search, &request, &s->err))
        fail_msg("<%s>: %s", query, s->err.text);
}

static enum search_answer next(struct scene *s)
{
    return s->search->ops->next(s->search, 0, &s->hit, &s->err);
}

/* The name of the last hit's file. */
static const char *name(const struct scene *s)
{
    const char *slash = strrchr(s->hit.url, '/');
    return slash ? slash + 1 : s->hit.url;
}

/* All names that a query finds, in order, with a blank after each. */
static const char *found(struct scene *s, const char *query, char *dst, size_t size)
{
    size_t len = 0;
    enum search_answer answer;
    dst[0] = '\0';
    start(s, query, "");
    while ((answer = next(s)) == SEARCH_HIT)
        len += (size_t)snprintf(dst + len, len < size ? size - len : 0, "%s ", name(s));
    if (answer != SEARCH_EXHAUSTED)
        fail_msg("<%s>: answer %d: %s", query, (int)answer, s->err.text);
    return dst;
}

static int count_found(struct scene *s, const char *query)
{
    int n = 0;
    enum search_answer answer;
    start(s, query, "");
    while ((answer = next(s)) == SEARCH_HIT)
        n++;
    if (answer != SEARCH_EXHAUSTED)
        fail_msg("<%s>: answer %d: %s", query, (int)answer, s->err.text);
    return n;
}

/* ---- the query ---- */

static const struct {
    int line;
    const char *query;
    const char *match;
} matches[] = {
    {__LINE__, "", ""},
    {__LINE__, "   ", ""},
    {__LINE__, "zahnarzt", "\"zahnarzt\""},
    {__LINE__, "zahnarzt köln", "\"zahnarzt\" \"köln\""},
    {__LINE__, "\t zahnarzt \n köln\r", "\"zahnarzt\" \"köln\""},
    {__LINE__, "\"zahnarzt köln\" kontakt", "\"zahnarzt köln\" \"kontakt\""},
    {__LINE__, "a\"b c\"d", "\"a\" \"b c\" \"d\""},
    {__LINE__, "\"never closed", "\"never closed\""},
    {__LINE__, "closed\"", "\"closed\""},
    {__LINE__, "\"\" \"  \" a", "\"a\""},
    {__LINE__, "\"\"\"\"\"", ""},
    {__LINE__, "e-mail", "\"e-mail\""},
    {__LINE__, "a OR b", "\"a\" \"OR\" \"b\""},
    {__LINE__, "NEAR(a b)", "\"NEAR(a\" \"b)\""},
    {__LINE__, "title:a body : b", "\"title:a\" \"body\" \"b\""},
    {__LINE__, "^a b* -c +d {e} f^", "\"^a\" \"b*\" \"-c\" \"+d\" \"{e}\" \"f^\""},
    {__LINE__, "* ^ - + ( ) { } : , . ; ' `", ""},
    {__LINE__, "' OR 1=1; DROP TABLE file; --", "\"OR\" \"1=1;\" \"DROP\" \"TABLE\" \"file;\""},
    {__LINE__, "it's", "\"it's\""},
    {__LINE__, "\xff\xfe", "\"\xff\xfe\""},
};

static void test_match(void **state)
{
    (void)state;
    for (int i = 0; i < COUNT(matches); i++) {
        struct buf out = buf_init(1000);
        search_local_match(matches[i].query, &out);
        if (!buf_ok(&out) || strcmp(buf_text(&out), matches[i].match) != 0)
            fail_msg("line %d: <%s> became <%s>, expected <%s>", matches[i].line, matches[i].query,
                     buf_text(&out), matches[i].match);
        buf_done(&out);
    }
}

static void fruit(struct scene *s)
{
    scratch_write(&s->files, "1.txt", "red apples and green pears");
    scratch_write(&s->files, "2.txt", "green apples, red pears: OR AND NOT NEAR");
    scratch_write(&s->files, "3.html", "<title>Äpfel in Köln</title><p>rote ÄPFEL e-mail");
    scratch_write(&s->files, "4.html", "<title>pears</title><p>only in the title");
    scratch_write(&s->files, "5.txt", "kontakt body title: Straße naïve file page_index");
    add(s);
}

/* Which of the pages above a query finds, as digits in the order of names. */
static const struct {
    int line;
    const char *query;
    const char *pages;
} finds[] = {
    {__LINE__, "apples", "12"},
    {__LINE__, "APPLES", "12"},
    {__LINE__, "apples pears", "12"},
    {__LINE__, "pears", "124"},
    {__LINE__, "pears title", "4"},
    {__LINE__, "apples oranges", ""},
    {__LINE__, "\"red apples\"", "1"},
    {__LINE__, "\"apples red\"", "2"},
    {__LINE__, "\"red pears\" green", "2"},
    {__LINE__, "apple", ""}, /* whole words */
    {__LINE__, "apple*", ""},
    {__LINE__, "\"apple\"*", ""},
    {__LINE__, "äpfel", "3"},
    {__LINE__, "apfel koln", "3"},
    {__LINE__, "A\xcc\x88pfel", "3"}, /* the accent as a character of its own */
    {__LINE__, "e-mail", "3"},
    {__LINE__, "\"e mail\"", "3"},
    {__LINE__, "naive straße", "5"},
    {__LINE__, "apples OR kontakt", ""}, /* OR is a word like any other */
    {__LINE__, "apples OR pears", "2"},
    {__LINE__, "apples NOT red", "2"},
    {__LINE__, "NEAR(apples pears)", ""},    /* NEAR beside apples: a phrase like e-mail */
    {__LINE__, "NEAR(apples pears, 1)", ""}, /* the 1 is asked for */
    {__LINE__, "title:pears", ""},
    {__LINE__, "title : kontakt", "5"},
    {__LINE__, "{title body} : kontakt", "5"},
    {__LINE__, "^kontakt", "5"},
    {__LINE__, "kontakt + body", "5"},
    {__LINE__, "- kontakt", "5"},
    {__LINE__, "kontakt \xe2\x80\x94 body", "5"}, /* a dash is no word */
    {__LINE__, "\xe2\x80\x94", ""},
    {__LINE__, "\"\xe2\x80\x94\" \"\xe2\x80\x93\"", ""},
    {__LINE__, "\xf0\x9f\x99\x82 kontakt", ""}, /* to the index a picture is a word */
    {__LINE__, "\"' OR 1=1 --\" kontakt", ""},
    {__LINE__, "\" OR * AND( ^ NOT:", "2"}, /* an open phrase, in which only words count */
    {__LINE__, "\" OR * NEAR( ^ col:", ""},
    {__LINE__, "page_index", "5"},
    {__LINE__, "\xff\xfe kontakt", "5"}, /* bytes that are no text are no word */
    {__LINE__, "", ""},
    {__LINE__, " \" ", ""},
    {__LINE__, "***", ""},
};

static void test_finds(void **state)
{
    struct scene *s = *state;
    fruit(s);
    for (int i = 0; i < COUNT(finds); i++) {
        char names[200], digits[10] = "";
        found(s, finds[i].query, names, sizeof names);
        for (char digit = '1'; digit <= '5'; digit++)
            if (strchr(names, digit))
                digits[strlen(digits)] = digit;
        if (strcmp(digits, finds[i].pages) != 0)
            fail_msg("line %d: <%s> found <%s>, expected <%s>", finds[i].line, finds[i].query,
                     digits, finds[i].pages);
    }
}

/* Any bytes are a query: it finds what it finds, and never fails. */
static void test_any_bytes(void **state)
{
    static const char alphabet[] = "\"\"  ab*^:()+-{}.,'\\\x01\x1b\xc3\xa4\xff\xe2\x80NEAROT1";
    struct scene *s = *state;
    uint32_t dice = 12345;
    fruit(s);
    for (int i = 0; i < 3000; i++) {
        char query[64];
        dice = dice * 1664525 + 1013904223;
        const size_t len = dice >> 8 & 31;
        for (size_t j = 0; j < len; j++) {
            dice = dice * 1664525 + 1013904223;
            query[j] = alphabet[(dice >> 16) % (sizeof alphabet - 1)];
        }
        query[len] = '\0';
        assert_true(count_found(s, query) <= 5);
    }
}

static void test_long_query(void **state)
{
    struct scene *s = *state;
    char *query = malloc(200001);
    assert_non_null(query);
    fruit(s);
    for (int i = 0; i < 200; i++)
        memcpy(query + (ptrdiff_t)i * 2, "a ", 2);
    query[400] = '\0';
    assert_int_equal(count_found(s, query), 0);
    memset(query, 'x', 200000);
    query[200000] = '\0';
    const struct search_request request = {.term = "x", .query = query, .cursor = ""};
    assert_false(s->search->ops->start(s->search, &request, &s->err));
    assert_int_equal(s->err.kind, ERR_REFUSED);
    free(query);
}

/* ---- the order ---- */

static void test_order(void **state)
{
    struct scene *s = *state;
    char names[400];
    scratch_write(&s->files, "often.txt", "lamp lamp lamp table");
    scratch_write(&s->files, "long.txt", "lamp table chair shelf bench stool desk couch rug");
    scratch_write(&s->files, "once.txt", "lamp table chair shelf");
    /* Equally good: in the order of relative paths, by bytes. */
    scratch_write(&s->files, "z/same.txt", "lamp wood iron glass stone");
    scratch_write(&s->files, "a/same2.txt", "lamp wood iron glass stone");
    scratch_write(&s->files, "B/same3.txt", "lamp wood iron glass stone");
    scratch_write(&s->files, "a.same4.txt", "lamp wood iron glass stone");
    add(s);
    found(s, "lamp", names, sizeof names);
    assert_string_equal(names, "often.txt once.txt same3.txt a.same4.txt same2.txt same.txt "
                               "long.txt ");
    found(s, "wood", names, sizeof names);
    assert_string_equal(names, "same3.txt a.same4.txt same2.txt same.txt ");
}

/* The same pages added in another order, piece by piece, give the same results. */
static void test_order_has_no_history(void **state)
{
    static const char *const queries[] = {"fontanero urgente", "zahnarzt köln", "madrid", "e-mail"};
    struct scene *s = *state;
    char first[COUNT(queries)][8000], second[8000];
    add_path(s, "conf/sample/corpus");
    for (int i = 0; i < COUNT(queries); i++)
        assert_true(strlen(found(s, queries[i], first[i], sizeof first[i])) > 0);
    scratch_remove(&s->data, "corpus.db");
    add_path(s, "conf/sample/corpus/fr");
    add_path(s, "conf/sample/corpus/es");
    add_path(s, "conf/sample");
    add_path(s, "conf/sample/corpus/de");
    struct corpus *c = NULL;
    int64_t pages = 0;
    assert_true(corpus_open(s->data.dir, CORPUS_WRITE, &c, &s->err));
    assert_true(corpus_remove(c, "conf/sample/templates", &pages, &s->err));
    assert_true(corpus_remove(c, "conf/sample/sample.ini", &pages, &s->err));
    assert_true(corpus_remove(c, "conf/sample/corpus/en", &pages, &s->err));
    corpus_close(c);
    add_path(s, "conf/sample/corpus/en");
    for (int i = 0; i < COUNT(queries); i++)
        assert_string_equal(found(s, queries[i], second, sizeof second), first[i]);
}

/* What the sample's terms find is what its job is made for. */
static const struct {
    const char *term;
    int pages;
} sample_terms[] = {
    {"fontanero urgente", 17},
    {"electricista madrid", 16},
    {"carpinteria a medida", 13},
    {"cerrajero 24 horas", 11},
    {"zahnarzt köln", 17},
    {"tischlerei möbel", 16},
    {"fahrradwerkstatt ehrenfeld", 13},
    {"klavierstimmer", 4},
    {"coffee roaster bristol", 11},
    {"pottery workshop", 10},
    {"boulangerie bordeaux", 11},
    {"réparation vélo", 9},
};

static void test_sample(void **state)
{
    struct scene *s = *state;
    add_path(s, "conf/sample/corpus");
    for (int i = 0; i < COUNT(sample_terms); i++) {
        const int n = count_found(s, sample_terms[i].term);
        if (n != sample_terms[i].pages)
            fail_msg("<%s> finds %d pages, expected %d", sample_terms[i].term, n,
                     sample_terms[i].pages);
    }
}

/* ---- going on ---- */

enum { MANY = 700 }; /* several chunks */

static void many_pages(struct scene *s)
{
    char file[64], text[256];
    for (int i = 0; i < MANY; i++) {
        snprintf(file, sizeof file, "%03d/p%03d.txt", i % 10, i);
        snprintf(text, sizeof text, "needle %.*s n%d", i % 40,
                 "hay hay hay hay hay hay hay hay hay hay", i);
        scratch_write(&s->files, file, text);
    }
    add(s);
}

static void test_every_cursor_continues(void **state)
{
    struct scene *s = *state;
    char(*urls)[URL_MAX + 1] = calloc(MANY, sizeof *urls);
    char(*cursors)[CURSOR_MAX + 1] = calloc(MANY, sizeof *cursors);
    assert_true(urls && cursors);
    many_pages(s);
    start(s, "needle", "");
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(next(s), SEARCH_HIT);
        str_copy(urls[i], sizeof urls[i], s->hit.url);
        str_copy(cursors[i], sizeof cursors[i], s->hit.cursor);
        for (int j = 0; j < i; j++)
            if (strcmp(urls[i], urls[j]) == 0)
                fail_msg("hits %d and %d are the same", j, i);
    }
    assert_int_equal(next(s), SEARCH_EXHAUSTED);
    assert_int_equal(next(s), SEARCH_EXHAUSTED);
    for (int i = 0; i < MANY; i += i < 40 ? 1 : 61) {
        start(s, "needle", cursors[i]);
        for (int j = i + 1; j < MANY && j < i + 40; j++) {
            assert_int_equal(next(s), SEARCH_HIT);
            assert_string_equal(s->hit.url, urls[j]);
            assert_string_equal(s->hit.cursor, cursors[j]);
        }
    }
    start(s, "needle", cursors[MANY - 1]);
    assert_int_equal(next(s), SEARCH_EXHAUSTED);
    free(urls);
    free(cursors);
}

static void test_another_process_continues(void **state)
{
    struct scene *s = *state;
    char cursor[CURSOR_MAX + 1], expected[URL_MAX + 1];
    many_pages(s);
    start(s, "needle", "");
    for (int i = 0; i < 20; i++)
        assert_int_equal(next(s), SEARCH_HIT);
    str_copy(cursor, sizeof cursor, s->hit.cursor);
    assert_int_equal(next(s), SEARCH_HIT);
    str_copy(expected, sizeof expected, s->hit.url);
    s->search->ops->free(s->search);
    assert_true(search_local_new(s->data.dir, &s->search, &s->err));
    start(s, "needle", cursor);
    assert_int_equal(next(s), SEARCH_HIT);
    assert_string_equal(s->hit.url, expected);
}

static void test_changed_corpus_starts_over(void **state)
{
    struct scene *s = *state;
    char first[URL_MAX + 1], cursor[CURSOR_MAX + 1];
    fruit(s);
    start(s, "pears", "");
    assert_int_equal(next(s), SEARCH_HIT);
    str_copy(first, sizeof first, s->hit.url);
    str_copy(cursor, sizeof cursor, s->hit.cursor);
    add(s); /* nothing changed: the cursor is good */
    start(s, "pears", cursor);
    assert_int_equal(next(s), SEARCH_HIT);
    assert_string_not_equal(s->hit.url, first);
    scratch_write(&s->files, "6.txt", "something else");
    add(s);
    start(s, "pears", cursor);
    assert_int_equal(next(s), SEARCH_HIT);
    assert_string_equal(s->hit.url, first);
    scratch_remove(&s->files, "6.txt"); /* as it was: so is the order, and the cursor good again */
    add(s);
    start(s, "pears", cursor);
    assert_int_equal(next(s), SEARCH_HIT);
    assert_string_not_equal(s->hit.url, first);
}

/* The corpus grows while a query is under way: from the next chunk on it is a new query. */
static void test_changed_under_way(void **state)
{
    struct scene *s = *state;
    int hits = 0;
    bool seen = false;
    many_pages(s);
    start(s, "needle", "");
    for (int i = 0; i < 10; i++)
        assert_int_equal(next(s), SEARCH_HIT);
    scratch_write(&s->files, "new.txt", "needle needle needle needle");
    add(s);
    for (; next(s) == SEARCH_HIT; hits++)
        seen |= strcmp(name(s), "new.txt") == 0;
    assert_true(seen);
    assert_in_range(hits, MANY, MANY + 32); /* the rest of the chunk, then all of them */
}

/* Cursors of another provider, of another version, or of nobody: the first result. */
static void test_foreign_cursors(void **state)
{
    static const char *const cursors[] = {
        "1",
        ":",
        "1:",
        "x:0",
        "-1:0000000000000000",
        "1:zz",
        " 1:0000000000000000",
        "99999999999999999999:0000000000000000",
        "1:0000000000000000 ",
        "\x1b[2J",
        "1:0",
    };
    struct scene *s = *state;
    char first[URL_MAX + 1];
    fruit(s);
    start(s, "pears", "");
    assert_int_equal(next(s), SEARCH_HIT);
    str_copy(first, sizeof first, s->hit.url);
    for (int i = 0; i < COUNT(cursors); i++) {
        start(s, "pears", cursors[i]);
        assert_int_equal(next(s), SEARCH_HIT);
        if (strcmp(s->hit.url, first) != 0)
            fail_msg("cursor <%s> was obeyed", cursors[i]);
    }
}

static void test_cursor_past_the_end(void **state)
{
    struct scene *s = *state;
    char cursor[CURSOR_MAX + 1];
    fruit(s);
    start(s, "pears", "");
    assert_int_equal(next(s), SEARCH_HIT);
    const char *colon = strchr(s->hit.cursor, ':');
    assert_non_null(colon);
    snprintf(cursor, sizeof cursor, "1000%s", colon);
    start(s, "pears", cursor);
    assert_int_equal(next(s), SEARCH_EXHAUSTED);
}

/* ---- the port's manners ---- */

static void test_no_corpus(void **state)
{
    struct scene *s = *state;
    char names[100];
    for (int i = 0; i < 2; i++) {
        start(s, "pears", "");
        assert_int_equal(next(s), SEARCH_FAILED);
        assert_int_equal(s->err.kind, ERR_STOP);
        assert_non_null(strstr(s->err.text, "autopilot corpus add PATH"));
    }
    add(s); /* a corpus without a page */
    start(s, "pears", "");
    assert_int_equal(next(s), SEARCH_FAILED);
    assert_int_equal(s->err.kind, ERR_STOP);
    assert_non_null(strstr(s->err.text, "autopilot corpus add PATH"));
    assert_int_equal(next(s), SEARCH_FAILED); /* and so if asked again */
    fruit(s);                                 /* found by the same provider */
    assert_string_equal(found(s, "kontakt", names, sizeof names), "5.txt ");
}

static void test_replaced_corpus(void **state)
{
    struct scene *s = *state;
    char names[100];
    fruit(s);
    assert_string_equal(found(s, "kontakt", names, sizeof names), "5.txt ");
    scratch_remove(&s->data, "corpus.db");
    scratch_remove(&s->data, "corpus.db-wal");
    scratch_remove(&s->data, "corpus.db-shm");
    start(s, "kontakt", "");
    assert_int_equal(next(s), SEARCH_FAILED);
    scratch_remove(&s->files, "5.txt");
    scratch_write(&s->files, "6.txt", "kontakt");
    add(s);
    assert_string_equal(found(s, "kontakt", names, sizeof names), "6.txt ");
    scratch_write(&s->data, "corpus.new", "this is no database, whatever else it may be");
    assert_int_equal(
        rename(scratch_path(&s->data, "corpus.new"), scratch_path(&s->data, "corpus.db")), 0);
    start(s, "kontakt", "");
    assert_int_equal(next(s), SEARCH_FAILED);
    assert_int_equal(s->err.kind, ERR_STOP);
}

static void test_start_and_end(void **state)
{
    struct scene *s = *state;
    fruit(s);
    assert_string_equal(s->search->ops->kind, "local");
    assert_int_equal(next(s), SEARCH_FAILED); /* nothing was started */
    s->search->ops->end(s->search);
    start(s, "pears", "");
    assert_int_equal(next(s), SEARCH_HIT);
    start(s, "kontakt", ""); /* ends the query under way */
    assert_int_equal(next(s), SEARCH_HIT);
    assert_string_equal(name(s), "5.txt");
    s->search->ops->end(s->search);
    s->search->ops->end(s->search);
    assert_int_equal(next(s), SEARCH_FAILED);
    s->search->ops->free(NULL);
}

static void test_hit(void **state)
{
    struct scene *s = *state;
    char long_title[1200] = "<title>needle \x1b]0;x\x07 two\nlines ";
    memset(long_title + strlen(long_title), 'w', 1000);
    strcpy(long_title + 1050, "</title><p>text");
    scratch_write(&s->files, "a b%\x1b.html", long_title);
    scratch_write(&s->files, "plain.txt", "no title, one needle in some more hay");
    add(s);
    start(s, "needle", "");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(next(s), SEARCH_HIT);
        assert_true(str_starts(s->hit.url, "corpus:/"));
        assert_true(strlen(s->hit.title) <= FACT_MAX);
        for (const char *c = s->hit.title; *c; c++)
            assert_true((unsigned char)*c >= ' ');
        if (strcmp(name(s), "plain.txt") != 0) {
            assert_string_equal(name(s), "a%20b%25%1B.html");
            assert_true(str_starts(s->hit.title, "needle "));
        }
    }
    assert_int_equal(next(s), SEARCH_EXHAUSTED);
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, set_scene, end_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_match),
        scene_test(test_finds),
        scene_test(test_any_bytes),
        scene_test(test_long_query),
        scene_test(test_order),
        scene_test(test_order_has_no_history),
        scene_test(test_sample),
        scene_test(test_every_cursor_continues),
        scene_test(test_another_process_continues),
        scene_test(test_changed_corpus_starts_over),
        scene_test(test_changed_under_way),
        scene_test(test_foreign_cursors),
        scene_test(test_cursor_past_the_end),
        scene_test(test_no_corpus),
        scene_test(test_replaced_corpus),
        scene_test(test_start_and_end),
        scene_test(test_hit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
