-- $id: what a hit shows.
SELECT f.path, t.title FROM file AS f JOIN page_text AS t ON t.id = f.id WHERE f.id = $id;
