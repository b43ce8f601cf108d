-- Destroys up to p_limit secrets that one tenant's trash no longer keeps, the oldest first, and records each as purged by
-- the service, with the reason: age, entries, bytes, or tenant (the tenant was deleted by a program that leaves its trash).
-- The tenant is the first after p_after (null for the first of all) that has anything in its trash; returns it with the
-- number of secrets, or no row if there is none. Secrets that others have locked are left to a later call.
--
-- The tenant's setting trash_days, or else p_days, counts within p_least_days and p_most_days. p_entries and p_bytes bound
-- what a tenant keeps, with the versions of its secrets.
CREATE OR REPLACE FUNCTION sweep_trash(
  p_after uuid, p_days integer, p_least_days integer, p_most_days integer, p_entries integer, p_bytes bigint,
  p_limit integer
) RETURNS TABLE (tenant_id uuid, purged integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
AS $$
#variable_conflict use_column
DECLARE
  r         record;
  v_tenant  record;
  v_entries audit_entry[] := '{}';
BEGIN
  SELECT t.id, t.deleted_at IS NOT NULL AS is_deleted,
         now() - make_interval(days => least(greatest(coalesce(g.trash_days, p_days), p_least_days), p_most_days)) AS since
  INTO v_tenant
  FROM (
    SELECT s.tenant_id AS id FROM secrets s
    WHERE s.deleted_at IS NOT NULL AND s.tenant_id > coalesce(p_after, '00000000-0000-0000-0000-000000000000')
    ORDER BY s.tenant_id LIMIT 1
  ) f
  JOIN tenants t ON t.id = f.id LEFT JOIN tenant_settings g ON g.tenant_id = f.id;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  FOR r IN
    WITH kept AS (
      SELECT s.id, s.deleted_at, row_number() OVER newest AS entries,
             sum(octet_length(s.value) + coalesce(octet_length(s.provider_options), 0)
               + coalesce(pg_column_size(s.schema), 0) + coalesce(v.bytes, 0)) OVER newest AS bytes
      FROM secrets s CROSS JOIN LATERAL (
        SELECT sum(octet_length(v.value)) AS bytes FROM secret_versions v
        WHERE v.tenant_id = s.tenant_id AND v.secret_id = s.id
      ) v
      WHERE s.tenant_id = v_tenant.id AND s.deleted_at IS NOT NULL
      WINDOW newest AS (ORDER BY s.deleted_at DESC, s.id DESC)
    ), overdue AS (
      SELECT k.id, CASE WHEN v_tenant.is_deleted THEN 'tenant' WHEN k.deleted_at <= v_tenant.since THEN 'age'
                        WHEN k.entries > p_entries THEN 'entries' ELSE 'bytes' END AS reason
      FROM kept k
      WHERE v_tenant.is_deleted OR k.deleted_at <= v_tenant.since OR k.entries > p_entries OR k.bytes > p_bytes
      ORDER BY k.deleted_at, k.id LIMIT p_limit
    ), locked AS MATERIALIZED (
      SELECT s.id, o.reason FROM secrets s JOIN overdue o ON o.id = s.id
      WHERE s.tenant_id = v_tenant.id AND s.deleted_at IS NOT NULL FOR UPDATE OF s SKIP LOCKED
    )
    DELETE FROM secrets s USING locked l WHERE s.tenant_id = v_tenant.id AND s.id = l.id
    RETURNING s.id, s.key, s.version, s.revision, l.reason
  LOOP
    v_entries := v_entries || ROW(
      v_tenant.id, new_event_id(), 'secret.purge', r.key, r.id, r.version, r.revision, 'ok',
      json_build_object('actor_id', NULL, 'actor_name', NULL, 'method', 'system', 'request_id', NULL, 'address', NULL),
      json_build_object('reason', r.reason)
    )::audit_entry;
  END LOOP;

  PERFORM record_events(v_entries);
  tenant_id := v_tenant.id;
  purged := cardinality(v_entries);
  RETURN NEXT;
END
$$;

REVOKE ALL ON FUNCTION sweep_trash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sweep_trash TO :"app_role";
