-- $workspace, $address
SELECT id FROM leads WHERE workspace = $workspace AND address = $address
