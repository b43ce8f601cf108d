-- Writes events to their logs in the given order, and builds their texts. Each waits in audit_pending to be sealed. Sets the tenant of the caller's policies to
-- each event's log in turn, and finally back to the tenant of the transaction. Of a token that a caller put where a name
-- belongs, only the id is recorded.
CREATE OR REPLACE FUNCTION record_events(p_entries audit_entry[]) RETURNS void
LANGUAGE plpgsql VOLATILE
AS $$
DECLARE
  v_tenant text := coalesce(current_setting('app.tenant', true), '');
  v_at timestamptz(3) := clock_timestamp();
  v_time text := to_char(v_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
BEGIN
  INSERT INTO audit_events (log_id, id, at, action, actor_id, key, secret_id, revision, outcome, body)
  SELECT set_config('app.tenant', e.log_id::text, true)::uuid, e.id, v_at, e.action, (e.caller->>'actor_id')::uuid,
         k.key, e.secret_id, e.revision, e.outcome,
         json_build_object(
           'id', e.id,
           'time', v_time,
           'tenant_id', nullif(e.log_id, '00000000-0000-0000-0000-000000000000'),
           'action', e.action,
           'key', k.key,
           'secret_id', e.secret_id,
           'version', e.version,
           'revision', e.revision,
           'outcome', e.outcome,
           'caller', e.caller,
           'detail', e.detail
         )::text
  FROM unnest(p_entries) AS e
  CROSS JOIN LATERAL (
    SELECT CASE WHEN e.key LIKE '%ctok-%'
                THEN regexp_replace(e.key, '(ctok-[A-Za-z0-9]{10})-[A-Za-z0-9]+', '\1-********', 'g')
                ELSE e.key END AS key
  ) AS k;
  INSERT INTO audit_pending (log_id, event_id)
  SELECT set_config('app.tenant', e.log_id::text, true)::uuid, e.id FROM unnest(p_entries) AS e;
  PERFORM set_config('app.tenant', v_tenant, true);
END
$$;

REVOKE ALL ON FUNCTION record_events FROM PUBLIC;
GRANT EXECUTE ON FUNCTION record_events TO :"app_role", :"reader_role";
