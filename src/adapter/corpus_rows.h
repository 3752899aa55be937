/* corpus_rows.h - the rows of the corpus that stand for one file, changed together: the file, its
 * words, the index, and the version of the whole. Shared by corpus.c and corpus_add.c. */
#ifndef ADAPTER_CORPUS_ROWS_H
#define ADAPTER_CORPUS_ROWS_H

#include "corpus_db.h"
#include "corpus_file.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct corpus_rows {
    struct corpus_db *db; /* borrowed */
    uint64_t version;     /* of the transaction under way */
    uint64_t stored;      /* as the file has it */
};

/* One transaction; nothing below works outside of it. The version is written with the commit, and
 * only when it changed. */
bool corpus_rows_begin(struct corpus_rows *rows, struct err *err);
bool corpus_rows_commit(struct corpus_rows *rows, struct err *err);
void corpus_rows_undo(struct corpus_rows *rows);

struct corpus_words {
    const char *title, *body; /* UTF-8 */
    size_t title_len, body_len;
};

struct corpus_row {
    int64_t id; /* 0: not in the corpus yet */
    int64_t root;
    int64_t prefix; /* bytes of the path in front of the relative path */
    struct corpus_mark mark;
    enum corpus_skip reason;
    uint64_t hash; /* of the words; 0 when it is no page */
};

/* The hash that tells whether words changed. */
uint64_t corpus_words_hash(const struct corpus_words *words);

/* Fills in id, mark, reason and hash of the file at path; id 0 when it is not there. */
bool corpus_rows_find(struct corpus_rows *rows, const char *path, struct corpus_row *ret,
                      struct err *err);
/* Puts the file in place of what was there (`old`, as corpus_rows_find gave it). words: NULL when
 * the row is no page, or when the words are those of `old`. row->id is set. */
bool corpus_rows_put(struct corpus_rows *rows, const char *path, const struct corpus_row *old,
                     struct corpus_row *row, const struct corpus_words *words, struct err *err);
/* The walk met this file: corpus_rows_drop_gone leaves it. */
bool corpus_rows_seen(struct corpus_rows *rows, int64_t id, struct err *err);
/* Begins a walk: nothing was met yet. */
bool corpus_rows_forget_seen(struct corpus_rows *rows, struct err *err);
/* Drops what is at path and below it, all of it or only what the walk did not meet; *ret_files and
 * *ret_pages count. Roots stay. */
bool corpus_rows_drop(struct corpus_rows *rows, const char *path, bool only_gone,
                      int64_t *ret_files, int64_t *ret_pages, struct err *err);

/* The root that path is in, made when there is none: roots below path are taken over. directory:
 * whether path is one. */
bool corpus_rows_root(struct corpus_rows *rows, const char *path, bool directory, int64_t *ret_id,
                      int64_t *ret_prefix, struct err *err);
/* Drops roots at path and below it (their files must be gone); *ret_dropped: how many. */
bool corpus_rows_drop_roots(struct corpus_rows *rows, const char *path, int64_t *ret_dropped,
                            struct err *err);

#endif
