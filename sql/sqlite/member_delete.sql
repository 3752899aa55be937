-- $workspace, $member
DELETE FROM workspace_members WHERE workspace = $workspace AND member = $member
