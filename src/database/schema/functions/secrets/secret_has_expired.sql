-- Tells whether a secret with this expiry has expired: the one place that does. Returns NULL if it never expires. Every
-- statement that gives out a value asks it. now() is the start of the transaction, so all parts of a statement agree. The
-- planner puts the comparison in place of the call, so that lists find what has expired by an index.
CREATE OR REPLACE FUNCTION secret_has_expired(p_expires_at timestamptz) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT p_expires_at <= now()
$$;

REVOKE ALL ON FUNCTION secret_has_expired FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_has_expired TO :"app_role", :"reader_role";
