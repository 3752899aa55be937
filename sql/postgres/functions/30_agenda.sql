/* 30_agenda - what is due: schedules whose instant has come, and what is needed to decide about
 * them. Nothing is decided here; 31_slots carries out what was. */

/* How long an engine that was not heard of has its runs; as RUN_TTL_US. */
CREATE OR REPLACE FUNCTION ap.run_ttl() RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT interval '60 seconds' $$;

/* One slot of one specification, one name, whoever makes the row: SHA-256 of the schedule, the
 * instant (8 bytes, the lowest first) and the specification, as a UUID of version 8; as
 * agenda_slot_id() of the embedded agenda. */
CREATE OR REPLACE FUNCTION ap.slot_id(schedule uuid, slot_us bigint, specification uuid)
RETURNS uuid
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    n bytea := int8send(slot_us);
    h bytea;
BEGIN
    h := uuid_send(schedule);
    FOR i IN REVERSE 7 .. 0 LOOP
        h := h || substr(n, i + 1, 1);
    END LOOP;
    h := sha256(h || uuid_send(specification));
    h := set_byte(h, 6, (get_byte(h, 6) & 15) | 128);
    h := set_byte(h, 8, (get_byte(h, 8) & 63) | 128);
    RETURN encode(substr(h, 1, 16), 'hex')::uuid;
END $$;
