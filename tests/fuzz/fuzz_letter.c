/* Broken if this finds something: a template that was accepted fails later, or what a page says of
 * a lead becomes markup or a control character in a letter. The first byte chooses the part, then
 * come the template and two values, separated by NUL. */
#include "domain/letter.h"

#include "base/utf8.h"
#include "domain/plain.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static int count_of(const char *text, char c)
{
    int n = 0;
    for (; *text != '\0'; text++)
        n += *text == c;
    return n;
}

/* How often the template could put its own words: fallbacks are the author's. */
static void check_ready(enum letter_part part, const char *template, const struct buf *out)
{
    const char *text = buf_text(out);
    size_t max = part == LETTER_SUBJECT ? LETTER_SUBJECT_MAX : LETTER_BODY_MAX;
    require(out->len <= max && strlen(text) == out->len);
    require(plain_fault(text, out->len, part != LETTER_SUBJECT, NULL) == NULL);
    if (part == LETTER_HTML) {
        require(count_of(text, '<') <= count_of(template, '<'));
        require(count_of(text, '"') <= count_of(template, '"'));
        require(count_of(text, '\'') <= count_of(template, '\''));
    }
}

static void check_letter(enum letter_part part, const char *template,
                         const struct letter_facts *facts)
{
    struct buf out = buf_init(4 * LETTER_BODY_MAX);
    struct letter_fault fault;
    struct err err = {0};
    const char *missing = "untouched";
    bool bad = letter_find_fault(part, template, &fault);
    if (bad)
        require(fault.line >= 1 && fault.column >= 1 && fault.text[0] != '\0');
    require(letter_check_template(part, template, &err) == !bad);
    require(utf8_valid(err.text, strlen(err.text)));
    enum letter_answer answer = letter_render(part, template, facts, &out, &missing, &err);
    require(bad || answer != LETTER_FAILED);
    require(answer == LETTER_HELD || missing == NULL);
    require(answer == LETTER_READY || (out.len == 0 && buf_ok(&out)));
    if (!bad && answer == LETTER_READY)
        check_ready(part, template, &out);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf copy = buf_init(size);
    const char *field[3];
    if (size == 0)
        return 0;
    (void)buf_add(&copy, data + 1, size - 1);
    const char *at = buf_text(&copy), *end = at + copy.len;
    for (int i = 0; i < 3; i++) {
        field[i] = at < end ? at : "";
        at += at < end ? strlen(at) + 1 : 0;
    }
    const struct letter_facts facts = {.name = field[1], .company = field[2], .group = "Madrid"};
    check_letter((enum letter_part)(data[0] % LETTER_PARTS), field[0], &facts);
    buf_done(&copy);
    return 0;
}
