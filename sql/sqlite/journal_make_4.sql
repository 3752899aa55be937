-- Only what is open is looked up by its id, so this index stays as small as what is in flight.
CREATE UNIQUE INDEX letters_open ON letters (id) WHERE done_at IS NULL
