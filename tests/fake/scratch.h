/* scratch.h - a directory of its own for a test, with files in it, gone when the test is over.
 * Every call ends the test when the disk refuses: a test that can't set its scene has failed. */
#ifndef FAKE_SCRATCH_H
#define FAKE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

enum { SCRATCH_PATH_MAX = 4096 };

struct scratch {
    char dir[256]; /* absolute, without links */
};

void scratch_init(struct scratch *s);
void scratch_done(struct scratch *s); /* removes everything; accepts a zeroed struct */

/* dir + "/" + name; borrowed until the next call but three. */
const char *scratch_path(struct scratch *s, const char *name);
/* Writes a file and the directories that lead to it. Names may hold any byte but NUL. */
void scratch_write(struct scratch *s, const char *name, const char *text);
void scratch_write_n(struct scratch *s, const char *name, const void *bytes, size_t len);
void scratch_mkdir(struct scratch *s, const char *name);
void scratch_remove(struct scratch *s, const char *name); /* a file, or a directory as a whole */
/* Sets the time of change, so that nothing depends on how fast a test runs. */
void scratch_age(struct scratch *s, const char *name, int64_t seconds);
/* A file of so many bytes that takes no room on the disk. */
void scratch_sparse(struct scratch *s, const char *name, int64_t size);

#endif
