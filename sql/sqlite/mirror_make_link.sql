-- Over which way this file was pulled last: only to be shown.
CREATE TABLE IF NOT EXISTS mirror_link (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    place TEXT NOT NULL, /* "db1 port 5432, database autopilot" */
    login TEXT NOT NULL,
    version TEXT NOT NULL, /* of the server */
    pooled INTEGER NOT NULL /* something stands between */
) STRICT
