/* words.h - text as a row of words that can be compared: without letter case, without the accents
 * of Latin letters, without punctuation.
 *
 * A folded text is " madrid energia solar ": each word between two blanks, so that a whole word or
 * phrase is found by looking for it with its blanks. Scripts that write without blanks between
 * words (Chinese, Japanese, Korean, Thai) give one word a character. Pure; any thread.
 * Sources: Unicode 15, blocks Latin-1 to Latin Extended-A, Greek, Cyrillic. */
#ifndef DOMAIN_WORDS_H
#define DOMAIN_WORDS_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Appends the folded words of a text; nothing when it has none. Two texts that are folded one
 * after the other form one row: put words_part() between them when no phrase shall reach from one
 * into the other. Invalid UTF-8 parts words. */
void words_fold(const char *text, size_t len, struct buf *out);
void words_part(struct buf *out);

/* A phrase as words_find() wants it; a * at its end makes its last word a beginning ("electri*").
 * Nothing is appended when the phrase has no word. */
void words_phrase(const char *phrase, struct buf *out);
/* Does the folded text hold the phrase (of words_phrase, not empty)? */
bool words_find(const char *folded, const char *phrase);

#endif
