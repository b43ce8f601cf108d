-- Returns the origin of an epoch of a log, which names it in checkpoints and keys (docs/audit-format.md).
CREATE OR REPLACE FUNCTION audit_origin(p_log uuid, p_epoch integer) RETURNS text
LANGUAGE sql STABLE
AS $$
  SELECT 'strongroom/' || i.id || '/' || p_log || CASE WHEN p_epoch = 1 THEN '' ELSE '/' || p_epoch END FROM installation i
$$;

REVOKE ALL ON FUNCTION audit_origin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_origin TO :"app_role", :"reader_role";
