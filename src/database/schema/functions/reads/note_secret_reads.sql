-- Notes in secret_reads what was read: by the events of these logs that seal_pending_events has just made leaves, and by
-- exports. Removes what was noted of secrets that were purged. seal_pending_events calls it in its transaction, so that an
-- event counts exactly once.
--
-- A read counts if a value was given: not where detail has without_value, nor the creation of a copy, which has
-- source_secret. Of a reader from another tenant, detail has reader_tenant. The three are looked for in the text, which is
-- not parsed: a quotation mark within a text of JSON is always escaped, so no text of a caller looks like one of them.
--
-- Runs with the rights of the schema's owner, since a secret may be in the trash already. A read that is sealed after the
-- purge of its secret finds no secret, and one that is sealed before is removed with the event of the purge.
CREATE OR REPLACE FUNCTION note_secret_reads(p_logs uuid[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_since   timestamptz := (SELECT i.reads_since FROM installation i);
  v_tenants uuid[];
  v_secrets uuid[];
  v_most    CONSTANT integer := 100;
  v_exports CONSTANT integer := 50;
BEGIN
  WITH sealed AS MATERIALIZED (
    SELECT e.log_id, e.secret_id, e.action, e.at, e.actor_id, e.body
    FROM audit_logs g
    JOIN audit_leaves l ON l.log_id = g.log_id AND l.epoch = g.epoch AND l.leaf_index >= g.size
    CROSS JOIN LATERAL (
      SELECT a.* FROM audit_events a
      WHERE a.log_id = l.log_id AND a.id = l.event_id AND a.action IN ('secret.read', 'secret.copy', 'secret.purge')
        AND a.outcome = 'ok' AND a.secret_id IS NOT NULL OFFSET 0
    ) AS e
    WHERE g.log_id = ANY (p_logs)
  ),
  purged AS (
    DELETE FROM secret_reads r USING sealed p
    WHERE p.action = 'secret.purge' AND r.tenant_id = p.log_id AND r.secret_id = p.secret_id
  ),
  exported AS (
    DELETE FROM secret_reads_pending p USING (
      SELECT o.tenant_id, o.id FROM secret_reads_pending o ORDER BY o.tenant_id, o.id LIMIT v_exports
    ) AS f WHERE p.tenant_id = f.tenant_id AND p.id = f.id
    RETURNING p.tenant_id, p.reader_id, p.read_at, p.secret_ids, p.versions
  ),
  read AS (
    SELECT s.log_id AS tenant_id, s.secret_id, substring(s.body FROM '"version" : (\d+)')::integer AS version,
           coalesce(t.id, s.actor_id) AS reader_id, t.id IS NOT NULL AS is_tenant, s.at AS read_at
    FROM sealed s CROSS JOIN LATERAL (
      SELECT substring(s.body FROM '"reader_tenant" ?: ?"([0-9a-f-]{36})"')::uuid AS id
    ) AS t
    WHERE s.action <> 'secret.purge' AND s.at >= v_since AND s.body !~ '"(without_value|source_secret)" ?:'
    UNION ALL
    SELECT x.tenant_id, u.secret_id, u.version, x.reader_id, false, x.read_at
    FROM exported x CROSS JOIN LATERAL unnest(x.secret_ids, x.versions) AS u (secret_id, version)
  ),
  noted AS (
    INSERT INTO secret_reads AS r (tenant_id, secret_id, version, reader_id, is_tenant, read_at)
    SELECT n.tenant_id, n.secret_id, n.version, n.reader_id, n.is_tenant, n.read_at FROM (
      SELECT d.tenant_id, d.secret_id, d.version, d.reader_id, bool_or(d.is_tenant) AS is_tenant, max(d.read_at) AS read_at
      FROM read d WHERE d.version IS NOT NULL AND d.reader_id IS NOT NULL
      GROUP BY d.tenant_id, d.secret_id, d.version, d.reader_id
    ) AS n
    WHERE EXISTS (SELECT FROM secrets s WHERE s.tenant_id = n.tenant_id AND s.id = n.secret_id)
    ON CONFLICT (tenant_id, secret_id, version, reader_id)
    DO UPDATE SET read_at = greatest(r.read_at, excluded.read_at)
    RETURNING r.tenant_id, r.secret_id, r.xmax = 0 AS is_new
  )
  SELECT array_agg(w.tenant_id), array_agg(w.secret_id) INTO v_tenants, v_secrets
  FROM (SELECT DISTINCT n.tenant_id, n.secret_id FROM noted n WHERE n.is_new) AS w;

  DELETE FROM secret_reads r USING (
    SELECT o.* FROM unnest(v_tenants, v_secrets) AS w (tenant_id, secret_id) CROSS JOIN LATERAL (
      SELECT k.tenant_id, k.secret_id, k.version, k.reader_id FROM secret_reads k
      WHERE k.tenant_id = w.tenant_id AND k.secret_id = w.secret_id ORDER BY k.read_at DESC OFFSET v_most
    ) AS o
  ) AS old
  WHERE r.tenant_id = old.tenant_id AND r.secret_id = old.secret_id AND r.version = old.version
    AND r.reader_id = old.reader_id;
END
$$;

REVOKE ALL ON FUNCTION note_secret_reads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_secret_reads TO :"reader_role";
