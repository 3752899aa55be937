/* lead.h - an address that was found, with what is known about it. Plain values. */
#ifndef DOMAIN_LEAD_H
#define DOMAIN_LEAD_H

#include "domain/types.h"

enum lead_flag {
    LEAD_ROLE = 1u << 0,       /* info@, sales@: counts like any other */
    LEAD_NOREPLY = 1u << 1,    /* noreply@: skipped by policy, no lead is made */
    LEAD_DISPOSABLE = 1u << 2, /* throw-away domain: skipped by policy, no lead is made */
};

/* One address of a page, in order of appearance. */
struct lead_found {
    char address[ADDRESS_MAX + 1]; /* identity: local part lower-cased, domain as A-labels */
    char shown[ADDRESS_MAX + 1];   /* as the page has it, UTF-8 */
    unsigned flags;                /* enum lead_flag */
    int32_t site_at;               /* address + site_at is the registrable domain (public suffix
                                    * list), for one_lead_per_domain */
};

/* What a page says besides its addresses; "" where it says nothing. Screened of control bytes. */
struct page_words {
    char title[FACT_MAX + 1];
    char company[FACT_MAX + 1];
    char language[16];
};

#endif
