-- $place, $login, $version, $pooled
INSERT INTO mirror_link (one, place, login, version, pooled)
VALUES (1, $place, $login, $version, $pooled)
ON CONFLICT (one) DO UPDATE SET place = excluded.place, login = excluded.login,
    version = excluded.version, pooled = excluded.pooled
