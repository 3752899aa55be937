-- Jobs that have ended with letters in hand.
SELECT count(*), coalesce(min(j.name), '')
FROM automation_jobs j
WHERE j.status = 'completed'
  AND EXISTS (SELECT 1 FROM sends s
              WHERE s.job = j.id AND (s.state = 'claimed' OR s.state = 'committing'))
