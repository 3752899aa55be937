/* test_page_limits.c - if this fails, one page can stop the program: by its size, by how it is
 * built, or by how many addresses it has. Time is this process's own, so a busy machine does not
 * matter. */
#include "adapter/page.h"
#include "base/str.h"
#include "fake/big_pages.h"
#include "unit/cases.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Under the address sanitizer a page of this size takes a second at most; what is not linear takes
 * minutes. The thread sanitizer looks at all of a buffer each time iconv stumbles over a byte:
 * there time says nothing. */
#ifdef __SANITIZE_THREAD__
enum { MADE_BYTES = 1 << 20, SECONDS_MAX = 600 };
#else
enum { MADE_BYTES = 1 << 20, SECONDS_MAX = 10 };
#endif

static bool has(const struct page_facts *facts, const char *address)
{
    for (int32_t i = 0; i < facts->lead_count; i++)
        if (str_equal(facts->leads[i].address, address))
            return true;
    return false;
}

static void test_hostile(void **state)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    struct buf page = buf_init(8 << 20);
    const struct big_page *row;
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; (row = big_page(i)) != NULL; i++) {
        struct page_facts facts;
        assert_true(big_page_make(row, MADE_BYTES, &page));
        clock_t begin = clock();
        assert_true(page_extract(reader, buf_text(&page), page.len, NULL, &facts, &err));
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        CHECK_AT((int)i, seconds < SECONDS_MAX, "%s took %.1f s", row->name, seconds);
        CHECK_AT((int)i, row->want == NULL || has(&facts, row->want), "%s: no %s", row->name,
                 row->want);
    }
    buf_done(&page);
    page_reader_free(reader);
}

/* The same for the text, which leaves nothing out. */
static void test_hostile_text(void **state)
{
    struct page_reader *reader = NULL;
    struct err err = {0};
    struct buf page = buf_init(8 << 20), title = buf_init(200), text = buf_init(100 * 1000);
    const struct big_page *row;
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (size_t i = 0; (row = big_page(i)) != NULL; i++) {
        assert_true(big_page_make(row, MADE_BYTES, &page));
        buf_clear(&text);
        buf_clear(&title);
        clock_t begin = clock();
        assert_true(page_text(reader, buf_text(&page), page.len, NULL, &title, &text, NULL, &err));
        double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        CHECK_AT((int)i, seconds < SECONDS_MAX, "%s took %.1f s", row->name, seconds);
        CHECK_AT((int)i, buf_ok(&text) && buf_ok(&title), "%s: a buf failed", row->name);
    }
    buf_done(&page);
    buf_done(&title);
    buf_done(&text);
    page_reader_free(reader);
}

/* A page that is too long is read as far as the ceiling, and that is said. */
static void test_length(void **state)
{
    struct page_reader *reader = NULL;
    struct page_facts facts;
    struct err err = {0};
    char *page = malloc(PAGE_BYTES_MAX + 1000);
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    memset(page, ' ', PAGE_BYTES_MAX + 1000);
    memcpy(page, "<html>first@oak-zq.de", 21);
    memcpy(page + PAGE_BYTES_MAX - 20, " inside@oak-zq.de   ", 20);
    memcpy(page + PAGE_BYTES_MAX, "outside@oak-zq.de", 17);

    assert_true(page_extract(reader, page, PAGE_BYTES_MAX, NULL, &facts, &err));
    assert_false(facts.cut);
    assert_int_equal(facts.lead_count, 2);
    assert_true(page_extract(reader, page, PAGE_BYTES_MAX + 1000, NULL, &facts, &err));
    assert_true(facts.cut);
    assert_int_equal(facts.lead_count, 2);
    assert_true(has(&facts, "inside@oak-zq.de"));
    free(page);
    page_reader_free(reader);
}

/* So many addresses and no more; which is said. The next page is not touched by it. */
static void test_count(void **state)
{
    struct page_reader *reader = NULL;
    struct page_facts facts;
    struct err err = {0};
    struct buf page = buf_init(1 << 20);
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (int i = 0; i < PAGE_ADDRESSES_MAX; i++)
        buf_addf(&page, "<p>a%d@oak-zq.de</p>", i);
    assert_true(page_extract(reader, buf_text(&page), page.len, NULL, &facts, &err));
    assert_int_equal(facts.lead_count, PAGE_ADDRESSES_MAX);
    assert_false(facts.cut);
    for (int32_t i = 0; i < facts.lead_count; i++) {
        char want[40];
        assert_true(str_format(want, sizeof want, "a%d@oak-zq.de", (int)i));
        assert_string_equal(facts.leads[i].address, want);
    }
    buf_adds(&page, "<p>a1@oak-zq.de</p>");
    assert_true(page_extract(reader, buf_text(&page), page.len, NULL, &facts, &err));
    assert_false(facts.cut); /* one of them again */
    buf_adds(&page, "<p>one@more-zq.de</p>");
    assert_true(page_extract(reader, buf_text(&page), page.len, NULL, &facts, &err));
    assert_int_equal(facts.lead_count, PAGE_ADDRESSES_MAX);
    assert_true(facts.cut);
    assert_true(page_extract(reader, "<p>one@more-zq.de", 17, NULL, &facts, &err));
    assert_int_equal(facts.lead_count, 1);
    assert_false(facts.cut);
    buf_done(&page);
    page_reader_free(reader);
}

/* A page that makes the checks too dear loses its tail; what is remembered from it misleads no
 * other page. */
static void test_dear(void **state)
{
    struct page_reader *reader = NULL;
    struct page_facts facts;
    struct err err = {0};
    struct buf page = buf_init(4 << 20);
    (void)state;
    assert_true(page_reader_new(&reader, &err));
    for (int i = 0; i < 120 * 1000; i++)
        buf_addf(&page, "a@b.zz%c%c%c%c ", 'a' + i % 26, 'a' + i / 26 % 26, 'a' + i / 676 % 26,
                 'a' + i / 17576 % 26);
    buf_adds(&page, "jo@oak-zq.museum");
    assert_true(page_extract(reader, buf_text(&page), page.len, "text/plain", &facts, &err));
    assert_true(facts.cut);
    assert_true(page_extract(reader, "jo@oak-zq.museum", 16, NULL, &facts, &err));
    assert_int_equal(facts.lead_count, 1);
    buf_done(&page);
    page_reader_free(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile), cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_length),  cmocka_unit_test(test_count),
        cmocka_unit_test(test_dear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
