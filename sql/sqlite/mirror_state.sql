SELECT record, mark, pulled_at, server, place, after_key FROM mirror
