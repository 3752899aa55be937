-- References that lead nowhere: table, row, parent.
PRAGMA foreign_key_check
