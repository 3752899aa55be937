-- $engine. The start counter the record knows of this engine.
SELECT journal_gen FROM engines WHERE id = $engine
