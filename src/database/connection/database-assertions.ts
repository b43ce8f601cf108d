import { randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { StartupError } from '../../common/startup-error.js';

/** Lists the tables with rows of tenants. */
export const TENANT_TABLES = [
  'secrets',
  'audit_events',
  'audit_pending',
  'audit_logs',
  'audit_leaves',
  'audit_nodes',
  'audit_log_keys',
  'audit_checkpoints',
  'audit_backfill',
  'audit_pruned',
  'audit_removals',
  'audit_batches',
  'secret_versions',
  'secret_reads',
  'secret_reads_pending',
  'secret_changes_pending',
  'secret_changes',
] as const;

interface LoginFacts {
  superuser: boolean;
  bypasses: boolean;
  /** True if the login may create objects in the schema, which our statements could then find. */
  creates: boolean;
  /** The roles that the login may assume and that see all rows. */
  elevated: string[];
  owned: string[];
  open: string[];
  missing: string[];
}

/**
 * Verifies that row-level security binds the service's login: it is active for every table with rows of tenants, and
 * the login is not a superuser, has no BYPASSRLS, owns none of the tables (policies do not bind owners), cannot become
 * the reader or a role that fails these checks, and cannot create objects in the schema.
 * @throws StartupError that names the problem
 */
export async function assertServiceLogin(dataSource: DataSource, readerRole: string): Promise<void> {
  const [facts] = await dataSource.query<LoginFacts[]>(
    `SELECT r.rolsuper AS superuser, r.rolbypassrls AS bypasses,
            has_schema_privilege('public', 'CREATE') AS creates,
            ARRAY(
              SELECT o.rolname::text FROM pg_roles o
              WHERE (o.rolsuper OR o.rolbypassrls OR o.rolname = $2) AND pg_has_role(o.oid, 'MEMBER')
            ) AS elevated,
            coalesce(array_agg(t.name ORDER BY t.ordinal) FILTER (WHERE pg_has_role(c.relowner, 'MEMBER')), '{}') AS owned,
            coalesce(array_agg(t.name ORDER BY t.ordinal) FILTER (WHERE NOT row_security_active(c.oid)), '{}') AS open,
            coalesce(array_agg(t.name ORDER BY t.ordinal) FILTER (WHERE c.oid IS NULL), '{}') AS missing
     FROM pg_roles r, unnest($1::text[]) WITH ORDINALITY AS t (name, ordinal) LEFT JOIN pg_class c ON c.oid = to_regclass(t.name)
     WHERE r.rolname = current_user
     GROUP BY r.rolsuper, r.rolbypassrls`,
    [TENANT_TABLES, readerRole],
  );
  const problem = loginProblem(facts);
  if (problem !== undefined)
    throw new StartupError(`DATABASE_URL: ${problem}; give the service a login of its own`);
  await assertBytesSurvive(dataSource);
}

function loginProblem(facts: LoginFacts | undefined): string | undefined {
  if (facts === undefined || facts.missing.length > 0) return 'the tables of Strongroom are not visible';
  if (facts.superuser) return 'the login is a superuser, whom row-level security does not bind';
  if (facts.bypasses) return 'the login has BYPASSRLS, so row-level security does not bind it';
  if (facts.owned.length > 0)
    return `the login owns ${facts.owned.join(', ')}, so row-level security does not bind it`;
  if (facts.elevated.length > 0)
    return `the login is a member of ${facts.elevated.join(', ')}, whom row-level security does not bind`;
  if (facts.creates)
    return 'the login may create objects in the schema (as its owner: REVOKE CREATE ON SCHEMA public FROM PUBLIC)';
  if (facts.open.length > 0) return `row-level security is not active for ${facts.open.join(', ')}`;
  return undefined;
}

/** Throws if the driver converts bytes to text, which would silently destroy every value. */
async function assertBytesSurvive(dataSource: DataSource): Promise<void> {
  const sent = Buffer.concat([Buffer.from([0, 255, 92, 39]), randomBytes(64)]);
  const [row] = await dataSource.query<{ bytes: Buffer }[]>('SELECT $1::bytea AS bytes', [sent]);
  if (row === undefined || !sent.equals(row.bytes)) {
    throw new StartupError(
      'The PostgreSQL driver does not keep bytes as they are; remove pg-native if it is installed',
    );
  }
}

/**
 * Verifies that a commit that PostgreSQL acknowledges survives a crash.
 * @throws StartupError that names the setting
 */
export async function assertDurable(dataSource: DataSource): Promise<void> {
  const [settings] = await dataSource.query<{ off: string[] }[]>(
    `SELECT ARRAY(SELECT name FROM unnest(ARRAY['fsync', 'synchronous_commit', 'full_page_writes']) AS name
                  WHERE current_setting(name) = 'off') AS off`,
  );
  const off = settings?.off ?? [];
  if (off.length > 0)
    throw new StartupError(
      `DATABASE_URL: ${off.join(', ')} is off, so PostgreSQL may lose what it has acknowledged; switch it on`,
    );
}
