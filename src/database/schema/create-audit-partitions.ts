import type { SqlRunner } from './role-variables.js';

/** For that long the service may be without its daily job before events go to the default partition. */
const MONTHS_AHEAD = 3;

/**
 * Creates the partitions of the audit's events that are missing, up to some months ahead.
 * @returns how many events the default partition holds, counting up to 1,000
 */
export async function createAuditPartitions(runner: SqlRunner): Promise<number> {
  const rows = await runner.query('SELECT audit_create_partitions($1) AS events', [MONTHS_AHEAD]);
  return (rows as [{ events: number }])[0].events;
}
