/** The counter of guesses of that name from that source, joined. */
export const ALL_FAILURES = `
      LEFT JOIN login_failures f ON f.source = q.source COLLATE "C"
        AND f.name_key = coalesce(q.name_key, sha256(convert_to(lower(u.username), 'UTF8')))`;

/** The limit makes it a look-up of its own, by all of the key: joined, it read all counters of the source each time. */
export const ONE_FAILURE = `
      LEFT JOIN LATERAL (
        SELECT * FROM login_failures l WHERE l.source = q.source COLLATE "C"
          AND l.name_key = coalesce(q.name_key, sha256(convert_to(lower(u.username), 'UTF8'))) LIMIT 1
      ) f ON true`;

/**
 * Who stands behind each name or token, whether guesses of that name from that source are locked, and what the user
 * may do in the tenant. Names of users hold nothing that the counters' normalised form would change but capitals. The
 * permissions, with commas between, are joined up once for each set of roles in the batch, since that is the costly
 * part; they stand in the answer whose ordinal is `permissions_in`.
 * The plan is always the generic one: else the server would plan anew for each lone question.
 * @param failures the join with the counter of guesses, as `f`
 */
export function findIdentities(failures: string): string {
  return `
  CREATE OR REPLACE FUNCTION find_identities(
    p_names text[], p_name_keys bytea[], p_tokens text[], p_sources text[], p_tenants text[]
  ) RETURNS TABLE (
    ordinal integer, user_id uuid, username text, password_hash text, active boolean, token_hash bytea,
    token_expired boolean, locked boolean, locked_just_now boolean, tenant_id uuid, tenant_name text,
    key_generation integer, permissions text, permissions_in integer, maintenance boolean
  ) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
  #variable_conflict use_column
  BEGIN
    RETURN QUERY
    WITH asked AS MATERIALIZED (
      SELECT q.ordinal, u.id AS user_id, u.username, u.password_hash, u.active,
             k.secret_hash AS token_hash, coalesce(k.expires_at <= now(), false) AS token_expired,
             coalesce(f.locked_until > now(), false) AS locked,
             coalesce(f.locked_until > now() AND f.locked_at > now() - interval '1 second', false) AS locked_just_now,
             t.id AS tenant_id, t.name AS tenant_name,
             (SELECT max(g.generation) FROM tenant_keys g WHERE g.tenant_id = t.id AND g.retired_at IS NULL)
               AS key_generation,
             ARRAY(
               SELECT u.system_role
               UNION ALL SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = t.id AND tu.user_id = u.id
               UNION ALL SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
                 WHERE m.user_id = u.id
               UNION ALL SELECT tg.role FROM user_group_members m
                 JOIN tenant_user_groups tg ON tg.group_id = m.group_id AND tg.tenant_id = t.id
                 WHERE m.user_id = u.id
             ) AS roles
      FROM unnest(p_names, p_name_keys, p_tokens, p_sources, p_tenants)
        WITH ORDINALITY AS q (username, name_key, token, source, tenant, ordinal)
      LEFT JOIN tokens k ON k.id = q.token COLLATE "C"
      LEFT JOIN LATERAL (
        SELECT n.* FROM users n WHERE lower(n.username) = lower(q.username COLLATE "C") AND n.deleted_at IS NULL
        UNION ALL
        SELECT o.* FROM users o WHERE o.id = k.user_id AND o.deleted_at IS NULL
      ) u ON true
      ${failures}
      LEFT JOIN tenants t ON t.name = q.tenant COLLATE "C" AND t.deleted_at IS NULL
    ), granted AS MATERIALIZED (
      SELECT r.roles, r.first, array_to_string(ARRAY(
               SELECT DISTINCT p.permission FROM role_permissions p WHERE p.role = ANY (r.roles) ORDER BY 1
             ), ',') AS permissions
      FROM (SELECT a.roles, min(a.ordinal) AS first FROM asked a GROUP BY a.roles) r
    )
    SELECT a.ordinal::integer, a.user_id, a.username, a.password_hash, a.active, a.token_hash, a.token_expired,
           a.locked, a.locked_just_now, a.tenant_id, a.tenant_name, a.key_generation,
           CASE WHEN a.ordinal = g.first THEN g.permissions END, g.first::integer,
           (SELECT m.activated_at IS NOT NULL FROM maintenance m)
    FROM asked a JOIN granted g ON g.roles = a.roles;
  END
  $$;
`;
}
