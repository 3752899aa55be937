-- The same for the attached log.
PRAGMA log.data_version
