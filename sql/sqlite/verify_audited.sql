-- What operators did that is in only one of log and audit log (as far back as lines are kept).
SELECT count(*), coalesce(min(action), '')
FROM (SELECT action
      FROM (SELECT at, action FROM audit_log
            WHERE at >= coalesce((SELECT before FROM keeping WHERE relation = 'events'), 0)
            EXCEPT
            SELECT at, kind FROM events WHERE actor IS NOT NULL)
      UNION ALL
      SELECT kind
      FROM (SELECT at, kind FROM events WHERE actor IS NOT NULL EXCEPT
            SELECT at, action FROM audit_log))
