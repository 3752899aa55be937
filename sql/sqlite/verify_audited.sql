-- What operators did that is in only one of log and audit log.
SELECT count(*), coalesce(min(action), '')
FROM (SELECT action
      FROM (SELECT at, action FROM audit_log EXCEPT
            SELECT at, kind FROM events WHERE actor IS NOT NULL)
      UNION ALL
      SELECT kind
      FROM (SELECT at, kind FROM events WHERE actor IS NOT NULL EXCEPT
            SELECT at, action FROM audit_log))
