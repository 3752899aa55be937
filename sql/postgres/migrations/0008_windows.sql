/* 0008_windows - letters of one recipient domain are counted by the hour, and found while the
 * domain asks to wait: each row has its registrable domain from now on. */

UPDATE ap.sends s SET site = l.site FROM ap.leads l WHERE l.id = s.lead AND s.site IS NULL;

CREATE INDEX sends_domain ON ap.sends (mode, site, claimed_at) WHERE claimed_at IS NOT NULL;
CREATE INDEX sends_put_off ON ap.sends (mode, site) WHERE state = 'deferred';
