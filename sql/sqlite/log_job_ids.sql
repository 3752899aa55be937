-- $name, $max. Jobs that have, or had, this name; newest first.
SELECT id FROM automation_jobs WHERE name = $name ORDER BY rowid DESC LIMIT $max
