import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SYSTEM_LOG } from '../../src/audit/audit-writer.js';
import { AuditSinksJob } from '../../src/audit-trail/sinks/audit-sinks.job.js';
import { FileSink } from '../../src/audit-trail/sinks/receivers/file-sink.js';
import { SyslogSink } from '../../src/audit-trail/sinks/receivers/syslog-sink.js';
import { WebhookSink } from '../../src/audit-trail/sinks/receivers/webhook-sink.js';
import type { Sink } from '../../src/audit-trail/sinks/sink.js';
import { SinkDelivery } from '../../src/audit-trail/sinks/sink-delivery.js';
import { SinksRepository } from '../../src/audit-trail/sinks/sinks.repository.js';
import type { Sealer } from '../../src/audit-trail/sealing/sealer.js';
import { newId } from '../../src/common/ids.js';
import { createLogger } from '../../src/observability/logger.js';
import { lanesOf } from '../support/lanes.js';
import { reportOnLines } from '../support/receivers/received-lines.js';
import { SyslogReceiver } from '../support/receivers/syslog-receiver.js';
import { RECEIVER_CA, WEBHOOK_KEY, WebhookReceiver } from '../support/receivers/webhook-receiver.js';
import { sealAll, sealerOf } from '../support/sealing.js';
import { until } from '../support/until.js';
import { IdentityServices } from './identity-services.js';

const RIGHT = { missing: [], wrong: [], disordered: [] };
const ONCE = { ...RIGHT, repeated: 0 };
const WAIT_DAYS = 7;

describe('the sinks of the audit trail', () => {
  let services: IdentityServices;
  let sealer: Sealer;
  let repository: SinksRepository;
  let folder: string;
  let path: string;
  let logged: string[];
  let webhook: WebhookReceiver;
  let syslog: SyslogReceiver;
  let deliveries: SinkDelivery[];
  const tenant = newId();
  const logger = () => createLogger('info', { write: (line: string) => logged.push(line) });
  beforeEach(async () => {
    [logged, deliveries] = [[], []];
    folder = mkdtempSync(join(tmpdir(), 'strongroom-sinks-'));
    path = join(folder, 'audit.jsonl');
    services = await IdentityServices.open();
    sealer = sealerOf(services.rootKeys, logger());
    repository = new SinksRepository(lanesOf(services.dataSource));
    [webhook, syslog] = await Promise.all([WebhookReceiver.start(), SyslogReceiver.start()]);
  });
  afterEach(async () => {
    await Promise.all(deliveries.map((delivery) => delivery.stop()));
    await Promise.all([webhook.stop(), syslog.stop()]);
    await services.close();
    rmSync(folder, { recursive: true });
  });

  const webhookSink = () => new WebhookSink(webhook.url, WEBHOOK_KEY, RECEIVER_CA);
  /** Begins to deliver to a sink, as a process of its own does. */
  async function deliver(sink: Sink): Promise<SinkDelivery> {
    const delivery = new SinkDelivery(sink, repository, logger(), WAIT_DAYS);
    deliveries.push(delivery);
    delivery.start();
    await until(() => delivery.state.waiting !== undefined);
    return delivery;
  }
  /** Records events in two logs, and seals them. */
  async function seal(events: number): Promise<void> {
    await services.database.asSuperuser(
      `SELECT record_events(array_agg(ROW(
         (ARRAY[$1, $2]::uuid[])[1 + n % 2], new_event_id(), 'secret.read', 'ключ-' || n, NULL, NULL, NULL, 'ok', NULL, NULL
       )::audit_entry)) FROM generate_series(1, $3::integer) AS n`,
      [SYSTEM_LOG, tenant, events],
    );
    await sealAll(sealer, services.dataSource);
  }
  const fileLines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const report = (lines: readonly string[], from?: Record<string, number>) =>
    reportOnLines(services.database, lines, from);
  const sweep = (job = new AuditSinksJob(logger())) =>
    services.dataSource.transaction((manager) => job.run(manager));
  const count = async (text: string) =>
    Number((await services.database.asSuperuser<{ n: string }>(`SELECT ${text} AS n`))[0]?.n);
  const batches = () => count('(SELECT count(*) FROM audit_batches)');
  const unsent = async () => {
    const [row] = await services.database.asSuperuser<{ system: string | null; tenant: string | null }>(
      'SELECT audit_unsent_from($1, 1) AS system, audit_unsent_from($2, 1) AS tenant',
      [SYSTEM_LOG, tenant],
    );
    return [row?.system ?? null, row?.tenant ?? null];
  };
  const alarms = () => logged.flatMap((line) => (JSON.parse(line) as { alarm?: string }).alarm ?? []);

  it('get each event once, in order, as bytes that hash to the leaves of the signed trees', async () => {
    await seal(10);
    expect(await batches()).toBe(0);
    const files = { ca: RECEIVER_CA };
    const sinks = [
      new FileSink(path),
      new SyslogSink({ host: 'localhost', port: syslog.port, files }),
      webhookSink(),
    ];
    for (const sink of sinks) await deliver(sink);
    for (const events of [1, 200, 1_300, 30]) await seal(events);
    await until(() => deliveries.every(({ state }) => state.delivered >= 1_531));
    const from = { [SYSTEM_LOG]: 5, [tenant]: 5 };
    for (const lines of [fileLines(), syslog.lines, webhook.lines])
      expect(await report(lines, from)).toEqual(ONCE);
    await until(async () => (await unsent()).every((index) => index === null));
    await sweep();
    expect(await batches()).toBe(0);
    expect(logged).toEqual([]);
  });

  it('get again what they may not have, and miss nothing', async () => {
    webhook.next.push('cuts', 'takes and cuts', 500, 302, 200, 'takes and cuts');
    const delivery = await deliver(webhookSink());
    await seal(1_200);
    await until(() => delivery.state.delivered >= 1_200);
    const { repeated, ...rest } = await report(webhook.lines);
    expect(rest).toEqual(RIGHT);
    // The first and the second part were taken once before their connection broke.
    expect(repeated).toBe(1_000);
    expect(delivery.state.failures).toBe(5);
    expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      'audit sink: it does not take events; they wait, and are sent again',
      'audit sink: it takes events again',
      'audit sink: it does not take events; they wait, and are sent again',
      'audit sink: it takes events again',
    ]);
    expect(logged.join()).not.toMatch(/canary|token/);
  });

  it('get what was sealed while they hung, and stop nothing meanwhile', async () => {
    webhook.manner = 'hangs';
    const delivery = await deliver(webhookSink());
    const other = await deliver(new FileSink(path));
    await seal(40);
    await until(() => webhook.posts > 0);
    const begun = performance.now();
    await seal(40);
    await until(() => other.state.delivered === 80);
    expect(performance.now() - begun).toBeLessThan(6_000);
    await until(() => delivery.state.failures > 0);
    expect(await unsent()).toEqual(['0', '0']);
    webhook.manner = 200;
    await until(() => delivery.state.delivered === 80);
    expect(await report(webhook.lines)).toEqual(ONCE);
    expect(logged.join()).toContain('it did not answer in time');
  });

  it('get what was sealed while the disk was full', async () => {
    symlinkSync('/dev/full', path);
    const delivery = await deliver(new FileSink(path));
    await seal(20);
    await until(() => delivery.state.failures > 0);
    await seal(20);
    rmSync(path);
    await until(() => delivery.state.delivered === 40);
    expect(await report(fileLines())).toEqual(ONCE);
    expect(logged.join()).toContain('"reason":"ENOSPC"');
  });

  it('are served by one process at a time, and by another once that has stopped or died', async () => {
    const dead = { sink: 'webhook', holder: newId(), seconds: 3, waitDays: WAIT_DAYS };
    expect(await repository.lease(dead)).toMatchObject({ isHolder: true });
    const first = await deliver(webhookSink());
    const second = await deliver(webhookSink());
    await seal(10);
    await until(() => first.state.delivered + second.state.delivered === 10);
    // What the dead process sent does not count any more.
    expect(await repository.confirm('webhook', dead.holder, { position: '999', part: 1 })).toBe(false);
    const [active, waiting] = first.state.delivered > 0 ? [first, second] : [second, first];
    for (let round = 0; round < 5; round += 1) await seal(10);
    await until(() => active.state.delivered === 60);
    expect(waiting.state.delivered).toBe(0);
    await active.stop();
    await seal(10);
    await until(() => waiting.state.delivered === 10);
    expect(await report(webhook.lines)).toEqual(ONCE);
  });

  it('are waited for by pruning for some days, and get the rest when something was removed', async () => {
    webhook.manner = 503;
    const delivery = await deliver(webhookSink());
    await seal(4);
    await seal(4);
    await until(() => delivery.state.failures > 0);
    expect(await unsent()).toEqual(['0', '0']);
    await services.database.asSuperuser(
      `UPDATE audit_batches SET sealed_at = sealed_at - interval '8 days' WHERE first_index = 0`,
    );
    expect(await unsent()).toEqual(['2', '2']);
    await sweep();
    expect(alarms()).toEqual(['audit_sink_overdue']);
    await services.database.asSuperuser(
      `DELETE FROM audit_leaves WHERE leaf_index = 0; DELETE FROM audit_events WHERE id = (SELECT event_id FROM audit_leaves WHERE log_id = '${tenant}' AND leaf_index = 1)`,
    );
    webhook.manner = 200;
    await until(() => delivery.state.delivered === 5);
    expect(alarms()).toEqual(['audit_sink_overdue', 'audit_sink_gap']);
    expect(await report(webhook.lines, { [tenant]: 2 })).toMatchObject({ missing: [], disordered: [] });
    await until(async () => (await unsent()).every((index) => index === null));
  });

  it('are forgotten once they are in no configuration for some days, with an alarm', async () => {
    await (await deliver(new FileSink(path))).stop();
    await seal(6);
    const job = new AuditSinksJob(logger());
    await sweep(job);
    expect([await batches(), alarms()]).toEqual([2, []]);
    await services.database.asSuperuser(`UPDATE audit_sinks SET configured_at = now() - interval '8 days'`);
    await sweep(job);
    expect([await batches(), await unsent(), alarms()]).toEqual([0, [null, null], ['audit_sink_forgotten']]);
    await seal(6);
    expect(await batches()).toBe(0);
  });
});
