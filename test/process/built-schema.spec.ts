import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { cloneDatabase, type TestDatabase } from '../support/database.js';
import { external, HEADERS } from './external.js';
import { service, type Program } from './program.js';

describe('the built program', () => {
  let database: TestDatabase;
  let program: Program;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterEach(() => program.stop());
  afterAll(() => database.drop());

  it('holds values against schemas in a worker that does not keep it from ending', async () => {
    program = service(external(database));
    const url = await program.listening();
    const headers = { ...HEADERS, 'Content-Type': 'application/json' };
    const put = async (key: string, body: object): Promise<number> => {
      const path = `${url}/api/v3.1/secrets/${key}`;
      return (await fetch(path, { method: 'PUT', headers, body: JSON.stringify(body) })).status;
    };
    expect(await put('fitting', { value: [1], schema: { type: 'array' } })).toBe(200);
    expect(await put('unfit', { value: 'x', schema: { type: 'array' } })).toBe(409);
    const runaway = { value: `${'a'.repeat(40)}!`, schema: { pattern: '^(a+)+$' } };
    expect(await put('runaway', runaway)).toBe(400);
    expect(await put('after', { value: 'x', schema: { type: 'string' } })).toBe(200);
    program.signal('SIGTERM');
    expect((await program.ended).code).toBe(0);
  });
});
