-- $workspace, $job, $want, $actor, $now. The last word counts.
INSERT INTO owed (workspace, job, want, actor, asked_at)
VALUES ($workspace, $job, $want, $actor, $now)
ON CONFLICT (workspace, job) DO UPDATE SET want = excluded.want, actor = excluded.actor,
    asked_at = excluded.asked_at
