/* mirror_table.c - the relations that have a copy. The order of the columns is that of
 * sql/postgres/functions/09_pull.sql and of sql/sqlite/mirror_*.sql. */
#include "mirror_table.h"

#include "base/str.h"

static const struct mirror_table tables[] = {
    {"workspaces", "itii", SQL_MIRROR_WORKSPACES, "", SQL_COUNT},
    {"workspace_members", "itti", SQL_MIRROR_WORKSPACE_MEMBERS, "it",
     SQL_MIRROR_DROP_WORKSPACE_MEMBERS},
    {"automation_jobs", "uitttttiiitiiitiitiiiii", SQL_MIRROR_AUTOMATION_JOBS, "", SQL_COUNT},
    {"automation_process_state", "uiiiiiiiititiiiiiii", SQL_MIRROR_AUTOMATION_PROCESS_STATE, "",
     SQL_COUNT},
    {"job_leases", "uuiiiii", SQL_MIRROR_JOB_LEASES, "", SQL_COUNT},
    {"search_groups", "uiittitiiii", SQL_MIRROR_SEARCH_GROUPS, "", SQL_COUNT},
    {"search_terms", "uiiititiiiiiiitii", SQL_MIRROR_SEARCH_TERMS, "", SQL_COUNT},
    {"term_variations", "uiit", SQL_MIRROR_TERM_VARIATIONS, "uii", SQL_MIRROR_DROP_TERM_VARIATIONS},
    {"email_templates", "itittti", SQL_MIRROR_EMAIL_TEMPLATES, "it",
     SQL_MIRROR_DROP_EMAIL_TEMPLATES},
    {"leads", "iitttttiuiii", SQL_MIRROR_LEADS, "", SQL_COUNT},
    {"lead_sources", "iiuiitttti", SQL_MIRROR_LEAD_SOURCES, "", SQL_COUNT},
    {"sends", "iuutiittiiitiuiiiiiittt", SQL_MIRROR_SENDS, "", SQL_COUNT},
    {"send_counts", "utti", SQL_MIRROR_SEND_COUNTS, "", SQL_COUNT},
    {"send_rates", "uiii", SQL_MIRROR_SEND_RATES, "", SQL_COUNT},
    {"suppressions", "ittti", SQL_MIRROR_SUPPRESSIONS, "it", SQL_MIRROR_DROP_SUPPRESSIONS},
    {"engines", "uititii", SQL_MIRROR_ENGINES, "", SQL_COUNT},
    {"events", "iitiuiiittiiuu", SQL_MIRROR_EVENTS, "", SQL_COUNT},
    {"newsletter_specifications", "uitittitiii", SQL_MIRROR_NEWSLETTER_SPECIFICATIONS, "",
     SQL_COUNT},
    {"autopilot_schedules", "uuitttttttitittiiiitiiiiiitiiiiiu", SQL_MIRROR_AUTOPILOT_SCHEDULES, "",
     SQL_COUNT},
    {"schedule_specifications", "uiu", SQL_MIRROR_SCHEDULE_SPECIFICATIONS, "ui",
     SQL_MIRROR_DROP_SCHEDULE_SPECIFICATIONS},
    {"newsletter_runs", "iuiuutitiiittuiiiiitiiittiiu", SQL_MIRROR_NEWSLETTER_RUNS, "i",
     SQL_MIRROR_DROP_NEWSLETTER_RUNS},
    {"report_files", "", SQL_COUNT, "u", SQL_MIRROR_DROP_REPORT_FILES},
    {"schedule_templates", "uitttttttitiii", SQL_MIRROR_SCHEDULE_TEMPLATES, "", SQL_COUNT},
    {"deliveries", "iuuitttittiiuiiiiit", SQL_MIRROR_DELIVERIES, "", SQL_COUNT},
    {"keeping", "ti", SQL_MIRROR_KEEPING, "", SQL_COUNT},
    {"audit_log", "iittttx", SQL_MIRROR_AUDIT_LOG, "", SQL_COUNT},
};

const struct mirror_table *mirror_table_of(const char *name)
{
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
        if (str_equal(tables[i].name, name))
            return &tables[i];
    return NULL;
}
