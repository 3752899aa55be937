-- The file is no copy any more.
DROP TABLE mirror
