-- Replaces the values of versions by the same values, sealed anew for the key that their secrets move to (update_secrets
-- with new_key), under the policy of the tenant that the transaction names. The arrays have an element for each version.
--
-- The caller has locked the rows of the secrets, which all writers of versions lock, and moves the secrets in the same
-- transaction. Returns how many versions were replaced: those that were destroyed or removed before are not.
CREATE OR REPLACE FUNCTION reseal_secret_versions(
  p_tenant uuid, p_secrets uuid[], p_versions integer[], p_generations integer[], p_values bytea[]
) RETURNS integer
LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
DECLARE
  v_resealed integer;
BEGIN
  UPDATE secret_versions AS v SET value = n.value, key_generation = n.key_generation
  FROM unnest(p_secrets, p_versions, p_generations, p_values) AS n (secret_id, version, key_generation, value)
  WHERE v.tenant_id = p_tenant AND v.secret_id = n.secret_id AND v.version = n.version AND v.destroyed_at IS NULL;
  GET DIAGNOSTICS v_resealed = ROW_COUNT;
  RETURN v_resealed;
END
$$;

REVOKE ALL ON FUNCTION reseal_secret_versions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reseal_secret_versions TO :"app_role";
