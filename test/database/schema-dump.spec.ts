import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ownerDataSource } from '../../src/database/migrate.js';
import { createTables } from '../../src/database/schema/create-tables.js';
import { programFunctions } from '../../src/database/schema/function-set.js';
import { installFunctions } from '../../src/database/schema/install-functions.js';
import { catalogue } from '../support/catalogue.js';
import { APP_ROLE, READER_ROLE, cloneDatabase, type TestDatabase } from '../support/database.js';
import { dumpSchema } from '../support/schema-dump.js';
import { query } from '../support/server.js';

const FILE = new URL('../../docs/schema.sql', import.meta.url);

describe('the schema of a database', () => {
  let migrated: TestDatabase;
  let dump: string;
  const made: TestDatabase[] = [];
  beforeAll(async () => {
    migrated = await cloneDatabase();
    made.push(migrated);
    dump = await dumpSchema(migrated.superuserUrl);
    if (process.env.WRITE_SCHEMA !== undefined) writeFileSync(FILE, dump);
  });
  afterAll(() => Promise.all(made.map((database) => database.drop())));

  async function empty(): Promise<TestDatabase> {
    const database = await cloneDatabase({ empty: true });
    made.push(database);
    return database;
  }

  /** Returns the catalogue without monthly partitions and TypeORM's own table, whose key it names by a hash. */
  async function objectsOf(url: string): Promise<string[]> {
    return (await catalogue(url)).filter(
      (line) => !/schema_migrations|PK_[0-9a-f]{27}|audit_events_\d{4}_\d\d/.test(line),
    );
  }

  it('is that of docs/schema.sql', () => {
    expect(dump.split('\n')).toEqual(readFileSync(FILE, 'utf8').split('\n'));
  });

  it('is that of the files in src/database/schema', async () => {
    const { ownerUrl, superuserUrl } = await empty();
    const dataSource = ownerDataSource({ ownerUrl, appRole: APP_ROLE, readerRole: READER_ROLE });
    await dataSource.initialize();
    await dataSource.transaction((manager) => createTables(manager));
    await installFunctions(dataSource, programFunctions());
    await dataSource.destroy();
    expect(await dumpSchema(superuserUrl)).toBe(dump);
    expect(await objectsOf(superuserUrl)).toEqual(await objectsOf(migrated.superuserUrl));
  });

  it('is made again by its dump', async () => {
    const { ownerUrl, superuserUrl } = await empty();
    await query(superuserUrl, `GRANT CREATE ON SCHEMA public TO ${READER_ROLE}`);
    await query(ownerUrl, dump);
    await query(superuserUrl, `REVOKE CREATE ON SCHEMA public FROM ${READER_ROLE}`);
    expect(await dumpSchema(superuserUrl)).toBe(dump);
    const objects = (await objectsOf(migrated.superuserUrl)).filter(
      (line) => !line.startsWith('permission |'),
    );
    expect(await objectsOf(superuserUrl)).toEqual(objects);
  });

  it('is dumped with partitioned tables and without their partitions', async () => {
    const { superuserUrl } = await empty();
    await query(
      superuserUrl,
      `CREATE TABLE planted (id integer NOT NULL) PARTITION BY RANGE (id);
       CREATE TABLE planted_2026_01 PARTITION OF planted FOR VALUES FROM (1) TO (2)`,
    );
    const planted = await dumpSchema(superuserUrl);
    expect(planted).toContain('CREATE TABLE planted (\n  id integer NOT NULL\n) PARTITION BY RANGE (id);\n');
    expect(planted).not.toContain('planted_2026_01');
  });
});
