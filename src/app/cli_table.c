/* cli_table.c - every sub-command, a row each. Help, man page and completion are made from here. */
#include "cli.h"
#include "commands.h"

#include <stddef.h>

#define END                                                                                        \
    {                                                                                              \
        NULL, NULL, NULL                                                                           \
    }

static const struct cli_option init_options[] = {
    {"sample", NULL, "with a sample corpus, a job `sample`, and its templates"},
    END,
};
static const struct cli_option engine_options[] = {
    {"until-idle", NULL, "end when nothing is running or due; 1 if a job failed"},
    {"wait-lock", "SPAN", "wait so long for a process that is about to leave (default 0s)"},
    END,
};
static const struct cli_option status_options[] = {
    {"check", NULL, "for monitoring: exit status 1 when something needs a person"},
    END,
};
static const struct cli_option verify_options[] = {
    {"at-rest", NULL, "also that nothing is in flight (no engine is running)"},
    END,
};
static const struct cli_option edit_options[] = {
    {"distribution", "NAME", "equitable or random"},
    {"loop", "YES|NO", "begin a new cycle when all groups are done"},
    {"loop-interval", "N", "leads per term and cycle, 1 to 100000"},
    {"max-per-group", "N", "letters per group and cycle, 1 to 1000000"},
    {"provider", "NAME", "search provider"},
    {"variations", "N", "variations per term, 0 to 20"},
    {"seed", "N", "the dice of `random` and of the variations"},
    {"recontact", "NAME", "never or always: addresses that another job of the workspace wrote to"},
    {"one-lead-per-domain", "YES|NO", "at most one lead of a registrable domain"},
    END,
};
static const struct cli_option export_options[] = {
    {"to", "DIR", "write NAME.ini and its template files there (default: NAME.ini on stdout)"},
    END,
};
static const struct cli_option delete_options[] = {
    {"yes", NULL, "do not ask"},
    END,
};
static const struct cli_option job_part_options[] = {
    {"job", "NAME", "the job (needed)"},
    END,
};
static const struct cli_option group_add_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"template", "NAME", "the template of its letters (needed)"},
    {"term", "TEXT", "its first term (needed: a group has at least one)"},
    END,
};
static const struct cli_option group_edit_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"template", "NAME", "the template of its letters"},
    {"rename", "NAME", "another name for it"},
    END,
};
static const struct cli_option group_delete_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"yes", NULL, "do not ask"},
    END,
};
static const struct cli_option term_list_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"group", "NAME", "only the terms of this group"},
    END,
};
static const struct cli_option term_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"group", "NAME", "the group (needed)"},
    END,
};
static const struct cli_option term_edit_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"group", "NAME", "the group (needed)"},
    {"rename", "TEXT", "another text for it (needed)"},
    END,
};
static const struct cli_option term_delete_options[] = {
    {"job", "NAME", "the job (needed)"},
    {"group", "NAME", "the group (needed)"},
    {"yes", NULL, "do not ask"},
    END,
};
static const struct cli_option template_options[] = {
    {"subject", "TEXT", "the subject line"},
    {"text", "FILE", "the plain text part"},
    {"html", "FILE", "the HTML part"},
    END,
};
static const struct cli_option search_options[] = {
    {"provider", "NAME", "search provider (default local)"},
    {"limit", "N", "so many leads (default 20)"},
    {"variations", "N", "variations of the term to ask as well (default 0)"},
    {"send", NULL, "write to them: needs --job and --group, uses that job's ledger and limits"},
    {"job", "NAME", "with --send: the job"},
    {"group", "NAME", "with --send: the group"},
    END,
};
static const struct cli_option search_worker_options[] = {
    {"listen", "ADDRESS:PORT", "where (needed); port 0: a free one, printed"},
    {"token-file", "FILE", "the token that engines must show; needed for more than this machine"},
    {"searxng", "URL", "pass queries on to a SearXNG instance instead of searching the corpus"},
    {"site", "DIR=URL", "give pages of the corpus below DIR as addresses below URL"},
    END,
};
static const struct cli_option leads_options[] = {
    {"job", "NAME", "only leads that this job found"},
    END,
};
static const struct cli_option leads_import_options[] = {
    {"job", "NAME", "whose ledger and limits they get (needed)"},
    {"term", "TERM", "as if this term had found them; without it, the job's first"},
    {"dry-run", NULL, "only read the file and say what is wrong with it"},
    END,
};
static const struct cli_option preview_options[] = {
    {"lead", "ADDRESS", "what this lead would get; a variable that it lacks is named"},
    END,
};
static const struct cli_option try_options[] = {
    {"to", "ADDRESS", "who gets it: you ([mail] redirect_to, when that is set)"},
    {"lead", "ADDRESS", "what this lead would get; without it, a made-up one"},
    END,
};
static const struct cli_option bounces_options[] = {
    {"dry-run", NULL, "only say what would be"},
    END,
};
static const struct cli_option sends_options[] = {
    {"in-doubt", NULL, "only letters of which nobody knows whether they left, with the reason"},
    {"job", "NAME", "only this job's rows"},
    {"state", "NAME", "only rows in this state (queued, sent, in_doubt, held, ...)"},
    {"held", NULL, "only letters that are held, each with the reason"},
    END,
};
static const struct cli_option suppress_options[] = {
    {"reason", "TEXT", "why, for those who read the list later"},
    END,
};
static const struct cli_option spec_options[] = {
    {"active", "YES|NO", "whether its schedules may run"},
    {"frequency", "NAME", "daily, weekly, biweekly or monthly: one report a period"},
    {"title", "TEXT", "of its reports"},
    END,
};
static const struct cli_option schedule_options[] = {
    {"spec", "NAME", "the specification to report; given again: more of them, each its own report"},
    {"type", "NAME", "daily (default), weekly, monthly, custom or after"},
    {"time", "HH:MM", "when, on the clock of its zone"},
    {"day", "DAY", "weekly: mon to sun; monthly: 1 to 28"},
    {"cron", "EXPR", "custom: a cron expression of five fields"},
    {"from", "TEMPLATE", "add: begin as this template says"},
    {"after", "NAME", "no times: it runs when this schedule's report was made"},
    {"zone", "NAME", "an IANA zone such as Europe/Berlin (default UTC)"},
    {"catchup", "NAME", "after a standstill: one (default, the newest), all or none"},
    {"catchup-window", "SPAN", "nothing older is caught up: 26h, 7d, 0 for no limit"},
    {"overlap", "NAME", "while a run is not over: skip (default) or queue_one"},
    {"jitter", "SECONDS", "begin up to so much later, 0 to 240"},
    {"start", "DAY|T", "not before"},
    {"end", "DAY|T", "not after"},
    {"exclude", "DAY|DAY/DAY", "not on these days; as often as needed"},
    {"on-excluded", "NAME", "drop (default) or next_business_day"},
    {"workdays", "YES|NO", "not on Saturdays and Sundays"},
    {"max-runs", "N", "so many runs, then it ends; 0: no limit"},
    {"only-if-new", "YES|NO", "no report when there is nothing new; the period stays free"},
    {"webhook", "URL", "each report is told there by a signed POST"},
    {"mail-to", "ADDRESS", "each report is mailed there; as often as there are readers"},
    {"category", "ID", "only this category; as often as needed; all: no override"},
    {"region", "ID", "only this region; likewise"},
    {"override", "NAME", "a cadence instead of the specification's, which then does not limit; no"},
    {"notes", "TEXT", "for those who read it later"},
    {"config-json", "JSON", "the whole schedule_config"},
    {"disabled", NULL, "add: do not run it yet"},
    END,
};
static const struct cli_option pause_options[] = {
    {"note", "TEXT", "why (needed)"},
    {"until", "T", "go on by itself at this instant"},
    END,
};
static const struct cli_option resume_options[] = {
    {"backfill", NULL, "also the reports that were held back, as `schedule backfill` makes them"},
    END,
};
static const struct cli_option backfill_options[] = {
    {"from", "T", "slots from this instant on (needed, unless --cancel)"},
    {"to", "T", "and up to this one (default: now)"},
    {"missed", NULL, "those without a report that did not fail (the default)"},
    {"failed", NULL, "those that failed"},
    {"all", NULL, "both; what has its report is never made again"},
    {"dry-run", NULL, "only say what would be done"},
    {"cancel", NULL, "take back what waits or is made of an earlier backfill"},
    {"yes", NULL, "do not ask"},
    END,
};
static const struct cli_option member_options[] = {
    {"role", "NAME", "member (default) or owner; the first member is an owner"},
    END,
};
static const struct cli_option schedule_run_options[] = {
    {"test", NULL, "counts for nothing: not for the frequency, not for the counters"},
    {"override", NULL, "also when this period has its report"},
    END,
};
static const struct cli_option deliveries_options[] = {
    {"state", "NAME", "only those in this state (waiting, delivered, failed, held, in_doubt, ...)"},
    {"count", "N", "so many at most (default 200)"},
    END,
};
static const struct cli_option run_list_options[] = {
    {"schedule", "NAME", "only runs of this schedule"},
    {"failed", NULL, "only failures that nobody has seen"},
    {"count", "N", "the newest N (default 200)"},
    END,
};
static const struct cli_option run_options[] = {
    {"schedule", "NAME", "with `last`: of this schedule"},
    END,
};
static const struct cli_option run_cat_options[] = {
    {"schedule", "NAME", "with `last`: of this schedule"},
    {"text", NULL, "the plain text instead of the HTML"},
    END,
};
static const struct cli_option schedule_next_options[] = {
    {"zone", "NAME", "the zone of the clock on the wall, as in Europe/Berlin (default UTC)"},
    {"from", "TIME", "runs after this instant (RFC 3339; default now)"},
    {"count", "N", "so many runs, 1 to 1000 (default 10); -n N for short"},
    {"batch", NULL, "stdin: EXPR<TAB>ZONE<TAB>TIME a line; five instants, invalid or never each"},
    {"batch-config", NULL, "stdin: TYPE<TAB>CONFIG<TAB>TIME a line; the same"},
    END,
};
static const struct cli_option schedule_check_options[] = {
    {"batch", NULL, "stdin: EXPR a line; ok, or FIELD<TAB>COLUMN each"},
    END,
};
static const struct cli_option schedule_allowed_options[] = {
    {"batch", NULL, "stdin: CADENCE<TAB>OVERRIDE<TAB>LAST<TAB>NOW a line (- for none)"},
    END,
};
static const struct cli_option log_options[] = {
    {"follow", NULL, "go on with new lines until interrupted"},
    {"level", "NAME", "error, warn, info (default) or debug: this and more serious"},
    {"since", "SPAN", "only the last 10m, 2h, 3d, ... or from an instant (RFC 3339)"},
    {"job", "NAME", "only lines of this job"},
    {"grep", "RE", "only lines that match the regular expression"},
    {"count", "N", "the last N of them (default 200, with --since all; 0: all)"},
    {"unmask", NULL, "whole e-mail addresses"},
    END,
};

static const struct cli_option report_options[] = {
    {"from", "T", "where the period begins (default: by the specification's frequency)"},
    {"to", "T", "where it ends, not itself in it (default: now)"},
    {"at", "T", "the instant at which the report says it was made (default: now)"},
    {"category", "NAME", "only this category; may be given again"},
    {"region", "NAME", "only this region; may be given again"},
    {"specification", "NAME", "which one, when the file holds several"},
    {"out", "FILE", "write it there (default: stdout)"},
    {"text", NULL, "plain text instead of HTML"},
    END,
};

static const struct cli_option migrate_options[] = {
    {"dry-run", NULL, "only show the steps"},
    {"yes", NULL, "do not ask"},
    END,
};

static const struct cli_option login_options[] = {
    {"operator", "NAME", "add: the operator that it speaks for (needed)"},
    {"role", "NAME", "add: operator (default), engine or reader"},
    {"admin", NULL, "add: sees every workspace and decides who belongs to it"},
    END,
};

static const struct cli_option token_options[] = {
    {"scope", "NAME", "read (default), or control: also start, pause, stop, resume, run"},
    END,
};

static const struct cli_row rows[] = {
    {"init", NULL, "[DIR]", 0, 1, "make a data directory: config, record, workspace `default`",
     init_options, cmd_init},
    {"engine", NULL, "", 0, 0, "the engine without a terminal: log lines on stdout", engine_options,
     cmd_engine},
    {"status", NULL, "", 0, 0, "engine, jobs, record at a glance", status_options, cmd_status},
    {"doctor", NULL, "", 0, 0,
     "look at config, permissions, record, corpus, terminal; say the cure", NULL, cmd_doctor},
    {"verify", NULL, "", 0, 0, "check the invariants of the record; 1 if one is broken",
     verify_options, cmd_verify},

    {"job", "import", "FILE...", 1, -1, "jobs from ini files; again updates, never duplicates",
     NULL, cmd_job_import},
    {"job", "list", "", 0, 0, "all jobs with progress", NULL, cmd_job_list},
    {"job", "show", "NAME", 1, 1, "groups, terms, limits, counts, resume point", NULL,
     cmd_job_show},
    {"job", "export", "NAME", 1, 1, "the job as a file that import reads", export_options,
     cmd_job_export},
    {"job", "add", "NAME", 1, 1, "a new job without groups", edit_options, cmd_job_add},
    {"job", "edit", "NAME", 1, 1, "change its limits and order", edit_options, cmd_job_edit},
    {"job", "start", "NAME", 1, 1,
     "begin, or go on from where it stands; a new cycle when completed", NULL, cmd_job_control},
    {"job", "pause", "NAME", 1, 1, "a short hold", NULL, cmd_job_control},
    {"job", "stop", "NAME", 1, 1, "finish the letters in hand and keep the exact point", NULL,
     cmd_job_control},
    {"job", "resume", "NAME", 1, 1, "go on at exactly the same point", NULL, cmd_job_control},
    {"job", "confirm", "NAME", 1, 1, "its first letters are well: the rest may go out too", NULL,
     cmd_job_control},
    {"job", "delete", "NAME", 1, 1, "take it away; its ledger stays", delete_options,
     cmd_job_delete},

    {"group", "list", "", 0, 0, "the groups of a job", job_part_options, cmd_group_list},
    {"group", "add", "NAME", 1, 1, "a group at the end", group_add_options, cmd_group_add},
    {"group", "edit", "NAME", 1, 1, "its name or template", group_edit_options, cmd_group_edit},
    {"group", "move", "NAME PLACE", 2, 2, "to another place in the order, 1 is the first",
     job_part_options, cmd_group_move},
    {"group", "delete", "NAME", 1, 1, "take it out of the job", group_delete_options,
     cmd_group_delete},
    {"term", "list", "", 0, 0, "the terms of a group, or of the whole job", term_list_options,
     cmd_term_list},
    {"term", "add", "TEXT", 1, 1, "a term at the end of a group", term_options, cmd_term_add},
    {"term", "edit", "TEXT", 1, 1, "its text", term_edit_options, cmd_term_edit},
    {"term", "move", "TEXT PLACE", 2, 2, "to another place in its group", term_options,
     cmd_term_move},
    {"term", "delete", "TEXT", 1, 1, "take it out of its group", term_delete_options,
     cmd_term_delete},

    {"template", "list", "", 0, 0, "the templates of the workspace", NULL, cmd_template_list},
    {"template", "show", "NAME", 1, 1, "subject and parts", NULL, cmd_template_show},
    {"template", "add", "NAME", 1, 1, "a new template", template_options, cmd_template_add},
    {"template", "edit", "NAME", 1, 1, "other subject or parts", template_options,
     cmd_template_add},
    {"template", "delete", "NAME", 1, 1, "take it away; refused while a group uses it",
     delete_options, cmd_template_delete},
    {"template", "preview", "NAME", 1, 1, "the letter for a made-up lead, or for one that is there",
     preview_options, cmd_template_preview},
    {"template", "test", "NAME", 1, 1, "send that letter to yourself, past the ledger", try_options,
     cmd_template_test},

    {"search", NULL, "TERM", 1, 1, "manual search: the automation's pipeline for one term",
     search_options, cmd_search},
    {"corpus", "add", "PATH...", 1, -1, "pages for the local provider: files, directories", NULL,
     cmd_corpus_add},
    {"corpus", "list", "", 0, 0, "what is in the corpus", NULL, cmd_corpus_list},
    {"corpus", "remove", "PATH...", 1, -1, "take pages out of the corpus", NULL, cmd_corpus_remove},
    {"search-worker", NULL, "", 0, 0, "serve searches to other engines, from the corpus or SearXNG",
     search_worker_options, cmd_search_worker},
    {"extract", NULL, "[FILE...]", 0, -1, "addresses in pages: FILE<TAB>address", NULL,
     cmd_extract},

    {"leads", "list", "", 0, 0, "who was found, and where", leads_options, cmd_leads_list},
    {"leads", "export", "", 0, 0, "the same as CSV", leads_options, cmd_leads_list},
    {"leads", "import", "FILE|-", 1, 1,
     "leads by hand, from CSV: email, name, company, title, language, url", leads_import_options,
     cmd_leads_import},
    {"sends", "list", "", 0, 0, "the ledger, in the order of queueing", sends_options,
     cmd_sends_list},
    {"sends", "settle", "ID sent|again|drop", 2, 2, "decide a letter in doubt or held", NULL,
     cmd_sends_settle},
    {"bounces", "import", "MAILDIR|MBOX", 1, 1,
     "reports and answers that came back: into the ledger, and who is not there is suppressed",
     bounces_options, cmd_bounces_import},
    {"suppress", "add", "ADDRESS|@DOMAIN...", 1, -1, "never write to them", suppress_options,
     cmd_suppress_change},
    {"suppress", "remove", "ADDRESS|@DOMAIN...", 1, -1, "allow them again", NULL,
     cmd_suppress_change},
    {"suppress", "list", "", 0, 0, "the suppression list", NULL, cmd_suppress_list},
    {"suppress", "export", "", 0, 0, "the same, one subject a line", NULL, cmd_suppress_list},
    {"suppress", "import", "FILE", 1, 1, "one address or @domain a line", suppress_options,
     cmd_suppress_import},
    {"workspace", "list", "", 0, 0, "all workspaces", NULL, cmd_workspace_list},
    {"workspace", "add", "NAME", 1, 1, "a new workspace", NULL, cmd_workspace_add},
    {"workspace", "show", "NAME", 1, 1, "its jobs and templates", NULL, cmd_workspace_show},
    {"workspace", "delete", "NAME", 1, 1, "refused while it has jobs", delete_options,
     cmd_workspace_delete},

    {"member", "list", "", 0, 0, "who belongs to a workspace; with nobody it is open to all", NULL,
     cmd_member_list},
    {"member", "add", "NAME", 1, 1, "let somebody in, or give them another role", member_options,
     cmd_member_add},
    {"member", "remove", "NAME", 1, 1, "take somebody out; their schedules stay", NULL,
     cmd_member_remove},

    {"spec", "import", "FILE...", 1, -1, "specifications from ini files; again updates", NULL,
     cmd_spec_import},
    {"spec", "list", "", 0, 0, "what can be reported", NULL, cmd_spec_list},
    {"spec", "show", "NAME", 1, 1, "categories, regions, sources", NULL, cmd_spec_show},
    {"spec", "edit", "NAME", 1, 1, "active or not, frequency, title", spec_options, cmd_spec_edit},
    {"spec", "delete", "NAME", 1, 1, "take it away; refused while schedules use it", delete_options,
     cmd_spec_delete},
    {"schedule", "list", "", 0, 0, "all schedules, what comes up next first", NULL,
     cmd_schedule_list},
    {"schedule", "show", "NAME", 1, 1, "its timing in words, next runs, counts", NULL,
     cmd_schedule_show},
    {"schedule", "add", "NAME", 1, 1, "a new schedule", schedule_options, cmd_schedule_add},
    {"schedule", "edit", "NAME", 1, 1, "change what the options name", schedule_options,
     cmd_schedule_edit},
    {"schedule", "template", "list | show NAME | put NAME | delete NAME", 1, 2,
     "definitions to begin schedules with", schedule_options, cmd_schedule_template},
    {"schedule", "enable", "NAME", 1, 1, "let it run", NULL, cmd_schedule_control},
    {"schedule", "disable", "NAME", 1, 1, "it does not come up any more", NULL,
     cmd_schedule_control},
    {"schedule", "pause", "NAME", 1, 1, "hold it, with a note; nothing is caught up later",
     pause_options, cmd_schedule_control},
    {"schedule", "resume", "NAME", 1, 1, "go on, also after an error that was mended",
     resume_options, cmd_schedule_control},
    {"schedule", "run", "NAME", 1, 1, "a report now", schedule_run_options, cmd_schedule_run},
    {"schedule", "backfill", "NAME", 1, 1, "reports of slots that went by, one after the other",
     backfill_options, cmd_schedule_backfill},
    {"schedule", "delete", "NAME", 1, 1, "take it away; its runs and reports stay", delete_options,
     cmd_schedule_delete},
    {"run", "list", "", 0, 0, "runs, the newest first", run_list_options, cmd_run_list},
    {"run", "show", "ID|last", 1, 1, "one run", run_options, cmd_run_show},
    {"run", "cat", "ID|last", 1, 1, "its report on stdout", run_cat_options, cmd_run_cat},
    {"run", "open", "ID|last", 1, 1, "its report in $BROWSER or w3m", run_options, cmd_run_open},
    {"run", "seen", "ID|last", 1, 1, "acknowledge a failure", run_options, cmd_run_seen},
    {"run", "cancel", "ID|last", 1, 1, "take back a run that waits or is made", run_options,
     cmd_run_cancel},
    {"deliveries", "list", "", 0, 0, "reports and notices brought to others, the newest first",
     deliveries_options, cmd_deliveries_list},
    {"deliveries", "retry", "NUMBER", 1, 1, "bring one once more that failed, is held or in doubt",
     NULL, cmd_deliveries_retry},
    {"deliveries", "key", "", 0, 0, "the key that receivers of webhooks check signatures with",
     NULL, cmd_deliveries_key},
    {"stats", NULL, "", 0, 0, "schedules and reports in figures", NULL, cmd_stats},
    {"schedule", "next", "[EXPR]", 0, 1, "when a cron expression runs next, and in words",
     schedule_next_options, cmd_schedule_next},
    {"schedule", "check", "[EXPR]", 0, 1, "is a cron expression good; where it is not",
     schedule_check_options, cmd_schedule_check},
    {"schedule", "allowed", "[CADENCE LAST]", 0, 2, "does the cadence allow a run now",
     schedule_allowed_options, cmd_schedule_allowed},
    {"report", "preview", "SPECFILE", 1, 1,
     "make a report from a specification file, record nothing", report_options, cmd_report_preview},

    {"log", NULL, "", 0, 0, "the process log", log_options, cmd_log},
    {"audit", "list", "", 0, 0, "who asked for what, and when", NULL, cmd_audit_list},
    {"audit", "verify", "", 0, 0, "check the audit log's hash chain", NULL, cmd_audit_verify},
    {"config", "check", "", 0, 0, "read the config file, say what is wrong", NULL,
     cmd_config_check},
    {"config", "show", "", 0, 0, "every option, its value, where it came from", NULL,
     cmd_config_show},
    {"config", "diff", "", 0, 0, "only what differs from the defaults", NULL, cmd_config_diff},
    {"config", "edit", "", 0, 0, "open $EDITOR; kept only when it can be read", NULL,
     cmd_config_edit},
    {"config", "reload", "", 0, 0, "make running engines read it again, whole or not at all", NULL,
     cmd_config_reload},
    {"config", "template", "", 0, 0, "print a config file with every option and its default", NULL,
     cmd_config_template},
    {"db", "status", "", 0, 0, "the record: where, schema, rights, latency; 1 if it does not fit",
     NULL, cmd_db_status},
    {"db", "migrate", "", 0, 0, "make the schema of the shared record, or bring it up to date",
     migrate_options, cmd_db_migrate},
    {"db", "login", "add NAME | list | remove NAME", 1, 2,
     "logins of the shared record's server; add prints the password, once", login_options,
     cmd_db_login},
    {"db", "to-shared", "", 0, 0, "copy the embedded record into the empty shared one, compared",
     delete_options, cmd_db_to_shared},
    {"db", "to-embedded", "FILE", 1, 1, "make an embedded record of the shared one, compared", NULL,
     cmd_db_to_embedded},
    {"db", "engines", "", 0, 0, "engines that share the record, and the jobs in their hands", NULL,
     cmd_db_engines},
    {"db", "forget", "ENGINE", 1, 1, "after a failover: do not wait for what an engine knows", NULL,
     cmd_db_forget},
    {"db", "upkeep", "", 0, 0, "drop what [record] keep_events and keep_runs say, as engines do",
     NULL, cmd_db_upkeep},

    {"token", "create", "NAME", 1, 1, "a token for the control API; it is printed once",
     token_options, cmd_token_create},
    {"token", "list", "", 0, 0, "who may use the control API", NULL, cmd_token_list},
    {"token", "revoke", "NAME", 1, 1, "from now on it is refused", NULL, cmd_token_revoke},

    {"help", NULL, "[WORD...]", 0, 2, "help on a sub-command", NULL, cmd_help},
    {"keys", NULL, "", 0, 0, "every key of the console", NULL, cmd_keys},
    {"man", NULL, "", 0, 0, "print the man page (roff), made from the tables", NULL, cmd_man},
};

const struct cli_row *cli_rows(int32_t *ret_count)
{
    *ret_count = (int32_t)(sizeof rows / sizeof rows[0]);
    return rows;
}
