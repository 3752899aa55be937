-- $job
UPDATE search_groups SET state = 'waiting', counted = 0, pass = 0, draw_no = 0 WHERE job = $job
