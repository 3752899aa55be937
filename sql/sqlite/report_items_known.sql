-- $specification, $run. What its earlier reports had.
SELECT item FROM report_items WHERE specification_id = $specification AND run <> $run
