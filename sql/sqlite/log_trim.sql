-- $keep. Older lines go.
DELETE FROM lines WHERE seq <= (SELECT max(seq) FROM lines) - $keep
