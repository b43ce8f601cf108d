import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ADMIN, ADMIN_PASSWORD, Strongroom } from '../support/strongroom.js';

const IMPORT = '/api/v3.1/secrets/share/import';
const MAX_BYTES = 16 * 1024 * 1024;

type Row = Record<string, unknown>;

describe('large imports', () => {
  let room: Strongroom;
  beforeAll(async () => {
    room = await Strongroom.start({ STRONGROOM_MAX_IMPORT_BYTES: String(MAX_BYTES) });
    for (const name of ['one', 'two']) await room.tenant(name, 'manager');
  });
  afterAll(() => room.stop());

  const rowsOf = (count: number, prefix: string, fields: Row = {}): Row[] =>
    Array.from({ length: count }, (_, index) => ({
      key: `${prefix}-${index}`,
      value: `value ${index}`,
      tenant_name: index % 2 === 0 ? 'one' : 'two',
      visibility: 'tenant',
      is_hidden_value: false,
      encrypted: false,
      ...fields,
    }));
  const post = (rows: readonly Row[], override = false) =>
    room.call(ADMIN, 'POST', IMPORT, { secrets_list: rows, override_collisions: override });
  const count = async (prefix: string) =>
    Number(
      (
        await room.database.asSuperuser<{ count: string }>('SELECT count(*) FROM secrets WHERE key LIKE $1', [
          `${prefix}-%`,
        ])
      )[0]!.count,
    );

  it('of ten thousand secrets let others through meanwhile', async () => {
    const importing = post(rowsOf(10_000, 'many'));
    let others = 0;
    const done = importing.then(() => true);
    while (!(await Promise.race([done, Promise.resolve(false)]))) {
      expect((await room.secret(ADMIN, 'PUT', `other-${(others += 1)}`, 'x')).status).toBe(200);
    }
    expect((await importing).body).toEqual({ colliding_secrets: {}, secrets_errors: {} });
    expect(others).toBeGreaterThan(1);
    expect(await count('many')).toBe(10_000);
    expect((await room.secret({ ...ADMIN, tenant: 'two' }, 'GET', 'many-9999')).body.value).toBe(
      'value 9999',
    );
    const [events] = await room.database.asSuperuser<{ count: string }>(
      `SELECT count(*) FROM audit_events WHERE body::json ->> 'key' LIKE 'many-%'
         AND body::json ->> 'action' = 'secret.create'`,
    );
    expect(Number(events!.count)).toBe(10_000);
  });

  it('leave nothing behind where the last of ten thousand is refused', async () => {
    await room.call({ ...ADMIN, tenant: 'one' }, 'PUT', '/api/v3.1/secrets/zzz', {
      value: 'x',
      visibility: 'global',
    });
    const rows = [...rowsOf(10_000, 'refused'), { ...rowsOf(2, 'x')[1], key: 'zzz' }];
    expect((await post(rows, true)).body.secrets_errors).toEqual({ '10000': { key: expect.anything() } });
    expect(await count('refused')).toBe(0);
  });

  it('of the same keys at once, in whatever order, wait for each other and not in a circle', async () => {
    const rows = rowsOf(1_500, 'raced');
    for (const override of [false, true, true]) {
      const [one, other] = await Promise.all([post(rows, override), post(rows.toReversed(), override)]);
      expect([one.status, other.status]).toEqual([200, 200]);
      expect([one.body.secrets_errors, other.body.secrets_errors]).toEqual([{}, {}]);
    }
    expect(await count('raced')).toBe(1_500);
  });

  it('and ones that become global beside changes of the same keys end in no deadlock', async () => {
    const rows = rowsOf(200, 'widened').map((row): Row => ({ ...row, tenant_name: 'one' }));
    await post(rows);
    const widened = rows.map((row) => ({ ...row, visibility: 'global', value: 'again' }));
    const answers = await Promise.all([
      post(widened, true),
      ...rows.slice(0, 40).map(({ key }) =>
        room.call({ ...ADMIN, tenant: 'one' }, 'PATCH', `/api/v3.1/secrets/${String(key)}`, {
          visibility: 'global',
        }),
      ),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('are bounded in bytes and in number, and other routes keep their bound', async () => {
    const answer = await post(rowsOf(300, 'large', { value: 'x'.repeat(60_000) }));
    expect([answer.status, answer.body.message]).toEqual([413, expect.stringContaining(String(MAX_BYTES))]);
    expect(await count('large')).toBe(0);
    const many = await room.call(ADMIN, 'POST', IMPORT, {
      secrets_list: Array.from({ length: 100_001 }, () => ({})),
      override_collisions: false,
    });
    expect([many.status, many.body.message]).toEqual([413, expect.stringContaining('100000')]);
    expect((await room.secret(ADMIN, 'PUT', 'large', 'x'.repeat(1_000_000))).status).toBe(413);
  });

  it.each([
    ['{},', /more than 2000000 values/],
    ['[],', /more than 2000000 values/],
    ['0,', /more than 2000000 values/],
    ['[', /deeper than 100 levels/],
  ])('of nothing but %s are refused before they are taken apart', async (unit, message) => {
    const list = unit.repeat((MAX_BYTES - 1_000) / unit.length);
    const parse = jest.spyOn(JSON, 'parse');
    const { status, body } = await send(`{"override_collisions": false, "secrets_list": [${list}0]}`);
    const longest = parse.mock.calls.reduce((most, [text]) => Math.max(most, text.length), 0);
    parse.mockRestore();
    expect([status, body.message]).toEqual([413, expect.stringMatching(message)]);
    expect(longest).toBeLessThan(MAX_BYTES / 2);
  });

  const send = (body: string) =>
    room.send({
      ...{ method: 'POST', path: IMPORT, body },
      headers: {
        ...{ Authorization: `Basic ${Buffer.from(ADMIN.login!).toString('base64')}`, tenant: ADMIN.tenant! },
        'Content-Type': 'application/json',
      },
    });

  it('wait for nobody who sends slowly', async () => {
    const slow = await Promise.all(Array.from({ length: 8 }, () => halfSent()));
    const answers = [await post(rowsOf(1, 'beside')), await post(rowsOf(1, 'beside'), true)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    for (const socket of slow) {
      expect(socket.bytesRead).toBe(0);
      socket.destroy();
      await once(socket, 'close');
    }
  });

  it('wait in line for those under way', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) => post(rowsOf(200, `in-line-${index}`))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await count('in-line')).toBe(1_200);
  });

  /** Sends an import whose body is incomplete. */
  async function halfSent(): Promise<ReturnType<typeof connect>> {
    const { hostname, port } = new URL(room.service.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const login = Buffer.from(`admin:${ADMIN_PASSWORD}`).toString('base64');
    socket.write(
      `POST ${IMPORT} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic ${login}\r\ntenant: default_tenant\r\n` +
        'Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{',
    );
    return socket;
  }
});
