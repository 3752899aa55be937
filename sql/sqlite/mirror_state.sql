SELECT record, mark, pulled_at, server FROM mirror
