/* clock.h - instants. An instant is int64_t microseconds since 1970-01-01T00:00:00Z, everywhere.
 *
 * clock_now_us() and clock_boot_us() are for base, adapters, app and ui; the engine asks its clock
 * port instead, so that it can be simulated. Any thread. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define US_PER_S INT64_C(1000000)
#define US_PER_MS INT64_C(1000)

enum { TIME_TEXT_MAX = 40 };

/* CLOCK_REALTIME: what the wall says. May jump. */
int64_t clock_now_us(void);
/* CLOCK_BOOTTIME: for deadlines and leases. Never goes back, counts suspend. */
int64_t clock_boot_us(void);

/* "2026-11-23T09:33:00.123456Z" (RFC 3339, microseconds kept only when not zero). */
void time_text_utc(int64_t at_us, char dst[TIME_TEXT_MAX]);
/* Reads RFC 3339 with offset or Z, 0 to 6 decimals. False leaves *ret_us alone. */
bool time_parse(const char *text, int64_t *ret_us);
/* "14:31:09" in the local zone. */
void time_text_clock(int64_t at_us, char *dst, size_t size);
/* "Mon, 23 Nov 2026 09:33:00 +0000" (RFC 5322 section 3.3), always UTC. */
void time_text_mail(int64_t at_us, char dst[TIME_TEXT_MAX]);

#endif
