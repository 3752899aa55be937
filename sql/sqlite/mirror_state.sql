SELECT record, mark, pulled_at FROM mirror
