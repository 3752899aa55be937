/* report_words.c - a report's own words: a column a language, each language whole. */
#include "report_words.h"

#include "base/clock.h"
#include "base/str.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>
#include <time.h>

/* Apart from the table, where two texts in a row would look like a missing comma. */
static const char incomplete_en[] =
    "This report may be incomplete: some sources could not be read. They are named "
    "below, with the reason.";
static const char incomplete_es[] = "Este informe puede estar incompleto: algunas fuentes no se "
                                    "pudieron leer. Figuran abajo, con el motivo.";
static const char incomplete_de[] = "Dieser Bericht ist vielleicht unvollständig: einige Quellen "
                                    "waren nicht lesbar. Sie stehen unten, mit dem Grund.";
static const char incomplete_fr[] = "Ce rapport est peut-être incomplet : des sources n’ont pas pu "
                                    "être lues. Elles figurent plus bas, avec la raison.";

static const struct report_words languages[] = {
    {
        "en",
        "D M Y",
        {"January", "February", "March", "April", "May", "June", "July", "August", "September",
         "October", "November", "December"},
        {
            [WORD_CONTENTS] = "Contents",
            [WORD_BY_CATEGORY] = "By category",
            [WORD_BY_REGION] = "By region",
            [WORD_SOURCES] = "Sources",
            [WORD_SOURCE] = "Source",
            [WORD_ITEMS] = "Items",
            [WORD_NEWEST] = "Newest",
            [WORD_STATE] = "State",
            [WORD_READ] = "read",
            [WORD_UNCHANGED] = "nothing new",
            [WORD_FAILED] = "could not be read",
            [WORD_CUT_SOURCE] = "only its first part was read",
            [WORD_ODD] = "entries with mistakes",
            [WORD_UNDATED] = "without date",
            [WORD_ALSO] = "other sources that tell it",
            [WORD_MORE] = "More that did not fit",
            [WORD_NOTHING] = "There is nothing to report for this period.",
            [WORD_NOTHING_SECTION] = "Nothing in this period.",
            [WORD_INCOMPLETE] = incomplete_en,
            [WORD_LEFT_OUT] = "Left out",
            [WORD_OUTSIDE] = "from another period",
            [WORD_KNOWN] = "in an earlier report",
            [WORD_UNMATCHED] = "in none of the categories",
            [WORD_ELSEWHERE] = "in none of the regions",
            [WORD_REPEATED] = "told twice",
            [WORD_CUT] = "past the limit",
            [WORD_PERIOD] = "Period",
            [WORD_MADE] = "Made",
            [WORD_TOP] = "Back to the contents",
            [WORD_SUMMARY] = "Summary by a language model",
        },
    },
    {
        "es",
        "D de M de Y",
        {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre",
         "octubre", "noviembre", "diciembre"},
        {
            [WORD_CONTENTS] = "Contenido",
            [WORD_BY_CATEGORY] = "Por categoría",
            [WORD_BY_REGION] = "Por región",
            [WORD_SOURCES] = "Fuentes",
            [WORD_SOURCE] = "Fuente",
            [WORD_ITEMS] = "Noticias",
            [WORD_NEWEST] = "Más reciente",
            [WORD_STATE] = "Estado",
            [WORD_READ] = "leída",
            [WORD_UNCHANGED] = "sin novedades",
            [WORD_FAILED] = "no se pudo leer",
            [WORD_CUT_SOURCE] = "solo se leyó la primera parte",
            [WORD_ODD] = "entradas con errores",
            [WORD_UNDATED] = "sin fecha",
            [WORD_ALSO] = "otras fuentes que lo cuentan",
            [WORD_MORE] = "Otras que no cabían",
            [WORD_NOTHING] = "No hay nada que contar de este periodo.",
            [WORD_NOTHING_SECTION] = "Nada en este periodo.",
            [WORD_INCOMPLETE] = incomplete_es,
            [WORD_LEFT_OUT] = "No incluidas",
            [WORD_OUTSIDE] = "de otro periodo",
            [WORD_KNOWN] = "ya en un informe anterior",
            [WORD_UNMATCHED] = "de ninguna categoría",
            [WORD_ELSEWHERE] = "de ninguna región",
            [WORD_REPEATED] = "repetidas",
            [WORD_CUT] = "más allá del límite",
            [WORD_PERIOD] = "Periodo",
            [WORD_MADE] = "Hecho",
            [WORD_TOP] = "Volver al contenido",
            [WORD_SUMMARY] = "Resumen de un modelo de lenguaje",
        },
    },
    {
        "de",
        "D. M Y",
        {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
         "Oktober", "November", "Dezember"},
        {
            [WORD_CONTENTS] = "Inhalt",
            [WORD_BY_CATEGORY] = "Nach Rubrik",
            [WORD_BY_REGION] = "Nach Region",
            [WORD_SOURCES] = "Quellen",
            [WORD_SOURCE] = "Quelle",
            [WORD_ITEMS] = "Meldungen",
            [WORD_NEWEST] = "Neueste",
            [WORD_STATE] = "Stand",
            [WORD_READ] = "gelesen",
            [WORD_UNCHANGED] = "nichts Neues",
            [WORD_FAILED] = "nicht lesbar",
            [WORD_CUT_SOURCE] = "nur der erste Teil wurde gelesen",
            [WORD_ODD] = "Einträge mit Fehlern",
            [WORD_UNDATED] = "ohne Datum",
            [WORD_ALSO] = "weitere Quellen dazu",
            [WORD_MORE] = "Weitere, die nicht mehr passten",
            [WORD_NOTHING] = "Für diesen Zeitraum gibt es nichts zu berichten.",
            [WORD_NOTHING_SECTION] = "Nichts in diesem Zeitraum.",
            [WORD_INCOMPLETE] = incomplete_de,
            [WORD_LEFT_OUT] = "Nicht aufgenommen",
            [WORD_OUTSIDE] = "aus einem anderen Zeitraum",
            [WORD_KNOWN] = "schon in einem früheren Bericht",
            [WORD_UNMATCHED] = "in keiner der Rubriken",
            [WORD_ELSEWHERE] = "in keiner der Regionen",
            [WORD_REPEATED] = "doppelt gemeldet",
            [WORD_CUT] = "über der Grenze",
            [WORD_PERIOD] = "Zeitraum",
            [WORD_MADE] = "Erstellt",
            [WORD_TOP] = "Zurück zum Inhalt",
            [WORD_SUMMARY] = "Zusammenfassung eines Sprachmodells",
        },
    },
    {
        "fr",
        "D M Y",
        {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
         "octobre", "novembre", "décembre"},
        {
            [WORD_CONTENTS] = "Sommaire",
            [WORD_BY_CATEGORY] = "Par rubrique",
            [WORD_BY_REGION] = "Par région",
            [WORD_SOURCES] = "Sources",
            [WORD_SOURCE] = "Source",
            [WORD_ITEMS] = "Articles",
            [WORD_NEWEST] = "Le plus récent",
            [WORD_STATE] = "État",
            [WORD_READ] = "lue",
            [WORD_UNCHANGED] = "rien de nouveau",
            [WORD_FAILED] = "illisible",
            [WORD_CUT_SOURCE] = "seule la première partie a été lue",
            [WORD_ODD] = "entrées avec des erreurs",
            [WORD_UNDATED] = "sans date",
            [WORD_ALSO] = "autres sources qui en parlent",
            [WORD_MORE] = "D’autres qui n’ont pas trouvé place",
            [WORD_NOTHING] = "Il n’y a rien à signaler pour cette période.",
            [WORD_NOTHING_SECTION] = "Rien pour cette période.",
            [WORD_INCOMPLETE] = incomplete_fr,
            [WORD_LEFT_OUT] = "Non retenus",
            [WORD_OUTSIDE] = "d’une autre période",
            [WORD_KNOWN] = "déjà dans un rapport précédent",
            [WORD_UNMATCHED] = "dans aucune rubrique",
            [WORD_ELSEWHERE] = "dans aucune région",
            [WORD_REPEATED] = "en double",
            [WORD_CUT] = "au-delà de la limite",
            [WORD_PERIOD] = "Période",
            [WORD_MADE] = "Établi",
            [WORD_TOP] = "Retour au sommaire",
            [WORD_SUMMARY] = "Résumé d’un modèle de langage",
        },
    },
};

const struct report_words *report_words_of(const char *language)
{
    for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
        const char *known = languages[i].language;
        char behind = strncasecmp(language, known, 2) == 0 ? language[2] : 'x';
        if (behind == '\0' || behind == '-')
            return &languages[i];
    }
    return &languages[0];
}

const char *report_verdict_word(const struct report_words *w, enum report_verdict verdict)
{
    static const enum report_word words[REPORT_VERDICTS] = {WORD_READ, WORD_UNCHANGED, WORD_FAILED};
    return w->word[words[verdict]];
}

/* --- dates ------------------------------------------------------------------------------------ */

static struct tm utc_of(int64_t at_us)
{
    struct tm tm = {0};
    time_t second = (time_t)(at_us / US_PER_S - (at_us % US_PER_S < 0));
    (void)gmtime_r(&second, &tm); /* an int64_t of microseconds can't overflow it */
    return tm;
}

static void put_date(const struct report_words *w, const struct tm *tm, struct buf *out)
{
    for (const char *c = w->date; *c != '\0'; c++) {
        if (*c == 'D')
            buf_addf(out, "%d", tm->tm_mday);
        else if (*c == 'M')
            buf_adds(out, w->month[tm->tm_mon]);
        else if (*c == 'Y')
            buf_addf(out, "%d", tm->tm_year + 1900);
        else
            buf_addc(out, *c);
    }
}

void report_date(const struct report_words *w, int64_t at_us, struct buf *out)
{
    struct tm tm = utc_of(at_us);
    put_date(w, &tm, out);
}

void report_moment(const struct report_words *w, int64_t at_us, struct buf *out)
{
    struct tm tm = utc_of(at_us);
    put_date(w, &tm, out);
    buf_addf(out, " %02d:%02d", tm.tm_hour, tm.tm_min);
}

void report_period(const struct report_words *w, int64_t from_us, int64_t to_us, struct buf *out)
{
    const int64_t day_us = INT64_C(86400) * US_PER_S;
    if (from_us % day_us != 0 || to_us % day_us != 0) {
        report_moment(w, from_us, out);
        buf_adds(out, " \u2013 ");
        report_moment(w, to_us, out);
        buf_adds(out, " UTC");
        return;
    }
    report_date(w, from_us, out);
    if (to_us - from_us > day_us) {
        buf_adds(out, " \u2013 ");
        report_date(w, to_us - day_us, out);
    }
}

/* --- the rest --------------------------------------------------------------------------------- */

void report_left_out(const struct select_counts *counts, struct report_left ret[REPORT_LEFT])
{
    const struct report_left rows[REPORT_LEFT] = {
        {WORD_OUTSIDE, counts->outside},     {WORD_KNOWN, counts->known},
        {WORD_UNMATCHED, counts->unmatched}, {WORD_ELSEWHERE, counts->elsewhere},
        {WORD_REPEATED, counts->repeated},   {WORD_CUT, counts->cut},
    };
    memcpy(ret, rows, sizeof rows);
}

size_t report_cut(const char *text, size_t max, bool *ret_cut)
{
    size_t len = strlen(text);
    *ret_cut = len > max;
    if (len <= max)
        return len;
    size_t end = utf8_whole(text, max);
    for (size_t at = end; at > end - end / 4; at--)
        if (text[at] == ' ')
            return at;
    return end;
}
