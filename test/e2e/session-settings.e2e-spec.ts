import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, OWNER, SERVICE, type TestDatabase } from '../support/database.js';
import { disturb, disturbances, hasSetting, undisturb } from '../support/disturbed-settings.js';
import { serverVersion } from '../support/server.js';
import { SessionPooler } from '../support/session-pooler.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

/** Does what clients do with secrets, and returns the answers without their ids and times. */
async function used(room: Strongroom): Promise<unknown[]> {
  const user = await room.tenant('settings-a', 'user');
  const other = await room.tenant('settings-b', 'user');
  const answers: unknown[] = [];
  const note = async (as: As, method: string, path: string, body?: unknown): Promise<void> => {
    const { status, text } = await room.call(as, method, `/api/v3.1/${path}`, body);
    answers.push([method, path, status, withoutNoise(text)]);
  };
  const value = `back\\slash 'quote' "double" {NULL} é ü 漢 \t\n`;
  for (const key of ['one', 'two', 'twofold']) await note(user, 'PUT', `secrets/${key}`, { value });
  await note(user, 'PUT', 'secrets/one', { value: 'again', update_if_exists: true });
  await note(user, 'PATCH', 'secrets/two', { visibility: 'global', description: 'a "NULL" \\ é' });
  for (const path of [
    'one',
    'two',
    '?_search=two',
    '?_sort=-created_at&_size=2',
    '?key=one&_include=key,created_at',
  ])
    await note(user, 'GET', path.startsWith('?') ? `secrets${path}` : `secrets/${path}`);
  await note(other, 'GET', 'secrets/one');
  await note(other, 'GET', 'secrets/two');
  await note(other, 'GET', 'secrets');
  await note(ADMIN, 'GET', 'secrets?_all_tenants=true');
  await note(user, 'DELETE', 'secrets/one');
  await note({}, 'GET', '../health/ready');
  return answers;
}

/** Replaces what differs from run to run, but keeps its form: ids, times, tags. */
function withoutNoise(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>');
}

describe('the answers of the service', () => {
  let undisturbed: unknown[];
  beforeAll(async () => {
    const room = await Strongroom.start();
    undisturbed = await used(room);
    await room.stop();
  });

  describe('where every setting of the database and of the roles is another', () => {
    let database: TestDatabase;
    let room: Strongroom;
    beforeAll(async () => {
      database = await cloneDatabase();
      const version = await serverVersion();
      const names = Object.keys(disturbances).filter((name) => hasSetting(version, name));
      await disturb(database, names, [SERVICE, OWNER]);
      room = await Strongroom.start({}, database);
    });
    afterAll(async () => {
      await undisturb(database, [SERVICE, OWNER]);
      await room.stop();
    });

    it('are the same', async () => {
      expect(await used(room)).toEqual(undisturbed);
    });
  });

  describe('through a pooler that keeps sessions and drops what they begin with', () => {
    let database: TestDatabase;
    let room: Strongroom;
    const poolers: SessionPooler[] = [];
    beforeAll(async () => {
      database = await cloneDatabase();
      await disturb(database, ['DateStyle', 'standard_conforming_strings', 'search_path'], [SERVICE, OWNER]);
      poolers.push(
        new SessionPooler(database.url, 'session'),
        new SessionPooler(database.ownerUrl, 'session'),
      );
      const [DATABASE_URL, DATABASE_OWNER_URL] = await Promise.all(poolers.map((pooler) => pooler.start()));
      room = await Strongroom.start({ DATABASE_URL, DATABASE_OWNER_URL }, database);
    });
    afterAll(async () => {
      await undisturb(database, [SERVICE, OWNER]);
      await room.stop();
      await Promise.all(poolers.map((pooler) => pooler.stop()));
    });

    it('are the same', async () => {
      expect(await used(room)).toEqual(undisturbed);
      expect(poolers[0]!.sessions).toBeGreaterThan(1);
    });
  });
});
