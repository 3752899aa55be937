/* 06_import - leads that an operator brings along: what a search would have made of them. */

/* Where they belong: the term of this text, or the job's first. */
CREATE OR REPLACE FUNCTION ap.import_term(q jsonb, the_job uuid) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    ret jsonb;
BEGIN
    SELECT jsonb_build_object('job', the_job, 'group', s.group_no, 'term', s.term_no,
                              'words', s.text)
    INTO ret
    FROM ap.search_terms s
    JOIN ap.search_groups g ON g.job = s.job AND g.group_no = s.group_no
    WHERE s.job = the_job AND NOT s.removed AND NOT g.removed
      AND (q ->> 'term' IS NULL OR s.text = q ->> 'term')
    ORDER BY g.place, s.place LIMIT 1;
    IF ret IS NULL THEN
        PERFORM ap.fail('AP003', format('leads: job "%s" has no term%s', q ->> 'name',
            coalesce(' "' || left(q ->> 'term', 80) || '"', '')));
    END IF;
    RETURN ret;
END $$;

/* Counters, the raised rev that makes an engine load the job again, the line of the audit log. */
CREATE OR REPLACE FUNCTION ap.import_save(q jsonb, spot jsonb, h ap.harvest, t timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ap.automation_process_state SET duplicates = duplicates + h.duplicates, saved_at = t
    WHERE job = h.job;
    PERFORM ap.tally(h.moves, t);
    UPDATE ap.search_groups SET leads = leads + h.leads
    WHERE job = h.job AND group_no = (spot ->> 'group')::int AND h.leads > 0;
    UPDATE ap.automation_jobs SET rev = rev + 1, updated_at = t WHERE id = h.job AND h.queued > 0;
    PERFORM ap.audit(t, 'leads_imported', q ->> 'actor',
        (q ->> 'workspace') || '/' || (q ->> 'name'), job => h.job, words => spot ->> 'words',
        n1 => h.queued, n2 => h.duplicates, group_no => (spot ->> 'group')::int,
        term_no => (spot ->> 'term')::int);
END $$;

/* q: actor, workspace, name, term (null: the job's first), leads [{page {url, title, company,
 * language}, name, lead {address, shown, site, flags, skip}}]. */
CREATE OR REPLACE FUNCTION ap.leads_import(q jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := ap.clock();
    j ap.found_job := ap.job_must(q, t);
    spot jsonb;
    h ap.harvest;
    x jsonb;
BEGIN
    PERFORM ap.gate(q, j.workspace_id, 'change');
    spot := ap.import_term(q, j.id);
    SELECT a.id, a.workspace_id, a.mode, a.recontact, a.one_lead_per_domain, p.cycle, 0, 0, 0, 0,
           '{}'::ap.send_move[]
    INTO h
    FROM ap.automation_jobs a JOIN ap.automation_process_state p ON p.job = a.id
    WHERE a.id = j.id;
    PERFORM pg_advisory_xact_lock(hashtextextended(h.workspace_id::text, 1)); /* as search_end */
    FOR x IN SELECT * FROM jsonb_array_elements(q -> 'leads') LOOP
        h := ap.take_address(spot, h, x -> 'page', x -> 'lead', t);
        UPDATE ap.leads l SET name = x ->> 'name'
        WHERE l.workspace_id = h.workspace_id AND l.address = x -> 'lead' ->> 'address'
          AND l.name = '' AND x ->> 'name' <> '';
    END LOOP;
    PERFORM ap.import_save(q, spot, h, t);
    RETURN jsonb_build_object('queued', h.queued, 'duplicates', h.duplicates,
        'skipped', h.skipped, 'mode', h.mode);
END $$;
