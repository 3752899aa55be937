-- $workspace, $member. The member's role (NULL: none), how many members there are, how many owners.
SELECT (SELECT role FROM workspace_members WHERE workspace = $workspace AND member = $member),
       count(*), count(*) FILTER (WHERE role = 'owner')
FROM workspace_members WHERE workspace = $workspace
