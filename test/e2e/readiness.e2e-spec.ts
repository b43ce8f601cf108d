import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_ROLE, READER_ROLE, SERVICE } from '../support/database.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom } from '../support/strongroom.js';

const UNAVAILABLE = '503 unavailable again in 2';
const READ = 'read_secrets(uuid[],text[],uuid[],text[],json[],json[],uuid[],boolean[])';

describe('a process is ready if requests can be served', () => {
  let room: Strongroom;
  let stopped: number | undefined;
  beforeAll(async () => {
    room = await Strongroom.start();
    await room.stopJobs();
    await room.secret(ADMIN, 'PUT', 'kept', 'x');
  });
  afterEach(() => {
    if (stopped !== undefined) process.kill(stopped, 'SIGCONT');
    stopped = undefined;
  });
  afterAll(() => room.stop());

  const ready = async () => (await room.call({}, 'GET', '/health/ready')).status;

  async function until(status: number): Promise<void> {
    while ((await ready()) !== status) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /** Returns what the three routes that are asked answer, and the log's lines about it. */
  async function answers() {
    const [probe, ok, status] = await Promise.all([
      room.call({}, 'GET', '/health/ready'),
      room.call({}, 'GET', '/api/v3.1/ok'),
      room.call(ADMIN, 'GET', '/api/v3.1/status'),
    ]);
    return { probe, ok, status };
  }

  /** Sends requests that together need every table and function. */
  const requests = (tenant: string) =>
    Promise.all([
      room.secret(ADMIN, 'GET', 'kept'),
      room.secret(ADMIN, 'PUT', `new-${randomUUID()}`, 'x'),
      room.secret(ADMIN, 'PATCH', 'kept', 'x'),
      room.call(ADMIN, 'GET', '/api/v3.1/secrets'),
      room.call(ADMIN, 'GET', '/api/v3.1/status'),
      room.call(ADMIN, 'DELETE', `/api/v3.1/tenants/${tenant}`),
    ]);

  /** Returns how those of the requests fail that fail for the service, each way once. */
  function whatFails(sent: readonly Answer[]): unknown[] {
    const failed = sent.filter(({ status }) => status >= 500);
    const ways = failed.map(({ status, body, headers }) =>
      [status, body.error_code, 'again in', headers['retry-after']].join(' '),
    );
    return [...new Set(ways)];
  }

  const lines = () => room.logs.filter((line) => /"msg":"(not )?ready: /.test(line));

  it.each([
    [
      'the events',
      `REVOKE INSERT ON audit_events FROM ${APP_ROLE}`,
      `GRANT INSERT ON audit_events TO ${APP_ROLE}`,
    ],
    [
      'one right on secrets',
      `REVOKE UPDATE ON secrets FROM ${APP_ROLE}`,
      `GRANT UPDATE ON secrets TO ${APP_ROLE}`,
    ],
    [
      'the reader’s rights',
      `REVOKE SELECT ON secrets FROM ${READER_ROLE}`,
      `GRANT SELECT ON secrets TO ${READER_ROLE}`,
    ],
    [
      'a function',
      `REVOKE EXECUTE ON FUNCTION ${READ} FROM ${APP_ROLE}`,
      `GRANT EXECUTE ON FUNCTION ${READ} TO ${APP_ROLE}`,
    ],
    [
      'a column',
      `REVOKE UPDATE ON tenants FROM ${APP_ROLE}`,
      `GRANT UPDATE (deleted_at) ON tenants TO ${APP_ROLE}`,
    ],
    [
      'the schema',
      `REVOKE USAGE ON SCHEMA public FROM PUBLIC, ${APP_ROLE}`,
      `GRANT USAGE ON SCHEMA public TO PUBLIC, ${APP_ROLE}`,
    ],
    [
      'a function that runs as nobody',
      `ALTER FUNCTION ${READ} OWNER TO pg_monitor`,
      `ALTER FUNCTION ${READ} OWNER TO ${READER_ROLE}`,
    ],
    [
      'a function that is called by another name',
      'ALTER FUNCTION update_secrets RENAME TO gone',
      'ALTER FUNCTION gone RENAME TO update_secrets',
    ],
    ['a table', 'ALTER TABLE secrets RENAME TO gone', 'ALTER TABLE gone RENAME TO secrets'],
  ])('and not where it lacks %s', async (_what, damage, repair) => {
    await until(200);
    const before = lines().length;
    const { tenant } = await room.tenant(`t-${before}`);
    await room.database.asSuperuser(damage);
    try {
      await until(503);
      const { probe, ok, status } = await answers();
      expect([probe.status, ok.status, ok.text]).toEqual([503, 500, '"FAIL"']);
      expect(probe.body).toMatchObject({
        error_code: 'unavailable',
        message: expect.stringMatching(/^Not ready to serve requests; request id [\w-]+$/),
      });
      if (status.status === 200) expect(status.body).toMatchObject({ status: 'Fail' });
      else expect(whatFails([status])).toEqual([UNAVAILABLE]);
      expect(whatFails(await requests(tenant))).toEqual([UNAVAILABLE]);
    } finally {
      await room.database.asSuperuser(repair);
    }
    await until(200);
    const told = lines().slice(before);
    expect(told[0]).toMatch(/"level":"error".*"msg":"not ready: .*run `strongroom-admin migrate`/);
    expect(told.at(-1)).toMatch(/"level":"warn".*"msg":"ready: /);
    expect((await room.secret(ADMIN, 'GET', 'kept')).body.value).toBe('x');
  });

  it('also where row-level security refuses a row: that request is a 500 with an alarm, since it is a fault', async () => {
    await until(200);
    const policy = (check: string) =>
      room.database.asSuperuser(`ALTER POLICY tenant_rows ON secrets WITH CHECK (${check})`);
    const [{ check } = { check: '' }] = await room.database.asSuperuser<{ check: string }>(
      `SELECT pg_get_expr(polwithcheck, polrelid) AS check FROM pg_policy
       WHERE polrelid = 'secrets'::regclass AND polname = 'tenant_rows'`,
    );
    await policy('false');
    try {
      const refused = await room.secret(ADMIN, 'PUT', 'refused', 'canary-7d1');
      expect(refused.status).toBe(500);
      expect(refused.headers).not.toHaveProperty('retry-after');
      expect(await ready()).toBe(200);
    } finally {
      await policy(check);
    }
    const line = room.logs.filter((one) => one.includes('"alarm":"row_level_security"'));
    expect(line).toHaveLength(1);
    expect(line[0]).toMatch(/"level":"error".*"reason":"row-level security refused a row/);
    expect(line[0]).not.toContain('canary');
  });

  /** Stops the backend of the service whose last statement matches, as a failing disk or a debugger would. */
  async function stopBackend(pattern: string): Promise<void> {
    const [backend] = await room.database.asSuperuser<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = $1 AND query ~ $2',
      [SERVICE, pattern],
    );
    if (backend === undefined) throw new Error(`No backend has ${pattern} as its last statement`);
    stopped = backend.pid;
    process.kill(stopped, 'SIGSTOP');
  }

  it('also where the connection of the probe hangs: it is replaced', async () => {
    await until(200);
    await stopBackend(String.raw`find_identities\('`);
    // Longer than an answer is kept, a try, and a new connection.
    for (const end = Date.now() + 6_000; Date.now() < end;) {
      expect(await ready()).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  it('also where one backend hangs: what it had begun is 503, and all else is answered', async () => {
    expect((await room.secret(ADMIN, 'GET', 'kept')).status).toBe(200);
    // PostgreSQL keeps the beginning of a statement.
    await stopBackend(String.raw`^\s*SELECT r\.ordinal, r\.outcome, r\.tenant_name`);
    const statuses: number[] = [];
    const asked = { done: false };
    const probing = (async () => {
      for (; !asked.done; await new Promise((resolve) => setTimeout(resolve, 200)))
        expect(await ready()).toBe(200);
    })();
    const asking = Array.from({ length: 8 }, async () => {
      for (let time = 0; time < 20; time += 1)
        statuses.push((await room.secret(ADMIN, 'GET', 'kept')).status);
    });
    await Promise.all(asking);
    asked.done = true;
    await probing;
    expect(statuses.filter((status) => status !== 200).length).toBeLessThanOrEqual(8);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
  });
});
