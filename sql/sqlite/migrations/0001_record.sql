/* 0001_record - the record of the embedded mode: the system of record where no server is
 * configured.
 *
 * Instants are microseconds since 1970 UTC. Names of rows that other machines may see (jobs,
 * letters, engines) are UUIDs as 16 bytes; everything else is numbered by this file. Words (states,
 * modes) are stored as the program spells them (src/domain/types.c), so that the file can be read
 * by hand. Counters beside the ledger (search_terms.counted, send_counts, ...) are moved in the
 * transaction that moves the ledger row; `autopilot verify` compares them. */

PRAGMA application_id = 0x61705243; /* "apRC" */
PRAGMA user_version = 1;

/* Which record this is: one row. */
CREATE TABLE record (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id BLOB NOT NULL CHECK (length(id) = 16),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE schema_migrations (
    version INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL, /* of the migration's text, so that an edited one is noticed */
    applied_at INTEGER NOT NULL
) STRICT;

/* A deleted workspace keeps its row (and so its leads and suppressions): made again under the same
 * name it is the same one, and nobody who was written to before is written to again. */
CREATE TABLE workspaces (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;

/* The documents' table: status .. updated_at are its columns; the rest is what is needed to be
 * exact. A deleted job keeps its row, because the ledger and the events name it. */
CREATE TABLE automation_jobs (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'idle' CHECK
        (status IN ('idle', 'running', 'paused', 'stopped', 'completed', 'failed')),
    desired TEXT NOT NULL DEFAULT 'stop' CHECK (desired IN ('stop', 'run', 'pause')),
    mode TEXT NOT NULL DEFAULT 'dryrun' CHECK (mode IN ('dryrun', 'maildir', 'smtp')),
    current_group TEXT,
    current_position INTEGER, /* the term's place in its group, from 1 */
    total_emails_sent INTEGER NOT NULL DEFAULT 0, /* rows of this mode that hold a place */
    group_emails_sent INTEGER NOT NULL DEFAULT 0, /* of the current group in this cycle */
    distribution_method TEXT NOT NULL CHECK (distribution_method IN ('equitable', 'random')),
    loop_interval INTEGER NOT NULL CHECK (loop_interval >= 1),
    max_emails_per_group INTEGER NOT NULL CHECK (max_emails_per_group >= 1),
    loop_automation INTEGER NOT NULL CHECK (loop_automation IN (0, 1)),
    provider TEXT NOT NULL,
    variations INTEGER NOT NULL CHECK (variations >= 0),
    seed INTEGER NOT NULL, /* the 64 bits of the unsigned seed */
    recontact TEXT NOT NULL CHECK (recontact IN ('never', 'always')),
    one_lead_per_domain INTEGER NOT NULL CHECK (one_lead_per_domain IN (0, 1)),
    rev INTEGER NOT NULL DEFAULT 1, /* the operator's definition; nothing else touches it */
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX automation_jobs_name ON automation_jobs (workspace, name)
    WHERE deleted_at IS NULL;

/* The documents' "Process State Table": where a job stands. Groups and terms have their own part of
 * the position in their rows. */
CREATE TABLE automation_process_state (
    job BLOB PRIMARY KEY NOT NULL REFERENCES automation_jobs (id),
    cycle INTEGER NOT NULL DEFAULT 0, /* 0: none has begun */
    cycle_ended INTEGER NOT NULL DEFAULT 0 CHECK (cycle_ended IN (0, 1)),
    draws INTEGER NOT NULL DEFAULT 0, /* groups begun in this cycle; draw k = f(seed, cycle, k) */
    group_no INTEGER, /* where it stands, or stood last */
    term_no INTEGER,
    rest_until INTEGER, /* the pause after a cycle that counted nothing */
    wait_until INTEGER, /* given back with a wait: pace, window, back-off */
    started_at INTEGER,
    started_by TEXT,
    ended_at INTEGER,
    error TEXT,
    duplicates INTEGER NOT NULL DEFAULT 0, /* addresses met again */
    next_group_no INTEGER NOT NULL DEFAULT 1,
    next_term_no INTEGER NOT NULL DEFAULT 1,
    most_per_group INTEGER NOT NULL, /* the greatest limits that were ever in force: what the */
    most_per_term INTEGER NOT NULL,  /* ledger may hold at most, for verify */
    saved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

/* group_no and term_no are given once and never again: the ledger names them. `removed` rows are
 * those that the operator took out of the definition. */
CREATE TABLE search_groups (
    job BLOB NOT NULL REFERENCES automation_jobs (id),
    group_no INTEGER NOT NULL,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    template TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done')),
    counted INTEGER NOT NULL DEFAULT 0, /* rows of this cycle that hold a place */
    pass INTEGER NOT NULL DEFAULT 0,
    draw_no INTEGER NOT NULL DEFAULT 0,
    leads INTEGER NOT NULL DEFAULT 0, /* leads whose first finder this group is, all cycles */
    PRIMARY KEY (job, group_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE search_terms (
    job BLOB NOT NULL REFERENCES automation_jobs (id),
    term_no INTEGER NOT NULL,
    group_no INTEGER NOT NULL,
    place INTEGER NOT NULL,
    text TEXT NOT NULL,
    removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)),
    state TEXT NOT NULL DEFAULT 'waiting' CHECK
        (state IN ('waiting', 'running', 'done', 'exhausted', 'deferred')),
    counted INTEGER NOT NULL DEFAULT 0,
    target INTEGER NOT NULL DEFAULT 0,
    queued INTEGER NOT NULL DEFAULT 0,
    deferred INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    first INTEGER NOT NULL DEFAULT 0 CHECK (first IN (0, 1)),
    variation INTEGER NOT NULL DEFAULT 0, /* the cursor: variation, result, address, ended */
    result TEXT NOT NULL DEFAULT '',
    address INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0 CHECK (ended IN (0, 1)),
    PRIMARY KEY (job, term_no),
    FOREIGN KEY (job, group_no) REFERENCES search_groups (job, group_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE term_variations (
    job BLOB NOT NULL,
    term_no INTEGER NOT NULL,
    k INTEGER NOT NULL CHECK (k >= 1),
    text TEXT NOT NULL,
    PRIMARY KEY (job, term_no, k),
    FOREIGN KEY (job, term_no) REFERENCES search_terms (job, term_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE email_templates (
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, name)
) STRICT, WITHOUT ROWID;

/* A person who was found: one row for each address of a workspace. job, group_no, term_no: who
 * found it first. */
CREATE TABLE leads (
    id INTEGER PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    address TEXT NOT NULL, /* identity: folded, domain as A-labels */
    shown TEXT,            /* as the page has it, where that is different */
    site TEXT NOT NULL,    /* registrable domain */
    name TEXT NOT NULL DEFAULT '',
    company TEXT NOT NULL DEFAULT '',
    flags INTEGER NOT NULL DEFAULT 0,
    job BLOB,
    group_no INTEGER,
    term_no INTEGER,
    found_at INTEGER NOT NULL,
    UNIQUE (workspace, address)
) STRICT;

CREATE TABLE lead_sources (
    id INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (id),
    job BLOB NOT NULL,
    group_no INTEGER NOT NULL,
    term_no INTEGER NOT NULL,
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    company TEXT NOT NULL,
    language TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    UNIQUE (lead, job, term_no, url)
) STRICT;

/* The ledger. Its key is (mode, job, address); a lead is one address of one workspace, so the short
 * form (lead, job, mode) says the same. `id` is made from the key and is the letter's name outside
 * (Message-ID, Maildir file). `seq` is the order of queueing. */
CREATE TABLE sends (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    job BLOB NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('dryrun', 'maildir', 'smtp')),
    lead INTEGER NOT NULL REFERENCES leads (id),
    source INTEGER NOT NULL REFERENCES lead_sources (id),
    address TEXT NOT NULL,
    site TEXT, /* set while the job takes one lead of a domain, for its index */
    group_no INTEGER NOT NULL,
    term_no INTEGER NOT NULL,
    cycle INTEGER NOT NULL, /* that claimed it last; before: that queued it */
    state TEXT NOT NULL CHECK
        (state IN ('queued', 'claimed', 'committing', 'sent', 'simulated', 'rejected', 'deferred',
                   'in_doubt', 'held', 'suppressed', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0,
    owner BLOB, /* the engine that claimed it last */
    epoch INTEGER,
    queued_at INTEGER NOT NULL,
    claimed_at INTEGER,
    decided_at INTEGER,
    retry_at INTEGER, /* deferred */
    code INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    sha256 TEXT NOT NULL DEFAULT '',
    UNIQUE (lead, job, mode),
    FOREIGN KEY (job, term_no) REFERENCES search_terms (job, term_no)
) STRICT;
/* What can be claimed; small, because a row leaves it when it is claimed. (Written with OR: that is
 * the form from which SQLite concludes that a query for one of the states may use it.) */
CREATE INDEX sends_waiting ON sends (job, mode, term_no, seq)
    WHERE state = 'queued' OR state = 'deferred';
/* What an engine has in its hands, and what is in doubt. */
CREATE INDEX sends_open ON sends (job, seq)
    WHERE state = 'claimed' OR state = 'committing' OR state = 'in_doubt';
/* Pace and daily cap. */
CREATE INDEX sends_claimed ON sends (mode, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX sends_site ON sends (job, mode, site) WHERE site IS NOT NULL;

/* How many rows of a job and mode are in which state. */
CREATE TABLE send_counts (
    job BLOB NOT NULL REFERENCES automation_jobs (id),
    mode TEXT NOT NULL,
    state TEXT NOT NULL,
    n INTEGER NOT NULL CHECK (n >= 0),
    PRIMARY KEY (job, mode, state)
) STRICT, WITHOUT ROWID;

/* Letters that went out (sent or simulated) in each span of time, for rates and sparklines: a job's
 * 10 s and 60 s spans, and 300 s spans of all jobs together under the job of 16 zero bytes. Old
 * spans are dropped: this can be made again from the ledger. */
CREATE TABLE send_rates (
    job BLOB NOT NULL,
    span INTEGER NOT NULL, /* seconds */
    tick INTEGER NOT NULL, /* instant / span */
    n INTEGER NOT NULL,
    PRIMARY KEY (job, span, tick)
) STRICT, WITHOUT ROWID;

/* An address, or "@domain" for a whole domain with all below it. */
CREATE TABLE suppressions (
    workspace INTEGER NOT NULL REFERENCES workspaces (id),
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (workspace, subject)
) STRICT, WITHOUT ROWID;

/* One row a job, for ever: the epoch only grows. */
CREATE TABLE job_leases (
    job BLOB PRIMARY KEY NOT NULL REFERENCES automation_jobs (id),
    engine BLOB,
    journal_gen INTEGER, /* which start of the engine took it: a later one may retake it */
    manual INTEGER NOT NULL DEFAULT 0, /* taken by name, whatever the operator wants of the job */
    epoch INTEGER NOT NULL DEFAULT 0,
    until INTEGER NOT NULL DEFAULT 0,
    released_at INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE engines (
    id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
    journal_gen INTEGER NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    version TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

/* Every state change has its row here, written in its transaction. The sentence is made when it is
 * read (src/domain/event.c). No foreign keys: a line outlives what it tells of. */
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    level INTEGER NOT NULL, /* 0 error .. 3 debug: the kind's, for the indexes */
    job BLOB,
    group_no INTEGER,
    term_no INTEGER,
    send INTEGER, /* the ledger row's seq */
    actor TEXT,
    text TEXT,
    n1 INTEGER,
    n2 INTEGER
) STRICT;
CREATE INDEX events_at ON events (at);
CREATE INDEX events_job ON events (job, at) WHERE job IS NOT NULL;
CREATE INDEX events_grave ON events (at) WHERE level <= 1;

/* What operators did. Each row's hash covers the row before, so that a changed row shows. */
CREATE TABLE audit_log (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
