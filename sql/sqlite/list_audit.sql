-- The audit log, oldest first.
SELECT seq, at, actor, action, target, detail, lower(hex(hash))
FROM audit_log
ORDER BY seq
