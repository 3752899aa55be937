/* test_page.c - if this fails, letters call people by the wrong name, the same mailbox becomes two
 * leads, the order of a page's addresses changes between runs, or a typed address is taken for what
 * it is not. */
#include "adapter/page.h"
#include "base/str.h"
#include "unit/cases.h"

#include <pthread.h>
#include <string.h>

static struct page_reader *reader_new(void)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    assert_true(page_reader_new(&reader, &err));
    return reader;
}

static struct page_facts read_page(struct page_reader *reader, const char *html)
{
    struct page_facts facts;
    struct err err = {0};
    assert_true(page_extract(reader, html, strlen(html), NULL, &facts, &err));
    return facts;
}

/* --- identities and flags --- */

static void test_identity(void **state)
{
    struct page_reader *reader = reader_new();
    struct page_facts facts =
        read_page(reader, "<p>Info@B\xC3\xBC"
                          "cher-ZQ.CH, info@xn--bcher-zq-65a.ch, INFO@B\xC3\x9C"
                          "CHER-zq.ch");
    (void)state;
    assert_int_equal(facts.lead_count, 1);
    assert_string_equal(facts.leads[0].shown, "Info@B\xC3\xBC"
                                              "cher-ZQ.CH");
    assert_string_equal(facts.leads[0].address, "info@xn--bcher-zq-65a.ch");
    assert_int_equal(facts.leads[0].flags, LEAD_ROLE);
    assert_string_equal(facts.leads[0].address + facts.leads[0].site_at, "xn--bcher-zq-65a.ch");
    page_reader_free(reader);
}

struct site {
    int line;
    const char *html, *site;
    unsigned flags;
};

static const struct site sites[] = {
    {__LINE__, "<p>jo@oak-zq.de", "oak-zq.de", 0},
    {__LINE__, "<p>jo@mail.oak-zq.de", "oak-zq.de", 0},
    {__LINE__, "<p>jo@a.b.oak-zq.co.uk", "oak-zq.co.uk", 0},
    {__LINE__, "<p>jo@oak-zq.com.np", "oak-zq.com.np", 0},
    {__LINE__, "<p>jo@oak-zq.blogspot.com", "oak-zq.blogspot.com", 0},
    {__LINE__, "<p>jo@co.uk", "co.uk", 0}, /* a suffix itself */
    {__LINE__, "<p>no-reply@oak-zq.de", "oak-zq.de", LEAD_NOREPLY},
    {__LINE__, "<p>sales@x.yopmail.com", "yopmail.com", LEAD_ROLE | LEAD_DISPOSABLE},
};

static void test_sites(void **state)
{
    struct page_reader *reader = reader_new();
    (void)state;
    for (size_t i = 0; i < CASES(sites); i++) {
        struct page_facts facts = read_page(reader, sites[i].html);
        CHECK_AT(sites[i].line, facts.lead_count == 1, "%d addresses", (int)facts.lead_count);
        const struct lead_found *lead = &facts.leads[0];
        CHECK_AT(sites[i].line, str_equal(lead->address + lead->site_at, sites[i].site), "site %s",
                 lead->address + lead->site_at);
        CHECK_AT(sites[i].line, lead->flags == sites[i].flags, "flags %u", lead->flags);
    }
    page_reader_free(reader);
}

/* --- order --- */

/* Links stand inside paragraphs whose text is read only at their end; a page in order is kept so,
 * and what stands twice keeps its first place and form. */
static void test_order(void **state)
{
    static const char html[] =
        "<title>t@oak-zq.de</title><div data-mail=A1@oak-zq.de>"
        "<p>b1@oak-zq.de <a title=c1@oak-zq.de href='mailto:d1@oak-zq.de'>e1@oak-zq.de</a>"
        " f1@oak-zq.de"
        "<p>a1@oak-zq.de <img alt=g1@oak-zq.de> h1@oak-zq.de"
        "<script type=application/ld+json>{\"email\":\"i1@oak-zq.de\"}</script> j1@oak-zq.de</div>"
        "<p>K1@oak-zq.de <a href='mailto:k1@oak-zq.de'>x</a></p>";
    static const char *const want[] = {"t",  "A1", "b1", "c1", "d1", "e1",
                                       "f1", "g1", "h1", "i1", "j1", "K1"};
    struct page_reader *reader = reader_new();
    struct page_facts facts = read_page(reader, html);
    (void)state;
    for (int32_t i = 0; i < facts.lead_count; i++) {
        char shown[40];
        assert_true(str_format(shown, sizeof shown, "%s@oak-zq.de", want[i]));
        CHECK_AT((int)i, str_equal(facts.leads[i].shown, shown), "%s at place %d",
                 facts.leads[i].shown, (int)i);
    }
    assert_int_equal(facts.lead_count, CASES(want));
    page_reader_free(reader);
}

/* A long block is read in pieces; what lies across their borders is found, once. */
static void test_pieces(void **state)
{
    struct page_reader *reader = reader_new();
    struct buf page = buf_init(1 << 20);
    (void)state;
    for (int shift = 0; shift < 40; shift++) {
        struct page_facts facts;
        struct err err = {0};
        buf_clear(&page);
        buf_adds(&page, "<p>");
        for (int i = 0; i < shift; i++)
            buf_adds(&page, "y");
        for (int i = 0; i < 500; i++)
            buf_addf(&page,
                     " a%d@oak-zq.de and <b>n%d [at] elm-zq [dot] de</b> some more words"
                     " that make the paragraph long enough to fill a buffer more than once,"
                     " mail: c%d at ash-zq dot de",
                     i, i, i % 7);
        assert_true(page_extract(reader, buf_text(&page), page.len, NULL, &facts, &err));
        CHECK_AT(shift, facts.lead_count == 1000, "%d addresses", (int)facts.lead_count);
    }
    buf_done(&page);
    page_reader_free(reader);
}

/* A reader does not remember: the same page gives the same after any other. */
static void test_reuse(void **state)
{
    static const char *const others[] = {
        "<title>Other</title><html lang=fr><meta property=og:site_name content=Other>x@other-zq.fr",
        "<script type=application/ld+json>{\"@type\":\"Organization\",\"name\":\"Other\"",
        "<svg><svg><svg><title>x",
        "\x1F\x8B\x08",
        "",
        "jo@",
        "\xFF\xFEj\0o\0@",
    };
    struct page_reader *reader = reader_new();
    (void)state;
    for (size_t i = 0; i < CASES(others); i++) {
        (void)read_page(reader, others[i]);
        struct page_facts facts =
            read_page(reader, "<html lang=de><title>Oak - Kontakt</title>jo@oak-zq.de");
        CHECK_AT((int)i, facts.lead_count == 1 && !facts.cut, "%d", (int)facts.lead_count);
        assert_string_equal(facts.words.title, "Oak - Kontakt");
        assert_string_equal(facts.words.company, "Oak");
        assert_string_equal(facts.words.language, "de");
    }
    page_reader_free(reader);
}

/* --- words for letters --- */

struct said {
    int line;
    const char *head, *title, *company, *language;
};

static const struct said heads[] = {
    {__LINE__, "", "", "", ""},
    {__LINE__, "<html lang=de-AT><title>Oak</title>", "Oak", "Oak", "de-AT"},
    {__LINE__, "<html xml:lang='en_GB'>", "", "", "en-GB"},
    {__LINE__, "<html lang='\"><x>'>", "", "", ""},
    {__LINE__, "<html lang='a very long language'>", "", "", ""},
    {__LINE__, "<p lang=fr>x", "", "", ""},
    {__LINE__, "<meta http-equiv=content-language content=es>", "", "", "es"},
    {__LINE__, "<title>\n  Oak &amp; Elm\n</title>", "Oak & Elm", "Oak & Elm", ""},
    {__LINE__, "<title>Oak</title><title>Elm</title>", "Oak", "Oak", ""},
    {__LINE__, "<svg><title>Icon</title></svg><title>Oak</title>jo@oak-zq.de", "Oak", "Oak", ""},
    {__LINE__, "<title>Contact | Oak</title>", "Contact | Oak", "Oak", ""},
    {__LINE__, "<title>Oak | Contact</title>", "Oak | Contact", "Oak", ""},
    {__LINE__, "<title>Kontakt - Zahnarzt Oak in K\xC3\xB6ln</title>",
     "Kontakt - Zahnarzt Oak in K\xC3\xB6ln", "Zahnarzt Oak in K\xC3\xB6ln", ""},
    {__LINE__, "<title>Teeth \xE2\x80\x93 Team \xE2\x80\x94 Oak</title>",
     "Teeth \xE2\x80\x93 Team \xE2\x80\x94 Oak", "Oak", ""},
    {__LINE__, "<title>Impressum</title>", "Impressum", "", ""},
    {__LINE__, "<title>Oak-Elm: Home</title>", "Oak-Elm: Home", "Oak-Elm", ""},
    {__LINE__, "<title> | | </title>", "| |", "| |", ""},
    {__LINE__, "<title>Contact</title><meta property='og:site_name' content='Oak &amp; Co'>",
     "Contact", "Oak & Co", ""},
    {__LINE__, "<meta name=og:site_name content='  Oak\n Ltd '>", "", "Oak Ltd", ""},
    {__LINE__,
     "<title>T</title><script type=application/ld+json>"
     "{\"@type\":\"Organization\",\"name\":\"Oak\"}</script>",
     "T", "Oak", ""},
    {__LINE__,
     "<script type=application/ld+json>{\"@graph\":[{\"@type\":\"WebPage\",\"name\":\"P\"},"
     "{\"@type\":[\"Dentist\",\"LocalBusiness\"],\"name\":\"Oak\"}]}</script>",
     "", "Oak", ""},
    {__LINE__,
     "<script type=application/ld+json>{\"@type\":\"Dentist\",\"telephone\":\"1\","
     "\"name\":\"Oak\",\"address\":{\"name\":\"no\"}}</script>",
     "", "Oak", ""},
    {__LINE__,
     "<script type=application/ld+json>{\"@type\":\"Person\",\"email\":\"x\","
     "\"name\":\"Jo\"}</script>",
     "", "", ""},
    {__LINE__,
     "<script type=application/ld+json>{\"@type\":\"Article\",\"publisher\":"
     "{\"@type\":\"Organization\",\"name\":\"Oak\"},\"name\":\"A\"}</script>",
     "", "Oak", ""},
    /* what must not reach a screen or a letter */
    {__LINE__, "<title>O\x1b[2Ja\xC2\x9Bk</title>", "O\xE2\x90\x9B[2Ja k", "O\xE2\x90\x9B[2Ja k",
     ""},
    {__LINE__, "<title>\xE2\x80\xAEkaO\xE2\x80\x8B</title>", "kaO", "kaO", ""},
    {__LINE__, "<title>a<b>c</title>", "a<b>c", "a<b>c", ""},
};

static void test_words(void **state)
{
    struct page_reader *reader = reader_new();
    (void)state;
    for (size_t i = 0; i < CASES(heads); i++) {
        struct buf html = buf_init(10000);
        buf_addf(&html, "<!doctype html>%s<p>jo@oak-zq.de", heads[i].head);
        struct page_facts facts = read_page(reader, buf_text(&html));
        CHECK_AT(heads[i].line, facts.lead_count == 1, "%d addresses", (int)facts.lead_count);
        CHECK_AT(heads[i].line, str_equal(facts.words.title, heads[i].title), "title \"%s\"",
                 facts.words.title);
        CHECK_AT(heads[i].line, str_equal(facts.words.company, heads[i].company), "company \"%s\"",
                 facts.words.company);
        CHECK_AT(heads[i].line, str_equal(facts.words.language, heads[i].language),
                 "language \"%s\"", facts.words.language);
        buf_done(&html);
    }
    page_reader_free(reader);
}

/* Long ones are cut at a character. */
static void test_long_words(void **state)
{
    struct page_reader *reader = reader_new();
    struct buf html = buf_init(100000);
    (void)state;
    buf_adds(&html, "<title>");
    for (int i = 0; i < 1000; i++)
        buf_adds(&html, "\xE6\x97\xA5");
    buf_adds(&html, "</title><p>jo@oak-zq.de");
    struct page_facts facts = read_page(reader, buf_text(&html));
    assert_int_equal(strlen(facts.words.title), FACT_MAX / 3 * 3);
    buf_done(&html);
    page_reader_free(reader);
}

/* --- typed addresses --- */

struct typed {
    int line;
    const char *text, *address; /* NULL: refused */
    unsigned flags;
};

static const struct typed typed[] = {
    {__LINE__, "jo@oak-zq.de", "jo@oak-zq.de", 0},
    {__LINE__, "  Jo@Oak-ZQ.de\n", "jo@oak-zq.de", 0},
    {__LINE__,
     "info@b\xC3\xBC"
     "cher-zq.ch",
     "info@xn--bcher-zq-65a.ch", LEAD_ROLE},
    {__LINE__, "a/b@oak-zq.de", "a/b@oak-zq.de", 0},
    {__LINE__, "", NULL, 0},
    {__LINE__, "jo", NULL, 0},
    {__LINE__, "jo@oak", NULL, 0},
    {__LINE__, "jo@oak-zq.zzz", NULL, 0},
    {__LINE__, "Jo <jo@oak-zq.de>", NULL, 0},
    {__LINE__, "jo@oak-zq.de, al@oak-zq.de", NULL, 0},
    {__LINE__, "jo@oak-zq.de x", NULL, 0},
    {__LINE__, "x jo@oak-zq.de", NULL, 0},
    {__LINE__, "jo [at] oak-zq.de", NULL, 0},
    {__LINE__, "jo@example.com", NULL, 0},
    {__LINE__, "jo@oak-zq.de\r\nBcc: x", NULL, 0},
    {__LINE__, "jo\x1b[2J@oak-zq.de", NULL, 0},
};

static void test_fold(void **state)
{
    struct page_reader *reader = reader_new();
    (void)state;
    for (size_t i = 0; i < CASES(typed); i++) {
        struct lead_found lead = {.address = "untouched"};
        struct err err = {0};
        bool ok = page_fold_address(reader, typed[i].text, &lead, &err);
        CHECK_AT(typed[i].line, ok == (typed[i].address != NULL), "%s",
                 ok ? lead.address : err.text);
        if (ok) {
            assert_string_equal(lead.address, typed[i].address);
            assert_int_equal(lead.flags, typed[i].flags);
        } else {
            assert_string_equal(lead.address, "untouched");
            assert_int_equal(err.kind, ERR_REFUSED);
            assert_null(strchr(err.text, '\x1b'));
        }
    }
    page_reader_free(reader);
}

/* --- threads --- */

static void *read_again_and_again(void *ret_count)
{
    static const char html[] =
        "<meta charset=koi8-r><title>Oak</title><p>info@b\xC1.com jo@oak-zq.de <b>x</x> &eacute;"
        "<script type=application/ld+json>{\"email\":\"al@oak-zq.de\"}</script>";
    struct page_reader *reader = NULL;
    int32_t *count = ret_count;
    for (int round = 0; round < 5; round++) {
        if (!page_reader_new(&reader, NULL))
            return NULL;
        for (int i = 0; i < 50; i++) {
            struct page_facts facts;
            if (page_extract(reader, html, sizeof html - 1, NULL, &facts, NULL))
                *count += facts.lead_count;
        }
        page_reader_free(reader);
    }
    return NULL;
}

/* Readers of different threads do not meet, not even in the libraries below. */
static void test_threads(void **state)
{
    pthread_t threads[3];
    int32_t counts[3] = {0};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_again_and_again, &counts[i]), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(counts[i], 5 * 50 * 3);
}

static void test_free_nothing(void **state)
{
    (void)state;
    page_reader_free(NULL);
}

/* A control sequence that colours a terminal is not the beginning of an address. */
static void escapes_are_no_part_of_an_address(void **state)
{
    (void)state;
    struct page_reader *reader = reader_new();
    struct page_facts facts =
        read_page(reader, "<p>\033[1;31mjo@oak-zq.de <a href=\"mailto:al%1b[31m@oak-zq.de\">al</a> "
                          "me@oak-zq.de");
    assert_int_equal(facts.lead_count, 1);
    assert_string_equal(facts.leads[0].address, "me@oak-zq.de");
    page_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_no_part_of_an_address),
        cmocka_unit_test(test_identity),
        cmocka_unit_test(test_sites),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_reuse),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_free_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
