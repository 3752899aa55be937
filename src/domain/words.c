/* words.c - folds text into words. The idea: one table says what a range of characters is (a part
 * of a word, a word of its own, nothing, a gap), another what a letter is compared as. */
#include "domain/words.h"

#include "base/utf8.h"

#include <stdint.h>
#include <string.h>

enum kind {
    KIND_WORD,   /* part of a word */
    KIND_ALONE,  /* a word of its own */
    KIND_SILENT, /* not there: accents that combine, invisible signs */
    KIND_GAP     /* parts words */
};

struct kind_row {
    uint32_t first, last;
    enum kind kind;
};

/* Ascending. What is in no row, from U+0080 on, is part of a word. */
static const struct kind_row kinds[] = {
    {0x0080, 0x00A9, KIND_GAP},     {0x00AB, 0x00AC, KIND_GAP},       {0x00AD, 0x00AD, KIND_SILENT},
    {0x00AE, 0x00B4, KIND_GAP},     {0x00B6, 0x00B9, KIND_GAP},       {0x00BB, 0x00BF, KIND_GAP},
    {0x00D7, 0x00D7, KIND_GAP},     {0x00F7, 0x00F7, KIND_GAP},       {0x0300, 0x036F, KIND_SILENT},
    {0x037E, 0x037E, KIND_GAP},     {0x0387, 0x0387, KIND_GAP},       {0x055A, 0x055F, KIND_GAP},
    {0x0589, 0x058A, KIND_GAP},     {0x060C, 0x060D, KIND_GAP},       {0x061B, 0x061F, KIND_GAP},
    {0x066A, 0x066D, KIND_GAP},     {0x06D4, 0x06D4, KIND_GAP},       {0x0964, 0x0965, KIND_GAP},
    {0x0E00, 0x0EFF, KIND_ALONE},   {0x1000, 0x109F, KIND_ALONE},     {0x1780, 0x17FF, KIND_ALONE},
    {0x2000, 0x200A, KIND_GAP},     {0x200B, 0x200F, KIND_SILENT},    {0x2010, 0x205F, KIND_GAP},
    {0x2060, 0x206F, KIND_SILENT},  {0x20A0, 0x20CF, KIND_GAP},       {0x2100, 0x2BFF, KIND_GAP},
    {0x2E00, 0x2E7F, KIND_GAP},     {0x2E80, 0x2FFF, KIND_ALONE},     {0x3000, 0x3004, KIND_GAP},
    {0x3005, 0x3007, KIND_ALONE},   {0x3008, 0x3020, KIND_GAP},       {0x3021, 0x302F, KIND_ALONE},
    {0x3030, 0x3030, KIND_GAP},     {0x3031, 0xA4CF, KIND_ALONE},     {0xAC00, 0xD7A3, KIND_ALONE},
    {0xE000, 0xF8FF, KIND_GAP},     {0xF900, 0xFAFF, KIND_ALONE},     {0xFE00, 0xFE0F, KIND_SILENT},
    {0xFE10, 0xFE6F, KIND_GAP},     {0xFEFF, 0xFEFF, KIND_SILENT},    {0xFF00, 0xFF0F, KIND_GAP},
    {0xFF1A, 0xFF20, KIND_GAP},     {0xFF3B, 0xFF40, KIND_GAP},       {0xFF5B, 0xFF65, KIND_GAP},
    {0xFF66, 0xFFDC, KIND_ALONE},   {0xFFE0, 0xFFFF, KIND_GAP},       {0x1F000, 0x1FAFF, KIND_GAP},
    {0x20000, 0x3FFFF, KIND_ALONE}, {0xE0000, 0x10FFFF, KIND_SILENT},
};

struct letter_row {
    uint16_t first, last;
    const char *plain;
};

/* Latin letters as they are compared, ascending. */
static const struct letter_row latin[] = {
    {0x00AA, 0x00AA, "a"},  {0x00B5, 0x00B5, "\u03BC"}, {0x00BA, 0x00BA, "o"},
    {0x00C0, 0x00C5, "a"},  {0x00C6, 0x00C6, "ae"},     {0x00C7, 0x00C7, "c"},
    {0x00C8, 0x00CB, "e"},  {0x00CC, 0x00CF, "i"},      {0x00D0, 0x00D0, "d"},
    {0x00D1, 0x00D1, "n"},  {0x00D2, 0x00D8, "o"},      {0x00D9, 0x00DC, "u"},
    {0x00DD, 0x00DD, "y"},  {0x00DE, 0x00DE, "th"},     {0x00DF, 0x00DF, "ss"},
    {0x00E0, 0x00E5, "a"},  {0x00E6, 0x00E6, "ae"},     {0x00E7, 0x00E7, "c"},
    {0x00E8, 0x00EB, "e"},  {0x00EC, 0x00EF, "i"},      {0x00F0, 0x00F0, "d"},
    {0x00F1, 0x00F1, "n"},  {0x00F2, 0x00F8, "o"},      {0x00F9, 0x00FC, "u"},
    {0x00FD, 0x00FD, "y"},  {0x00FE, 0x00FE, "th"},     {0x00FF, 0x00FF, "y"},
    {0x0100, 0x0105, "a"},  {0x0106, 0x010D, "c"},      {0x010E, 0x0111, "d"},
    {0x0112, 0x011B, "e"},  {0x011C, 0x0123, "g"},      {0x0124, 0x0127, "h"},
    {0x0128, 0x0131, "i"},  {0x0132, 0x0133, "ij"},     {0x0134, 0x0135, "j"},
    {0x0136, 0x0138, "k"},  {0x0139, 0x0142, "l"},      {0x0143, 0x014B, "n"},
    {0x014C, 0x0151, "o"},  {0x0152, 0x0153, "oe"},     {0x0154, 0x0159, "r"},
    {0x015A, 0x0161, "s"},  {0x0162, 0x0167, "t"},      {0x0168, 0x0173, "u"},
    {0x0174, 0x0175, "w"},  {0x0176, 0x0178, "y"},      {0x0179, 0x017E, "z"},
    {0x017F, 0x017F, "s"},  {0x0218, 0x0219, "s"},      {0x021A, 0x021B, "t"},
    {0x1E9E, 0x1E9E, "ss"},
};

struct case_row {
    uint32_t first, last;
    int32_t add; /* to get the letter that it is compared as */
    int32_t step;
};

/* Other letters with case; step 2: only every second one, from the first. */
static const struct case_row cases[] = {
    {0x0386, 0x0386, 0x03B1 - 0x0386, 1},
    {0x0388, 0x0388, 0x03B5 - 0x0388, 1},
    {0x0389, 0x0389, 0x03B7 - 0x0389, 1},
    {0x038A, 0x038A, 0x03B9 - 0x038A, 1},
    {0x038C, 0x038C, 0x03BF - 0x038C, 1},
    {0x038E, 0x038E, 0x03C5 - 0x038E, 1},
    {0x038F, 0x038F, 0x03C9 - 0x038F, 1},
    {0x0391, 0x03A9, 0x20, 1},
    {0x03AC, 0x03AC, 0x03B1 - 0x03AC, 1},
    {0x03AD, 0x03AD, 0x03B5 - 0x03AD, 1},
    {0x03AE, 0x03AE, 0x03B7 - 0x03AE, 1},
    {0x03AF, 0x03AF, 0x03B9 - 0x03AF, 1},
    {0x03C2, 0x03C2, 1, 1}, /* the sigma at the end of a word */
    {0x03CC, 0x03CC, 0x03BF - 0x03CC, 1},
    {0x03CD, 0x03CD, 0x03C5 - 0x03CD, 1},
    {0x03CE, 0x03CE, 0x03C9 - 0x03CE, 1},
    {0x0401, 0x0401, 0x0435 - 0x0401, 1},
    {0x0400, 0x040F, 0x50, 1},
    {0x0410, 0x042F, 0x20, 1},
    {0x0451, 0x0451, 0x0435 - 0x0451, 1},
    {0x0460, 0x0481, 1, 2},
    {0x048A, 0x04BF, 1, 2},
    {0x04D0, 0x052F, 1, 2},
    {0x0531, 0x0556, 0x30, 1},
    {0x1E00, 0x1E95, 1, 2},
    {0x1EA0, 0x1EFF, 1, 2},
    {0xFF10, 0xFF19, '0' - 0xFF10, 1},
    {0xFF21, 0xFF3A, 'a' - 0xFF21, 1},
    {0xFF41, 0xFF5A, 'a' - 0xFF41, 1},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static enum kind kind_of(uint32_t point)
{
    if (point < 0x80)
        return (point >= '0' && point <= '9') || ((point | 0x20) >= 'a' && (point | 0x20) <= 'z')
                   ? KIND_WORD
                   : KIND_GAP;
    size_t low = 0, high = COUNT(kinds);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (point > kinds[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    return low < COUNT(kinds) && point >= kinds[low].first ? kinds[low].kind : KIND_WORD;
}

static void add_latin(uint32_t point, struct buf *out)
{
    char text[4];
    for (size_t i = 0; i < COUNT(latin); i++) {
        if (point >= latin[i].first && point <= latin[i].last) {
            buf_adds(out, latin[i].plain);
            return;
        }
    }
    buf_add(out, text, utf8_put(point, text));
}

static void add_letter(uint32_t point, struct buf *out)
{
    char text[4];
    if (point < 0x80) {
        bool upper = point >= 'A' && point <= 'Z';
        buf_addc(out, (char)(upper ? point | 0x20 : point));
        return;
    }
    if (point < 0x0220 || point == 0x1E9E) {
        add_latin(point, out);
        return;
    }
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct case_row *c = &cases[i];
        if (point >= c->first && point <= c->last) {
            if ((point - c->first) % (uint32_t)c->step == 0)
                point = (uint32_t)((int32_t)point + c->add);
            break;
        }
    }
    buf_add(out, text, utf8_put(point, text));
}

static bool ends_with_blank(const struct buf *out)
{
    return out->len > 0 && out->data[out->len - 1] == ' ';
}

void words_fold(const char *text, size_t len, struct buf *out)
{
    bool inside = false; /* a word was begun and not ended */
    uint32_t point;
    for (size_t i = 0, used; i < len; i += used) {
        used = utf8_next(text + i, len - i, &point);
        enum kind kind = point == UTF8_BAD ? KIND_GAP : kind_of(point);
        if (kind == KIND_SILENT)
            continue;
        if (inside && kind != KIND_WORD) {
            buf_addc(out, ' ');
            inside = false;
        }
        if (kind == KIND_GAP)
            continue;
        if (!inside && !ends_with_blank(out))
            buf_addc(out, ' ');
        add_letter(point, out);
        inside = kind == KIND_WORD;
        if (!inside)
            buf_addc(out, ' ');
    }
    if (inside)
        buf_addc(out, ' ');
}

void words_part(struct buf *out)
{
    buf_addc(out, '\n');
}

void words_phrase(const char *phrase, struct buf *out)
{
    size_t len = strlen(phrase), before = out->len;
    bool beginning = len > 0 && phrase[len - 1] == '*';
    words_fold(phrase, len, out);
    if (beginning && out->len > before && ends_with_blank(out))
        buf_cut(out, out->len - 1);
}

bool words_find(const char *folded, const char *phrase)
{
    return strstr(folded, phrase) != NULL;
}
