/* fake_letters.c - two letters in doubt and three that are held. */
#include "fake_letters.h"

#include "base/clock.h"

#include <string.h>

void fake_letters_init(struct fake_letters *f, int64_t now_us)
{
    static const struct {
        const char *job, *group, *term, *address, *company, *reason;
        enum send_state state;
    } rows[FAKE_LETTERS] = {
        {"spain-plumbers", "Madrid", "fontanero urgente", "info@aguamad.example", "Agua Madrid SL",
         "the connection broke after the final dot", SEND_IN_DOUBT},
        {"dental-uk", "Leeds", "dentist leeds", "smile@smileleeds.example", "Smile Leeds",
         "the engine ended while the relay was asked", SEND_IN_DOUBT},
        {"dental-uk", "Leeds", "dentist emergency", "desk@leedsdental.example", "",
         "letter: text line 3, column 14: {{company}} is not known of this lead", SEND_HELD},
        {"dental-uk", "York", "dentist york", "hello@yorkteeth.example", "",
         "letter: subject line 1, column 9: {{company}} is not known of this lead", SEND_HELD},
        {"spain-plumbers", "Sevilla", "fontanero 24h", "pocero@sevilla.example", "Pocero 24 h",
         "outbound: pocero@sevilla.example is not at a domain of [mail] allow_domains", SEND_HELD},
    };
    f->count = FAKE_LETTERS;
    for (int32_t i = 0; i < FAKE_LETTERS; i++)
        f->row[i] = (struct letter_row){
            .seq = 900 - i,
            .id = {{(uint8_t)(i + 1), 0, 0, 0, 0, 0, 0x50, 0, 0x80}},
            .workspace = "acme",
            .job = rows[i].job,
            .group = rows[i].group,
            .term = rows[i].term,
            .address = rows[i].address,
            .company = rows[i].company,
            .reason = rows[i].reason,
            .state = rows[i].state,
            .mode = MODE_SMTP,
            .cycle = 3,
            .attempt = i == 1 ? 2 : 1,
            .code = i == 1 ? 451 : 0,
            .queued_at_us = now_us - (i + 3) * 3600 * US_PER_S,
            .claimed_at_us = now_us - (i + 2) * 3600 * US_PER_S,
            .decided_at_us = now_us - (i + 1) * 3600 * US_PER_S,
        };
}

void fake_letter_counts(const struct fake_letters *f, struct letter_counts *ret)
{
    *ret = (struct letter_counts){0};
    for (int32_t i = 0; i < f->count; i++) {
        ret->in_doubt += f->row[i].state == SEND_IN_DOUBT;
        ret->held += f->row[i].state == SEND_HELD;
    }
}

bool fake_letters(struct fake_letters *f, struct arena *arena, struct letter_row **ret,
                  int32_t *ret_count, struct err *err)
{
    f->reads++;
    *ret = arena_array(arena, FAKE_LETTERS, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    memcpy(*ret, f->row, sizeof f->row);
    *ret_count = f->count;
    return true;
}

void fake_letters_carry_out(struct fake_letters *f, const struct command *c)
{
    for (int32_t i = 0; command_about(c->kind) == ABOUT_LETTER && i < f->count; i++)
        if (uuid_equal(f->row[i].id, c->letter)) {
            memmove(&f->row[i], &f->row[i + 1], (size_t)(--f->count - i) * sizeof *f->row);
            return;
        }
}
