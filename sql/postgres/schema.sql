/* schema - what must be there before the first migration: the schema itself, the list of what was
 * carried out, and how a step is carried out. Can be run again. */

SELECT pg_advisory_xact_lock(hashtextextended('ap.schema', 0));

CREATE SCHEMA IF NOT EXISTS ap;
REVOKE ALL ON SCHEMA ap FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA ap REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

/* Version 0 stands for the functions: its row is written anew with each change of them. */
CREATE TABLE IF NOT EXISTS ap.schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL, /* of the text, so that an edited one is noticed */
    applied_at timestamptz NOT NULL,
    app_version text NOT NULL
);

/* Carries out one step and notes it, in one transaction, under a lock that all share. */
CREATE OR REPLACE FUNCTION ap.schema_step(the_version integer, the_name text, hash text,
    app text, script text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ap.schema', 0));
    IF the_version > 0 AND
       EXISTS (SELECT 1 FROM ap.schema_migrations m WHERE m.version = the_version) THEN
        RAISE EXCEPTION USING ERRCODE = 'AP005',
            MESSAGE = 'record: the schema was brought up to date meanwhile; try again';
    END IF;
    EXECUTE script;
    INSERT INTO ap.schema_migrations (version, name, sha256, applied_at, app_version)
    VALUES (the_version, the_name, hash, clock_timestamp(), app)
    ON CONFLICT (version) DO UPDATE SET sha256 = excluded.sha256,
        applied_at = excluded.applied_at, app_version = excluded.app_version;
END $$;

CREATE OR REPLACE FUNCTION ap.schema_list() RETURNS TABLE (version integer, sha256 text)
LANGUAGE sql STABLE AS
$$ SELECT m.version, m.sha256 FROM ap.schema_migrations m ORDER BY m.version $$;
