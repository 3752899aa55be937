/* contact.h - what links are called that lead to how somebody can be reached. Pure; any thread. */
#ifndef DOMAIN_CONTACT_H
#define DOMAIN_CONTACT_H

#include <stddef.h>
#include <stdint.h>

/* How likely a link with this name (its text, or the last part of its path; UTF-8) leads to an
 * address: 0 is not at all. An imprint, which by law has one, comes before a contact page, which
 * may be a form alone, and that before a page about the owner; a name that says more besides comes
 * behind one that says nothing else. */
int32_t contact_rank(const char *name, size_t len);

#endif
