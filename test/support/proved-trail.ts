import { eventsOf, type ExportReport } from '../../src/audit-trail/verify/export-report.js';
import { verifyExport } from '../../src/audit-trail/verify/verify-export.js';
import { exportOf, keysOf, type Superuser } from './sealing.js';
import { until } from './until.js';

/** Selects the events that are not exactly one leaf, and the leaves without an event. */
const ODD = `
  SELECT coalesce(e.id, l.event_id) AS id FROM audit_events e
  FULL JOIN audit_leaves l ON l.log_id = e.log_id AND l.event_id = e.id
  GROUP BY coalesce(e.log_id, l.log_id), 1 HAVING count(l.event_id) <> 1 OR count(e.id) <> 1`;

/** Returns what an export of all logs proves. */
export async function provedTrail(database: Superuser): Promise<ExportReport> {
  const file = await exportOf(database);
  const chunks = async function* () {
    yield await Promise.resolve(file);
  };
  return verifyExport(chunks(), { keys: await keysOf(database) });
}

/**
 * Waits until a running service has sealed every event, and proves the trail.
 * @returns the number of events that were proved
 * @throws Error when an event is not exactly one leaf, or when the verifier finds damage
 */
export async function expectProvedTrail(database: Superuser): Promise<number> {
  await until(async () => (await database.asSuperuser('SELECT FROM audit_pending LIMIT 1')).length === 0);
  const odd = await database.asSuperuser<{ id: string }>(ODD);
  if (odd.length > 0) throw new Error(`Not exactly one leaf: ${odd.map(({ id }) => id).join(', ')}`);
  const { logs, damage } = await provedTrail(database);
  if (damage !== undefined) throw new Error(`Line ${damage.line} of the export ${damage.problem}`);
  return eventsOf(logs);
}
