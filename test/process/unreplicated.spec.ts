import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { query } from '../support/server.js';
import { ROOT_KEY } from '../support/strongroom.js';
import { Api } from './api.js';
import { DataFolder } from './data-folder.js';
import { PASSWORD } from './external.js';
import { service, strongroomAdmin, type Program } from './program.js';

describe('a write whose session ends while it waits for a synchronous standby', () => {
  const folder = new DataFolder();
  let server: EmbeddedPostgres;
  let program: Program;
  let api: Api;
  let environment: NodeJS.ProcessEnv;
  const asSuperuser = <R extends object>(text: string) =>
    query<R>(server.url('postgres', 'strongroom'), text);
  /** Makes every commit wait for a standby, which there is none of, or for nothing. */
  const waitFor = async (standby: string) => {
    await asSuperuser(`ALTER SYSTEM SET synchronous_standby_names = '${standby}'`);
    await asSuperuser('SELECT pg_reload_conf()');
    await until(async () => {
      const [row] = await asSuperuser<{ names: string }>(
        `SELECT current_setting('synchronous_standby_names') AS names`,
      );
      return row?.names === standby;
    });
  };
  const waiting = () =>
    asSuperuser<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE '%insert_secrets%'`,
    );

  beforeAll(async () => {
    server = await startEmbeddedPostgres({ dataDir: folder.path });
    await query(server.url('postgres', 'postgres'), 'CREATE ROLE owner LOGIN CREATEROLE');
    await query(server.url('postgres', 'postgres'), 'CREATE ROLE service LOGIN');
    await query(server.url('postgres', 'postgres'), 'CREATE DATABASE strongroom OWNER owner');
    environment = {
      DATABASE_URL: server.url('service', 'strongroom'),
      DATABASE_OWNER_URL: server.url('owner', 'strongroom'),
      STRONGROOM_ROOT_KEYS: ROOT_KEY,
      STRONGROOM_ADMIN_PASSWORD: PASSWORD,
      PORT: '0',
    };
    program = service(environment);
    api = new Api(await program.listening(), PASSWORD);
    expect((await api.call('PUT', 'first', 'x')).status).toBe(200);
  });
  afterAll(async () => {
    await waitFor('');
    await program.stop();
    await server.stop();
    folder.remove();
  });

  it('is not acknowledged, although it is visible: no standby has it', async () => {
    await waitFor('nobody');
    const answer = api.call('PUT', 'unreplicated', 'x');
    await until(async () => (await waiting()).length > 0);
    const [{ pid } = { pid: 0 }] = await waiting();
    await asSuperuser(`SELECT pg_terminate_backend(${pid})`);
    const { status } = await answer;
    const visible = await asSuperuser(`SELECT key FROM secrets WHERE key = 'unreplicated'`);
    expect([status, visible]).toEqual([503, [{ key: 'unreplicated' }]]);
  });

  it('is told as one that may still be made, while its session goes on waiting', async () => {
    const answer = await api.call('PUT', 'waiting', 'x');
    const { message } = (await answer.json()) as { message: string };
    const visible = await asSuperuser(`SELECT key FROM secrets WHERE key = 'waiting'`);
    expect([answer.status, visible]).toEqual([503, []]);
    expect(message).toContain('read it before you try again');
  });

  it('is what doctor names, since every commit waits', async () => {
    const { code, stdout } = await strongroomAdmin(['doctor'], environment);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/^FAILED +audit: commits wait for a synchronous standby/m),
    ]);
  });

  it('is there once nothing is waited for, and writes are acknowledged again', async () => {
    await waitFor('');
    expect(await api.value('unreplicated')).toBe('x');
    expect((await api.call('PUT', 'after', 'x')).status).toBe(200);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    if (await isSo()) return;
    await sleep(20);
  }
  throw new Error('It does not happen');
}
