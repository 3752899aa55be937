/* 0001_record - the system of record where several engines and consoles share one.
 *
 * The tables are those of the embedded record (sql/sqlite/migrations), in this server's types:
 * instants are timestamptz with microseconds, names of rows are uuid, yes and no are boolean, JSON
 * is jsonb. Words (states, modes) are spelled as the program spells them. Nobody writes here but
 * the functions of this schema (sql/postgres/functions): each is one command, one transaction.
 *
 * `changed` is the transaction that wrote a row last. A copy asks for rows with `changed` at or
 * above the oldest transaction that was under way when it asked before, so it misses none, however
 * transactions overlap; rows that are deleted leave their key in ap.gone. */

CREATE TABLE ap.record (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL,
    created_at timestamptz NOT NULL
);

/* How serious each kind of event is: written by `autopilot db migrate` from the program's table. */
CREATE TABLE ap.event_kinds (
    kind text PRIMARY KEY,
    level integer NOT NULL
);

/* A deleted workspace keeps its row, with its leads and suppressions: made again under the same
 * name it is the same one. `no` is its number in copies. */
CREATE TABLE ap.workspaces (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    no bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    name text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE ap.automation_jobs (
    id uuid PRIMARY KEY,
    no bigint GENERATED ALWAYS AS IDENTITY,
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    name text NOT NULL,
    status text NOT NULL DEFAULT 'idle' CHECK
        (status IN ('idle', 'running', 'paused', 'stopped', 'completed', 'failed')),
    desired text NOT NULL DEFAULT 'stop' CHECK (desired IN ('stop', 'run', 'pause')),
    mode text NOT NULL DEFAULT 'dryrun' CHECK (mode IN ('dryrun', 'maildir', 'smtp')),
    current_group text,
    current_position integer,
    total_emails_sent integer NOT NULL DEFAULT 0,
    group_emails_sent integer NOT NULL DEFAULT 0,
    distribution_method text NOT NULL CHECK (distribution_method IN ('equitable', 'random')),
    loop_interval integer NOT NULL CHECK (loop_interval >= 1),
    max_emails_per_group integer NOT NULL CHECK (max_emails_per_group >= 1),
    loop_automation boolean NOT NULL DEFAULT false,
    provider text NOT NULL,
    variations integer NOT NULL CHECK (variations >= 0),
    seed bigint NOT NULL,
    recontact text NOT NULL CHECK (recontact IN ('never', 'always')),
    one_lead_per_domain boolean NOT NULL,
    rev bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    deleted_at timestamptz,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE UNIQUE INDEX automation_jobs_name ON ap.automation_jobs (workspace_id, name)
    WHERE deleted_at IS NULL;
/* What an idle lane looks at: few rows, however many jobs there were. */
CREATE INDEX automation_jobs_running ON ap.automation_jobs (mode)
    WHERE status = 'running' AND deleted_at IS NULL;

CREATE TABLE ap.automation_process_state (
    job uuid PRIMARY KEY REFERENCES ap.automation_jobs (id),
    cycle integer NOT NULL DEFAULT 0,
    cycle_ended boolean NOT NULL DEFAULT false,
    draws integer NOT NULL DEFAULT 0,
    group_no integer,
    term_no integer,
    rest_until timestamptz,
    wait_until timestamptz,
    started_at timestamptz,
    started_by text,
    ended_at timestamptz,
    error text,
    duplicates bigint NOT NULL DEFAULT 0,
    next_group_no integer NOT NULL DEFAULT 1,
    next_term_no integer NOT NULL DEFAULT 1,
    most_per_group integer NOT NULL,
    most_per_term integer NOT NULL,
    saved_at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE ap.search_groups (
    job uuid NOT NULL REFERENCES ap.automation_jobs (id),
    group_no integer NOT NULL,
    place integer NOT NULL,
    name text NOT NULL,
    template text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    counted integer NOT NULL DEFAULT 0,
    pass integer NOT NULL DEFAULT 0,
    draw_no integer NOT NULL DEFAULT 0,
    leads integer NOT NULL DEFAULT 0,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (job, group_no)
);

CREATE TABLE ap.search_terms (
    job uuid NOT NULL REFERENCES ap.automation_jobs (id),
    term_no integer NOT NULL,
    group_no integer NOT NULL,
    place integer NOT NULL,
    text text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'waiting' CHECK
        (state IN ('waiting', 'running', 'done', 'exhausted', 'deferred')),
    counted integer NOT NULL DEFAULT 0,
    target integer NOT NULL DEFAULT 0,
    queued integer NOT NULL DEFAULT 0,
    deferred integer NOT NULL DEFAULT 0,
    failures integer NOT NULL DEFAULT 0,
    first boolean NOT NULL DEFAULT false,
    variation integer NOT NULL DEFAULT 0,
    result text NOT NULL DEFAULT '',
    address integer NOT NULL DEFAULT 0,
    ended boolean NOT NULL DEFAULT false,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (job, term_no),
    FOREIGN KEY (job, group_no) REFERENCES ap.search_groups (job, group_no)
);

CREATE TABLE ap.term_variations (
    job uuid NOT NULL,
    term_no integer NOT NULL,
    k integer NOT NULL CHECK (k >= 1),
    text text NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (job, term_no, k),
    FOREIGN KEY (job, term_no) REFERENCES ap.search_terms (job, term_no)
);

CREATE TABLE ap.email_templates (
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    name text NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    updated_at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (workspace_id, name)
);

CREATE TABLE ap.leads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    address text NOT NULL,
    shown text,
    site text NOT NULL,
    name text NOT NULL DEFAULT '',
    company text NOT NULL DEFAULT '',
    flags integer NOT NULL DEFAULT 0,
    job uuid,
    group_no integer,
    term_no integer,
    found_at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (workspace_id, address)
);

CREATE TABLE ap.lead_sources (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    lead bigint NOT NULL REFERENCES ap.leads (id),
    job uuid NOT NULL,
    group_no integer NOT NULL,
    term_no integer NOT NULL,
    url text NOT NULL,
    title text NOT NULL,
    company text NOT NULL,
    language text NOT NULL,
    found_at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (lead, job, term_no, url)
);

/* The ledger: once for each mode, job and address. The row's id is made from that key. */
CREATE TABLE ap.sends (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    job uuid NOT NULL,
    mode text NOT NULL CHECK (mode IN ('dryrun', 'maildir', 'smtp')),
    lead bigint NOT NULL REFERENCES ap.leads (id),
    source bigint NOT NULL REFERENCES ap.lead_sources (id),
    address text NOT NULL,
    site text,
    group_no integer NOT NULL,
    term_no integer NOT NULL,
    cycle integer NOT NULL,
    state text NOT NULL CHECK
        (state IN ('queued', 'claimed', 'committing', 'sent', 'simulated', 'rejected', 'deferred',
                   'in_doubt', 'held', 'suppressed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0,
    owner uuid,
    epoch bigint,
    queued_at timestamptz NOT NULL,
    claimed_at timestamptz,
    decided_at timestamptz,
    retry_at timestamptz,
    code integer NOT NULL DEFAULT 0,
    reason text NOT NULL DEFAULT '',
    sha256 text NOT NULL DEFAULT '',
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    UNIQUE (lead, job, mode),
    FOREIGN KEY (job, term_no) REFERENCES ap.search_terms (job, term_no)
);
CREATE INDEX sends_waiting ON ap.sends (job, mode, term_no, seq)
    WHERE state IN ('queued', 'deferred');
CREATE INDEX sends_open ON ap.sends (job, seq)
    WHERE state IN ('claimed', 'committing', 'in_doubt');
CREATE INDEX sends_owner ON ap.sends (owner) WHERE state IN ('claimed', 'committing', 'in_doubt');
CREATE INDEX sends_claimed ON ap.sends (mode, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX sends_site ON ap.sends (job, mode, site) WHERE site IS NOT NULL;

CREATE TABLE ap.send_counts (
    job uuid NOT NULL REFERENCES ap.automation_jobs (id),
    mode text NOT NULL,
    state text NOT NULL,
    n bigint NOT NULL CHECK (n >= 0),
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (job, mode, state)
);

/* All jobs together stand under the job of zeros. */
CREATE TABLE ap.send_rates (
    job uuid NOT NULL,
    span integer NOT NULL,
    tick bigint NOT NULL,
    n bigint NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (job, span, tick)
);

CREATE TABLE ap.suppressions (
    workspace_id uuid NOT NULL REFERENCES ap.workspaces (id),
    subject text NOT NULL,
    reason text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (workspace_id, subject)
);

CREATE TABLE ap.job_leases (
    job uuid PRIMARY KEY REFERENCES ap.automation_jobs (id),
    engine uuid,
    journal_gen bigint,
    manual boolean NOT NULL DEFAULT false,
    epoch bigint NOT NULL DEFAULT 0,
    until timestamptz NOT NULL DEFAULT 'epoch',
    released_at timestamptz NOT NULL DEFAULT 'epoch',
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE TABLE ap.engines (
    id uuid PRIMARY KEY,
    journal_gen bigint NOT NULL,
    host text NOT NULL,
    pid bigint NOT NULL,
    version text NOT NULL,
    server text NOT NULL, /* that knows all that this engine's journal knows (ap.server) */
    first_seen timestamptz NOT NULL,
    last_seen timestamptz NOT NULL,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);

/* What engines knew of letters that a server lost when it took another's place: should one be found
 * again, it is queued as what it was. */
CREATE TABLE ap.lost_letters (
    id uuid PRIMARY KEY,
    state text NOT NULL,
    engine uuid NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE ap.events (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    level integer NOT NULL,
    job uuid,
    group_no integer,
    term_no integer,
    send bigint,
    schedule uuid,
    run uuid,
    actor text,
    text text,
    n1 bigint,
    n2 bigint,
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX events_at ON ap.events (at);

/* Each row's hash covers the row before. */
CREATE TABLE ap.audit_log (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    target text NOT NULL,
    detail text NOT NULL,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);

/* Keys of rows that were deleted, for copies; as JSON arrays of the key's columns. */
CREATE TABLE ap.gone (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation text NOT NULL,
    key jsonb NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX gone_changed ON ap.gone (changed);

CREATE FUNCTION ap.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed := pg_current_xact_id();
    RETURN NEW;
END $$;

/* The columns of the table's key are the trigger's arguments. */
CREATE FUNCTION ap.leave() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    old_row jsonb := to_jsonb(OLD);
    key jsonb := '[]';
BEGIN
    FOR i IN 0 .. TG_NARGS - 1 LOOP
        key := key || jsonb_build_array(old_row -> TG_ARGV[i]);
    END LOOP;
    INSERT INTO ap.gone (relation, key) VALUES (TG_TABLE_NAME, key);
    RETURN NULL;
END $$;

DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY ['workspaces', 'automation_jobs', 'automation_process_state',
        'search_groups', 'search_terms', 'term_variations', 'email_templates', 'leads',
        'lead_sources', 'sends', 'send_counts', 'send_rates', 'suppressions', 'job_leases',
        'engines'] LOOP
        EXECUTE format('CREATE TRIGGER touch BEFORE UPDATE ON ap.%I
                        FOR EACH ROW EXECUTE FUNCTION ap.touch()', t);
    END LOOP;
    /* Tables that grow have the index that a copy asks by; the others are small and hot, and an
     * index on a column that every update moves would cost them their cheap updates. */
    FOREACH t IN ARRAY ARRAY ['search_terms', 'term_variations', 'leads', 'lead_sources', 'sends',
        'suppressions', 'events', 'audit_log'] LOOP
        EXECUTE format('CREATE INDEX %I ON ap.%I (changed)', t || '_changed', t);
    END LOOP;
END $$;
CREATE TRIGGER leave AFTER DELETE ON ap.term_variations
    FOR EACH ROW EXECUTE FUNCTION ap.leave('job', 'term_no', 'k');
CREATE TRIGGER leave AFTER DELETE ON ap.email_templates
    FOR EACH ROW EXECUTE FUNCTION ap.leave('workspace_id', 'name');
CREATE TRIGGER leave AFTER DELETE ON ap.suppressions
    FOR EACH ROW EXECUTE FUNCTION ap.leave('workspace_id', 'subject');
