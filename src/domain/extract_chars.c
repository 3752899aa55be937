/* extract_chars.c - classes of characters, as tables. Letters outside ASCII are known by the ranges
 * of their blocks, not one by one: that is enough to tell a word from what stands beside it. */
#include "base/utf8.h"

#include "extract_parts.h"

#define LETTER (CLASS_LABEL | CLASS_LOCAL | CLASS_ALNUM)
#define STRIP (CLASS_LOCAL | CLASS_STRIP)

/* RFC 5322 atext without / ? * = { | } and `, which in running text stand between things. */
const unsigned char extract_class[256] = {
    ['0'] = LETTER,
    ['1'] = LETTER,
    ['2'] = LETTER,
    ['3'] = LETTER,
    ['4'] = LETTER,
    ['5'] = LETTER,
    ['6'] = LETTER,
    ['7'] = LETTER,
    ['8'] = LETTER,
    ['9'] = LETTER,
    ['a'] = LETTER | CLASS_SIGN,
    ['b'] = LETTER,
    ['c'] = LETTER,
    ['d'] = LETTER,
    ['e'] = LETTER,
    ['f'] = LETTER,
    ['g'] = LETTER,
    ['h'] = LETTER,
    ['i'] = LETTER,
    ['j'] = LETTER,
    ['k'] = LETTER,
    ['l'] = LETTER,
    ['m'] = LETTER,
    ['n'] = LETTER,
    ['o'] = LETTER,
    ['p'] = LETTER,
    ['q'] = LETTER,
    ['r'] = LETTER,
    ['s'] = LETTER,
    ['t'] = LETTER,
    ['u'] = LETTER,
    ['v'] = LETTER,
    ['w'] = LETTER,
    ['x'] = LETTER,
    ['y'] = LETTER,
    ['z'] = LETTER,
    ['A'] = LETTER | CLASS_SIGN,
    ['B'] = LETTER,
    ['C'] = LETTER,
    ['D'] = LETTER,
    ['E'] = LETTER,
    ['F'] = LETTER,
    ['G'] = LETTER,
    ['H'] = LETTER,
    ['I'] = LETTER,
    ['J'] = LETTER,
    ['K'] = LETTER,
    ['L'] = LETTER,
    ['M'] = LETTER,
    ['N'] = LETTER,
    ['O'] = LETTER,
    ['P'] = LETTER,
    ['Q'] = LETTER,
    ['R'] = LETTER,
    ['S'] = LETTER,
    ['T'] = LETTER,
    ['U'] = LETTER,
    ['V'] = LETTER,
    ['W'] = LETTER,
    ['X'] = LETTER,
    ['Y'] = LETTER,
    ['Z'] = LETTER,
    ['-'] = STRIP | CLASS_LABEL | CLASS_SIGN,
    ['_'] = CLASS_LOCAL,
    ['.'] = STRIP,
    ['!'] = STRIP,
    ['#'] = STRIP,
    ['$'] = STRIP,
    ['%'] = STRIP,
    ['&'] = STRIP,
    ['\''] = STRIP,
    ['+'] = STRIP,
    ['^'] = STRIP,
    ['~'] = STRIP,
    ['@'] = CLASS_SIGN,
    ['['] = CLASS_SIGN,
    ['('] = CLASS_SIGN,
    ['{'] = CLASS_SIGN,
    ['<'] = CLASS_SIGN,
};

struct script_range {
    uint32_t first, last;
    enum extract_script script;
};

/* Ascending; what lies between two rows is no letter: punctuation, symbols, arrows, emoji. */
static const struct script_range script_ranges[] = {
    {'0', '9', SCRIPT_ANY},           {'A', 'Z', SCRIPT_LATIN},
    {'a', 'z', SCRIPT_LATIN},         {0x00AA, 0x00AA, SCRIPT_LATIN},
    {0x00B5, 0x00B5, SCRIPT_LATIN},   {0x00BA, 0x00BA, SCRIPT_LATIN},
    {0x00C0, 0x00D6, SCRIPT_LATIN},   {0x00D8, 0x00F6, SCRIPT_LATIN},
    {0x00F8, 0x02AF, SCRIPT_LATIN},   {0x0300, 0x036F, SCRIPT_ANY}, /* combining marks */
    {0x0370, 0x037D, SCRIPT_OTHER},   {0x037F, 0x0386, SCRIPT_OTHER},
    {0x0388, 0x0559, SCRIPT_OTHER},   {0x0560, 0x0588, SCRIPT_OTHER},
    {0x0591, 0x05BD, SCRIPT_OTHER},   {0x05C1, 0x05F2, SCRIPT_OTHER},
    {0x0610, 0x061A, SCRIPT_OTHER},   {0x0620, 0x0669, SCRIPT_OTHER},
    {0x066E, 0x06D3, SCRIPT_OTHER},   {0x06D5, 0x06FF, SCRIPT_OTHER},
    {0x0710, 0x0963, SCRIPT_OTHER},   {0x0966, 0x0E3E, SCRIPT_OTHER},
    {0x0E40, 0x0E4E, SCRIPT_OTHER},   {0x0E50, 0x0E59, SCRIPT_OTHER},
    {0x0E80, 0x0F00, SCRIPT_OTHER},   {0x0F18, 0x0F39, SCRIPT_OTHER},
    {0x0F3E, 0x0F84, SCRIPT_OTHER},   {0x0F86, 0x0FBC, SCRIPT_OTHER},
    {0x1000, 0x1049, SCRIPT_OTHER},   {0x1050, 0x135F, SCRIPT_OTHER},
    {0x1369, 0x13FF, SCRIPT_OTHER},   {0x1401, 0x166C, SCRIPT_OTHER},
    {0x166F, 0x167F, SCRIPT_OTHER},   {0x1681, 0x169A, SCRIPT_OTHER},
    {0x16A0, 0x16EA, SCRIPT_OTHER},   {0x1700, 0x17D3, SCRIPT_OTHER},
    {0x17DC, 0x17E9, SCRIPT_OTHER},   {0x1810, 0x1CFF, SCRIPT_OTHER},
    {0x1D00, 0x1DBF, SCRIPT_LATIN},   {0x1DC0, 0x1DFF, SCRIPT_ANY},
    {0x1E00, 0x1EFF, SCRIPT_LATIN},   {0x1F00, 0x1FBC, SCRIPT_OTHER},
    {0x1FC2, 0x1FCC, SCRIPT_OTHER},   {0x1FD0, 0x1FDB, SCRIPT_OTHER},
    {0x1FE0, 0x1FEC, SCRIPT_OTHER},   {0x1FF2, 0x1FFC, SCRIPT_OTHER},
    {0x2C00, 0x2CE4, SCRIPT_OTHER},   {0x2D00, 0x2DFF, SCRIPT_OTHER},
    {0x3005, 0x3007, SCRIPT_OTHER},   {0x3041, 0x309F, SCRIPT_OTHER},
    {0x30A1, 0x30FA, SCRIPT_OTHER},   {0x30FC, 0x318E, SCRIPT_OTHER},
    {0x31A0, 0x31BF, SCRIPT_OTHER},   {0x31F0, 0x31FF, SCRIPT_OTHER},
    {0x3400, 0x4DBF, SCRIPT_OTHER},   {0x4E00, 0x9FFF, SCRIPT_OTHER},
    {0xA000, 0xA48C, SCRIPT_OTHER},   {0xA4D0, 0xA4FD, SCRIPT_OTHER},
    {0xA500, 0xA62B, SCRIPT_OTHER},   {0xA640, 0xA6EF, SCRIPT_OTHER},
    {0xA722, 0xA7FF, SCRIPT_LATIN},   {0xA800, 0xD7FB, SCRIPT_OTHER},
    {0xF900, 0xFAFF, SCRIPT_OTHER},   {0xFB00, 0xFB06, SCRIPT_LATIN},
    {0xFB13, 0xFD3D, SCRIPT_OTHER},   {0xFD50, 0xFDCF, SCRIPT_OTHER},
    {0xFDF0, 0xFDFB, SCRIPT_OTHER},   {0xFE70, 0xFEFC, SCRIPT_OTHER},
    {0xFF10, 0xFF19, SCRIPT_ANY},     {0xFF21, 0xFF3A, SCRIPT_LATIN}, /* full width */
    {0xFF41, 0xFF5A, SCRIPT_LATIN},   {0xFF66, 0xFFDC, SCRIPT_OTHER},
    {0x10000, 0x1CFFF, SCRIPT_OTHER}, {0x1E000, 0x1EFFF, SCRIPT_OTHER},
    {0x20000, 0x3FFFF, SCRIPT_OTHER},
};

enum extract_script extract_script_of(uint32_t point)
{
    size_t low = 0, high = sizeof script_ranges / sizeof script_ranges[0];
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (point > script_ranges[mid].last)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == sizeof script_ranges / sizeof script_ranges[0] || point < script_ranges[low].first)
        return SCRIPT_NONE;
    return script_ranges[low].script;
}

size_t extract_step_back(const char *text, size_t from, size_t end)
{
    size_t at = end - 1;
    while (at > from && end - at < 4 && ((unsigned char)text[at] & 0xC0) == 0x80)
        at--;
    return at;
}

bool extract_label_starts(const char *text, size_t at, size_t len)
{
    if (at >= len)
        return false;
    if ((unsigned char)text[at] < 0x80)
        return extract_is(text[at], CLASS_ALNUM);
    uint32_t point;
    utf8_next(text + at, len - at, &point);
    return extract_script_of(point) != SCRIPT_NONE;
}
