-- $workspace, $subject
DELETE FROM suppressions WHERE workspace = $workspace AND subject = $subject
