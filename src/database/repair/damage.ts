import type { SqlRunner } from '../schema/role-variables.js';

/** Describes the logins and roles that a schema belongs to. */
export interface SchemaRoles {
  readonly appRole: string;
  readonly readerRole: string;
  /** The service's login, if it is not the owner's. */
  readonly serviceLogin?: string | undefined;
}

/** Describes a difference between a database and what the schema's files declare, as a restore may leave it. */
export interface Damage {
  /** True if it concerns the separation of tenants. */
  readonly rowSecurity?: boolean;
  /** Says what is wrong, for a line to the operator. */
  readonly problem: string;
  /** The statements with which the owner's login mends it. */
  readonly mend?: readonly string[];
  /** Says what the operator has to do, where the owner's login cannot mend it. */
  readonly cure?: string;
}

/** Returns the rows of a query. */
export async function rowsOf<R>(runner: SqlRunner, sql: string, values: unknown[] = []): Promise<R[]> {
  return (await runner.query(sql, values)) as R[];
}

/** Returns a name quoted for SQL. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
