-- $workspace, $job. The record knows of it, or never will.
DELETE FROM owed WHERE workspace = $workspace AND job = $job
