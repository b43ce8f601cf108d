import type { MigrationInterface, QueryRunner } from 'typeorm';
import { definerFunction } from './definer-function.js';
import { roleNames } from './role-names.js';

const SEARCH = 'search_secret_keys(uuid[], text, integer, boolean)';

/** What large lists need: an index for parts of keys, one for global secrets, and lists over several tenants. */
export class SearchAndList1790000000011 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const roles = await roleNames(runner);
    await createExtensions(runner);
    const trigrams = await schemaOf(runner, 'pg_trgm');
    // A short list of what is not sorted in yet keeps both the search and the slowest insert quick.
    await runner.query(`
      CREATE INDEX ix_secrets_key_trigrams ON secrets USING gin (tenant_id, key ${trigrams}.gin_trgm_ops)
        WITH (gin_pending_list_limit = 1024);
      CREATE INDEX ix_secrets_global_key_trigrams ON secrets USING gin (key ${trigrams}.gin_trgm_ops)
        WHERE visibility = 'global';
      CREATE INDEX ix_secrets_global_created_at ON secrets (created_at, key) INCLUDE (tenant_id, id, created_by)
        WHERE visibility = 'global';
      CREATE POLICY tenant_set ON secrets FOR SELECT
        USING (tenant_id = ANY (string_to_array(nullif(current_setting('app.tenants', true), ''), ',')::uuid[]));
    `);
    await runner.query(SEARCH_KEYS);
    await runner.query(definerFunction(SEARCH, roles));
    await runner.query(AUDIT_APPEND_EACH);
    await runner.query(`
      REVOKE ALL ON FUNCTION audit_append_each FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION audit_append_each TO ${roles.app};
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION audit_append_each, search_secret_keys;
      DROP POLICY tenant_set ON secrets;
      DROP INDEX ix_secrets_global_created_at, ix_secrets_global_key_trigrams, ix_secrets_key_trigrams;
      DROP SCHEMA IF EXISTS ${OWN_SCHEMA} CASCADE;
    `);
  }
}

const OWN_SCHEMA = 'strongroom_extensions';

/** Trusted ones, so a database's owner may make them; those that are there already stay where they are. */
async function createExtensions(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE SCHEMA IF NOT EXISTS ${OWN_SCHEMA};
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ${OWN_SCHEMA};
    CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA ${OWN_SCHEMA};
  `);
}

async function schemaOf(runner: QueryRunner, extension: string): Promise<string> {
  const [row] = (await runner.query(
    'SELECT quote_ident(nspname) AS name FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = $1',
    [extension],
  )) as [{ name: string }];
  return row.name;
}

/**
 * The secrets whose key matches a pattern, of these tenants or, the other way round, the global ones of all others: which
 * they are, and nothing of them. NULL where there are more than the limit: then walking along an order finds a page
 * sooner. Under a policy the index would not be used, since ILIKE is not leakproof; so this is the reader's, and who asks
 * reads the rows under the policies afterwards. The plan is made for each pattern.
 */
const SEARCH_KEYS = `
  CREATE FUNCTION search_secret_keys(p_tenants uuid[], p_pattern text, p_limit integer, p_global boolean)
  RETURNS TABLE (tenant_ids uuid[], ids uuid[])
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  BEGIN
    IF p_global THEN
      EXECUTE $sql$
        SELECT array_agg(f.tenant_id), array_agg(f.id) FROM (
          SELECT s.tenant_id, s.id FROM secrets s
          WHERE s.visibility = 'global' AND s.key ILIKE $2 AND s.tenant_id <> ALL ($1) LIMIT $3
        ) f
      $sql$ INTO tenant_ids, ids USING p_tenants, p_pattern, p_limit + 1;
    ELSE
      EXECUTE $sql$
        SELECT array_agg(f.tenant_id), array_agg(f.id) FROM (
          SELECT o.tenant_id, o.id FROM unnest($1) AS t (id) CROSS JOIN LATERAL (
            SELECT s.tenant_id, s.id FROM secrets s WHERE s.tenant_id = t.id AND s.key ILIKE $2 LIMIT $3
          ) o LIMIT $3
        ) f
      $sql$ INTO tenant_ids, ids USING p_tenants, p_pattern, p_limit + 1;
    END IF;
    IF cardinality(ids) > p_limit THEN
      tenant_ids := NULL;
      ids := NULL;
    ELSE
      tenant_ids := coalesce(tenant_ids, '{}');
      ids := coalesce(ids, '{}');
    END IF;
    RETURN NEXT;
  END
  $$;
`;

/**
 * The same event in several logs: what was done in several tenants at once is on record in each of them. It names them to
 * the policies one after the other, and in the end the tenant of the transaction again.
 */
const AUDIT_APPEND_EACH = `
  CREATE FUNCTION audit_append_each(
    p_logs uuid[], p_id uuid, p_action text, p_outcome text, p_caller json, p_detail json
  ) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
  DECLARE
    v_tenant text := current_setting('app.tenant');
    v_log uuid;
  BEGIN
    FOREACH v_log IN ARRAY p_logs LOOP
      PERFORM set_config('app.tenant', v_log::text, true);
      PERFORM audit_append(v_log, p_id, p_action, NULL, NULL, p_outcome, p_caller, p_detail);
    END LOOP;
    PERFORM set_config('app.tenant', v_tenant, true);
  END
  $$;
`;
