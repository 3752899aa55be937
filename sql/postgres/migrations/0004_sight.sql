/* 0004_sight - indexes for many schedules in many workspaces (make bench T=pg_million). */

/* What changed in one's own workspaces is found without looking at others'. */
CREATE INDEX autopilot_schedules_sight ON ap.autopilot_schedules (workspace_id, changed);
DROP INDEX ap.idx_autopilot_schedules_workspace;
CREATE INDEX newsletter_specifications_sight
    ON ap.newsletter_specifications (workspace_id, changed);

/* What is due is asked of idx_autopilot_schedules_next_run alone; each schedule that moved on wrote
 * into this one for nobody. */
DROP INDEX ap.idx_autopilot_schedules_enabled;

/* A copy asked it for each row. */
DROP FUNCTION IF EXISTS ap.no_of(uuid);
