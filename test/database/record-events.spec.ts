import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { newEvent } from '../../src/audit/audit-event.js';
import { AuditWriter, SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { Unavailable } from '../../src/common/errors.js';
import { newId } from '../../src/common/ids.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { TenantTransaction } from '../../src/database/tenant-transaction.js';
import { systemCaller } from '../support/callers.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { StatementCount } from '../support/statement-count.js';
import { lanesOf } from '../support/lanes.js';

describe('events written by the database’s function', () => {
  let database: TestDatabase;
  let proxy: CuttingProxy;
  let dataSource: DataSource;
  let writer: AuditWriter;
  const tenant = newId();
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    proxy = new CuttingProxy(database, 'doctor');
    const url = await proxy.url();
    dataSource = await openServiceDataSource({ url, poolSize: 2, appRole: APP_ROLE, single: false });
    writer = new AuditWriter(new TenantTransaction(lanesOf(dataSource)));
  });
  afterEach(async () => {
    await dataSource.destroy();
    await proxy.close();
  });

  async function logsOf(eventId: string): Promise<string[]> {
    const rows = await database.asSuperuser<{ log: string }>(
      'SELECT log_id AS log FROM audit_events WHERE id = $1 ORDER BY 1',
      [eventId],
    );
    return rows.map(({ log }) => log);
  }

  it('take one statement, when they stand alone', async () => {
    const count = await StatementCount.of(database);
    const event = newEvent('secret.read', systemCaller());
    const { counted } = await count.during(() => writer.record(tenant, event));
    expect(Object.entries(counted)).toEqual([[expect.stringContaining('record_events'), 1]]);
    expect(await logsOf(event.id)).toEqual([tenant]);
  });

  it('are not recorded, and say so, where the connection is lost before', async () => {
    proxy.cut = 'before the server has it';
    const event = newEvent('doctor', systemCaller());
    await expect(writer.record(SYSTEM_LOG, event)).rejects.toThrow(Unavailable);
    expect([proxy.cuts, await logsOf(event.id)]).toEqual([1, []]);
  });

  it('are recorded once where the connection is lost after', async () => {
    proxy.cut = 'after the server has answered';
    const event = newEvent('doctor', systemCaller());
    await writer.record(SYSTEM_LOG, event);
    expect([proxy.cuts, await logsOf(event.id)]).toEqual([1, [SYSTEM_LOG]]);
  });

  it('are Unavailable where nobody can say', async () => {
    proxy.cut = 'for good';
    const lost = writer.record(SYSTEM_LOG, newEvent('doctor', systemCaller()));
    await expect(lost).rejects.toThrow(/read it before you try again/);
  });

  it('go each into its log, and leave the tenant of the transaction as it was', async () => {
    const other = newId();
    const event = newEvent('secret.list', systemCaller());
    const transaction = new TenantTransaction(lanesOf(dataSource));
    const named = await transaction.run(tenant, event.id, async (manager) => {
      await writer.appendEach(manager, [other, SYSTEM_LOG], event);
      await writer.append(manager, tenant, event);
      return manager.query<unknown[]>(`SELECT current_setting('app.tenant') AS tenant`);
    });
    expect(named).toEqual([{ tenant }]);
    expect(await logsOf(event.id)).toEqual([tenant, other, SYSTEM_LOG].sort());
    const left = `SELECT coalesce(current_setting('app.tenant', true), '') AS tenant`;
    expect(await dataSource.query(left)).toEqual([{ tenant: '' }]);
  });

  it('hold no line feed, whoever makes them', async () => {
    const breaking = dataSource.query(
      `SELECT record_events(ARRAY[ROW($1, $2, 'a', NULL, NULL, NULL, NULL, 'ok', E'{\\n}', NULL)::audit_entry])`,
      [tenant, newId()],
    );
    await expect(breaking).rejects.toThrow('ck_audit_events_body');
  });
});
