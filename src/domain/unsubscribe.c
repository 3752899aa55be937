/* unsubscribe.c - a token is id and proof, one behind the other. */
#include "domain/unsubscribe.h"

#include "base/secret.h"

#include <string.h>

enum { ID = sizeof(struct uuid), PROOF = 16 };

static const char purpose[] = "unsubscribe "; /* the key's other uses give other proofs */

static void prove(const uint8_t key[UNSUBSCRIBE_KEY], struct uuid id, uint8_t ret[SECRET_HASH])
{
    uint8_t said[sizeof purpose - 1 + ID];
    memcpy(said, purpose, sizeof purpose - 1);
    memcpy(said + sizeof purpose - 1, id.byte, ID);
    secret_hmac(key, UNSUBSCRIBE_KEY, said, sizeof said, ret);
}

void unsubscribe_token(const uint8_t key[UNSUBSCRIBE_KEY], struct uuid id,
                       char dst[UNSUBSCRIBE_TOKEN_SIZE])
{
    uint8_t proof[SECRET_HASH], both[ID + PROOF];
    prove(key, id, proof);
    memcpy(both, id.byte, ID);
    memcpy(both + ID, proof, PROOF);
    secret_text(both, sizeof both, dst);
}

bool unsubscribe_token_read(const uint8_t key[UNSUBSCRIBE_KEY], const char *token, struct uuid *ret)
{
    uint8_t proof[SECRET_HASH], both[ID + PROOF];
    struct uuid id;
    if (!secret_parse(token, both, sizeof both))
        return false;
    memcpy(id.byte, both, ID);
    prove(key, id, proof);
    if (!secret_equal(proof, both + ID, PROOF))
        return false;
    *ret = id;
    return true;
}
