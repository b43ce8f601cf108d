import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CommandRoom, type RecordedJson } from './command-room.js';
import { NOT_FOUND, REFUSED } from './command-table.js';

const ALICE = { login: 'alice:alices-password', tenant: 'payments' };

let command: CommandRoom;
beforeAll(async () => {
  command = await CommandRoom.start();
  await command.makeAll();
  expect((await command.room.secret(ALICE, 'PUT', 'a', 'one')).status).toBe(200);
});
afterAll(() => command.stop());

describe('tokens', () => {
  it('are made for a user, shown once, listed without their value, and deleted', async () => {
    const made = await command.run(
      "token create alice --expiration-date '+10h' --description 'nightly build'",
    );
    const [, value = ''] = /^Token: +(\S+)$/m.exec(made.stdout) ?? [];
    expect(value).toMatch(/^ctok-/);
    const headers = { 'Authentication-Token': value };
    expect(
      (await command.room.call({ tenant: 'payments' }, 'GET', '/api/v3/secrets/a', undefined, headers))
        .status,
    ).toBe(200);
    const [token] = await command.json<{ id: string; value: string }[]>('token list --user alice');
    expect(token).toMatchObject({
      username: 'alice',
      description: 'nightly build',
      value: expect.stringMatching(/\*$/),
    });
    expect(await command.json(`token show ${token?.id}`)).toMatchObject({ id: token?.id, username: 'alice' });
    expect((await command.run('token list')).stdout).not.toContain(value);
    expect((await command.run('token create bob --quiet')).stdout).toMatch(/^ctok-\S{51}\n$/);
    expect(await command.lastEvent()).toEqual(expect.stringMatching(/^token\.create \S{10} ok cli$/));
    expect((await command.run(`token delete ${token?.id}`)).code).toBe(0);
    expect(
      (await command.room.call({ tenant: 'payments' }, 'GET', '/api/v3/secrets/a', undefined, headers))
        .status,
    ).toBe(401);
  });

  it('are refused for users who are unknown or not active, and with an end in the past', async () => {
    expect(await command.run('token create nobody')).toMatchObject({ code: NOT_FOUND, stdout: '' });
    expect(await command.lastEvent()).toEqual(expect.stringMatching(/^token\.create \S{10} not_found cli$/));
    await command.run('user deactivate bob');
    const { code, stderr } = await command.run('token create bob');
    expect([code, stderr]).toEqual([REFUSED, expect.stringMatching(/bob.*not active: activate/)]);
    await command.run('user activate bob');
    expect(await command.run("token create bob --expiration-date '2001-01-01 00:00'")).toMatchObject({
      code: REFUSED,
      stderr: '`--expiration-date`: the date is in the past\n',
    });
    expect(await command.run('token create bob --expiration-date yesterday')).toMatchObject({
      code: REFUSED,
      stderr: expect.stringMatching(/^`--expiration-date` must be `YYYY-MM-DD HH:mm` in UTC, or/),
    });
  });
});

describe('locks', () => {
  const fail = async (name: string): Promise<void> => {
    for (let attempt = 0; attempt < 5; attempt += 1)
      await command.room.secret({ login: `${name}:wrong-password`, tenant: 'payments' }, 'GET', 'a');
  };

  it('tell who is locked, from where and until when, and end', async () => {
    expect((await command.run('lock list')).stderr).toBe('Nobody is locked\n');
    await fail('Alice');
    await fail('nobody-at-all');
    expect(await command.json('lock list')).toEqual([
      { username: 'alice', source: expect.any(String), kind: 'name and source', until: expect.any(String) },
      { username: null, source: expect.any(String), kind: 'name and source', until: expect.any(String) },
    ]);
    expect(await command.json('lock show alice')).toHaveLength(1);
    expect((await command.run('user list')).stdout).toMatch(/^alice +default +yes +yes/m);
    expect((await command.run('lock clear alice')).stdout).toBe('alice is unlocked\n');
    expect(await command.json('lock show alice')).toEqual([]);
    expect(await command.run('user unlock alice')).toMatchObject({
      code: REFUSED,
      stderr: 'User `alice` is not locked\n',
    });
    expect((await command.run('lock clear --all')).stdout).toBe('Ended all locks (1)\n');
    expect(await command.json('lock list')).toEqual([]);
  });

  it('of a name and of a source at their ceilings are told too', async () => {
    await command.room.database.asSuperuser(
      `INSERT INTO login_failures (name_key, source, failures, expires_at) VALUES
         (sha256('bob'), '*', 30, now() + interval '1 minute'),
         (sha256('any name'), '192.0.2.0/24', 100, now() + interval '1 minute')
       ON CONFLICT (name_key, source) DO UPDATE SET failures = excluded.failures, expires_at = excluded.expires_at`,
    );
    expect(await command.json('lock list')).toMatchObject([
      { username: 'bob', source: null, kind: 'name' },
      { username: null, source: '192.0.2.0/24', kind: 'source' },
    ]);
    expect((await command.run('lock clear --all --json')).stdout).toContain('192.0.2.0/24');
    expect(await command.json('lock list')).toEqual([]);
  });
});

describe('the audit trail', () => {
  it('lists the latest events by tenant, action, actor and key, and records that it did', async () => {
    await command.room.secret(ALICE, 'GET', 'a');
    const [event] = await command.json<(RecordedJson & { id: string })[]>(
      'event list --tenant payments --action secret.read --actor ALICE --key a --limit 1',
    );
    expect(event).toMatchObject({ tenant: 'payments', action: 'secret.read', key: 'a', outcome: 'ok' });
    expect(await command.json(`event show ${event?.id}`)).toMatchObject({
      id: event?.id,
      logs: ['of the tenant payments'],
    });
    const table = await command.run('event list --limit 3');
    expect(table.stdout.trimEnd().split('\n')).toHaveLength(4);
    expect(await command.json('event list --action event.list --limit 1')).toMatchObject([
      { tenant: null, outcome: 'ok' },
    ]);
    expect(await command.json('event list --actor nobody-at-all')).toEqual([]);
    expect(await command.run('event list --tenant nowhere')).toMatchObject({ code: NOT_FOUND });
    expect(await command.run('event show nonsense')).toMatchObject({ code: NOT_FOUND });
  });

  it('explains a request: who asked for what in which tenant, and why it was refused', async () => {
    const bob = { login: 'bob:bobs-password', tenant: 'billing' };
    const refused = await command.room.secret(bob, 'GET', 'a');
    const id = String(refused.headers['x-request-id']);
    const { code, stdout, stderr } = await command.run(`explain ${id}`);
    expect(code).toBe(0);
    // He is no member, so the log of the tenant has his id only.
    expect(stdout).toMatch(
      /bob \(with a password\) asked to read the secret a.*\nIt was not done \(forbidden\)/,
    );
    expect(stderr).toBe('The roles of bob:  strongroom-admin user show bob\n');
    expect(await command.json(`explain ${id}`)).toMatchObject([
      { explanation: expect.stringContaining('not done') },
    ]);
    const unknown = await command.run('explain no-such-request');
    expect([unknown.code, unknown.stderr]).toEqual([
      NOT_FOUND,
      expect.stringMatching(/"requestId":"no-such-request"/),
    ]);
  });

  it('shows a name with a backslash and a control character escaped once', async () => {
    const bob = { login: 'bob:bobs-password', tenant: 'billing' };
    const refused = await command.room.call(bob, 'GET', '/api/v3.1/user-groups/a%5Cb%1Bc');
    expect(refused.status).toBe(403);
    const id = String(refused.headers['x-request-id']);
    const escaped = 'a\\\\b\\u001bc';
    expect((await command.run(`explain ${id}`)).stdout).toContain(`read the user group ${escaped}`);
    const [{ id: event }] = await command.json<[{ id: string }]>(`explain ${id}`);
    expect((await command.run(`event show ${event}`)).stdout).toContain(`Key:         ${escaped}\n`);
    const listed = await command.run('event list --action user_group.read --limit 1');
    expect(listed.stdout).toContain(`  ${escaped}  `);
    await command.run("explain 'a\\b'");
    expect(await command.json('event list --action event.explain --limit 1')).toMatchObject([
      { key: 'a\\\\b' },
    ]);
  });
});
