-- $c0 ...: the key of a row that is gone.
DELETE FROM schedule_specifications WHERE schedule = $c0 AND place = $c1
