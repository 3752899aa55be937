-- $job. The job takes one lead of a domain from now on: its rows so far count.
UPDATE sends SET site = (SELECT site FROM leads WHERE id = sends.lead)
WHERE job = $job AND site IS NULL
