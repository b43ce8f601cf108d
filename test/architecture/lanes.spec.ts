import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/**
 * Lists what may hold a data source besides the database layer and the start: neither takes a connection of the lanes.
 */
const EXEMPT = [
  'src/secrets/store/secret-row.ts', // reads the entity's columns
  'src/tenants/postgres-tenant-key-store.ts', // has a pool of its own
];

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name}`)
  .filter((name) => name.endsWith('.ts') && !/^src\/(database|bootstrap)\//.test(name));

describe('the connection pool', () => {
  it('is used through its lanes only', () => {
    const users = files.filter((name) =>
      /\b(DataSource|poolOf|createQueryRunner)\b/.test(readFileSync(name, 'utf8')),
    );
    expect(users.sort()).toEqual(EXEMPT);
  });
});
