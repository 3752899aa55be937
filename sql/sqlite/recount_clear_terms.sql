-- $job. The job's mode changed: its counters are those of the other mode.
UPDATE search_terms SET counted = 0, queued = 0, deferred = 0 WHERE job = $job
