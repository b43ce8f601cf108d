import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { readMetrics, valueOf } from '../support/metrics-text.js';
import { query, testServer } from '../support/server.js';
import { Strongroom, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';

const NAMES = { STRONGROOM_METRICS_PORT: '0' };
const CANARY = 'canary-of-metrics';

/** Returns what the port of operators answers. */
async function get(room: Strongroom, path = '/metrics'): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${room.operations.url}${path}`);
  return { status: answer.status, text: await answer.text() };
}

const metricsOf = async (room: Strongroom) => (await get(room)).text;

describe('the metrics of a service', () => {
  let room: Strongroom;
  let user: As;
  beforeAll(async () => {
    room = await Strongroom.start(NAMES);
    user = await room.tenant(`${CANARY}-tenant`);
  });
  afterAll(() => room.stop());

  it('count requests by the pattern of the route and the status, and time them', async () => {
    const route = '/api/v3/secrets/:key';
    const labels = { method: 'GET', route };
    await room.secret(user, 'PUT', `${CANARY}-key`, `${CANARY}-value`);
    for (let time = 0; time < 3; time += 1) await room.secret(user, 'GET', `${CANARY}-key`);
    await room.secret(user, 'GET', `${CANARY}-absent`);
    await room.call({}, 'GET', `/nowhere/${CANARY}`);
    await room.send({ method: 'PROPFIND', path: '/api/v3/secrets' });
    const text = await metricsOf(room);
    const requests = (more: Record<string, string>) => valueOf(text, 'strongroom_http_requests_total', more);
    expect(requests({ ...labels, status: '200' })).toBe(3);
    expect(requests({ ...labels, status: '404' })).toBe(1);
    expect(requests({ method: 'PUT', route, status: '200' })).toBe(1);
    expect(requests({ method: 'GET', route: 'other', status: '404' })).toBe(1);
    expect(requests({ method: 'other', route: 'other', status: '405' })).toBe(1);
    expect(valueOf(text, 'strongroom_http_request_duration_seconds_count', labels)).toBe(4);
    expect(valueOf(text, 'strongroom_http_request_duration_seconds_bucket', { ...labels, le: '+Inf' })).toBe(
      4,
    );
  });

  it('count the statements of reads and writes, and the work of lanes', async () => {
    const before = await metricsOf(room);
    await room.secret(user, 'PUT', 'counted', 'x');
    await room.secret(user, 'GET', 'counted');
    const after = await metricsOf(room);
    const more = (name: string, labels: Record<string, string>) =>
      valueOf(after, name, labels) - valueOf(before, name, labels);
    for (const batch of ['read_secrets', 'insert_secrets']) {
      expect(more('strongroom_batches_total', { batch })).toBe(1);
      expect(more('strongroom_batched_calls_total', { batch })).toBe(1);
    }
    expect(more('strongroom_lane_admitted_total', { lane: 'writes' })).toBe(1);
    expect(more('strongroom_lane_admitted_total', { lane: 'reads' })).toBeGreaterThanOrEqual(3);
    expect(valueOf(after, 'strongroom_lane_places', { lane: 'reads' })).toBe(3);
    expect(valueOf(after, 'strongroom_database_connections_max', { pool: 'requests' })).toBe(11);
    expect(valueOf(after, 'strongroom_tenant_keys_cached')).toBeGreaterThanOrEqual(1);
  });

  it('count right and wrong logins, the lock that follows, and wrong tokens', async () => {
    const guessed = await room.member(`${CANARY}-tenant`, `${CANARY}-guessed`, 'user');
    await room.secret(guessed, 'GET', 'x');
    const before = await metricsOf(room);
    for (let time = 0; time < 7; time += 1)
      await room.secret({ login: `${CANARY}-guessed:wrong-${time}`, tenant: `${CANARY}-tenant` }, 'GET', 'x');
    const token = `ctok-abcdefghij-${'a'.repeat(40)}`;
    await room.call({ tenant: `${CANARY}-tenant` }, 'GET', '/api/v3/secrets', undefined, {
      'Authentication-Token': token,
    });
    const after = await metricsOf(room);
    const more = (labels: Record<string, string>) =>
      valueOf(after, 'strongroom_logins_total', labels) - valueOf(before, 'strongroom_logins_total', labels);
    expect(more({ method: 'password', outcome: 'wrong' })).toBe(5);
    expect(more({ method: 'password', outcome: 'locked' })).toBe(2);
    expect(more({ method: 'password', outcome: 'right' })).toBe(0);
    expect(more({ method: 'token', outcome: 'wrong' })).toBe(1);
    expect(valueOf(after, 'strongroom_login_locks_total')).toBe(1);
    expect(
      valueOf(after, 'strongroom_logins_total', { method: 'password', outcome: 'right' }),
    ).toBeGreaterThan(0);
  });

  it('raise the alarm of the log where a value does not open', async () => {
    const alarms = async () =>
      valueOf(await metricsOf(room), 'strongroom_alarms_total', { alarm: 'decryption' });
    expect(await alarms()).toBe(0);
    await room.secret(user, 'PUT', 'swapped', 'x');
    await room.secret(user, 'PUT', 'other', 'y');
    await room.database.asSuperuser(
      `UPDATE secrets SET value = (SELECT value FROM secrets WHERE key = 'other') WHERE key = 'swapped'`,
    );
    expect((await room.secret(user, 'GET', 'swapped')).status).toBe(500);
    expect(await alarms()).toBe(1);
    expect(room.logs.filter((line) => line.includes('"alarm":"decryption"'))).toHaveLength(1);
  });

  it('tell what was sealed of the audit trail, and what waits', async () => {
    await room.secret(user, 'GET', `${CANARY}-absent`);
    const value = async (name: string) => valueOf(await metricsOf(room), `strongroom_audit_${name}`, {});
    await until(
      async () => (await value('sealed_events_total')) > 0 && (await value('checkpoints_total')) > 0,
    );
    expect(await value('stopped_logs')).toBe(0);
    expect(await value('pending_events')).toBeLessThan(1_000);
    expect(await value('pending_seconds')).toBeLessThan(60);
    for (const alarm of ['audit_sealing_stopped', 'audit_event_missing'])
      expect(valueOf(await metricsOf(room), 'strongroom_alarms_total', { alarm })).toBe(0);
  });

  it('tell of each job that there is, and of its last success once it has run', async () => {
    const text = await metricsOf(room);
    const jobs = readMetrics(text).filter(({ name }) => name === 'strongroom_job_interval_seconds');
    expect(jobs.map(({ labels }) => labels.job_name).sort()).toEqual([
      'audit backfill',
      'audit checkpoints',
      'audit heads',
      'audit partitions',
      'audit pruning',
      'audit sealer',
      'audit sinks',
      'login failure sweep',
      'secret changes',
      'secret statistics',
      'trash sweep',
    ]);
  });

  it('never hold a key, a name, a value or an address, and few series', async () => {
    const text = await metricsOf(room);
    expect(text).not.toContain(CANARY);
    expect(text).not.toMatch(/127\.0\.0\.1|default_tenant/);
    const series = readMetrics(text);
    expect(series.length).toBeLessThan(2_000);
    expect(series.filter(({ name }) => name === 'strongroom_tenant_requests_total')).toEqual([]);
  });

  it('are not among the routes of the API, which tells strangers one word', async () => {
    expect((await room.call({}, 'GET', '/metrics')).status).toBe(404);
    for (const probe of ['live', 'ready', 'startup'])
      expect((await room.call({}, 'GET', `/health/${probe}`)).text).toBe('{"status":"ok"}');
    const { status, text } = await get(room, '/health/ready');
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining({ database: 'ready' })]);
  });
});

describe('the metrics of tenants, where they are switched on', () => {
  it('name as many as allowed, of those that exist, and count the others together', async () => {
    const room = await Strongroom.start({ ...NAMES, STRONGROOM_METRICS_TENANTS: '1' });
    try {
      const [one, other] = [await room.tenant('first-tenant'), await room.tenant('second-tenant')];
      for (const as of [one, one, other]) await room.secret(as, 'GET', 'absent');
      await room.secret({ ...one, tenant: 'invented-tenant' }, 'GET', 'absent');
      const series = readMetrics(await metricsOf(room)).filter(
        ({ name }) => name === 'strongroom_tenant_requests_total',
      );
      expect(series.map(({ labels, value }) => [labels.tenant, labels.status, value])).toEqual([
        ['first-tenant', '404', 2],
        ['other', '404', 1],
      ]);
    } finally {
      await room.stop();
    }
  });
});

describe('a service that is not ready', () => {
  const login = `metrics_login_${process.pid}`;
  let database: TestDatabase;
  let admin: string;
  let room: Strongroom;
  beforeAll(async () => {
    database = await cloneDatabase();
    admin = (await testServer()).url('postgres', 'postgres');
    await query(admin, `CREATE ROLE ${login} LOGIN`);
    const url = database.url.replace(/\/\/[^@]+@/, `//${login}@`);
    room = await Strongroom.start({ ...NAMES, DATABASE_URL: url }, database);
    await room.stopJobs();
  });
  afterAll(async () => {
    await room.stop();
    await query(admin, `DROP ROLE ${login}`);
  });

  it('says why in one sentence, the same in the log, to operators and in a metric', async () => {
    await query(admin, `ALTER ROLE ${login} NOLOGIN`);
    try {
      await query(admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${login}'`);
      const told = () => /"msg":"not ready: (.*?28000.*?)"/.exec(room.logs.join(''))?.[1];
      while (told() === undefined) await sleep(50);
      const { status, text } = await get(room, '/health/ready');
      expect(status).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ status: 'not ready', reason: told(), database: 'unusable' });
      const metrics = await metricsOf(room);
      expect(valueOf(metrics, 'strongroom_ready')).toBe(0);
      expect(valueOf(metrics, 'strongroom_not_ready_info', { reason: told()! })).toBe(1);
      expect(valueOf(metrics, 'strongroom_database_state', { state: 'unusable' })).toBe(1);
      expect(valueOf(metrics, 'strongroom_database_state', { state: 'ready' })).toBe(0);
      const stranger = await room.call({}, 'GET', '/health/ready');
      expect([stranger.status, stranger.text.includes('28000')]).toEqual([503, false]);
      expect((await get(room, '/health/live')).status).toBe(200);
      expect((await get(room, '/health/startup')).status).toBe(200);
    } finally {
      await query(admin, `ALTER ROLE ${login} LOGIN`);
    }
    while ((await get(room, '/health/ready')).status !== 200) await sleep(50);
    const metrics = await metricsOf(room);
    expect(valueOf(metrics, 'strongroom_ready')).toBe(1);
    expect(metrics).not.toContain('strongroom_not_ready_info{');
  });
});
