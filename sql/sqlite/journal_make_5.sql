-- For forgetting.
CREATE INDEX letters_done ON letters (done_at) WHERE done_at IS NOT NULL
