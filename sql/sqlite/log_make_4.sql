-- For reading what is serious.
CREATE INDEX lines_grave ON lines (at) WHERE level <= 1
