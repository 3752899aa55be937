/* 08_operate - start, pause, stop, resume, delete; workspaces, templates, suppressions. Each is
 * audited; what is so already is not done again. */

/* Another mode than the job's: its cycle ends, and its counters become those of the mode. */
CREATE OR REPLACE FUNCTION ap.set_mode(j ap.found_job, new_mode text, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF j.mode = new_mode THEN
        RETURN;
    END IF;
    IF j.status = 'running' OR j.leased THEN
        PERFORM ap.fail('AP003', format('job: it is running in %s mode; stop it before it is '
                                        'started in %s mode', j.mode, new_mode));
    END IF;
    UPDATE ap.automation_jobs SET mode = new_mode, updated_at = t WHERE id = j.id;
    UPDATE ap.automation_process_state SET cycle_ended = true WHERE job = j.id AND cycle > 0;
    UPDATE ap.search_terms SET counted = 0, queued = 0, deferred = 0 WHERE job = j.id;
    UPDATE ap.search_terms s
    SET counted = c.counted, queued = c.queued, deferred = c.deferred
    FROM (SELECT o.term_no,
                 count(*) FILTER (WHERE o.cycle = j.cycle AND ap.holds(o.state)) AS counted,
                 count(*) FILTER (WHERE o.state = 'queued') AS queued,
                 count(*) FILTER (WHERE o.state = 'deferred') AS deferred
          FROM ap.sends o WHERE o.job = j.id AND o.mode = new_mode GROUP BY o.term_no) c
    WHERE s.job = j.id AND s.term_no = c.term_no;
    UPDATE ap.search_groups g
    SET counted = (SELECT coalesce(sum(s.counted), 0) FROM ap.search_terms s
                   WHERE s.job = g.job AND s.group_no = g.group_no)
    WHERE g.job = j.id;
    UPDATE ap.automation_jobs a
    SET total_emails_sent = (SELECT coalesce(sum(c.n), 0) FROM ap.send_counts c
                             WHERE c.job = j.id AND c.mode = new_mode AND ap.holds(c.state))
    WHERE a.id = j.id;
END $$;

CREATE OR REPLACE FUNCTION ap.refuse(j ap.found_job, q jsonb, cure text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.fail('AP003', format('job: "%s" is %s and can''t be %s%s', q ->> 'name', j.status,
        CASE q ->> 'what' WHEN 'start' THEN 'started' WHEN 'pause' THEN 'paused'
                          WHEN 'stop' THEN 'stopped' ELSE 'resumed' END, cure));
END $$;

CREATE OR REPLACE FUNCTION ap.job_go(j ap.found_job, q jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF q ->> 'what' = 'resume' AND j.status = 'idle' THEN
        PERFORM ap.refuse(j, q, ': it was never started; use start');
    ELSIF q ->> 'what' = 'resume' AND j.status = 'completed' THEN
        PERFORM ap.refuse(j, q, ': it has ended; start begins its next cycle');
    END IF;
    UPDATE ap.automation_jobs SET status = 'running', desired = 'run', updated_at = t
    WHERE id = j.id;
    /* A rest or wait under way is over. A cycle under way began when it began. */
    UPDATE ap.automation_process_state
    SET started_at = CASE WHEN cycle > 0 AND NOT cycle_ended THEN coalesce(started_at, t)
                          ELSE t END,
        started_by = q ->> 'actor', error = NULL, wait_until = NULL,
        rest_until = CASE WHEN rest_until IS NOT NULL THEN least(rest_until, t) END
    WHERE job = j.id;
END $$;

CREATE OR REPLACE FUNCTION ap.job_halt(j ap.found_job, q jsonb, t timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF j.status <> 'running' AND NOT (q ->> 'what' = 'stop' AND j.status = 'paused') THEN
        PERFORM ap.refuse(j, q, ': it is not running');
    END IF;
    UPDATE ap.automation_jobs SET desired = q ->> 'what', updated_at = t WHERE id = j.id;
END $$;

/* A job that pauses, or is about to, goes on; another stays as it is. */
CREATE OR REPLACE FUNCTION ap.job_confirm(j ap.found_job, q jsonb, t timestamptz) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    pauses boolean := j.status = 'paused' OR (j.status = 'running' AND j.desired = 'pause');
BEGIN
    UPDATE ap.automation_process_state SET confirmed_at = t, saved_at = t
    WHERE job = j.id AND confirmed_at IS NULL;
    IF NOT FOUND THEN
        RETURN '{"changed": false}';
    END IF;
    IF pauses THEN
        PERFORM ap.set_mode(j, q ->> 'mode', t);
        PERFORM ap.job_go(j, q, t);
    END IF;
    PERFORM ap.audit(t, 'job_confirm', q ->> 'actor',
        (q ->> 'workspace') || '/' || (q ->> 'name'), job => j.id,
        words => CASE WHEN pauses THEN q ->> 'mode' END);
    RETURN '{"changed": true}';
END $$;

/* q: actor, workspace, name, what, mode. The word sets `desired`; the lane that holds the job
 * brings it to rest. Where no lane holds it, the word is carried out at once. */
CREATE OR REPLACE FUNCTION ap.job_control(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    j ap.found_job := ap.job_must(q, t);
    runs boolean := q ->> 'what' IN ('start', 'resume');
    goal text := CASE q ->> 'what' WHEN 'pause' THEN 'pause' WHEN 'stop' THEN 'stop' ELSE 'run' END;
    leads_to text := CASE q ->> 'what' WHEN 'pause' THEN 'paused' WHEN 'stop' THEN 'stopped'
                     ELSE 'running' END;
BEGIN
    PERFORM ap.gate(q, j.workspace_id, 'change');
    IF q ->> 'what' = 'confirm' THEN
        RETURN ap.job_confirm(j, q, t);
    END IF;
    IF runs THEN
        PERFORM ap.set_mode(j, q ->> 'mode', t);
    END IF;
    IF (j.status = 'running' OR j.status = leads_to) AND j.desired = goal THEN
        RETURN '{"changed": false}';
    END IF;
    IF runs THEN
        PERFORM ap.job_go(j, q, t);
    ELSE
        PERFORM ap.job_halt(j, q, t);
    END IF;
    PERFORM ap.audit(t, 'job_' || (q ->> 'what'), q ->> 'actor',
        (q ->> 'workspace') || '/' || (q ->> 'name'), job => j.id,
        words => CASE WHEN runs THEN q ->> 'mode' END);
    IF NOT runs AND NOT (j.leased AND j.status = 'running') THEN
        PERFORM ap.rest(j.id, leads_to, NULL, t);
    END IF;
    RETURN '{"changed": true}';
END $$;

CREATE OR REPLACE FUNCTION ap.job_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    j ap.found_job := ap.job_must(q, t);
BEGIN
    PERFORM ap.gate(q, j.workspace_id, 'change');
    IF j.status = 'running' OR j.leased THEN
        PERFORM ap.fail('AP003', format('job: "%s" is running; stop it before you delete it',
                                        q ->> 'name'));
    END IF;
    UPDATE ap.automation_jobs SET deleted_at = t, desired = 'stop', updated_at = t WHERE id = j.id;
    PERFORM ap.audit(t, 'job_deleted', q ->> 'actor', (q ->> 'workspace') || '/' || (q ->> 'name'),
                     job => j.id);
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.workspace_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
BEGIN
    PERFORM ap.gate(q, NULL, 'change');
    PERFORM 1 FROM ap.workspaces w WHERE w.name = q ->> 'name' AND w.deleted_at IS NULL;
    IF FOUND THEN
        RETURN '{}';
    END IF;
    INSERT INTO ap.workspaces (name, created_at) VALUES (q ->> 'name', t)
    ON CONFLICT (name) DO UPDATE SET deleted_at = NULL;
    PERFORM ap.audit(t, 'workspace_created', q ->> 'actor', q ->> 'name', words => q ->> 'name');
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.workspace_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_workspace uuid := ap.workspace_must(q ->> 'name');
    jobs record;
BEGIN
    PERFORM ap.gate(q, the_workspace, 'own');
    SELECT count(*) AS n, min(j.name) AS one INTO jobs FROM ap.automation_jobs j
    WHERE j.workspace_id = the_workspace AND j.deleted_at IS NULL;
    IF jobs.n > 0 THEN
        PERFORM ap.fail('AP003', format('workspace: "%s" still has %s jobs ("%s"); delete them '
                                        'first', q ->> 'name', jobs.n, jobs.one));
    END IF;
    UPDATE ap.workspaces SET deleted_at = t WHERE id = the_workspace;
    PERFORM ap.audit(t, 'workspace_deleted', q ->> 'actor', q ->> 'name', words => q ->> 'name');
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.template_put(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM ap.gate(q, ap.workspace_must(q ->> 'workspace'), 'change');
    PERFORM ap.store_template(q ->> 'actor', ap.workspace_must(q ->> 'workspace'), q, ap.clock());
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.template_delete(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    the_user text;
BEGIN
    PERFORM ap.gate(q, the_workspace, 'change');
    SELECT j.name INTO the_user FROM ap.automation_jobs j
    JOIN ap.search_groups g ON g.job = j.id AND NOT g.removed AND g.template = q ->> 'name'
    WHERE j.workspace_id = the_workspace AND j.deleted_at IS NULL LIMIT 1;
    IF the_user IS NOT NULL THEN
        PERFORM ap.fail('AP003', format('template: "%s" is used by job "%s"; give its groups '
                                        'another one first', q ->> 'name', the_user));
    END IF;
    DELETE FROM ap.email_templates e
    WHERE e.workspace_id = the_workspace AND e.name = q ->> 'name';
    IF NOT FOUND THEN
        PERFORM ap.fail('AP004', format('template: there is no template "%s" in workspace "%s"',
                                        q ->> 'name', q ->> 'workspace'));
    END IF;
    PERFORM ap.audit(t, 'template_deleted', q ->> 'actor', q ->> 'name', words => q ->> 'name');
    RETURN '{}';
END $$;

CREATE OR REPLACE FUNCTION ap.suppress(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    the_workspace uuid := ap.workspace_must(q ->> 'workspace');
    adds boolean := (q ->> 'add')::boolean;
BEGIN
    PERFORM ap.gate(q, the_workspace, 'change');
    IF adds THEN
        INSERT INTO ap.suppressions (workspace_id, subject, reason, actor, at)
        VALUES (the_workspace, q ->> 'subject', q ->> 'reason', q ->> 'actor', t)
        ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM ap.suppressions s
        WHERE s.workspace_id = the_workspace AND s.subject = q ->> 'subject';
    END IF;
    IF NOT FOUND THEN
        RETURN '{"changed": false}';
    END IF;
    PERFORM ap.audit(t, CASE WHEN adds THEN 'suppress_added' ELSE 'suppress_removed' END,
                     q ->> 'actor', q ->> 'workspace', words => q ->> 'subject');
    RETURN '{"changed": true}';
END $$;
