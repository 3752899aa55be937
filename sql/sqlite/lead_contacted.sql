-- $lead, $job. A letter of another job that reached this address, may have, or is in an engine's
-- hands this instant: dry runs don't.
SELECT seq FROM sends
WHERE lead = $lead AND job <> $job AND mode <> 'dryrun'
  AND state IN ('sent', 'in_doubt', 'claimed', 'committing')
LIMIT 1
