-- Over which way this copy was pulled last, and when. Only where mirror_there says so.
SELECT coalesce(l.place, ''), coalesce(l.login, ''), coalesce(l.version, ''), coalesce(l.pooled, 0),
       m.pulled_at
FROM mirror m LEFT JOIN mirror_link l ON l.one = 1
