/* Which server this is: may be asked of any database, by any login. Two with the same system
 * identifier that began at different moments are a server and one that took its place. */
SELECT s.system_identifier::text AS system,
    CASE WHEN pg_catalog.pg_is_in_recovery() THEN c.timeline_id
        ELSE ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))
            ::bit(32)::int END AS timeline,
    extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text AS began
FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c
