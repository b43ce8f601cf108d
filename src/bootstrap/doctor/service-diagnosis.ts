import type { DataSource } from 'typeorm';
import { newEvent } from '../../audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../audit/audit-writer.js';
import type { Caller } from '../../common/tenant-context.js';
import { StartupError } from '../../common/startup-error.js';
import type { Configuration } from '../../config/configuration.js';
import { assertDurable, assertServiceLogin } from '../../database/connection/database-assertions.js';
import { openServiceDataSource, serviceSettings } from '../../database/connection/service-data-source.js';
import { assertSessions } from '../../database/connection/session-check.js';
import { Lanes, SMALLEST_POOL } from '../../database/lanes.js';
import { ServingQuestion } from '../../database/readiness/serving-question.js';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import type { DatabaseLocation } from '../database-location.js';
import { diagnoseSealing } from './audit-diagnosis.js';
import type { Attempt, Report } from './finding.js';
import { reasonOf } from './reason-of.js';

/**
 * Checks what the service's own login meets, each part under its subject; in a damaged schema, only whether it may log
 * in.
 */
export async function diagnoseService(
  { appRole, readerRole, nodeEnv }: Configuration,
  { url, variable, serviceLogin }: DatabaseLocation,
  caller: Caller,
  { report, attempt, schema }: { report: Report; attempt: Attempt; schema: 'damaged' | 'whole' },
): Promise<void> {
  const login = { appRole, single: serviceLogin === undefined };
  const opened = await attempt('database', async () => {
    const dataSource = await openServiceDataSource({ ...login, url, variable, poolSize: 2 });
    try {
      await assertSessions(dataSource, serviceSettings(login), { variable, url });
      return dataSource;
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
  });
  if (opened === undefined) return;
  try {
    if (schema === 'damaged') return;
    await attempt('row-level security', async () => {
      await assertServiceLogin(opened, readerRole);
      report('row-level security', "active, and the service's login cannot switch it off");
    });
    await attempt('database', async () => {
      const unready = await new ServingQuestion(opened, readerRole).ask();
      if (unready !== undefined) throw new StartupError(unready);
    });
    const durable = await assertDurable(opened).then(() => undefined, reasonOf);
    if (durable !== undefined) report('database', durable, nodeEnv === 'production' ? 'failed' : 'warning');
    await attempt('audit', () => diagnoseSealing(opened, report));
    await attempt('audit', async () => {
      await recordDoctor(opened, caller).catch(async (error: unknown) => {
        throw (await waitsForStandby(opened)) ? new StartupError(NO_STANDBY) : error;
      });
      report('audit', 'an event can be written');
    });
  } finally {
    await opened.destroy();
  }
}

const NO_STANDBY =
  'commits wait for a synchronous standby: bring one back, or take it out of synchronous_standby_names, which gives up ' +
  'that an acknowledged write survives the loss of the server';

/** Tells whether sessions of the service's login wait for a standby. Those of the same login may be seen without any right. */
async function waitsForStandby(dataSource: DataSource): Promise<boolean> {
  const [row] = await dataSource.query<{ waits: boolean }[]>(
    `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE usename = session_user AND datname = current_database()
       AND wait_event = 'SyncRep') AS waits`,
  );
  return row?.waits === true;
}

async function recordDoctor(dataSource: DataSource, caller: Caller): Promise<void> {
  const writer = new AuditWriter(new TenantTransaction(new Lanes(dataSource, SMALLEST_POOL)));
  await writer.record(SYSTEM_LOG, newEvent('doctor', caller));
}
