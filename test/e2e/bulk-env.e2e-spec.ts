import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SEED, seeded } from '../support/seeded.js';
import { SeededRandom } from '../support/seeded-random.js';
import { Strongroom, type As } from '../support/strongroom.js';

const BULK = '/api/v3.1/bulk/secrets';
const CONTROLS = Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).join('');

/** Lists values that a shell could change, cut off or run. */
const VALUES = [
  'plain',
  "it's",
  "'",
  "''''",
  `'"'"'`,
  '"double" $HOME ${HOME} `touch pwned` $(touch pwned)',
  "'; touch pwned; '",
  "'\ntouch pwned\n'",
  '\\ \\\\ \\n \\',
  ' leading and trailing \t',
  'trailing newlines\n\n\n',
  '\r\n\r',
  '\n',
  `${CONTROLS}\u007f`,
  // Their bytes include 0x81 to 0x88, by which dash marks quotes.
  'Ё Á Â Ã Ä Å Æ Ç È 日本語 𝄞 \u0081\u0088 \ufeff\u2028',
  '~ * ? [a-z] {a,b} !history # no comment & | > /dev/null',
  'NAME=value; export NAME',
  '-----BEGIN KEY-----\nAbC+/=\n-----END KEY-----\n',
  'x'.repeat(60_000),
];

/** Lists the shells that are installed. */
const shells = ['dash', 'bash', 'sh'].filter((shell) => spawnSync(shell, ['-c', 'exit 0']).status === 0);

describe('secrets as variables of a shell', () => {
  let room: Strongroom;
  let user: As;
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-env-'));
  const file = join(folder, 'env');
  const random = new SeededRandom(SEED);
  const values = [...VALUES];
  const names = () => values.map((_, index) => `V_${index}_A_B`);
  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.tenant('one');
    const pool = [...`'"\\$\`(){};\n\t !#~*?é𝄞\u0081`, 'a', "'\\''"];
    for (let count = 0; count < 200; count += 1)
      values.push(Array.from({ length: random.below(12) + 1 }, () => random.of(pool)).join(''));
    const items = values.map((value, index) => ({ key: `app.v-${index}~a.b`, value }));
    const written = await room.call(user, 'POST', `${BULK}/write`, { mode: 'all_or_nothing', items });
    expect(written.status).toBe(200);
    const env = await room.call(user, 'POST', `${BULK}/read`, {
      ...{ prefix: 'app.', format: 'env', name: 'upper', strip_prefix: 'app.' },
    });
    expect(env.status).toBe(200);
    writeFileSync(file, env.text);
  });
  afterAll(async () => {
    await room.stop();
    rmSync(folder, { recursive: true });
  });

  for (const shell of shells)
    it.each([
      ['sources', '. ./env'],
      ['evaluates', 'eval "$(cat env)"'],
    ])(`are what they were to the byte, where ${shell} %s them, and run nothing`, (_, begin) =>
      seeded(() => {
        const print = names().map((name) => `printf '%s\\0' "$${name}"`);
        const { stdout, stderr, status } = spawnSync(
          shell,
          ['-eu', '-c', [begin, ...print].join('\n')],
          // With a socket as its standard input, bash would read its start files.
          { cwd: folder, env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', 'pipe'] },
        );
        expect([status, stderr.toString()]).toEqual([0, '']);
        const [read, wanted] = [stdout, Buffer.from(values.map((value) => `${value}\0`).join(''))];
        if (!read.equals(wanted))
          expect(read.toString('latin1').split('\0')).toEqual(wanted.toString('latin1').split('\0'));
        expect(readdirSync(folder)).toEqual(['env']);
      }),
    );

  it('are found by at least one shell', () => {
    expect(shells.length).toBeGreaterThan(0);
  });

  it('are refused with a value that no variable can hold', async () => {
    await room.call(user, 'PUT', '/api/v3.1/secrets/nul', { value: 'a\u0000b' });
    const env = await room.call(user, 'POST', `${BULK}/read`, { keys: ['nul'], format: 'env' });
    expect([env.status, env.body.error_code]).toEqual([422, 'bulk_refused']);
    expect(env.body.message).toContain('`nul` holds the character U+0000');
    const map = await room.call(user, 'POST', `${BULK}/read`, { keys: ['nul'], format: 'map' });
    expect(map.body).toEqual({ nul: 'a\u0000b' });
  });

  it('are refused where a name is dangerous, or two keys have the same', async () => {
    const read = (body: object) => room.call(user, 'POST', `${BULK}/read`, { format: 'env', ...body });
    const path = await read({ keys: ['path'], name: 'upper' });
    expect([path.status, path.body.items]).toEqual([422, [{ key: 'path', outcome: 'refused' }]]);
    expect(path.body.message).toContain('`PATH`');
    const both = await read({ keys: ['db.host', 'db-host'] });
    expect([both.status, both.body.items]).toEqual([
      422,
      ['db.host', 'db-host'].map((key) => ({ key, outcome: 'refused' })),
    ]);
    expect(both.body.message).toContain('`db.host` and `db-host` would both set the variable `db_host`');
    await room.call(user, 'PUT', '/api/v3.1/secrets/path', { value: '/opt/bin' });
    const allowed = await read({ keys: ['path'], name: 'upper', allow_names: ['PATH'] });
    expect([allowed.status, allowed.text]).toEqual([200, "PATH='/opt/bin'\n"]);
  });
});
