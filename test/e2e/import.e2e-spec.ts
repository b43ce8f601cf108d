import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { encryptFernet } from '../../src/crypto/fernet.js';
import { passphraseKey } from '../../src/crypto/passphrase-key.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const IMPORT = '/api/v3.1/secrets/share/import';
const EXPORT = '/api/v3.1/secrets/share/export';
const V31 = '/api/v3.1/secrets';
const PASSPHRASE = 'canary of a passphrase';

type Row = Record<string, unknown>;

describe('imported secrets', () => {
  let room: Strongroom;
  let manager: As & { login: string };
  let user: As & { login: string };
  let made = 0;
  beforeAll(async () => {
    room = await Strongroom.start();
    manager = await room.tenant('one', 'manager');
    user = await room.member('one', 'one-user', 'user');
    await room.tenant('two', 'manager');
    await room.join('one-user', 'two', 'viewer');
    await room.join('one-manager', 'two', 'user');
  });
  afterAll(() => room.stop());

  const fresh = () => `key-${(made += 1)}`;
  const row = (fields: Row = {}): Row => ({
    key: fresh(),
    value: 'imported',
    tenant_name: 'one',
    visibility: 'tenant',
    is_hidden_value: false,
    encrypted: false,
    ...fields,
  });
  const post = (as: As, rows: unknown, more: Row = {}, headers = {}) =>
    room.call(as, 'POST', IMPORT, { secrets_list: rows, override_collisions: false, ...more }, headers);
  const put = (as: As, key: string, body: object) =>
    room.call(as, 'PUT', `${V31}/${key}`, body).then(({ status }) => expect(status).toBe(200));
  const read = async (as: As, key: string) => (await room.call(as, 'GET', `${V31}/${key}`)).body;
  const count = async () =>
    Number((await room.database.asSuperuser<{ count: string }>('SELECT count(*) FROM secrets'))[0]!.count);

  /** Returns the errors of one invalid row next to a valid one, after checking that neither was imported. */
  async function errorsOf(as: As, wrong: Row, more: Row = {}): Promise<unknown> {
    const before = await count();
    const answer = await post(as, [row(), wrong], more);
    expect(answer.status).toBe(200);
    expect(await count()).toBe(before);
    expect(answer.text).not.toContain('canary');
    const { '1': errors, ...others } = answer.body.secrets_errors as Row;
    expect(others).toEqual({});
    return errors;
  }

  it('are there, in both versions of the path', async () => {
    for (const path of [IMPORT, '/api/v3/secrets/share/import']) {
      const [plain, hidden] = [
        row(),
        row({ is_hidden_value: 'True', encrypted: 'FALSE', visibility: 'private' }),
      ];
      const body = { secrets_list: [plain, hidden], override_collisions: 'False' };
      const answer = await room.call(user, 'POST', path, body);
      expect([answer.status, answer.body]).toEqual([200, { colliding_secrets: {}, secrets_errors: {} }]);
      expect(await read(user, String(plain.key))).toMatchObject({
        value: 'imported',
        visibility: 'tenant',
        created_by: 'one-user',
      });
      expect(await read(user, String(hidden.key))).toMatchObject({
        is_hidden_value: true,
        visibility: 'private',
      });
    }
    expect((await post(user, [])).body).toEqual({ colliding_secrets: {}, secrets_errors: {} });
  });

  it('are what was exported, encrypted and with metadata, whatever the text', async () => {
    const texts = ['plain', 'ünïcødé ☃ 🔑', ' \n\t"\\', '\ufeffmark', 'a\u0000b', '{"a": 1}', 'gAAAAAB'];
    for (const [index, value] of texts.entries()) await put(manager, `round-${index}`, { value });
    const headers = { 'X-Export-Passphrase': PASSPHRASE };
    const path = `${EXPORT}?_search=round-&_include_metadata=true`;
    const { body: items } = await room.call(manager, 'GET', path, undefined, headers);
    expect(items).toHaveLength(texts.length);
    const created = await read(manager, 'round-0');
    for (const index of texts.keys()) await room.call(manager, 'DELETE', `${V31}/round-${index}`);
    const answer = await post({ ...ADMIN, tenant: 'one' }, items, {}, headers);
    expect(answer.body).toEqual({ colliding_secrets: {}, secrets_errors: {} });
    for (const [index, value] of texts.entries())
      expect((await read(manager, `round-${index}`)).value).toBe(value);
    const { created_at, updated_at } = created;
    expect(await read(manager, 'round-0')).toMatchObject({
      created_at,
      updated_at,
      created_by: 'one-manager',
    });
  });

  it('keep schemas, structured values and provider options', async () => {
    const bodies: Record<string, Row> = {
      'with-object': { value: { a: [1, null] }, schema: { type: 'object' } },
      'with-text': { value: '{"a": 1}', schema: { type: 'string' } },
      'with-zero': { value: 0, schema: { type: 'number' } },
      'with-null': { value: null, schema: {} },
      'with-empty': { value: '', schema: { type: 'string' } },
      'with-options': { value: 'x', provider_options: { path: 'canary/of/options' } },
    };
    for (const [key, body] of Object.entries(bodies)) await put(manager, key, body);
    const kept = new Map<string, Row>();
    for (const key of Object.keys(bodies)) kept.set(key, await read(manager, key));
    for (const passphrase of [undefined, PASSPHRASE]) {
      const headers: Record<string, string> =
        passphrase === undefined ? {} : { 'X-Export-Passphrase': passphrase };
      const path = `${EXPORT}?_search=with-&_include_metadata=true`;
      const { body: items } = await room.call(manager, 'GET', path, undefined, headers);
      expect(items).toHaveLength(kept.size);
      for (const override_collisions of [true, false]) {
        if (!override_collisions)
          for (const key of kept.keys()) await room.call(manager, 'DELETE', `${V31}/${key}`);
        const answer = await post({ ...ADMIN, tenant: 'one' }, items, { override_collisions }, headers);
        expect(answer.body.secrets_errors).toEqual({});
        for (const [key, secret] of kept) expect(await read(manager, key)).toEqual(secret);
      }
    }
  });

  it.each<[Row, Row]>([
    [{ schema: [] }, { schema: 'Not an object' }],
    [{ schema: { type: 'canary' } }, { schema: expect.stringMatching(/schema/) }],
    [
      { schema: { type: 'number' }, value: 'canary' },
      { value: expect.stringMatching(/^Error validating secret value:/) },
    ],
    [{ schema: { $ref: 'http://127.0.0.1:1/x' } }, { schema: expect.stringMatching(/schema/) }],
    [
      { provider_options: 'canary' },
      { provider_options: expect.stringMatching(/^It is not valid JSON \(line 1/) },
    ],
    [{ provider_options: '[1]' }, { provider_options: 'Not the JSON of an object' }],
    [{ provider_options: {} }, { provider_options: 'Not text' }],
  ])('are refused for %j', async (wrong, errors) => {
    expect(await errorsOf(user, row(wrong))).toEqual(errors);
  });

  it.each([70, 20_000])('are refused where something nests %d levels deep', async (depth) => {
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const levels = expect.stringMatching(/64 levels|The body nests deeper/);
    const sealed = encryptFernet(await passphraseKey(PASSPHRASE), deep);
    const options = row({ provider_options: `{"a": ${deep}}` });
    expect(await errorsOf(user, options)).toEqual({ provider_options: levels });
    const encrypted = row({ schema: {}, value: sealed, encrypted: true });
    expect(await errorsOf(user, encrypted, { passphrase: PASSPHRASE })).toEqual({ value: levels });
    const { value, ...others } = row({ schema: {} });
    const body = `{"override_collisions": false, "secrets_list": [${JSON.stringify(others).slice(0, -1)}, "value": ${deep}}]}`;
    const answer = await room.send({
      ...{ method: 'POST', path: IMPORT, body },
      headers: {
        ...{ Authorization: `Basic ${Buffer.from(user.login).toString('base64')}`, tenant: 'one' },
        'Content-Type': 'application/json',
      },
    });
    expect([value, answer.status]).toEqual(['imported', depth > 100 ? 413 : 200]);
    expect(answer.text).toMatch(/64 levels|The body nests deeper than 100/);
  });

  it('do not replace a schema', async () => {
    const [plain, structured] = [fresh(), fresh()];
    await put(user, plain, { value: 'kept' });
    await put(user, structured, { value: 1, schema: { type: 'number' } });
    const override = { override_collisions: true };
    expect(await errorsOf(user, row({ key: plain, schema: { type: 'string' } }), override)).toEqual({
      schema: expect.stringMatching(/another schema/),
    });
    expect(await errorsOf(user, row({ key: structured }), override)).toEqual({
      schema: expect.stringMatching(/another schema/),
    });
  });

  it('go to the tenants that the map says', async () => {
    for (const name of ['tenant_map', 'tenant_map_dict']) {
      const moved = row({ tenant_name: 'elsewhere' });
      expect((await post(manager, [moved], { [name]: { elsewhere: 'two' } })).body.secrets_errors).toEqual(
        {},
      );
      expect(await read({ ...manager, tenant: 'two' }, String(moved.key))).toMatchObject({
        tenant_name: 'two',
      });
    }
    for (const target of ['nowhere', 'two', 'default_tenant']) {
      const answer = await post(user, [row()], { tenant_map: { unused: target } });
      expect([answer.status, answer.body.message]).toEqual([
        400,
        expect.stringContaining(target.slice(0, 3)),
      ]);
    }
  });

  it.each<[string, Row, Row]>(
    [
      [
        'fields that are missing',
        { value: '', key: null, encrypted: undefined },
        { 'missing secret fields': ['key', 'value', 'encrypted'] },
      ],
      [
        'no booleans',
        { is_hidden_value: 'maybe', encrypted: 1 },
        { is_hidden_value: 'Not boolean', encrypted: 'Not boolean' },
      ],
      [
        'another visibility',
        { visibility: 'canary' },
        { visibility: expect.stringMatching(/private, tenant, global/) },
      ],
      [
        'a global one without the right',
        { visibility: 'global' },
        { visibility: expect.stringMatching(/create_global_resource/) },
      ],
      [
        'an unknown tenant',
        { tenant_name: 'nowhere' },
        { tenant_name: expect.stringMatching(/secret_create.*nowhere/) },
      ],
      [
        'a tenant without the right',
        { tenant_name: 'two' },
        { tenant_name: expect.stringMatching(/secret_create.*two/) },
      ],
      ['a key that breaks the rules', { key: '1/key' }, { key: expect.stringMatching(/letters/) }],
      ['a key that is no text', { key: { a: 1 } }, { key: expect.stringMatching(/text/) }],
      ['a value that is no text', { value: { canary: 1 } }, { value: 'Not text' }],
      ['a value that is too large', { value: 'x'.repeat(65_537) }, { value: expect.stringMatching(/65536/) }],
      ['an encrypted value and no passphrase', { encrypted: true }, { encrypted: 'No passphrase' }],
      [
        'a creator without the right',
        { creator: 'one-user' },
        { creator: expect.stringMatching(/set_owner/) },
      ],
      [
        'a creator without the right, whether there is one or not',
        { creator: 'nobody-here' },
        { creator: expect.stringMatching(/set_owner/) },
      ],
      [
        'times without the right',
        { created_at: '2020-01-01T00:00:00.000Z' },
        { timestamp: expect.stringMatching(/set_timestamp/) },
      ],
      [
        'a provider',
        { provider: 'vault', value: null },
        { provider: expect.stringMatching(/no such provider/) },
      ],
    ].map(([name, wrong, errors]) => [name, wrong, errors] as [string, Row, Row]),
  )('are refused for %s', async (_name, wrong, errors) => {
    const fields = 'key' in wrong && wrong.key === null ? { ...row(), ...wrong } : row(wrong);
    const found = (await errorsOf(user, fields)) as Row;
    if (wrong.key !== undefined && typeof wrong.key === 'string') expect(Object.keys(found)).toEqual(['key']);
    else expect(found).toEqual(errors);
  });

  it.each<[Row, Row]>([
    [{ creator: 'nobody-here' }, { creator_valid: 'There is no such user' }],
    [{ updated_at: 'canary' }, { timestamp: expect.stringMatching(/Not a time/) }],
    [{ updated_at: '2026-02-30T00:00:00.000Z' }, { timestamp: expect.stringMatching(/Not a time/) }],
    [{ created_at: 5 }, { timestamp: expect.stringMatching(/Not a time/) }],
    [{ created_at: '0000-06-01T00:00:00Z' }, { timestamp: expect.stringMatching(/Not a time/) }],
    [{ creator: 'canary\u0000' }, { creator_valid: 'There is no such user' }],
    [{ tenant_name: 'one\u0000' }, { tenant_name: expect.stringMatching(/secret_create/) }],
  ])('are refused for %j, with every right', async (wrong, errors) => {
    expect(await errorsOf({ ...ADMIN, tenant: 'one' }, row(wrong))).toEqual(errors);
  });

  it('have a value that is white space, as PUT and PATCH take it', async () => {
    for (const value of [' ', '\n', '\t \r\n', '\u00a0']) {
      const key = fresh();
      await put(user, key, { value });
      expect((await room.call(user, 'PATCH', `${V31}/${key}`, { value })).status).toBe(200);
      for (const passphrase of [undefined, PASSPHRASE]) {
        const headers: Record<string, string> =
          passphrase === undefined ? {} : { 'X-Export-Passphrase': passphrase };
        const { text } = await room.call(user, 'GET', `${EXPORT}?key=${key}`, undefined, headers);
        expect((await room.call(user, 'DELETE', `${V31}/${key}`)).status).toBe(204);
        const answer = await post(user, JSON.parse(text), {}, headers);
        expect(answer.body).toEqual({ colliding_secrets: {}, secrets_errors: {} });
        expect((await read(user, key)).value).toBe(value);
      }
    }
    for (const value of ['', null, undefined])
      expect(await errorsOf(user, row({ value }))).toEqual({ 'missing secret fields': ['value'] });
  });

  it('are refused where the passphrase does not open them, and where a key comes twice', async () => {
    const token = encryptFernet(await passphraseKey('another passphrase'), 'canary');
    for (const value of [token, 'no token', `${token.slice(0, -5)}AAA==`])
      expect(await errorsOf(user, row({ value, encrypted: true }), { passphrase: PASSPHRASE })).toEqual({
        encrypted: expect.stringMatching(/passphrase/),
      });
    const twice = row();
    const answer = await post(user, [twice, twice, row({ key: twice.key, tenant_name: 'two' })]);
    expect(answer.body.secrets_errors).toEqual({
      '1': { key: expect.stringMatching(/more than once/) },
      '2': { tenant_name: expect.anything() },
    });
  });

  it.each<[Row, RegExp]>([
    [{ secrets_list: undefined }, /secrets_list/],
    [{ secrets_list: {} }, /secrets_list/],
    [{ secrets_list: ['canary'] }, /objects/],
    [{ override_collisions: undefined }, /override_collisions/],
    [{ override_collisions: 'canary' }, /override_collisions/],
    [{ tenant_map: [] }, /tenant_map/],
    [{ tenant_map: { a: 1 } }, /tenant_map/],
    [{ tenant_map: { a: 'one' }, tenant_map_dict: { a: 'one' } }, /one of/],
    [{ passphrase: 5 }, /passphrase/],
    [{ passphrase: '' }, /empty/],
  ])('need a sound request, not %j', async (wrong, message) => {
    const answer = await post(user, [row()], wrong);
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringMatching(message)]);
    expect(answer.text).not.toContain('canary');
  });

  it('are left alone where they are there, and listed', async () => {
    const [there, added] = [row(), row()];
    await put(user, String(there.key), { value: 'kept' });
    await put({ ...ADMIN, tenant: 'two' }, 'global-of-two', { value: 'x', visibility: 'global' });
    const answer = await post(user, [there, added, row({ key: 'global-of-two' })]);
    expect(answer.body).toEqual({
      colliding_secrets: { one: expect.arrayContaining([there.key, 'global-of-two']) },
      secrets_errors: {},
    });
    expect((await read(user, String(there.key))).value).toBe('kept');
    expect((await read(user, String(added.key))).value).toBe('imported');
  });

  it('replace what is there where that is wanted, with a new version for a new value only', async () => {
    const [changed, same] = [row(), row({ is_hidden_value: true })];
    await put(user, String(changed.key), { value: 'old', visibility: 'private' });
    await put(user, String(same.key), { value: 'imported' });
    const answer = await post(user, [changed, same], { override_collisions: true });
    expect(answer.body).toEqual({
      colliding_secrets: { one: expect.arrayContaining([changed.key, same.key]) },
      secrets_errors: {},
    });
    expect(await read(user, String(changed.key))).toMatchObject({ value: 'imported', visibility: 'tenant' });
    expect(await read(user, String(same.key))).toMatchObject({ value: 'imported', is_hidden_value: true });
    const rows = await room.database.asSuperuser<{ key: string; version: number; revision: number }>(
      'SELECT key, version, revision FROM secrets WHERE key = ANY ($1)',
      [[changed.key, same.key]],
    );
    expect(new Map(rows.map(({ key, version, revision }) => [key, [version, revision]]))).toEqual(
      new Map([
        [changed.key, [2, 2]],
        [same.key, [1, 2]],
      ]),
    );
  });

  it('replace nothing that the importer may not change', async () => {
    const keys = { hidden: fresh(), private: fresh(), wide: fresh(), shown: fresh() };
    await put(manager, keys.hidden, { value: 'kept', is_hidden_value: true });
    await put(manager, keys.private, { value: 'kept', visibility: 'private' });
    await put(manager, keys.shown, { value: 'kept' });
    await put(manager, keys.wide, { value: 'kept' });
    const override = { override_collisions: true };
    expect(await errorsOf(user, row({ key: keys.hidden }), override)).toEqual({
      key: expect.stringMatching(/hidden/),
    });
    expect(await errorsOf(user, row({ key: keys.private }), override)).toEqual({
      key: expect.stringMatching(/taken/),
    });
    expect(await errorsOf(user, row({ key: keys.shown, is_hidden_value: true }), override)).toEqual({
      key: expect.stringMatching(/hidden/),
    });
    expect(await errorsOf(user, row({ key: keys.wide, visibility: 'private' }), override)).toEqual({
      key: expect.stringMatching(/widened/),
    });
    await put({ ...ADMIN, tenant: 'two' }, 'another-of-two', { value: 'x', visibility: 'global' });
    for (const as of [user, { ...ADMIN, tenant: 'one' }])
      expect(await errorsOf(as, row({ key: 'another-of-two' }), override)).toEqual({
        key: expect.stringMatching(/global secret of another tenant/),
      });
    for (const key of Object.values(keys)) expect((await read(manager, key)).value).toBe('kept');
  });

  it('are not global where another tenant has the key, in the database or in the import', async () => {
    const admin = { ...ADMIN, tenant: 'one' };
    const key = fresh();
    await put({ ...ADMIN, tenant: 'two' }, key, { value: 'x' });
    expect(await errorsOf(admin, row({ key, visibility: 'global' }))).toEqual({
      key: expect.stringMatching(/another tenant/),
    });
    const both = fresh();
    const answer = await post(admin, [
      row({ key: both, visibility: 'global' }),
      row({ key: both, tenant_name: 'two' }),
    ]);
    expect(answer.body.secrets_errors).toEqual({
      '1': { key: expect.stringMatching(/more than one tenant/) },
    });
    const alone = row({ visibility: 'global' });
    expect((await post(admin, [alone])).body.secrets_errors).toEqual({});
    expect(await read({ ...manager, tenant: 'two' }, String(alone.key))).toMatchObject({
      visibility: 'global',
    });
  });

  it('are on record one by one and together, also where they were refused', async () => {
    const events = (since: number) =>
      room.database.asSuperuser(
        `SELECT t.name AS log, body::json ->> 'action' AS action, body::json ->> 'key' AS key,
           body::json ->> 'outcome' AS outcome, (body::json ->> 'version')::integer AS version
         FROM audit_events e JOIN tenants t ON t.id = e.log_id ORDER BY e.at, e.id OFFSET $1`,
        [since],
      );
    const admin = { ...ADMIN, tenant: 'default_tenant' };
    const [one, two] = [row(), row({ tenant_name: 'two' })];
    await put({ ...admin, tenant: 'two' }, String(two.key), { value: 'old' });
    const before = (await events(0)).length;
    await post(admin, [one, two], { override_collisions: true });
    await post(admin, [one, row({ key: '' })]);
    const recorded = await events(before);
    expect(recorded).toHaveLength(4);
    expect(new Set(recorded)).toEqual(
      new Set([
        { log: 'one', action: 'secret.create', key: one.key, outcome: 'ok', version: 1 },
        { log: 'two', action: 'secret.update', key: two.key, outcome: 'ok', version: 2 },
        { log: 'default_tenant', action: 'secret.import', key: null, outcome: 'ok', version: null },
        { log: 'default_tenant', action: 'secret.import', key: null, outcome: 'refused', version: null },
      ]),
    );
  });

  it('need the right to import, and are not read from who has none', async () => {
    const viewer = await room.member('one', 'one-viewer', 'viewer');
    expect((await post(viewer, [row()])).status).toBe(403);
    expect((await post({ login: 'one-user:wrong' }, [row()])).status).toBe(401);
    const type = await room.call(user, 'POST', IMPORT, {}, { 'Content-Type': 'text/plain' });
    expect(type.status).toBe(415);
    expect((await room.send({ method: 'POST', path: IMPORT })).status).toBe(401);
  });

  it('set nothing that is not imported', async () => {
    const polluted = JSON.parse(
      `{"key": "${fresh()}", "value": "x", "tenant_name": "one", "visibility": "tenant", "is_hidden_value": false,
        "encrypted": false, "id": "1", "created_by": "admin", "version": 9, "__proto__": {"creator": "admin"},
        "constructor": 1}`,
    ) as Row;
    expect(await errorsOf(user, polluted)).toEqual({
      'unknown secret fields': [
        'Unknown field "id"',
        expect.stringContaining('Unknown field "created_by"'),
        'Unknown field "version"',
      ],
    });
    const body = { secrets_list: [polluted], override_collisions: false };
    const ignoring = await room.call(user, 'POST', '/api/v3/secrets/share/import', body);
    expect(ignoring.body.secrets_errors).toEqual({});
    expect(await read(user, String(polluted.key))).toMatchObject({
      created_by: 'one-user',
      tenant_name: 'one',
    });
    expect(await errorsOf(user, row({ tenant_name: '__proto__' }))).toHaveProperty('tenant_name');
  });

  it('leave no passphrase behind', async () => {
    await post(user, [row({ encrypted: true })], { passphrase: PASSPHRASE });
    const trail = await room.database.asSuperuser<{ body: string }>('SELECT body FROM audit_events');
    for (const text of [...room.logs, ...trail.map(({ body }) => body)]) expect(text).not.toMatch(/canary/);
  });
});
