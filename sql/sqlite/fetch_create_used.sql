-- fetch.db: which page was used longest ago.
CREATE INDEX IF NOT EXISTS page_used ON page (used_at_us, bytes);
