/* returned.c - what a message that came back means.
 *
 * The idea: a part is a range of bytes. Headers are looked up in it when they are asked for, parts
 * are found by their boundary, and the few fields of a report are headers again. Libraries for MIME
 * bring an object for everything and a runtime of their own; three header blocks don't need it. */
#include "adapter/returned.h"

#include "base/buf.h"
#include "base/str.h"
#include "base/utf8.h"

#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 4000, BOUNDARY_MAX = 200 };

struct range {
    const char *at, *end;
};

/* --- lines and headers ------------------------------------------------------------------------ */

/* The next line without its end; false when there is none. */
static bool next_line(struct range *r, struct range *ret)
{
    if (r->at >= r->end)
        return false;
    const char *nl = memchr(r->at, '\n', (size_t)(r->end - r->at));
    const char *end = nl != NULL ? nl : r->end;
    *ret = (struct range){r->at, end > r->at && end[-1] == '\r' ? end - 1 : end};
    r->at = nl != NULL ? nl + 1 : r->end;
    return true;
}

/* The header block at the beginning; the part is then what follows it. */
static struct range head_of(struct range *part)
{
    struct range line, rest = *part, head = {part->at, part->at};
    while (next_line(&rest, &line) && line.at < line.end)
        head.end = rest.at;
    part->at = rest.at;
    return head;
}

static bool is_named(struct range line, const char *name)
{
    size_t len = strlen(name);
    return (size_t)(line.end - line.at) > len && strncasecmp(line.at, name, len) == 0 &&
           line.at[len] == ':';
}

/* The value of the first header of this name, unfolded, control bytes as blanks, cut to its array.
 * False: there is none, and the value is "". */
static bool header(struct range head, const char *name, char value[VALUE_MAX])
{
    struct range line;
    size_t n = 0;
    bool found = false;
    while (next_line(&head, &line)) {
        bool folded = line.at < line.end && (*line.at == ' ' || *line.at == '\t');
        if (found && !folded)
            break;
        if (!found && (folded || !is_named(line, name)))
            continue;
        const char *c = found ? line.at : line.at + strlen(name) + 1;
        found = true;
        for (; c < line.end && n + 1 < VALUE_MAX; c++)
            value[n++] = (unsigned char)*c < ' ' ? ' ' : *c;
    }
    value[n] = '\0';
    memmove(value, value + strspn(value, " "), n + 1 - strspn(value, " "));
    return found;
}

/* True when a parameter of a Content-Type is there: its value, without quotes. */
static bool parameter(const char *value, const char *name, char *ret, size_t size)
{
    size_t len = strlen(name);
    for (const char *at = strchr(value, ';'); at != NULL; at = strchr(at, ';')) {
        at += 1 + strspn(at + 1, " \t");
        if (strncasecmp(at, name, len) != 0 || at[len] != '=')
            continue;
        at += len + 1;
        bool quoted = *at == '"';
        at += quoted;
        return str_copy_n(ret, size, at, strcspn(at, quoted ? "\"" : "; \t")) && ret[0] != '\0';
    }
    return false;
}

static bool is_type(const char *value, const char *type)
{
    size_t len = strlen(type);
    return strncasecmp(value, type, len) == 0 && strchr("; \t", value[len]) != NULL;
}

/* --- message ids ------------------------------------------------------------------------------ */

static void add_id(struct heard *h, const char *text, size_t len)
{
    char name[UUID_TEXT_SIZE];
    struct uuid id;
    if (len != UUID_TEXT_SIZE - 1 || h->id_count == HEARD_IDS_MAX)
        return;
    (void)str_copy_n(name, sizeof name, text, len); /* it fits */
    if (!uuid_parse(name, &id))
        return;
    for (int32_t i = 0; i < h->id_count; i++)
        if (uuid_equal(h->ids[i], id))
            return;
    h->ids[h->id_count++] = id;
}

/* Every "<UUID@...>" of a header, the last one first: it is the nearest. */
static void add_ids(struct heard *h, struct range head, const char *name)
{
    char value[VALUE_MAX];
    (void)header(head, name, value); /* "" has none */
    for (char *open; (open = strrchr(value, '<')) != NULL; *open = '\0')
        add_id(h, open + 1, strcspn(open + 1, "@>"));
}

/* --- reports ---------------------------------------------------------------------------------- */

struct report {
    struct heard *heard;
    int32_t parts;
    bool fields; /* the part with the fields was there, with a recipient in it */
};

static enum heard_kind kind_of(const char *action)
{
    static const struct {
        const char *word;
        enum heard_kind kind;
    } words[] = {{"failed", HEARD_BOUNCED},
                 {"delayed", HEARD_DELAYED},
                 {"delivered", HEARD_DELIVERED},
                 {"relayed", HEARD_DELIVERED},
                 {"expanded", HEARD_DELIVERED}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i].word);
        if (strncasecmp(action, words[i].word, len) == 0 && strchr(" (;", action[len]) != NULL)
            return words[i].kind;
    }
    return HEARD_NOTHING;
}

/* Good news of one recipient count more than bad news of another: somebody got the letter. */
static int news(enum heard_kind kind)
{
    return kind == HEARD_DELIVERED ? 3 : kind == HEARD_DELAYED ? 2 : kind == HEARD_BOUNCED ? 1 : 0;
}

/* "smtp; 550 5.1.1 no such user" -> the code, and where the enhanced status would be. */
static const char *answer_of(const char *diagnostic, int32_t *ret_code)
{
    const char *at = strchr(diagnostic, ';');
    at = at != NULL ? at + 1 : diagnostic;
    at += strspn(at, " #<");
    *ret_code = 0;
    if (strspn(at, "0123456789") != 3 || at[0] < '2' || at[0] > '5')
        return at;
    *ret_code = (at[0] - '0') * 100 + (at[1] - '0') * 10 + (at[2] - '0');
    at += 3;
    return at + strspn(at, " -#");
}

/* The fields of one recipient. */
static void recipient(struct report *r, struct range fields)
{
    char action[VALUE_MAX], status[VALUE_MAX], diagnostic[VALUE_MAX], words[2 * VALUE_MAX];
    if (!header(fields, "Action", action))
        return;
    enum heard_kind kind = kind_of(action);
    (void)header(fields, "Status", status);              /* "" when it is not there */
    (void)header(fields, "Diagnostic-Code", diagnostic); /* as well */
    r->fields = r->fields || kind != HEARD_NOTHING;
    if (news(kind) <= news(r->heard->kind))
        return;
    int32_t code;
    const char *answer = answer_of(diagnostic, &code);
    bool general = str_starts(status + (status[0] != '\0'), ".0.0") || status[0] == '\0';
    r->heard->kind = kind;
    r->heard->code = code;
    r->heard->nobody = kind == HEARD_BOUNCED &&
                       (ledger_status_nobody(status) || (general && ledger_status_nobody(answer)));
    (void)str_format(words, sizeof words, "%s %s", status, diagnostic);       /* it fits */
    text_screen_to(r->heard->words, sizeof r->heard->words, str_trim(words)); /* cut: for eyes */
}

/* message/delivery-status: blocks of fields, the first about the message. */
static void read_fields(struct report *r, struct range body)
{
    for (int blocks = 0; body.at < body.end && blocks < RETURNED_PARTS; blocks++)
        recipient(r, head_of(&body));
}

static bool is_plain(struct range head)
{
    char value[VALUE_MAX];
    return !header(head, "Content-Transfer-Encoding", value) || str_equal_nocase(value, "7bit") ||
           str_equal_nocase(value, "8bit") || str_equal_nocase(value, "binary");
}

static void read_part(struct report *r, struct range part, int depth);

/* The line is "--BOUNDARY" or "--BOUNDARY--" (*ret_last). */
static bool is_boundary(struct range line, const char *boundary, bool *ret_last)
{
    size_t len = strlen(boundary), have = (size_t)(line.end - line.at);
    if (have < len + 2 || line.at[0] != '-' || line.at[1] != '-' ||
        memcmp(line.at + 2, boundary, len) != 0)
        return false;
    *ret_last = have >= len + 4 && memcmp(line.at + 2 + len, "--", 2) == 0;
    return true;
}

static void read_parts(struct report *r, struct range body, const char *boundary, int depth)
{
    struct range line;
    const char *from = NULL;
    bool last = false;
    while (!last && r->parts < RETURNED_PARTS && next_line(&body, &line)) {
        if (!is_boundary(line, boundary, &last))
            continue;
        if (from != NULL)
            read_part(r, (struct range){from, line.at}, depth + 1);
        from = body.at;
    }
    if (from != NULL && !last && r->parts < RETURNED_PARTS) /* cut off */
        read_part(r, (struct range){from, body.end}, depth + 1);
}

static void read_part(struct report *r, struct range part, int depth)
{
    char type[VALUE_MAX], boundary[BOUNDARY_MAX];
    struct range head = head_of(&part);
    (void)header(head, "Content-Type", type); /* "" is text */
    r->parts++;
    if (strncasecmp(type, "multipart/", 10) == 0) {
        if (depth < RETURNED_DEPTH && parameter(type, "boundary", boundary, sizeof boundary))
            read_parts(r, part, boundary, depth);
    } else if (!is_plain(head)) {
        return;
    } else if (is_type(type, "message/delivery-status") ||
               is_type(type, "message/global-delivery-status")) {
        read_fields(r, part);
    } else if (is_type(type, "message/rfc822") || is_type(type, "text/rfc822-headers") ||
               is_type(type, "message/global") || is_type(type, "message/global-headers")) {
        add_ids(r->heard, head_of(&part), "Message-ID");
    }
}

/* --- whole messages --------------------------------------------------------------------------- */

/* A program wrote it (RFC 3834 section 5, and what is older). */
static bool is_automatic(struct range head)
{
    char value[VALUE_MAX];
    if (header(head, "Auto-Submitted", value) && strncasecmp(value, "no", 2) != 0)
        return true;
    if (header(head, "X-Autoreply", value) || header(head, "X-Autorespond", value))
        return true;
    return header(head, "Precedence", value) &&
           (str_equal_nocase(value, "bulk") || str_equal_nocase(value, "junk") ||
            str_equal_nocase(value, "auto_reply"));
}

/* A relay wrote it, or something that calls itself so. */
static bool is_relay(struct range head)
{
    char value[VALUE_MAX];
    if (header(head, "Return-Path", value) && str_starts(value, "<>"))
        return true;
    (void)header(head, "From", value); /* "" is nobody */
    str_lower(value);
    return strstr(value, "mailer-daemon@") != NULL || strstr(value, "postmaster@") != NULL;
}

static enum returned_kind read_report(struct range whole, struct range head, struct heard *h)
{
    struct report r = {.heard = h};
    read_part(&r, whole, 0);
    if (!r.fields || h->kind == HEARD_NOTHING)
        return RETURNED_ODD;
    add_ids(h, head, "In-Reply-To"); /* where the letter itself did not come along */
    add_ids(h, head, "References");
    return h->id_count > 0 ? RETURNED_READ : RETURNED_NONE;
}

enum returned_kind returned_read(const char *bytes, size_t len, struct returned *ret)
{
    char value[VALUE_MAX], kind[40];
    struct range whole = {bytes, bytes + len}, body = whole;
    struct range head = head_of(&body);
    struct heard *h = &ret->heard;
    *ret = (struct returned){.heard = {.kind = HEARD_NOTHING}};
    (void)header(head, "Subject", value); /* "" is one, too */
    text_screen_to(ret->subject, sizeof ret->subject, value);
    (void)header(head, "Content-Type", value);
    if (is_type(value, "multipart/report")) {
        bool status = !parameter(value, "report-type", kind, sizeof kind) ||
                      strcasestr(kind, "delivery-status") != NULL;
        return status ? read_report(whole, head, h) : RETURNED_ODD;
    }
    bool automatic = is_automatic(head);
    if (is_relay(head) && !header(head, "In-Reply-To", value))
        return RETURNED_ODD;
    add_ids(h, head, "In-Reply-To");
    add_ids(h, head, "References");
    if (h->id_count == 0)
        return RETURNED_NONE;
    if (is_relay(head) && !automatic)
        return RETURNED_ODD;
    h->kind = automatic ? HEARD_DELIVERED : HEARD_ANSWERED;
    (void)str_copy(h->words, sizeof h->words, automatic ? "answered by a machine" : "answered");
    return RETURNED_READ;
}
