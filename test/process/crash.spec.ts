import { randomInt } from 'node:crypto';
import { afterAll, describe, expect, it } from '@jest/globals';
import { EMBEDDED_DATABASE } from '../../src/database/embedded-database.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { expectProvedTrail } from '../support/proved-trail.js';
import { query } from '../support/server.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { postmasterPid } from './embedded-sandbox.js';
import { service, type Program } from './program.js';
import { until } from '../support/until.js';

const PASSWORD = 'crash-test-password';
const USERS = 8;
const ROUNDS = 3;
/** Is the most that is written before a kill, whose moment is random. */
const MOST_WRITES = 80;

/** Returns the events of each secret's creation and reads, and how often it is among the secrets. */
const RECORDED = `
  SELECT key, count(*) FILTER (WHERE action = 'secret.create')::int AS creations,
         count(*) FILTER (WHERE action = 'secret.read')::int AS reads,
         (SELECT count(*) FROM secrets s WHERE s.key = e.key)::int AS secrets
  FROM audit_events e WHERE action IN ('secret.create', 'secret.read') AND outcome = 'ok' GROUP BY key`;

interface Recorded {
  key: string;
  creations: number;
  reads: number;
  secrets: number;
}

describe('kill -9 in the middle of writes and reads', () => {
  const folder = new DataFolder();
  const start = () => service({ ...folder.environment, STRONGROOM_ADMIN_PASSWORD: PASSWORD });
  const acknowledged = new Map<string, string>();
  /** Counts by key how often its value was answered. */
  const answered = new Map<string, number>();
  let program: Program | undefined;
  afterAll(async () => {
    await program?.stop();
    folder.remove();
  });

  const read = async (api: Api, key: string): Promise<void> => {
    const answer = await api.call('GET', key).catch(() => undefined);
    const body: unknown = await answer?.json().catch(() => undefined);
    if (answer?.status !== 200 || body === undefined) return;
    expect(body).toMatchObject({ value: acknowledged.get(key) });
    answered.set(key, (answered.get(key) ?? 0) + 1);
  };

  /** Writes and reads until the service is gone, and notes what was acknowledged and answered. */
  async function useUntilDeath(api: Api, round: number): Promise<void> {
    const user = async (number: number) => {
      for (let index = 0; ; index += 1) {
        const key = `k-${round}-${number}-${index}`;
        const answer = await api.call('PUT', key, `value of ${key}`).catch(() => undefined);
        if (answer?.status !== 200) return;
        acknowledged.set(key, `value of ${key}`);
        await read(api, key);
      }
    };
    await Promise.all(Array.from({ length: USERS }, (_, number) => user(number)));
  }

  it('loses nothing acknowledged, records what happened and nothing else, and is proved whole', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      program = start();
      const api = new Api(await program.listening(), PASSWORD);
      const using = useUntilDeath(api, round);
      const enough = acknowledged.size + randomInt(1, MOST_WRITES);
      await until(() => acknowledged.size >= enough, 1);
      program.signal('SIGKILL');
      await Promise.all([using, program.ended]);
    }
    program = start();
    const api = new Api(await program.listening(), PASSWORD);
    for (const key of acknowledged.keys()) await read(api, key);
    expect([...answered.keys()].sort()).toEqual([...acknowledged.keys()].sort());
    const server = await startEmbeddedPostgres({ dataDir: folder.path });
    expect(server.joined).toBe(true);
    const url = server.url('postgres', EMBEDDED_DATABASE);
    const recorded = await query<Recorded>(url, RECORDED);
    expect(recorded.filter(({ creations, secrets }) => creations !== 1 || secrets !== 1)).toEqual([]);
    const [all] = await query<{ secrets: number }>(url, 'SELECT count(*)::int AS secrets FROM secrets');
    expect(recorded).toHaveLength(all?.secrets ?? -1);
    expect(recorded.filter(({ key, reads }) => reads < (answered.get(key) ?? 0))).toEqual([]);
    const proved = await expectProvedTrail({ asSuperuser: (text, values) => query(url, text, values) });
    expect(proved).toBeGreaterThanOrEqual(2 * acknowledged.size);
  });
});

describe('kill -9 of the embedded server', () => {
  const folder = new DataFolder();
  let program: Program | undefined;
  afterAll(async () => {
    await program?.stop();
    folder.remove();
  });

  it('ends without a restart of the service', async () => {
    program = service({ ...folder.environment, STRONGROOM_ADMIN_PASSWORD: PASSWORD });
    const running = program;
    const restarts = () =>
      running.stderr.split('the embedded PostgreSQL has ended; starting it again').length - 1;
    const api = new Api(await program.listening(), PASSWORD);
    expect((await api.call('PUT', 'kept', 'x')).status).toBe(200);
    for (let time = 0; time < 2; time += 1) {
      process.kill(postmasterPid(folder.path), 'SIGKILL');
      // Sessions of the old server may answer for a moment after it was killed.
      await until(async () => {
        const answer = await api.call('GET', 'kept');
        expect([200, 503]).toContain(answer.status);
        if (answer.status !== 200 || restarts() <= time) return false;
        expect(await answer.json()).toMatchObject({ value: 'x' });
        return true;
      }, 100);
    }
    expect(restarts()).toBe(2);
    expect((await program.stop()).code).toBe(0);
  });

  it('ends as well for a service that had joined the server of another process', async () => {
    const first = service({ ...folder.environment, STRONGROOM_ADMIN_PASSWORD: PASSWORD });
    await first.listening();
    program = service({ ...folder.environment });
    const api = new Api(await program.listening(), PASSWORD);
    await first.stop();
    await until(async () => (await api.call('GET', 'kept')).status === 200, 100);
    expect(await api.value('kept')).toBe('x');
    expect((await program.stop()).code).toBe(0);
  });
});
