/* 0002_schedules - specifications, schedules, runs, and the reports that they made.
 *
 * The tables are those of the embedded record's 0002 and 0003, in this server's types. A slot is
 * one nominal instant of one schedule and one of its specifications; it has at most one run row,
 * for ever. A row waits (queued) until a lane takes it. At most one report of a specification in a
 * period is a fact of an index, whoever tries.
 *
 * Runs are not partitioned yet: a key that holds for ever (a run's id, a slot) would have to hold
 * the time that it is divided by. */

CREATE TABLE ap.newsletter_specifications (
    id uuid PRIMARY KEY,
    no bigint GENERATED ALWAYS AS IDENTITY,
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    name text NOT NULL,
    active boolean NOT NULL,
    frequency text NOT NULL CHECK (frequency IN ('daily', 'weekly', 'biweekly', 'monthly')),
    definition jsonb NOT NULL,
    rev bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX newsletter_specifications_name
    ON ap.newsletter_specifications (workspace_id, name) WHERE deleted_at IS NULL;

CREATE TABLE ap.autopilot_schedules (
    id uuid PRIMARY KEY,
    no bigint GENERATED ALWAYS AS IDENTITY, /* in which order they were made */
    specification_id uuid NOT NULL REFERENCES ap.newsletter_specifications (id), /* the first */
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    created_by text NOT NULL,
    schedule_name text NOT NULL,
    schedule_type text NOT NULL CHECK
        (schedule_type IN ('daily', 'weekly', 'monthly', 'custom', 'after')),
    schedule_config jsonb NOT NULL,
    categories_override jsonb, /* NULL: all */
    regions_override jsonb, /* NULL: all */
    cadence_override text,
    enabled boolean NOT NULL DEFAULT true,
    status text NOT NULL DEFAULT 'active' CHECK
        (status IN ('active', 'paused', 'cancelled', 'error')),
    last_run_at timestamptz,
    last_run_status text CHECK (last_run_status IN ('success', 'failed', 'skipped')),
    last_run_error text,
    next_run_at timestamptz NOT NULL, /* 'after': its end; infinity when it has none */
    run_count bigint NOT NULL DEFAULT 0,
    success_count bigint NOT NULL DEFAULT 0,
    failure_count bigint NOT NULL DEFAULT 0,
    notes text NOT NULL DEFAULT '',
    last_scheduled_for timestamptz, /* the newest slot that was dealt with, run or skipped */
    skip_count bigint NOT NULL DEFAULT 0, /* by the frequency limit */
    overlap_skipped bigint NOT NULL DEFAULT 0,
    missed_count bigint NOT NULL DEFAULT 0, /* slots that went by while no engine ran */
    slot_count bigint NOT NULL DEFAULT 0, /* slots that became runs, for max_runs */
    paused_until timestamptz, /* paused: goes on by itself then */
    paused_note text NOT NULL DEFAULT '',
    overdue_since timestamptz, /* the alert was raised; NULL: there is none */
    rev bigint NOT NULL DEFAULT 1, /* the operator's definition; nothing else touches it */
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    after_id uuid REFERENCES ap.autopilot_schedules (id), /* 'after': whose success it follows */
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    CHECK ((schedule_type = 'after') = (after_id IS NOT NULL))
);
CREATE UNIQUE INDEX autopilot_schedules_name ON ap.autopilot_schedules (workspace_id, schedule_name)
    WHERE deleted_at IS NULL;
CREATE INDEX idx_autopilot_schedules_spec ON ap.autopilot_schedules (specification_id);
CREATE INDEX idx_autopilot_schedules_workspace ON ap.autopilot_schedules (workspace_id);
CREATE INDEX idx_autopilot_schedules_enabled ON ap.autopilot_schedules (enabled, next_run_at);
/* What is due: this is the one that the due query reads, and nothing else. */
CREATE INDEX idx_autopilot_schedules_next_run ON ap.autopilot_schedules (next_run_at)
    WHERE enabled AND status = 'active' AND deleted_at IS NULL;
CREATE INDEX autopilot_schedules_paused ON ap.autopilot_schedules (paused_until)
    WHERE status = 'paused' AND paused_until IS NOT NULL;
CREATE INDEX autopilot_schedules_after ON ap.autopilot_schedules (after_id)
    WHERE after_id IS NOT NULL AND deleted_at IS NULL;

/* The specifications of a schedule besides its first, which has place 0. */
CREATE TABLE ap.schedule_specifications (
    schedule uuid NOT NULL REFERENCES ap.autopilot_schedules (id),
    place integer NOT NULL CHECK (place > 0), /* from 1, without a gap */
    specification_id uuid NOT NULL REFERENCES ap.newsletter_specifications (id),
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (schedule, place),
    UNIQUE (schedule, specification_id)
);
CREATE INDEX schedule_specifications_spec ON ap.schedule_specifications (specification_id);

CREATE TABLE ap.newsletter_runs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    specification_id uuid NOT NULL REFERENCES ap.newsletter_specifications (id),
    autopilot_schedule_id uuid REFERENCES ap.autopilot_schedules (id),
    trigger text NOT NULL CHECK
        (trigger IN ('schedule', 'catchup', 'backfill', 'manual', 'test', 'after')),
    scheduled_for timestamptz, /* the slot; NULL: manual and test runs take none */
    status text NOT NULL CHECK
        (status IN ('queued', 'running', 'success', 'failed', 'skipped', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    not_before timestamptz NOT NULL DEFAULT 'epoch', /* queued: a retry, jitter */
    period_at timestamptz NOT NULL, /* the instant that says which period: slot, or creation */
    period_key text, /* the specification's period that it uses up; NULL: none */
    actor text, /* manual, test, backfill: who asked for it */
    owner uuid, /* the engine that works it, or did last */
    journal_gen bigint,
    until timestamptz, /* running: the engine must have been heard of by then */
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    error text NOT NULL DEFAULT '',
    items integer NOT NULL DEFAULT 0,
    sources integer NOT NULL DEFAULT 0,
    sources_failed integer NOT NULL DEFAULT 0,
    report text NOT NULL DEFAULT '', /* the file's name below the reports' directory */
    sha256 text NOT NULL DEFAULT '',
    bytes bigint NOT NULL DEFAULT 0,
    seen_at timestamptz, /* failed: an operator acknowledged it */
    after_run uuid REFERENCES ap.newsletter_runs (id), /* whose success this slot is */
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (autopilot_schedule_id, scheduled_for, specification_id)
);
CREATE INDEX newsletter_runs_specification ON ap.newsletter_runs (specification_id, seq);
/* What a lane can take, and what one has: small, because a finished run leaves it. */
CREATE INDEX newsletter_runs_open ON ap.newsletter_runs (not_before, seq)
    WHERE status IN ('queued', 'running');
CREATE INDEX newsletter_runs_busy ON ap.newsletter_runs (specification_id)
    WHERE status IN ('queued', 'running');
/* At most one report of a specification in a period, whoever tries: the limit is a fact. */
CREATE UNIQUE INDEX newsletter_runs_period ON ap.newsletter_runs (specification_id, period_key)
    WHERE period_key IS NOT NULL AND status IN ('queued', 'running', 'success');
/* The newest success of a specification. */
CREATE INDEX newsletter_runs_success ON ap.newsletter_runs (specification_id, period_at)
    WHERE status = 'success' AND trigger <> 'test';
CREATE INDEX newsletter_runs_failed ON ap.newsletter_runs (seq)
    WHERE status = 'failed' AND seen_at IS NULL;
CREATE INDEX newsletter_runs_after ON ap.newsletter_runs (after_run) WHERE after_run IS NOT NULL;

/* The reports themselves, byte for byte. Copies fetch one when it is asked for. */
CREATE TABLE ap.report_files (
    run uuid PRIMARY KEY REFERENCES ap.newsletter_runs (id),
    sha256 text NOT NULL,
    html bytea NOT NULL,
    text bytea NOT NULL
);

/* What a specification has reported already. Only engines read it: it is in no copy. */
CREATE TABLE ap.report_items (
    specification_id uuid NOT NULL REFERENCES ap.newsletter_specifications (id),
    item bigint NOT NULL, /* 64 bits of the item's key */
    run uuid NOT NULL,
    PRIMARY KEY (specification_id, item)
);

/* Definitions of schedules without a name, a specification and an instant. */
CREATE TABLE ap.schedule_templates (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    name text NOT NULL,
    schedule_type text NOT NULL CHECK
        (schedule_type IN ('daily', 'weekly', 'monthly', 'custom')),
    schedule_config jsonb NOT NULL,
    categories_override jsonb, /* NULL: all */
    regions_override jsonb, /* NULL: all */
    cadence_override text,
    notes text NOT NULL DEFAULT '',
    rev bigint NOT NULL DEFAULT 1,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX schedule_templates_name ON ap.schedule_templates (workspace_id, name)
    WHERE deleted_at IS NULL;

CREATE INDEX events_schedule ON ap.events (schedule, at) WHERE schedule IS NOT NULL;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['newsletter_specifications', 'autopilot_schedules',
        'schedule_specifications', 'newsletter_runs', 'schedule_templates'] LOOP
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON ap.%I
                        FOR EACH ROW EXECUTE FUNCTION ap.touch()', t);
    END LOOP;
    /* Tables that grow have the index that a copy asks by (see 0001). */
    FOREACH t IN ARRAY ARRAY ['newsletter_specifications', 'autopilot_schedules',
        'schedule_specifications', 'newsletter_runs'] LOOP
        EXECUTE format('CREATE INDEX %I ON ap.%I (changed)', t || '_changed', t);
    END LOOP;
END $$;
CREATE TRIGGER leave AFTER DELETE ON ap.schedule_specifications
    FOR EACH ROW EXECUTE FUNCTION ap.leave('schedule', 'place');
