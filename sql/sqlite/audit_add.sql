-- $seq, $at, $actor, $action, $target, $detail, $hash (over the row before and this one)
INSERT INTO audit_log (seq, at, actor, action, target, detail, hash)
VALUES ($seq, $at, $actor, $action, $target, $detail, $hash)
