import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { openServiceDataSource, serviceSettings } from '../../src/database/connection/service-data-source.js';
import { assertSessions } from '../../src/database/connection/session-check.js';
import { SETTINGS_OF_SOME_VERSIONS } from '../../src/database/connection/session-settings.js';
import { ownerDataSource } from '../../src/database/migrate.js';
import { OWNER_SETTINGS } from '../../src/database/upgrade/owner-settings.js';
import { disturbances, disturb, hasSetting, undisturb } from '../support/disturbed-settings.js';
import {
  APP_ROLE,
  OWNER,
  READER_ROLE,
  SERVICE,
  cloneDatabase,
  type TestDatabase,
} from '../support/database.js';
import { serverVersion } from '../support/server.js';

const asker = (variable: string) => ({ variable, url: 'postgresql://someone@host/database' });

describe('a setting of the database or of the role', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  const login = { appRole: APP_ROLE, single: false };

  async function valueIn(dataSource: DataSource, name: string): Promise<unknown> {
    const [row] = await dataSource.query<{ value: string }[]>('SELECT current_setting($1, true) AS value', [
      name,
    ]);
    return row?.value;
  }

  it('is known for everything that a session sets', () => {
    const set = { ...serviceSettings(login), ...OWNER_SETTINGS, ...SETTINGS_OF_SOME_VERSIONS };
    expect(Object.keys(disturbances).sort()).toEqual(Object.keys(set).sort());
  });

  it.each(Object.keys(disturbances))(
    'does not reach a session of the service or of the owner: %s',
    async (name) => {
      const isKnown = hasSetting(await serverVersion(), name);
      const disturbed = disturb(database, [name], [SERVICE, OWNER]);
      if (isKnown) await disturbed;
      else await expect(disturbed).rejects.toThrow('unrecognized configuration parameter');
      const service = await openServiceDataSource({ ...login, url: database.url, poolSize: 2 });
      const owner = await ownerDataSource({
        ...{ ownerUrl: database.ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE },
      }).initialize();
      try {
        await assertSessions(service, serviceSettings(login), asker('DATABASE_URL'));
        await assertSessions(owner, OWNER_SETTINGS, asker('DATABASE_OWNER_URL'));
        const value = await valueIn(service, name);
        expect(value).not.toBe(disturbances[name]);
        expect(value !== null).toBe(isKnown);
      } finally {
        await Promise.all([service.destroy(), owner.destroy()]);
        await undisturb(database, [SERVICE, OWNER]);
      }
    },
  );
});
