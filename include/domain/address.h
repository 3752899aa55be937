/* address.h - what an e-mail address is, letter by letter: RFC 5321, 5322 and 6531 as far as they
 * can be judged from the text alone.
 *
 * Internationalised domains are judged as A-labels; who makes those of U-labels is not this floor
 * (adapter/page.h). Pure; any thread. */
#ifndef DOMAIN_ADDRESS_H
#define DOMAIN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

enum {
    ADDRESS_LOCAL_MAX = 64,   /* bytes of a local part (RFC 5321 section 4.5.3.1.1) */
    ADDRESS_DOMAIN_MAX = 253, /* bytes of a domain without its final dot (RFC 1035, 2.3.4) */
    ADDRESS_LABEL_MAX = 63
};

/* A local part as it is written in an exact place (a link, a form): a dot-atom of any RFC 5322
 * atext and UTF-8 letters, or a quoted string. */
bool address_local_valid(const char *local, size_t len);
/* Two or more labels of letters, digits and inner hyphens; the last one is not a number. */
bool address_domain_valid(const char *domain, size_t len);
/* A folded address (see address_fold_local): one that can be handed to a mail server. Neither
 * control characters nor spaces outside quotes ever pass. */
bool address_valid(const char *address);

/* Lower-cases a local part in place, by character: ASCII, Latin, Greek, Cyrillic and Armenian. The
 * length stays the same. */
void address_fold_local(char *local, size_t len);

/* A domain (lower case, A-labels) that documents use as an example: RFC 2606's names and the ones
 * everybody writes instead. Nobody who wants mail has one. */
bool address_is_placeholder(const char *domain);
/* A folded address that a program wrote for programs: the key of an error tracker. */
bool address_is_machine(const char *address);

/* enum lead_flag (domain/lead.h) of a folded address. */
unsigned address_flags(const char *address);

#endif
