/* unsubscribe.h - the word in a letter's link by which its reader leaves: the name of the ledger's
 * row and a proof that this program wrote it, so that nobody can unsubscribe somebody else by
 * guessing. Pure; any thread. */
#ifndef DOMAIN_UNSUBSCRIBE_H
#define DOMAIN_UNSUBSCRIBE_H

#include "base/uuid.h"

#include <stdbool.h>
#include <stdint.h>

/* A key is 32 bytes; a token is 43 characters of base64url: 16 bytes of id, 16 of HMAC-SHA256. */
enum { UNSUBSCRIBE_KEY = 32, UNSUBSCRIBE_TOKEN_SIZE = 44 };
#define UNSUBSCRIBE_MARK "{token}" /* stands for it in [mail] unsubscribe */

void unsubscribe_token(const uint8_t key[UNSUBSCRIBE_KEY], struct uuid id,
                       char dst[UNSUBSCRIBE_TOKEN_SIZE]);
/* Whose token it is; false (*ret left alone): it was not made with this key. Takes as long for each
 * well-formed token. */
bool unsubscribe_token_read(const uint8_t key[UNSUBSCRIBE_KEY], const char *token,
                            struct uuid *ret);

#endif
