/* The server, and what this login may do there: may be asked of any database, by any login. */
SELECT current_setting('server_version_num')::int AS version,
    split_part(current_setting('server_version'), ' ', 1) AS version_text,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    pg_catalog.pg_backend_pid() AS pid,
    session_user::text AS login,
    n.oid IS NOT NULL AS has_schema,
    CASE WHEN n.oid IS NULL
        THEN pg_catalog.has_database_privilege(current_database(), 'CREATE')
        ELSE pg_catalog.pg_has_role(n.nspowner, 'USAGE') END AS may_migrate,
    n.oid IS NOT NULL AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS may_enter,
    coalesce(f.works, false) AS may_work,
    coalesce(f.operates, false) AS may_operate,
    coalesce(f.reads, false) AS may_read,
    coalesce(f.there, false) AS has_commands,
    (SELECT count(*) = 4 FROM pg_catalog.pg_roles r WHERE r.rolname IN
        ('autopilot_owner', 'autopilot_engine', 'autopilot_operator', 'autopilot_reader'))
        AS has_roles,
    (SELECT r.rolsuper OR r.rolcreaterole FROM pg_catalog.pg_roles r
     WHERE r.rolname = current_user) AS may_make_roles
FROM (SELECT 1) one
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = 'ap'
LEFT JOIN LATERAL (SELECT
    bool_and(p.may) FILTER (WHERE p.name = 'hello') AS works,
    bool_and(p.may) FILTER (WHERE p.name = 'job_control') AS operates,
    bool_and(p.may) FILTER (WHERE p.name = 'pull') AS reads,
    count(*) = 3 AS there
    FROM (SELECT f.proname AS name, pg_catalog.has_function_privilege(f.oid, 'EXECUTE') AS may
          FROM pg_catalog.pg_proc f
          WHERE f.pronamespace = n.oid AND f.proname IN ('hello', 'job_control', 'pull')) p) f
    ON true
