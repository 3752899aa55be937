/* pg_fault.c - one table of what can go wrong. The idea: only the SQLSTATE is believed, never the
 * wording, which is in the server's language, nor libpq's status, which stays "OK" after the server
 * died in mid-query. */
#include "adapter/pg_fault.h"

#include "base/str.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

#define MISTAKE "this is a mistake in the program, or the schema is of another version"
#define UNKNOWN "whether it was done is not known: look again"
#define MIGRATE "run: autopilot db migrate"

/* The first row that fits counts: whole states before their families. */
static const struct pg_fault faults[] = {
    {PG_STATE_FENCED, ERR_FENCED, false, NULL, NULL},
    {PG_STATE_CONFLICT, ERR_CONFLICT, false, NULL, NULL},
    {PG_STATE_REFUSED, ERR_REFUSED, false, NULL, NULL},
    {PG_STATE_GONE, ERR_REFUSED, false, NULL, NULL},
    {PG_STATE_RETRY, ERR_RETRY, false, NULL, NULL},
    {PG_STATE_STOP, ERR_STOP, false, NULL, NULL},

    {"40001", ERR_RETRY, false, "somebody else changed the same rows at once", "try again"},
    {"40P01", ERR_RETRY, false, "two commands waited for one another", "try again"},
    {"55P03", ERR_RETRY, false, "the rows are locked by somebody else", "try again"},
    {"57014", ERR_RETRY, false, "the server ended it because it took too long",
     "nothing was changed; try again"},
    {"53200", ERR_RETRY, false, "the server has no memory left", "try again"},
    {"25P04", ERR_RETRY, true, "the transaction took too long", "try again"},

    {"28P01", ERR_UNREACHABLE, true, "the server does not accept the password",
     "correct the password file or PGPASSFILE"},
    {"28", ERR_UNREACHABLE, true, "the server does not let this user in",
     "correct the user in the address, or pg_hba.conf on the server"},
    {"3D000", ERR_UNREACHABLE, true, "there is no such database",
     "correct its name in the address, or create it: createdb NAME"},
    {"53300", ERR_UNREACHABLE, true, "the server has no connection left to give",
     "end some, raise max_connections, or go through a pooler"},
    {"25006", ERR_UNREACHABLE, true, "the server is a read-only standby",
     "name the primary too in the address; nothing was changed"},

    {"53100", ERR_STOP, false, "the server's disk is full",
     "free some space there; nothing was changed"},
    {PG_STATE_DENIED, ERR_REFUSED, false, "this login may not do that",
     "let the owner of the record run: autopilot db login add LOGIN --operator NAME"},
    {"42P01", ERR_STOP, false, "a table is not there", MIGRATE},
    {"42883", ERR_STOP, false, "a function is not there", MIGRATE},
    {"3F000", ERR_STOP, false, "the schema is not there", MIGRATE},

    /* The server goes down, comes up, or ended this connection. 57P03, "not now", comes when one
     * connects; the others may come after a commit. */
    {"57P03", ERR_UNREACHABLE, true, "the server is starting or stopping", "it is tried again"},
    {"57P0", ERR_RETRY, true, "the server ended the connection", UNKNOWN},
    {"08", ERR_RETRY, true, "the link to the server broke", UNKNOWN},

    {"23", ERR_STOP, false, "it breaks a rule of the tables", MISTAKE "; nothing was changed"},
    {"XX", ERR_STOP, false, "the server reports damage or a fault of its own",
     "look at the server's log"},
    {"58", ERR_STOP, false, "the server's disk or system fails it", "look at the server's log"},
    {"", ERR_STOP, false, NULL, MISTAKE "; nothing was changed"},
};

static const struct pg_fault broken = {"", ERR_RETRY, true, "the link to the server broke",
                                       UNKNOWN};

const struct pg_fault *pg_fault_of(const char *sqlstate)
{
    if (sqlstate == NULL || sqlstate[0] == '\0')
        return &broken;
    const struct pg_fault *fault = faults;
    while (!str_starts(sqlstate, fault->state)) /* the last fits all */
        fault++;
    return fault;
}

/* What was denied (its name is the same in every language), and the cure: the login stands between.
 * The first that fits counts. */
struct denial {
    const char *denied, *cure, *more;
};

static const struct denial denials[] = {
    {"hello",
     "to work here it must be an engine's; let the owner of the record run: autopilot db "
     "login add",
     " --operator NAME --role engine"},
    {"login_",
     "only the record's owner decides about logins; use the login that runs autopilot db "
     "migrate, and not",
     ""},
    {"", "let the owner of the record run: autopilot db login add", " --operator NAME"},
};

void pg_fault_denied(struct err *ret, const char *login, const char *words)
{
    size_t i = 0;
    char shown[64];
    pg_fault_words(shown, sizeof shown, login, NULL);
    while (strstr(words, denials[i].denied) == NULL) /* the last fits all */
        i++;
    (void)err_set(ret, ERR_REFUSED, "postgres: the login %s may not do that: %s; %s %s%s", shown,
                  words, denials[i].cure, shown, denials[i].more);
}

void pg_fault_words(char *dst, size_t size, const char *words, const char *secret)
{
    char line[1024];
    const char *hidden = secret != NULL ? secret : "";
    size_t len = strcspn(words, "\r\n"), secret_len = strlen(hidden), to = 0;
    for (size_t i = 0; i < len && to + 4 < sizeof line;) {
        if (secret_len > 0 && len - i >= secret_len && memcmp(words + i, hidden, secret_len) == 0) {
            memcpy(line + to, "***", 3);
            to += 3;
            i += secret_len;
        } else {
            line[to++] = words[i++];
        }
    }
    line[to] = '\0';
    text_screen_to(dst, size, line);
}

/* Five of A-Z and 0-9, of which the first says the class, and a colon. */
static bool is_state(const char *text)
{
    for (int i = 0; i < 5; i++)
        if (!isdigit((unsigned char)text[i]) && !(text[i] >= 'A' && text[i] <= 'Z'))
            return false;
    return text[5] == ':';
}

bool pg_fault_state_in(const char *text, char ret[6])
{
    for (const char *at = text; (at = strstr(at, ":  ")) != NULL; at += 3)
        if (is_state(at + 3))
            return str_copy_n(ret, 6, at + 3, 5);
    return false;
}

void pg_fault_say(struct err *ret, const struct pg_fault *fault, const char *words)
{
    const char *what = fault->what != NULL ? fault->what : "";
    if (fault->cure == NULL)
        (void)err_set(ret, fault->kind, "%s", words);
    else
        (void)err_set(ret, fault->kind, "postgres: %s%s%s; %s", what, what[0] != '\0' ? ": " : "",
                      words, fault->cure);
}
