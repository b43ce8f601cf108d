import { isAbsolute, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { example, preparation } from '../documents/client-examples.js';
import { ExampleRoom } from '../documents/example-room.js';

/** Names the programs, which `npm run test:interop` first checks to be installed. */
const { PYTHON = 'python3', CFY = 'cfy' } = process.env;
const located = (program: string) =>
  program.includes('/') && !isAbsolute(program) ? resolve(program) : program;

describe('the examples of docs/clients.md, by the real', () => {
  let examples: ExampleRoom;
  beforeAll(async () => {
    examples = await ExampleRoom.open();
  });
  afterAll(() => examples.close());

  it('curl', async () => {
    const [lifecycle = '', byStatus = ''] = example('curl', 'shell');
    const ran = await examples.shell(preparation() + lifecycle + byStatus);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const lines = ran.stdout.split('\n');
    const read = JSON.parse(lines[1] ?? '') as Record<string, unknown>;
    expect(read).toMatchObject({ key: 'db.password', value: 's3cret' });
    expect(lines[4]).toBe('there is none');
    const refused = await examples.shell(`${preparation()}SECRETS_TENANT=no-such-tenant\n${lifecycle}`);
    expect(refused.code).toBe(22);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error_code: 'forbidden_error' });
  });

  it('Python client', async () => {
    const program = example('Python', 'python').join('\n');
    const ran = await examples.program(located(PYTHON), 'example.py', program, preparation());
    expect(ran).toMatchObject({ code: 0, stdout: 'from Python None\napi.token\n' });
  });

  it('cfy', async () => {
    const cfy = `cfy() { '${located(CFY)}' "$@"; }\n`;
    const ran = await examples.shell(preparation() + cfy + example('cfy', 'shell').join('\n'));
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.stdout).toMatch(/value: +from cfy\n/);
    expect(ran.stdout).toMatch(/\| +api\.key +\|/);
    expect(ran.stdout).toContain('Secret removed');
    expect((await examples.room.secret(examples.deployer, 'GET', 'api.key')).status).toBe(404);
  });
});
