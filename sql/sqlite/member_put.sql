-- $workspace, $member, $role, $now
INSERT INTO workspace_members (workspace, member, role, added_at)
VALUES ($workspace, $member, $role, $now)
ON CONFLICT (workspace, member) DO UPDATE SET role = excluded.role
