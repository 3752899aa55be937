-- Who this machine is.
SELECT engine FROM identity
