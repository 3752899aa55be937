-- $specification, $run. What its earlier reports had, ascending as unsigned numbers.
SELECT item FROM report_items WHERE specification_id = $specification AND run <> $run
ORDER BY item < 0, item
