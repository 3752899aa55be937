-- Numbers a job, mode and state that differ from the ledger, either way.
SELECT count(*), coalesce(min(state), '')
FROM (SELECT job, mode, state, sum(n) AS n
      FROM (SELECT job, mode, state, n FROM send_counts
            UNION ALL
            SELECT job, mode, state, -count(*) FROM sends GROUP BY job, mode, state)
      GROUP BY job, mode, state)
WHERE n <> 0
