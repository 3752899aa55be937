/* corpus_scene.h - the stage of the corpus' tests: a directory of files, a data directory, and a
 * corpus between them. Whatever goes wrong in here ends the test with the sentence. */
#ifndef UNIT_CORPUS_SCENE_H
#define UNIT_CORPUS_SCENE_H

#include "adapter/corpus.h"
#include "fake/scratch.h"
#include "unit/cases.h"

#include <string.h>

struct scene {
    struct scratch files; /* what is added */
    struct scratch data;  /* the data directory */
    struct corpus *corpus;
    struct corpus_stats stats; /* of the last add */
    struct err err;
};

/* cmocka's set-up and tear-down; *state is the scene. */
int scene_set(void **state);
int scene_end(void **state);
#define SCENE_TEST(f) cmocka_unit_test_setup_teardown(f, scene_set, scene_end)

void scene_open(struct scene *s); /* for writing */
void scene_close(struct scene *s);
/* Adds what is at the name in files; "" = all of it. */
bool scene_try_add(struct scene *s, const char *name);
void scene_add(struct scene *s, const char *name);
struct corpus_count scene_count(struct scene *s);

/* a.html "red apples", b/b.txt "green pears", b/c.html "blue plums"; all of the same old time. */
void scene_three_pages(struct scene *s);
/* So many small pages in seven directories, d0 to d6. */
void scene_many_pages(struct scene *s, int n);

#define assert_stats(s, added_, changed_, unchanged_, removed_, read_)                             \
    do {                                                                                           \
        assert_int_equal((s)->stats.added, added_);                                                \
        assert_int_equal((s)->stats.changed, changed_);                                            \
        assert_int_equal((s)->stats.unchanged, unchanged_);                                        \
        assert_int_equal((s)->stats.removed, removed_);                                            \
        assert_int_equal((s)->stats.files_read, read_);                                            \
    } while (0)

/* The last failure is of the kind, and its sentence says so. */
#define assert_sentence(s, kind_, part)                                                            \
    do {                                                                                           \
        if ((s)->err.kind != (kind_) || !strstr((s)->err.text, part))                              \
            fail_msg("expected %s with <%s>, got %s <%s>", err_kind_name(kind_), part,             \
                     err_kind_name((s)->err.kind), (s)->err.text);                                 \
    } while (0)

#endif
