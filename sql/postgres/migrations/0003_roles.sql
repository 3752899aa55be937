/* 0003_roles - what a role may, for commands that come from operators' own logins, and what many
 * schedules need.
 *
 * Both tables are written by the program that migrates (ap.schema_rules), as the kinds of events
 * are: src/domain/role.c says what is in the first one, nobody else. */

CREATE TABLE ap.role_rules (
    action text NOT NULL, /* as role_action_name() */
    role text NOT NULL CHECK (role IN ('none', 'member', 'owner', 'admin')),
    others boolean NOT NULL, /* may it do so with what others made */
    own boolean NOT NULL, /* and with what it made itself */
    words text NOT NULL, /* what is done, as in "may not ..." */
    why text NOT NULL, /* why not, with the cure */
    PRIMARY KEY (action, role)
);

/* What an operator's own login may have at most, whatever its command says. */
CREATE TABLE ap.limits (
    name text PRIMARY KEY,
    n bigint NOT NULL CHECK (n >= 0) /* an hour: 0 is no limit */
);

/* How many an operator made in the last hour is looked up, however many there are. */
CREATE INDEX autopilot_schedules_creator ON ap.autopilot_schedules (created_by, created_at);
CREATE INDEX newsletter_runs_asked ON ap.newsletter_runs (autopilot_schedule_id, created_at)
    WHERE scheduled_for IS NULL;

/* Commands brought their row of the table along; what read it is gone. */
DROP FUNCTION IF EXISTS ap.trusted(jsonb, uuid, text);
DROP FUNCTION IF EXISTS ap.gate(jsonb, jsonb, uuid, text);
DROP FUNCTION IF EXISTS ap.run_to_change(jsonb, text[], text);
