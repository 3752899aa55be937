/* page_charset.c - the labels of the web's encodings (WHATWG Encoding standard) and what iconv
 * calls them. Only these are ever opened: a page does not choose from everything that iconv can
 * load. */
#include "page_parts.h"

#include <string.h>

/* Labels without their punctuation, lower case: "ISO_8859-1" is "iso88591". */
struct charset {
    const char *label, *name;
};

static const struct charset charsets[] = {
    {"utf8", "UTF-8"},
    {"unicode11utf8", "UTF-8"},
    {"xunicode20utf8", "UTF-8"},
    {"usascii", "CP1252"},
    {"ascii", "CP1252"},
    {"ansix341968", "CP1252"},
    {"iso88591", "CP1252"},
    {"88591", "CP1252"},
    {"latin1", "CP1252"},
    {"l1", "CP1252"},
    {"cp819", "CP1252"},
    {"ibm819", "CP1252"},
    {"windows1252", "CP1252"},
    {"cp1252", "CP1252"},
    {"xcp1252", "CP1252"},
    {"iso88592", "ISO-8859-2"},
    {"latin2", "ISO-8859-2"},
    {"l2", "ISO-8859-2"},
    {"iso88593", "ISO-8859-3"},
    {"latin3", "ISO-8859-3"},
    {"iso88594", "ISO-8859-4"},
    {"latin4", "ISO-8859-4"},
    {"iso88595", "ISO-8859-5"},
    {"cyrillic", "ISO-8859-5"},
    {"iso88596", "ISO-8859-6"},
    {"arabic", "ISO-8859-6"},
    {"iso88597", "ISO-8859-7"},
    {"greek", "ISO-8859-7"},
    {"greek8", "ISO-8859-7"},
    {"suneugreek", "ISO-8859-7"},
    {"iso88598", "ISO-8859-8"},
    {"iso88598i", "ISO-8859-8"},
    {"hebrew", "ISO-8859-8"},
    {"visual", "ISO-8859-8"},
    {"logical", "ISO-8859-8"},
    {"iso88599", "CP1254"},
    {"latin5", "CP1254"},
    {"l5", "CP1254"},
    {"windows1254", "CP1254"},
    {"cp1254", "CP1254"},
    {"iso885910", "ISO-8859-10"},
    {"latin6", "ISO-8859-10"},
    {"iso885911", "CP874"},
    {"tis620", "CP874"},
    {"windows874", "CP874"},
    {"dos874", "CP874"},
    {"iso885913", "ISO-8859-13"},
    {"iso885914", "ISO-8859-14"},
    {"iso885915", "ISO-8859-15"},
    {"latin9", "ISO-8859-15"},
    {"l9", "ISO-8859-15"},
    {"iso885916", "ISO-8859-16"},
    {"ibm866", "CP866"},
    {"cp866", "CP866"},
    {"866", "CP866"},
    {"koi8r", "KOI8-R"},
    {"koi8", "KOI8-R"},
    {"koi", "KOI8-R"},
    {"koi8u", "KOI8-U"},
    {"koi8ru", "KOI8-U"},
    {"macintosh", "MACINTOSH"},
    {"mac", "MACINTOSH"},
    {"xmacroman", "MACINTOSH"},
    {"xmaccyrillic", "MAC-CYRILLIC"},
    {"windows1250", "CP1250"},
    {"cp1250", "CP1250"},
    {"windows1251", "CP1251"},
    {"cp1251", "CP1251"},
    {"windows1253", "CP1253"},
    {"cp1253", "CP1253"},
    {"windows1255", "CP1255"},
    {"cp1255", "CP1255"},
    {"windows1256", "CP1256"},
    {"cp1256", "CP1256"},
    {"windows1257", "CP1257"},
    {"cp1257", "CP1257"},
    {"windows1258", "CP1258"},
    {"cp1258", "CP1258"},
    {"gbk", "GB18030"},
    {"xgbk", "GB18030"},
    {"gb18030", "GB18030"},
    {"gb2312", "GB18030"},
    {"gb231280", "GB18030"},
    {"chinese", "GB18030"},
    {"csgb2312", "GB18030"},
    {"big5", "BIG5-HKSCS"},
    {"big5hkscs", "BIG5-HKSCS"},
    {"cnbig5", "BIG5-HKSCS"},
    {"xxbig5", "BIG5-HKSCS"},
    {"eucjp", "EUC-JP"},
    {"xeucjp", "EUC-JP"},
    {"iso2022jp", "ISO-2022-JP"},
    {"csiso2022jp", "ISO-2022-JP"},
    {"shiftjis", "CP932"},
    {"sjis", "CP932"},
    {"xsjis", "CP932"},
    {"mskanji", "CP932"},
    {"windows31j", "CP932"},
    {"ms932", "CP932"},
    {"csshiftjis", "CP932"},
    {"euckr", "CP949"},
    {"cseuckr", "CP949"},
    {"korean", "CP949"},
    {"ksc5601", "CP949"},
    {"ksc56011987", "CP949"},
    {"ksc56011989", "CP949"},
    {"windows949", "CP949"},
    /* Stated in ASCII, so it can't be true: the standard takes UTF-8 then. */
    {"utf16", "UTF-8"},
    {"utf16le", "UTF-8"},
    {"utf16be", "UTF-8"},
    {"xuserdefined", "CP1252"},
};

const char *page_charset(const char *label, size_t len)
{
    char bare[24];
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = label[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
            continue;
        if (n == sizeof bare - 1)
            return NULL;
        bare[n++] = c;
    }
    bare[n] = '\0';
    for (size_t i = 0; i < sizeof charsets / sizeof charsets[0]; i++)
        if (strcmp(bare, charsets[i].label) == 0)
            return charsets[i].name;
    return NULL;
}
