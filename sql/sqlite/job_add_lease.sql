-- $job
INSERT INTO job_leases (job) VALUES ($job)
