/* fake_letters.c - two letters in doubt and three that are held. */
#include "fake_letters.h"

#include "base/clock.h"
#include "base/str.h"

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
    f->leads = 450;
    f->company = "Agua Madrid SL";
    f->text = "Hello {{name|there}},\n\nwe read {{title}} and like {{company}}.\n\nBye\n";
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

static const char *numbered(struct arena *arena, const char *before, int64_t id, const char *after)
{
    char text[80];
    (void)str_format(text, sizeof text, "%s%lld%s", before, (long long)id, after); /* it fits */
    return arena_text(arena, text);
}

static void make_lead(const struct fake_letters *f, int64_t id, struct arena *arena,
                      struct lead_row *ret)
{
    static const enum send_state states[] = {SEND_SENT,     SEND_SENT,     SEND_STATES, SEND_QUEUED,
                                             SEND_IN_DOUBT, SEND_REJECTED, SEND_HELD};
    static const char *const groups[] = {"Madrid", "Sevilla", "Bilbao"};
    *ret = (struct lead_row){
        .id = id,
        .workspace = "acme",
        .address = numbered(arena, "info@agua", id, ".example"),
        .shown = "",
        .name = "",
        .company = id % 5 == 0 ? "" : f->company,
        .title = "Agua \033[31mMadrid\033[0m - inicio",
        .url = numbered(arena, "https://agua", id, ".example/contacto"),
        .language = "es",
        .job = "spain-plumbers",
        .group = groups[id % 3],
        .term = "fontanero urgente",
        .job_id = {{5, 0, 0, 0, 0, 0, 0x70, 0, 0x80}},
        .group_no = (int32_t)(id % 3) + 1,
        .pages = (int32_t)(id % 2) + 1,
        .found_at_us = INT64_C(1763821925) * US_PER_S - (450 - id) * 60 * US_PER_S,
        .state = states[id % 7],
        .mode = MODE_SMTP,
        .reason = id % 7 == 6 ? "letter: {{company}} is missing" : "",
        .state_at_us = id % 7 == 2 ? 0 : INT64_C(1763821925) * US_PER_S - (450 - id) * US_PER_S,
    };
}

bool fake_leads(const struct fake_letters *f, const struct lead_filter *filter, struct arena *arena,
                struct lead_page *ret, struct err *err)
{
    *ret = (struct lead_page){.row = arena_array(arena, (size_t)filter->max, sizeof *ret->row)};
    if (ret->row == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    int64_t id = filter->before - 1 < f->leads ? filter->before - 1 : f->leads;
    for (; id > 0 && ret->count < filter->max; id--) {
        struct lead_row r;
        make_lead(f, id, arena, &r);
        ret->looked++;
        if ((filter->group_no == 0 || filter->group_no == r.group_no) &&
            (filter->takes == NULL || filter->takes(filter->ctx, r.address)))
            ret->row[ret->count++] = r;
    }
    ret->next = id > 0 ? id + 1 : 0;
    return true;
}

bool fake_lead_template(const struct fake_letters *f, struct arena *arena,
                        struct template_def **ret, struct err *err)
{
    *ret = arena_alloc(arena, sizeof **ret);
    if (*ret == NULL)
        return err_set(err, ERR_STOP, "fake: out of memory");
    **ret = (struct template_def){
        .name = "plumbers-es", .subject = "For {{company}}", .text = f->text, .html = ""};
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
