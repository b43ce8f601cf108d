import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';
import { createReadFunction } from './read-function.js';

const READ = 'read_secrets(uuid[], text[], uuid[], json[], uuid[], boolean[])';
const TAKEN = 'secret_key_taken(uuid, text, boolean)';

/** Private and global secrets, hidden values, and the one rule of who sees what. */
export class AddVisibility1790000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      ALTER TABLE secrets
        ADD visibility text NOT NULL DEFAULT 'tenant',
        ADD is_hidden_value boolean NOT NULL DEFAULT false,
        ADD CONSTRAINT ck_secrets_visibility CHECK (visibility IN ('private', 'tenant', 'global'));
      DROP INDEX ix_secrets_created_at;
      CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key)
        INCLUDE (id, visibility, created_by);
      CREATE UNIQUE INDEX uq_secrets_global_key ON secrets (key) WHERE visibility = 'global';
      CREATE POLICY global_rows ON secrets FOR SELECT USING (visibility = 'global');
      GRANT SELECT (id, name) ON tenants TO ${roles.reader};
      GRANT SELECT (system_role) ON users TO ${roles.reader};
      GRANT SELECT ON user_groups, user_group_members, tenant_users, tenant_user_groups, role_permissions
        TO ${roles.reader};
    `);
    await runner.query(USER_MAY);
    await runner.query(`
      REVOKE ALL ON FUNCTION user_may FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION user_may TO ${roles.app}, ${roles.reader};
      DROP FUNCTION read_secrets;
    `);
    await runner.query(READ_SECRETS);
    await runner.query(definerFunction(READ, roles));
    await runner.query(KEY_TAKEN);
    await runner.query(definerFunction(TAKEN, roles));
  }

  async down(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await runner.query(`
      DROP FUNCTION read_secrets, secret_key_taken, user_may;
      REVOKE SELECT ON user_groups, user_group_members, tenant_users, tenant_user_groups, role_permissions
        FROM ${roles.reader};
      REVOKE SELECT (system_role) ON users FROM ${roles.reader};
      REVOKE SELECT (id, name) ON tenants FROM ${roles.reader};
      DROP POLICY global_rows ON secrets;
      DROP INDEX uq_secrets_global_key, ix_secrets_created_at;
      ALTER TABLE secrets DROP visibility, DROP is_hidden_value;
      CREATE INDEX ix_secrets_created_at ON secrets (tenant_id, created_at, key) INCLUDE (id);
    `);
    await createReadFunction(runner, roles);
  }
}

/** Whether a user's roles, the system's and the tenant's, direct and through groups, hold a permission in a tenant. */
const USER_MAY = `
  CREATE FUNCTION user_may(p_user uuid, p_tenant uuid, p_permission text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
      SELECT FROM role_permissions p WHERE p.permission = p_permission COLLATE "C" AND p.role IN (
        SELECT u.system_role FROM users u WHERE u.id = p_user
        UNION SELECT g.system_role FROM user_group_members m JOIN user_groups g ON g.id = m.group_id
          WHERE m.user_id = p_user
        UNION SELECT tu.role FROM tenant_users tu WHERE tu.tenant_id = p_tenant AND tu.user_id = p_user
        UNION SELECT tg.role FROM user_group_members m JOIN tenant_user_groups tg ON tg.group_id = m.group_id
          WHERE m.user_id = p_user AND tg.tenant_id = p_tenant
      )
    )
  $$;
`;

/**
 * Reads many secrets and records each read in the same statement. A secret of the caller's tenant goes before a global
 * one; a private one is there for its creator and the tenant's administrators only. A hidden value of somebody else is
 * given to administrators of its own tenant only, and is NULL for others. The event goes to the log of the secret's
 * tenant, or of the caller's where there is none. Answers carry the ordinal of their question; what they hold opens
 * only for the tenant and key that were asked for.
 */
const READ_SECRETS = `
  CREATE FUNCTION read_secrets(
    p_tenants uuid[], p_keys text[], p_events uuid[], p_callers json[], p_users uuid[], p_administrators boolean[]
  ) RETURNS TABLE (
    ordinal integer, outcome text, tenant_id uuid, tenant_name text, id uuid, version integer, revision integer,
    value bytea, visibility text, is_hidden_value boolean, created_at timestamptz, updated_at timestamptz,
    created_by uuid, creator text
  ) LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  #variable_conflict use_column
  DECLARE
    v_at timestamptz(3) := clock_timestamp();
  BEGIN
    RETURN QUERY
    WITH asked AS (
      SELECT q.* FROM unnest(p_tenants, p_keys, p_events, p_callers, p_users, p_administrators)
        WITH ORDINALITY AS q (reader_id, key, event_id, caller, user_id, administers, ordinal)
    ), answered AS (
      SELECT a.ordinal, a.reader_id, a.key, a.event_id, a.caller,
             CASE WHEN s.id IS NULL THEN 'not_found' ELSE 'ok' END AS outcome,
             s.tenant_id, t.name, s.id, s.version, s.revision, s.visibility, s.is_hidden_value,
             CASE WHEN NOT s.is_hidden_value OR s.created_by = a.user_id
                    OR CASE WHEN s.tenant_id = a.reader_id THEN a.administers
                            ELSE user_may(a.user_id, s.tenant_id, 'administrators') END
                  THEN s.value END AS value,
             s.created_at, s.updated_at, s.created_by, u.username
      FROM asked a
      LEFT JOIN LATERAL (
        SELECT * FROM (
          SELECT o.* FROM secrets o WHERE o.tenant_id = a.reader_id AND o.key = a.key COLLATE "C"
            AND (o.visibility <> 'private' OR o.created_by = a.user_id OR a.administers)
          UNION ALL
          SELECT g.* FROM secrets g WHERE g.visibility = 'global' AND g.key = a.key COLLATE "C"
            AND g.tenant_id <> a.reader_id
        ) candidates ORDER BY candidates.tenant_id <> a.reader_id LIMIT 1
      ) s ON true
      LEFT JOIN users u ON u.id = s.created_by
      LEFT JOIN tenants t ON t.id = s.tenant_id
    ), recorded AS (
      INSERT INTO audit_events (log_id, id, at, body)
      SELECT coalesce(a.tenant_id, a.reader_id), a.event_id, v_at,
             audit_body(a.event_id, v_at, coalesce(a.tenant_id, a.reader_id), 'secret.read', a.key, a.version,
                        a.outcome, a.caller,
                        CASE WHEN a.tenant_id <> a.reader_id THEN json_build_object('reader_tenant', a.reader_id) END)
      FROM answered a
    )
    SELECT a.ordinal::integer, a.outcome, a.tenant_id, a.name, a.id, a.version, a.revision, a.value, a.visibility,
           a.is_hidden_value, a.created_at, a.updated_at, a.created_by, a.username
    FROM answered a;
  END
  $$;
`;

/**
 * Whether another tenant stands in the way of a key: by a global secret of it, or, where a global one is wanted, by any.
 * Until the transaction ends nobody else can make the key global (or, where a global one is wanted, use it at all), so
 * the answer holds.
 */
const KEY_TAKEN = `
  CREATE FUNCTION secret_key_taken(p_tenant uuid, p_key text, p_global boolean) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    IF p_global THEN
      PERFORM pg_advisory_xact_lock(hashtextextended('secret key ' || p_key, 0));
    ELSE
      PERFORM pg_advisory_xact_lock_shared(hashtextextended('secret key ' || p_key, 0));
    END IF;
    RETURN EXISTS (
      SELECT FROM secrets s WHERE s.key = p_key COLLATE "C" AND s.tenant_id <> p_tenant AND s.visibility = 'global'
    ) OR p_global AND EXISTS (
      SELECT FROM tenants t JOIN secrets s ON s.tenant_id = t.id AND s.key = p_key COLLATE "C" WHERE t.id <> p_tenant
    );
  END
  $$;
`;
