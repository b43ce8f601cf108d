-- Returns the smallest UUID of version 7 of a time or later, which is the lower bound of a partition.
CREATE OR REPLACE FUNCTION first_event_id(p_at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE
AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM p_at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

REVOKE ALL ON FUNCTION first_event_id FROM PUBLIC;
GRANT EXECUTE ON FUNCTION first_event_id TO :"app_role", :"reader_role";
