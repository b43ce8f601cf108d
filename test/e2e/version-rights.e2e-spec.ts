import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const SECRETS = '/api/v3.1/secrets';

/**
 * Lists histories of a secret that its creator writes: what each version is written under, what is changed before the next
 * version, and who reads the old version in the end. `V` is the value, `M` an empty value, `-` a version that is not there
 * for the caller, and `404` a secret that is not.
 */
const HISTORIES: readonly (readonly [
  name: string,
  written: object,
  changes: readonly object[],
  creator: string,
  manager: string,
  user: string,
])[] = [
  ['open', {}, [], 'V', 'V', 'V'],
  ['still-private', { visibility: 'private' }, [], 'V', 'V', '404'],
  ['private-then-shown', { visibility: 'private' }, [{ visibility: 'tenant' }], 'V', 'V', '-'],
  ['still-hidden', { is_hidden_value: true }, [], 'V', 'V', 'M'],
  ['hidden-then-shown', { is_hidden_value: true }, [{ is_hidden_value: false }], 'V', 'V', 'M'],
  ['shown-then-hidden', {}, [{ is_hidden_value: true }], 'V', 'V', 'M'],
  ['shown-hidden-shown', {}, [{ is_hidden_value: true }, { is_hidden_value: false }], 'V', 'V', 'V'],
  [
    'private-and-hidden-then-shown',
    { visibility: 'private', is_hidden_value: true },
    [{ visibility: 'tenant' }, { is_hidden_value: false }],
    'V',
    'V',
    '-',
  ],
];

describe('who reads an old version', () => {
  let room: Strongroom;
  let creator: As;
  let manager: As;
  let user: As;
  beforeAll(async () => {
    room = await Strongroom.start();
    creator = await room.tenant('payments', 'user');
    manager = await room.member('payments', 'maria', 'manager');
    user = await room.member('payments', 'ulla', 'user');
  });
  afterAll(() => room.stop());

  const ask = (as: As, method: string, path: string, body?: unknown) =>
    room.call(as, method, `${SECRETS}/${path}`, body);

  /** Returns what a caller sees of the first version, in the notation of the table. */
  async function seen(as: As, key: string): Promise<string> {
    const answer = await ask(as, 'GET', `${key}?version=1`);
    const list = await ask(as, 'GET', `${key}/versions`);
    const versions = ((list.body.items ?? []) as { version: number }[]).map(({ version }) => version);
    if (list.status !== 200) {
      expect([key, answer.status]).toEqual([key, list.status]);
      return String(list.status);
    }
    expect([key, versions]).toEqual([key, answer.status === 404 ? [2] : [2, 1]]);
    if (answer.status === 404) return '-';
    return { first: 'V', '': 'M' }[String(answer.body.value)] ?? answer.text;
  }

  it.each(HISTORIES)(
    '%s: who could read it then and may read the secret now',
    async (key, written, changes, ...cells) => {
      expect((await ask(creator, 'PUT', key, { value: 'first', ...written })).status).toBe(200);
      for (const change of changes) expect((await ask(creator, 'PATCH', key, change)).status).toBe(200);
      await ask(creator, 'PATCH', key, { value: 'second' });
      expect(await Promise.all([creator, manager, user].map((as) => seen(as, key)))).toEqual(cells);
    },
  );

  it('is decided by what the value was written under, also if that changes in the same request', async () => {
    await ask(creator, 'PUT', 'at-once', { value: 'first', visibility: 'private' });
    await ask(creator, 'PATCH', 'at-once', { value: 'second', visibility: 'tenant' });
    expect(await Promise.all([creator, user].map((as) => seen(as, 'at-once')))).toEqual(['V', '-']);
    expect((await ask(user, 'GET', 'at-once?version=2')).body.value).toBe('second');
  });

  it('is, after the secret was given away, the owner of then for what was private then', async () => {
    await ask(creator, 'PUT', 'given', { value: 'first', visibility: 'private' });
    await ask({ ...ADMIN, tenant: 'payments' }, 'PATCH', 'given', { creator: 'ulla' });
    await ask(user, 'PATCH', 'given', { value: 'second' });
    expect(await Promise.all([creator, manager, user].map((as) => seen(as, 'given')))).toEqual([
      '404',
      'V',
      '-',
    ]);
    await ask(user, 'PATCH', 'given', { visibility: 'tenant' });
    expect(await Promise.all([creator, user].map((as) => seen(as, 'given')))).toEqual(['V', '-']);
  });

  it('is for the current version whoever reads the secret', async () => {
    await ask(creator, 'PUT', 'current', { value: 'only', visibility: 'private', is_hidden_value: true });
    await ask(creator, 'PATCH', 'current', { visibility: 'tenant', is_hidden_value: false });
    expect((await ask(user, 'GET', 'current?version=1')).body.value).toBe('only');
  });

  it('cannot restore what is hidden or not there for them, nor destroy it', async () => {
    for (const [key, status] of [
      ['hidden-then-shown', 403],
      ['private-then-shown', 404],
    ] as const) {
      expect([key, (await ask(user, 'POST', `${key}/versions/1/restore`)).status]).toEqual([key, status]);
      expect((await ask(user, 'GET', key)).body.value).toBe('second');
    }
    expect((await ask(user, 'POST', 'still-hidden/versions/1/restore')).status).toBe(403);
    expect((await ask(user, 'POST', 'still-private/versions/1/restore')).status).toBe(404);
  });

  it('is nobody of another tenant, not even for a global secret', async () => {
    const stranger = await room.tenant('elsewhere', 'manager');
    await ask(creator, 'PUT', 'shared.key', { value: 'first' });
    await room.call({ ...ADMIN, tenant: 'payments' }, 'PATCH', `${SECRETS}/shared.key/set-global`);
    await ask(creator, 'PATCH', 'shared.key', { value: 'second' });
    for (const as of [stranger, { ...ADMIN, tenant: 'elsewhere' }]) {
      expect((await ask(as, 'GET', 'shared.key')).body.value).toBe('second');
      const path = 'shared.key/versions';
      const answers = [
        await ask(as, 'GET', 'shared.key?version=1'),
        await ask(as, 'GET', 'shared.key?version=2'),
        await ask(as, 'GET', 'shared.key?at=2026-01-01T00:00:00Z'),
        await ask(as, 'GET', path),
        await ask(as, 'POST', `${path}/1/restore`),
        await ask(as, 'DELETE', `${path}/1`),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 400, 400]);
      for (const { text } of answers) expect(text).not.toMatch(/first|second/);
    }
    expect(await seen(user, 'shared.key')).toBe('V');
    const logs = await room.database.asSuperuser(
      `SELECT DISTINCT t.name, e.outcome FROM audit_events e JOIN tenants t ON t.id = e.log_id
       WHERE e.key = 'shared.key' AND e.action IN ('secret.read', 'secret.version_list') AND e.outcome <> 'ok'`,
    );
    expect(logs).toEqual([{ name: 'elsewhere', outcome: 'forbidden' }]);
  });

  it('is a reader of secrets who also has the right to read versions', async () => {
    const viewer = await room.member('payments', 'vera', 'viewer');
    const permission = '/api/v3.1/permissions/viewer';
    expect(await seen(viewer, 'open')).toBe('V');
    for (const [name, plain] of [
      ['secret_version_get', 200],
      ['secret_get', 403],
    ] as const) {
      await room.call(ADMIN, 'DELETE', `${permission}/${name}`);
      const refused = await ask(viewer, 'GET', 'open?version=1');
      expect([refused.status, refused.body.message]).toEqual([403, expect.stringContaining(name)]);
      expect((await ask(viewer, 'GET', 'open')).status).toBe(plain);
      await room.call(ADMIN, 'PUT', `${permission}/${name}`);
    }
    expect((await ask(viewer, 'POST', 'open/versions/1/restore')).status).toBe(403);
  });
});
