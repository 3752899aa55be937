/* queries.js - what is read: each end point one statement that answers one JSON text, so that all
 * in an answer is of one moment. They read what the login may see (row level security); the C
 * program asks its copy the same (sql/sqlite/show_*.sql, list_*.sql). $1 is a workspace's name,
 * NULL all. Instants are microseconds since 1970 UTC; record.js writes them as text. */

/* $2: the job's name, NULL all. How far each is, how fast, who has it. */
const JOBS_SEEN = `
WITH moment AS MATERIALIZED (
    SELECT n.us, n.us / 10000000 AS tick, n.us % 10000000 * 1000 / 10000000 AS part
    FROM (SELECT ap.us(clock_timestamp()) AS us) n),
shown AS MATERIALIZED (
    SELECT j.*, w.name AS workspace FROM ap.automation_jobs j
    JOIN ap.workspaces w ON w.id = j.workspace_id
    WHERE j.deleted_at IS NULL AND ($1::text IS NULL OR w.name = $1)
      AND ($2::text IS NULL OR j.name = $2)),
terms AS (
    SELECT t.job, t.group_no, sum(CASE WHEN t.state IN ('done', 'exhausted', 'deferred')
        THEN t.counted ELSE greatest(t.counted, j.loop_interval) END) AS goal
    FROM shown j JOIN ap.search_terms t ON t.job = j.id AND NOT t.removed
    GROUP BY t.job, t.group_no),
parts AS (
    SELECT g.job, sum(g.counted) AS sent, sum(CASE WHEN g.state = 'done' THEN g.counted
        ELSE greatest(g.counted, least(coalesce(t.goal, 0), j.max_emails_per_group)) END) AS goal
    FROM shown j JOIN ap.search_groups g ON g.job = j.id AND NOT g.removed
    LEFT JOIN terms t ON t.job = g.job AND t.group_no = g.group_no
    GROUP BY g.job),
counts AS (
    SELECT c.job, sum(c.n) FILTER (WHERE c.state = 'held') AS held,
        sum(c.n) FILTER (WHERE c.state = 'in_doubt') AS in_doubt,
        sum(c.n) FILTER (WHERE c.state = 'queued' AND c.mode = j.mode) AS queued,
        sum(c.n) FILTER (WHERE c.state = 'deferred' AND c.mode = j.mode) AS deferred,
        sum(c.n) FILTER (WHERE c.state = 'suppressed' AND c.mode = j.mode) AS suppressed,
        sum(c.n) FILTER (WHERE c.state = 'rejected' AND c.mode = j.mode) AS rejected
    FROM shown j JOIN ap.send_counts c ON c.job = j.id GROUP BY c.job),
spans AS (
    SELECT r.tick, r.n, r.job, m.tick AS now, m.part,
        coalesce(ap.us(p.ended_at), 0) / 10000000 AS ended
    FROM shown j CROSS JOIN moment m
    JOIN ap.automation_process_state p ON p.job = j.id
    JOIN ap.send_rates r ON r.job = j.id AND r.span = 10 AND r.tick >= m.tick - 30),
rates AS (
    SELECT s.job, sum(CASE WHEN s.tick > now - 6 THEN n * 1000
            WHEN s.tick = now - 6 THEN n * (1000 - part) ELSE 0 END)::bigint / 1000 AS per_minute,
        sum(CASE WHEN s.tick <= ended THEN 0 WHEN s.tick > now - 30 THEN n * 1000
            ELSE n * (1000 - part) END)::bigint / 1000 AS letters,
        min(CASE WHEN s.tick > ended THEN s.tick END) * 10000000 AS since
    FROM spans s GROUP BY s.job),
over AS (
    SELECT DISTINCT ON (e.job) e.job, e.at, e.text FROM ap.events e
    WHERE e.at >= clock_timestamp() - interval '1 day' AND e.kind = 'lease_taken_over'
    ORDER BY e.job, e.at DESC),
seen AS (
    SELECT j.workspace, j.name, j.id, json_build_object(
        'id', j.id, 'name', j.name, 'workspace', j.workspace, 'status', j.status,
        'desired', j.desired, 'distribution', j.distribution_method, 'mode', j.mode,
        'loop_interval', j.loop_interval, 'max_emails_per_group', j.max_emails_per_group,
        'loop_automation', j.loop_automation, 'cycle', p.cycle,
        'cycle_emails_sent', coalesce(a.sent, 0), 'cycle_goal', coalesce(a.goal, 0),
        'total_emails_sent', j.total_emails_sent, 'per_minute', coalesce(r.per_minute, 0),
        'eta_s', CASE WHEN j.status = 'running' AND l.engine IS NOT NULL
                AND l.until > clock_timestamp() AND r.letters > 0 AND a.goal > a.sent
                AND m.us - r.since >= 60000000
            THEN floor(least(m.us - r.since, 300000000) / 1e6 / r.letters * (a.goal - a.sent))
            END,
        'current_group', nullif(g.name, ''), 'current_term', nullif(t.text, ''),
        'queued', coalesce(c.queued, 0), 'deferred', coalesce(c.deferred, 0),
        'held', coalesce(c.held, 0), 'in_doubt', coalesce(c.in_doubt, 0),
        'started_at', ap.us(p.started_at),
        'wait_until', (SELECT ap.us(w.until)
            FROM (SELECT greatest(p.wait_until, p.rest_until) AS until) w
            WHERE w.until > clock_timestamp()),
        'held_by', CASE WHEN l.until > clock_timestamp() THEN e.host END,
        'lease_until', CASE WHEN l.until > clock_timestamp() THEN ap.us(l.until) END,
        'taken_over', o.text, 'taken_over_at', ap.us(o.at), 'error', nullif(p.error, '')) AS row,
        json_build_object(
        'provider', j.provider, 'variations', j.variations, 'duplicates', p.duplicates,
        'suppressed', coalesce(c.suppressed, 0), 'rejected', coalesce(c.rejected, 0),
        'position_saved_at', ap.us(greatest(p.saved_at, j.updated_at))) AS more
    FROM shown j CROSS JOIN moment m
    JOIN ap.automation_process_state p ON p.job = j.id
    JOIN ap.job_leases l ON l.job = j.id
    LEFT JOIN ap.engines e ON e.id = l.engine
    LEFT JOIN ap.search_groups g ON g.job = j.id AND g.group_no = p.group_no
    LEFT JOIN ap.search_terms t ON t.job = j.id AND t.term_no = p.term_no
    LEFT JOIN parts a ON a.job = j.id
    LEFT JOIN counts c ON c.job = j.id
    LEFT JOIN rates r ON r.job = j.id
    LEFT JOIN over o ON o.job = j.id)`;

const JOB_LIST =
    `(SELECT coalesce(json_agg(s.row ORDER BY s.workspace, s.name), '[]') FROM seen s)`;

export const JOBS = `${JOBS_SEEN} SELECT json_build_object('jobs', ${JOB_LIST})::text AS answer`;

/* An array: several workspaces may have a job of the name. */
export const JOB = `${JOBS_SEEN}
SELECT coalesce(json_agg(json_build_object('row', s.row, 'more', s.more, 'groups', (
    SELECT coalesce(json_agg(json_build_object(
        'name', g.name, 'emails_sent', g.counted, 'state', g.state, 'template', g.template,
        'terms', (SELECT coalesce(json_agg(json_build_object(
                'text', t.text, 'counted_leads', t.counted, 'state', t.state,
                'queued', t.queued, 'deferred', t.deferred) ORDER BY t.place), '[]')
            FROM ap.search_terms t
            WHERE t.job = g.job AND t.group_no = g.group_no AND NOT t.removed)
        ) ORDER BY g.place), '[]')
    FROM ap.search_groups g WHERE g.job = s.id AND NOT g.removed))
    ORDER BY s.workspace), '[]')::text AS answer FROM seen s`;

/* Engines write when they hold a job: one that holds none and was not seen for a minute is not
 * known to run. The day is that of UTC. */
export const STATUS = `${JOBS_SEEN},
engine AS (
    SELECT e.*, coalesce(l.jobs, '[]') AS jobs, coalesce(r.n, 0) AS reports
    FROM ap.engines e
    LEFT JOIN (SELECT l.engine, json_agg(json_build_object('workspace', w.name, 'name', j.name,
            'lease_until', ap.us(l.until), 'epoch', l.epoch, 'by_hand', l.manual)
            ORDER BY w.name, j.name) AS jobs
        FROM ap.job_leases l JOIN ap.automation_jobs j ON j.id = l.job AND j.deleted_at IS NULL
        JOIN ap.workspaces w ON w.id = j.workspace_id
        WHERE l.engine IS NOT NULL GROUP BY l.engine) l ON l.engine = e.id
    LEFT JOIN (SELECT owner, count(*) AS n FROM ap.newsletter_runs WHERE status = 'running'
        GROUP BY owner) r ON r.owner = e.id
    WHERE e.last_seen >= clock_timestamp() - interval '7 days' OR r.n > 0 OR l.jobs IS NOT NULL
    ORDER BY e.last_seen DESC, e.id LIMIT 200),
planned AS (
    SELECT s.* FROM ap.autopilot_schedules s JOIN ap.workspaces w ON w.id = s.workspace_id
    WHERE s.deleted_at IS NULL AND ($1::text IS NULL OR w.name = $1)),
made AS (
    SELECT count(*) FILTER (WHERE r.status = 'running') AS running,
        count(*) FILTER (WHERE r.status = 'queued') AS queued,
        count(*) FILTER (WHERE r.status = 'failed') AS unseen
    FROM ap.newsletter_runs r JOIN ap.workspaces w ON w.id = r.workspace_id
    WHERE (r.status IN ('running', 'queued') OR (r.status = 'failed' AND r.seen_at IS NULL))
      AND ($1::text IS NULL OR w.name = $1)),
waiting AS (
    SELECT c.state, sum(c.n) AS n FROM ap.send_counts c
    JOIN ap.automation_jobs j ON j.id = c.job AND j.deleted_at IS NULL
    WHERE c.state IN ('in_doubt', 'held') GROUP BY c.state)
SELECT json_build_object(
    'engine', (SELECT json_build_object(
            'running', coalesce(bool_or(e.last_seen > clock_timestamp() - interval '1 minute'),
                                false),
            'host', (array_agg(e.host))[1], 'pid', coalesce((array_agg(e.pid))[1], 0),
            'version', (array_agg(e.version))[1], 'last_seen', ap.us(max(e.last_seen)))
        FROM engine e),
    'engines', (SELECT coalesce(json_agg(json_build_object('id', e.id, 'host', e.host,
            'pid', e.pid, 'version', e.version, 'first_seen', ap.us(e.first_seen),
            'last_seen', ap.us(e.last_seen), 'jobs', e.jobs, 'reports', e.reports)), '[]')
        FROM engine e),
    'record', (SELECT json_build_object('mode', 'shared', 'reachable', true, 'unsynced', NULL,
            'unsynced_stops', 0, 'as_of', m.us, 'problem', NULL, 'server', NULL,
            'server_version', current_setting('server_version'), 'login', session_user,
            'pooler', NULL) FROM moment m),
    'config_problem', NULL, 'jobs', ${JOB_LIST},
    'schedules', (SELECT json_build_object(
            'active', count(*) FILTER (WHERE s.enabled AND s.status = 'active'),
            'paused', count(*) FILTER (WHERE s.status = 'paused'),
            'in_error', count(*) FILTER (WHERE s.status = 'error'),
            'disabled', count(*) FILTER (WHERE NOT s.enabled),
            'running', (SELECT running FROM made), 'queued', (SELECT queued FROM made),
            'unseen_failures', (SELECT unseen FROM made),
            'next_run_at', ap.us(min(s.next_run_at) FILTER (WHERE s.enabled
                AND s.status = 'active' AND s.after_id IS NULL))) FROM planned s),
    'overdue', (SELECT coalesce(json_agg(json_build_object('schedule', s.schedule_name,
            'next_run_at', ap.us(s.next_run_at),
            'overdue_s', (m.us - ap.us(s.next_run_at)) / 1000000) ORDER BY s.next_run_at), '[]')
        FROM planned s CROSS JOIN moment m WHERE s.enabled AND s.status = 'active'
          AND s.next_run_at <= clock_timestamp() - interval '1 day'),
    'letters_today', CASE WHEN ap.sees_all() THEN (
            SELECT coalesce(sum(r.n), 0) FROM ap.send_rates r, moment m
            WHERE r.job = '00000000-0000-0000-0000-000000000000' AND r.span = 300
              AND r.tick >= m.us / 86400000000 * 288)
        ELSE (SELECT count(*) FROM ap.events e WHERE e.kind IN ('sent', 'simulated')
              AND e.at >= date_trunc('day', clock_timestamp(), 'UTC')) END,
    'in_doubt', coalesce((SELECT n FROM waiting WHERE state = 'in_doubt'), 0),
    'held', coalesce((SELECT n FROM waiting WHERE state = 'held'), 0))::text AS answer`;

export const SCHEDULES = `
SELECT json_build_object('schedules', coalesce(json_agg(json_build_object(
    'id', s.id, 'workspace', w.name, 'name', s.schedule_name, 'specification', p.name,
    'schedule_type', s.schedule_type, 'schedule_config', s.schedule_config,
    'enabled', s.enabled, 'status', s.status,
    'next_run_at', CASE WHEN s.after_id IS NULL THEN ap.us(s.next_run_at) END,
    'last_run_at', ap.us(s.last_run_at), 'last_run_status', s.last_run_status,
    'last_run_error', nullif(s.last_run_error, ''), 'run_count', s.run_count,
    'success_count', s.success_count, 'failure_count', s.failure_count,
    'skip_count', s.skip_count, 'overlap_skipped', s.overlap_skipped,
    'missed_count', s.missed_count, 'cadence_override', nullif(s.cadence_override, ''),
    'paused_until', ap.us(s.paused_until), 'notes', s.notes, 'created_by', s.created_by,
    'rev', s.rev, 'specifications', (SELECT json_agg(n.name) FROM (
        SELECT p.name UNION ALL
        (SELECT f.name FROM ap.schedule_specifications x
         JOIN ap.newsletter_specifications f ON f.id = x.specification_id
         WHERE x.schedule = s.id ORDER BY x.place)) n),
    'after', (SELECT a.schedule_name FROM ap.autopilot_schedules a WHERE a.id = s.after_id))
    ORDER BY s.enabled DESC, s.next_run_at, s.schedule_name), '[]'))::text AS answer
FROM ap.autopilot_schedules s
JOIN ap.newsletter_specifications p ON p.id = s.specification_id
JOIN ap.workspaces w ON w.id = s.workspace_id
WHERE s.deleted_at IS NULL AND ($1::text IS NULL OR w.name = $1)`;

/* $2: a schedule's name, NULL all. $3: only failures that nobody has seen. $4: how many. */
export const RUNS = `
SELECT json_build_object('runs', coalesce(json_agg(json_build_object(
    'id', r.id, 'workspace', r.workspace, 'schedule', nullif(r.schedule, ''),
    'specification', r.specification, 'trigger', r.trigger,
    'scheduled_for', ap.us(r.scheduled_for), 'status', r.status, 'attempt', r.attempt,
    'error', nullif(r.error, ''), 'report', nullif(r.report, ''),
    'sha256', nullif(r.sha256, ''), 'bytes', r.bytes, 'items', r.items, 'sources', r.sources,
    'sources_failed', r.sources_failed, 'created_at', ap.us(r.created_at),
    'started_at', ap.us(r.started_at), 'finished_at', ap.us(r.finished_at),
    'period', nullif(r.period_key, ''), 'seen', r.seen_at IS NOT NULL)
    ORDER BY r.seq DESC), '[]'))::text AS answer
FROM (SELECT r.*, w.name AS workspace, s.schedule_name AS schedule, p.name AS specification
    FROM ap.newsletter_runs r
    JOIN ap.newsletter_specifications p ON p.id = r.specification_id
    JOIN ap.workspaces w ON w.id = r.workspace_id
    LEFT JOIN ap.autopilot_schedules s ON s.id = r.autopilot_schedule_id
    WHERE ($1::text IS NULL OR w.name = $1) AND ($2::text IS NULL OR s.schedule_name = $2)
      AND (NOT $3::text::boolean OR (r.status = 'failed' AND r.seen_at IS NULL))
    ORDER BY r.seq DESC LIMIT $4::text::int) r`;

/* What a command needs to know first: who this login is, and which job is meant. $2: its name. */
export const TARGET = `
SELECT json_build_object('actor', ap.actor(), 'login', session_user, 'jobs', (
    SELECT coalesce(json_agg(json_build_object('workspace', w.name, 'mode', j.mode,
        'distribution', j.distribution_method, 'groups', (SELECT count(*)
            FROM ap.search_groups g WHERE g.job = j.id AND NOT g.removed)) ORDER BY w.name), '[]')
    FROM ap.automation_jobs j JOIN ap.workspaces w ON w.id = j.workspace_id
    WHERE j.name = $2 AND j.deleted_at IS NULL
      AND ($1::text IS NULL OR w.name = $1)))::text AS answer`;

export const CONTROL = 'SELECT ap.job_control($1::text::jsonb)::text AS answer';

/* A job that shall run and that nobody has had for a minute. */
export const HEALTH = `
SELECT count(*)::text AS answer FROM ap.automation_jobs j JOIN ap.job_leases l ON l.job = j.id
WHERE j.status = 'running' AND j.deleted_at IS NULL
  AND greatest(l.until, j.updated_at) < clock_timestamp() - interval '1 minute'`;

export const LAST_EVENT = 'SELECT coalesce(max(seq), 0)::text AS answer FROM ap.events';

/* $1: behind which event. With the snapshot that they are of: its oldest transaction under way and
 * the one that comes next (see events.js). */
export const EVENTS = `
SELECT json_build_object('oldest', pg_snapshot_xmin(s.now)::text,
    'next', pg_snapshot_xmax(s.now)::text, 'events', (
    SELECT coalesce(json_agg(json_build_object('seq', e.seq, 'at', ap.us(e.at),
        'age_s', extract(epoch FROM clock_timestamp() - e.at), 'level', e.level,
        'kind', e.kind, 'job', j.name, 'group', g.name, 'term', t.text, 'address', d.address,
        'actor', e.actor, 'text', e.text, 'send', coalesce(e.send, 0), 'n1', coalesce(e.n1, 0),
        'n2', coalesce(e.n2, 0)) ORDER BY e.seq), '[]')
    FROM (SELECT * FROM ap.events WHERE seq > $1::text::bigint ORDER BY seq LIMIT 200) e
    LEFT JOIN ap.automation_jobs j ON j.id = e.job
    LEFT JOIN ap.search_groups g ON g.job = e.job AND g.group_no = e.group_no
    LEFT JOIN ap.search_terms t ON t.job = e.job AND t.term_no = e.term_no
    LEFT JOIN ap.sends d ON d.seq = e.send))::text AS answer
FROM (SELECT pg_current_snapshot() AS now) s`;
