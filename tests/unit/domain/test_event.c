/* Broken if this fails: a line of the log would say the wrong thing, say nothing, or show an
 * address (or an escape sequence) that it must not show. */
#include "unit/cases.h"

#include "base/str.h"
#include "domain/event.h"

#include <ctype.h>
#include <string.h>

static struct event sample(enum event_kind kind)
{
    struct event e = {.kind = kind, .send_seq = 41, .n1 = 7, .n2 = 12};
    (void)str_copy(e.job_name, sizeof e.job_name, "spain-plumbers");
    (void)str_copy(e.group, sizeof e.group, "Madrid");
    (void)str_copy(e.term, sizeof e.term, "fontanero urgente");
    (void)str_copy(e.address, sizeof e.address, "maria@acme.example");
    (void)str_copy(e.actor, sizeof e.actor, "ana");
    (void)str_copy(e.text, sizeof e.text, "550 no such user");
    return e;
}

static const char *sentence(const struct event *e, bool mask, struct buf *out)
{
    buf_clear(out);
    event_sentence(e, mask, out);
    assert_true(buf_ok(out));
    return buf_text(out);
}

static void every_kind_has_a_whole_row(void **state)
{
    (void)state;
    struct buf out = buf_init(4096);
    for (int k = 0; k < EVENT_KINDS; k++) {
        const struct event_row *row = event_row((enum event_kind)k);
        CHECK_AT(k, row != NULL && row->name != NULL && row->sentence != NULL, "no row");
        CHECK_AT(k, (unsigned)row->level < LOG_LEVELS, "%s: level", row->name);
        CHECK_AT(k, row->area != NULL && row->area[0] != '\0', "%s: area", row->name);
        for (const char *p = row->name; *p != '\0'; p++)
            CHECK_AT(k, islower((unsigned char)*p) || *p == '_', "%s: a name is a-z_", row->name);
        struct event e = sample((enum event_kind)k);
        const char *text = sentence(&e, false, &out);
        /* Every field in braces is known, so none is left over. */
        CHECK_AT(k, strpbrk(text, "{}") == NULL && text[0] != '\0', "%s: %s", row->name, text);
        bool asked = row->audit && k < EVENT_SLOT_QUEUED; /* the rest nobody asked for */
        CHECK_AT(k, !asked || strstr(row->sentence, "{actor}") != NULL, "%s: no actor", row->name);
    }
    assert_null(event_row(EVENT_KINDS));
    buf_done(&out);
}

static void names_are_read_back(void **state)
{
    (void)state;
    enum event_kind kind = EVENT_KINDS;
    for (int k = 0; k < EVENT_KINDS; k++) {
        assert_true(event_kind_parse(event_row((enum event_kind)k)->name, &kind));
        assert_int_equal(kind, k);
    }
    assert_false(event_kind_parse("nonsense", &kind));
    assert_int_equal(kind, EVENT_KINDS - 1); /* left alone */
}

static void sentences_are_filled_in(void **state)
{
    (void)state;
    static const struct {
        int line;
        enum event_kind kind;
        bool mask;
        const char *want;
    } cases[] = {
        {__LINE__, EVENT_SENT, false, "spain-plumbers: sent to maria@acme.example (Madrid)"},
        {__LINE__, EVENT_SENT, true, "spain-plumbers: sent to m***@acme.example (Madrid)"},
        {__LINE__, EVENT_REJECTED, true,
         "spain-plumbers: m***@acme.example refused for good: 7 550 no such user"},
        {__LINE__, EVENT_SEARCHED, true,
         "spain-plumbers: \"fontanero urgente\" gave 7 new addresses, 12 known ones"},
        {__LINE__, EVENT_CLAIMED, true,
         "spain-plumbers: 7 letters of \"fontanero urgente\" taken, from letter 41 on"},
        {__LINE__, EVENT_JOB_DELETED, true, "spain-plumbers: deleted by ana"},
    };
    struct buf out = buf_init(4096);
    for (size_t i = 0; i < CASES(cases); i++) {
        struct event e = sample(cases[i].kind);
        const char *text = sentence(&e, cases[i].mask, &out);
        CHECK_AT(cases[i].line, str_equal(text, cases[i].want), "%s", text);
    }
    buf_done(&out);
}

static void words_from_outside_are_made_harmless(void **state)
{
    (void)state;
    struct buf out = buf_init(4096);
    struct event e = sample(EVENT_REJECTED);
    (void)str_copy(e.text, sizeof e.text,
                   "\033]0;owned\a\n\xC2\x9B"
                   "2J <other@x.example> {job}");
    const char *text = sentence(&e, false, &out);
    assert_null(strchr(text, '\033'));
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "\xC2\x9B"));
    assert_non_null(strstr(text, "other@x.example"));
    assert_non_null(strstr(text, "{job}")); /* what is filled in is not filled in again */
    text = sentence(&e, true, &out);
    assert_null(strstr(text, "other@"));
    assert_non_null(strstr(text, "<o***@x.example>"));
    buf_done(&out);
}

static void addresses_in_any_text_are_masked(void **state)
{
    (void)state;
    static const struct {
        int line;
        const char *text;
        const char *want;
    } cases[] = {
        {__LINE__, "", ""},
        {__LINE__, "nothing here", "nothing here"},
        {__LINE__, "maria@acme.example", "m***@acme.example"},
        {__LINE__, "to maria@acme.example, jo@b.example;", "to m***@acme.example, j***@b.example;"},
        {__LINE__, "<maria@acme.example>: 550", "<m***@acme.example>: 550"},
        {__LINE__, "(\"jo+tag@b.example\")", "(\"j***@b.example\")"},
        {__LINE__, "@acme.example", "@acme.example"}, /* a whole domain names nobody */
        {__LINE__, "ärger@büro.example", "ä***@büro.example"},
        {__LINE__, "a @ b", "a @ b"},
        {__LINE__, "x@", "x***@"},
        {__LINE__, "one@two@three", "o***@three"},
    };
    struct buf out = buf_init(4096);
    for (size_t i = 0; i < CASES(cases); i++) {
        buf_clear(&out);
        event_mask_text(cases[i].text, &out);
        CHECK_AT(cases[i].line, str_equal(buf_text(&out), cases[i].want), "%s", buf_text(&out));
    }
    buf_done(&out);
}

static void each_state_of_a_letter_has_its_event(void **state)
{
    (void)state;
    for (int s = 0; s < SEND_STATES; s++) {
        enum event_kind kind = event_of_send((enum send_state)s);
        if (s == SEND_COMMITTING) {
            assert_int_equal(kind, EVENT_KINDS);
            continue;
        }
        assert_true(kind < EVENT_KINDS);
        /* The ledger's word and the line's are the same, but for rows that wait again. */
        if (s != SEND_QUEUED)
            assert_string_equal(event_row(kind)->name, send_state_name((enum send_state)s));
    }
    assert_int_equal(event_of_send(SEND_QUEUED), EVENT_RELEASED);
    assert_int_equal(event_of_send(SEND_STATES), EVENT_KINDS);
}

static void an_unknown_kind_is_said_to_be_newer(void **state)
{
    (void)state;
    struct buf out = buf_init(4096);
    struct event e = sample(EVENT_KINDS);
    assert_non_null(strstr(sentence(&e, true, &out), "newer"));
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_a_whole_row),
        cmocka_unit_test(names_are_read_back),
        cmocka_unit_test(sentences_are_filled_in),
        cmocka_unit_test(words_from_outside_are_made_harmless),
        cmocka_unit_test(addresses_in_any_text_are_masked),
        cmocka_unit_test(each_state_of_a_letter_has_its_event),
        cmocka_unit_test(an_unknown_kind_is_said_to_be_newer),
    };
    return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
