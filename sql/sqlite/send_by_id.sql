-- $id. Whether the ledger has this letter.
SELECT seq, lead FROM sends WHERE id = $id
