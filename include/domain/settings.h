/* settings.h - every option of the config file: one row holds its section, key, type, range,
 * default, sentence and reload rule. The template file, the help, the man page, the environment
 * names and the checks are made from the rows (settings.c). Pure; the values are a plain struct.
 */
#ifndef DOMAIN_SETTINGS_H
#define DOMAIN_SETTINGS_H

#include "base/buf.h"
#include "base/err.h"
#include "domain/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SETTING_TEXT_MAX = 500, SETTING_RETRIES = 4 };

enum hangup { HANGUP_CONTINUE, HANGUP_STOP, HANGUPS };
enum colour_use { COLOUR_AUTO, COLOUR_NEVER, COLOUR_USES };

struct settings {
    /* [record] */
    char record_url[SETTING_TEXT_MAX + 1]; /* empty: embedded */
    int32_t keep_events;                   /* days; 0: for ever */
    int32_t keep_runs;
    /* [engine] */
    int32_t job_lanes;
    int32_t report_lanes;
    int64_t poll_interval_us;
    int64_t loop_rest_us;    /* pause after a cycle that counted nothing new */
    int32_t search_failures; /* provider failures in a row that defer a term */
    int64_t retry_min_us;    /* full-jitter back-off between failures */
    int64_t retry_max_us;
    enum hangup on_hangup;
    char engine_admins[SETTING_TEXT_MAX + 1]; /* names, as role_listed() reads them */
    /* [schedules] */
    int32_t create_per_hour; /* 0: no limit */
    int32_t run_per_hour;
    /* [mail] */
    enum mail_mode mail_mode;
    char mail_url[SETTING_TEXT_MAX + 1];
    bool mail_tls;
    char mail_ca[SETTING_TEXT_MAX + 1];  /* empty: the system's certificates */
    char mail_dir[SETTING_TEXT_MAX + 1]; /* empty: DATA/outbox (dryrun) or DATA/maildir */
    char mail_from[SETTING_TEXT_MAX + 1];
    char mail_from_name[SETTING_TEXT_MAX + 1];
    char mail_reply_to[SETTING_TEXT_MAX + 1];
    char mail_postal_address[SETTING_TEXT_MAX + 1];
    char mail_unsubscribe[SETTING_TEXT_MAX + 1];
    char mail_unsubscribe_key[SETTING_TEXT_MAX + 1]; /* empty: DATA/unsubscribe.key */
    char mail_redirect_to[SETTING_TEXT_MAX + 1];     /* empty: letters go to whom they are for */
    char mail_allow_domains[SETTING_TEXT_MAX + 1];   /* empty: all */
    int32_t mail_confirm_first;                      /* 0: no confirmation */
    int64_t mail_max_age_us;                         /* 0: no limit */
    int32_t mail_daily_cap;
    int32_t mail_per_minute;
    int32_t mail_per_hour;            /* 0: no limit */
    int32_t mail_per_domain_per_hour; /* 0: no limit */
    int32_t mail_ramp_start;          /* 0: no ramp */
    int32_t mail_ramp_growth;         /* percent a day */
    int32_t mail_stop_after_errors;   /* 0: off */
    int32_t mail_stop_at_rejections;  /* percent; 0: off */
    bool mail_back_off;
    int32_t mail_batch;
    int64_t mail_retry_us[SETTING_RETRIES]; /* after the first, second, ... deferral, then on */
    int32_t mail_connections;
    int32_t mail_per_connection;
    bool mail_mx_check;
    char mail_dns_server[SETTING_TEXT_MAX + 1]; /* empty: the system's */
    int64_t mail_dns_wait_us;
    /* [fetch] */
    char fetch_contact[SETTING_TEXT_MAX + 1];
    bool fetch_allow_private;
    int64_t fetch_per_host_interval_us;
    bool fetch_contact_hop;
    /* [reports] */
    char reports_dir[SETTING_TEXT_MAX + 1];
    int64_t report_deadline_us;
    int32_t report_retries;
    /* [llm] */
    char llm_url[SETTING_TEXT_MAX + 1]; /* empty: no summaries */
    char llm_model[SETTING_TEXT_MAX + 1];
    char llm_key_file[SETTING_TEXT_MAX + 1]; /* empty: no key */
    bool llm_allow_private;
    int64_t llm_timeout_us;
    int32_t llm_max_tokens;
    int32_t llm_calls_per_run, llm_tokens_per_run;
    int32_t llm_calls_per_day, llm_tokens_per_day;
    /* [delivery] */
    char delivery_secret[SETTING_TEXT_MAX + 1]; /* empty: DATA/webhook.key */
    bool delivery_allow_private;
    bool delivery_html;
    int32_t delivery_attempts;
    int64_t delivery_retry_us; /* the first wait; then four times as long each time */
    /* [api] */
    char api_listen[SETTING_TEXT_MAX + 1];
    bool api_behind_tls;
    char api_hosts[SETTING_TEXT_MAX + 1]; /* with commas between them */
    int32_t api_per_minute;               /* 0: no limit */
    /* [log] */
    int32_t log_keep_lines;
    char log_level[16];
    /* [console] */
    char console_theme[32];
    enum colour_use console_colour;
    bool console_bell;
    bool console_mask_addresses;
    char console_keys[SETTING_TEXT_MAX + 1]; /* "stop=x start=s": rebound keys */
};

enum setting_type { SETTING_INT, SETTING_BOOL, SETTING_TEXT, SETTING_SPAN, SETTING_CHOICE };

struct setting_row {
    const char *section;
    const char *key;
    enum setting_type type;
    size_t offset;       /* into struct settings */
    size_t size;         /* of the field, with the NUL of a text */
    int64_t min, max;    /* INT; SPAN in microseconds */
    const char *choices; /* CHOICE: "dryrun|maildir|smtp", in the order of the enum; TEXT: NULL
                             * or the only values allowed */
    const char *default_value; /* as it would be written in the file */
    bool secret;               /* a value that never appears in output; demands mode 0600 */
    bool restart;              /* takes effect at the next start, not at reload */
    const char *sentence;
};

const struct setting_row *settings_rows(int *ret_count);
const struct setting_row *settings_find(const char *section, const char *key);
/* The row whose "section.key" is nearest to what was written; NULL when nothing is near. */
const struct setting_row *settings_nearest(const char *section, const char *key);
void settings_defaults(struct settings *s);
/* Reads value as the row says; the sentence of a refusal names the value and what is allowed (the
 * caller puts file and line in front). */
bool settings_set(struct settings *s, const struct setting_row *row, const char *value,
                  struct err *err);
/* Appends the value as it would be written in the file. */
void settings_value(const struct settings *s, const struct setting_row *row, struct buf *out);
/* Checks that no row can see alone (smtp needs from, postal_address, unsubscribe, daily_cap). */
bool settings_check(const struct settings *s, struct err *err);
/* Appends the commented template of autopilot.ini, every option in place with its default. */
void settings_template(struct buf *out);

#endif
