/* $1: what whoever listens shall be told. */
SELECT pg_catalog.pg_notify('ap', $1)
