import { afterAll, describe, expect, it } from '@jest/globals';
import { EMBEDDED_DATABASE } from '../../src/database/embedded-database.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { query } from '../support/server.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { postmasterPid } from './embedded-sandbox.js';
import { service, type Program } from './program.js';
import { until } from '../support/until.js';

const PASSWORD = 'crash-test-password';
const WRITERS = 8;
const ROUNDS = 3;

interface Recorded {
  key: string;
  events: string;
}

describe('kill -9 in the middle of writes', () => {
  const folder = new DataFolder();
  const start = () => service({ ...folder.environment, STRONGROOM_ADMIN_PASSWORD: PASSWORD });
  let program: Program | undefined;
  afterAll(async () => {
    await program?.stop();
    folder.remove();
  });

  /** Writes until the service is gone, and notes the acknowledged values. */
  async function writeUntilDeath(api: Api, round: number, acknowledged: Map<string, string>): Promise<void> {
    const writer = async (number: number) => {
      for (let index = 0; ; index += 1) {
        const key = `k-${round}-${number}-${index}`;
        const answer = await api.call('PUT', key, `value of ${key}`).catch(() => undefined);
        if (answer?.status !== 200) return;
        acknowledged.set(key, `value of ${key}`);
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_, number) => writer(number)));
  }

  async function listed(api: Api): Promise<string[]> {
    const { items } = (await (await api.call('GET', '')).json()) as { items: { key: string }[] };
    return items.map(({ key }) => key);
  }

  it('loses nothing acknowledged, records each write once, and starts again without a hand', async () => {
    const acknowledged = new Map<string, string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      program = start();
      const api = new Api(await program.listening(), PASSWORD);
      const writing = writeUntilDeath(api, round, acknowledged);
      const before = acknowledged.size;
      await until(() => acknowledged.size >= before + 40, 5);
      program.signal('SIGKILL');
      await Promise.all([writing, program.ended]);
    }
    program = start();
    const api = new Api(await program.listening(), PASSWORD);
    for (const [key, value] of acknowledged) expect([key, await api.value(key)]).toEqual([key, value]);
    const server = await startEmbeddedPostgres({ dataDir: folder.path });
    const recorded = await query<Recorded>(
      server.url('postgres', EMBEDDED_DATABASE),
      `SELECT body::json ->> 'key' AS key, count(*) AS events FROM audit_events
       WHERE body::json ->> 'action' = 'secret.create' AND body::json ->> 'outcome' = 'ok' GROUP BY 1`,
    );
    expect(server.joined).toBe(true);
    expect(recorded.map(({ key }) => key).sort()).toEqual((await listed(api)).sort());
    expect(recorded.filter(({ events }) => events !== '1')).toEqual([]);
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
