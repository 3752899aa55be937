/* 0003_kinds - schedules with several specifications, schedules that follow the success of another,
 * and templates of schedules.
 *
 * A slot is one nominal instant of one schedule and one of its specifications; it has at most one
 * run row, for ever. What a table itself promises can't be changed in SQLite, so two of them are
 * made anew; references stay by name and are checked as a whole before this is committed. */

CREATE TABLE schedules_anew (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id), /* the first */
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    created_by TEXT NOT NULL,
    schedule_name TEXT NOT NULL,
    schedule_type TEXT NOT NULL CHECK
        (schedule_type IN ('daily', 'weekly', 'monthly', 'custom', 'after')),
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
    next_run_at INTEGER NOT NULL, /* 'after': its end; the largest number when it has none */
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
    deleted_at INTEGER,
    after_id BLOB REFERENCES autopilot_schedules (id), /* 'after': whose success it follows */
    CHECK ((schedule_type = 'after') = (after_id IS NOT NULL))
) STRICT;
INSERT INTO schedules_anew (
    id, specification_id, workspace, created_by, schedule_name, schedule_type, schedule_config,
    categories_override, regions_override, cadence_override, enabled, status, last_run_at,
    last_run_status, last_run_error, next_run_at, run_count, success_count, failure_count,
    notes, last_scheduled_for, skip_count, overlap_skipped, missed_count, slot_count,
    paused_until, paused_note, overdue_since, rev, created_at, updated_at, deleted_at)
SELECT
    id, specification_id, workspace, created_by, schedule_name, schedule_type, schedule_config,
    categories_override, regions_override, cadence_override, enabled, status, last_run_at,
    last_run_status, last_run_error, next_run_at, run_count, success_count, failure_count,
    notes, last_scheduled_for, skip_count, overlap_skipped, missed_count, slot_count,
    paused_until, paused_note, overdue_since, rev, created_at, updated_at, deleted_at
FROM autopilot_schedules
ORDER BY rowid;
DROP TABLE autopilot_schedules;
ALTER TABLE schedules_anew RENAME TO autopilot_schedules;
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
CREATE INDEX autopilot_schedules_after ON autopilot_schedules (after_id)
    WHERE after_id IS NOT NULL AND deleted_at IS NULL;

/* The specifications of a schedule besides its first, which has place 0. */
CREATE TABLE schedule_specifications (
    schedule BLOB NOT NULL REFERENCES autopilot_schedules (id),
    place INTEGER NOT NULL CHECK (place > 0), /* from 1, without a gap */
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id),
    PRIMARY KEY (schedule, place),
    UNIQUE (schedule, specification_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX schedule_specifications_spec ON schedule_specifications (specification_id);

CREATE TABLE runs_anew (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    specification_id BLOB NOT NULL REFERENCES newsletter_specifications (id),
    autopilot_schedule_id BLOB REFERENCES autopilot_schedules (id),
    trigger TEXT NOT NULL CHECK
        (trigger IN ('schedule', 'catchup', 'backfill', 'manual', 'test', 'after')),
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
    after_run BLOB REFERENCES newsletter_runs (id), /* whose success this slot is */
    UNIQUE (autopilot_schedule_id, scheduled_for, specification_id)
) STRICT;
INSERT INTO runs_anew (
    seq, id, workspace, specification_id, autopilot_schedule_id, trigger, scheduled_for, status,
    attempt, not_before, period_at, period_key, actor, owner, journal_gen, until, created_at,
    started_at, finished_at, error, items, sources, sources_failed, report, sha256, bytes, seen_at)
SELECT
    seq, id, workspace, specification_id, autopilot_schedule_id, trigger, scheduled_for, status,
    attempt, not_before, period_at, period_key, actor, owner, journal_gen, until, created_at,
    started_at, finished_at, error, items, sources, sources_failed, report, sha256, bytes, seen_at
FROM newsletter_runs;
DROP TABLE newsletter_runs;
ALTER TABLE runs_anew RENAME TO newsletter_runs;
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
CREATE INDEX newsletter_runs_after ON newsletter_runs (after_run) WHERE after_run IS NOT NULL;

/* Definitions of schedules without a name, a specification and an instant. */
CREATE TABLE schedule_templates (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    schedule_type TEXT NOT NULL CHECK
        (schedule_type IN ('daily', 'weekly', 'monthly', 'custom')),
    schedule_config TEXT NOT NULL, /* JSON */
    categories_override TEXT, /* JSON; NULL: all */
    regions_override TEXT, /* JSON; NULL: all */
    cadence_override TEXT,
    notes TEXT NOT NULL DEFAULT '',
    rev INTEGER NOT NULL DEFAULT 1,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX schedule_templates_name ON schedule_templates (workspace, name)
    WHERE deleted_at IS NULL;

PRAGMA user_version = 3;
