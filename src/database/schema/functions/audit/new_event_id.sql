-- Returns a new UUID of version 7, for an event that the database itself creates.
CREATE OR REPLACE FUNCTION new_event_id() RETURNS uuid
LANGUAGE sql VOLATILE
AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
          || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$;

REVOKE ALL ON FUNCTION new_event_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION new_event_id TO :"app_role", :"reader_role";
