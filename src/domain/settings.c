/* settings.c - the table of options and what can be done with any of them. The idea: nothing else
 * in the program lists options; an option is one row, its field in the struct, and whoever reads
 * the field. */
#include "domain/settings.h"

#include "base/str.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

#define AT(field) offsetof(struct settings, field), sizeof((struct settings *)0)->field
#define S(n) (INT64_C(1000000) * (n))
#define DAY S(86400)

enum { KEEP_RUNS_LEAST = 62 }; /* days: two months */

/* Section after section; inside one in the order of the template file. */
static const struct setting_row rows[] = {
    {"record", "url", SETTING_TEXT, AT(record_url), 0, 0, NULL, "", true, true,
     "Where the record is kept; empty: in this data directory; postgresql://... shares it."},
    {"record", "keep_events", SETTING_INT, AT(keep_events), 0, 36500, NULL, "0", false, false,
     "For how many days at least lines of the log stay in the record; 0: for ever."},
    {"record", "keep_runs", SETTING_INT, AT(keep_runs), 0, 36500, NULL, "0", false, false,
     "For how many days runs and their reports stay in the record, 62 or more; 0: for ever."},

    {"engine", "job_lanes", SETTING_INT, AT(job_lanes), 1, 16, NULL, "2", false, true,
     "How many jobs are worked at the same time."},
    {"engine", "report_lanes", SETTING_INT, AT(report_lanes), 1, 64, NULL, "32", false, true,
     "How many reports are made at the same time."},
    {"engine", "poll_interval", SETTING_SPAN, AT(poll_interval_us), S(1), S(3600), NULL, "30s",
     false, false, "How often the engine looks for due work when nothing tells it of a change."},
    {"engine", "loop_rest", SETTING_SPAN, AT(loop_rest_us), S(1), 7 * DAY, NULL, "15m", false,
     false, "How long a looping job rests after a cycle that counted nothing new."},
    {"engine", "search_failures", SETTING_INT, AT(search_failures), 1, 100, NULL, "5", false, false,
     "After so many failures of its provider in a row a term is deferred to the next cycle."},
    {"engine", "retry_min", SETTING_SPAN, AT(retry_min_us), S(1) / 100, S(3600), NULL, "1s", false,
     false, "The longest wait after a first failure; it doubles with each further one."},
    {"engine", "retry_max", SETTING_SPAN, AT(retry_max_us), S(1) / 100, DAY, NULL, "5m", false,
     false, "No wait between failures is longer than this."},
    {"engine", "on_hangup", SETTING_CHOICE, AT(on_hangup), 0, 0, "continue|stop", "continue", false,
     false, "What happens to running jobs when the terminal is closed."},
    {"engine", "admins", SETTING_TEXT, AT(engine_admins), 0, 0, NULL, "", false, false,
     "Operators who decide who belongs to any workspace, with commas between their names."},

    {"schedules", "create_per_hour", SETTING_INT, AT(create_per_hour), 0, 100000, NULL, "100",
     false, false, "At most so many new schedules of one operator in an hour; 0: no limit."},
    {"schedules", "run_per_hour", SETTING_INT, AT(run_per_hour), 0, 100000, NULL, "20", false,
     false, "How often a schedule is run by hand in an hour at most, tests too; 0: no limit."},

    {"mail", "mode", SETTING_CHOICE, AT(mail_mode), 0, 0, "dryrun|maildir|smtp", "dryrun", false,
     false,
     "What sending means: write what would be sent, deliver into a Maildir, or really send."},
    {"mail", "url", SETTING_TEXT, AT(mail_url), 0, 0, NULL, "", true, false,
     "The mail server for mode smtp: smtp://host:port or smtps://user:password@host."},
    {"mail", "tls", SETTING_BOOL, AT(mail_tls), 0, 0, NULL, "yes", false, false,
     "Whether the mail server must speak TLS, verified; no: only for a server on this machine."},
    {"mail", "ca", SETTING_TEXT, AT(mail_ca), 0, 0, NULL, "", false, false,
     "A file with the certificates that vouch for the mail server; empty: the system's."},
    {"mail", "dir", SETTING_TEXT, AT(mail_dir), 0, 0, NULL, "", false, false,
     "The Maildir for modes dryrun and maildir; empty: outbox or maildir in the data directory."},
    {"mail", "from", SETTING_TEXT, AT(mail_from), 0, 0, NULL, "", false, false,
     "The address that letters come from."},
    {"mail", "from_name", SETTING_TEXT, AT(mail_from_name), 0, 0, NULL, "", false, false,
     "The name beside that address."},
    {"mail", "reply_to", SETTING_TEXT, AT(mail_reply_to), 0, 0, NULL, "", false, false,
     "Where answers go; empty: to the address in from."},
    {"mail", "postal_address", SETTING_TEXT, AT(mail_postal_address), 0, 0, NULL, "", false, false,
     "The sender's postal address, which commercial mail must show."},
    {"mail", "unsubscribe", SETTING_TEXT, AT(mail_unsubscribe), 0, 0, NULL, "", false, false,
     "How readers unsubscribe: an https: or mailto: address; in it {token} names the letter."},
    {"mail", "unsubscribe_key_file", SETTING_TEXT, AT(mail_unsubscribe_key), 0, 0, NULL, "", false,
     false,
     "The key of {token}, the same file on every engine of a record; empty: unsubscribe.key in the "
     "data directory, made when it is needed."},
    {"mail", "redirect_to", SETTING_TEXT, AT(mail_redirect_to), 0, 0, NULL, "", false, false,
     "For trials: every letter goes to this address instead, and counts as simulated; empty: to "
     "whom it is for."},
    {"mail", "allow_domains", SETTING_TEXT, AT(mail_allow_domains), 0, 0, NULL, "", false, false,
     "For trials: only addresses at these domains or below them are written to, other letters are "
     "held; separated by blanks or commas; empty: all."},
    {"mail", "confirm_first", SETTING_INT, AT(mail_confirm_first), 0, 1000, NULL, "5", false, false,
     "In mode smtp a job pauses after so many letters until its first letters are confirmed; 0: it "
     "doesn't."},
    {"mail", "max_age", SETTING_SPAN, AT(mail_max_age_us), 0, 365 * DAY, NULL, "0", false, false,
     "A letter that waited longer than this is held and not sent; 0: it is sent."},
    {"mail", "daily_cap", SETTING_INT, AT(mail_daily_cap), 0, 10000000, NULL, "0", false, false,
     "At most so many letters in 24 hours, all jobs together; 0: no limit."},
    {"mail", "per_minute", SETTING_INT, AT(mail_per_minute), 0, 100000, NULL, "0", false, false,
     "At most so many letters a minute, evenly spread, all jobs together; 0: no limit."},
    {"mail", "per_hour", SETTING_INT, AT(mail_per_hour), 0, 1000000, NULL, "0", false, false,
     "At most so many letters in an hour, all jobs together; 0: no limit."},
    {"mail", "per_domain_per_hour", SETTING_INT, AT(mail_per_domain_per_hour), 0, 1000000, NULL,
     "0", false, false,
     "At most so many letters in an hour to one registrable domain (b.example of a@mx.b.example), "
     "all jobs together; 0: no limit."},
    {"mail", "ramp_start", SETTING_INT, AT(mail_ramp_start), 0, 10000000, NULL, "0", false, false,
     "For a new account: the cap of the first 24 hours; daily_cap is reached by ramp_growth; 0: it "
     "counts at once."},
    {"mail", "ramp_growth", SETTING_INT, AT(mail_ramp_growth), 0, 1000, NULL, "20", false, false,
     "By so many percent the cap grows each 24 hours after the account's first letter."},
    {"mail", "stop_after_errors", SETTING_INT, AT(mail_stop_after_errors), 0, 1000, NULL, "0",
     false, false,
     "A job pauses after so many letters in a row that the relay did not take; 0: it goes on."},
    {"mail", "stop_at_rejections", SETTING_INT, AT(mail_stop_at_rejections), 0, 100, NULL, "0",
     false, false,
     "A job pauses when more than so many of its last 100 letters were refused for good; 0: off."},
    {"mail", "back_off", SETTING_BOOL, AT(mail_back_off), 0, 0, NULL, "yes", false, false,
     "Whether a domain that puts a letter off gets none at all until that wait is over."},
    {"mail", "batch", SETTING_INT, AT(mail_batch), 1, 50, NULL, "20", false, false,
     "How many letters are claimed at once; limits hold exactly whatever it is."},
    {"mail", "retry_1", SETTING_SPAN, AT(mail_retry_us[0]), S(1), 7 * DAY, NULL, "1m", false, false,
     "When a letter that was refused for now is tried a second time."},
    {"mail", "retry_2", SETTING_SPAN, AT(mail_retry_us[1]), S(1), 7 * DAY, NULL, "5m", false, false,
     "The wait before the third try."},
    {"mail", "retry_3", SETTING_SPAN, AT(mail_retry_us[2]), S(1), 7 * DAY, NULL, "15m", false,
     false, "The wait before the fourth try."},
    {"mail", "retry_4", SETTING_SPAN, AT(mail_retry_us[3]), S(1), 7 * DAY, NULL, "1h", false, false,
     "The wait before each further try."},
    {"mail", "connections", SETTING_INT, AT(mail_connections), 1, 16, NULL, "4", false, false,
     "How many connections a lane has open to the mail server at the same time."},
    {"mail", "per_connection", SETTING_INT, AT(mail_per_connection), 1, 10000, NULL, "100", false,
     false, "After so many letters a connection to the mail server is made anew."},
    {"mail", "mx_check", SETTING_BOOL, AT(mail_mx_check), 0, 0, NULL, "yes", false, false,
     "Whether mode smtp asks the DNS if an address's domain takes mail; if not it is held."},
    {"mail", "dns_server", SETTING_TEXT, AT(mail_dns_server), 0, 0, NULL, "", false, false,
     "Which resolver mx_check asks: ADDRESS or ADDRESS:PORT, with commas; empty: the system's."},
    {"mail", "dns_wait", SETTING_SPAN, AT(mail_dns_wait_us), S(1) / 10, S(30), NULL, "2s", false,
     false, "A letter waits no longer than this for that answer, and then goes to the relay."},

    {"fetch", "contact", SETTING_TEXT, AT(fetch_contact), 0, 0, NULL, "", false, false,
     "Whom a site's owner can ask: a web or mail address, sent with each request for a page."},
    {"fetch", "allow_private", SETTING_BOOL, AT(fetch_allow_private), 0, 0, NULL, "no", false,
     false, "Whether pages may be read from private and loopback addresses."},
    {"fetch", "per_host_interval", SETTING_SPAN, AT(fetch_per_host_interval_us), 0, S(3600), NULL,
     "1s", false, false, "The shortest time between two requests to one host."},
    {"fetch", "contact_hop", SETTING_BOOL, AT(fetch_contact_hop), 0, 0, NULL, "no", false, false,
     "Whether a page without an address is followed to its site's contact page, if it links one."},

    {"reports", "dir", SETTING_TEXT, AT(reports_dir), 0, 0, NULL, "", false, false,
     "Where reports are written; empty: reports in the data directory."},
    {"reports", "deadline", SETTING_SPAN, AT(report_deadline_us), S(1), DAY, NULL, "10m", false,
     false, "A report that takes longer than this has failed."},
    {"reports", "retries", SETTING_INT, AT(report_retries), 0, 10, NULL, "0", false, false,
     "How often a report that failed for now is tried again before it counts as failed."},

    {"llm", "url", SETTING_TEXT, AT(llm_url), 0, 0, NULL, "", false, false,
     "The chat completions of a language model that summarises sections whose specification says "
     "summary = yes (https://host/v1/chat/completions, or http:// to this machine); empty: none."},
    {"llm", "model", SETTING_TEXT, AT(llm_model), 0, 0, NULL, "", false, false,
     "The model's name, as its service has it."},
    {"llm", "key_file", SETTING_TEXT, AT(llm_key_file), 0, 0, NULL, "", false, false,
     "A file with the service's key in its first line, mode 0600; empty: no key is sent."},
    {"llm", "allow_private", SETTING_BOOL, AT(llm_allow_private), 0, 0, NULL, "no", false, false,
     "Whether the service may be at a private or loopback address, as a model of your own is."},
    {"llm", "timeout", SETTING_SPAN, AT(llm_timeout_us), S(1), 10 * S(60), NULL, "30s", false,
     false, "A summary that takes longer than this is left out."},
    {"llm", "max_tokens", SETTING_INT, AT(llm_max_tokens), 50, 8000, NULL, "800", false, false,
     "The longest answer that is asked for."},
    {"llm", "calls_per_run", SETTING_INT, AT(llm_calls_per_run), 1, 128, NULL, "10", false, false,
     "How many sections of a report are summarised at most."},
    {"llm", "tokens_per_run", SETTING_INT, AT(llm_tokens_per_run), 1, 100000000, NULL, "40000",
     false, false, "Tokens that one report may use, questions and answers together."},
    {"llm", "calls_per_day", SETTING_INT, AT(llm_calls_per_day), 1, 1000000, NULL, "200", false,
     false, "Calls of this machine in a day (UTC)."},
    {"llm", "tokens_per_day", SETTING_INT, AT(llm_tokens_per_day), 1, 1000000000, NULL, "500000",
     false, false, "Tokens of this machine in a day (UTC)."},

    {"delivery", "secret_file", SETTING_TEXT, AT(delivery_secret), 0, 0, NULL, "", false, false,
     "The key that webhooks are signed with, the same file on every engine of a record; empty: "
     "webhook.key in the data directory, made when it is needed."},
    {"delivery", "allow_private", SETTING_BOOL, AT(delivery_allow_private), 0, 0, NULL, "no", false,
     false, "Whether webhooks may be at private and loopback addresses."},
    {"delivery", "html", SETTING_BOOL, AT(delivery_html), 0, 0, NULL, "no", false, false,
     "Whether a webhook's message has the report itself, besides what is said about it."},
    {"delivery", "attempts", SETTING_INT, AT(delivery_attempts), 1, 100, NULL, "8", false, false,
     "After so many attempts a delivery that is not taken is given up."},
    {"delivery", "retry", SETTING_SPAN, AT(delivery_retry_us), S(1) / 100, DAY, NULL, "10s", false,
     false, "The wait after the first attempt; four times as long after each further one."},

    {"api", "listen", SETTING_TEXT, AT(api_listen), 0, 0, NULL, "", false, true,
     "Where the control API listens: unix:PATH or ADDRESS:PORT; empty: nowhere."},
    {"api", "behind_tls", SETTING_BOOL, AT(api_behind_tls), 0, 0, NULL, "no", false, true,
     "Whether something that speaks TLS is in front; only then other addresses than loopback."},
    {"api", "hosts", SETTING_TEXT, AT(api_hosts), 0, 0, NULL, "", false, true,
     "Names that the API is called by from outside, with commas; that of unsubscribe is one."},
    {"api", "per_minute", SETTING_INT, AT(api_per_minute), 0, 1000000, NULL, "600", false, true,
     "How many requests a minute one token, or one address without, may make; 0: no limit."},

    {"log", "keep_lines", SETTING_INT, AT(log_keep_lines), 1000, 10000000, NULL, "100000", false,
     true, "How many lines of the process log are kept."},
    {"log", "level", SETTING_TEXT, AT(log_level), 0, 0, "error|warn|info|debug", "info", false,
     true, "The least important lines that are still written."},

    {"console", "theme", SETTING_TEXT, AT(console_theme), 0, 0, "default|cvd", "default", false,
     false, "The colours; cvd can be told apart with any colour vision."},
    {"console", "colour", SETTING_CHOICE, AT(console_colour), 0, 0, "auto|never", "auto", false,
     false, "Whether colours are used; NO_COLOR in the environment counts as never."},
    {"console", "bell", SETTING_BOOL, AT(console_bell), 0, 0, NULL, "no", false, false,
     "Whether the terminal's bell rings once for each new failure."},
    {"console", "mask_addresses", SETTING_BOOL, AT(console_mask_addresses), 0, 0, NULL, "yes",
     false, false, "Whether addresses are shown as m***@example.org."},
    {"console", "keys", SETTING_TEXT, AT(console_keys), 0, 0, NULL, "", false, false,
     "Keys that do something else than by default: \"stop=X start=S\"."},
};

enum { ROWS = (int)(sizeof rows / sizeof *rows), NEAR_MAX = 4, LINE_MAX_COLUMNS = 96 };

const struct setting_row *settings_rows(int *ret_count)
{
    *ret_count = ROWS;
    return rows;
}

const struct setting_row *settings_find(const char *section, const char *key)
{
    for (int i = 0; i < ROWS; i++)
        if (str_equal(rows[i].section, section) && str_equal(rows[i].key, key))
            return &rows[i];
    return NULL;
}

/* The right key in the wrong section is nearer than any slip of the finger. */
static int row_distance(const struct setting_row *row, const char *section, const char *key)
{
    char want[64], have[64];
    if (str_equal(row->key, key) && !str_equal(row->section, section))
        return 1;
    (void)str_format(want, sizeof want, "%s.%s", section, key);           /* a cut is fine */
    (void)str_format(have, sizeof have, "%s.%s", row->section, row->key); /* it fits */
    return str_distance(want, have, NEAR_MAX);
}

const struct setting_row *settings_nearest(const char *section, const char *key)
{
    const struct setting_row *best = NULL;
    int least = NEAR_MAX + 1;
    for (int i = 0; i < ROWS; i++) {
        int distance = row_distance(&rows[i], section, key);
        if (distance < least) {
            least = distance;
            best = &rows[i];
        }
    }
    return best;
}

static void *field_of(struct settings *s, const struct setting_row *row)
{
    return (char *)s + row->offset;
}

static const void *field_in(const struct settings *s, const struct setting_row *row)
{
    return (const char *)s + row->offset;
}

/* Which of "a|b|c" value is; -1 for none. */
static int choice_find(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (int i = 0;; i++) {
        size_t n = strcspn(choices, "|");
        if (n == len && memcmp(choices, value, n) == 0)
            return i;
        if (choices[n] == '\0')
            return -1;
        choices += n + 1;
    }
}

/* Appends the index'th of "a|b|c". */
static void choice_add(const char *choices, int index, struct buf *out)
{
    for (; index > 0 && *choices != '\0'; index--) {
        choices += strcspn(choices, "|");
        choices += *choices == '|';
    }
    (void)buf_add(out, choices, strcspn(choices, "|")); /* the caller asks buf_ok() */
}

/* What is allowed, in words: "a whole number from 1 to 16". */
static void allowed_words(const struct setting_row *row, char *dst, size_t size)
{
    char least[32], most[32];
    switch (row->type) {
    case SETTING_INT:
        (void)str_format(dst, size, "a whole number from %" PRId64 " to %" PRId64, row->min,
                         row->max); /* it fits */
        return;
    case SETTING_SPAN:
        str_span_text(row->min, least, sizeof least);
        str_span_text(row->max, most, sizeof most);
        (void)str_format(dst, size, "a span from %s to %s (units ms, s, m, h, d)", least,
                         most); /* it fits */
        return;
    case SETTING_BOOL:
        (void)str_copy(dst, size, "yes or no"); /* it fits */
        return;
    case SETTING_CHOICE:
    case SETTING_TEXT:
        if (row->choices != NULL)
            (void)str_copy(dst, size, row->choices); /* it fits */
        else
            (void)str_format(dst, size, "text of at most %zu bytes without control characters",
                             row->size - 1); /* it fits */
        return;
    }
}

static bool refuse(const struct setting_row *row, const char *value, struct err *err)
{
    char words[160], shown[80];
    allowed_words(row, words, sizeof words);
    text_screen_to(shown, sizeof shown, row->secret ? "..." : value);
    bool list = row->choices != NULL;
    return err_set(err, ERR_REFUSED, "[%s] %s = %s: allowed is %s%s", row->section, row->key, shown,
                   list ? "one of " : "", words);
}

static bool text_plain(const char *value)
{
    for (const char *c = value; *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            return false;
    return utf8_valid(value, strlen(value));
}

static bool set_text(void *field, const struct setting_row *row, const char *value)
{
    if (strlen(value) >= row->size || !text_plain(value))
        return false;
    if (row->choices != NULL && choice_find(row->choices, value) < 0)
        return false;
    return str_copy(field, row->size, value);
}

static bool set_number(void *field, const struct setting_row *row, const char *value)
{
    int64_t number;
    if (row->type == SETTING_SPAN) {
        if (!str_span_us(value, &number) || number < row->min || number > row->max)
            return false;
        memcpy(field, &number, sizeof number);
        return true;
    }
    if (!str_int(value, row->min, row->max, &number))
        return false;
    int32_t small = (int32_t)number;
    memcpy(field, &small, sizeof small);
    return true;
}

static bool set_field(void *field, const struct setting_row *row, const char *value)
{
    int index;
    bool flag;
    switch (row->type) {
    case SETTING_INT:
    case SETTING_SPAN:
        return set_number(field, row, value);
    case SETTING_BOOL:
        if (!str_bool(value, &flag))
            return false;
        memcpy(field, &flag, sizeof flag);
        return true;
    case SETTING_CHOICE:
        index = choice_find(row->choices, value);
        if (index >= 0)
            memcpy(field, &index, sizeof index); /* an enum is as large as an int here */
        return index >= 0;
    case SETTING_TEXT:
        return set_text(field, row, value);
    }
    return false;
}

bool settings_set(struct settings *s, const struct setting_row *row, const char *value,
                  struct err *err)
{
    return set_field(field_of(s, row), row, value) || refuse(row, value, err);
}

void settings_defaults(struct settings *s)
{
    *s = (struct settings){0};
    for (int i = 0; i < ROWS; i++)
        (void)settings_set(s, &rows[i], rows[i].default_value, NULL); /* the test sets each */
}

void settings_value(const struct settings *s, const struct setting_row *row, struct buf *out)
{
    const void *field = field_in(s, row);
    char span[32];
    int64_t span_us;
    int32_t number;
    bool flag;
    switch (row->type) {
    case SETTING_INT:
        memcpy(&number, field, sizeof number);
        (void)buf_addf(out, "%" PRId32, number); /* the caller asks buf_ok(), here and below */
        return;
    case SETTING_CHOICE:
        memcpy(&number, field, sizeof number);
        choice_add(row->choices, number, out);
        return;
    case SETTING_SPAN:
        memcpy(&span_us, field, sizeof span_us);
        str_span_text(span_us, span, sizeof span);
        (void)buf_adds(out, span);
        return;
    case SETTING_BOOL:
        memcpy(&flag, field, sizeof flag);
        (void)buf_adds(out, flag ? "yes" : "no");
        return;
    case SETTING_TEXT:
        (void)buf_adds(out, field);
        return;
    }
}

static bool check_address(const char *key, const char *value, struct err *err)
{
    const char *at = strchr(value, '@');
    bool plain = at != NULL && at != value && at[1] != '\0' && strpbrk(value, " <>,;\"") == NULL;
    return value[0] == '\0' || plain ||
           err_set(err, ERR_REFUSED, "[mail] %s = %s: write one plain address, name@domain", key,
                   value);
}

static bool check_sender(const struct settings *s, struct err *err)
{
    if (!check_address("from", s->mail_from, err) ||
        !check_address("redirect_to", s->mail_redirect_to, err))
        return false;
    if (s->mail_unsubscribe[0] != '\0' && !str_starts(s->mail_unsubscribe, "https://") &&
        !str_starts(s->mail_unsubscribe, "mailto:"))
        return err_set(err, ERR_REFUSED,
                       "[mail] unsubscribe = %s: write an https: or a mailto: address",
                       s->mail_unsubscribe);
    return true;
}

/* Real mail needs a sender who can be found, a way out for the reader, and a brake. */
static bool check_smtp(const struct settings *s, struct err *err)
{
    const char *missing = NULL;
    if (s->mail_url[0] == '\0')
        missing = "url";
    else if (s->mail_from[0] == '\0')
        missing = "from";
    else if (s->mail_postal_address[0] == '\0')
        missing = "postal_address";
    else if (s->mail_unsubscribe[0] == '\0')
        missing = "unsubscribe";
    else if (s->mail_daily_cap == 0)
        missing = "daily_cap";
    if (missing != NULL)
        return err_set(err, ERR_REFUSED, "[mail] mode = smtp needs %s to be set as well", missing);
    if (!str_starts(s->mail_url, "smtp://") && !str_starts(s->mail_url, "smtps://"))
        return err_set(err, ERR_REFUSED, "[mail] url must begin with smtp:// or smtps://");
    return true;
}

bool settings_check(const struct settings *s, struct err *err)
{
    char least[32];
    if (s->retry_min_us > s->retry_max_us) {
        str_span_text(s->retry_min_us, least, sizeof least);
        return err_set(err, ERR_REFUSED, "[engine] retry_max must be at least retry_min (%s)",
                       least);
    }
    if (s->record_url[0] != '\0' && !str_starts(s->record_url, "postgresql://") &&
        !str_starts(s->record_url, "postgres://"))
        return err_set(err, ERR_REFUSED, "[record] url must be empty or begin with postgresql://");
    if (s->keep_runs != 0 && s->keep_runs < KEEP_RUNS_LEAST)
        return err_set(
            err, ERR_REFUSED,
            "[record] keep_runs must be 0 or at least %d: a monthly report's period must "
            "be over before its run goes",
            KEEP_RUNS_LEAST);
    if (s->llm_url[0] != '\0' && s->llm_model[0] == '\0')
        return err_set(err, ERR_REFUSED, "[llm] url needs model to be set as well");
    if (!check_sender(s, err))
        return false;
    return s->mail_mode != MODE_SMTP || check_smtp(s, err);
}

/* Appends text as comment lines, broken at blanks. */
static void comment_add(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strlen(text);
        if (n > LINE_MAX_COLUMNS) {
            n = LINE_MAX_COLUMNS;
            while (n > 0 && text[n] != ' ')
                n--;
            if (n == 0) /* one word longer than a line */
                n = strcspn(text, " ");
        }
        (void)buf_addf(out, "; %.*s\n", (int)n, text); /* the caller asks buf_ok() */
        text += n;
        text += strspn(text, " ");
    }
}

static void row_template(const struct setting_row *row, struct buf *out)
{
    char words[160], line[512];
    allowed_words(row, words, sizeof words);
    bool told = row->type != SETTING_TEXT || row->choices != NULL;
    (void)str_format(line, sizeof line, "%s%s%s%s%s", row->sentence, told ? " Allowed: " : "",
                     told ? words : "", told ? "." : "",
                     row->restart ? " Takes effect at the next start." : ""); /* it fits */
    comment_add(out, line);
    (void)buf_addf(out, ";%s =%s%s\n\n", row->key, row->default_value[0] != '\0' ? " " : "",
                   row->default_value); /* the caller asks buf_ok() */
}

void settings_template(struct buf *out)
{
    const char *section = "";
    comment_add(out, "autopilot.ini: every option with its default. Take the ; in front of a key "
                     "away to change it.");
    comment_add(out,
                "The file is read again when it changes, as a whole or not at all. Each option "
                "can also come from the environment: AUTOPILOT_MAIL_PER_MINUTE=20. A file that "
                "holds a password must have mode 0600.");
    (void)buf_addc(out, '\n'); /* the caller asks buf_ok() */
    for (int i = 0; i < ROWS; i++) {
        if (!str_equal(section, rows[i].section))
            (void)buf_addf(out, "[%s]\n", rows[i].section); /* the caller asks buf_ok() */
        section = rows[i].section;
        row_template(&rows[i], out);
    }
    comment_add(
        out, "Providers of search results besides the built-in one have a section each; jobs name "
             "them as provider = NAME. Kinds: local, worker, searxng, static.");
    comment_add(out, "[search NAME]");
    comment_add(out, "kind = worker");
    comment_add(out, "url = https://host/path");
    comment_add(out, "token_file = /path/of/a/file");
}
