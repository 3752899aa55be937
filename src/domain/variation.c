/* variation.c - the k-th variation as a function of (seed, term, k), without a list of the earlier
 * ones.
 *
 * Orders of words are numbered: the orders of a multiset (a word may occur twice) have ranks from 0
 * on, and a rank is turned into its order directly. A walk over the ranks with a step that shares
 * no divisor with their count meets each one once, which is why no two variations are equal. The
 * two kinds can't meet either: a phrase has one word more than the term, an order has as many. */
#include "domain/variation.h"

#include "base/rng.h"
#include "base/str.h"

#include <string.h>

enum { WORDS_MAX = TERM_MAX_BYTES / 2 + 1 };

/* Words that stand beside an address on a page, in the languages that we meet most. */
static const char *const contact_words[] = {"contact", "kontakt",   "contacto", "e-mail",
                                            "contato", "impressum", "contatto"};
enum { CONTACT_WORDS = sizeof contact_words / sizeof contact_words[0] };

struct word {
    const char *text; /* without quotes */
    size_t len;
    bool quoted;
    int kind; /* equal words have the same kind: the index of the first of them */
};

struct words {
    struct word at[WORDS_MAX];
    int count;
    int shuffled; /* how many of them change places */
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_text(const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len != b_len)
        return false;
    for (size_t i = 0; i < a_len; i++)
        if (lower(a[i]) != lower(b[i]))
            return false;
    return true;
}

/* Reads the word at *at (not a space) and moves behind it. An empty pair of quotes is no word. */
static struct word next_word(const char **at)
{
    struct word w = {.quoted = **at == '"'};
    const char *p = *at + (w.quoted ? 1 : 0);
    w.text = p;
    while (*p && *p != '"' && (w.quoted || !is_space(*p)))
        p++;
    w.len = (size_t)(p - w.text);
    *at = w.quoted && *p == '"' ? p + 1 : p;
    return w;
}

static int kind_of(const struct words *ws, const struct word *w)
{
    for (int i = 0; i < ws->count; i++) {
        const struct word *other = &ws->at[i];
        if (other->quoted == w->quoted && same_text(other->text, other->len, w->text, w->len))
            return i;
    }
    return ws->count;
}

static void read_words(const char *term, struct words *ws)
{
    ws->count = 0;
    ws->shuffled = 0;
    if (strlen(term) > TERM_MAX_BYTES)
        return;
    while (*term) {
        if (is_space(*term)) {
            term++;
            continue;
        }
        struct word w = next_word(&term);
        if (w.len == 0 || ws->count == WORDS_MAX)
            continue;
        w.kind = kind_of(ws, &w);
        ws->at[ws->count++] = w;
    }
    ws->shuffled = ws->count < VARIATION_SHUFFLED ? ws->count : VARIATION_SHUFFLED;
}

static int64_t factorial(int n)
{
    int64_t f = 1;
    for (int i = 2; i <= n; i++)
        f *= i;
    return f;
}

/* How many different orders the kinds have, when kind i is left left[i] times (n in all). */
static int64_t orders(const int left[VARIATION_SHUFFLED], int n)
{
    int64_t f = factorial(n);
    for (int i = 0; i < VARIATION_SHUFFLED; i++)
        f /= factorial(left[i]);
    return f;
}

static void count_kinds(const struct words *ws, int left[VARIATION_SHUFFLED])
{
    for (int i = 0; i < VARIATION_SHUFFLED; i++)
        left[i] = 0;
    for (int i = 0; i < ws->shuffled; i++)
        left[ws->at[i].kind]++;
}

/* The order of the given rank: order[i] is the kind that stands at place i. Kinds are numbered by
 * first appearance. */
static void order_of_rank(const struct words *ws, int64_t rank, int order[VARIATION_SHUFFLED])
{
    int left[VARIATION_SHUFFLED];
    count_kinds(ws, left);
    for (int place = 0; place < ws->shuffled; place++) {
        for (int kind = 0; kind < VARIATION_SHUFFLED; kind++) {
            if (left[kind] == 0)
                continue;
            left[kind]--;
            const int64_t behind = orders(left, ws->shuffled - place - 1);
            if (rank < behind) {
                order[place] = kind;
                break;
            }
            rank -= behind;
            left[kind]++;
        }
    }
}

/* The rank of the order in which the term itself has its words. */
static int64_t rank_of_term(const struct words *ws)
{
    int left[VARIATION_SHUFFLED];
    int64_t rank = 0;
    count_kinds(ws, left);
    for (int place = 0; place < ws->shuffled; place++) {
        for (int kind = 0; kind < ws->at[place].kind; kind++) {
            if (left[kind] == 0)
                continue;
            left[kind]--;
            rank += orders(left, ws->shuffled - place - 1);
            left[kind]++;
        }
        left[ws->at[place].kind]--;
    }
    return rank;
}

static int64_t count_shuffles(const struct words *ws)
{
    int left[VARIATION_SHUFFLED];
    count_kinds(ws, left);
    return ws->count ? orders(left, ws->shuffled) - 1 : 0;
}

static bool has_word(const struct words *ws, const char *text)
{
    for (int i = 0; i < ws->count; i++)
        if (same_text(ws->at[i].text, ws->at[i].len, text, strlen(text)))
            return true;
    return false;
}

/* A contact word that the term has already would ask for nothing new. */
static int64_t count_phrases(const struct words *ws)
{
    int64_t n = 0;
    for (int i = 0; i < CONTACT_WORDS && ws->count; i++)
        n += !has_word(ws, contact_words[i]);
    return n;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The i-th number of a walk that meets each of 0..n-1 once, drawn from (seed, key). */
static int64_t walk(uint64_t seed, uint64_t key, int64_t i, int64_t n)
{
    const uint64_t count = (uint64_t)n;
    const uint64_t start = rng_below(rng_draw(seed, key, 0), count);
    uint64_t step = 1 + rng_below(rng_draw(seed, key, 1), count);
    while (gcd(step, count) != 1)
        step++;
    return (int64_t)((start + (uint64_t)i * (step % count)) % count);
}

static void add_word(const struct word *w, struct buf *out)
{
    if (w->quoted)
        buf_addc(out, '"');
    buf_add(out, w->text, w->len);
    if (w->quoted)
        buf_addc(out, '"');
}

static void add_shuffle(const struct words *ws, int64_t rank, struct buf *out)
{
    int order[VARIATION_SHUFFLED] = {0};
    order_of_rank(ws, rank, order);
    for (int i = 0; i < ws->count; i++) {
        if (i > 0)
            buf_addc(out, ' ');
        add_word(&ws->at[i < ws->shuffled ? order[i] : i], out);
    }
}

static void add_phrase(const struct words *ws, int64_t number, struct buf *out)
{
    buf_addc(out, '"');
    for (int i = 0; i < ws->count; i++) {
        if (i > 0)
            buf_addc(out, ' ');
        buf_add(out, ws->at[i].text, ws->at[i].len);
    }
    buf_adds(out, "\" ");
    for (int i = 0; i < CONTACT_WORDS; i++)
        if (!has_word(ws, contact_words[i]) && number-- == 0)
            buf_adds(out, contact_words[i]);
}

int64_t variation_count(const char *term)
{
    struct words ws;
    read_words(term, &ws);
    return count_shuffles(&ws) + count_phrases(&ws);
}

bool variation_text(uint64_t seed, const char *term, int k, struct buf *out)
{
    struct words ws;
    read_words(term, &ws);
    const int64_t shuffles = count_shuffles(&ws);
    const int64_t phrases = count_phrases(&ws);
    const int64_t both = shuffles < phrases ? shuffles : phrases;
    if (k < 1 || k > shuffles + phrases)
        return false;
    const int64_t before = k - 1;
    const bool in_turn = before < 2 * both;
    const bool shuffle = in_turn ? before % 2 == 0 : shuffles > phrases;
    const int64_t nth = in_turn ? before / 2 : before - both;
    const uint64_t key = str_hash(term, strlen(term), 0);
    if (!shuffle) {
        add_phrase(&ws, walk(seed, ~key, nth, phrases), out);
        return true;
    }
    int64_t rank = walk(seed, key, nth, shuffles);
    if (rank >= rank_of_term(&ws))
        rank++; /* the term's own order is not among them */
    add_shuffle(&ws, rank, out);
    return true;
}
