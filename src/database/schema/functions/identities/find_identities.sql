-- Finds the user of each name or token, whether guesses of that name from that source are locked, whether that name has
-- logged in from that source lately, and the user's permissions in the named tenant. Each result row carries the ordinal
-- of its input.
--
-- User names are stored in normalised form apart from their case, so the key of a counter is the hash of the name in
-- lower case. Joining the permissions to one text is expensive, so it is done once for each distinct set of roles in
-- the batch; the text is in the row whose ordinal is permissions_in. A set of roles may contain NULL, which has no
-- permissions.
--
-- The settings force one generic plan that uses the indexes, whatever the statistics of small or growing tables say.
CREATE OR REPLACE FUNCTION find_identities(
  p_names text[], p_name_keys bytea[], p_tokens text[], p_sources text[], p_tenants text[]
) RETURNS TABLE (
  ordinal integer, user_id uuid, username text, password_hash text, active boolean, token_epoch integer,
  token_hash bytea, token_expired boolean, locked boolean, locked_just_now boolean, proved boolean, tenant_id uuid,
  tenant_name text, permissions text, permissions_in integer, maintenance boolean
)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT a.ordinal::integer, a.user_id, a.username, a.password_hash, a.active, a.token_epoch, a.token_hash, a.token_expired,
         a.locked, a.locked_just_now, a.proved, a.tenant_id, a.tenant_name,
         CASE WHEN a.ordinal = a.first THEN array_to_string(ARRAY(
           SELECT DISTINCT p.permission FROM role_permissions p WHERE p.role = ANY (a.roles) ORDER BY 1
         ), ',') END, a.first::integer,
         (SELECT m.activated_at IS NOT NULL FROM maintenance m)
  FROM (SELECT asked.*, min(asked.ordinal) OVER (PARTITION BY asked.roles) AS first FROM (
    SELECT q.ordinal, u.id AS user_id, u.username, u.password_hash, u.active, u.token_epoch,
           k.secret_hash AS token_hash, coalesce(k.expires_at <= now(), false) AS token_expired,
           coalesce(f.locked_until > now(), false) AS locked,
           coalesce(f.locked_until > now() AND f.locked_at > now() - interval '1 second', false) AS locked_just_now,
           coalesce(f.trusted_until > now(), false) AS proved,
           t.id AS tenant_id, t.name AS tenant_name,
           ARRAY[u.system_role, tu.role] || ARRAY(
             SELECT unnest(ARRAY[g.system_role, tg.role])
             FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
             LEFT JOIN tenant_user_groups tg ON tg.group_id = m.group_id AND tg.tenant_id = t.id
             WHERE m.user_id = u.id
           ) AS roles
    FROM unnest(p_names, p_name_keys, p_tokens, p_sources, p_tenants)
      WITH ORDINALITY AS q (username, name_key, token, source, tenant, ordinal)
    LEFT JOIN tokens k ON k.id = q.token COLLATE "C"
    LEFT JOIN LATERAL (
      SELECT n.id, n.username, n.password_hash, n.active, n.token_epoch, n.system_role FROM users n
      WHERE lower(n.username) = lower(q.username COLLATE "C") AND n.deleted_at IS NULL
      UNION ALL
      SELECT o.id, o.username, o.password_hash, o.active, o.token_epoch, o.system_role FROM users o
      WHERE o.id = k.user_id AND o.deleted_at IS NULL
    ) u ON true
    LEFT JOIN LATERAL (
      SELECT l.locked_until, l.locked_at, l.trusted_until FROM login_failures l WHERE l.source = q.source COLLATE "C"
        AND l.name_key = coalesce(q.name_key, sha256(convert_to(lower(u.username), 'UTF8'))) LIMIT 1
    ) f ON true
    LEFT JOIN tenants t ON t.name = q.tenant COLLATE "C" AND t.deleted_at IS NULL
    LEFT JOIN tenant_users tu ON tu.tenant_id = t.id AND tu.user_id = u.id
  ) asked) a;
END
$$;

REVOKE ALL ON FUNCTION find_identities FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_identities TO :"app_role";
