/* 10_carry - takes an embedded record into this one, which must be empty: `autopilot db to-shared`.
 *
 * One transaction of the program: carry_begin, carry_rows for each batch, carry_end; then the
 * program pulls a copy, compares, and commits. Each call is told the transaction's number, so that
 * a call that came to another connection, and so would be carried out by itself, fails. Rows are
 * objects whose names are this schema's columns; instants are microseconds, uuids and hashes hex,
 * and workspace_id is the workspace's number. */

CREATE OR REPLACE FUNCTION ap.carry_check(the_transaction text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF pg_current_xact_id_if_assigned()::text IS DISTINCT FROM the_transaction THEN
        PERFORM ap.fail('AP006', 'record: the connection broke while rows were carried over; '
                                 'nothing was changed; start again');
    END IF;
END $$;

/* The tables that a record is made of, without those that say which program made it. */
CREATE OR REPLACE FUNCTION ap.carry_tables() RETURNS SETOF regclass
LANGUAGE sql STABLE AS $$
    SELECT c.oid::regclass FROM pg_class c
    WHERE c.relnamespace = 'ap'::regnamespace AND c.relkind IN ('r', 'p')
      AND NOT c.relispartition
      AND (c.relname IN ('report_files', 'report_items') /* which are in no copy */
           OR EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = c.oid AND a.attname = 'changed' AND NOT a.attisdropped))
    ORDER BY c.relname
$$;

/* Gives the transaction's number. Nobody else writes until it is over. */
CREATE OR REPLACE FUNCTION ap.carry_begin(the_record uuid, made bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    one regclass;
    there boolean;
BEGIN
    PERFORM set_config('statement_timeout', '0', true);
    PERFORM set_config('idle_in_transaction_session_timeout', '0', true);
    PERFORM pg_advisory_xact_lock(hashtextextended('ap.schema', 0));
    FOR one IN SELECT ap.carry_tables() LOOP
        EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', one);
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO there;
        IF there THEN
            PERFORM ap.fail('AP003', format('record: the shared record is not empty (there are '
                'rows in %s); name an empty database in [record] url, or stay with this one', one));
        END IF;
    END LOOP;
    SET CONSTRAINTS ALL DEFERRED; /* a schedule may follow one that comes after it */
    UPDATE ap.record SET id = the_record, created_at = ap.ts(made);
    RETURN pg_current_xact_id()::text;
END $$;

/* How a column's value is read from the object r. */
CREATE OR REPLACE FUNCTION ap.carry_value(name name, type regtype) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format(CASE
        WHEN name = 'workspace_id'
            THEN '(SELECT w.id FROM ap.workspaces w WHERE w.no = (r ->> %L)::bigint)'
        WHEN type = 'timestamptz'::regtype THEN 'ap.ts((r ->> %L)::bigint)'
        WHEN type = 'bytea'::regtype THEN 'decode(r ->> %L, ''hex'')'
        WHEN type = 'boolean'::regtype THEN '(r ->> %L)::int::boolean'
        ELSE '(r ->> %L)::' || type END, name)
$$;

/* rows: an array of objects that all have the same names. Gives how many it was. */
CREATE OR REPLACE FUNCTION ap.carry_rows(the_transaction text, relation text, rows jsonb)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    names text;
    vals text;
    n bigint;
BEGIN
    PERFORM ap.carry_check(the_transaction);
    SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum),
           string_agg(ap.carry_value(a.attname, a.atttypid::regtype), ', ' ORDER BY a.attnum)
    INTO names, vals
    FROM pg_attribute a
    WHERE a.attrelid = format('ap.%I', relation)::regclass AND a.attnum > 0
      AND NOT a.attisdropped AND rows -> 0 ? a.attname;
    IF relation = 'engines' THEN /* what they know came with them */
        names := names || ', server';
        vals := vals || ', ap.server()';
    END IF;
    EXECUTE format('INSERT INTO ap.%I (%s) OVERRIDING SYSTEM VALUE SELECT %s
                    FROM jsonb_array_elements($1) WITH ORDINALITY o (r, no) ORDER BY o.no',
                   relation, names, vals) USING rows;
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN n;
END $$;

/* What is numbered here goes on after the greatest number that came. */
CREATE OR REPLACE FUNCTION ap.carry_end(the_transaction text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    c record;
    top bigint;
BEGIN
    PERFORM ap.carry_check(the_transaction);
    SET CONSTRAINTS ALL IMMEDIATE;
    FOR c IN SELECT a.attrelid::regclass AS tab, a.attname AS col
             FROM pg_attribute a
             WHERE a.attrelid IN (SELECT ap.carry_tables()) AND a.attidentity <> '' LOOP
        EXECUTE format('SELECT max(%I) FROM %s', c.col, c.tab) INTO top;
        PERFORM setval(pg_get_serial_sequence(c.tab::text, c.col), coalesce(top, 1),
                       top IS NOT NULL);
    END LOOP;
END $$;

/* What was reported already, in pieces: no copy has it. */
CREATE OR REPLACE FUNCTION ap.carry_items(after_spec uuid, after_item bigint, many bigint)
RETURNS TABLE (specification_id uuid, item bigint, run uuid)
LANGUAGE sql STABLE AS $$
    SELECT i.specification_id, i.item, i.run FROM ap.report_items i
    WHERE (i.specification_id, i.item) > (after_spec, after_item)
    ORDER BY i.specification_id, i.item LIMIT many
$$;

/* The record's name, and when it was made. */
CREATE OR REPLACE FUNCTION ap.record_facts() RETURNS TABLE (id uuid, created_at timestamptz)
LANGUAGE sql STABLE AS $$ SELECT r.id, r.created_at FROM ap.record r $$;

/* How many rows each table of a record has. */
CREATE OR REPLACE FUNCTION ap.carry_counts() RETURNS TABLE (relation text, n bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    one regclass;
BEGIN
    FOR one IN SELECT ap.carry_tables() LOOP
        RETURN QUERY EXECUTE format('SELECT split_part(%L, ''.'', 2), count(*) FROM %s', one, one);
    END LOOP;
END $$;
