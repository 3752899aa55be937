-- $system. The newest timeline that was seen of it.
SELECT timeline FROM servers WHERE system = $system
