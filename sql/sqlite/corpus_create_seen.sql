-- Files that one `corpus add` met, in memory: what is below its path and not in here is gone.
CREATE TEMP TABLE IF NOT EXISTS seen (
    id INTEGER PRIMARY KEY
);
