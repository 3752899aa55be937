/* fake_letters.h - invented letters that wait for somebody's word. */
#ifndef TESTS_TOOLS_FAKE_LETTERS_H
#define TESTS_TOOLS_FAKE_LETTERS_H

#include "domain/command.h"
#include "store/read_leads.h"
#include "store/read_letters.h"

enum { FAKE_LETTERS = 5 };

struct fake_letters {
    struct letter_row row[FAKE_LETTERS]; /* those in doubt first */
    int32_t count;
    int reads;
    int64_t leads;    /* there are so many; their numbers are their ids */
    const char *text; /* of the template */
    const char *company;
};
void fake_letters_init(struct fake_letters *f, int64_t now_us);
void fake_letter_counts(const struct fake_letters *f, struct letter_counts *ret);
bool fake_letters(struct fake_letters *f, struct arena *arena, struct letter_row **ret,
                  int32_t *ret_count, struct err *err);
/* Leads are a function of their number. */
bool fake_leads(const struct fake_letters *f, const struct lead_filter *filter, struct arena *arena,
                struct lead_page *ret, struct err *err);
bool fake_lead_template(const struct fake_letters *f, struct arena *arena,
                        struct template_def **ret, struct err *err);
/* What the operator's word does: the letter does not wait any more. */
void fake_letters_carry_out(struct fake_letters *f, const struct command *c);

#endif
