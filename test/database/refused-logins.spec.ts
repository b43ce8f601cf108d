import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { RefusedLogins } from '../../src/auth/throttle/refused-logins.js';
import { openServiceDataSource } from '../../src/database/connection/service-data-source.js';
import { createLogger } from '../../src/observability/logger.js';
import { APP_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { StatementCount } from '../support/statement-count.js';
import { lanesOf } from '../support/lanes.js';

const STORE = 'SELECT count_refused_logins($1, $2)';

describe('refused logins', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let statements: StatementCount;
  const lines: string[] = [];
  const logger = createLogger('warn', { write: (line: string) => void lines.push(line) });
  beforeAll(async () => {
    database = await cloneDatabase();
    statements = await StatementCount.of(database);
    const { url } = database;
    const options = { url, poolSize: 2, appRole: APP_ROLE, single: false, entities: [] };
    dataSource = await openServiceDataSource(options);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(() => database.asSuperuser('DELETE FROM login_failures'));

  const open = () => new RefusedLogins(lanesOf(dataSource), logger);
  const rows = () =>
    database.asSuperuser('SELECT source, refused FROM login_failures ORDER BY refused DESC, source LIMIT 5');

  it('of a second are stored by source in one statement, and durable when the promise is fulfilled', async () => {
    const refused = open();
    const { counted } = await statements.during(() =>
      Promise.all(Array.from({ length: 1_000 }, (_, index) => refused.count(`192.0.2.${index % 3}`))),
    );
    expect(counted[STORE]).toBe(1);
    expect(await rows()).toEqual([
      { source: '192.0.2.0', refused: 334 },
      { source: '192.0.2.1', refused: 333 },
      { source: '192.0.2.2', refused: 333 },
    ]);
    await refused.count('192.0.2.1');
    expect((await rows())[0]).toEqual({ source: '192.0.2.0', refused: 334 });
    expect((await rows())[1]).toEqual({ source: '192.0.2.1', refused: 334 });
  });

  it('of more than ten thousand sources are counted together beyond those', async () => {
    const refused = open();
    const counts = Array.from({ length: 10_007 }, (_, index) => refused.count(`source-${index}`));
    await Promise.all([...counts, refused.count('source-3')]);
    expect((await rows()).slice(0, 3)).toEqual([
      { source: '*', refused: 7 },
      { source: 'source-3', refused: 2 },
      { source: 'source-0', refused: 1 },
    ]);
  });

  it('are stored when the service stops', async () => {
    const refused = open();
    void refused.count('192.0.2.1');
    await refused.onApplicationShutdown();
    expect(await rows()).toEqual([{ source: '192.0.2.1', refused: 1 }]);
  });

  it('are kept while they cannot be stored, and who waits for that is told', async () => {
    const refused = open();
    await database.asSuperuser('ALTER FUNCTION count_refused_logins RENAME TO away');
    const counts = await Promise.allSettled([refused.count('192.0.2.1'), refused.count('192.0.2.2')]);
    expect(counts.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lines.join('')).toContain('the counts of refused logins are not stored yet');
    await database.asSuperuser('ALTER FUNCTION away RENAME TO count_refused_logins');
    await refused.count('192.0.2.1');
    expect(await rows()).toEqual([
      { source: '192.0.2.1', refused: 2 },
      { source: '192.0.2.2', refused: 1 },
    ]);
  });
});
