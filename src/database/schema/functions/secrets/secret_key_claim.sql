-- Claims a key for a secret of a tenant until the transaction ends: no other transaction can make the key global (or,
-- if p_global is true, use it at all), and the tenant cannot be deleted. Outcomes: ok, global_elsewhere, key_elsewhere,
-- no_tenant and, without p_wait, busy, as described in insert_secrets.
CREATE OR REPLACE FUNCTION secret_key_claim(p_tenant uuid, p_key text, p_global boolean, p_wait boolean) RETURNS text
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
BEGIN
  IF NOT p_wait THEN
    PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE SKIP LOCKED;
    IF NOT FOUND OR p_global OR NOT pg_try_advisory_xact_lock_shared(secret_key_bucket(p_key)) THEN
      RETURN 'busy';
    END IF;
  ELSE
    PERFORM FROM tenants t WHERE t.id = p_tenant AND t.deleted_at IS NULL FOR KEY SHARE;
    IF NOT FOUND THEN
      RETURN 'no_tenant';
    END IF;
    PERFORM lock_secret_keys(ARRAY[p_key], ARRAY[p_global]);
  END IF;

  IF EXISTS (
    SELECT FROM secrets s WHERE s.visibility = 'global' AND s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant
  ) THEN
    RETURN 'global_elsewhere';
  END IF;
  IF p_global AND secret_key_elsewhere(p_tenant, p_key) THEN
    RETURN 'key_elsewhere';
  END IF;
  RETURN 'ok';
END
$$;

REVOKE ALL ON FUNCTION secret_key_claim FROM PUBLIC;
GRANT EXECUTE ON FUNCTION secret_key_claim TO :"app_role";
