-- $lead, $job. A letter of another job that reached this address, or may have: dry runs don't.
SELECT seq FROM sends
WHERE lead = $lead AND job <> $job AND mode <> 'dryrun' AND (state = 'sent' OR state = 'in_doubt')
LIMIT 1
