/* test_extract_exact.c - if this fails, the recipients of a link are lost or invented: lists,
 * names, percent signs, masked forms. */
#include "domain/extract.h"

#include "base/buf.h"
#include "unit/cases.h"

#include <string.h>

struct got {
    struct buf text;
    int count, enough;
};

static bool knows(void *owner, const char *label, size_t len)
{
    (void)owner;
    return (len == 2 && memcmp(label, "de", 2) == 0) || (len == 3 && memcmp(label, "com", 3) == 0);
}

static bool take(void *owner, const struct extract_found *found)
{
    struct got *got = owner;
    assert_int_equal(found->at, 0);
    buf_addf(&got->text, "%s%.*s@%.*s", got->count > 0 ? " | " : "", (int)found->local_len,
             found->local, (int)found->domain_len, found->domain);
    got->count++;
    return got->count != got->enough;
}

struct exact {
    int line;
    const char *text, *want;
};

#define X16 "xxxxxxxxxxxxxxxx"
#define X64 X16 X16 X16 X16

static const struct exact lists[] = {
    {__LINE__, "", ""},
    {__LINE__, "jo@oak.de", "jo@oak.de"},
    {__LINE__, "  jo@oak.de\n", "jo@oak.de"},
    {__LINE__, "a/b?c=d*{e}|f`g@oak.de", "a/b?c=d*{e}|f`g@oak.de"},
    {__LINE__, "jo@oak.de, al@elm.com", "jo@oak.de | al@elm.com"},
    {__LINE__, "jo@oak.de;al@elm.com;", "jo@oak.de | al@elm.com"},
    {__LINE__, ";;,jo@oak.de,,", "jo@oak.de"},
    {__LINE__, "Jo Doe <jo@oak.de>", "jo@oak.de"},
    {__LINE__, "\"Doe, Jo\" <jo@oak.de>, Al <al@elm.com>", "jo@oak.de | al@elm.com"},
    {__LINE__, "\"Doe; Jo\" <jo@oak.de>; al@elm.com", "jo@oak.de | al@elm.com"},
    {__LINE__, "\"never closed, jo@oak.de, al@elm.com", "jo@oak.de | al@elm.com"},
    {__LINE__, "'jo@oak.de'", "jo@oak.de"},
    {__LINE__, "\"jo@oak.de\"", "jo@oak.de"},
    {__LINE__, "<jo@oak.de>", "jo@oak.de"},
    {__LINE__, "< jo@oak.de >", "jo@oak.de"},
    {__LINE__, "mailto:jo@oak.de", "jo@oak.de"},
    {__LINE__, "MAILTO: jo@oak.de", "jo@oak.de"},
    {__LINE__, "Jo <mailto:jo@oak.de>", "jo@oak.de"},
    {__LINE__, "\"jo doe\"@oak.de", "\"jo doe\"@oak.de"},
    {__LINE__, "\"a@b\"@oak.de", "\"a@b\"@oak.de"},
    {__LINE__, "\"a\\\"b\"@oak.de", "\"a\\\"b\"@oak.de"},
    {__LINE__, "jo@oak.de?subject=x", "jo@oak.de"},
    {__LINE__, "jo@oak.de.", "jo@oak.de"},
    {__LINE__, "jo @ oak.de", "jo@oak.de"},
    {__LINE__, "\"jo d\" @oak.de", ""},
    {__LINE__, "jo@oak.de (Jo)", "jo@oak.de"},
    {__LINE__, "Jo Writer jo@oak.de", "jo@oak.de"}, /* read as text */
    {__LINE__, "jo [at] oak [dot] de", "jo@oak.de"},
    {__LINE__, "jo@oak.de al@elm.com", "jo@oak.de"}, /* one item, one address */
    {__LINE__, X64 "@oak.de", X64 "@oak.de"},
    {__LINE__, "x" X64 "@oak.de", ""},
    {__LINE__, "jo@oak", ""},
    {__LINE__, "jo@oak.xyz", ""},
    {__LINE__, "@oak.de", ""},
    {__LINE__, "jo@", ""},
    {__LINE__, "jo", ""},
    {__LINE__, "<>", ""},
    {__LINE__, "<", ""},
    {__LINE__, ">", ""},
    {__LINE__, "\"", ""},
    {__LINE__, "\"\"", ""},
    {__LINE__, "\"\\", ""},
    {__LINE__, "jo..doe@oak.de", "doe@oak.de"},
    {__LINE__, "jo@oak.de@elm.com", ""},
};

static const struct exact links[] = {
    {__LINE__, "mailto:jo@oak.de", "jo@oak.de"},
    {__LINE__, "MailTo:jo@oak.de", "jo@oak.de"},
    {__LINE__, " mailto : //jo@oak.de ", "jo@oak.de"},
    {__LINE__, "mailto:mailto:jo@oak.de", "jo@oak.de"},
    {__LINE__, "mailto:jo%40oak.de", "jo@oak.de"},
    {__LINE__, "mailto:%6A%6f@oak%2Ede", "jo@oak.de"},
    {__LINE__, "mailto:jo%2540oak.de", ""}, /* decoded once */
    {__LINE__, "mailto:50%@oak.de", "50%@oak.de"},
    {__LINE__, "mailto:a%zz@oak.de", "a%zz@oak.de"},
    {__LINE__, "mailto:jo@oak.de%", "jo@oak.de"},
    {__LINE__, "mailto:jo@oak.de%4", "jo@oak.de"},
    {__LINE__, "mailto:news%2Bx@oak.de", "news+x@oak.de"},
    {__LINE__, "mailto:news+x@oak.de", "news+x@oak.de"},
    {__LINE__, "mailto:jo%00@oak.de", "jo@oak.de"},
    {__LINE__, "mailto:bad%1b[31m@oak.de", ""}, /* what is left of a control sequence */
    {__LINE__, "mailto:bad%1B[31m@oak.de,jo@oak.de", "jo@oak.de"},
    {__LINE__, "mailto:x%C2%9b2j@oak.de", ""},
    {__LINE__, "mailto:x%0Ajo@oak.de", "jo@oak.de"}, /* never a line end in an address */
    {__LINE__, "mailto:jo@oak.de%0D%0ABcc:%20al@elm.com", "jo@oak.de"},
    {__LINE__, "mailto:a@oak.de,b@oak.de?cc=c@oak.de,d@oak.de&bcc=e@oak.de&to=f@oak.de",
     "a@oak.de | b@oak.de | c@oak.de | d@oak.de | e@oak.de | f@oak.de"},
    {__LINE__, "mailto:?to=a@oak.de&amp;cc=b@oak.de", "a@oak.de | b@oak.de"},
    {__LINE__, "mailto:?subject=x@oak.de&body=y@oak.de&reply-to=z@oak.de&x=to", ""},
    {__LINE__, "mailto:a@oak.de?subject=x&cc", "a@oak.de"},
    {__LINE__, "mailto:a@oak.de?cc=&&=&bcc=b@oak.de", "a@oak.de | b@oak.de"},
    {__LINE__, "mailto:%22Doe%2C%20Jo%22%20%3Cjo@oak.de%3E", "jo@oak.de"},
    {__LINE__, "mailto:\"Doe, Jo\" <jo@oak.de>", "jo@oak.de"},
    {__LINE__, "mailto:jo(at)oak.de", "jo@oak.de"},
    {__LINE__, "mailto:jos%C3%A9@oak.de", "jos\xC3\xA9@oak.de"},
    {__LINE__, "mailto:jos%E9@oak.de", ""}, /* not UTF-8 */
    {__LINE__, "mailto:", ""},
    {__LINE__, "mailto:?", ""},
};

static const struct exact masked[] = {
    {__LINE__, "006a6f406f616b2e6465", "jo@oak.de"},
    {__LINE__, "ff9590bf909e94d19b9a", "jo@oak.de"},
    {__LINE__, "FF9590BF909E94D19B9A", "jo@oak.de"},
    {__LINE__, "006a6f406f616b2e64653f7375626a6563743d784061622e6465", "jo@oak.de"},
    {__LINE__, "006a6f406f616b2e64652c616c40656c6d2e636f6d", "jo@oak.de | al@elm.com"},
    {__LINE__, "00", ""},
};

static void check(const struct exact *c,
                  bool (*read)(const char *, size_t, const struct extract_sink *))
{
    struct got got = {.text = buf_init(10000), .enough = -1};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    CHECK_AT(c->line, read(c->text, strlen(c->text), &sink), "it was not taken as one");
    CHECK_AT(c->line, strcmp(buf_text(&got.text), c->want) == 0, "got \"%s\"", buf_text(&got.text));
    buf_done(&got.text);
}

static void test_lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(lists); i++)
        check(&lists[i], extract_list);
}

static void test_links(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(links); i++)
        check(&links[i], extract_mailto);
}

static void test_masked(void **state)
{
    (void)state;
    for (size_t i = 0; i < CASES(masked); i++)
        check(&masked[i], extract_masked);
}

/* What is neither a link for mail nor a masked address is said to be none. */
static void test_none(void **state)
{
    static const char *const no_links[] = {
        "", "mailto", "http://jo@oak.de", "jo@oak.de", "xmailto:jo@oak.de", "mail to:jo@oak.de"};
    static const char *const no_masks[] = {"", "0", "zz", "00zz", "006", "00 6a", "0x6a"};
    struct got got = {.text = buf_init(100), .enough = -1};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    (void)state;
    for (size_t i = 0; i < CASES(no_links); i++)
        CHECK_AT((int)i, !extract_mailto(no_links[i], strlen(no_links[i]), &sink), "taken");
    for (size_t i = 0; i < CASES(no_masks); i++)
        CHECK_AT((int)i, !extract_masked(no_masks[i], strlen(no_masks[i]), &sink), "taken");
    assert_int_equal(got.count, 0);
}

/* A sink that has enough is asked no more, whichever field it was. */
static void test_enough(void **state)
{
    static const char text[] = "mailto:a@oak.de,b@oak.de?cc=c@oak.de,x [at] oak.de&bcc=d@oak.de";
    (void)state;
    for (int enough = 1; enough <= 5; enough++) {
        struct got got = {.text = buf_init(1000), .enough = enough};
        struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
        assert_true(extract_mailto(text, sizeof text - 1, &sink));
        assert_int_equal(got.count, enough);
        buf_done(&got.text);
    }
    struct got got = {.text = buf_init(1000), .enough = 1};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    assert_false(extract_list("a@oak.de, b@oak.de", 18, &sink));
    buf_done(&got.text);
}

/* Long values are read item by item: one that is too long for an address costs only itself. */
static void test_long(void **state)
{
    struct buf text = buf_init(1 << 20);
    struct got got = {.text = buf_init(1 << 20), .enough = -1};
    struct extract_sink sink = {.owner = &got, .tld_known = knows, .found = take};
    (void)state;
    buf_adds(&text, "mailto:");
    for (int i = 0; i < 5000; i++)
        buf_addf(&text, "a%d%%40oak.de,", i);
    for (int i = 0; i < 5000; i++)
        buf_adds(&text, "x");
    buf_adds(&text, "@oak.de,last@oak.de");
    assert_true(buf_ok(&text));
    assert_true(extract_mailto(buf_text(&text), text.len, &sink));
    assert_int_equal(got.count, 5001);
    buf_done(&text);
    buf_done(&got.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists), cmocka_unit_test(test_links),  cmocka_unit_test(test_masked),
        cmocka_unit_test(test_none),  cmocka_unit_test(test_enough), cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
