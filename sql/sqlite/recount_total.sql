-- $job, $mode
UPDATE automation_jobs
SET total_emails_sent = (SELECT coalesce(sum(n), 0) FROM send_counts
        WHERE job = $job AND mode = $mode
          AND state IN ('claimed', 'committing', 'sent', 'simulated', 'in_doubt'))
WHERE id = $job
