-- For reading in the order of time.
CREATE INDEX lines_at ON lines (at)
