/* test_spec.c - if this fails, a specification that breaks a rule gets into the record, or one that
 * breaks none is refused. */
#include "domain/spec.h"

#include "base/clock.h"
#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static const char *const words[] = {"solar"};
static const char *const no_words[] = {"!?"};

static const struct spec_topic good_topic = {"a", "A", words, 1, NULL, 0, false};
static const struct spec_source good_source = {"s", SOURCE_RSS, "https://a.example/", "a", ""};

static struct spec_def good(void)
{
    return (struct spec_def){.name = "week",
                             .workspace = "default",
                             .title = "Week",
                             .description = "two\nlines",
                             .language = "pt-BR",
                             .active = true,
                             .frequency = FREQUENCY_WEEKLY,
                             .items_per_section = 1,
                             .items_max = 1,
                             .categories = &good_topic,
                             .category_count = 1,
                             .sources = &good_source,
                             .source_count = 1};
}

static void check(int line, const struct spec_def *def, enum spec_part part, const char *key,
                  const char *words_in)
{
    struct spec_fault fault = {.key = ""};
    bool broken = spec_find_fault(def, &fault);
    CHECK_AT(line, broken, "no rule was broken");
    CHECK_AT(line, fault.part == part && str_equal(fault.key, key), "part %d key %s: %s",
             (int)fault.part, fault.key, fault.text);
    CHECK_AT(line, strstr(fault.text, words_in) != NULL, "said: %s", fault.text);
}

static void test_good(void **state)
{
    struct spec_def def = good();
    struct err err = {0};
    (void)state;
    if (!spec_check(&def, &err))
        fail_msg("%s", err.text);
    def.name = "";
    assert_false(spec_check(&def, &err));
    assert_int_equal(err.kind, ERR_REFUSED);
}

#define BROKEN(field, value, part, key, text)                                                      \
    do {                                                                                           \
        struct spec_def def = good();                                                              \
        def.field = value;                                                                         \
        check(__LINE__, &def, part, key, text);                                                    \
    } while (0)

static void test_head(void **state)
{
    static char longer[SPEC_DESCRIPTION_MAX + 2];
    (void)state;
    memset(longer, 'x', sizeof longer - 1);
    BROKEN(name, NULL, SPEC_PART_SPEC, "name", "empty");
    BROKEN(name, "a\tb", SPEC_PART_SPEC, "name", "control");
    BROKEN(name, " a", SPEC_PART_SPEC, "name", "blank");
    BROKEN(title, "", SPEC_PART_SPEC, "title", "empty");
    BROKEN(title, "\xFF", SPEC_PART_SPEC, "title", "UTF-8");
    BROKEN(description, longer, SPEC_PART_SPEC, "description", "2000");
    BROKEN(language, "", SPEC_PART_SPEC, "language", "short name");
    BROKEN(language, "e", SPEC_PART_SPEC, "language", "short name");
    BROKEN(language, "en_US", SPEC_PART_SPEC, "language", "short name");
    BROKEN(language, "en\" onload", SPEC_PART_SPEC, "language", "short name");
    BROKEN(language, "en-", SPEC_PART_SPEC, "language", "short name");
    BROKEN(frequency, FREQUENCIES, SPEC_PART_SPEC, "frequency", "unknown");
    BROKEN(items_per_section, 0, SPEC_PART_SPEC, "items_per_section", "1 to 500");
    BROKEN(items_max, SPEC_ITEMS_MAX + 1, SPEC_PART_SPEC, "items_max", "1 to 2000");
    BROKEN(category_count, 0, SPEC_PART_SPEC, "name", "[category NAME]");
    BROKEN(source_count, 0, SPEC_PART_SPEC, "name", "[source NAME]");
}

static void test_topics(void **state)
{
    struct spec_topic two[2] = {good_topic, good_topic};
    struct spec_def def = good();
    (void)state;
    def.categories = two;
    def.category_count = 2;
    check(__LINE__, &def, SPEC_PART_CATEGORY, "name", "twice");
    two[1].id = "b";
    two[1].words = no_words;
    check(__LINE__, &def, SPEC_PART_CATEGORY, "word", "no letter");
    two[0].word_count = two[1].word_count = 0;
    check(__LINE__, &def, SPEC_PART_CATEGORY, "word", "only one");
    def = good();
    def.regions = two;
    def.region_count = 2;
    check(__LINE__, &def, SPEC_PART_REGION, "word", "only one");
}

static void test_sources(void **state)
{
    static const struct {
        int line;
        struct spec_source source;
        const char *key, *why;
    } cases[] = {
        {__LINE__, {"s", SOURCE_RSS, "", "", ""}, "address", "empty"},
        {__LINE__, {"s", SOURCE_RSS, "feed.xml", "", ""}, "address", "http"},
        {__LINE__, {"s", SOURCE_RSS, "file:///etc/passwd", "", ""}, "address", "http"},
        {__LINE__, {"s", SOURCE_RSS, "https://u@a.example/", "", ""}, "address", "user name"},
        {__LINE__, {"s", SOURCE_KINDS, "/x", "", ""}, "kind", "unknown"},
        {__LINE__, {"s", SOURCE_RSS, "/x", "nowhere", ""}, "category", "none of"},
        {__LINE__, {"s", SOURCE_RSS, "/x", "", "nowhere"}, "region", "none of"},
        {__LINE__, {"", SOURCE_RSS, "/x", "", ""}, "name", "empty"},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct spec_def def = good();
        def.sources = &cases[i].source;
        check(cases[i].line, &def, SPEC_PART_SOURCE, cases[i].key, cases[i].why);
    }
    struct spec_source corpus = {"s", SOURCE_CORPUS, "", "", ""};
    struct spec_def def = good();
    struct spec_fault fault;
    def.sources = &corpus;
    assert_false(spec_find_fault(&def, &fault));
}

static void test_period(void **state)
{
    static const struct {
        int line;
        enum frequency frequency;
        const char *to, *from;
    } cases[] = {
        {__LINE__, FREQUENCY_DAILY, "2026-11-23T09:00:00Z", "2026-11-22T09:00:00Z"},
        {__LINE__, FREQUENCY_WEEKLY, "2026-11-23T09:00:00Z", "2026-11-16T09:00:00Z"},
        {__LINE__, FREQUENCY_BIWEEKLY, "2026-11-23T09:00:00Z", "2026-11-09T09:00:00Z"},
        {__LINE__, FREQUENCY_MONTHLY, "2026-11-23T09:00:00.25Z", "2026-10-23T09:00:00.25Z"},
        {__LINE__, FREQUENCY_MONTHLY, "2026-01-01T00:00:00Z", "2025-12-01T00:00:00Z"},
        {__LINE__, FREQUENCY_MONTHLY, "2026-03-31T08:00:00Z", "2026-02-28T08:00:00Z"},
        {__LINE__, FREQUENCY_MONTHLY, "2028-03-30T08:00:00Z", "2028-02-29T08:00:00Z"},
        {__LINE__, FREQUENCY_MONTHLY, "2026-12-31T08:00:00Z", "2026-11-30T08:00:00Z"},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        int64_t to_us, from_us;
        char got[TIME_TEXT_MAX];
        assert_true(time_parse(cases[i].to, &to_us) && time_parse(cases[i].from, &from_us));
        int64_t start_us = spec_period_start(cases[i].frequency, to_us);
        time_text_utc(start_us, got);
        CHECK_AT(cases[i].line, start_us == from_us, "got %s", got);
    }
}

static void test_names(void **state)
{
    (void)state;
    for (int i = 0; i < FREQUENCIES; i++) {
        enum frequency got = FREQUENCIES;
        assert_true(frequency_parse(frequency_name((enum frequency)i), &got));
        assert_int_equal(got, i);
    }
    for (int i = 0; i < SOURCE_KINDS; i++) {
        enum source_kind got = SOURCE_KINDS;
        assert_true(source_kind_parse(source_kind_name((enum source_kind)i), &got));
        assert_int_equal(got, i);
    }
    enum source_kind kept = SOURCE_JSON;
    assert_false(source_kind_parse("unknown", &kept));
    assert_int_equal(kept, SOURCE_JSON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),   cmocka_unit_test(test_head),
        cmocka_unit_test(test_topics), cmocka_unit_test(test_sources),
        cmocka_unit_test(test_period), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
