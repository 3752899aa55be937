-- $specification, $item, $run
INSERT INTO report_items (specification_id, item, run) VALUES ($specification, $item, $run)
ON CONFLICT DO NOTHING
