-- Lets go of the attached log.
DETACH log
