/* test_words.c - if this fails, a report misses items because of an accent or a capital letter, or
 * takes a word for a part of another one. */
#include "domain/words.h"

#include "base/str.h"
#include "unit/cases.h"

#include <string.h>

static void test_fold(void **state)
{
    static const struct {
        int line;
        const char *text, *want;
    } cases[] = {
        {__LINE__, "", ""},
        {__LINE__, "...", ""},
        {__LINE__, "Solar energy", " solar energy "},
        {__LINE__, "  two\n\twords ", " two words "},
        {__LINE__, "Energía Eólica", " energia eolica "},
        {__LINE__, "ÉÀÜÑÇ", " eaunc "},
        {__LINE__, "Straße GROẞ", " strasse gross "},
        {__LINE__, "cafe\u0301", " cafe "}, /* the accent as a character of its own */
        {__LINE__, "co\u00ADop", " coop "}, /* soft hyphen */
        {__LINE__, "l'eau, d\u2019or", " l eau d or "},
        {__LINE__, "e-mail / 24\u00A0h", " e mail 24 h "},
        {__LINE__, "ΑΘΉΝΑ Σεισμός", " αθηνα σεισμοσ "},
        {__LINE__, "МОСКВА Ёлка", " москва елка "},
        {__LINE__, "東京の港", " 東 京 の 港 "},
        {__LINE__, "EU東京2026", " eu 東 京 2026 "},
        {__LINE__, "ＡＢＣ１２", " abc12 "},
        {__LINE__,
         "a\xFF"
         "b",
         " a b "},
        {__LINE__, "rock \U0001F3B8 roll", " rock roll "},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf out = buf_init(1000);
        words_fold(cases[i].text, strlen(cases[i].text), &out);
        CHECK_AT(cases[i].line, str_equal(buf_text(&out), cases[i].want), "got \"%s\"",
                 buf_text(&out));
        buf_done(&out);
    }
}

static void test_find(void **state)
{
    static const struct {
        int line;
        const char *text, *phrase;
        bool want;
    } cases[] = {
        {__LINE__, "The wind farm of Lund", "wind farm", true},
        {__LINE__, "The wind farm of Lund", "WIND FARM", true},
        {__LINE__, "The wind farms of Lund", "wind farm", false},
        {__LINE__, "The wind farms of Lund", "wind farm*", true},
        {__LINE__, "rewind farm", "wind farm", false},
        {__LINE__, "electricidad", "electri*", true},
        {__LINE__, "dielectric", "electri*", false},
        {__LINE__, "wind. Farm", "wind farm", true}, /* one text: punctuation parts only words */
        {__LINE__, "energia", "energía", true},
        {__LINE__, "東京の港", "京の", true},
        {__LINE__, "anything", "any thing", false},
    };
    (void)state;
    for (size_t i = 0; i < CASES(cases); i++) {
        struct buf text = buf_init(1000), phrase = buf_init(1000);
        words_fold(cases[i].text, strlen(cases[i].text), &text);
        words_phrase(cases[i].phrase, &phrase);
        CHECK_AT(cases[i].line, words_find(buf_text(&text), buf_text(&phrase)) == cases[i].want,
                 "\"%s\" in \"%s\"", buf_text(&phrase), buf_text(&text));
        buf_done(&text);
        buf_done(&phrase);
    }
}

/* A phrase does not reach from the title into the summary. */
static void test_parts(void **state)
{
    struct buf text = buf_init(1000), phrase = buf_init(100);
    (void)state;
    words_fold("the wind", 8, &text);
    words_part(&text);
    words_fold("farm", 4, &text);
    words_phrase("wind farm", &phrase);
    assert_false(words_find(buf_text(&text), buf_text(&phrase)));
    buf_clear(&phrase);
    words_phrase("farm", &phrase);
    assert_true(words_find(buf_text(&text), buf_text(&phrase)));
    buf_clear(&phrase);
    words_phrase(" - *", &phrase);
    assert_int_equal(phrase.len, 0);
    buf_done(&text);
    buf_done(&phrase);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
