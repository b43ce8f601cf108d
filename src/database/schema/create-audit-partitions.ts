import type { SqlRunner } from './role-variables.js';

/** Bounds how long the service can go without its daily job before events go to the default partition. */
const MONTHS_AHEAD = 3;

/**
 * Creates the missing partitions of the audit events, some months ahead.
 * @returns the number of events in the default partition, counting up to 1,000
 */
export async function createAuditPartitions(runner: SqlRunner): Promise<number> {
  const rows = await runner.query('SELECT audit_create_partitions($1) AS events', [MONTHS_AHEAD]);
  return (rows as [{ events: number }])[0].events;
}
