/* 0002_schedules - specifications, schedules, runs, and the reports that they made.
 *
 * The columns of the documents keep their names. A slot is one nominal instant of one schedule
 * (autopilot_schedule_id, scheduled_for); it has at most one run row, for ever. A row waits
 * (queued) until a lane takes it, so that a schedule is moved on at once and exactly, however long
 * the reports before it take. Definitions of specifications are JSON (src/store/spec_json.c), so
 * are schedule_config and the overrides, as the documents want them. */

CREATE TABLE workspace_members (
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    member TEXT NOT NULL, /* an operator's name */
    role TEXT NOT NULL CHECK (role IN ('member', 'owner')),
    added_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, member)
) STRICT, WITHOUT ROWID;

CREATE TABLE newsletter_specifications (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    frequency TEXT NOT NULL CHECK (frequency IN ('daily', 'weekly', 'biweekly', 'monthly')),
    definition TEXT NOT NULL, /* JSON */
    rev INTEGER NOT NULL DEFAULT 1,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX newsletter_specifications_name
    ON newsletter_specifications (workspace, name) WHERE deleted_at IS NULL;

CREATE TABLE autopilot_schedules (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    created_by TEXT NOT NULL,
    schedule_name TEXT NOT NULL,
    schedule_type TEXT NOT NULL CHECK
        (schedule_type IN ('daily', 'weekly', 'monthly', 'custom')),
    schedule_config TEXT NOT NULL, /* JSON */
    categories_override TEXT, /* JSON; NULL: all */
    regions_override TEXT, /* JSON; NULL: all */
    cadence_override TEXT,
    enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    status TEXT NOT NULL DEFAULT 'active' CHECK
        (status IN ('active', 'paused', 'cancelled', 'error')),
    last_run_at INTEGER,
    last_run_status TEXT CHECK (last_run_status IN ('success', 'failed', 'skipped')),
    last_run_error TEXT,
    next_run_at INTEGER NOT NULL,
    run_count INTEGER NOT NULL DEFAULT 0,
    success_count INTEGER NOT NULL DEFAULT 0,
    failure_count INTEGER NOT NULL DEFAULT 0,
    notes TEXT NOT NULL DEFAULT '',
    last_scheduled_for INTEGER, /* the newest slot that was dealt with, run or skipped */
    skip_count INTEGER NOT NULL DEFAULT 0, /* by the frequency limit */
    overlap_skipped INTEGER NOT NULL DEFAULT 0,
    missed_count INTEGER NOT NULL DEFAULT 0, /* slots that went by while no engine ran */
    slot_count INTEGER NOT NULL DEFAULT 0,   /* slots that became runs, for max_runs */
    paused_until INTEGER, /* paused: goes on by itself then */
    paused_note TEXT NOT NULL DEFAULT '',
    overdue_since INTEGER, /* the alert was raised; NULL: there is none */
    rev INTEGER NOT NULL DEFAULT 1, /* the operator's definition; nothing else touches it */
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX autopilot_schedules_name ON autopilot_schedules (workspace, schedule_name)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_autopilot_schedules_spec ON autopilot_schedules (specification_id);
CREATE INDEX idx_autopilot_schedules_workspace ON autopilot_schedules (workspace);
CREATE INDEX idx_autopilot_schedules_enabled ON autopilot_schedules (enabled, next_run_at);
/* What is due: this is the one that the due query reads, and nothing else. */
CREATE INDEX idx_autopilot_schedules_next_run ON autopilot_schedules (next_run_at)
    WHERE enabled = 1 AND status = 'active' AND deleted_at IS NULL;
CREATE INDEX autopilot_schedules_paused ON autopilot_schedules (paused_until)
    WHERE status = 'paused' AND paused_until IS NOT NULL;

CREATE TABLE newsletter_runs (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id),
    autopilot_schedule_id BLOB REFERENCES autopilot_schedules (id),
    trigger TEXT NOT NULL CHECK (trigger IN ('schedule', 'catchup', 'backfill', 'manual', 'test')),
    scheduled_for INTEGER, /* the slot; NULL: manual and test runs take none */
    status TEXT NOT NULL CHECK
        (status IN ('queued', 'running', 'success', 'failed', 'skipped', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0, /* queued: a retry, jitter */
    period_at INTEGER NOT NULL, /* the instant that says which period: slot, or creation */
    period_key TEXT, /* the specification's period that it uses up; NULL: none */
    actor TEXT, /* manual, test, backfill: who asked for it */
    owner BLOB, /* the engine that works it, or did last */
    journal_gen INTEGER,
    until INTEGER, /* running: the engine must have been heard of by then */
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    error TEXT NOT NULL DEFAULT '',
    items INTEGER NOT NULL DEFAULT 0,
    sources INTEGER NOT NULL DEFAULT 0,
    sources_failed INTEGER NOT NULL DEFAULT 0,
    report TEXT NOT NULL DEFAULT '', /* the file's name below the reports' directory */
    sha256 TEXT NOT NULL DEFAULT '',
    bytes INTEGER NOT NULL DEFAULT 0,
    seen_at INTEGER, /* failed: an operator acknowledged it */
    UNIQUE (autopilot_schedule_id, scheduled_for)
) STRICT;
CREATE INDEX newsletter_runs_specification ON newsletter_runs (specification_id, seq);
/* What a lane can take, and what one has: small, because a finished run leaves it. */
CREATE INDEX newsletter_runs_open ON newsletter_runs (not_before, seq)
    WHERE status = 'queued' OR status = 'running';
CREATE INDEX newsletter_runs_busy ON newsletter_runs (specification_id)
    WHERE status = 'queued' OR status = 'running';
/* At most one report of a specification in a period, whoever tries: the limit is a fact. */
CREATE UNIQUE INDEX newsletter_runs_period ON newsletter_runs (specification_id, period_key)
    WHERE period_key IS NOT NULL AND
          (status = 'queued' OR status = 'running' OR status = 'success');
/* The newest success of a specification. */
CREATE INDEX newsletter_runs_success ON newsletter_runs (specification_id, period_at)
    WHERE status = 'success' AND trigger <> 'test';
CREATE INDEX newsletter_runs_failed ON newsletter_runs (seq)
    WHERE status = 'failed' AND seen_at IS NULL;

/* The reports themselves, so that they can be had from any console. */
CREATE TABLE report_files (
    run BLOB PRIMARY KEY NOT NULL REFERENCES newsletter_runs (id),
    sha256 TEXT NOT NULL,
    html BLOB NOT NULL,
    text BLOB NOT NULL
) STRICT;

/* What a specification has reported already. */
CREATE TABLE report_items (
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id),
    item INTEGER NOT NULL, /* 64 bits of the item's key */
    run BLOB NOT NULL,
    PRIMARY KEY (specification_id, item)
) STRICT, WITHOUT ROWID;

/* Lines of the log that are about a schedule or a run. */
ALTER TABLE events ADD COLUMN schedule BLOB;
ALTER TABLE events ADD COLUMN run BLOB;
CREATE INDEX events_schedule ON events (schedule, at) WHERE schedule IS NOT NULL;

PRAGMA user_version = 2;
