/* The least that can be asked: how long is the way? */
SELECT 1
