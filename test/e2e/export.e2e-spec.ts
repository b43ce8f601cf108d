import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decryptFernet } from '../../src/crypto/fernet.js';
import { passphraseKey } from '../../src/crypto/passphrase-key.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const EXPORT = '/api/v3.1/secrets/share/export';
const V31 = '/api/v3.1/secrets';
const PASSPHRASE = 'canary of a passphrase';
const HEADER = { 'X-Export-Passphrase': PASSPHRASE };

interface Item extends Record<string, unknown> {
  key: string;
  value: string;
  tenant_name: string;
}

describe('exported secrets', () => {
  let room: Strongroom;
  let manager: As & { login: string };
  let user: As & { login: string };
  beforeAll(async () => {
    room = await Strongroom.start();
    manager = await room.tenant('one', 'manager');
    user = await room.member('one', 'one-user', 'user');
    await room.tenant('two', 'manager');
    await room.join('one-manager', 'two', 'user');
    await room.join('one-user', 'two', 'viewer');
    const put = (as: As, key: string, body: object) => room.call(as, 'PUT', `${V31}/${key}`, body);
    await put(manager, 'plain', { value: 'of one' });
    await put(manager, 'private-of-manager', { value: 'private', visibility: 'private' });
    await put(manager, 'hidden-of-manager', { value: 'hidden', is_hidden_value: true });
    await put(user, 'private-of-user', { value: 'private', visibility: 'private', is_hidden_value: true });
    await put({ ...ADMIN, tenant: 'two' }, 'everywhere', { value: 'global', visibility: 'global' });
    await put({ ...ADMIN, tenant: 'two' }, 'private-in-two', { value: 'private', visibility: 'private' });
    await put({ ...ADMIN, tenant: 'two' }, 'hidden-in-two', { value: 'hidden', is_hidden_value: true });
    await put({ ...ADMIN, tenant: 'two' }, 'plain', { value: 'of two' });
  });
  afterAll(() => room.stop());

  async function exported(as: As, query = '', headers: Record<string, string> = {}): Promise<Item[]> {
    const answer = await room.call(as, 'GET', `${EXPORT}${query}`, undefined, headers);
    expect([answer.status, answer.text.slice(0, 1)]).toEqual([200, '[']);
    return answer.body as unknown as Item[];
  }
  const names = (items: Item[]) => items.map(({ key, tenant_name }) => `${tenant_name}/${key}`);
  const events = () =>
    room.database.asSuperuser<{ log: string; outcome: string; detail: Record<string, string>; body: string }>(
      `SELECT t.name AS log, body::json ->> 'outcome' AS outcome, body::json -> 'detail' AS detail, body
       FROM audit_events e LEFT JOIN tenants t ON t.id = e.log_id
       WHERE body::json ->> 'action' = 'secret.export' ORDER BY e.at, e.id`,
    );

  it('are those whose values the caller may see in the tenant, in their shape', async () => {
    for (const path of [EXPORT, '/api/v3/secrets/share/export']) {
      const answer = await room.call(user, 'GET', path);
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      });
      expect(answer.body).toEqual([
        {
          key: 'plain',
          value: 'of one',
          visibility: 'tenant',
          tenant_name: 'one',
          is_hidden_value: false,
          encrypted: false,
          provider: null,
          provider_options: null,
        },
        expect.objectContaining({ key: 'private-of-user', value: 'private', is_hidden_value: true }),
      ]);
    }
    expect(names(await exported(manager))).toEqual([
      'one/hidden-of-manager',
      'one/plain',
      'one/private-of-manager',
      'one/private-of-user',
    ]);
  });

  it('of all tenants are those of each tenant by the role there', async () => {
    const all = await exported(manager, '?_all_tenants=True');
    expect(names(all.filter(({ tenant_name }) => tenant_name === 'two'))).toEqual([
      'two/everywhere',
      'two/plain',
    ]);
    expect(all).toHaveLength(6);
    expect(new Set((await exported(user, '?_all_tenants=true')).map((item) => item.tenant_name))).toEqual(
      new Set(['one']),
    );
    expect(names(await exported(ADMIN, '?_all_tenants=true'))).toContain('two/private-in-two');
    const { login = '' } = ADMIN;
    expect(names(await exported({ login }, '?_all_tenants=true'))).toContain('two/private-in-two');
    expect((await room.call({ login }, 'GET', EXPORT)).status).toBe(403);
  });

  it('hold a global secret in the export of its own tenant only', async () => {
    expect(names(await exported(manager))).not.toContain('two/everywhere');
    expect(names(await exported({ ...ADMIN, tenant: 'two' }))).toContain('two/everywhere');
  });

  it('are narrowed by filters and fields', async () => {
    const all = '?_all_tenants=true';
    expect(names(await exported(ADMIN, `${all}&_search=LAIN`))).toEqual(['one/plain', 'two/plain']);
    expect(await exported(ADMIN, `${all}&_search=%25`)).toEqual([]);
    expect(names(await exported(ADMIN, `${all}&visibility=global&visibility=nothing`))).toEqual([
      'two/everywhere',
    ]);
    expect(names(await exported(ADMIN, `${all}&tenant_name=two&key=plain&key=x`))).toEqual(['two/plain']);
    expect(names(await exported(ADMIN, `${all}&is_hidden_value=True&created_by=admin`))).toEqual([
      'two/hidden-in-two',
    ]);
    expect(await exported(user, '?_include=key,value&key=plain')).toEqual([
      { key: 'plain', value: 'of one' },
    ]);
    const [item] = await exported(user, '?_include=key&_include=encrypted&key=plain&_include_metadata=True');
    expect(item).toEqual({
      key: 'plain',
      encrypted: false,
      creator: 'one-manager',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
  });

  it('are encrypted under a passphrase, by header or by query', async () => {
    const key = await passphraseKey(PASSPHRASE);
    for (const items of [
      await exported(user, '?key=plain', HEADER),
      await exported(user, `?key=plain&_passphrase=${encodeURIComponent(PASSPHRASE)}`),
      await exported(user, `?key=plain&_passphrase=${encodeURIComponent(PASSPHRASE)}`, HEADER),
    ]) {
      expect(items).toMatchObject([{ key: 'plain', encrypted: true }]);
      expect(decryptFernet([key], items[0]!.value)).toBe('of one');
    }
    const utf8 = Buffer.from('pässwörter', 'utf8').toString('latin1');
    const [item] = await exported(user, '?key=plain', { 'X-Export-Passphrase': utf8 });
    expect(decryptFernet([await passphraseKey('pässwörter')], item!.value)).toBe('of one');
  });

  it.each([
    ['?_passphrase=', {}, /empty/],
    ['?_passphrase=1234567', {}, /at least 8/],
    [`?_passphrase=${'x'.repeat(1025)}`, {}, /1024/],
    ['?_passphrase=another-canary', HEADER, /differ/],
    ['?_passphrase=canary-one&_passphrase=canary-two', {}, /only once/],
    ['', { 'X-Export-Passphrase': 'canary\xff' }, /UTF-8/],
    ['?_include=secret', {}, /_include/],
    ['?_all_tenants=maybe', {}, /_all_tenants/],
    ['?_size=1', {}, /_size/],
    ['?value=x', {}, /value/],
  ])('refuse %s with a message and without what was given', async (query, headers, message) => {
    const before = (await events()).length;
    const answer = await room.call(user, 'GET', `${EXPORT}${query}`, undefined, headers);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
    expect(answer.text).not.toContain('canary');
    expect(await events()).toHaveLength(before);
  });

  it('need the right to export', async () => {
    const viewer = await room.member('one', 'one-viewer', 'viewer');
    const answer = await room.call(viewer, 'GET', EXPORT);
    expect([answer.status, answer.body.error_code]).toEqual([403, 'forbidden_error']);
    expect((await events()).at(-1)).toMatchObject({ log: 'one', outcome: 'forbidden' });
  });

  it('are on record in each tenant they left, at the beginning and at the end', async () => {
    const before = (await events()).length;
    await exported(manager, '?_all_tenants=true', HEADER);
    const recorded = (await events()).slice(before);
    expect(
      recorded.map(({ log, outcome, detail: { stage, secrets, encrypted } }) => [
        ...[log, outcome, stage, secrets, encrypted],
      ]),
    ).toEqual([
      ['one', 'ok', 'begin', undefined, 'true'],
      ['one', 'ok', 'end', '4', 'true'],
      ['two', 'ok', 'begin', undefined, 'true'],
      ['two', 'ok', 'end', '2', 'true'],
    ]);
    expect(recorded[1]!.detail.begin).toBe((JSON.parse(recorded[0]!.body) as { id: string }).id);
  });

  it('leave no passphrase behind', async () => {
    await exported(user, `?_passphrase=${encodeURIComponent(PASSPHRASE)}`);
    const trail = await room.database.asSuperuser<{ body: string }>('SELECT body FROM audit_events');
    for (const text of [...room.logs, ...trail.map(({ body }) => body)]) expect(text).not.toMatch(/canary/);
  });

  it('end in a cut connection when a value does not open, or with 500 when it is the first', async () => {
    const three = await room.tenant('three', 'manager');
    for (let index = 0; index < 3; index += 1)
      await room.call(three, 'PUT', `${V31}/k${index}`, { value: 'x'.repeat(100) });
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT tenant_id, gen_random_uuid(), 'many-' || lpad(n::text, 3, '0'), value, key_generation, created_by, created_by
       FROM secrets, generate_series(1, 300) n WHERE key = 'k0'`,
    );
    const first = await room.call(three, 'GET', `${EXPORT}?_search=many`);
    expect([first.status, first.body.error_code]).toEqual([500, 'internal_server_error']);
    await room.database.asSuperuser(
      `DELETE FROM secrets WHERE key LIKE 'many-%';
       UPDATE secrets SET value = (SELECT value FROM secrets WHERE key = 'k1') WHERE key = 'k2'`,
    );
    for (let index = 0; index < 250; index += 1)
      await room.call(three, 'PUT', `${V31}/a${String(index).padStart(3, '0')}`, { value: 'fine' });
    const cut = await room.call(three, 'GET', EXPORT).then(
      () => 'a whole answer',
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(cut).toBe('ECONNRESET');
    expect((await events()).at(-1)).toMatchObject({
      log: 'three',
      outcome: 'failed',
      detail: { stage: 'end', secrets: '200' },
    });
    expect(room.logs.filter((line) => line.includes('"alarm":"decryption"'))).toHaveLength(2);
  });

  it('leave `share` an ordinary key', async () => {
    expect((await room.secret(user, 'PUT', 'share', 'ordinary')).status).toBe(200);
    expect((await room.secret(user, 'GET', 'share')).body.value).toBe('ordinary');
    expect((await room.call(user, 'GET', '/api/v3/secrets/share/nothing')).status).toBe(404);
  });
});
