/* brute.c - a job, letter by letter. The idea is to have no idea: loops that say what the words
 * say, so slow and so plain that there is no room for a mistake that the engine also makes. */
#include "sim/brute.h"

#include "base/buf.h"
#include "base/rng.h"
#include "base/str.h"
#include "domain/variation.h"

#include <stdlib.h>
#include <string.h>

/* Where one term's search stands: the next address of a page of a query. */
struct brute_search {
    int32_t variation; /* 0 = the term itself */
    int32_t result;
    int32_t address;
    bool ended;
    bool was_deferred; /* in the cycle before */
};

static struct brute_search *search_of(struct brute *b, int32_t group, int32_t term)
{
    int32_t at = term;
    for (int32_t g = 0; g < group; g++)
        at += b->job->groups[g].term_count;
    return &b->search[at];
}

void brute_begin(struct brute *b)
{
    const struct job_def *job = b->job;
    int32_t all = 0;
    b->group_counted = calloc((size_t)job->group_count + 1, sizeof *b->group_counted);
    b->terms = calloc((size_t)job->group_count + 1, sizeof *b->terms);
    for (int32_t g = 0; g < job->group_count; g++) {
        b->terms[g] = calloc((size_t)job->groups[g].term_count + 1, sizeof **b->terms);
        all += job->groups[g].term_count;
    }
    b->search = calloc((size_t)all + 1, sizeof *b->search);
    b->cycle = 0;
    b->rows = NULL;
    b->known = NULL;
    b->row_count = b->row_room = b->put_off = 0;
    b->spent = b->group_counted == NULL || b->terms == NULL || b->search == NULL;
}

void brute_end(struct brute *b)
{
    for (int32_t g = 0; g < b->job->group_count; g++)
        free(b->terms[g]);
    free(b->terms);
    free(b->group_counted);
    free(b->search);
    free(b->rows);
    free(b->known);
}

/* --- finding -----------------------------------------------------------------------------------*/

enum found { FOUND, NO_MORE, PROVIDER_FAILS };

/* The words of the query at hand; false when the term has no such variation. */
static bool query(const struct brute *b, int32_t group, int32_t term, int32_t variation, char *dst)
{
    const char *text = b->job->groups[group].terms[term].text;
    if (variation == 0) {
        (void)str_copy(dst, TERM_MAX_BYTES + 1, text); /* the same size */
        return true;
    }
    if (variation > b->job->variations)
        return false;
    struct buf words = buf_init(TERM_MAX_BYTES);
    bool there = variation_text(b->job->seed, text, variation, &words) && buf_ok(&words);
    if (there)
        (void)str_copy(dst, TERM_MAX_BYTES + 1, buf_text(&words)); /* the buf's ceiling */
    buf_done(&words);
    return there;
}

/* The next address of the term's pages, whoever it is. */
static enum found next_address(struct brute *b, int32_t group, int32_t term, struct lead_found *ret)
{
    struct brute_search *s = search_of(b, group, term);
    const char *text = b->job->groups[group].terms[term].text;
    char words[TERM_MAX_BYTES + 1], url[URL_MAX + 1];
    struct lead_found page[FAKE_PAGE_LEADS];
    for (;;) {
        if (s->ended || !query(b, group, term, s->variation, words)) {
            s->ended = true;
            return NO_MORE;
        }
        if (s->result == fake_world_fails_at(b->world, text))
            return PROVIDER_FAILS;
        if (s->result >= fake_world_results(b->world, text, words)) {
            s->variation++;
            s->result = s->address = 0;
            continue;
        }
        fake_world_url(b->world, words, s->result, url, sizeof url);
        int32_t count = fake_world_page(b->world, url, page);
        if (s->address < count) {
            *ret = page[s->address++];
            return FOUND;
        }
        s->result++;
        s->address = 0;
    }
}

/* --- judging -----------------------------------------------------------------------------------*/

static bool in_list(const char *const *list, int32_t count, const char *text)
{
    for (int32_t i = 0; i < count; i++)
        if (str_equal(list[i], text))
            return true;
    return false;
}

/* The slot of an address in the table of those that have a row. */
static int32_t *slot_of(const struct brute *b, const char *address)
{
    size_t slots = (size_t)b->row_room * 2;
    for (size_t at = (size_t)str_hash(address, strlen(address), 5) % slots;; at = (at + 1) % slots)
        if (b->known[at] == 0 || str_equal(b->rows[b->known[at] - 1].address, address))
            return &b->known[at];
}

static bool has_row(const struct brute *b, const char *address)
{
    return b->row_room > 0 && *slot_of(b, address) != 0;
}

static bool has_row_of_site(const struct brute *b, const struct lead_found *lead)
{
    const char *site = lead->address + lead->site_at;
    for (int32_t i = 0; i < b->row_count; i++) {
        const char *other = b->rows[i].address;
        size_t len = strlen(other), tail = strlen(site);
        if (len > tail && str_equal(other + len - tail, site) &&
            (other[len - tail - 1] == '.' || other[len - tail - 1] == '@'))
            return true;
    }
    return false;
}

/* A new address that this job may write to. */
static bool welcome(const struct brute *b, const struct lead_found *lead)
{
    if ((lead->flags & LEAD_NOREPLY) != 0 || (lead->flags & LEAD_DISPOSABLE) != 0)
        return false;
    if (has_row(b, lead->address))
        return false;
    if (b->job->recontact == RECONTACT_NEVER &&
        in_list(b->contacted, b->contacted_count, lead->address))
        return false;
    return !b->job->one_lead_per_domain || !has_row_of_site(b, lead);
}

/* On the list: the address, its domain, or any domain above that. */
static bool suppressed(const struct brute *b, const char *address)
{
    if (in_list(b->suppressed, b->suppressed_count, address))
        return true;
    char subject[ADDRESS_MAX + 1];
    const char *domain = strchr(address, '@') + 1;
    for (const char *at = domain; *at != '\0'; at++) {
        if (at != domain && at[-1] != '.')
            continue;
        (void)str_format(subject, sizeof subject, "@%s", at); /* shorter than the address */
        if (in_list(b->suppressed, b->suppressed_count, subject))
            return true;
    }
    return false;
}

/* --- writing -----------------------------------------------------------------------------------*/

static bool more_rows(struct brute *b)
{
    int32_t room = b->row_room > 0 ? 2 * b->row_room : 64;
    struct brute_row *rows = realloc(b->rows, (size_t)room * sizeof *rows);
    if (rows == NULL)
        return false;
    b->rows = rows;
    free(b->known);
    b->known = calloc((size_t)room * 2, sizeof *b->known);
    if (b->known == NULL)
        return false;
    b->row_room = room;
    for (int32_t i = 0; i < b->row_count; i++)
        *slot_of(b, rows[i].address) = i + 1;
    return true;
}

static int32_t add_row(struct brute *b, int32_t group, int32_t term, const char *address)
{
    if (b->row_count == b->row_room && !more_rows(b)) {
        b->spent = true;
        return -1;
    }
    struct brute_row *row = &b->rows[b->row_count];
    *row =
        (struct brute_row){.group = group, .term = term, .cycle = b->cycle, .state = SEND_QUEUED};
    (void)str_copy(row->address, sizeof row->address, address); /* the same size */
    *slot_of(b, address) = b->row_count + 1;
    return b->row_count++;
}

/* Tries to write to the address of a row; an accepted letter counts. */
static void write_letter(struct brute *b, int32_t at)
{
    struct brute_row *row = &b->rows[at];
    if (suppressed(b, row->address)) {
        b->put_off -= row->state == SEND_DEFERRED;
        row->state = SEND_SUPPRESSED;
        return;
    }
    row->tries++;
    row->cycle = b->cycle;
    b->put_off -= row->state == SEND_DEFERRED;
    row->state = fake_world_verdict(b->world, row->address, b->mode);
    if (row->state == SEND_DEFERRED && b->deferred_give_in && row->tries > 1)
        row->state = SEND_SENT;
    b->put_off += row->state == SEND_DEFERRED;
    if (row->state == SEND_SENT || row->state == SEND_SIMULATED) {
        b->group_counted[row->group]++;
        b->terms[row->group][row->term].counted++;
    }
}

/* The first letter of the term that was put off and has not been tried in this cycle; -1 none. */
static int32_t put_off(const struct brute *b, int32_t group, int32_t term)
{
    for (int32_t i = 0; b->put_off > 0 && i < b->row_count; i++)
        if (b->rows[i].group == group && b->rows[i].term == term &&
            b->rows[i].state == SEND_DEFERRED && b->rows[i].cycle < b->cycle)
            return i;
    return -1;
}

static bool has_deferred(const struct brute *b, int32_t group, int32_t term)
{
    for (int32_t i = 0; b->put_off > 0 && i < b->row_count; i++)
        if (b->rows[i].group == group && b->rows[i].term == term &&
            b->rows[i].state == SEND_DEFERRED)
            return true;
    return false;
}

/* A term's turn: letters until it has `upto`, or the group is full, or there is nobody left. */
static void take_turn(struct brute *b, int32_t group, int32_t term, int32_t upto)
{
    struct brute_term *t = &b->terms[group][term];
    while (t->counted < upto && b->group_counted[group] < b->job->max_emails_per_group &&
           !b->spent) {
        int32_t row = put_off(b, group, term);
        struct lead_found lead;
        enum found found = FOUND;
        if (row < 0) {
            found = next_address(b, group, term, &lead);
            if (found == FOUND && welcome(b, &lead))
                row = add_row(b, group, term, lead.address);
        }
        if (found == PROVIDER_FAILS) {
            t->state = TERM_DEFERRED;
            return;
        }
        if (found == NO_MORE) {
            t->state = has_deferred(b, group, term) ? TERM_DEFERRED : TERM_EXHAUSTED;
            return;
        }
        if (row >= 0)
            write_letter(b, row);
    }
    if (t->counted >= b->job->loop_interval)
        t->state = TERM_DONE;
}

/* --- order -------------------------------------------------------------------------------------*/

/* The term that has the n-th turn in its group: those deferred in the last cycle go first. */
static int32_t nth_turn(struct brute *b, int32_t group, int32_t n)
{
    for (int32_t t = 0; t < b->job->groups[group].term_count; t++)
        if (search_of(b, group, t)->was_deferred && n-- == 0)
            return t;
    for (int32_t t = 0; t < b->job->groups[group].term_count; t++)
        if (!search_of(b, group, t)->was_deferred && n-- == 0)
            return t;
    return -1;
}

static void random_group(struct brute *b, int32_t group)
{
    for (int32_t n = 0; n < b->job->groups[group].term_count; n++)
        take_turn(b, group, nth_turn(b, group, n), b->job->loop_interval);
}

static bool can_take(const struct brute *b, int32_t group, int32_t term)
{
    const struct brute_term *t = &b->terms[group][term];
    return t->state != TERM_EXHAUSTED && t->state != TERM_DEFERRED &&
           t->counted < b->job->loop_interval;
}

/* One pass: what is left is dealt to those who can take, then each has its turn. False: nothing is
 * left, or nobody can take. */
static bool equitable_pass(struct brute *b, int32_t group)
{
    int32_t terms = b->job->groups[group].term_count;
    int32_t left = b->job->max_emails_per_group - b->group_counted[group];
    int32_t takers = 0;
    for (int32_t t = 0; t < terms; t++)
        takers += can_take(b, group, t);
    if (left <= 0 || takers == 0 || b->spent)
        return false;
    int32_t *upto = calloc((size_t)terms + 1, sizeof *upto);
    int32_t nth_taker = 0;
    for (int32_t n = 0; upto != NULL && n < terms; n++) {
        int32_t t = nth_turn(b, group, n);
        if (!can_take(b, group, t))
            continue;
        int32_t share = left / takers;
        if (nth_taker < left % takers)
            share++;
        nth_taker++;
        upto[t] = b->terms[group][t].counted + share;
        if (upto[t] > b->job->loop_interval)
            upto[t] = b->job->loop_interval;
    }
    for (int32_t n = 0; upto != NULL && n < terms; n++) {
        int32_t t = nth_turn(b, group, n);
        if (can_take(b, group, t) && b->terms[group][t].counted < upto[t])
            take_turn(b, group, t, upto[t]);
    }
    b->spent = b->spent || upto == NULL;
    free(upto);
    return true;
}

/* Draw k of the cycle: one of the groups that were not drawn yet, counted in file order. */
static int32_t draw_group(const struct brute *b, int32_t k, const bool *drawn)
{
    int32_t left = b->job->group_count - (k - 1);
    uint64_t dice = rng_draw(b->job->seed, (uint64_t)b->cycle, (uint64_t)k);
    int32_t pick = (int32_t)rng_below(dice, (uint64_t)left);
    for (int32_t g = 0; g < b->job->group_count; g++)
        if (!drawn[g] && pick-- == 0)
            return g;
    return -1;
}

static void begin_cycle(struct brute *b)
{
    b->cycle++;
    for (int32_t g = 0; g < b->job->group_count; g++) {
        b->group_counted[g] = 0;
        for (int32_t t = 0; t < b->job->groups[g].term_count; t++) {
            bool deferred = b->terms[g][t].state == TERM_DEFERRED;
            *search_of(b, g, t) = (struct brute_search){.was_deferred = deferred};
            b->terms[g][t] = (struct brute_term){.state = TERM_WAITING};
        }
    }
}

/* A term that its group's limit cut short is done as well. */
static void end_group(struct brute *b, int32_t group)
{
    for (int32_t t = 0; t < b->job->groups[group].term_count; t++)
        if (b->terms[group][t].state == TERM_WAITING && b->terms[group][t].counted > 0)
            b->terms[group][t].state = TERM_DONE;
}

int32_t brute_cycle(struct brute *b)
{
    int32_t groups = b->job->group_count, sum = 0;
    bool *drawn = calloc((size_t)groups + 1, sizeof *drawn);
    b->spent = b->spent || drawn == NULL;
    begin_cycle(b);
    for (int32_t k = 1; k <= groups && !b->spent; k++) {
        bool random = b->job->distribution == DISTRIBUTION_RANDOM;
        int32_t g = random ? draw_group(b, k, drawn) : k - 1;
        drawn[g] = true;
        if (random)
            random_group(b, g);
        else
            while (equitable_pass(b, g))
                ;
        end_group(b, g);
        sum += b->group_counted[g];
    }
    free(drawn);
    return sum;
}
