import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const V31 = '/api/v3.1';
const SECRETS = `${V31}/secrets`;

/** Holds every value that was stored, or tried; none may be found anywhere but in the answers that give values. */
const values: string[] = [];
const fresh = (): string => {
  const value = `v${randomBytes(12).toString('hex')}`;
  values.push(value);
  return value;
};

/** Returns the forms in which a value may be hidden: as it is, in hexadecimal, and in base64 at each of three offsets. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]).toString('base64');
    return text.slice(offset === 0 ? 0 : 4, -4).replaceAll('=', '');
  });
  return [value, Buffer.from(value).toString('hex'), [...value].reverse().join(''), ...base64];
}

describe('a value that was ever stored', () => {
  let room: Strongroom;
  let user: As & { tenant: string };
  let viewer: As;
  /** Holds the answers that may show no value. */
  const answers: Answer[] = [];

  const call = (as: As, method: string, path: string, body?: unknown, headers = {}) =>
    room.call(as, method, path, body, headers);
  /** Makes a call whose answer may show no value. */
  const refused = async (...args: Parameters<typeof call>): Promise<number> => {
    const answer = await call(...args);
    const [, method, path] = args;
    const givesValue = method === 'GET' && path === `${SECRETS}/a` && answer.status === 200;
    if (!givesValue) answers.push(answer);
    return answer.status;
  };
  const put = (key: string, body: object = {}) =>
    call(user, 'PUT', `${SECRETS}/${key}`, { value: fresh(), ...body });

  const serverLog = () =>
    readFileSync(join(process.env.TEST_POSTGRES_DIRECTORY ?? '', 'postgres.log'), 'latin1');

  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_LOG_LEVEL: 'trace', STRONGROOM_METRICS_PORT: '0' });
    user = await room.tenant('valued', 'manager');
    viewer = await room.member('valued', 'looker', 'viewer');
    await room.tenant('elsewhere');
    await room.join('valued-manager', 'elsewhere', 'user');
  });
  afterAll(() => room.stop());

  it('is stored by every way in, and changed, moved, copied, restored and shown', async () => {
    for (const key of ['a', 'b', 'c', 'd']) expect((await put(key)).status).toBe(200);
    expect(
      (await put('json', { value: { inner: fresh(), list: [fresh()] }, schema: { type: 'object' } })).status,
    ).toBe(200);
    expect((await put('options', { provider_options: { path: fresh() } })).status).toBe(200);
    for (const path of [`${SECRETS}/a`, '/api/v3/secrets/a'])
      expect((await call(user, 'PATCH', path, { value: fresh() })).status).toBe(200);
    const items = [
      { key: 'bulk', value: fresh() },
      { key: 'a', value: fresh(), update_if_exists: true },
    ];
    expect((await call(user, 'POST', `${V31}/bulk/secrets/write`, { mode: 'each', items })).status).toBe(200);
    const imported = {
      key: 'imported',
      value: fresh(),
      visibility: 'tenant',
      tenant_name: 'valued',
      is_hidden_value: false,
    };
    const list = { secrets_list: [imported], override_collisions: true };
    expect((await call(user, 'POST', `${SECRETS}/share/import`, list)).status).toBe(200);
    expect((await call(user, 'POST', `${SECRETS}/a/versions/1/restore`)).status).toBe(200);
    expect((await call(user, 'POST', `${SECRETS}/b/move`, { key: 'b-moved' })).status).toBe(200);
    expect((await call(user, 'POST', `${SECRETS}/c/copy`, { tenant: 'elsewhere' })).status).toBe(201);
    expect((await call(user, 'DELETE', `${SECRETS}/d`)).status).toBe(204);
    for (const path of [`${SECRETS}/a`, `${SECRETS}/a?version=1`, `${SECRETS}/share/export`])
      expect((await call(user, 'GET', path)).status).toBe(200);
    expect((await call(user, 'POST', `${V31}/bulk/secrets/read`, { keys: ['a', 'bulk'] })).status).toBe(200);
  });

  it('is refused in every way', async () => {
    const stale = {
      'If-Match': '"00000000-0000-7000-8000-000000000000.1.00000000-0000-7000-8000-000000000000"',
    };
    expect(await refused(user, 'PUT', `${SECRETS}/a`, { value: fresh() })).toBe(409);
    expect(await refused(user, 'PATCH', `${SECRETS}/a`, { value: fresh() }, stale)).toBe(412);
    expect(await refused(user, 'PATCH', `${SECRETS}/none`, { value: fresh() })).toBe(404);
    expect(await refused(viewer, 'PATCH', `${SECRETS}/a`, { value: fresh() })).toBe(403);
    expect(await refused({}, 'PUT', `${SECRETS}/a`, { value: fresh() })).toBe(401);
    const schema = { properties: { n: { type: 'number' } } };
    expect(await refused(user, 'PUT', `${SECRETS}/s`, { value: { n: fresh() }, schema })).toBe(409);
    expect(await refused(user, 'PUT', `${SECRETS}/s`, { value: fresh(), unknown: fresh() })).toBe(400);
    expect(await refused(user, 'PUT', `${SECRETS}/s`, { value: `${fresh()}\u0000` })).toBeLessThan(500);
    expect(await refused(user, 'PUT', `${SECRETS}/s`, { value: fresh(), visibility: fresh() })).toBe(400);
    const items = [{ key: 'a', value: fresh() }];
    expect(await refused(user, 'POST', `${V31}/bulk/secrets/write`, { mode: 'all_or_nothing', items })).toBe(
      422,
    );
    expect(await refused(user, 'POST', `${SECRETS}/c/copy`, { tenant: 'elsewhere' })).toBe(409);
    expect(
      await refused(user, 'POST', `${SECRETS}/share/import`, {
        secrets_list: [{ key: 'x', value: fresh() }],
      }),
    ).toBe(400);
    for (const path of [
      SECRETS,
      `${SECRETS}/a/versions`,
      `${V31}/trash/secrets`,
      `${V31}/changes/secrets`,
      `${V31}/audit`,
    ])
      expect(await refused(user, 'GET', path)).toBe(200);
    expect(await refused(ADMIN, 'GET', `${V31}/audit/all?format=csv`)).toBe(200);
  });

  it.each([
    [
      'a value that does not open',
      `UPDATE secrets SET value = set_byte(value, 80, get_byte(value, 80) # 1)`,
      '',
    ],
    [
      'a check that every row breaks',
      'ALTER TABLE secrets ADD CONSTRAINT ck_broken CHECK (revision < 0) NOT VALID',
      'ALTER TABLE secrets DROP CONSTRAINT ck_broken',
    ],
    [
      'a trigger that tells the row',
      `CREATE FUNCTION telling() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE 'row %', NEW USING DETAIL = NEW::text; END $$;
       CREATE TRIGGER telling BEFORE INSERT OR UPDATE ON secrets FOR EACH ROW EXECUTE FUNCTION telling()`,
      'DROP TRIGGER telling ON secrets',
    ],
    [
      'a lost function',
      'ALTER FUNCTION update_secrets RENAME TO away',
      'ALTER FUNCTION away RENAME TO update_secrets',
    ],
    ['a lost table', 'ALTER TABLE audit_pending RENAME TO away', 'ALTER TABLE away RENAME TO audit_pending'],
  ])('meets %s', async (_what, damage, repair) => {
    await room.database.asSuperuser(damage);
    const statuses = [
      await refused(user, 'PATCH', `${SECRETS}/a`, { value: fresh() }),
      await refused(user, 'PUT', `${SECRETS}/broken-${values.length}`, {
        value: fresh(),
        provider_options: { p: fresh() },
      }),
      await refused(user, 'GET', `${SECRETS}/a`),
      await refused(user, 'POST', `${SECRETS}/c/copy`, { key: `copied-${values.length}` }),
    ];
    if (repair !== '') await room.database.asSuperuser(repair);
    expect(statuses.some((status) => status >= 500)).toBe(true);
  });

  it('is nowhere else, in no form', async () => {
    const events = await room.database.asSuperuser('SELECT * FROM audit_events');
    const everything = {
      log: room.logs.join(''),
      events: JSON.stringify(events),
      metrics: await (await fetch(`${room.operations.url}/metrics`)).text(),
      answers: answers.map(({ headers, text }) => JSON.stringify(headers) + text).join('\n'),
      'log of PostgreSQL': serverLog(),
    };
    expect(values.length).toBeGreaterThan(30);
    expect(room.logs.length).toBeGreaterThan(100);
    expect(everything['log of PostgreSQL']).not.toBe('');
    for (const [where, text] of Object.entries(everything)) {
      const found = values.filter((value) => formsOf(value).some((form) => text.includes(form)));
      expect([where, found.length]).toEqual([where, 0]);
    }
  });
});
