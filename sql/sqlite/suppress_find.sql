-- $workspace, $subject
SELECT reason FROM suppressions WHERE workspace = $workspace AND subject = $subject
