-- $version
UPDATE state SET version = $version WHERE one = 1;
