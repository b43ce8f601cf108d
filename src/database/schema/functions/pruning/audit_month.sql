-- Returns the first day of the month of an event's id, which is a UUID of version 7, by UTC.
CREATE OR REPLACE FUNCTION audit_month(p_id uuid) RETURNS date
LANGUAGE sql IMMUTABLE
AS $$
  SELECT date_trunc('month', to_timestamp(
    ('x' || left(replace(p_id::text, '-', ''), 12))::bit(48)::bigint / 1000.0
  ) AT TIME ZONE 'UTC')::date
$$;

REVOKE ALL ON FUNCTION audit_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_month TO :"reader_role";
