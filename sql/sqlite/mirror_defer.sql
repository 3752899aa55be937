-- Rows come in the order of their tables, not of their references: those are looked at at the end.
PRAGMA defer_foreign_keys = ON
