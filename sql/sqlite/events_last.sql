-- The newest event; 0: there is none.
SELECT coalesce(max(seq), 0) FROM events
