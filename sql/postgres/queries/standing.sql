/* What stands there before anything of ours is called: may be asked of any database, by any login.
 * is_ours: the schema `ap` is a record's; is_other: it is something else's. */
SELECT s.list AND s.step AS is_ours,
    n.oid IS NOT NULL AND NOT (s.list AND s.step) AND s.things AS is_other
FROM (SELECT 1) one
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'ap'
CROSS JOIN LATERAL (SELECT
    EXISTS (SELECT FROM pg_catalog.pg_class c
            WHERE c.relnamespace = n.oid AND c.relname = 'schema_migrations') AS list,
    EXISTS (SELECT FROM pg_catalog.pg_proc p
            WHERE p.pronamespace = n.oid AND p.proname = 'schema_step') AS step,
    EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)
    OR EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid) AS things) s
