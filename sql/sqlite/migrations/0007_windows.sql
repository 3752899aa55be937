/* 0007_windows - letters of one recipient domain are counted by the hour, and found while the
 * domain asks to wait: each row has its registrable domain from now on. */

UPDATE sends SET site = (SELECT l.site FROM leads l WHERE l.id = sends.lead) WHERE site IS NULL;

CREATE INDEX sends_domain ON sends (mode, site, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX sends_put_off ON sends (mode, site) WHERE state = 'deferred';

PRAGMA user_version = 7;
