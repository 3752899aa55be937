/* test_mx.c - if this fails, an answer of the DNS is believed for longer than it counts, the
 * table of answers mixes domains up, a slow resolver is asked for ever, or bytes from the
 * network are read as a clear no that they are not. */
#include "../../../src/adapter/dns.h"
#include "../../../src/adapter/mx_memory.h"
#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <ares.h>
#include <stdlib.h>
#include <string.h>

#define NOW (INT64_C(1000000) * US_PER_S)

static struct mx_memory *fresh(void)
{
    struct mx_memory *m = calloc(1, sizeof *m);
    assert_non_null(m);
    return m;
}

struct keep {
    int line;
    enum mx_answer answer;
    uint32_t ttl_s;
    int64_t kept_s;
};
static const struct keep keeps[] = {
    {__LINE__, MX_TAKES, 300, 300},        {__LINE__, MX_TAKES, 0, 60},
    {__LINE__, MX_TAKES, 86400, 3600},     {__LINE__, MX_NO_DOMAIN, 120, 120},
    {__LINE__, MX_NULL, UINT32_MAX, 3600}, {__LINE__, MX_NO_SERVER, 59, 60},
    {__LINE__, MX_NOT_KNOWN, 3600, 60},
};

static void test_keep(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(keeps); i++) {
        const struct keep *k = &keeps[i];
        struct mx_memory *m = fresh();
        enum mx_answer got = MX_NOT_KNOWN;
        int64_t end_us = NOW + k->kept_s * US_PER_S;
        mx_note(m, "a.example", NOW, k->answer, k->ttl_s, false);
        CHECK_AT(k->line, mx_recall(m, "a.example", end_us - 1, &got) && got == k->answer,
                 "just before: %d", (int)got);
        CHECK_AT(k->line, !mx_recall(m, "a.example", end_us, &got), "kept too long");
        CHECK_AT(k->line, !mx_recall(m, "b.example", NOW, &got), "another domain has it");
        free(m);
    }
}

/* Far more domains than there are places: each that is found has its own answer, and a new one is
 * there at once. */
static void test_bounded(void **state)
{
    (void)state;
    struct mx_memory *m = fresh();
    enum { DOMAINS = MX_SETS * MX_WAYS * 3 };
    int32_t found = 0;
    char domain[32];
    enum mx_answer got;
    for (int i = 0; i < DOMAINS; i++) {
        (void)str_format(domain, sizeof domain, "d%d.example", i); /* it fits */
        mx_note(m, domain, NOW, i % 2 == 0 ? MX_TAKES : MX_NULL, 600, false);
        assert_true(mx_recall(m, domain, NOW, &got));
    }
    for (int i = 0; i < DOMAINS; i++) {
        (void)str_format(domain, sizeof domain, "d%d.example", i); /* it fits */
        if (!mx_recall(m, domain, NOW, &got))
            continue;
        found++;
        assert_int_equal(got, i % 2 == 0 ? MX_TAKES : MX_NULL);
    }
    assert_in_range(found, MX_SETS * MX_WAYS / 2, MX_SETS * MX_WAYS);
    free(m);
}

/* Noted twice it stands in one place, and the newer answer counts. */
static void test_again(void **state)
{
    (void)state;
    struct mx_memory *m = fresh();
    enum mx_answer got;
    mx_note(m, "a.example", NOW, MX_NO_DOMAIN, 3600, false);
    mx_note(m, "a.example", NOW + 1, MX_TAKES, 60, false);
    assert_true(mx_recall(m, "a.example", NOW + 2, &got));
    assert_int_equal(got, MX_TAKES);
    assert_false(mx_recall(m, "a.example", NOW + 61 * US_PER_S, &got));
    free(m);
}

static void test_pause(void **state)
{
    (void)state;
    struct mx_memory *m = fresh();
    enum mx_answer got = MX_TAKES;
    int64_t later_us = NOW + MX_PAUSE_S * US_PER_S;
    for (int i = 0; i < 10; i++) /* one domain, asked for by many at once */
        mx_note(m, "slow.example", NOW, MX_NOT_KNOWN, 0, true);
    mx_note(m, "slow2.example", NOW, MX_NOT_KNOWN, 0, true);
    assert_false(mx_recall(m, "new.example", NOW, &got));
    mx_note(m, "fine.example", NOW, MX_TAKES, 3600, false); /* not in a row any more */
    mx_note(m, "slow3.example", NOW, MX_NOT_KNOWN, 0, true);
    mx_note(m, "slow4.example", NOW, MX_NOT_KNOWN, 0, true);
    assert_false(mx_recall(m, "new.example", NOW, &got));
    mx_note(m, "slow5.example", NOW, MX_NOT_KNOWN, 0, true);
    assert_true(mx_recall(m, "new.example", NOW, &got));
    assert_int_equal(got, MX_NOT_KNOWN);
    assert_true(mx_recall(m, "fine.example", NOW, &got)); /* what is known is known */
    assert_int_equal(got, MX_TAKES);
    assert_false(mx_recall(m, "new.example", later_us, &got));
    mx_note(m, "slow6.example", later_us, MX_NOT_KNOWN, 0, true); /* one is enough now */
    assert_true(mx_recall(m, "new.example", later_us, &got));
    free(m);
}

/* An answer of 12 + question + records, for x.example. */
#define QUESTION(type) "\1x\7example\0\0" type "\0\1"
#define MX_HEAD(ttl, size) "\xc0\x0c\0\x0f\0\1" ttl "\0" size
#define SOA "\xc0\x0c\0\6\0\1\0\0\1\x2c\0\x16\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\x78"

struct reading {
    int line, status;
    enum dns_type type;
    const char *bytes;
    size_t size;
    enum dns_said said;
    uint32_t ttl_s;
};
#define R(status, type, text, said, ttl)                                                           \
    {                                                                                              \
        __LINE__, status, type, text, sizeof(text) - 1, said, ttl                                  \
    }
static const char two_mx[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0" QUESTION("\x0f")
    MX_HEAD("\0\0\1\x2c", "\4") "\0\x0a\xc0\x0c" MX_HEAD("\0\0\0\x64", "\4") "\0\x14\xc0\x0c";
static const char null_mx[] =
    "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION("\x0f") MX_HEAD("\0\0\1\x2c", "\3") "\0\0\0";
/* Not RFC 7505: another record stands beside it. */
static const char null_and_more[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0" QUESTION("\x0f")
    MX_HEAD("\0\0\1\x2c", "\3") "\0\0\0" MX_HEAD("\0\0\1\x2c", "\4") "\0\x14\xc0\x0c";
static const char alias_only[] =
    "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION("\x0f") "\xc0\x0c\0\5\0\1\0\0\0\x50\0\4\1y\xc0\x0e";
static const char big_ttl[] = "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION("\x0f")
    MX_HEAD("\x80\0\0\0", "\4") "\0\x0a\xc0\x0c";
static const char no_name[] = "\x12\x34\x81\x83\0\1\0\0\0\1\0\0" QUESTION("\x0f") SOA;
static const char address[] =
    "\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION("\1") "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4";

/* The way to the name's servers, from one that does not look further. */
static const char referral[] =
    "\x12\x34\x81\x80\0\1\0\0\0\1\0\0" QUESTION("\x0f") "\xc0\x0e\0\2\0\1\0\0\0\x50\0\2\xc0\x0c";
/* As no_name, from a server that looks nothing up for others. */
static const char no_lookup[] = "\x12\x34\x81\x03\0\1\0\0\0\1\0\0" QUESTION("\x0f") SOA;
static const char alias_away[] =
    "\x12\x34\x81\x80\0\1\0\1\0\1\0\0" QUESTION("\x0f") "\xc0\x0c\0\5\0\1\0\0\0\x50\0\4\1y\xc0\x0e"
                                                        "\xc0\x0e\0\2\0\1\0\0\0\x50\0\2\xc0\x0c";
/* RFC 2308 section 2.2.1, type 3: nothing at all. */
static const char bare_no[] = "\x12\x34\x81\x80\0\1\0\0\0\0\0\0" QUESTION("\x0f");

static const struct reading readings[] = {
    R(ARES_SUCCESS, DNS_MX, two_mx, DNS_SOME, 100),
    R(ARES_SUCCESS, DNS_MX, null_mx, DNS_NULL, 300),
    R(ARES_SUCCESS, DNS_MX, null_and_more, DNS_SOME, 300),
    R(ARES_SUCCESS, DNS_MX, alias_only, DNS_NONE, 80),
    R(ARES_SUCCESS, DNS_MX, big_ttl, DNS_SOME, 0),
    R(ARES_SUCCESS, DNS_A, address, DNS_SOME, 60),
    R(ARES_SUCCESS, DNS_AAAA, address, DNS_OPEN, 0), /* not what was asked for */
    R(ARES_SUCCESS, DNS_MX, bare_no, DNS_OPEN, 0),   /* the status says something else */
    R(ARES_ENOTFOUND, DNS_MX, no_lookup, DNS_OPEN, 0),
    R(ARES_SUCCESS, DNS_MX, alias_away, DNS_OPEN, 80),
    R(ARES_ENODATA, DNS_MX, bare_no, DNS_NONE, 0),
    R(ARES_ENODATA, DNS_MX, referral, DNS_OPEN, 0),
    R(ARES_ENOTFOUND, DNS_MX, no_name, DNS_NO_NAME, 120),
    R(ARES_ENODATA, DNS_MX, no_name, DNS_NONE, 120),
    R(ARES_ESERVFAIL, DNS_MX, no_name, DNS_OPEN, 0),
    R(ARES_ENOTFOUND, DNS_MX, "\x12\x34", DNS_OPEN, 0),
};

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(readings); i++) {
        const struct reading *r = &readings[i];
        const unsigned char *bytes = (const unsigned char *)r->bytes;
        struct dns_reply got = dns_read(r->type, r->status, bytes, (int)r->size);
        CHECK_AT(r->line, got.said == r->said && got.ttl_s == r->ttl_s && !got.slow,
                 "said %d, ttl %u", (int)got.said, (unsigned)got.ttl_s);
    }
    assert_true(dns_read(DNS_MX, ARES_ETIMEOUT, NULL, 0).slow);
    assert_true(dns_read(DNS_MX, ARES_ECANCELLED, NULL, 0).slow);
}

/* Cut anywhere, an answer is never a clear no. */
static void test_cut(void **state)
{
    (void)state;
    for (int size = 0; size < (int)sizeof null_and_more - 1; size++) {
        unsigned char *bytes = malloc((size_t)size + 1); /* a reader past its end is seen */
        assert_non_null(bytes);
        memcpy(bytes, null_and_more, (size_t)size);
        bytes = realloc(bytes, size > 0 ? (size_t)size : 1);
        enum dns_said said = dns_read(DNS_MX, ARES_SUCCESS, bytes, size).said;
        CHECK_AT(size, said == DNS_OPEN, "cut there it says %d", (int)said);
        free(bytes);
    }
}

static void test_words(void **state)
{
    (void)state;
    assert_null(mx_why_not(MX_TAKES));
    assert_null(mx_why_not(MX_NOT_KNOWN));
    assert_non_null(mx_why_not(MX_NULL));
    assert_non_null(mx_why_not(MX_NO_DOMAIN));
    assert_non_null(mx_why_not(MX_NO_SERVER));
}

static void test_servers(void **state)
{
    static const char *const bad[] = {"resolver.example", "127.0.0.1:x", "127.0.0.1 53"};
    static const char *const good[] = {"", "127.0.0.1", "127.0.0.1:5353", "[::1]:5353,192.0.2.1"};
    (void)state;
    for (size_t i = 0; i < CASES(bad); i++) {
        struct err err = {0};
        assert_null(mx_new(bad[i], 1000, &err));
        assert_int_equal(err.kind, ERR_REFUSED);
        assert_non_null(strstr(err.text, bad[i]));
    }
    for (size_t i = 0; i < CASES(good); i++) {
        struct mx *mx = mx_new(good[i], 1000, NULL);
        assert_non_null(mx);
        mx_free(mx);
    }
    mx_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keep),  cmocka_unit_test(test_bounded), cmocka_unit_test(test_again),
        cmocka_unit_test(test_pause), cmocka_unit_test(test_read),    cmocka_unit_test(test_cut),
        cmocka_unit_test(test_words), cmocka_unit_test(test_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
