/* commands.h - the handlers that the table of sub-commands names; one cmd_*.c holds one noun. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H

#include "cli.h"

bool cmd_console(struct app *app, struct err *err); /* no sub-command at all */
bool cmd_init(struct app *app, struct err *err);
bool cmd_engine(struct app *app, struct err *err);
bool cmd_status(struct app *app, struct err *err);
bool cmd_doctor(struct app *app, struct err *err);
bool cmd_verify(struct app *app, struct err *err);
bool cmd_help(struct app *app, struct err *err);
bool cmd_man(struct app *app, struct err *err);
bool cmd_keys(struct app *app, struct err *err);

bool cmd_job_import(struct app *app, struct err *err);
bool cmd_job_list(struct app *app, struct err *err);
bool cmd_job_show(struct app *app, struct err *err);
bool cmd_job_export(struct app *app, struct err *err);
bool cmd_job_edit(struct app *app, struct err *err);
bool cmd_job_add(struct app *app, struct err *err);
bool cmd_job_control(struct app *app,
                     struct err *err); /* start, pause, stop, resume: by the verb */
bool cmd_job_delete(struct app *app, struct err *err);

bool cmd_group_list(struct app *app, struct err *err);
bool cmd_group_add(struct app *app, struct err *err);
bool cmd_group_edit(struct app *app, struct err *err);
bool cmd_group_move(struct app *app, struct err *err);
bool cmd_group_delete(struct app *app, struct err *err);
bool cmd_term_list(struct app *app, struct err *err);
bool cmd_term_add(struct app *app, struct err *err);
bool cmd_term_edit(struct app *app, struct err *err);
bool cmd_term_move(struct app *app, struct err *err);
bool cmd_term_delete(struct app *app, struct err *err);

bool cmd_template_list(struct app *app, struct err *err);
bool cmd_template_show(struct app *app, struct err *err);
bool cmd_template_add(struct app *app, struct err *err); /* and edit: by the verb */
bool cmd_template_delete(struct app *app, struct err *err);
bool cmd_template_preview(struct app *app, struct err *err);
bool cmd_template_test(struct app *app, struct err *err);

bool cmd_search(struct app *app, struct err *err);
bool cmd_corpus_add(struct app *app, struct err *err);
bool cmd_corpus_list(struct app *app, struct err *err);
bool cmd_corpus_remove(struct app *app, struct err *err);
bool cmd_extract(struct app *app, struct err *err);

bool cmd_leads_list(struct app *app, struct err *err); /* and export: by the verb */
bool cmd_sends_list(struct app *app, struct err *err);
bool cmd_leads_import(struct app *app, struct err *err);
bool cmd_bounces_import(struct app *app, struct err *err);
bool cmd_sends_settle(struct app *app, struct err *err);
bool cmd_suppress_change(struct app *app, struct err *err); /* add, remove: by the verb */
bool cmd_suppress_list(struct app *app, struct err *err);   /* and export: by the verb */
bool cmd_suppress_import(struct app *app, struct err *err);

bool cmd_workspace_list(struct app *app, struct err *err);
bool cmd_workspace_add(struct app *app, struct err *err);
bool cmd_workspace_show(struct app *app, struct err *err);
bool cmd_workspace_delete(struct app *app, struct err *err);

bool cmd_member_list(struct app *app, struct err *err);
bool cmd_member_add(struct app *app, struct err *err);
bool cmd_member_remove(struct app *app, struct err *err);

bool cmd_spec_import(struct app *app, struct err *err);
bool cmd_spec_list(struct app *app, struct err *err);
bool cmd_spec_show(struct app *app, struct err *err);
bool cmd_spec_edit(struct app *app, struct err *err);
bool cmd_spec_delete(struct app *app, struct err *err);
bool cmd_schedule_list(struct app *app, struct err *err);
bool cmd_schedule_show(struct app *app, struct err *err);
bool cmd_schedule_add(struct app *app, struct err *err);
bool cmd_schedule_edit(struct app *app, struct err *err);
bool cmd_schedule_delete(struct app *app, struct err *err);
/* enable, disable, pause, resume: by the verb. */
bool cmd_schedule_template(struct app *app, struct err *err);
bool cmd_schedule_control(struct app *app, struct err *err);
bool cmd_schedule_run(struct app *app, struct err *err);
bool cmd_schedule_backfill(struct app *app, struct err *err);
bool cmd_run_list(struct app *app, struct err *err);
bool cmd_run_show(struct app *app, struct err *err);
bool cmd_run_cat(struct app *app, struct err *err);
bool cmd_run_open(struct app *app, struct err *err);
bool cmd_run_seen(struct app *app, struct err *err);
bool cmd_run_cancel(struct app *app, struct err *err);
bool cmd_deliveries_list(struct app *app, struct err *err);
bool cmd_deliveries_retry(struct app *app, struct err *err);
bool cmd_deliveries_key(struct app *app, struct err *err);
bool cmd_stats(struct app *app, struct err *err);
bool cmd_schedule_next(struct app *app, struct err *err);
bool cmd_schedule_check(struct app *app, struct err *err);
bool cmd_schedule_allowed(struct app *app, struct err *err);
bool cmd_report_preview(struct app *app, struct err *err);

bool cmd_search_worker(struct app *app, struct err *err);
bool cmd_log(struct app *app, struct err *err);
bool cmd_audit_list(struct app *app, struct err *err);
bool cmd_audit_verify(struct app *app, struct err *err);
bool cmd_config_check(struct app *app, struct err *err);
bool cmd_config_show(struct app *app, struct err *err);
bool cmd_config_diff(struct app *app, struct err *err);
bool cmd_config_edit(struct app *app, struct err *err);
bool cmd_config_reload(struct app *app, struct err *err);
bool cmd_config_template(struct app *app, struct err *err);
bool cmd_token_create(struct app *app, struct err *err);
bool cmd_token_list(struct app *app, struct err *err);
bool cmd_token_revoke(struct app *app, struct err *err);
bool cmd_db_status(struct app *app, struct err *err);
bool cmd_db_migrate(struct app *app, struct err *err);
bool cmd_db_login(struct app *app, struct err *err); /* add, list, remove: by the argument */
bool cmd_db_to_shared(struct app *app, struct err *err);
bool cmd_db_to_embedded(struct app *app, struct err *err);
bool cmd_db_engines(struct app *app, struct err *err);
bool cmd_db_forget(struct app *app, struct err *err);
bool cmd_db_upkeep(struct app *app, struct err *err);

#endif
