import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, type As } from '../support/strongroom.js';
import { until } from '../support/until.js';
import { CommandRoom } from './command-room.js';

const KEYS = ['first', 'second', 'third'];

interface Difference {
  readonly kind: string;
  readonly tenant: string | null;
  readonly key: string | null;
  readonly event_id: string | null;
  readonly remark: string | null;
}

interface Found {
  readonly differences: readonly Difference[];
}

let command: CommandRoom;
let user: As;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strongroom-compare-'));
  command = await CommandRoom.start();
  user = await command.room.tenant('payments');
  for (const key of KEYS) await write(key);
});
afterAll(async () => {
  await command.stop();
  rmSync(folder, { recursive: true });
});

const sql = <T = unknown>(text: string, values: unknown[] = []) =>
  command.room.database.asSuperuser<T & Record<string, unknown>>(text, values);

async function write(key: string): Promise<void> {
  const { status } = await command.room.call(user, 'PUT', `/api/v3.1/secrets/${key}`, { value: 'v1' });
  expect(status).toBe(200);
}

async function sealed(): Promise<void> {
  await until(async () => {
    const [row] = await sql<{ pending: number }>('SELECT count(*)::integer AS pending FROM audit_pending');
    return row?.pending === 0;
  });
}

async function compared(options = ''): Promise<Found> {
  const { code, stdout } = await command.run(`audit compare ${options} --json`);
  const found = JSON.parse(stdout) as Found;
  expect(code).toBe(found.differences.length === 0 ? 0 : 1);
  return found;
}

/** Returns what a comparison finds after a change by a superuser, which is then taken back. */
async function found(change: string, back: string): Promise<readonly Difference[]> {
  await sealed();
  await sql(change);
  try {
    return (await compared()).differences;
  } finally {
    await sql(back);
  }
}

describe('audit compare of a trail that is not proved', () => {
  it('takes the events after a gap as they are, and reports the gap once', async () => {
    const create = `e.key = 'first' AND e.action = 'secret.create'`;
    const differences = await found(
      `CREATE TABLE lost AS SELECT e.* FROM audit_events e WHERE ${create};
       CREATE TABLE lost_leaf AS SELECT l.* FROM audit_leaves l JOIN lost e ON e.log_id = l.log_id AND e.id = l.event_id;
       DELETE FROM audit_events e WHERE ${create};
       DELETE FROM audit_leaves l USING lost e WHERE e.log_id = l.log_id AND e.id = l.event_id`,
      `INSERT INTO audit_events SELECT * FROM lost; INSERT INTO audit_leaves SELECT * FROM lost_leaf;
       DROP TABLE lost, lost_leaf`,
    );
    expect(differences.map(({ kind, key }) => [kind, key])).toEqual([
      ['log_unproved', null],
      ['unrecorded', 'first'],
    ]);
    expect(differences[0]?.remark).toMatch(/: after event \d+ comes event \d+$/);
    expect(await compared()).toMatchObject({ differences: [] });
  });

  it('says that the given keys lack the one that is needed', async () => {
    const given = async (): Promise<string> => {
      const asked = { ...ADMIN, tenant: 'payments' };
      const { text } = await command.room.call(asked, 'GET', '/api/v3.1/audit/keys');
      const file = join(folder, 'keys.txt');
      writeFileSync(file, text);
      return `--tenant payments --keys ${file}`;
    };
    const options = await given();
    expect(await compared(options)).toMatchObject({ differences: [] });
    await command.json('audit rotate-signing --yes');
    await write('rotated');
    await sealed();
    const lacking = /: its checkpoint of \d+ events is signed by [0-9a-f]{8}, which the keys do not have$/;
    expect((await compared(options)).differences).toMatchObject([
      { kind: 'log_unproved', remark: expect.stringMatching(lacking) as unknown },
    ]);
    await given();
    expect(await compared(options)).toMatchObject({ differences: [] });
    await command.json(`audit new-epoch --yes --reason 'put the snapshot back'`);
    await write('epoch');
    await sealed();
    expect((await compared(options)).differences).toMatchObject([
      {
        kind: 'log_unproved',
        remark: expect.stringMatching(
          /: the keys have none that signs its checkpoint of \d+ events$/,
        ) as unknown,
      },
    ]);
    await given();
    expect(await compared(options)).toMatchObject({ differences: [] });
  });
});

it('says of a checkpoint that its log was not read', async () => {
  const files = await Promise.all(
    ['keys', 'checkpoint'].map(async (name) => {
      const { text } = await command.room.call(ADMIN, 'GET', `/api/v3.1/audit/all/${name}?log=system`);
      writeFileSync(join(folder, name), text);
      return text;
    }),
  );
  expect(files[1]).toMatch(/^strongroom\//);
  const options = `--keys ${join(folder, 'keys')} --checkpoint ${join(folder, 'checkpoint')}`;
  const kinds = (await compared(`--tenant payments ${options}`)).differences.map(({ remark }) => remark);
  expect(kinds).toContainEqual(
    expect.stringMatching(/: a checkpoint of \d+ events was given, and no such log was read$/),
  );
  const all = (await compared(options)).differences.map(({ remark }) => remark);
  expect(all).not.toContainEqual(expect.stringContaining('no such log was read'));
});

it.each([
  ['audit compare', 'audit.compare'],
  ['event list', 'event.list'],
])('records that %s was asked for a tenant that is not there', async (line, action) => {
  expect(await command.run(`${line} --tenant nobody`)).toMatchObject({ code: 3 });
  const rows = await sql('SELECT outcome FROM audit_events WHERE action = $1 AND key = $2', [
    action,
    'nobody',
  ]);
  expect(rows).toEqual([{ outcome: 'not_found' }]);
});

describe('audit compare of the columns by which events are listed', () => {
  const keep = (where: string): string => `CREATE TABLE lost AS SELECT * FROM audit_events e WHERE ${where};`;
  const BACK = `DELETE FROM audit_events e USING lost l WHERE e.log_id = l.log_id AND (e.id = l.id OR e.body = l.body);
    INSERT INTO audit_events SELECT * FROM lost; DROP TABLE lost`;
  const OF_SECOND = `e.key = 'second' AND e.action = 'secret.create'`;

  it.each([
    ['key', `'other'`],
    ['key', 'NULL'],
    ['action', `'secret.read'`],
    ['outcome', `'conflict'`],
    ['actor_id', 'gen_random_uuid()'],
    ['actor_id', 'NULL'],
    ['at', `at + interval '1 millisecond'`],
    ['secret_id', 'NULL'],
    ['revision', 'revision + 1'],
    ['revision', 'NULL'],
  ])('finds another %s: %s', async (column, value) => {
    const change = `UPDATE audit_events e SET ${column} = ${value} WHERE ${OF_SECOND}`;
    const differences = await found(`${keep(OF_SECOND)} ${change}`, BACK);
    expect(differences).toMatchObject([{ kind: 'event_misfiled', tenant: 'payments' }]);
    expect(differences[0]?.event_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(differences[0]?.remark).toMatch(new RegExp(`^event \\d+ of \\S+: ${column}$`));
  });

  it('finds an event that has the id of another time, its leaf too', async () => {
    const id = '019ada5c-0000-7000-8000-00000000000f';
    const differences = await found(
      `${keep(OF_SECOND)} UPDATE audit_events e SET id = '${id}' WHERE ${OF_SECOND};
       UPDATE audit_leaves l SET event_id = '${id}' FROM lost WHERE l.log_id = lost.log_id AND l.event_id = lost.id`,
      `UPDATE audit_leaves l SET event_id = lost.id FROM lost WHERE l.log_id = lost.log_id AND l.event_id = '${id}'; ${BACK}`,
    );
    expect(differences.map(({ kind, event_id: event }) => [kind, event])).toContainEqual([
      'event_misfiled',
      id,
    ]);
  });

  it('finds them in the log of the system', async () => {
    const where = `e.id = (SELECT min(id::text)::uuid FROM audit_events WHERE action = 'tenant.create')`;
    const change = `UPDATE audit_events e SET key = 'other' WHERE ${where}`;
    expect(await found(`${keep(where)} ${change}`, BACK)).toMatchObject([
      { kind: 'event_misfiled', tenant: null, remark: expect.stringMatching(/: key$/) as unknown },
    ]);
  });

  it('verifies the log of the system as those of the tenants', async () => {
    const where = `e.id = (SELECT min(id::text)::uuid FROM audit_events WHERE action = 'tenant.create')`;
    const alter = `UPDATE audit_events e SET body = replace(body, '"ok"', '"no"') WHERE ${where}`;
    expect(await found(`${keep(where)} ${alter}`, BACK)).toMatchObject([
      { kind: 'event_altered', tenant: null },
    ]);
    const remove = `DELETE FROM audit_events e WHERE ${where}`;
    expect(await found(`${keep(where)} ${remove}`, BACK)).toMatchObject([
      { kind: 'event_missing', tenant: null },
    ]);
    const { stdout } = await command.run('audit compare');
    expect(stdout).toMatch(/\nIt also read \d+ events of the system's log\.\n/);
    expect(await compared('--tenant payments')).toMatchObject({ differences: [], system_events: null });
  });

  it('finds them in an event that is not sealed yet', async () => {
    await sealed();
    await command.room.stopJobs();
    await write('fresh');
    const where = `e.key = 'fresh' AND e.action = 'secret.create'`;
    await sql(`${keep(where)} UPDATE audit_events e SET key = 'other', outcome = 'conflict' WHERE ${where}`);
    expect((await compared()).differences).toMatchObject([
      { kind: 'event_misfiled', tenant: 'payments', remark: 'it was not sealed yet: key, outcome' },
    ]);
    // The text is not what record_events writes, but says the same.
    await sql(
      `${BACK}; UPDATE audit_events e SET body = replace(body, '"outcome" : ', '"outcome":') WHERE ${where}`,
    );
    expect(await compared()).toMatchObject({ differences: [] });
  });
});
