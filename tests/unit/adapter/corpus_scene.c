/* corpus_scene.c - sets the stage of the corpus' tests, and clears it away. */
#include "unit/adapter/corpus_scene.h"

#include <stdio.h>
#include <stdlib.h>

int scene_set(void **state)
{
    struct scene *s = calloc(1, sizeof *s);
    assert_non_null(s);
    scratch_init(&s->files);
    scratch_init(&s->data);
    *state = s;
    return 0;
}

int scene_end(void **state)
{
    struct scene *s = *state;
    corpus_close(s->corpus);
    scratch_done(&s->files);
    scratch_done(&s->data);
    free(s);
    return 0;
}

void scene_open(struct scene *s)
{
    if (!corpus_open(s->data.dir, CORPUS_WRITE, &s->corpus, &s->err))
        fail_msg("%s", s->err.text);
}

void scene_close(struct scene *s)
{
    corpus_close(s->corpus);
    s->corpus = NULL;
}

bool scene_try_add(struct scene *s, const char *name)
{
    const char *path = *name ? scratch_path(&s->files, name) : s->files.dir;
    return corpus_add(s->corpus, &path, 1, NULL, &s->stats, &s->err);
}

void scene_add(struct scene *s, const char *name)
{
    if (!scene_try_add(s, name))
        fail_msg("adding <%s>: %s", name, s->err.text);
}

struct corpus_count scene_count(struct scene *s)
{
    struct corpus_count c = {0};
    if (!corpus_count(s->corpus, &c, &s->err))
        fail_msg("%s", s->err.text);
    return c;
}

void scene_three_pages(struct scene *s)
{
    scratch_write(&s->files, "a.html", "<title>One</title><p>red apples</p>");
    scratch_write(&s->files, "b/b.txt", "green pears");
    scratch_write(&s->files, "b/c.html", "<p>blue plums</p>");
    scratch_age(&s->files, "a.html", 1000);
    scratch_age(&s->files, "b/b.txt", 1000);
    scratch_age(&s->files, "b/c.html", 1000);
}

void scene_many_pages(struct scene *s, int n)
{
    char name[64], text[64];
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof name, "d%d/page-%04d.txt", i % 7, i);
        snprintf(text, sizeof text, "page number n%d", i);
        scratch_write(&s->files, name, text);
    }
}
