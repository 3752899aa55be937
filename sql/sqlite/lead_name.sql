-- $workspace, $address, $name. A name that nobody gave so far.
UPDATE leads SET name = $name WHERE workspace = $workspace AND address = $address AND name = ''
