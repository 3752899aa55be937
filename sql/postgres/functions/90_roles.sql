/* 90_roles - who may call what and see which rows: one table of rights, carried out here, last.
 *
 * autopilot_owner owns everything and logs in nowhere; autopilot_engine, autopilot_operator and
 * autopilot_reader are what logins are made members of. Nobody but the owner writes to a table:
 * commands run with the owner's rights (SECURITY DEFINER, with a search_path that nobody else can
 * put anything into) and ask ap.gate(). A copy is pulled with the caller's own rights, so that the
 * policies below say which rows it gets. A login that may not create roles migrates all the same;
 * then everything is its own, and nobody else has a way in (autopilot db status says so). */

CREATE OR REPLACE FUNCTION ap.rights() RETURNS TABLE (command text, definer boolean,
    engine boolean, operator boolean, reader boolean)
LANGUAGE sql IMMUTABLE AS $$
    VALUES
    /* What an engine works with. */
    ('hello', true, true, false, false),
    ('job_acquire', true, true, false, false),
    ('job_acquire_one', true, true, false, false),
    ('lease_renew', true, true, false, false),
    ('lease_release', true, true, false, false),
    ('job_desired', true, true, false, false),
    ('next_due', true, true, false, false),
    ('job_load', true, true, false, false),
    ('template_load', true, true, false, false),
    ('variation_load', true, true, false, false),
    ('job_move', true, true, false, false),
    ('search_end', true, true, false, false),
    ('search_failed', true, true, false, false),
    ('sends_exchange', true, true, false, false),
    ('sends_end', true, true, false, false),
    ('sends_open', true, true, false, false),
    ('carry_counts', true, true, false, false),
    ('carry_items', true, true, false, false),
    ('behind', true, true, false, false),
    ('replay', true, true, false, false),
    ('agenda_next_due', true, true, false, false),
    ('agenda_due', true, true, false, false),
    ('agenda_ahead', true, true, false, false),
    ('agenda_slots', true, true, false, false),
    ('agenda_soon', true, true, false, false),
    ('agenda_ready', true, true, false, false),
    ('agenda_begin', true, true, false, false),
    ('agenda_settle', true, true, false, false),
    ('run_take', true, true, false, false),
    ('run_known', true, true, false, false),
    ('run_renew', true, true, false, false),
    ('run_return', true, true, false, false),
    ('run_end', true, true, false, false),
    ('upkeep', true, true, false, false),
    ('delivery_next', true, true, false, false),
    ('delivery_take', true, true, false, false),
    ('delivery_report', true, true, false, false),
    ('delivery_end', true, true, false, false),
    /* What an operator asks for, himself or at an engine's console. */
    ('job_seed', true, true, true, false),
    ('job_put', true, true, true, false),
    ('job_get', true, true, true, true),
    ('job_control', true, true, true, false),
    ('job_delete', true, true, true, false),
    ('workspace_put', true, true, true, false),
    ('workspace_delete', true, true, true, false),
    ('template_put', true, true, true, false),
    ('template_delete', true, true, true, false),
    ('suppress', true, true, true, false),
    ('send_settle', true, true, true, false),
    ('send_heard', true, true, true, false),
    ('leads_import', true, true, true, false),
    ('member_put', true, true, true, false),
    ('member_delete', true, true, true, false),
    ('engine_forget', true, true, true, false),
    ('spec_put', true, true, true, false),
    ('spec_delete', true, true, true, false),
    ('schedule_put', true, true, true, false),
    ('schedule_get', true, true, true, true),
    ('schedule_delete', true, true, true, false),
    ('schedule_template_put', true, true, true, false),
    ('schedule_template_delete', true, true, true, false),
    ('schedule_control', true, true, true, false),
    ('run_ask', true, true, true, false),
    ('run_cancel', true, true, true, false),
    ('run_seen', true, true, true, false),
    ('delivery_again', true, true, true, false),
    ('backfill', true, true, true, false),
    ('names', true, true, true, true),
    /* What everybody may know of the record and of himself. */
    ('schema_list', true, true, true, true),
    ('record_facts', true, true, true, true),
    ('engine_list', true, true, true, true),
    ('server', false, true, true, true),
    ('actor', true, true, true, true),
    ('sees_all', true, true, true, true),
    ('my_workspaces', true, true, true, true),
    ('my_jobs', true, true, true, true),
    /* A copy, with the caller's own rights. */
    ('pull', false, true, true, true),
    ('pull_jobs', false, true, true, true),
    ('pull_letters', false, true, true, true),
    ('pull_history', false, true, true, true),
    ('pull_people', false, true, true, true),
    ('pull_schedules', false, true, true, true),
    ('json_text', false, true, true, true),
    ('report_get', false, true, true, true),
    ('pull_head', false, true, true, true),
    ('pull_from', true, true, true, true),
    ('pull_goes_on', false, true, true, true),
    ('pull_piece', false, true, true, true),
    ('pull_order', false, true, true, true),
    ('pull_where', false, true, true, true),
    ('row_of', false, true, true, true),
    ('pull_row', false, true, true, true),
    ('us', false, true, true, true),
    ('clock', false, true, true, true)
$$;

/* Which rows of a table an operator's or a reader's login sees; '' none. What asks for the workspace
 * alone is asked of an index; my_workspaces() has all of them for an administrator. All else is open
 * to administrators besides. Engines see everything. */
CREATE OR REPLACE FUNCTION ap.sights() RETURNS TABLE (relation text, sight text)
LANGUAGE sql IMMUTABLE AS $$
    VALUES
    ('workspaces', 'id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('workspace_members', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('automation_jobs', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('email_templates', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('leads', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('suppressions', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('automation_process_state', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('job_leases', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('search_groups', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('search_terms', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('term_variations', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('lead_sources', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('sends', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('send_counts', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('send_rates', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'),
    ('newsletter_specifications', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('autopilot_schedules', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('newsletter_runs', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('deliveries', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    ('schedule_templates', 'workspace_id = ANY ((SELECT ap.my_workspaces())::uuid[])'),
    /* What belongs to a row that is seen. */
    ('schedule_specifications',
        'EXISTS (SELECT FROM ap.autopilot_schedules s WHERE s.id = schedule)'),
    ('report_files', 'EXISTS (SELECT FROM ap.newsletter_runs r WHERE r.id = run)'),
    ('events', 'job = ANY ((SELECT ap.my_jobs())::uuid[])'
        ' OR EXISTS (SELECT FROM ap.autopilot_schedules s WHERE s.id = schedule)'),
    ('gone', 'key ->> 0 = ANY ((SELECT ap.my_workspaces() || ap.my_jobs())::text[])'
        ' OR relation IN (''schedule_specifications'', ''newsletter_runs'', ''report_files'')'),
    ('keeping', 'true'),
    ('engines', 'true'),
    ('record', 'true'),
    ('audit_log', ''), /* a chain of which one sees a part proves nothing */
    ('lost_letters', ''),
    ('report_items', ''), /* engines' */
    ('ready_batches', ''),
    ('ready_slots', ''),
    ('operators', 'login = session_user')
$$;

/* --- carried out --- */

DO $$
DECLARE
    r record;
BEGIN
    FOR r IN SELECT g.command, p.oid::regprocedure AS f, g.definer
             FROM ap.rights() g LEFT JOIN pg_proc p
               ON p.proname = g.command AND p.pronamespace = 'ap'::regnamespace LOOP
        IF r.f IS NULL THEN
            RAISE EXCEPTION 'rights are given to ap.%, which is no function', r.command;
        ELSIF r.definer THEN
            EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = pg_catalog, '
                           'pg_temp', r.f);
        END IF;
    END LOOP;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ap FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA ap FROM PUBLIC;
    FOR r IN SELECT * FROM ap.sights() LOOP
        EXECUTE format('ALTER TABLE ap.%I ENABLE ROW LEVEL SECURITY', r.relation);
        EXECUTE format('DROP POLICY IF EXISTS sight ON ap.%I', r.relation);
        EXECUTE format('DROP POLICY IF EXISTS sight_all ON ap.%I', r.relation);
    END LOOP;
END $$;

/* The roles, as far as this login may make them. */
DO $$
DECLARE
    one text;
BEGIN
    FOREACH one IN ARRAY ARRAY ['autopilot_owner', 'autopilot_engine', 'autopilot_operator',
                                'autopilot_reader'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = one) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN', one);
            EXCEPTION
                WHEN insufficient_privilege THEN
                    RAISE NOTICE 'the role % is missing: this login may not create it', one;
                WHEN duplicate_object OR unique_violation THEN
                    NULL; /* somebody else was quicker */
            END;
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION ap.give_rights(the_role text, may text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = the_role) THEN
        RETURN;
    END IF;
    EXECUTE format('REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ap FROM %I', the_role);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA ap FROM %I', the_role);
    EXECUTE format('GRANT USAGE ON SCHEMA ap TO %I', the_role);
    FOR r IN SELECT p.oid::regprocedure AS f FROM ap.rights() g JOIN pg_proc p
               ON p.proname = g.command AND p.pronamespace = 'ap'::regnamespace
             WHERE to_jsonb(g) -> may = 'true' LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', r.f, the_role);
    END LOOP;
    FOR r IN SELECT s.relation FROM ap.sights() s LOOP
        EXECUTE format('GRANT SELECT ON ap.%I TO %I', r.relation, the_role);
    END LOOP;
END $$;

/* The rows of the tables above: what is asked in a SELECT of its own is asked once a statement. */
CREATE OR REPLACE FUNCTION ap.give_sight() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    r record;
    everything constant text := '(SELECT ap.sees_all())';
BEGIN
    IF (SELECT count(*) < 3 FROM pg_roles p WHERE p.rolname IN
        ('autopilot_engine', 'autopilot_operator', 'autopilot_reader')) THEN
        RETURN; /* nobody but the owner has a way in */
    END IF;
    FOR r IN SELECT * FROM ap.sights() LOOP
        EXECUTE format('CREATE POLICY sight_all ON ap.%I FOR SELECT TO autopilot_engine '
                       'USING (true)', r.relation);
        EXECUTE format('CREATE POLICY sight ON ap.%I FOR SELECT TO autopilot_operator, '
                       'autopilot_reader USING (%s)', r.relation,
                       CASE WHEN r.sight = '' THEN everything
                            WHEN r.sight LIKE 'workspace_id = %' THEN r.sight
                            ELSE everything || ' OR ' || r.sight END);
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION ap.give_rights(text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION ap.give_sight() FROM PUBLIC;
SELECT ap.give_rights('autopilot_engine', 'engine');
SELECT ap.give_rights('autopilot_operator', 'operator');
SELECT ap.give_rights('autopilot_reader', 'reader');
SELECT ap.give_sight();

/* Everything is autopilot_owner's, and who migrates is one of it. */
DO $$
DECLARE
    r record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles p WHERE p.rolname = 'autopilot_owner') THEN
        RETURN;
    END IF;
    IF NOT pg_has_role('autopilot_owner', 'MEMBER') THEN
        EXECUTE format('GRANT autopilot_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO autopilot_owner', current_database());
    GRANT USAGE, CREATE ON SCHEMA ap TO autopilot_owner;
    FOR r IN SELECT CASE c.relkind WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind, c.relname AS name
             FROM pg_class c WHERE c.relnamespace = 'ap'::regnamespace
               AND c.relkind IN ('r', 'p', 'c') AND c.relowner <> 'autopilot_owner'::regrole LOOP
        EXECUTE format('ALTER %s ap.%I OWNER TO autopilot_owner', r.kind, r.name);
    END LOOP;
    FOR r IN SELECT p.oid::regprocedure AS f FROM pg_proc p
             WHERE p.pronamespace = 'ap'::regnamespace
               AND p.proowner <> 'autopilot_owner'::regrole LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO autopilot_owner', r.f);
    END LOOP;
    ALTER SCHEMA ap OWNER TO autopilot_owner;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'the record stays this login''s own: %', SQLERRM;
END $$;
