-- $job. Every query starts at its first result; terms that were deferred come first.
UPDATE search_terms
SET first = (state = 'deferred'), state = 'waiting', counted = 0, target = 0, failures = 0,
    variation = 0, result = '', address = 0, ended = 0
WHERE job = $job
