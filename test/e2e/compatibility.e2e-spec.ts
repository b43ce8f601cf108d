import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkTargets, tableRows } from '../documents/table-rows.js';
import type { Answer } from '../support/http-client.js';
import { ADMIN, Strongroom, type As } from '../support/strongroom.js';

const DOCUMENT = 'docs/compatibility.md';
const HERE = '[compatibility]';
const VERSIONS = ['v3', 'v3.1'] as const;

let room: Strongroom;
let user: As & { login: string };

const ask = (as: As, method: string, path: string, body?: object) =>
  room.call(as, method, `/api/${path}`, body);
const code = ({ status, body }: Answer) => [status, body.error_code ?? null];

/** Maps the first cell of each row of the document to a check of what the row says. */
const SHOWN: Readonly<Record<string, () => Promise<void>>> = {
  'Encrypted values in responses': async () => {
    const path = 'v3.1/secrets/sealed';
    const written = [
      await ask(user, 'PUT', path, { value: 'a' }),
      await ask(user, 'PATCH', path, { value: 'b' }),
      await ask(user, 'PATCH', `${path}/set-visibility`, { visibility: 'tenant' }),
    ];
    for (const { status, body } of written) expect([status, body.value]).toEqual([200, '']);
    const { body } = await ask(user, 'POST', 'v3.1/searches/secrets?key=sealed', {});
    expect(body).toMatchObject({ items: [{ key: 'sealed', value: '', provider_options: null }] });
  },

  'Searching by a value': async () => {
    for (const version of VERSIONS) {
      for (const query of ['value=a', '_sort=value', '_sort=-value']) {
        const answers = [
          await ask(user, 'GET', `${version}/secrets?${query}`),
          await ask(user, 'POST', `${version}/searches/secrets?${query}`, {}),
        ];
        for (const answer of answers) expect(code(answer)).toEqual([400, 'bad_parameters_error']);
      }
    }
  },

  'Password hashes': async () => {
    for (const version of VERSIONS) {
      const account = { username: 'hashed', password: '$pbkdf2-sha256$x', is_prehashed: true };
      expect(code(await ask(ADMIN, 'PUT', `${version}/users`, account))).toEqual([
        400,
        'bad_parameters_error',
      ]);
      const { text, body } = await ask(ADMIN, 'GET', `${version}/users/admin?_include_hash=true`);
      expect(body.password_hash ?? null).toBeNull();
      expect(text).not.toContain('argon2');
    }
  },

  'The first administrator': async () => {
    const put = () => ask({ ...ADMIN, tenant: 'shown' }, 'PUT', 'v3.1/secrets/by-admin', { value: 'x' });
    const right = 'v3.1/permissions/sys_admin/secret_create';
    expect((await ask(ADMIN, 'DELETE', right)).status).toBeLessThan(300);
    expect(code(await put())).toEqual([403, 'forbidden_error']);
    expect((await ask(ADMIN, 'PUT', right)).status).toBe(200);
    expect(code(await put())).toEqual([200, null]);
  },

  'Long lists': async () => {
    await room.database.asSuperuser(
      `INSERT INTO secrets (tenant_id, id, key, value, key_generation, version_created_by, created_by)
       SELECT t.id, gen_random_uuid(), 'k' || n, '\\x00', 1, u.id, u.id
       FROM tenants t, users u, generate_series(1, 10001) n WHERE t.name = 'long' AND u.username = 'admin'`,
    );
    const list = (query: string) => ask({ ...ADMIN, tenant: 'long' }, 'GET', `v3.1/secrets?${query}`);
    expect(code(await list('_size=1001'))).toEqual([400, 'illegal_action_error']);
    const { body } = await list('_get_all_results=true');
    expect(body.items).toHaveLength(10_000);
    expect(body).toHaveProperty('metadata.pagination.total', 10_001);
  },

  'Values that are not text': async () => {
    for (const version of VERSIONS) {
      for (const value of [5, true, null, {}, ['x'], '']) {
        const answer = await ask(user, 'PUT', `${version}/secrets/no-text`, { value });
        expect(code(answer)).toEqual([400, 'bad_parameters_error']);
      }
    }
  },

  'An empty value in an update': async () => {
    const before = await ask(user, 'PUT', 'v3/secrets/kept', { value: 'x' });
    for (const version of VERSIONS) {
      const answer = await ask(user, 'PATCH', `${version}/secrets/kept`, {
        value: '',
        is_hidden_value: true,
      });
      expect(code(answer)).toEqual([400, 'bad_parameters_error']);
    }
    expect((await ask(user, 'GET', 'v3/secrets/kept')).body).toEqual(before.body);
    expect((await ask(user, 'GET', 'v3.1/secrets/kept')).body.is_hidden_value).toBe(false);
  },

  'Unknown addresses': async () => {
    for (const path of ['v3.1/secret/k', 'v3.1/secrets/a/b', 'v3.1/secrets/', 'v2/secrets/k', '']) {
      expect(code(await ask(user, 'GET', path))).toEqual([404, 'unknown_address']);
    }
    expect(code(await ask(user, 'GET', 'v3.1/secrets/no-such'))).toEqual([404, 'not_found_error']);
    expect(code(await ask(user, 'PUT', 'v3.1/secrets'))).toEqual([405, 'method_not_allowed']);
  },

  'Ambiguous requests': async () => {
    const Authorization = `Basic ${Buffer.from(user.login).toString('base64')}`;
    const path = '/api/v3.1/secrets/ambiguous';
    await ask(user, 'PUT', 'v3.1/secrets/ambiguous', { value: 'x' });
    const doubled: Record<string, string | string[]>[] = [
      { Authorization: [Authorization, Authorization], tenant: 'shown' },
      { Authorization, tenant: ['shown', 'long'] },
      { Authorization, tenant: 'shown', Host: ['a', 'b'] },
    ];
    for (const headers of doubled) {
      const answer = await room.send({ method: 'DELETE', path, headers });
      expect(code(answer)).toEqual([400, 'bad_parameters_error']);
    }
    expect((await ask(user, 'GET', 'v3.1/secrets/ambiguous')).status).toBe(200);
  },

  'JSON in every error': async () => {
    const refused = [
      await ask(user, 'GET', 'nowhere'),
      await ask(user, 'POST', 'v3.1/secrets'),
      await room.call(user, 'PUT', '/api/v3.1/secrets/k', {}, { 'Content-Type': 'text/plain' }),
      await room.call(user, 'PUT', '/api/v3.1/secrets/k', { value: 'x'.repeat(1_000_000) }),
      await room.send({
        method: 'PUT',
        path: '/api/v3.1/secrets/k',
        headers: {
          Authorization: `Basic ${Buffer.from(user.login).toString('base64')}`,
          tenant: 'shown',
          'Content-Type': 'application/json',
        },
        body: '{',
      }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 405, 415, 413, 400]);
    for (const { body } of refused) {
      const { message, error_code } = body;
      expect(body).toEqual({ message, error_code, server_traceback: null });
      expect([typeof message, typeof error_code]).toEqual(['string', 'string']);
    }
    expect(refused[1]?.headers.allow).toBe('GET, HEAD');
  },

  'More fields under v3': async () => {
    const account = {
      value: { a: 1 },
      schema: { type: 'object' },
      visibility: 'private',
      is_hidden_value: true,
    };
    for (const update_if_exists of [false, true]) {
      const put = await ask(user, 'PUT', 'v3/secrets/more', { ...account, update_if_exists });
      expect(code(put)).toEqual([200, null]);
    }
    const { body } = await ask(user, 'GET', 'v3.1/secrets/more');
    expect(body).toMatchObject(account);
  },

  'Blueprints, deployments, executions, plugins, agents and the rest of the orchestrator': async () => {
    for (const path of ['blueprints', 'deployments', 'executions', 'plugins', 'agents', 'snapshots']) {
      for (const version of VERSIONS)
        expect(code(await ask(ADMIN, 'GET', `${version}/${path}`))).toEqual([404, 'unknown_address']);
    }
  },

  'LDAP, SAML, Okta, Kerberos, a second factor': async () => {
    const group = { group_name: 'directory', ldap_group_dn: 'CN=everybody', role: 'default' };
    const made = await ask(ADMIN, 'POST', 'v3.1/user-groups', group);
    expect(made).toMatchObject({ status: 201, body: { ldap_dn: 'CN=everybody', users: 0 } });
    for (const scheme of ['Negotiate', 'Bearer', 'Digest']) {
      const Authorization = `${scheme} dGlja2V0`;
      const answer = await room.call({ tenant: 'shown' }, 'GET', '/api/v3.1/user', undefined, {
        Authorization,
      });
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/^Basic /),
      ]);
    }
  },

  'Reading the audit trail by `GET /audits`': async () => {
    for (const path of ['v3/audits', 'v3.1/audits', 'v3/audit'])
      expect((await ask(ADMIN, 'GET', path)).status).toBe(404);
    await ask(user, 'PUT', 'v3.1/secrets/recorded', { value: 'x' });
    const answer = await ask({ ...ADMIN, tenant: 'shown' }, 'GET', 'v3.1/audit?key=recorded');
    expect(answer.body.items).toHaveLength(1);
  },

  '200 for deletions under v3.1': async () => {
    const answers: [number, string][] = [];
    for (const version of VERSIONS) {
      await ask(user, 'PUT', 'v3/secrets/deleted', { value: 'x' });
      const { status, text } = await ask(user, 'DELETE', `${version}/secrets/deleted`);
      answers.push([status, text]);
    }
    expect(answers).toEqual([
      [200, expect.stringContaining('"key":"deleted"')],
      [204, ''],
    ]);
  },

  'Tokens by `POST /tokens` under v3, `GET /user-tokens/…`': async () => {
    expect((await ask(user, 'POST', 'v3/tokens')).status).toBe(405);
    expect((await ask(user, 'GET', 'v3.1/user-tokens/1')).status).toBe(404);
    const value = expect.stringMatching(/^ctok-/);
    expect(await ask(user, 'GET', 'v3/tokens')).toMatchObject({ status: 200, body: { value } });
    expect(await ask(user, 'POST', 'v3.1/tokens', {})).toMatchObject({ status: 200, body: { value } });
  },
};

describe('docs/compatibility.md', () => {
  const rows = tableRows(DOCUMENT);
  const proofs = rows.map((cells) => [cells[0]!, cells.at(-1)!] as const);

  beforeAll(async () => {
    room = await Strongroom.start();
    user = await room.tenant('shown', 'user');
    await room.tenant('long', 'user');
  });
  afterAll(() => room.stop());

  it('names for each row the test that shows it', () => {
    const targets = linkTargets(DOCUMENT);
    expect(proofs.length).toBeGreaterThan(40);
    for (const [row, proof] of proofs) {
      const names = proof.split(', ').map((name) => /^\[([^\]]+)\]$/.exec(name)?.[1] ?? '');
      const files = names.map((name) => join('docs', targets.get(name) ?? 'nowhere'));
      expect([row, files.filter((file) => !/^test\/.*-spec\.ts$/.test(file) || !existsSync(file))]).toEqual([
        row,
        [],
      ]);
    }
  });

  it('has its rows about this test, each once', () => {
    const here = proofs.filter(([, proof]) => proof.includes(HERE)).map(([row]) => row);
    expect(here.sort()).toEqual(Object.keys(SHOWN).sort());
  });

  it.each(Object.entries(SHOWN))('%s', (_row, shown) => shown());
});
