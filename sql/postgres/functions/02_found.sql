/* 02_found - what a command that names a job or a workspace finds. */

DO $$
BEGIN
    CREATE TYPE ap.found_job AS (id uuid, workspace_id uuid, status text, desired text, mode text,
        rev bigint, cycle integer, leased boolean);
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

/* The id of a workspace that is not deleted. The program names the nearest one when it fails. */
CREATE OR REPLACE FUNCTION ap.workspace_must(the_name text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    ret uuid;
BEGIN
    SELECT w.id INTO ret FROM ap.workspaces w WHERE w.name = the_name AND w.deleted_at IS NULL;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP004', format('workspace: there is no workspace "%s"', the_name));
    END IF;
    RETURN ret;
END $$;

/* The job of q.workspace and q.name, locked; NULL when there is none. */
CREATE OR REPLACE FUNCTION ap.job_find(q jsonb, t timestamptz) RETURNS ap.found_job
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.found_job;
BEGIN
    PERFORM 1 FROM ap.job_leases l
    JOIN ap.automation_jobs j ON j.id = l.job
    JOIN ap.workspaces w ON w.id = j.workspace_id
    WHERE w.name = q ->> 'workspace' AND j.name = q ->> 'name' AND j.deleted_at IS NULL
    FOR UPDATE OF l;
    SELECT j.id, j.workspace_id, j.status, j.desired, j.mode, j.rev, p.cycle,
           l.engine IS NOT NULL AND l.until > t
    INTO ret
    FROM ap.automation_jobs j
    JOIN ap.workspaces w ON w.id = j.workspace_id
    JOIN ap.automation_process_state p ON p.job = j.id
    JOIN ap.job_leases l ON l.job = j.id
    WHERE w.name = q ->> 'workspace' AND j.name = q ->> 'name' AND j.deleted_at IS NULL;
    RETURN ret;
END $$;

CREATE OR REPLACE FUNCTION ap.job_must(q jsonb, t timestamptz) RETURNS ap.found_job
LANGUAGE plpgsql AS $$
DECLARE
    ret ap.found_job := ap.job_find(q, t);
BEGIN
    IF ret.id IS NULL THEN
        PERFORM ap.fail('AP004', format('job: there is no job "%s" in workspace "%s"',
                                        q ->> 'name', q ->> 'workspace'));
    END IF;
    RETURN ret;
END $$;

/* Is the workspace one that this login sees? (11_people) */
CREATE OR REPLACE FUNCTION ap.may_see(the_workspace uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ap.sees_all() OR the_workspace = ANY (ap.my_workspaces());
END $$;

/* Names among which the program looks for the nearest, when one is not there. */
CREATE OR REPLACE FUNCTION ap.names(q jsonb) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(n.name), '[]') FROM (
        SELECT w.name FROM ap.workspaces w
        WHERE q ->> 'of' = 'workspace' AND w.deleted_at IS NULL AND ap.may_see(w.id)
        UNION ALL
        SELECT j.name FROM ap.automation_jobs j JOIN ap.workspaces w ON w.id = j.workspace_id
        WHERE q ->> 'of' = 'job' AND w.name = q ->> 'workspace' AND j.deleted_at IS NULL
          AND ap.may_see(w.id)
        UNION ALL
        SELECT e.name FROM ap.email_templates e JOIN ap.workspaces w ON w.id = e.workspace_id
        WHERE q ->> 'of' = 'template' AND w.name = q ->> 'workspace' AND ap.may_see(w.id)
        UNION ALL
        SELECT s.schedule_name
        FROM ap.autopilot_schedules s JOIN ap.workspaces w ON w.id = s.workspace_id
        WHERE q ->> 'of' = 'schedule' AND w.name = q ->> 'workspace' AND s.deleted_at IS NULL
          AND ap.may_see(w.id)
        UNION ALL
        SELECT p.name
        FROM ap.newsletter_specifications p JOIN ap.workspaces w ON w.id = p.workspace_id
        WHERE q ->> 'of' = 'specification' AND w.name = q ->> 'workspace'
          AND p.deleted_at IS NULL AND ap.may_see(w.id)
        LIMIT 5000) n
$$;
