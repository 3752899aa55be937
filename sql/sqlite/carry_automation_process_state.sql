-- A row as an object whose names are the columns of the shared record, in the order of its key.
SELECT json_object('job', hex(job), 'cycle', cycle, 'cycle_ended', cycle_ended, 'draws', draws,
    'group_no', group_no, 'term_no', term_no, 'rest_until', rest_until, 'wait_until', wait_until,
    'started_at', started_at, 'started_by', started_by, 'ended_at', ended_at, 'error', error,
    'duplicates', duplicates, 'next_group_no', next_group_no, 'next_term_no', next_term_no,
    'most_per_group', most_per_group, 'most_per_term', most_per_term, 'saved_at', saved_at,
    'confirmed_at', confirmed_at)
FROM automation_process_state ORDER BY job
